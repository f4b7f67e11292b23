"""When a change came before its meeting, counted in each state's own way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.news import BOSTON, MEETING, SITE, change
from watcher.alerts import compose, notice, timing
from watcher.model import Change, Jurisdiction, Meeting

PLACES = {
    "CA": ("ca-san-diego", "America/Los_Angeles"),
    "CA/": ("ca-oakland", "America/Los_Angeles"),
    "TX": ("tx-austin", "America/Chicago"),
    "MA": ("ma-boston", "America/New_York"),
    "RI": ("ri-providence", "America/New_York"),
    "AL": ("al-mobile", "America/Chicago"),
    "HI": ("hi-honolulu", "Pacific/Honolulu"),
    "GA": ("ga-athens", "America/New_York"),
    "OR": ("or-portland", "America/Los_Angeles"),
    "NY": ("ny-albany", "America/New_York"),
}


def place(state: str) -> Jurisdiction:
    slug, zone = PLACES[state]
    return Jurisdiction(slug, slug[3:].title(), state[:2], "city", zone)


def news(state: str, start: str, seen: str, last: str | None = None, **more: Any) -> Change:
    """A change of an agenda, with times in the place's own zone."""
    zone = ZoneInfo(PLACES[state][1])
    meeting = Meeting("m1", more.pop("body", "City Council"), start=datetime.fromisoformat(start).replace(tzinfo=zone))
    at = datetime.fromisoformat(seen).replace(tzinfo=zone)
    before = datetime.fromisoformat(last).replace(tzinfo=zone) if last else None
    return replace(change("c", **more), meeting=meeting, seen_at=at, last_seen_unchanged_at=before)


@pytest.mark.parametrize(
    ("state", "start", "seen", "last", "words"),
    [
        ("CA", "2026-12-01 14:00", "2026-11-30 19:00", "2026-11-30 18:45", "revised 19 h before the meeting; regular notice in California is 72 h"),
        ("CA", "2026-12-01 14:00", "2026-11-27 13:59", None, "posted 96 h before the meeting; regular notice in California is 72 h"),
        ("CA", "2026-12-01 14:00", "2026-11-20 13:59", None, "posted 11 days before the meeting; regular notice in California is 72 h"),
        ("NY", "2026-12-01 14:00", "2026-11-30 19:00", "2026-11-29 19:00", "revised 19 to 43 h before the meeting"),
        ("NY", "2026-12-01 14:00", "2026-12-01 13:20", "2026-12-01 13:10", "revised 40 min before the meeting"),
        ("NY", "2026-12-01 14:00", "2026-12-01 13:20", "2026-12-01 10:00", "revised 40 min to 4 h before the meeting"),
        ("NY", "2026-12-01 14:00", "2026-12-01 14:00", None, ""),
        ("TX", "2025-08-29 14:00", "2025-08-28 14:00", None, "posted 24 h before the meeting; regular notice in Texas was 72 h"),
        ("TX", "2025-09-05 14:00", "2025-09-04 14:00", None, "posted 24 h before the meeting; regular notice in Texas is three business days"),
        ("CA/", "2026-12-01 14:00", "2026-11-30 14:00", None, "posted 24 h before the meeting; regular notice in California is 72 h; supplemental material in Oakland is due 48 business hours before"),
    ],
)  # fmt: skip
def test_the_time_before_the_meeting_and_the_rule_are_told_as_facts(
    state: str, start: str, seen: str, last: str | None, words: str
) -> None:
    assert timing.told(news(state, start, seen, last), place(state)) == words


@pytest.mark.parametrize(
    ("state", "start", "latest", "body"),
    [
        ("CA", "2026-12-01 14:00", "2026-11-28 14:00", "City Council"),
        ("CA", "2026-12-01 14:00", "2026-11-30 14:00", "City Council Special Meeting"),
        ("CA", "2026-12-01 14:00", "2026-11-28 14:00", "Special Projects Committee"),
        ("MA", "2026-11-30 19:00", "2026-11-25 19:00", "City Council"),  # Monday after Thanksgiving: Fri, half of Wed
        ("MA", "2026-04-21 10:00", "2026-04-16 10:00", "City Council"),  # Patriots' Day on the Monday
        ("RI", "2026-08-11 10:00", "2026-08-06 10:00", "City Council"),  # Victory Day on the Monday
        ("TX", "2026-11-30 10:00", "2026-11-24 00:00", "City Council"),  # Fri, Wed, Tue
        ("AL", "2026-12-08 10:00", "2026-12-01 10:00", "City Council"),
        ("HI", "2026-12-08 10:00", "2026-12-02 10:00", "City Council"),
        ("GA", "2026-12-08 10:00", "2026-12-07 10:00", "Called Special Meeting"),
        ("OR", "2026-12-02 09:30", "2026-11-27 09:00", "City Council"),
    ],
)
def test_each_state_counts_its_own_way(state: str, start: str, latest: str, body: str) -> None:
    moment = datetime.fromisoformat(latest)
    in_time = news(state, start, moment.isoformat(), body=body)
    late = news(state, start, (moment + timedelta(minutes=1)).isoformat(), body=body)
    assert not timing.is_late(in_time, place(state))
    assert timing.is_late(late, place(state))


@pytest.mark.parametrize(("state", "body"), [("GA", "City Council"), ("CA", "Emergency Meeting"), ("NY", "Council")])
def test_where_no_rule_is_known_none_is_told_and_nothing_is_late(state: str, body: str) -> None:
    found = news(state, "2026-12-01 14:00", "2026-12-01 13:00", body=body)
    assert timing.told(found, place(state)) == "posted 1 h before the meeting"
    assert not timing.is_late(found, place(state))


def test_a_meeting_called_off_or_announced_is_not_called_revised() -> None:
    off = news("CA", "2026-12-01 14:00", "2026-12-01 09:00", "2026-12-01 08:50", kind="cancelled", key="meeting:m1")
    assert timing.told(off, place("CA")).startswith("called off 5 h before the meeting")
    new = news("CA", "2026-12-01 14:00", "2026-12-01 09:00", "2026-11-30 08:50", key="meeting:m1")
    assert timing.told(new, place("CA")).startswith("posted 5 h before the meeting")
    moved = news("CA", "2026-12-01 14:00", "2026-12-01 09:00", kind="rescheduled", key="meeting:m1")
    assert timing.told(moved, place("CA")) == ""


def test_what_is_altered_inside_the_window_is_urgent_and_what_is_posted_in_time_is_not() -> None:
    site = replace(SITE, jurisdiction=place("CA"))
    late = news("CA", "2026-12-01 14:00", "2026-11-28 20:00", "2026-11-28 19:45")
    (told,) = compose(site, [late], late.seen_at)
    assert told.urgency == "now"
    assert "revised 66 h before the meeting; regular notice in California is 72 h" in dict(notice(told).facts)["What"]
    (told,) = compose(site, [replace(late, last_seen_unchanged_at=None)], late.seen_at)
    assert told.urgency == "soon"
    (told,) = compose(replace(SITE, jurisdiction=place("NY")), [late], late.seen_at)
    assert told.urgency == "soon"


@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)), st.sampled_from([*PLACES]))  # noqa: DTZ001 - hypothesis takes naive bounds
def test_a_window_never_opens_after_the_meeting_and_later_meetings_open_later(moment: datetime, state: str) -> None:
    where = place(state)
    start = moment.replace(tzinfo=ZoneInfo(where.time_zone))
    closed = timing.Closed(where.state)
    for window in timing.windows(where, replace(MEETING, start=start)):
        assert window.opens(start, closed) < start
        assert window.opens(start, closed) <= window.opens(start + timedelta(days=7), closed)


def test_days_that_fall_on_a_weekend_are_kept_on_the_working_day_beside_it() -> None:
    closed = timing.Closed(BOSTON.state)
    assert closed(date(2026, 7, 3))
    assert closed(date(2027, 7, 5))
    assert not closed(date(2026, 7, 6))
