"""The drawn timeline of a place's matters: a strip for each, from its first posting to the vote, on one scale. Pure.

The strips are as wide as the page, their marks and letters always of one size: places are per cent, sizes are pixels. They
repeat the list that stands with each, which is what a screen reader gets.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count, takewhile
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from watcher.alerts.wording import STAGES, local
from watcher.web.board import News

MATTERS = 12
LABELS = 6  # of the axis, at most
WEEK = 7
DAYS = (1, 2, WEEK, 2 * WEEK)  # from label to label
MONTHS = (1, 2, 3, 6, 12, 24, 60, 120)
LONG = timedelta(days=80)  # then labels are months
DECIDED = frozenset({"adopted", "in_force", "vetoed", "tabled_withdrawn", "repealed"})
DIAMOND = "M0-6 6 0 0 6-6 0z"


@dataclass(frozen=True, slots=True)
class Line:
    """One matter: what it is called, what happened in order, and its meetings."""

    name: str
    news: tuple[News, ...]
    meetings: tuple[datetime, ...]

    @property
    def first(self) -> datetime:
        """Its first moment: noticed, decided or sat upon."""
        return min((self.news[0].at, *self.moments))

    @property
    def last(self) -> datetime:
        """When something was last seen of it, or will be."""
        return max((self.news[-1].at, *self.moments))

    @property
    def steps(self) -> list[tuple[datetime, News | None]]:
        """What happened in order, each with its moment: something noticed or decided, or (None) a meeting."""
        found: list[tuple[datetime, News | None]] = [(moment(one), one) for one in self.news]
        return sorted([*found, *((one, None) for one in self.meetings)], key=lambda step: step[0])

    @property
    def moments(self) -> tuple[datetime, ...]:
        """All that is drawn of it."""
        return (*map(moment, self.news), *self.meetings)


@dataclass(frozen=True, slots=True)
class Scale:
    """The time that the strips of one page show."""

    start: datetime
    end: datetime

    def at(self, moment: datetime) -> str:
        """Where a moment is drawn."""
        return f"{100 * ((moment - self.start) / (self.end - self.start)):.2f}%"


def moment(one: News) -> datetime:
    """When something is drawn: a decision on the day that its source says, all else when it was noticed."""
    return one.date if one.stage in DECIDED else one.at


def matters(news: Sequence[News]) -> list[Line]:
    """The matters of a place, the last moved first; at most `MATTERS`."""
    threads: dict[str, list[News]] = {}
    for one in news:
        threads.setdefault(one.thread, []).append(one)
    lines = []
    for told in threads.values():
        told.sort(key=lambda one: (one.at, one.seq))
        starts = {one.meeting.start for one in told if one.meeting and one.meeting.start}
        lines.append(Line(told[-1].matter or told[-1].subject or told[-1].headline, tuple(told), tuple(sorted(starts))))
    return sorted(lines, key=lambda line: line.last, reverse=True)[:MATTERS]


def scale(lines: Sequence[Line], now: datetime) -> Scale:
    """From the first moment of any line to the last, with room at both ends; `now` is always on it."""
    start = min((now, *(line.first for line in lines)))
    end = max((now, *(line.last for line in lines)))
    pad = max((end - start) * 0.04, timedelta(days=1))
    return Scale(start - pad, end + pad)


def strip(line: Line, shown: Scale, now: datetime) -> Markup:
    """One matter: a run from its first moment to its last, a mark for each; meetings under what was decided at them."""
    zone = line.news[0].zone
    said = [_today(shown, now, 26), f'<line class="run" x1="{shown.at(line.first)}" x2="{shown.at(line.last)}" y1="13" y2="13"/>']  # fmt: skip
    said += [_diamond("sitting", shown.at(one), f"meeting {local(one, zone)}") for one in line.meetings]
    for one in line.news:
        words = f"{local(moment(one), zone)}: {STAGES.get(one.stage, one.what)}"
        at = shown.at(moment(one))
        if one.stage in DECIDED:
            said.append(_diamond("decided", at, words))
        else:
            said.append(f'<circle class="seen" cx="{at}" cy="13" r="4.5"><title>{escape(words)}</title></circle>')
    return _drawing(26, said)


def axis(shown: Scale, now: datetime, zone: str) -> Markup:
    """The days or months under the strips, and today."""
    said = [_today(shown, now, 14)]
    year = 0
    for tick in _ticks(shown, ZoneInfo(zone)):
        at, day = shown.at(tick), "" if tick.day == 1 and shown.end - shown.start > LONG else f"{tick.day} "
        name = f"{day}{tick:%b}" + (f" {tick.year}" if tick.year != year else "")
        year = tick.year
        said.append(f'<line class="tick" x1="{at}" x2="{at}" y1="0" y2="8"/><text x="{at}" dx="4" y="11">{name}</text>')
    late = (now - shown.start) / (shown.end - shown.start) > 0.85
    side, shift = ("end", -4) if late else ("start", 4)
    said.append(f'<text x="{shown.at(now)}" dx="{shift}" y="26" text-anchor="{side}">today</text>')
    return _drawing(30, said)


def _ticks(shown: Scale, zone: ZoneInfo) -> Iterator[datetime]:
    """Midnights to be named, no more than `LABELS`: days or Mondays in a short time, firsts of months in a long one.

    None stands so near the end that its name has no room.
    """
    start = shown.start.astimezone(zone)
    room = start + (shown.end - shown.start) * 0.9
    days = next((one for one in DAYS if (room - start).days // one < LABELS), 0)
    if days:
        first = (start + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        if days >= WEEK:
            first += timedelta(days=-first.weekday() % WEEK)
        yield from takewhile(lambda one: one <= room, (first + timedelta(days=days * number) for number in count()))
        return
    begin, end = start.year * 12 + start.month, room.year * 12 + room.month - 1
    step = next((one for one in MONTHS if (end - begin) // one < LABELS), MONTHS[-1])
    for number in range(-(-begin // step) * step, end + 1, step):
        yield datetime(number // 12, number % 12 + 1, 1, tzinfo=zone)


def _today(shown: Scale, now: datetime, height: int) -> str:
    at = shown.at(now)
    return f'<line class="today" x1="{at}" x2="{at}" y1="0" y2="{height}"/>'


def _diamond(kind: str, at: str, words: str) -> str:
    return f'<svg x="{at}" y="13" overflow="visible"><path class="{kind}" d="{DIAMOND}"><title>{escape(words)}</title></path></svg>'


def _drawing(height: int, said: Sequence[str]) -> Markup:
    return Markup(  # noqa: S704 - every text in it went through escape()
        f'<svg class="timeline" width="100%" height="{height}" aria-hidden="true">{"".join(said)}</svg>'
    )
