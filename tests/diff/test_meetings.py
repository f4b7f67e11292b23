"""Meetings of a listing: what is news, and what only looks like it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tests.diff.readings import NOW, REQUEST, compare, reading, told
from watcher.model import Link, Meeting

LOCAL = ZoneInfo("America/New_York")
AGENDA = Link("A:1", "https://council.example/a.pdf", "Agenda", "agenda")


def meeting(id: str, days: float, **more: object) -> Meeting:
    start = (NOW + timedelta(days=days)).astimezone(LOCAL)
    return replace(Meeting(id, "City Council", "Regular Meeting", start, location="City Hall"), **more)  # type: ignore[arg-type]


LISTING = tuple(meeting(str(days), days) for days in (-14, -7, 2, 9, 16, 23))


def test_a_new_meeting_is_added_with_its_day_in_local_time() -> None:
    new = meeting("new", 5, documents=(AGENDA,))
    (change,) = compare(reading(meetings=LISTING), reading(meetings=(*LISTING, new)))
    assert (change.kind, change.meeting) == ("added", new)
    assert change.after == "City Council - Regular Meeting\nSunday, November 29, 2026, 7:00 AM\nCity Hall\nAgenda"


def test_an_old_meeting_that_a_wider_listing_shows_is_no_news() -> None:
    assert compare(reading(meetings=LISTING), reading(meetings=(meeting("old", -90), *LISTING))) == ()


def test_a_meeting_found_after_a_long_silence_is_news_although_its_day_passed() -> None:
    late = meeting("late", -3)
    assert [change.kind for change in compare(reading(meetings=LISTING), reading(meetings=(*LISTING, late)))] == [
        "added"
    ]


def test_a_meeting_whose_date_has_passed_is_not_a_removal() -> None:
    assert compare(reading(meetings=LISTING), reading(meetings=LISTING[1:])) == ()
    assert compare(reading(meetings=LISTING), reading(meetings=LISTING[2:])) == ()


def test_a_meeting_withdrawn_before_its_date_is_a_removal() -> None:
    for gone in LISTING[2:]:
        after = tuple(meeting for meeting in LISTING if meeting is not gone)
        (change,) = compare(reading(meetings=LISTING), reading(meetings=after))
        assert (change.kind, change.meeting) == ("removed", gone)


def test_meetings_beyond_the_window_of_a_listing_are_not_removed() -> None:
    assert compare(reading(meetings=LISTING), reading(meetings=LISTING[:3])) == ()


def test_a_full_list_that_gains_a_meeting_loses_its_last_without_news() -> None:
    new = meeting("new", 4)
    changes = compare(reading(meetings=LISTING), reading(meetings=(*LISTING[:3], new, *LISTING[3:-1])))
    assert [change.kind for change in changes] == ["added"]


def test_an_empty_listing_removes_nothing() -> None:
    assert compare(reading(meetings=LISTING), reading()) == ()


def test_a_cancelled_meeting_is_cancelled() -> None:
    before, after = meeting("1", 3), meeting("1", 3, status="cancelled")
    (change,) = compare(reading(meetings=(before,)), reading(meetings=(after,)))
    assert change.kind == "cancelled"
    assert change.after.endswith("Status: Cancelled")


def test_a_moved_meeting_says_from_when_and_where_to_when_and_where() -> None:
    before, after = meeting("1", 3), meeting("1", 4.25, location="Online")
    assert told(compare(reading(meetings=(before,)), reading(meetings=(after,)))) == [
        (
            "rescheduled",
            "When: Friday, November 27, 2026, 7:00 AM\nWhere: City Hall",
            "When: Saturday, November 28, 2026, 1:00 PM\nWhere: Online",
        )
    ]


def test_the_same_instant_in_another_offset_is_no_change() -> None:
    before = meeting("1", 3)
    after = replace(before, start=(NOW + timedelta(days=3)))
    assert compare(reading(meetings=(before,)), reading(meetings=(after,))) == ()


def test_a_meeting_made_anew_on_the_same_day_is_rescheduled() -> None:
    changes = compare(
        reading(meetings=(meeting("1", 3), LISTING[-1])), reading(meetings=(meeting("2", 3.1), LISTING[-1]))
    )
    assert [change.kind for change in changes] == ["rescheduled"]


def test_a_passed_meeting_is_no_news_by_itself() -> None:
    before = meeting("1", -1)
    after = replace(before, status="passed", location="Room 5", end=before.start)
    assert compare(reading(meetings=(before,)), reading(meetings=(after,))) == ()


def test_a_document_published_for_a_known_meeting_is_a_revision_that_names_it() -> None:
    before, after = meeting("1", 3), meeting("1", 3, documents=(AGENDA,))
    assert told(compare(reading(meetings=(before,)), reading(meetings=(after,)))) == [("revised", "", "Agenda")]


def test_an_amended_agenda_is_a_revision_also_where_only_its_mark_moved() -> None:
    before = meeting("1", 3, documents=(AGENDA,))
    marked = meeting("1", 3, documents=(replace(AGENDA, revised="Nov 20"),))
    replaced = meeting("1", 3, documents=(replace(AGENDA, id="A:2"),))
    assert told(compare(reading(meetings=(before,)), reading(meetings=(marked,)))) == [
        ("revised", "Agenda", "Agenda (revised: Nov 20)")
    ]
    assert told(compare(reading(meetings=(before,)), reading(meetings=(replaced,)))) == [
        ("revised", "Agenda", "Agenda (put in place of an earlier document)")
    ]


def test_another_address_of_the_same_document_and_a_recording_are_no_news() -> None:
    video = Link("V:1", "https://council.example/v", "Video", "video")
    before = meeting("1", 3, documents=(AGENDA,))
    after = meeting("1", 3, documents=(replace(AGENDA, url="https://council.example/a.pdf?s=2"), video))
    assert compare(reading(meetings=(before,)), reading(meetings=(after,))) == ()


def test_a_page_about_the_meeting_that_led_there_does_not_announce_it_again() -> None:
    known = meeting("1", 3)
    assert compare(None, reading(meetings=(known,)), request=replace(REQUEST, meeting=known)) == ()
    assert len(compare(None, reading(meetings=(known,)))) == 1


MEETINGS = st.lists(
    st.builds(
        meeting,
        st.sampled_from("abcdef"),
        st.integers(-20, 20),
        status=st.sampled_from(["tentative", "confirmed", "cancelled", "passed"]),
        documents=st.sampled_from([(), (AGENDA,), (replace(AGENDA, revised="x"),)]),
    ),
    unique_by=lambda meeting: meeting.id,
).map(tuple)


@given(MEETINGS, MEETINGS)
def test_laws_hold_for_any_two_listings(before: tuple[Meeting, ...], after: tuple[Meeting, ...]) -> None:
    assert compare(reading(meetings=before), reading(meetings=before)) == ()
    assert compare(reading(meetings=before), reading(meetings=tuple(reversed(before)))) == ()
    changes = compare(reading(meetings=before), reading(meetings=after))
    assert len({change.id for change in changes}) == len(changes)
    for change in changes:
        assert change.meeting is not None
        assert change.before != change.after
        if change.kind == "removed":
            assert change.meeting.start
            assert change.meeting.start > NOW
