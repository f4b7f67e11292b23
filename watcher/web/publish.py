"""A static copy of the pages and feeds, for any web host or no host at all: what the service shows, walked and written.

    seeds ─ handler ─▶ answer ─ links ─▶ further paths …            every link inside the copy is answered, or named as broken
    each answer ─▶ a file with relative links, written only where its bytes are others than before

A page of one change never changes, nor does an old page of the list of changes (`View.block`), so they are made once;
`copy.json` remembers what was made, by which program, and what of it is to go. What an address says behind its question
mark becomes a folder: `/sites?page=2` is `sites/page-2/`. Forms and exports need the service and are left out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import TypedDict
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from watcher.alerts.wording import TOPICS
from watcher.errors import StoreError
from watcher.web.answers import Handler
from watcher.web.pages import Pages
from watcher.web.view import View

MEMORY = "copy.json"
SEEDS = (
    "/", "/places", "/changes", "/search", "/sites", "/method", "/feed.atom", "/calendar.ics", "/api/v1/openapi.json",
    "/api/v1/jurisdictions", "/api/v1/alerts", "/api/v1/changes", "/api/v1/meetings", "/api/v1/sites",
    *(f"/topics/{topic}/feed.atom" for topic in TOPICS),
)  # fmt: skip
LASTING = re.compile(
    r"/changes/[^/?]+(?:/(?:before|after)\.txt)?|/snapshots/.+|/api/v1/changes/[^/?]+|(?:/api/v1)?/changes\?before=\d+"
)
LINK = re.compile(r'(?<=\s)(href|src)="(/[^"]*)"')
NEXT = re.compile(r'(?<="next":)"(/api/v1/[^"]+)"')
KEPT = (
    "label",
    "status",
    "health",
    "state",
    "before",
    "page",
)  # what pages of a copy are told apart by; other filters need the service


class Made(TypedDict):
    """One answer of the copy: its file, and the paths that it links to."""

    file: str
    links: list[str]


@dataclass(slots=True)
class Copy:
    """What a publication did. `broken` are links inside the copy that lead to nothing, with the page they stand on."""

    written: int = 0
    kept: int = 0
    removed: int = 0
    broken: list[tuple[str, str]] = field(default_factory=list)


def publish(view: View, handlers: Callable[[View, Pages], Mapping[str, Handler]], folder: Path) -> Copy:
    """Writes the copy of `view` (which is not `live`) to `folder`. StoreError where that cannot be written."""
    routes = [Route(path, handler) for path, handler in handlers(view, Pages(view)).items()]
    made_by = _program(view)
    before = _memory(folder, made_by)
    now: dict[str, Made] = {}
    done = Copy()
    waiting: list[tuple[str, str]] = [(seed, "") for seed in SEEDS]
    seen = {path for path, _ in waiting}
    view.board.refresh()
    view.board.still = True
    while waiting:
        path, found_on = waiting.pop()
        known = before.get(path)
        if known and LASTING.fullmatch(path) and (folder / known["file"]).is_file():
            now[path] = known
            done.kept += 1
        else:
            answer = _answer(routes, path)
            if answer is None or answer.status_code != 200:
                done.broken.append((path, found_on))
                continue
            body, links = _rewritten(path, answer)
            name = file_of(path, answer.media_type or "")
            done.written, done.kept = _kept(folder / name, body, done)
            now[path] = {"file": name, "links": links}
        for link in now[path]["links"]:
            if link not in seen:
                seen.add(link)
                waiting.append((link, path))
    done.removed = _swept(folder, _files(_memory(folder)) - _files(now))
    memory = orjson.dumps({"made_by": made_by, "pages": now}, option=orjson.OPT_SORT_KEYS)
    _kept(folder / MEMORY, memory, Copy())
    return done


def file_of(address: str, media_type: str) -> str:
    """Where an answer stands in the copy: a page in a folder of its name, data under its own name."""
    path, _, query = address.partition("?")
    plain = "/".join([unquote(path).strip("/"), *(_word(*pair) for pair in parse_qsl(query))]).strip("/")
    if media_type == "text/html":
        return f"{plain}/index.html" if plain else "index.html"
    return f"{plain}.json" if media_type == "application/json" and not plain.endswith(".json") else plain


def _word(name: str, value: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", f"{name} {value.lower()}").strip("-")


def _answer(routes: list[Route], address: str) -> Response | None:
    path, _, query = address.partition("?")
    scope = {
        "type": "http", "method": "GET", "scheme": "http", "path": unquote(path), "query_string": query.encode(),
        "headers": [], "server": ("localhost", 80),
    }  # fmt: skip
    for route in routes:
        match, found = route.matches(scope)
        if match == Match.FULL:
            made: Response = found["endpoint"](Request({**scope, **found}))
            return made
    return None


def _rewritten(path: str, answer: Response) -> tuple[bytes, list[str]]:
    """The body with its links made relative, and where they lead. Text of bodies cannot look like a link: its quotes are
    escaped."""
    body = bytes(answer.body)
    here = tuple(file_of(path, answer.media_type or "").split("/")[:-1])
    links: dict[str, None] = {}

    def relative(found: str) -> str:
        target, file, fragment = _led(found)
        links[target] = None
        return _from(here, file) + fragment

    if answer.media_type == "text/html":
        body = LINK.sub(lambda one: f'{one[1]}="{relative(unescape(one[2]))}"', body.decode()).encode()
    elif answer.media_type == "application/json":
        body = NEXT.sub(lambda one: f'"{relative(one[1])}"', body.decode()).encode()
    return body, list(links)


@lru_cache(4096)
def _led(link: str) -> tuple[str, str, str]:
    """Where a link leads in a copy: the path that is asked, the file it becomes, and the place on it."""
    address = urlsplit(link)
    kept = [pair for pair in parse_qsl(address.query) if pair[0] in KEPT]
    target = f"{address.path}?{urlencode(kept)}" if kept else address.path
    return target, file_of(target, _kind(address.path)), f"#{address.fragment}" if address.fragment else ""


def _from(here: tuple[str, ...], file: str) -> str:
    """The way from a folder to a file, both of the copy, as a link."""
    parts = file.split("/")
    same = 0
    while same < min(len(here), len(parts) - 1) and here[same] == parts[same]:
        same += 1
    return quote("../" * (len(here) - same) + "/".join(parts[same:]))


def _kind(path: str) -> str:
    if path.startswith("/api/"):
        return "application/json"
    return "" if PurePosixPath(path).suffix in (".txt", ".bin", ".css", ".js", ".svg", ".atom", ".ics") else "text/html"


def _kept(path: Path, body: bytes, done: Copy) -> tuple[int, int]:
    """Writes a file where it is not there with these bytes; the counts of written and kept files after it."""
    try:
        if path.is_file() and path.read_bytes() == body:
            return done.written, done.kept + 1
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.new")
        beside.write_bytes(body)
        beside.replace(path)
    except OSError as error:
        raise StoreError(f"the copy cannot be written: {error.strerror}: {path}", path=str(path)) from error
    return done.written + 1, done.kept


def _swept(folder: Path, names: set[str]) -> int:
    """Removes files of an earlier copy that nothing leads to any more."""
    gone = 0
    for name in names:
        path = folder / name
        if path.resolve().is_relative_to(folder.resolve()) and path.is_file():
            path.unlink()
            gone += 1
    return gone


def _memory(folder: Path, made_by: str | None = None) -> dict[str, Made]:
    """What the copy holds; nothing where it was made by another program than `made_by`."""
    try:
        told = orjson.loads((folder / MEMORY).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    pages: dict[str, Made] = told["pages"]
    return pages if made_by in (None, told["made_by"]) else {}


def _files(pages: Mapping[str, Made]) -> set[str]:
    return {page["file"] for page in pages.values()}


def _program(view: View) -> str:
    """What a page of a change depends on besides the change: the program, its templates, the registry, where it will stand."""
    made = hashlib.sha256(version("ordinance-watcher").encode())
    for part in _parts():
        made.update(part)
    made.update(repr((view.base, sorted(view.sites.items()))).encode())
    return made.hexdigest()


def _parts() -> Iterator[bytes]:
    room = files("watcher.web")
    for name in ("templates", "static"):
        for one in sorted(room.joinpath(name).iterdir(), key=lambda part: part.name):
            yield one.read_bytes()
    for one in sorted(room.iterdir(), key=lambda part: part.name):
        if one.name.endswith(".py"):
            yield one.read_bytes()
