"""A site of several lists: what goes from one to another is no news, and a page's form is asked with its present fields."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from tests.town import Town, a_town
from watcher import judge
from watcher.demo.pdf import written
from watcher.fetch import Fetcher
from watcher.model import Jurisdiction, Site, SiteState
from watcher.net import Door
from watcher.snapshots import Objects
from watcher.watch import Desk, Findings, watch

PLACE = Jurisdiction("ma-elm-falls", "Elm Falls", "MA", "city", "America/New_York")
UPCOMING = "/api/v2/PublicPortal/ListUpcomingMeetings"
PAST = "/api/v2/PublicPortal/ListArchivedMeetings?year=2026"
START = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def town() -> Iterator[Town]:
    yield from a_town()


class Visits:
    """One site, visited as the program does, at a clock that the test sets."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site, self.objects, self.at = site, Objects(folder), START
        self.found: Findings | None = None

    def now(self) -> datetime:
        return self.at

    async def visit(self) -> Findings:
        last = self.found
        state = last.state if last else SiteState(self.site.id, self.site.url)
        known = {document.key: document for document in last.documents} if last else {}
        async with Fetcher(Door(allow_networks=(ip_network("127.0.0.0/8"),)), clock=self) as fetcher:
            desk = Desk(fetcher, self.objects, judge.builtin(), self.now, (), ())
            self.found = await watch(self.site, state, known, desk)
        kept = {**known, **{document.key: document for document in self.found.documents}}
        self.found.documents = list(kept.values())
        self.at += timedelta(days=1)
        return self.found


def meeting(number: int, title: str) -> dict[str, object]:
    return {"id": number, "dateTime": "2026-11-25T18:30:00", "title": title, "documentList": [], "meetingState": 1}


async def test_a_meeting_that_goes_from_upcoming_to_past_is_not_told_again(town: Town, tmp_path: Path) -> None:
    council, hearing = meeting(1, "City Council"), meeting(2, "Special Hearing")
    town.put(UPCOMING, json.dumps([council]), Content_Type="application/json")
    town.put(PAST, "[]", Content_Type="application/json")
    visits = Visits(Site("elm", PLACE, "primegov", town.base + "/public/portal", min_delay=timedelta(0)), tmp_path)
    await visits.visit()
    town.put(UPCOMING, "[]", Content_Type="application/json")
    town.put(PAST, json.dumps([council, hearing]), Content_Type="application/json")
    told = (await visits.visit()).changes
    assert [(change.kind, change.key) for change in told] == [("added", "meeting:2")]


async def test_an_amended_pdf_agenda_is_told_item_by_item_and_its_cancelling_is_heard(
    town: Town, tmp_path: Path
) -> None:
    head = ["TOWN BOARD AGENDA", "Tuesday, December 1, 2026", ""]
    items = [
        "Call to order",
        "Approval of the minutes of November 17",
        "Award of the 2027 street contract",
        "Adjournment",
    ]

    def put(lines: list[str]) -> None:
        town.put("/agenda.pdf", written(lines), Content_Type="application/pdf")

    def numbered(titles: list[str]) -> list[str]:
        return [*head, *(f"{number}. {title}" for number, title in enumerate(titles, 1))]

    put(numbered(items))
    visits = Visits(Site("elm", PLACE, "page", town.base + "/agenda.pdf", min_delay=timedelta(0)), tmp_path)
    await visits.visit()
    put(numbered([*items[:2], "Agreement with ICE under section 287(g)", *items[2:]]))
    told = (await visits.visit()).changes
    assert [(change.kind, change.after) for change in told] == [("added", "Agreement with ICE under section 287(g)")]
    put([*head, "THE MEETING OF DECEMBER 1, 2026 IS CANCELLED"])
    off = await visits.visit()
    assert off.state.health == "ok"
    assert any("CANCELLED" in change.after for change in off.changes)


async def test_heavy_packets_take_several_visits_each_in_its_turn_and_are_no_news(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watcher.watch.walk.MOST_BYTES", 10_000)
    rows = "".join(f'<li><a href="/packet{n}.txt">Packet of November {n}, 2026</a></li>' for n in range(1, 9))
    town.put("/", f"<html><body><ul>{rows}</ul></body></html>")
    site = Site("elm", PLACE, "page", town.base + "/", follow=("packets",), min_delay=timedelta(0))
    visits = Visits(site, tmp_path)
    asked: list[set[str]] = []
    for turn in range(4):
        for n in range(1, 9):  # each comes whole at every visit: its server keeps no validators and stamps the hour
            town.put(
                f"/packet{n}.txt",
                f"Packet {n}, printed {turn}. " + "The board meets. " * 240,
                Content_Type="text/plain",
            )
        town.asked.clear()
        found = await visits.visit()
        asked.append({path for path in town.asked if path.startswith("/packet")})
    assert all(2 <= len(paths) <= 4 for paths in asked)
    assert len(set().union(*asked)) == 8
    assert not [change for change in found.changes if change.kind == "added"]


CALENDAR = (Path(__file__).parent / "platforms/legistar/calendar_at_the_end_of_the_month/response.html").read_text(
    "utf-8"
)


async def test_a_form_is_sent_with_the_fields_the_page_has_now(town: Town, tmp_path: Path) -> None:
    town.put("/Calendar.aspx", CALENDAR)
    visits = Visits(Site("elm", PLACE, "legistar", town.base + "/Calendar.aspx", min_delay=timedelta(0)), tmp_path)
    await visits.visit()
    found = visits.found
    assert found is not None
    assert [d.request.method for d in found.documents if d.request.method == "POST"] == ["POST"]
    town.put("/Calendar.aspx", CALENDAR.replace('id="__VIEWSTATE" value="', 'id="__VIEWSTATE" value="fresh'))
    await visits.visit()
    assert b"__VIEWSTATE=fresh" in town.received[-1][2]
