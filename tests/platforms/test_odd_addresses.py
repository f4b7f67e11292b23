"""What is no address ("http://[link]", a port of letters) stands on clerks' pages too: it costs its link, never the page."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.platforms.test_cases import CASES, response_of
from watcher import platforms
from watcher.errors import FetchError, ReadError
from watcher.model import Request, Response

ODD = (
    "",
    "http://",
    "http://[bad",
    "//[x/y.pdf",
    "not a url",
    "http://h:port/",
    "http://h:99999999/x",
    "https://user:word@h/%zz?a=[",
    "https://[::1]/Calendar.aspx",
    "\x00",
)
PLACES = (
    rb"""(?P<before>\b(?:href|src|action|url|onclick|data-url)=["'])[^"']*(?P<after>["'])""",
    rb'(?P<before>")(?:https?://|/)[^" ]*(?P<after>")',
    rb"(?P<before><(?:link|url|loc)>)[^<]*(?P<after></(?:link|url|loc)>)",
)
ANSWERED = [case for case in CASES if next(case.glob("response.*"), None)]


def spoilt(body: bytes, odd: str) -> bytes:
    """A response in which every address is another one."""
    for place in PLACES:
        body = re.sub(place, lambda found: found["before"] + odd.encode() + found["after"], body, flags=re.IGNORECASE)
    return body


@pytest.mark.parametrize("odd", ["http://[bad", "//[x/y.pdf", "http://h:port/x.pdf"])
@pytest.mark.parametrize("case", ANSWERED, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_page_of_odd_addresses_is_read_or_refused(case: Path, odd: str) -> None:
    site, response = response_of(case, json.loads((case / "case.json").read_text("utf-8")))
    body = spoilt(response.body, odd)
    changed = Response(response.request, response.url, response.status, response.headers, body, response.fetched_at)
    with suppress(ReadError, FetchError):
        platforms.load(case.parent.name).read(site, changed)


@pytest.mark.parametrize("name", platforms.names())
@pytest.mark.parametrize("odd", ODD)
def test_what_is_no_address_is_nobodys(name: str, odd: str) -> None:
    platform = platforms.load(name)
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    for kind, body in (("text/html", b"<html></html>"), ("application/json", b'{"value": []}')):
        response = Response(Request("https://elmfalls.example/"), odd, 200, {"content-type": kind}, body, at)
        assert platform.detect(odd, response) < platforms.SURE
    assert platform.detect(odd, None) < platforms.SURE
    link_id = getattr(platform, "link_id", None)
    assert link_id is None or isinstance(link_id(odd), str | None)
