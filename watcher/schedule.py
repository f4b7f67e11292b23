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
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from watcher.model import Site, SiteState

NEAR = timedelta(hours=96)
FIRST_RETRY = timedelta(minutes=10)
LAST_RETRY = timedelta(hours=6)
SPREAD = 0.1
CRON_SPREAD = timedelta(minutes=5)  # who writes "0 2 * * *" means about two o'clock
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")


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
    if state.next_due > _farthest(site, now):
        return f"planned for {state.next_due.isoformat(timespec='seconds')}, too far ahead: the clock was set back"
    return None


def next_due(site: Site, state: SiteState, now: datetime, jitter: float) -> datetime:
    """When to visit `site` again after a visit that ended at `now` and left `state`. Always after `now`.

    `jitter`, in [0, 1), is the site's own place in the spread (a digest of its id, say).
    """
    planned = _rhythm(site, now)
    meeting = state.next_meeting
    if meeting is not None and now < meeting:
        planned = min(planned, max(meeting - NEAR, now + site.near_meeting))
    if state.failures > 0:
        planned = _retry(planned - now, state.failures) + now
    wait = planned - now
    most = min(wait * SPREAD, CRON_SPREAD) if site.cron else wait * SPREAD
    return planned + most * jitter


def _rhythm(site: Site, now: datetime) -> datetime:
    """The next visit by `every` or `cron` alone."""
    if site.cron is None:
        return now + site.every
    fire = _trigger(site.cron, site.jurisdiction.time_zone).get_next_fire_time(None, now + timedelta(microseconds=1))
    # A cron line that never comes (30 February) must not mean never.
    return fire.astimezone(now.tzinfo) if fire is not None else now + site.every


def _retry(rhythm: timedelta, failures: int) -> timedelta:
    first = min(rhythm, FIRST_RETRY)
    doublings = min(failures - 1, 20)  # 10 minutes doubled 20 times is 19 years
    return min(first * 2**doublings, rhythm * 4, LAST_RETRY)


def _farthest(site: Site, now: datetime) -> datetime:
    """The latest due time that is believable at `now`."""
    if site.cron is None:
        return now + 2 * max(site.every, _retry(site.every, 99))
    after_next = _rhythm(site, _rhythm(site, now))
    return max(after_next + CRON_SPREAD, now + 2 * LAST_RETRY)


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
def _trigger(cron: str, time_zone: str) -> CronTrigger:
    minute, hour, day, month, weekday = cron.split()
    return CronTrigger(
        minute=minute,
        hour=hour,
        day=day,
        month=month,
        day_of_week=_named_weekdays(weekday),
        timezone=ZoneInfo(time_zone),
    )


def _named_weekdays(field: str) -> str:
    """Numbers to names: cron counts from Sunday (0 or 7), APScheduler 3 from Monday (its issue 286)."""
    days = field.split(",")
    return ",".join("/".join((_named_range(part[0]), *part[1:])) for part in (day.split("/") for day in days))


def _named_range(days: str) -> str:
    return "-".join(WEEKDAYS[int(day)] if day.isdigit() and int(day) < 8 else day for day in days.split("-"))
