"""A document that is the meeting's own page."""

from __future__ import annotations

from datetime import UTC, datetime

from watcher.model import Jurisdiction, Link, Meeting, Site
from watcher.reading import following

SITE = Site(
    "x",
    Jurisdiction("ma-elm-falls", "Elm Falls", "MA", "city", "UTC"),
    "x",
    "https://x/",
    follow=("agendas", "packets"),
)


def test_an_agenda_that_is_the_meetings_own_page_is_asked_for_once() -> None:
    page, packet = "https://x/Agenda/1", "https://x/Packet/1"
    links = (Link("agenda:1", page, "Agenda", "agenda"), Link("packet:1", packet, "Packet", "packet"))
    now = datetime(2026, 11, 24, tzinfo=UTC)
    meeting = Meeting("1", "Council", start=now, url=page, documents=links)
    assert [(r.kind, r.url) for r in following.from_listing([meeting], SITE, now)] == [("meeting", page)]
    assert following.from_meeting(meeting, (), (), SITE) == ()
