"""Walks watcher/platforms and tests/platforms/<vendor>/<case>/: no saved case, no entry.

A case is a folder that a person can read:

    case.json       {"url": "https://…",                 the address after redirects (mandatory)
                     "status": 200,                      default 200
                     "headers": {"content-type": "…"},   lower-case names; default from the response's file name
                     "today": "2026-11-24",              the frozen day; `fetched_at` is its noon, UTC
                     "site": {"kind": "agenda", "body": "City Council", "url": "…", "time_zone": "America/New_York",
                              "follow": ["agendas"], "select": "…", "ignore": [], "ignore_text": [], "options": {}},
                     "request": {"kind": "listing", "method": "GET", "url": "…", "title": "…", "stable_key": "…"}}
                    Only `url` must be there. `site.url` and `request.url` default to it; `site.platform` is the folder.
    response.*      the bytes that came back, unchanged. None: the case is about `opening(site, today)` alone.
    reading.json    the golden reading: what `read` returned, fields at their defaults left out. A refusal is
                    {"error": "EmptyReading", "reason": "empty"}. Without response.*: {"opening": [requests]}.

The first run writes reading.json *and fails*; a person reads it, and accepts it by committing it. To propose a golden
file anew, delete it. Write responses yourself or cut public text down; ship nobody's pages whole.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import mimetypes
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from watcher import platforms
from watcher.errors import FetchError, ReadError
from watcher.model import Jurisdiction, Request, Response, Site, View

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("*/*/case.json"))
MEDIA_TYPES = {".html": "text/html; charset=utf-8", ".json": "application/json", ".xml": "application/xml"}


@pytest.mark.parametrize("name", platforms.names())
def test_every_platform_has_the_right_shape_and_a_saved_case(name: str) -> None:
    platform = platforms.load(name)
    assert isinstance(platform.OPTIONS, frozenset)
    assert isinstance(platform.MIN_DELAY, timedelta)
    assert list(inspect.signature(platform.opening).parameters) == ["site", "today"]
    assert list(inspect.signature(platform.read).parameters) == ["site", "response"]
    assert list(inspect.signature(platform.detect).parameters) == ["url", "response"]
    assert inspect.getdoc(platform), f"platforms/{name}.py does not say what it was checked against"
    assert any(case.parent.name == name for case in CASES), f"tests/platforms/{name}/ has no case"


def test_every_folder_of_cases_belongs_to_a_platform() -> None:
    folders = {path.name for path in HERE.iterdir() if path.is_dir() and not path.name.startswith(("_", "."))}
    assert folders <= set(platforms.names())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_saved_response_is_read_as_a_person_accepted_it(case: Path) -> None:
    told = json.loads((case / "case.json").read_text())
    found = json.loads(json.dumps(read(case, told), ensure_ascii=False))
    golden = case / "reading.json"
    if not golden.exists():
        golden.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
        pytest.fail(f"{golden} was missing and is proposed now: read it, and commit it if it is right")
    assert found == json.loads(golden.read_text())


def read(case: Path, told: dict[str, Any]) -> object:
    """Return the case's reading, opening requests or refusal as plain values."""
    platform = platforms.load(case.parent.name)
    if next(iter(case.glob("response.*")), None) is None:
        site = site_of(case.parent.name, told)
        return {"opening": [bare(request) for request in platform.opening(site, today_of(told))]}
    site, response = response_of(case, told)
    try:
        return bare(platform.read(site, response))
    except (ReadError, FetchError) as refusal:
        return {"error": type(refusal).__name__, "reason": refusal.reason}


def response_of(case: Path, told: dict[str, Any]) -> tuple[Site, Response]:
    """The saved response of a case and the site that it was asked for."""
    site, today = site_of(case.parent.name, told), today_of(told)
    (body,) = case.glob("response.*")
    opening = platforms.load(case.parent.name).opening(site, today)
    asked = {"url": told["url"], "kind": opening[0].kind, **told.get("request", {})}
    response = Response(
        request=Request(**asked),
        url=told["url"],
        status=told.get("status", 200),
        headers=told.get("headers") or {"content-type": media_type(body)},
        body=body.read_bytes(),
        fetched_at=datetime.combine(today, time(12), UTC),
    )
    return site, response


def today_of(told: dict[str, Any]) -> date:
    return date.fromisoformat(told.get("today", "2026-11-24"))


def site_of(platform: str, told: dict[str, Any]) -> Site:
    given = dict(told.get("site", {}))
    zone = given.pop("time_zone", "America/New_York")
    view = View(given.pop("select", None), tuple(given.pop("ignore", ())), tuple(given.pop("ignore_text", ())))
    place = Jurisdiction("ma-elm-falls", "Elm Falls", "MA", "city", zone)
    follow = tuple(given.pop("follow", ()))
    return Site("elm-falls", place, platform, given.pop("url", told["url"]), view=view, follow=follow, **given)


def media_type(body: Path) -> str:
    return MEDIA_TYPES.get(body.suffix) or mimetypes.guess_type(body.name)[0] or "application/octet-stream"


def bare(value: object) -> object:
    """Return a noun as plain values, its fields that stand at their defaults left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kept = {}
        for each in dataclasses.fields(value):
            inner = getattr(value, each.name)
            if inner not in ("", None, (), False) and inner != each.default:
                kept[each.name] = bare(inner)
        return kept
    if isinstance(value, tuple | list):
        return [bare(inner) for inner in value]
    if isinstance(value, Mapping):
        return {str(name): bare(inner) for name, inner in value.items()}
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value.isoformat() if isinstance(value, datetime | date) else value
