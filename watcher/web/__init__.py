"""The web page: what is watched, what changed, and whether the watcher lives. Reads only.

    /  newest alerts and mutes    /changes/<id>  one redline as an exhibit   /sites  health of each site
    /healthz  the loop lives      /readyz  ledger, lag, channels             /metrics  Prometheus text

Server-rendered, without JavaScript and without a request to any other host; stored pages are never served as live HTML.
"""

from __future__ import annotations

import textwrap
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

from watcher.alerts import notice, one_line
from watcher.alerts.wording import place
from watcher.errors import StoreError
from watcher.exhibit import as_html
from watcher.ledger import Ledger
from watcher.lines import site_line
from watcher.model import Alert, Site, SiteState

TROUBLE = frozenset({"suspect", "failing", "blind"})
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
    deaf: Mapping[str, str] = field(default_factory=dict)  # channels whose buttons are not heard just now, and why


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
    zone = datetime.now().astimezone().tzinfo

    def when(moment: datetime | None) -> str:
        return f"{moment.astimezone(zone):%d %b %Y, %H:%M %Z}" if moment else "–"

    pages = Environment(
        loader=PackageLoader("watcher.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["when"] = when

    def page(name: str, status: int = 200, here: str = "", **words: object) -> HTMLResponse:
        local = view.now().astimezone(zone)
        return HTMLResponse(pages.get_template(name).render(now=local, here=here, **words), status)

    def missing(what: str) -> HTMLResponse:
        return page("missing.html", 404, what=what)

    def home(request: Request) -> Response:
        recent = view.ledger.changes(limit=200)
        pairs = paired(view)
        return page(
            "home.html",
            here="changes",
            alerts=[(alert, told(alert)) for alert in view.ledger.alerts(limit=50)[::-1] if alert.changes],
            mutes=view.ledger.mutes(view.now()),
            recent=len(recent),
            quiet=sum(change.verdict is not None and change.verdict.label == "unrelated" for change in recent),
            watched=sum(site.enabled for site, _ in pairs),
            troubled=sum(site.enabled and state is not None and state.health in TROUBLE for site, state in pairs),
        )

    def sites(request: Request) -> Response:
        lines: list[dict[str, object]] = [
            {
                **site_line(site, state),
                "place": " – ".join(filter(None, (place(site.jurisdiction), site.body))),
                "good": state.last_good_at if state else None,
                "due": state.next_due if state else None,
            }
            for site, state in paired(view)
        ]
        lines.sort(key=lambda line: (not line["enabled"], line["health"] not in TROUBLE))
        return page("sites.html", here="sites", lines=lines)

    def change(request: Request) -> Response:
        try:
            found = view.ledger.change(request.path_params["id"])
        except StoreError as trouble:  # several ids begin so
            return missing(str(trouble))
        if found is None:
            return missing("No such change")
        return HTMLResponse(as_html(found, view.sites.get(found.site), home="/"))

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
            "buttons_not_heard": dict(view.deaf),
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
    lost: Mapping[int | type[Exception], Callable[[Request, Exception], Response]] = {
        404: lambda request, trouble: missing("No such page")
    }
    return Starlette(routes=routes, middleware=[Middleware(SafeHeaders)], exception_handlers=lost)


def told(alert: Alert) -> dict[str, object]:
    """An alert as the first page shows it: the words that every channel uses, and the facts a reader looks for."""
    said = notice(alert)
    facts = dict(said.facts)
    stage = "" if alert.stage == "unknown" else facts.get("Stage", "")
    return {
        "id": said.id,
        "headline": textwrap.shorten(one_line(said.headline), 300, placeholder=" …"),
        "direction": said.direction,
        "stage": stage,
        "meeting": facts.get("Meeting", ""),
        "office": said.office,
        "noticed": said.noticed,
        "quotes": said.quotes,
    }


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
