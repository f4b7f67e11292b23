"""How clerks write."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from watcher.reading import marks


@pytest.mark.parametrize("name", ["Finance Committee", "FINANCE COMMITTEE - CANCELED", "Amended: Finance  Committee"])
def test_a_meeting_keeps_its_name_when_it_is_cancelled_or_amended(name: str) -> None:
    assert marks.lasting_name(name) == "finance committee"


@pytest.mark.parametrize(
    ("title", "off"),
    [
        ("Notice of Cancellation", True),
        ("CANCELLATION NOTICE", True),
        ("Agenda - Canceled", True),
        ("Cancellation", True),
        ("Agenda", False),
        ("Cancellation of the lease with Harbor LLC", False),
        ("Deferred items", False),
    ],
)
def test_a_papers_title_calls_a_meeting_off(title: str, off: bool) -> None:
    assert bool(marks.called_off(["Agenda packet", title])) is off


@pytest.mark.parametrize(
    "text",
    [
        *("2026/12/01", "December 1-2, 2026", "Dec. 1st & 2nd, 2026", "December 1 and 2, 2026", "01-Dec-2026"),
        *("Dec-01-2026", "December, 1 2026", "Dec.1, 2026", "12/1/26", "1 December 2026", "2026-12-01T18:00"),
    ],
)
def test_a_day_is_read_however_a_clerk_writes_it(text: str) -> None:
    assert marks.read_date(text) == date(2026, 12, 1)


@pytest.mark.parametrize(
    "text", ["/uploads/2026/12/01/agenda", "Resolution 2026/12/0144", "Section 1-December", "May 2026"]
)
def test_what_only_looks_like_a_day_is_none(text: str) -> None:
    assert marks.read_date(text) is None


@pytest.mark.parametrize("text", ["6:30p", "6:30 P. M.", "6:30 o'clock p.m.", "18:30", "06:30:00 PM", "6.30 pm"])
def test_a_time_of_day_is_read_however_a_clerk_writes_it(text: str) -> None:
    assert marks.read_time(text) == time(18, 30)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("The December meeting will not be held", "cancelled"),
        ("No quorum", "cancelled"),
        ("Rescheduled from November 3", "confirmed"),
        ("Not held", "confirmed"),
    ],
)
def test_a_standing_is_read_from_a_clerks_words(text: str, status: str) -> None:
    assert marks.status_of(None, datetime(2026, 11, 24, tzinfo=UTC), text) == status


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("Agenda (Rev. 2)", "Rev. 2"),
        ("AGENDA REVISION 1", "REVISION 1"),
        ("Modified Agenda", "Modified Agenda"),
        ("Agenda Amendment", "Agenda Amendment"),
        ("Revision of the zoning code", None),
        ("Revenue 2026", None),
    ],
)
def test_a_mark_of_amendment_is_read(text: str, mark: str | None) -> None:
    assert marks.revised_mark(text) == mark


@pytest.mark.parametrize(
    ("label", "kind"),
    [("Meeting Materials", "packet"), ("Orders of the Day", "agenda"), ("Live Stream", "video"), ("Acta", "minutes")],
)
def test_a_label_names_the_kind_of_paper(label: str, kind: str) -> None:
    assert marks.document_kind(label) == kind


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("Citizens Advisory Committee Meeting - Cancelled", "Citizens Advisory Committee Meeting"),
        ("Council Meeting (Amended)", "Council Meeting"),
        ("CANCELED: Planning Board", "Planning Board"),
        ("CITY COUNCIL - REVISED AGENDA", "CITY COUNCIL"),
        ("Board of Zoning Appeals -- HAS BEEN CANCELLED", "Board of Zoning Appeals"),
        ("Committee on Cancelled Debts", "Committee on Cancelled Debts"),
        ("Cancelled", "Cancelled"),
    ],
)
def test_a_body_is_named_without_a_clerks_remark(name: str, body: str) -> None:
    assert marks.body_in(name) == body


def test_a_notice_of_recess_calls_a_meeting_off() -> None:
    assert marks.called_off(["Agenda", "HTML Recess Notice"]) == ("HTML Recess Notice",)
    assert marks.document_kind("Journal") == "minutes"
