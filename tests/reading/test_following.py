"""What a reading asks for next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from watcher.model import Jurisdiction, Link, Meeting, Request, Site
from watcher.reading import following

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SITE = Site(
    "elm-falls",
    Jurisdiction("ma-elm-falls", "Elm Falls", "MA", "city", "America/New_York"),
    "primegov",
    "https://elmfalls.example.gov/",
    follow=("agendas", "packets"),
)
PAGE = Link("agenda:html", "https://elmfalls.example.gov/m/1", "HTML Agenda", "agenda")
PDF = Link("agenda:pdf", "https://elmfalls.example.gov/m/1.pdf", "Agenda", "agenda")
PACKET = Link("packet", "https://elmfalls.example.gov/p/1.pdf", "Packet", "packet")
MEETING = Meeting("1", "Council", start=NOW + timedelta(days=7), url=PAGE.url, documents=(PAGE, PDF))


def test_the_meetings_own_page_is_not_asked_for_twice() -> None:
    found = following.from_listing([MEETING], SITE, NOW)
    assert [(request.kind, request.url) for request in found] == [("meeting", PAGE.url), ("agenda", PDF.url)]


def test_an_agenda_on_the_meetings_own_page_makes_the_packet_needless() -> None:
    found = following.from_listing([replace(MEETING, documents=(PAGE, PACKET))], SITE, NOW)
    assert [request.kind for request in found] == ["meeting"]


def test_an_agenda_page_may_be_refused_where_the_agenda_is_a_file_too() -> None:
    both, alone = following.agenda_page(MEETING), following.agenda_page(replace(MEETING, documents=(PAGE,)))
    assert (both and both.optional, alone and alone.optional) == (True, False)
    assert following.agenda_page(replace(MEETING, url=None)) is None


def test_a_vendor_says_where_the_data_of_a_meeting_is() -> None:
    def page(meeting: Meeting) -> Request:
        return following.page_of(meeting, f"https://api.elmfalls.example.gov/{meeting.id}")

    found = following.from_listing([replace(MEETING, documents=())], SITE, NOW, page)
    assert [request.url for request in found] == ["https://api.elmfalls.example.gov/1"]
