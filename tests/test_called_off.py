"""A meeting called off or moved is told where its agenda was on the subject, and only there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_published_again import HEAD, SITES
from tests.town import Desk, Town, a_town, of_type

ON_TOPIC = "Ordinance authorizing a 287(g) agreement with U.S. Immigration and Customs Enforcement"
OTHER = "Ordinance on the fees of the municipal swimming pool"
ITEM_HEAD = "".join(
    f'<th class="rgHeader">{h}</th>' for h in ("File #", "Agenda #", "Type", "Title", "Action", "Result")
)


def calendar(note: str = "") -> str:
    rows = "".join(
        f'<tr class="rgRow"><td>City Council</td><td>12/{day}/2099</td><td>6:00 PM</td><td>Chambers{note if day == 8 else ""}</td>'
        f'<td><a href="MeetingDetail.aspx?ID=50{day}&GUID=M{day}">Meeting details</a></td><td>Not available</td></tr>'
        for day in (8, 9)
    )
    grid = (
        f'<table class="rgMasterTable" id="ctl00_ContentPlaceHolder1_gridCalendar_ctl00"><thead><tr>{HEAD}</tr></thead>'
    )
    return f"<html><body><h1>Calendar</h1>{grid}<tbody>{rows}</tbody></table></body></html>"


def detail(day: int, title: str) -> str:
    return (
        '<html><body><span id="ctl00_ContentPlaceHolder1_hypName">City Council</span>'
        f'<span id="ctl00_ContentPlaceHolder1_lblDate">12/{day}/2099</span>'
        '<span id="ctl00_ContentPlaceHolder1_lblTime">6:00 PM</span>'
        '<span id="ctl00_ContentPlaceHolder1_lblLocation">Chambers</span>'
        '<table class="rgMasterTable" id="ctl00_ContentPlaceHolder1_gridMain_ctl00">'
        f'<thead><tr>{ITEM_HEAD}</tr></thead><tbody><tr class="rgRow"><td>26-{day}</td><td>1.</td><td>Ordinance</td>'
        f"<td>{title}</td><td></td><td></td></tr></tbody></table></body></html>"
    )


@pytest.fixture
def town() -> Iterator[Town]:
    yield from a_town()


@pytest.mark.parametrize(("title", "told"), [(ON_TOPIC, 1), (OTHER, 0)])
def test_a_cancelled_meeting_is_told_when_its_agenda_was_on_the_subject(
    town: Town, tmp_path: Path, title: str, told: int
) -> None:
    desk = Desk(tmp_path)
    desk.sites(SITES.format(base=town.base))
    town.put("/Calendar.aspx", calendar())
    town.put("/MeetingDetail.aspx?ID=508&GUID=M8", detail(8, title))
    town.put("/MeetingDetail.aspx?ID=509&GUID=M9", detail(9, OTHER))
    assert {visit["outcome"] for visit in of_type(desk.lines("check"), "visit")} == {"baseline"}
    town.put("/Calendar.aspx", calendar(" CANCELLED"))
    lines = desk.lines("check")
    (change,) = [change for change in of_type(lines, "change") if change["kind"] == "cancelled"]
    assert change["meeting"]["start"].startswith("2099-12-08T18:00")
    assert len(of_type(lines, "alert")) == told, change["verdict"]
