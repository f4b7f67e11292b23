"""Agenda items by id: put on, taken off, reworded, moved to or from consent, acted upon, given attachments."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from watcher.diff import links, news
from watcher.diff.framing import Frame, joined
from watcher.diff.sameness import fold, same
from watcher.model import AgendaItem, Change, ChangeKind, Meeting

ALIKE = 75  # per cent: two titles are one item's, reworded
SAME_AGENDA = 0.7  # of the titles
MOST_PAIRS = 250_000  # titles are no longer compared each with each
_FIGURE = re.compile(r"\d+")

Pairs = list[tuple[AgendaItem, AgendaItem]]


def compare(frame: Frame) -> Iterator[Change]:
    """Yield what is new about the items. Another number or place on the list alone is nothing new."""
    old = list(frame.before.items if frame.before else ())
    new = list(frame.after.items)
    old = _redated(old, new)
    pairs = _paired(old, new)
    before_of = {id(after): before for before, after in pairs}
    for item in new:
        before = before_of.get(id(item))
        yield from _added(frame, item) if before is None else _changed(frame, before, item)
    kept = {id(before) for before, _ in pairs}
    for item in old:
        if id(item) not in kept and _taken_off(frame, item):
            yield from _whole(frame, "removed", item)


def _redated(old: list[AgendaItem], new: list[AgendaItem]) -> list[AgendaItem]:
    """Return the old items under the meeting of the new where it is the same agenda for another day.

    A document without a meeting is known by its date; most titles of one agenda stay when it is moved.
    """
    was, now = {item.meeting for item in old}, {item.meeting for item in new}
    if was == now or len(was) != 1 or len(now) != 1:
        return old
    titles = {fold(item.title) for item in new}
    kept = sum(fold(item.title) in titles for item in old)
    if kept < SAME_AGENDA * max(len(old), len(new)):
        return old
    meeting = now.pop()
    return [replace(item, meeting=meeting) for item in old]


def _paired(old: list[AgendaItem], new: list[AgendaItem]) -> Pairs:
    """Match by id with title, then title, then id, then matter file, then likeness; each item once.

    The title comes before the bare id: some vendors number the items of a meeting, and one more item shifts them all.
    """
    pairs: Pairs = []
    ways: tuple[Callable[[AgendaItem], Hashable], ...] = (
        lambda item: (item.meeting, item.id, fold(item.title)),
        lambda item: (item.meeting, item.matter, fold(item.title)) if item.title else (),
        lambda item: (item.meeting, item.id) if item.id else (),
        lambda item: (item.meeting, item.matter, "") if item.matter else (),
    )
    for way in ways:
        old, new = _matched(old, new, way, pairs)
    if len(old) * len(new) <= MOST_PAIRS:
        scored = [
            (score, b, a)
            for b, before in enumerate(old)
            for a, after in enumerate(new)
            if _comparable(before, after)
            and (score := fuzz.ratio(fold(before.title), fold(after.title), score_cutoff=ALIKE))
        ]
        taken_old, taken_new = set(), set()
        for _, b, a in sorted(scored, key=lambda found: (-found[0], found[1], found[2])):
            if b not in taken_old and a not in taken_new:
                taken_old.add(b)
                taken_new.add(a)
                pairs.append((old[b], new[a]))
    return pairs


def _comparable(before: AgendaItem, after: AgendaItem) -> bool:
    """Say whether likeness of titles may make two items one: within a meeting, it may.

    The entries of a register (items without a meeting) are alike though they are of different people; what ties a
    respelt one to itself are its figures, a date and a file number, which all stayed. One that was put into another part
    of the register is the same where all its other words are.
    """
    if before.meeting or after.meeting:
        return before.meeting == after.meeting
    figures = _FIGURE.findall(before.title)
    if len(figures) < 2 or figures != _FIGURE.findall(after.title):
        return False
    return before.section == after.section or _but_section(before) == _but_section(after)


def _but_section(item: AgendaItem) -> str:
    """Return an entry without the name of the part of the register it stands in: it may have been put under the wrong state."""
    return fold(item.title.replace(item.section.rpartition(" / ")[2], "", 1))


def _matched(
    old: Sequence[AgendaItem], new: Sequence[AgendaItem], way: Callable[[AgendaItem], Hashable], pairs: Pairs
) -> tuple[list[AgendaItem], list[AgendaItem]]:
    waiting: dict[Hashable, list[AgendaItem]] = defaultdict(list)
    for item in old:
        if key := way(item):
            waiting[key].append(item)
    left: list[AgendaItem] = []
    found: set[int] = set()
    for item in new:
        if mates := waiting.get(way(item)):
            before = mates.pop(0)
            found.add(id(before))
            pairs.append((before, item))
        else:
            left.append(item)
    return [item for item in old if id(item) not in found], left


def _added(frame: Frame, item: AgendaItem) -> Iterator[Change]:
    yield from _whole(frame, "added", item)


def _whole(frame: Frame, kind: ChangeKind, item: AgendaItem) -> Iterator[Change]:
    """A whole item: its title and text, long ones in portions."""
    meeting, matter = frame.meeting(item.meeting), frame.matter_of(item)
    words = [item.title, *item.text.splitlines()]
    if item.action:
        words.append(f"Action: {item.action}")
    words = [word for word in words if word.strip()] or [item.matter or ""]
    for number, portion in enumerate(joined(words)):
        before, after = ("", portion) if kind == "added" else (portion, "")
        yield frame.change(
            kind,
            _key(item, f"portion-{number}" if number else ""),
            before,
            after,
            heading=(item.section, *((item.title,) if number else ())),
            meeting=meeting,
            matter=matter,
            context=_context(frame, item, meeting),
        )


def _changed(frame: Frame, before: AgendaItem, after: AgendaItem) -> Iterator[Change]:
    meeting, matter = frame.meeting(after.meeting), frame.matter_of(after)
    around = _context(frame, after, meeting)
    heading = (after.section, after.title)

    def change(kind: ChangeKind, part: str, old: str, new: str, trail: tuple[str, ...] = heading) -> Change:
        return frame.change(
            kind, _key(after, part), old, new, heading=trail, meeting=meeting, matter=matter, context=around
        )

    if not same(before.title, after.title):
        yield change("reworded", "title", before.title, after.title, (after.section,))
    if not same(before.text, after.text):
        place = news.Place(_key(after, "text"), heading, meeting, matter)
        yield from news.compare(frame, news.lines(before.text), news.lines(after.text), place)
    old, new = _standing(before, after)
    if old != new:
        yield change("moved", "section", old, new)
    if after.action and not same(before.action, after.action):
        was = f"Action: {before.action}" if before.action else ""
        yield change("reworded" if was else "added", "action", was, f"Action: {after.action}")
    if papers := links.differences(before.attachments, after.attachments):
        yield change("revised", "attachments", *links.named(papers))


def _standing(before: AgendaItem, after: AgendaItem) -> tuple[str, str]:
    """Return from where to where in words; equal texts where the item stands as it stood."""
    old, new = [], []
    if before.consent != after.consent:
        old.append("On the consent agenda" if before.consent else "Not on the consent agenda")
        new.append("On the consent agenda" if after.consent else "Not on the consent agenda")
    if before.section and after.section and not same(before.section, after.section):
        old.append(f"Section: {before.section}")
        new.append(f"Section: {after.section}")
    return "\n".join(old), "\n".join(new)


def _taken_off(frame: Frame, item: AgendaItem) -> bool:
    """Say whether a missing item was withdrawn: its meeting is still listed and has not started."""
    assert frame.before is not None  # noqa: S101 - only an item of before can be missing
    if frame.after.document.kind in ("agenda", "packet") and item.meeting not in {i.meeting for i in frame.after.items}:
        return False  # the next meeting's agenda under the same address
    listed = {meeting.id for meeting in frame.after.meetings}
    if any(meeting.id == item.meeting for meeting in frame.before.meetings) and item.meeting not in listed:
        return False
    meeting = frame.meeting(item.meeting)
    return meeting is None or meeting.start is None or meeting.start > frame.now


def _context(frame: Frame, item: AgendaItem, meeting: Meeting | None) -> tuple[str, ...]:
    matter = frame.matter_of(item)
    papers = tuple(link.title for link in item.attachments)
    about = (matter.file, matter.title, matter.kind) if matter else ()
    consent = ("Consent agenda",) if item.consent else ()
    return (*((meeting.body,) if meeting else ()), item.section, item.title, *about, *consent, *papers)


def _key(item: AgendaItem, part: str = "") -> str:
    return f"item:{item.id or item.matter or fold(item.title)[:80]}" + (f":{part}" if part else "")
