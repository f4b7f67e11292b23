"""The drawn timeline of a place's matters: a line for each, from its first posting to the vote. Pure.

The drawing repeats the list beside it, which is what a screen reader gets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup, escape

from watcher.alerts.wording import STAGES, local
from watcher.web.board import News

MATTERS = 12
LEFT, RIGHT, ROW, TOP = 8, 632, 34, 22


@dataclass(frozen=True, slots=True)
class Line:
    """One matter: what it is called, what happened in order, and its next meeting."""

    name: str
    news: tuple[News, ...]
    meeting: datetime | None

    @property
    def first(self) -> datetime:
        """When it was first seen."""
        return self.news[0].at

    @property
    def last(self) -> datetime:
        """When something was last seen of it, or will be."""
        return max(self.news[-1].at, self.meeting or self.news[-1].at)


def matters(news: Sequence[News]) -> list[Line]:
    """The matters of a place, the last moved first; at most `MATTERS`."""
    threads: dict[str, list[News]] = {}
    for one in news:
        threads.setdefault(one.thread, []).append(one)
    lines = []
    for told in threads.values():
        starts = [one.meeting.start for one in told if one.meeting and one.meeting.start]
        lines.append(Line(told[-1].matter or told[-1].headline, tuple(told), max(starts, default=None)))
    return sorted(lines, key=lambda line: line.last, reverse=True)[:MATTERS]


def sketch(lines: Sequence[Line], now: datetime) -> Markup:
    """The lines on one scale of time, with today as a stroke; empty where there is nothing to draw."""
    if not lines:
        return Markup("")
    start = min(line.first for line in lines)
    end = max(now, *(line.last for line in lines))
    pad = max((end - start) * 0.04, timedelta(days=1))
    start, end = start - pad, end + pad

    def x(moment: datetime) -> float:
        return LEFT + (RIGHT - LEFT) * ((moment - start) / (end - start))

    zone = lines[0].news[0].zone
    said = [f'<path class="today" d="M{x(now):.1f} {TOP - 6}V{TOP + ROW * len(lines)}"/>']
    side = "end" if x(now) > RIGHT - 60 else "start"
    said.append(f'<text x="{x(now):.1f}" y="{TOP - 9}" text-anchor="{side}">today</text>')
    for row, line in enumerate(lines):
        y = TOP + ROW * row + 24
        said.append(f'<text x="{LEFT}" y="{y - 10}">{escape(_short(line.name))}</text>')
        said.append(f'<path class="run" d="M{x(line.first):.1f} {y}H{x(line.last):.1f}"/>')
        for one in line.news:
            words = escape(f"{local(one.at, zone)}: {STAGES.get(one.stage, 'seen')}")
            said.append(f'<circle class="seen" cx="{x(one.at):.1f}" cy="{y}" r="4"><title>{words}</title></circle>')
        if line.meeting:
            words = escape(f"meeting {local(line.meeting, zone)}")
            said.append(f'<path class="vote" d="M{x(line.meeting):.1f} {y - 6}l6 6l-6 6l-6-6z"><title>{words}</title></path>')  # fmt: skip
    height = TOP + ROW * len(lines) + 4
    return Markup(  # noqa: S704 - every text in it went through escape()
        f'<svg class="timeline" viewBox="0 0 640 {height}" aria-hidden="true">{"".join(said)}</svg>'
    )


def _short(name: str) -> str:
    return name if len(name) <= 88 else name[:87] + "…"
