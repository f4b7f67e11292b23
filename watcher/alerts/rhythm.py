"""When the clock lets an alert out: the ends of digest periods and of quiet hours, through daylight saving."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def next_digest(rhythm: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The next time of "hourly", "daily 07:30" or "weekly Mon 08:30" strictly after `now`, in UTC.

    A wall time that daylight saving skips comes at the same instant as if the clock had not moved; one that occurs
    twice is taken the first time.
    """
    word, _, rest = rhythm.strip().lower().partition(" ")
    if word == "hourly":
        return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    weekday = _WEEKDAYS.index(rest[:3]) if word == "weekly" else None
    clock = _wall_time(rest.split()[-1])
    day = now.astimezone(zone).date()
    for ahead in range(9):
        date = day + timedelta(days=ahead)
        due = datetime.combine(date, clock, zone).astimezone(UTC)
        if due > now and weekday in (None, date.weekday()):
            return due
    raise AssertionError(f"no {rhythm} within nine days")  # every weekday and wall time comes round in eight


def quiet_until(quiet: str, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The end in UTC of the quiet hours ("22:00-06:30") that `now` falls in, or None."""
    start, _, end = (part.strip() for part in re.sub(r"[–—]", "-", quiet).partition("-"))
    begins, ends = _wall_time(start), _wall_time(end)
    today = now.astimezone(zone).date()
    for date in (today - timedelta(days=1), today):
        opened = datetime.combine(date, begins, zone).astimezone(UTC)
        closed = datetime.combine(date if ends > begins else date + timedelta(days=1), ends, zone).astimezone(UTC)
        if opened <= now < closed:
            return closed
    return None


def _wall_time(text: str) -> time:
    hour, _, minute = text.partition(":")
    return time(int(hour) % 24, int(minute or 0))
