"""The made-up vendor of CONTRIBUTING.md: one file and one case folder are all it takes."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from watcher import platforms
from watcher.errors import EmptyReading, LayoutChanged, Unreadable
from watcher.model import Jurisdiction, Reading, Request, Response, Site

PAGE = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text("utf-8")
PLACE = Jurisdiction("ma-elm-falls", "Elm Falls", "MA", "city", "America/New_York")


def block(language: str) -> str:
    """The page's one block of a language that belongs to the vendor."""
    (found,) = [str(text) for text in re.findall(rf"(?ms)^```{language}\n(.*?)^```", PAGE) if "ell" in text]
    return found


@pytest.fixture
def bellweb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[platforms.Platform]:
    (tmp_path / "bellweb.py").write_text(block("python"), "utf-8")
    monkeypatch.setattr(platforms, "__path__", [*platforms.__path__, str(tmp_path)])
    platforms.names.cache_clear()
    try:
        yield platforms.load("bellweb")
    finally:
        platforms.names.cache_clear()
        platforms.load.cache_clear()
        sys.modules.pop("watcher.platforms.bellweb", None)


def read(platform: platforms.Platform, body: str) -> Reading:
    case = orjson.loads(block("json"))
    site = Site("bell", PLACE, "bellweb", case["url"], follow=tuple(case["site"]["follow"]))
    at = datetime.fromisoformat(f"{case['today']}T12:00:00").replace(tzinfo=UTC)
    request = platform.opening(site, at.date())[0]
    return platform.read(site, Response(request, case["url"], 200, {"content-type": "text/html"}, body.encode(), at))


def test_the_made_up_vendor_is_found_and_read(bellweb: platforms.Platform) -> None:
    assert "bellweb" in platforms.names()
    reading = read(bellweb, block("html"))
    (meeting,) = reading.meetings
    assert (meeting.id, meeting.body, str(meeting.start)) == ("71", "Town Board", "2026-12-01 19:00:00-05:00")
    assert [(link.id, link.revised, link.version) for link in meeting.documents] == [
        ("agenda:71", "Revised agenda", "2")
    ]
    assert [(ask.url, ask.kind) for ask in reading.follow] == [("https://bell.elmfalls.gov/agenda?rev=2", "agenda")]


def test_its_doubtful_pages_are_refused(bellweb: platforms.Platform) -> None:
    whole = block("html")
    with pytest.raises(EmptyReading):
        read(bellweb, re.sub(r"<tr.*</tr>", "", whole))
    with pytest.raises(LayoutChanged):
        read(bellweb, whole.replace("bell-meetings", "other"))
    with pytest.raises(Unreadable):
        read(bellweb, whole[: len(whole) // 2])
    proven = read(bellweb, re.sub(r"<tr.*</tr>", "<tr><td>No meetings are scheduled</td></tr>", whole))
    assert proven.proof == "No meetings are scheduled"


def test_it_is_recognised_by_its_own_mark_alone(bellweb: platforms.Platform) -> None:
    url = "https://bell.elmfalls.gov/meetings"
    there = Response(Request(url), url, 200, {}, block("html").encode(), datetime(2026, 11, 24, tzinfo=UTC))
    assert platforms.recognise(url, there)[0][0] == "bellweb"
    assert bellweb.detect(url, None) == 0.0
