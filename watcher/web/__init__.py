"""The web page: every watched place with its status, what changed, and whether the watcher lives. Reads only, but mutes.

    /  map, newest changes, next meetings      /states/<ST>  one state       /j/<slug>  one place
    /changes  all changes                      /changes/<id>  one redline    /search?q=  full text
    /sites  health   /method  how it is judged /places  the list             /operator  mutes, with the token
    /feed.atom  …/feed.atom  /calendar.ics     /api/v1/…  JSON               /export/changes.csv, .jsonl
    /healthz  the loop lives                   /readyz  ledger, channels     /metrics  Prometheus text

Server-rendered, whole without JavaScript and without a request to any other host; stored pages are never served as live
HTML: their text is shown as plain text, their bytes only to be saved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.resources import files
from itertools import islice
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from watcher.alerts.wording import TOPICS, place
from watcher.errors import StoreError
from watcher.ledger import Ledger
from watcher.registry.words import STATES
from watcher.web.answers import Fence, Handler, fenced, tagged
from watcher.web.api import Api, refused
from watcher.web.board import News
from watcher.web.entries import Searchable
from watcher.web.feeds import ENTRIES, atom, calendar, marked
from watcher.web.health import Health
from watcher.web.index import Index
from watcher.web.lists import Lists
from watcher.web.operator import Operator
from watcher.web.pages import Pages
from watcher.web.publish import Copy
from watcher.web.publish import publish as write_copy
from watcher.web.tsvector import Shared
from watcher.web.view import View

__all__ = ["Copy", "Index", "View", "create", "handlers", "index_of", "publish"]

MOST_REDLINES = 2_000  # kept marked up for feeds, some 3 kB each
DATES = 100  # meetings of one calendar
STATIC = {"style.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml"}


def create(view: View) -> Starlette:
    """The web application over one view of the ledger."""
    pages, health = Pages(view), Health(view)
    operator = Operator(pages)
    # plain functions: Starlette runs them in threads, so a slow page never holds up the loop
    routes = [Route(path, tagged(handler)) for path, handler in handlers(view, pages).items()]
    machine: Mapping[str, Handler] = {"/healthz": health.healthz, "/readyz": health.readyz, "/metrics": health.metrics}
    routes += [Route(path, handler) for path, handler in machine.items()]
    routes += [Route("/operator", operator.form), Route("/operator", operator.sent, methods=["POST"])]

    def told(request: Request, words: str, status: int) -> Response:
        api = request.url.path.startswith("/api/")
        return refused(words, status) if api else pages.missing(words, status)

    def only(request: Request, trouble: Exception) -> Response:
        answer = told(request, f"{request.method[:20]} is not for this page", 405)
        answer.headers.update(getattr(trouble, "headers", None) or {})
        return answer

    def nowhere(request: Request, trouble: Exception) -> Response:
        path = request.url.path
        if len(path) > 1 and path.endswith("/"):  # a path of our own, so that no Host or second stroke leads elsewhere
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(f"/{path.strip('/')}{query}")
        return told(request, "No such page", 404)

    def broken(request: Request, trouble: Exception) -> Response:
        answer = told(request, "Something is broken here; the service's log says what", 500)
        answer.raw_headers = fenced(answer.raw_headers)  # this one leaves outside the fence
        return answer

    lost: Mapping[int | type[Exception], Callable[[Request, Exception], Response]] = {
        404: nowhere,
        500: broken,
        405: only,
        StoreError: lambda request, trouble: told(request, f"The ledger cannot be read: {trouble}", 503),
    }
    made = Starlette(routes=routes, middleware=[Middleware(Fence, hosts=view.hosts)], exception_handlers=lost)
    made.router.redirect_slashes = False
    return made


def index_of(ledger: Ledger, folder: Path) -> Searchable:
    """The search index of a ledger: on its server, or in a file of `folder`. StoreError where that cannot be used."""
    shelf = ledger.shelf()
    return Index(folder / "search.sqlite3") if shelf is None else Shared(shelf)


def handlers(view: View, pages: Pages) -> dict[str, Handler]:
    """Path → what answers it, for everything that a reader or a copy may see."""
    api, lists = Api(view), Lists(pages)
    told: dict[str, Handler] = {
        "/": pages.home,
        "/states/{state}": pages.state,
        "/places": lists.places,
        "/j/{slug}": pages.place,
        "/j/{slug}/documents": lists.documents,
        "/changes": lists.changes,
        "/changes/{id}": pages.change,
        "/changes/{id}/before.txt": pages.text_before,
        "/changes/{id}/after.txt": pages.text_after,
        "/snapshots/{site}/{digest}.txt": pages.snapshot_text,
        "/snapshots/{site}/{digest}.bin": pages.snapshot_bytes,
        "/search": pages.search,
        "/sites": lists.sites,
        "/method": pages.method,
        "/api/v1/openapi.json": api.described,
        "/api/v1/jurisdictions": api.jurisdictions,
        "/api/v1/jurisdictions/{slug}": api.jurisdiction,
        "/api/v1/alerts": api.alerts,
        "/api/v1/changes": api.changes,
        "/api/v1/changes/{id}": api.change,
        "/api/v1/matters/{slug}/{number}": api.matter,
        "/api/v1/meetings": api.meetings,
        "/api/v1/sites": api.sites,
        "/export/changes.csv": api.export_csv,
        "/export/changes.jsonl": api.export_json,
    }
    told |= feeds(view, pages)
    told |= {f"/{name}": _static(name, kind) for name, kind in STATIC.items()}
    told["/favicon.ico"] = _static("icon.svg", STATIC["icon.svg"])  # what browsers ask for beside a plain text
    return told


def feeds(view: View, pages: Pages) -> dict[str, Handler]:
    """Path → feed or calendar: of all, of a state, of a topic, of a place, of a site."""

    redlines: dict[str, str] = {}  # by change, which never changes: marked up once for all feeds and readers

    def fed(title: str, request: Request, page: str, wanted: Callable[[News], bool]) -> Response:
        view.board.refresh()
        matching = (one for one in view.board.newest() if one.label == "relevant" and wanted(one))
        news = list(islice(matching, ENTRIES))
        shown = {one.change: redlines[one.change] for one in news if one.change in redlines}
        if unread := [one.change for one in news if one.change not in shown]:
            shown |= {name: marked(change) for name, change in view.ledger.changes_named(unread).items()}
            if len(redlines) > MOST_REDLINES:
                redlines.clear()
            redlines.update(shown)
        body = atom(f"Ordinance Watcher: {title}", request.url.path, page, news, shown, _base(view, request))
        return Response(body, media_type="application/atom+xml")

    def everything(request: Request) -> Response:
        return fed("relevant changes", request, "/", lambda one: True)

    def of_state(request: Request) -> Response:
        code = request.path_params["state"]
        if code not in STATES:
            return pages.missing("There is no such state")
        return fed(STATES[code][0], request, f"/states/{code}", lambda one: one.state == code)

    def of_topic(request: Request) -> Response:
        code = request.path_params["topic"]
        if code not in TOPICS:
            return pages.missing("There is no such topic")
        return fed(TOPICS[code], request, "/", lambda one: code in one.topics)

    def of_place(request: Request) -> Response:
        view.board.refresh()
        found = view.board.place(request.path_params["slug"], view.now())
        if found is None:
            return pages.missing("This place is not watched")
        return fed(found.name, request, f"/j/{found.slug}", lambda one: one.slug == found.slug)

    def of_site(request: Request) -> Response:
        site = view.sites.get(request.path_params["site"])
        if site is None:
            return pages.missing("There is no such site")
        name = " – ".join(filter(None, (place(site.jurisdiction), site.body or site.id)))
        return fed(name, request, f"/j/{site.jurisdiction.slug}", lambda one: one.site == site.id)

    def dates(request: Request) -> Response:
        view.board.refresh()
        slug, now = request.path_params.get("slug"), view.now()
        found = view.board.place(slug, now) if slug else None
        if slug and found is None:
            return pages.missing("This place is not watched")
        if slug:
            news = [one for one in view.board.by_place.get(slug, []) if one.label == "relevant"]
            meetings = view.board.meetings(now, news)
        else:
            meetings = view.board.coming(now)
        name = f"{found.name if found else 'Ordinance Watcher'}: meetings with relevant items"
        body = calendar(name, meetings[:DATES], _base(view, request), now)
        return Response(body, media_type="text/calendar; charset=utf-8")

    return {
        "/feed.atom": everything,
        "/states/{state}/feed.atom": of_state,
        "/topics/{topic}/feed.atom": of_topic,
        "/j/{slug}/feed.atom": of_place,
        "/sites/{site}/feed.atom": of_site,
        "/calendar.ics": dates,
        "/j/{slug}/calendar.ics": dates,
    }


def publish(view: View, folder: Path) -> Copy:
    """Writes what `view` shows to `folder` as a static site. StoreError where that cannot be written."""
    return write_copy(view, handlers, folder)


def _base(view: View, request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}" if view.base is None else view.base


def _static(name: str, kind: str) -> Handler:
    body = files("watcher.web").joinpath("static", name).read_bytes()
    return lambda request: Response(body, media_type=kind, headers={"cache-control": "max-age=300"})
