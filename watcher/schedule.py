"""When a site is visited next, and which sites are due now. Pure: `now` is given.

    every / cron        the site's own rhythm; cron is read in the jurisdiction's time zone
    near a meeting      from 96 h before a known meeting until it starts, at least every `near_meeting`
    after a failure     sooner: 10 minutes (or the rhythm, where that is shorter), then doubling,
                        up to four times the rhythm and never more than 6 hours
    jitter              up to a tenth of the wait is added, so that sites of one rhythm spread out

The clock may be wrong. A due time further ahead than anything this file would give is taken for the work of a clock
that has since been set back, and the site is due. After downtime each site is due once, however much was missed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from watcher.model import Site, SiteState

NEAR = timedelta(hours=96)
FIRST_RETRY = timedelta(minutes=10)
LAST_RETRY = timedelta(hours=6)
SPREAD = 0.1
MOST_FIRES = 200  # of a cron line that are counted for its mean
CRON_SPREAD = timedelta(minutes=5)  # who writes "0 2 * * *" means about two o'clock
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat") * 2


def due(sites: Iterable[Site], states: Mapping[str, SiteState], now: datetime) -> tuple[tuple[Site, str], ...]:
    """The sites to visit now, longest overdue first, each with the reason in words."""
    waiting = ((site, states.get(site.id), reason) for site in sites if (reason := why_due(site, states, now)))
    by_age = sorted(waiting, key=lambda found: _since(found[1], now))
    return tuple((site, reason) for site, _, reason in by_age)


def why_due(site: Site, states: Mapping[str, SiteState], now: datetime) -> str | None:
    """Why `site` is due at `now`, or None where it is not."""
    state = states.get(site.id)
    if not site.enabled:
        return None
    if state is None:
        return "new: never visited"
    if state.url != site.url and not state.failures:
        return "its address in the registry changed"
    if state.next_due is None:
        return "no visit is planned yet"
    if state.next_due <= now:
        return f"due since {state.next_due.isoformat(timespec='seconds')}{_after(state)}"
    # Most sites end here on every tick: the cron line need not be asked about a time so near.
    if state.next_due <= now + 2 * LAST_RETRY and site.cron:
        return None
    if state.next_due > _farthest(site, now):
        return f"planned for {state.next_due.isoformat(timespec='seconds')}, too far ahead: the clock was set back"
    return None


def next_due(site: Site, state: SiteState, now: datetime, jitter: float) -> datetime:
    """When to visit `site` again after a visit that ended at `now` and left `state`. Always after `now`.

    `jitter`, in [0, 1), is the site's own place in the spread (a digest of its id, say).
    """
    wait, interval = _rhythm(site, now)
    meeting = state.next_meeting
    if meeting is not None and now < meeting:
        wait = min(wait, max(meeting - NEAR - now, site.near_meeting))
        interval = min(interval, wait)
    if state.failures > 0:
        retry = _retry(interval, state.failures)
        wait = min(wait, retry) if retry <= interval else retry
    most = min(wait * SPREAD, CRON_SPREAD) if site.cron else wait * SPREAD
    return now + wait + most * jitter


def visits_a_day(site: Site, now: datetime, *, near: bool = False) -> float:
    """How often `site` is visited in a day by its rhythm: of a cron line the mean of a week. With `near`, as before a
    meeting. Failures and jitter are left out.
    """
    day = timedelta(days=1)
    often, at = day / site.every, now
    if site.cron is not None and (fire := _fire(site, now)) is not None:
        fires = 0
        while fire is not None and fire < now + 7 * day and fires < MOST_FIRES:
            fires, at, fire = fires + 1, fire, _fire(site, fire)
        often = fires / ((at - now) / day if fires == MOST_FIRES else 7)
    return max(often, day / site.near_meeting) if near else often


def _rhythm(site: Site, now: datetime) -> tuple[timedelta, timedelta]:
    """By `every` or `cron` alone: the wait from `now` to the next visit, and between two visits."""
    first = _fire(site, now)
    second = _fire(site, first) if first else None
    if first is None or second is None:
        return site.every, site.every
    return first - now, second - first


def _fire(site: Site, after: datetime) -> datetime | None:
    """The first time after `after` that the cron line names: None without one, or where it never comes (30 February)."""
    if site.cron is None:
        return None
    moment = after.astimezone(UTC) + timedelta(microseconds=1)
    fires = [trigger.get_next_fire_time(None, moment) for trigger in _triggers(site.cron, site.jurisdiction.time_zone)]
    return min((fire.astimezone(UTC) for fire in fires if fire is not None), default=None)


def _retry(interval: timedelta, failures: int) -> timedelta:
    doublings = min(failures - 1, 20)  # 10 minutes doubled 20 times is 19 years
    return min(min(interval, FIRST_RETRY) * (1 << doublings), interval * 4, LAST_RETRY)


def _farthest(site: Site, now: datetime) -> datetime:
    """The latest due time that is believable at `now`."""
    wait, interval = _rhythm(site, now)
    return now + max(wait + interval, 2 * interval, 2 * LAST_RETRY if site.cron else 2 * _retry(interval, 99))


def _since(state: SiteState | None, now: datetime) -> float:
    """Sort key: a site without a plan goes first, then the longest overdue."""
    if state is None or state.next_due is None:
        return float("-inf")
    return min(state.next_due, now).timestamp()


def _after(state: SiteState) -> str:
    if not state.failures:
        return ""
    return f", after {state.failures} failure{'s' if state.failures > 1 else ''} in a row"


@lru_cache(maxsize=4096)
def _triggers(cron: str, time_zone: str) -> tuple[CronTrigger, ...]:
    """Usually one; two where day and weekday are both given, since crontab(5) then means either."""
    minute, hour, day, month, weekday = cron.split()
    weekday = _weekdays(weekday)
    either = [(day, "*"), ("*", weekday)] if "*" not in (day[0], weekday[0]) else [(day, weekday)]
    return tuple(
        CronTrigger(minute=minute, hour=hour, day=d, month=month, day_of_week=w, timezone=ZoneInfo(time_zone))
        for d, w in either
    )


def _weekdays(field: str) -> str:
    """The weekday field spelt out as names: cron counts from Sunday (0 or 7), APScheduler 3 from Monday (its issue 286)."""
    if field in ("*", "?"):
        return "*"
    return ",".join(dict.fromkeys(name for part in field.lower().split(",") for name in _named(part)))


def _named(part: str) -> tuple[str, ...]:
    days, _, step = part.partition("/")
    first, _, last = ("0-6" if days == "*" else days).partition("-")
    start = _number(first)
    end = _number(last) if last else (6 if step else start)
    return tuple(WEEKDAYS[day] for day in range(start, end + 1 if end >= start else end + 8, int(step or 1)))


def _number(day: str) -> int:
    return int(day) if day.isdigit() else WEEKDAYS.index(day[:3])
