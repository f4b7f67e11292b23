"""The web page: what is watched, what changed, and whether the watcher lives. Reads only.

    /  newest changes and sites   /changes/<id>  one redline as an exhibit   /sites  health of each site
    /healthz  the loop lives      /readyz  ledger, lag, channels             /metrics  Prometheus text

Server-rendered, without JavaScript and without a request to any other host; stored pages are never served as live HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from jinja2 import Environment, PackageLoader, StrictUndefined
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from watcher.errors import StoreError
from watcher.exhibit import as_html
from watcher.ledger import Ledger
from watcher.lines import site_line
from watcher.model import Site, SiteState

PULSE = timedelta(seconds=60)  # a loop that has not ticked for so long is stuck
SAFE = {
    b"content-security-policy": b"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    b"frame-ancestors 'none'",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
}


@dataclass(slots=True)
class View:
    """What the pages look at. `beat` is set by the loop at every tick."""

    ledger: Ledger
    sites: Mapping[str, Site]
    now: Callable[[], datetime]
    beat: datetime = field(default_factory=lambda: datetime.now(UTC))


class SafeHeaders:
    """Every answer carries the same strict headers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the answer on with the headers of SAFE."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *SAFE.items()]
            await send(message)

        await self.app(scope, receive, guarded)


def create(view: View) -> Starlette:
    """The web application over one view of the ledger."""
    pages = Environment(
        loader=PackageLoader("watcher.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def page(name: str, status: int = 200, **words: object) -> HTMLResponse:
        return HTMLResponse(pages.get_template(name).render(now=view.now(), **words), status)

    def state_lines() -> list[dict[str, object]]:
        states = view.ledger.site_states()
        return [site_line(site, states.get(site.id)) for site in view.sites.values()]

    def home(request: Request) -> Response:
        newest = view.ledger.changes(limit=200)[::-1]
        loud = [change for change in newest if change.verdict and change.verdict.label != "unrelated"]
        return page(
            "home.html", changes=loud[:50], quiet=len(newest) - len(loud), sites=view.sites, lines=state_lines()
        )

    def sites(request: Request) -> Response:
        return page("sites.html", lines=state_lines())

    def change(request: Request) -> Response:
        found = view.ledger.change(request.path_params["id"])
        if found is None:
            return page("missing.html", 404)
        return HTMLResponse(as_html(found, view.sites.get(found.site)))

    def healthz(request: Request) -> Response:
        lives = abs(view.now() - view.beat) < PULSE
        return JSONResponse({"ok": lives, "last_tick": view.beat.isoformat()}, 200 if lives else 503)

    def readyz(request: Request) -> Response:
        try:
            oldest = view.ledger.oldest_undelivered(view.now())
        except StoreError as trouble:
            return JSONResponse({"ok": False, "ledger": str(trouble)}, 503)
        parked = sorted(view.ledger.parked())
        ready = {
            "ok": not parked,
            "oldest_undelivered_seconds": oldest.total_seconds() if oldest else 0,
            "parked_channels": parked,
        }
        return JSONResponse(ready, 200 if ready["ok"] else 503)

    def metrics(request: Request) -> Response:
        return Response(generate_latest(gauges(view)), media_type="text/plain; version=0.0.4")

    handlers = {
        "/": home,
        "/sites": sites,
        "/changes/{id}": change,
        "/healthz": healthz,
        "/readyz": readyz,
        "/metrics": metrics,
    }
    # plain functions: Starlette runs them in threads, so a slow page never holds up the loop
    routes = [Route(path, handler) for path, handler in handlers.items()]
    return Starlette(routes=routes, middleware=[Middleware(SafeHeaders)])


def gauges(view: View) -> CollectorRegistry:
    """The figures of `/metrics`, read from the ledger at the moment of asking."""
    book = CollectorRegistry()
    now = view.now()
    health = Gauge("watcher_site_health", "1 for the state a site is in", ["site", "health"], registry=book)
    for line in (site_line(site, state) for site, state in paired(view)):
        health.labels(str(line["site"]), str(line["health"])).set(1)
    oldest = view.ledger.oldest_undelivered(now)
    age = Gauge("watcher_oldest_undelivered_seconds", "Age of the oldest alert still owed", registry=book)
    age.set(oldest.total_seconds() if oldest else 0)
    Gauge("watcher_last_tick_timestamp_seconds", "When the loop last ticked", registry=book).set(view.beat.timestamp())
    counted = Gauge("watcher_ledger_entries", "Entries in the ledger", ["kind", "state"], registry=book)
    for kind, counts in view.ledger.counts().items():
        for state, count in counts.items():
            counted.labels(kind, state).set(count)
    return book


def paired(view: View) -> list[tuple[Site, SiteState | None]]:
    """Each site with what the ledger knows of it."""
    states = view.ledger.site_states()
    return [(site, states.get(site.id)) for site in view.sites.values()]
