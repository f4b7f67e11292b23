"""When a change came, as seen from its meeting: "revised 19 h before the meeting; regular notice in California is 72 h".

Facts only. Whether a rule was kept is not said: nobody but the body knows when it posted, and every rule has exceptions
(emergencies, corrections). Where we looked seldom, the time is an interval: "revised 19 to 43 h before the meeting".

Sources of the windows: California Government Code 54954.2 and 54956 (Brown Act); Texas Government Code 551.043 as
amended by HB 1522 of 2025 (from 1 September 2025; 72 h before); Massachusetts G.L. c. 30A section 20(b); Rhode Island
G.L. 42-46-6(b); Utah Code 52-4-202; Idaho Code 74-204; Georgia O.C.G.A. 50-14-1(d); South Dakota SDCL 1-25-1.1; Alabama
Code 36-25A-3; Hawaii Rev. Stat. 92-7; Oakland Municipal Code 2.20; Portland's auditor (agenda posted by 9:00 on Friday).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from watcher.model import Change, Jurisdiction, Meeting

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
IN_DAYS = timedelta(hours=100)  # longer than this is told in days
SHARP = timedelta(hours=1)  # an interval not longer than this is told as one time
SPECIAL = re.compile(r"\bspecial\b(?! (?:counsel|committee|district|projects?|events?)\b)", re.IGNORECASE)
EMERGENCY = re.compile(
    r"\bemergency\b(?! (?:services?|management|medical|communications?|preparedness)\b)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Window:
    """How long before a meeting its notice must stand. `days` are business days; `hours` skip closed days if `open_only`."""

    name: str  # of the rule, as told: "regular notice in California is 72 h"
    hours: int = 0
    days: int = 0
    open_only: bool = False
    friday: time | None = None  # or a fixed hour on the Friday before

    def opens(self, start: datetime, closed: Closed) -> datetime:
        """The latest moment for a notice in time, by the rule's own way of counting."""
        if self.friday is not None:
            friday = start.date() - timedelta(days=(start.weekday() - 4) % 7 or 7)
            return datetime.combine(friday, self.friday, start.tzinfo)
        if self.days:
            day = start.date()
            for _ in range(self.days):
                day = _open_before(day, closed)
            return datetime.combine(day, time(), start.tzinfo)
        return _hours_before(start, self.hours * HOUR, closed) if self.open_only else start - self.hours * HOUR


@dataclass(frozen=True, slots=True)
class Closed:
    """The days that a state's clock of notice does not count: weekends, national holidays, its own."""

    state: str

    def __call__(self, day: date) -> bool:
        """Whether `day` is not counted."""
        return day.weekday() > 4 or day in _holidays(day.year, self.state)


REGULAR = {
    "CA": Window("regular notice in California is 72 h", 72),
    "TX": Window("regular notice in Texas is three business days", days=3),
    "MA": Window("regular notice in Massachusetts is 48 h, weekends and holidays not counted", 48, open_only=True),
    "RI": Window("regular notice in Rhode Island is 48 h, weekends and holidays not counted", 48, open_only=True),
    "UT": Window("regular notice in Utah is 24 h", 24),
    "ID": Window("regular notice in Idaho is 24 h at least", 24),
    "SD": Window("regular notice in South Dakota is 72 h", 72),
    "AL": Window("regular notice in Alabama is 7 days", 7 * 24),
    "HI": Window("regular notice in Hawaii is 6 days", 6 * 24),
}
SPECIAL_MEETING = {
    "CA": Window("notice of a special meeting in California is 24 h", 24),
    "GA": Window("notice of a special meeting in Georgia is 24 h", 24),
    "AL": Window("notice of a special meeting in Alabama is 24 h", 24),
}
LOCAL = {  # beside the state's
    "ca-oakland": Window("supplemental material in Oakland is due 48 business hours before", 48, open_only=True),
    "or-portland": Window("agendas in Portland are posted by Friday 9:00 before the meeting", friday=time(9)),
}
TEXAS_BEFORE = Window("regular notice in Texas was 72 h", 72)
TEXAS_SINCE = date(2025, 9, 1)


def told(change: Change, place: Jurisdiction) -> str:
    """When the change came before its meeting, and the place's own windows of notice; "" where there is no such time."""
    meeting = change.meeting
    ahead = _ahead(change)
    if ahead is None or meeting is None:
        return ""
    known = change.last_seen_unchanged_at is not None and not change.key.startswith("meeting:")
    verb = (
        "called off" if change.kind == "cancelled" else "posted" if change.kind == "added" and not known else "revised"
    )
    said = f"{verb} {_lengths(change, ahead)} before the meeting"
    return "; ".join((said, *(window.name for window in windows(place, meeting))))


def is_late(change: Change, place: Jurisdiction) -> bool:
    """Whether the change was noticed when a window of notice of its place had begun to run; no rule known, no lateness."""
    meeting = change.meeting
    if _ahead(change) is None or meeting is None or meeting.start is None:
        return False
    start = meeting.start.astimezone(ZoneInfo(place.time_zone))
    closed = Closed(place.state)
    return any(change.seen_at > window.opens(start, closed) for window in windows(place, meeting))


def windows(place: Jurisdiction, meeting: Meeting) -> tuple[Window, ...]:
    """The rules that a place's meeting is announced under: its state's, and its own. None are known for most states."""
    named = f"{meeting.title} {meeting.body}"
    if EMERGENCY.search(named):
        return ()  # each state has rules of its own for them, which are not in the table
    window = SPECIAL_MEETING.get(place.state) if SPECIAL.search(named) else None
    window = window or REGULAR.get(place.state)
    if place.state == "TX" and meeting.start is not None and meeting.start.date() < TEXAS_SINCE:
        window = TEXAS_BEFORE
    own = LOCAL.get(place.slug)
    return tuple(each for each in (window, own) if each is not None)


def _ahead(change: Change) -> timedelta | None:
    """How long before its meeting a change was noticed; None where there is no meeting ahead or it says nothing of one."""
    start = change.meeting.start if change.meeting else None
    if start is None or change.kind == "rescheduled" or start <= change.seen_at:
        return None
    return start - change.seen_at


def _lengths(change: Change, ahead: timedelta) -> str:
    """The time as one, or as an interval where the page was not looked at for longer than `SHARP`."""
    before = change.last_seen_unchanged_at
    least = _length(ahead)
    if before is None or change.seen_at - before <= SHARP or change.key.startswith("meeting:"):
        return least
    most = _length(ahead + (change.seen_at - before))
    number, unit = least.split()
    if least == most:
        return least
    return f"{number} to {most}" if most.endswith(unit) else f"{least} to {most}"


def _length(span: timedelta) -> str:
    if span < HOUR:
        return f"{span // timedelta(minutes=1)} min"
    return f"{span // HOUR} h" if span <= IN_DAYS else f"{span // DAY} days"


# ------------------------------------------------------------------------------------------------ days that count


def _open_before(day: date, closed: Closed) -> date:
    day -= DAY
    while closed(day):
        day -= DAY
    return day


def _hours_before(start: datetime, span: timedelta, closed: Closed) -> datetime:
    """The moment from which `span` of time on open days runs until `start`."""
    at = start
    while True:
        midnight = datetime.combine(at.date(), time(), start.tzinfo)
        if midnight == at:
            midnight = datetime.combine(at.date() - DAY, time(), start.tzinfo)
        if not closed(midnight.date()):
            if at - midnight >= span:
                return at - span
            span -= at - midnight
        at = midnight


def _holidays(year: int, state: str) -> frozenset[date]:
    """National holidays (5 U.S.C. 6103, with the Friday or Monday of those that fall on a weekend), and a state's own.

    Written out because the package `holidays` takes 0.4 s to import and counts the days on which Texan offices may
    choose to open.
    """
    fixed = [date(year, 1, 1), date(year, 6, 19), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25)]
    fixed += [day + DAY for day in fixed if day.weekday() == 6] + [day - DAY for day in fixed if day.weekday() == 5]
    moved = [_nth(year, 1, 0, 3), _nth(year, 2, 0, 3), _nth(year, 5, 0, -1), _nth(year, 9, 0, 1), _nth(year, 10, 0, 2)]
    own: Iterable[date] = ()
    if state == "MA":
        own = (_nth(year, 4, 0, 3),)  # Patriots' Day, G.L. c. 4 section 7
    elif state == "RI":
        own = (_nth(year, 8, 0, 2),)  # Victory Day, G.L. 25-1-1
    return frozenset((*fixed, *moved, _nth(year, 11, 3, 4), *own))


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    """The nth such weekday of a month; -1 is the last."""
    first = date(year, month, 1)
    day = first + timedelta(days=(weekday - first.weekday()) % 7)
    if nth > 0:
        return day + timedelta(weeks=nth - 1)
    while (day + timedelta(weeks=1)).month == month:
        day += timedelta(weeks=1)
    return day
