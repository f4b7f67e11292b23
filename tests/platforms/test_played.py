"""Each vendor played by a real server on loopback: opening → read → follow, through the real door and the real watch.

`tests/platforms/<vendor>/played.json`:

    today     "2026-11-24"                            the frozen day; visits happen at noon UTC, the second an hour later
    hosts     ["https://elmfalls.vendor.com"]         addresses in the answers that stand for the server (the site's too)
    site      {"url": "https://elmfalls.vendor.com/…", "body", "kind", "follow", "options", "time_zone"}
    answers   {"/path?query": "case/response.html"}   method does not matter; a path without query answers any query.
              or {"file": …, "type": "application/pdf"} or {"text": "…", "type": "text/html"}
    found     {"listing": 1, "meeting": 2, "agenda": 1}    documents visited by kind, all of them read well
    later     {"answers": {…}, "changes": [["revised", "words in before or after"]]}     what the second visit must tell

Files are read from the vendor's folder of cases.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from tests.town import Page, Town, a_town
from watcher import judge, platforms, wall
from watcher.fetch import Fetcher
from watcher.model import Jurisdiction, Site, SiteState
from watcher.net import Door
from watcher.snapshots import Objects
from watcher.watch import Desk, Findings, watch

HERE = Path(__file__).parent
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".xml": "text/xml",
    ".pdf": "application/pdf",
    ".ics": "text/calendar",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Clock:
    """A clock that a test sets."""

    def __init__(self, today: str) -> None:
        self.at = datetime.fromisoformat(f"{today}T12:00:00").replace(tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def town() -> Iterator[Town]:
    yield from a_town()


@pytest.mark.parametrize("vendor", [name for name in platforms.names() if name != "page"])
async def test_a_vendor_is_read_from_its_opening_to_its_documents(vendor: str, town: Town, tmp_path: Path) -> None:
    book = HERE / vendor / "played.json"
    assert book.exists(), f"tests/platforms/{vendor}/played.json: the vendor is not played over HTTP"
    play = json.loads(book.read_text("utf-8"))
    clock = Clock(play["today"])
    site = site_of(vendor, play, town)
    put_up(vendor, play["answers"], play["hosts"], town)
    async with Fetcher(Door(allow_networks=(ip_network("127.0.0.0/8"),)), clock=clock) as fetcher:
        desk = Desk(fetcher, Objects(tmp_path), judge.builtin(), clock.now, (), ())
        first = await watch(site, SiteState(site.id, site.url), {}, desk)
        assert [(v.url, v.reason, v.detail) for v in first.visits if v.outcome != "baseline"] == []
        assert kinds(first) == play["found"]
        assert first.changes == []
        if "later" in play:
            put_up(vendor, play["later"]["answers"], play["hosts"], town)
            clock.at += timedelta(hours=1)
            known = {document.key: document for document in first.documents}
            second = await watch(site, first.state, known, desk)
            assert [(v.url, v.reason, v.detail) for v in second.visits if v.outcome in ("failed", "blocked")] == []
            told = [(change.kind, f"{change.before} {change.after}") for change in second.changes]
            for kind, words in play["later"]["changes"]:
                assert any(kind == k and words in text for k, text in told), (kind, words, told)
            assert len(told) == len(play["later"]["changes"]), told
    wall.close()


def kinds(found: Findings) -> dict[str, int]:
    return dict(Counter(document.request.kind for document in found.documents if document.visited))


def site_of(vendor: str, play: dict[str, Any], town: Town) -> Site:
    given = dict(play["site"])
    zone = given.pop("time_zone", "America/New_York")
    place = Jurisdiction("ma-elm-falls", "Elm Falls", "MA", "city", zone)
    options = {name: at_home(value, play["hosts"], town) for name, value in given.pop("options", {}).items()}
    follow = tuple(given.pop("follow", ("agendas", "packets", "attachments", "minutes", "legislation")))
    url = at_home(given.pop("url"), play["hosts"], town)
    return Site(
        f"{vendor}-site",
        place,
        vendor,
        url,
        follow=follow,
        options=MappingProxyType(options),
        min_delay=timedelta(0),
        **given,
    )


def put_up(vendor: str, answers: dict[str, Any], hosts: list[str], town: Town) -> None:
    for path, told in answers.items():
        entry = {"file": told} if isinstance(told, str) else told
        if "file" in entry:
            file = HERE / vendor / entry["file"]
            body, media_type = file.read_bytes(), entry.get("type") or TYPES[file.suffix]
        else:
            body, media_type = entry["text"].encode(), entry.get("type", TYPES[".html"])
        for host in hosts:
            body = body.replace(host.encode(), town.base.encode())
            body = body.replace(host.replace("/", "\\/").encode(), town.base.encode())
        town.pages[path] = Page(body, headers={"Content-Type": media_type})


def at_home(text: str, hosts: list[str], town: Town) -> str:
    for host in hosts:
        text = text.replace(host, town.base)
    return text
