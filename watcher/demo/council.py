"""The pretend council's web server on loopback: real HTTP, the pages of `pages`, the days of `story`."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta

from aiohttp import web

from watcher.demo import pages, pdf
from watcher.demo.story import ZONE, Day, Publication, Sitting, published

HOST = "127.0.0.1"
HTML = "text/html; charset=utf-8"


class Council:
    """A council that lives through its week by `advance()`. `first` is the first day, today by default."""

    def __init__(self, first: date | None = None) -> None:
        self.first = first or datetime.now(ZONE).date()
        self.day = Day.BASELINE
        self.asked = 0

    @property
    def site(self) -> Publication:
        """Everything published today."""
        return published(self.first, self.day)

    def advance(self) -> bool:
        """Go on to the next day; False when the week is over."""
        if self.day is Day(max(Day)):
            return False
        self.day = Day(self.day + 1)
        return True

    def now(self) -> datetime:
        """The time in Alder Creek: today's hour on the story's day, so that a week passes in a minute."""
        return datetime.now(UTC) + timedelta(days=int(self.day))

    @asynccontextmanager
    async def serve(self, port: int = 0) -> AsyncIterator[str]:
        """Serve on 127.0.0.1 (port 0: any free one) and lend the base address, e.g. http://127.0.0.1:8799."""
        runner = web.AppRunner(self.application(), access_log=None)
        await runner.setup()
        try:
            place = web.TCPSite(runner, HOST, port)
            await place.start()
            bound = runner.addresses[0][1]
            yield f"http://{HOST}:{bound}"
        finally:
            await runner.cleanup()

    def application(self) -> web.Application:
        """The routes. InSite sends neither ETag nor Last-Modified; the code publisher sends both."""
        application = web.Application(middlewares=[self._behind_wall])
        application.add_routes(
            [
                web.get("/robots.txt", self._robots),
                web.get("/Calendar.aspx", self._insite(lambda _: pages.calendar(self.site))),
                web.get("/MeetingDetail.aspx", self._insite(self._meeting)),
                web.get("/LegislationDetail.aspx", self._insite(self._legislation)),
                web.get("/View.ashx", self._view),
                web.get("/code/9.20", self._code),
            ]
        )
        return application

    @web.middleware
    async def _behind_wall(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        self.asked += 1
        if self.site.wall and not request.path.startswith(("/robots.txt", "/code")):
            return web.Response(text=pages.wall_page(), content_type="text/html", status=403)
        return await handler(request)

    async def _robots(self, request: web.Request) -> web.Response:
        return web.Response(text="User-agent: *\nDisallow: /admin/\n")

    def _insite(self, render: Callable[[web.Request], str | None]) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(request: web.Request) -> web.Response:
            text = render(request)
            if text is None:
                return web.Response(
                    text="<html><body>Invalid parameters!</body></html>", content_type="text/html", status=410
                )
            return web.Response(body=text.encode(), headers={"Content-Type": HTML, "Cache-Control": "private"})

        return answer

    def _meeting(self, request: web.Request) -> str | None:
        sitting = self._sitting(request)
        return pages.meeting(self.site, sitting) if sitting else None

    def _sitting(self, request: web.Request) -> Sitting | None:
        return next((sitting for sitting in self.site.sittings if str(sitting.id) == request.query.get("ID")), None)

    def _legislation(self, request: web.Request) -> str | None:
        site = self.site
        file = next((file for file in site.files if str(file.id) == request.query.get("ID")), None)
        return pages.legislation(site, file) if file else None

    async def _view(self, request: web.Request) -> web.Response:
        mode, sitting = request.query.get("M", ""), self._sitting(request)
        if mode == "F":
            lines = next((lines for file in self.site.files for ident, _, lines in file.attachments
                          if str(ident) == request.query.get("ID")), None)  # fmt: skip
            return pdf_answer(lines) if lines else web.Response(status=404)
        if sitting is None or not sitting.agenda:
            return web.Response(status=404)
        if mode == "M":
            return pdf_answer(sitting.minutes)
        if mode == "AADA" or not sitting.as_pdf:
            return web.Response(body=pages.agenda_page(sitting).encode(), headers={"Content-Type": HTML})
        return pdf_answer(pages.agenda_lines(sitting))

    async def _code(self, request: web.Request) -> web.Response:
        body = pages.code_page(self.site).encode()
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag})
        return web.Response(body=body, headers={"Content-Type": HTML, "ETag": tag})


def pdf_answer(lines: list[str] | tuple[str, ...]) -> web.Response:
    """Lines as a PDF."""
    return web.Response(body=pdf.written(lines), content_type="application/pdf")


def sites_yaml(base: str) -> str:
    """A registry for the council at `base`: two sites, the console, no pause between requests to loopback."""
    return f"""# Alder Creek does not exist: a pretend council on this machine, watched like any real one.
version: 1
defaults: {{every: 1h, min_delay: 0s, channels: [screen]}}
channels:
  screen: {{kind: console}}
routes:
  - {{to: [screen], when: {{at_least: unsure}}}}
sites:
  - id: alder-creek-council
    jurisdiction: {{name: Alder Creek, state: CO, kind: city, lat: 38.9, lon: -105.4, time_zone: America/Denver}}
    platform: legistar
    url: {base}/Calendar.aspx
    follow: [agendas, packets, attachments, minutes, legislation]
    contact: {{url: {base}/Calendar.aspx, phone: "303-555-0142"}}
  - id: alder-creek-code
    jurisdiction: alder-creek-council
    platform: page
    kind: code
    url: {base}/code/9.20
    select: "#codeContent"
"""
