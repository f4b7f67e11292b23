"""A council publishes its agenda again at another address: what it repeats is not told twice, what is new is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from icalendar import Calendar

from tests.town import Desk, Line, Town, a_town, of_type

SITES = """
version: 1
defaults: {{min_delay: 0s}}
channels:
  log: {{kind: console}}
operator: [log]
sites:
  - id: springfield-council
    jurisdiction: {{name: Springfield, state: IL, kind: city, time_zone: America/Chicago}}
    body: City Council
    platform: legistar
    url: {base}/Calendar.aspx
    follow: [agendas]
"""
HEADINGS = ("Name", "Meeting Date", "Meeting Time", "Meeting Location", "Meeting Details", "Agenda")
HEAD = "".join(f'<th class="rgHeader">{heading}</th>' for heading in HEADINGS)
AGENDA = "1. Call to order\n\n2. Resolution directing the Police Department to honor ICE detainer requests.\n"
ADDENDUM = "\n3. Ordinance prohibiting 287(g) agreements with U.S. Immigration and Customs Enforcement.\n"


def calendar(*agendas: str) -> str:
    """A calendar of one meeting for each of these agenda addresses."""
    rows = "".join(
        f'<tr class="rgRow"><td>City Council</td><td>12/{day}/2099</td>'
        "<td>6:00 PM</td><td>Chambers</td>"
        f'<td><a id="ctl00_hypMeetingDetail" href="MeetingDetail.aspx?ID=50{day}&GUID=M{day}">Meeting details</a></td>'
        f'<td><a id="ctl00_hypAgenda" href="{agenda}">Agenda</a></td></tr>'
        for day, agenda in enumerate(agendas, 8)
    )
    return (
        '<html><body><form action="./Calendar.aspx"><table id="ctl00_ContentPlaceHolder1_gridCalendar_ctl00">'
        f"<thead><tr>{HEAD}</tr></thead><tbody>{rows}</tbody></table></form></body></html>"
    )


@pytest.fixture
def town() -> Iterator[Town]:
    yield from a_town()


@pytest.fixture
def desk(town: Town, tmp_path: Path) -> Desk:
    town.put("/Calendar.aspx", calendar(agenda(1)))
    town.put(agenda(1), AGENDA, Content_Type="text/plain")
    desk = Desk(tmp_path)
    desk.sites(SITES.format(base=town.base))
    desk.run("check")
    return desk


def agenda(number: int) -> str:
    """The address of an agenda, as InSite writes it."""
    return f"/View.ashx?M=A&ID={number}&GUID=G{number}"


def test_the_same_agenda_at_another_address_is_a_new_document_and_no_alert(desk: Desk, town: Town) -> None:
    town.put("/Calendar.aspx", calendar(agenda(7)))
    town.put(agenda(7), AGENDA, Content_Type="text/plain")
    lines = desk.lines("check")
    assert (town.base + agenda(7), "changed", "new_document") in [
        (line["url"], line["outcome"], line["reason"]) for line in of_type(lines, "visit")
    ]
    assert of_type(lines, "alert") == []


def test_an_amended_agenda_at_another_address_tells_only_what_is_new(desk: Desk, town: Town) -> None:
    town.put("/Calendar.aspx", calendar(agenda(7)))
    town.put(agenda(7), AGENDA + ADDENDUM, Content_Type="text/plain")
    lines = desk.lines("check")
    relevant = [line for line in of_type(lines, "change") if line["verdict"]["label"] == "relevant"]
    assert [line["after"] for line in relevant] == [ADDENDUM.strip()]
    assert len(of_type(lines, "alert")) == 1


def test_the_agenda_of_another_meeting_takes_nobodys_place(desk: Desk, town: Town) -> None:
    town.put("/Calendar.aspx", calendar(agenda(1), agenda(7)))
    town.put(agenda(7), AGENDA, Content_Type="text/plain")
    assert len(of_type(desk.lines("check"), "alert")) == 1


def texts_told(lines: list[Line]) -> list[str]:
    """The texts of the relevant changes."""
    return [line["after"] for line in of_type(lines, "change") if line["verdict"]["label"] == "relevant"]


def test_replay_tells_of_an_agenda_published_again_what_the_visits_told(desk: Desk, town: Town) -> None:
    told: list[str] = []
    texts = (AGENDA, AGENDA + ADDENDUM, AGENDA + ADDENDUM + "\n4. Adjournment\n")
    for number, text in enumerate(texts, 7):
        town.put("/Calendar.aspx", calendar(agenda(number)))
        town.put(agenda(number), text, Content_Type="text/plain")
        told += texts_told(desk.lines("check"))
    again = desk.lines("replay")
    assert texts_told(again) == told == [ADDENDUM.strip()]


def test_the_coming_meeting_with_a_relevant_item_is_in_the_calendar(desk: Desk, town: Town) -> None:
    town.put("/Calendar.aspx", calendar(agenda(7)))
    town.put(agenda(7), AGENDA + ADDENDUM, Content_Type="text/plain")
    desk.run("check")
    assert "1 meeting" in desk.run("export", "--ics", "coming.ics").stdout
    (event,) = Calendar.from_ical((desk.folder / "coming.ics").read_bytes()).walk("VEVENT")
    assert event.decoded("dtstart") == datetime(2099, 12, 9, 0, tzinfo=UTC)
    assert (str(event["location"]), str(event["summary"])) == ("Chambers", "Springfield, IL: City Council")
    assert "287(g)" in str(event["description"])
    assert town.base in str(event["description"])


def test_the_calendar_quotes_how_to_attend_where_the_agenda_says_it(desk: Desk, town: Town) -> None:
    how = "Written comments must be e-mailed to clerk@springfield.example by noon; those who wish to speak may join at https://zoom.example/j/812."
    town.put("/Calendar.aspx", calendar(agenda(1), agenda(8)))
    town.put(agenda(8), f"AGENDA\n\n{how}\n\n{AGENDA}{ADDENDUM}", Content_Type="text/plain")
    told = [change["meeting"] for change in of_type(desk.lines("check", "--no-deliver"), "change")]
    assert how in {meeting.get("attend") for meeting in told if meeting and meeting["id"] == "509:M9"}
    desk.run("export", "--ics", "meetings.ics")
    (event,) = Calendar.from_ical((desk.folder / "meetings.ics").read_bytes()).walk("VEVENT")
    assert f"in the words of the source:\n{how}" in str(event["DESCRIPTION"])
