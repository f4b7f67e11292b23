from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.model import Jurisdiction, Site, SiteState
from watcher.schedule import CRON_SPREAD, LAST_RETRY, due, next_due

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TUCSON = Jurisdiction("az-tucson", "Tucson", "AZ", "city", "America/Phoenix")
BOSTON = Jurisdiction("ma-boston", "Boston", "MA", "city", "America/New_York")
SITE = Site("tucson", TUCSON, "legistar", "https://tucson.example/")
WELL = SiteState("tucson", SITE.url, "ok", NOON, NOON, NOON, "unchanged", next_due=NOON + HOUR)


def reasons(site: Site, state: SiteState | None, now: datetime) -> list[str]:
    return [reason for _, reason in due([site], {state.site: state} if state else {}, now)]


# ---------------------------------------------------------------------------------------------------------- what is due


def test_a_new_site_is_due_at_once() -> None:
    assert reasons(SITE, None, NOON) == ["new: never visited"]


def test_a_disabled_site_is_never_due() -> None:
    off = replace(SITE, enabled=False)
    assert reasons(off, None, NOON) == []
    assert reasons(off, replace(WELL, next_due=NOON - DAY), NOON) == []


def test_a_site_is_due_from_its_time_on() -> None:
    assert reasons(SITE, WELL, NOON + HOUR - timedelta(microseconds=1)) == []
    assert reasons(SITE, WELL, NOON + HOUR) == ["due since 2026-11-24T13:00:00+00:00"]


def test_a_site_without_a_plan_is_due() -> None:
    assert reasons(SITE, replace(WELL, next_due=None), NOON) == ["no visit is planned yet"]


def test_a_retry_says_how_often_it_failed() -> None:
    assert reasons(SITE, replace(WELL, failures=1), NOON + DAY) == [
        "due since 2026-11-24T13:00:00+00:00, after 1 failure in a row"
    ]


def test_a_changed_address_is_looked_at_at_once_but_not_hammered_when_it_fails() -> None:
    moved = replace(SITE, url="https://new.example/")
    assert reasons(moved, WELL, NOON) == ["its address in the registry changed"]
    assert reasons(moved, replace(WELL, failures=1), NOON) == []


@pytest.mark.parametrize("every", [5 * MINUTE, HOUR, 7 * DAY])
def test_a_clock_set_back_does_not_put_a_site_to_sleep(every: timedelta) -> None:
    site = replace(SITE, every=every)
    years_ago = NOON - 900 * DAY
    assert reasons(site, WELL, years_ago) == [
        "planned for 2026-11-24T13:00:00+00:00, too far ahead: the clock was set back"
    ]


@pytest.mark.parametrize("cron", ["*/5 * * * *", "0 2 * * *", "0 8 * * mon", "0 8 1 * *"])
def test_a_clock_set_back_does_not_put_a_cron_site_to_sleep(cron: str) -> None:
    site = replace(SITE, cron=cron)
    state = replace(WELL, next_due=next_due(site, WELL, NOON, 0.5))
    assert len(reasons(site, state, NOON - 900 * DAY)) == 1


def test_after_downtime_each_site_is_due_once_the_longest_overdue_first() -> None:
    sites = [replace(SITE, id=name) for name in ("a", "b", "c", "new")]
    states = {
        name: replace(WELL, site=name, next_due=NOON - days * DAY) for name, days in (("a", 1), ("b", 30), ("c", 2))
    }
    assert [site.id for site, _ in due(sites, states, NOON)] == ["new", "b", "c", "a"]


# ------------------------------------------------------------------------------------------------------------ when next


def test_every_and_its_jitter() -> None:
    assert next_due(SITE, WELL, NOON, 0) == NOON + HOUR
    assert next_due(SITE, WELL, NOON, 0.5) == NOON + HOUR * 1.05


@pytest.mark.parametrize(
    ("every", "waits"),
    [
        (HOUR, [10, 20, 40, 80, 160, 240, 240]),
        (5 * MINUTE, [5, 10, 20, 20]),
        (DAY, [10, 20, 40, 80, 160, 320, 360, 360]),
    ],
)
def test_failures_are_retried_sooner_and_then_less_and_less(every: timedelta, waits: list[int]) -> None:
    site = replace(SITE, every=every)
    found = [next_due(site, replace(WELL, failures=n), NOON, 0) - NOON for n in range(1, len(waits) + 1)]
    assert found == [wait * MINUTE for wait in waits]
    assert next_due(site, replace(WELL, failures=10**6), NOON, 0) == NOON + waits[-1] * MINUTE


def test_near_a_meeting_a_site_is_visited_more_often_until_it_starts() -> None:
    meeting = NOON + 96 * HOUR
    state = replace(WELL, next_meeting=meeting)
    assert next_due(SITE, state, NOON, 0) == NOON + 15 * MINUTE
    assert next_due(SITE, state, meeting - MINUTE, 0) == meeting + 14 * MINUTE
    assert next_due(SITE, state, meeting, 0) == meeting + HOUR
    assert next_due(SITE, state, NOON - DAY, 0) == NOON - DAY + HOUR


def test_a_weekly_site_does_not_sleep_through_the_days_before_a_meeting() -> None:
    weekly = replace(SITE, every=7 * DAY)
    state = replace(WELL, next_meeting=NOON + 6 * DAY)
    assert next_due(weekly, state, NOON, 0) == NOON + 2 * DAY
    assert next_due(replace(weekly, cron="0 3 * * mon", every=HOUR), state, NOON, 0) == NOON + 2 * DAY


def test_a_rhythm_shorter_than_near_meeting_stands() -> None:
    often = replace(SITE, every=5 * MINUTE)
    assert next_due(often, replace(WELL, next_meeting=NOON + DAY), NOON, 0) == NOON + 5 * MINUTE


def local(site: Site, now: datetime) -> str:
    return next_due(site, WELL, now, 0).astimezone(ZoneInfo(site.jurisdiction.time_zone)).strftime("%a %d %b %H:%M")


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("0 */2 * * *", "Tue 24 Nov 06:00"),
        ("30 7 * * *", "Tue 24 Nov 07:30"),
        ("0 9 * * 0", "Sun 29 Nov 09:00"),
        ("0 9 * * 7", "Sun 29 Nov 09:00"),
        ("0 9 * * 1", "Mon 30 Nov 09:00"),
        ("0 9 * * 1-5", "Tue 24 Nov 09:00"),
        ("0 4 * * mon-fri", "Wed 25 Nov 04:00"),
        ("0 4 * * 5-1", "Fri 27 Nov 04:00"),
        ("0 4 * * SUN-TUE", "Sun 29 Nov 04:00"),
        ("0 4 * * */2", "Thu 26 Nov 04:00"),
        ("0 9 1 * 5", "Fri 27 Nov 09:00"),  # the first of the month, or a Friday: crontab(5)
        ("0 9 1 * *", "Tue 01 Dec 09:00"),
    ],
)
def test_cron_is_read_as_crontab_does_in_the_sites_own_time_zone(cron: str, expected: str) -> None:
    assert local(replace(SITE, cron=cron), NOON) == expected  # 05:00 on a Tuesday in Tucson


def test_cron_keeps_local_time_when_summer_time_begins_and_ends() -> None:
    site = replace(SITE, jurisdiction=BOSTON, cron="30 7 * * *")
    assert next_due(site, WELL, datetime(2026, 3, 7, 13, tzinfo=UTC), 0) == datetime(2026, 3, 8, 11, 30, tzinfo=UTC)
    assert next_due(site, WELL, datetime(2026, 10, 31, 13, tzinfo=UTC), 0) == datetime(2026, 11, 1, 12, 30, tzinfo=UTC)


def test_a_cron_line_that_never_comes_falls_back_to_every() -> None:
    assert next_due(replace(SITE, cron="0 0 30 2 *"), WELL, NOON, 0) == NOON + HOUR


def test_a_failed_daily_visit_is_retried_the_same_day_and_never_past_the_next() -> None:
    daily = replace(SITE, cron="0 5 * * *")
    assert next_due(daily, replace(WELL, failures=1), NOON, 0) == NOON + 10 * MINUTE
    shortly = NOON + 23 * HOUR
    assert next_due(daily, replace(WELL, failures=9), shortly, 0) == shortly + HOUR


def test_a_failed_frequent_cron_backs_off() -> None:
    often = replace(SITE, cron="*/5 * * * *")
    assert next_due(often, replace(WELL, failures=9), NOON, 0) == NOON + 20 * MINUTE


# --------------------------------------------------------------------------------------------------------------- laws

moments = st.timedeltas(timedelta(days=-4000), timedelta(days=4000)).map(lambda distance: NOON + distance)
places = st.sampled_from(
    [TUCSON, BOSTON, replace(BOSTON, time_zone="Pacific/Chatham"), replace(BOSTON, time_zone="UTC")]
)
crons = st.none() | st.sampled_from(
    ["*/7 * * * *", "30 1,2 * * *", "0 */2 * * *", "15 2 * * 0", "0 0 29 2 *", "0 8 1 * 5", "59 23 31 12 *"]
)
any_site = st.builds(
    replace,
    st.just(SITE),
    jurisdiction=places,
    every=st.timedeltas(MINUTE, 40 * DAY),
    near_meeting=st.timedeltas(MINUTE, DAY),
    cron=crons,
)
any_state = st.builds(replace, st.just(WELL), failures=st.integers(0, 50), next_meeting=st.none() | moments)
jitters = st.floats(0, 1, exclude_max=True)


@given(any_site, any_state, moments, jitters)
def test_the_next_visit_is_after_now_and_in_its_own_time(
    site: Site, state: SiteState, now: datetime, jitter: float
) -> None:
    planned = next_due(site, state, now, jitter)
    assert planned > now
    assert planned.tzinfo is not None
    if not site.cron:
        assert planned - now <= 1.1 * max(site.every, min(LAST_RETRY, 4 * site.every))


@given(any_site, any_state, moments, jitters, st.floats(0, 1.5))
def test_a_site_is_due_exactly_from_its_time_on(
    site: Site, state: SiteState, now: datetime, jitter: float, part: float
) -> None:
    planned = next_due(site, state, now, jitter)
    later = now + (planned - now) * part
    assert bool(reasons(site, replace(state, next_due=planned), later)) == (later >= planned)


@given(any_site, any_state, moments, jitters)
def test_jitter_only_ever_adds_and_at_most_a_tenth(site: Site, state: SiteState, now: datetime, jitter: float) -> None:
    plain = next_due(site, state, now, 0)
    spread = next_due(site, state, now, jitter) - plain
    assert timedelta() <= spread <= (plain - now) * 0.1 + timedelta(microseconds=1)
    if site.cron:
        assert spread <= CRON_SPREAD


@given(any_site, any_state, moments, st.timedeltas(1000 * DAY, 3000 * DAY))
def test_no_clock_set_back_by_years_puts_a_site_to_sleep(
    site: Site, state: SiteState, now: datetime, back: timedelta
) -> None:
    if site.cron in ("0 0 29 2 *",):
        return  # comes once in four years: two thousand days ahead is believable
    planned = next_due(site, state, now, 0)
    assert reasons(site, replace(state, next_due=planned), now - back)


@given(st.lists(st.tuples(st.booleans(), st.none() | moments), max_size=8), moments)
def test_no_site_is_due_twice_and_only_enabled_ones_are(
    plans: list[tuple[bool, datetime | None]], now: datetime
) -> None:
    sites = [replace(SITE, id=str(n), enabled=enabled) for n, (enabled, _) in enumerate(plans)]
    states = {str(n): replace(WELL, site=str(n), next_due=at) for n, (_, at) in enumerate(plans)}
    found = [site for site, _ in due(sites, states, now)]
    assert len({site.id for site in found}) == len(found)
    assert all(site.enabled for site in found)
