"""Meetings by id: new ones, withdrawn and cancelled ones, moved ones, and documents published for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from watcher.diff import links
from watcher.diff.framing import Frame
from watcher.diff.sameness import fold
from watcher.model import Change, Meeting

# A meeting that took place longer ago was not announced late: the listing shows more of its archive.
ARCHIVE = timedelta(days=7)
_NAMING = {"cancelled": "Cancelled", "confirmed": "Confirmed", "tentative": "Tentative", "passed": "Held"}


def compare(frame: Frame) -> Iterator[Change]:
    """Yield what is new about the meetings of a listing. Falling off a list is nothing new."""
    old = {meeting.id: meeting for meeting in (frame.before.meetings if frame.before else ())}
    new = {meeting.id: meeting for meeting in frame.after.meetings}
    gone = [meeting for id, meeting in old.items() if id not in new]
    for id, meeting in new.items():
        before = old.get(id) or _under_another_id(meeting, gone)
        if before is None:
            yield from _added(frame, meeting)
            continue
        if before in gone:
            gone.remove(before)
        yield from _changed(frame, before, meeting)
    ahead = [meeting for meeting in gone if meeting.start and meeting.start > frame.now]
    for meeting in ahead:
        if _withdrawn(meeting, ahead, frame.after.meetings, pushed_out=any(id not in old for id in new)):
            yield frame.change("removed", f"meeting:{meeting.id}", face(meeting), "", meeting=meeting)


def face(meeting: Meeting) -> str:
    """Return a meeting in words: body and title, when, where, its standing where that is news, its documents."""
    title = "" if fold(meeting.title) == fold(meeting.body) else meeting.title
    lines = [" - ".join(part for part in (meeting.body, title) if part), when(meeting), meeting.location]
    if meeting.status == "cancelled":
        lines.append(f"Status: {_NAMING[meeting.status]}")
    lines.append(links.named([(None, link) for link in meeting.documents if link.kind != "video"])[1])
    return "\n".join(" ".join(line.split(" ")) for line in lines if line)


def when(meeting: Meeting) -> str:
    """Return the start in the meeting's own time, e.g. "Tuesday, December 1, 2026, 6:30 PM"; "" where not known."""
    start = meeting.start
    if start is None:
        return ""
    return f"{start:%A, %B} {start.day}, {start.year}, {start.hour % 12 or 12}:{start:%M %p}"


def _added(frame: Frame, meeting: Meeting) -> Iterator[Change]:
    told = frame.request.meeting
    if frame.before is None and told and told.id == meeting.id:
        return  # the listing that led here has said so
    earliest = min(frame.now, frame.last_seen or frame.now) - ARCHIVE
    if meeting.start and meeting.start < earliest:
        return
    yield frame.change("added", f"meeting:{meeting.id}", "", face(meeting), meeting=meeting)


def _changed(frame: Frame, before: Meeting, after: Meeting) -> Iterator[Change]:
    key = f"meeting:{after.id}"
    name = (after.body, after.title)
    if after.status == "cancelled" and before.status != "cancelled":
        old, new = _lines(before, ""), _lines(after, "Status: Cancelled")
        yield frame.change("cancelled", key, old, new, heading=name, meeting=after)
    elif before.status == "cancelled" and after.status in ("confirmed", "tentative"):
        old, new = _lines(before, "Status: Cancelled"), _lines(after, f"Status: {_NAMING[after.status]}")
        yield frame.change("rescheduled", key, old, new, heading=name, meeting=after)
    elif _ahead(before, frame.now) or _ahead(after, frame.now):
        old, new = _moved(before, after)
        if old != new:
            yield frame.change("rescheduled", key, old, new, heading=name, meeting=after)
    if fold(before.title) != fold(after.title) and _ahead(after, frame.now):
        yield frame.change("reworded", f"{key}:title", before.title, after.title, heading=(after.body,), meeting=after)
    papers = links.differences(before.documents, after.documents)
    papers = tuple(pair for pair in papers if pair[1] or _ahead(after, frame.now))
    if papers:
        old, new = links.named(papers)
        yield frame.change("revised", f"{key}:documents", old, new, heading=(*name, when(after)), meeting=after)


def _lines(meeting: Meeting, status: str) -> str:
    return "\n".join(part for part in (meeting.title or meeting.body, when(meeting), meeting.location, status) if part)


def _moved(before: Meeting, after: Meeting) -> tuple[str, str]:
    """Return when and where from and to; equal texts where neither moved. What is only now filled in did not move."""
    old, new = [], []
    if after.start and before.start != after.start:
        old.append(f"When: {when(before) or 'not set'}")
        new.append(f"When: {when(after)}")
    elif before.end and after.end and before.end != after.end:
        old.append(f"Ends: {before.end.hour % 12 or 12}:{before.end:%M %p}")
        new.append(f"Ends: {after.end.hour % 12 or 12}:{after.end:%M %p}")
    if before.location and after.location and fold(before.location) != fold(after.location):
        old.append(f"Where: {before.location}")
        new.append(f"Where: {after.location}")
    return "\n".join(old), "\n".join(new)


def _under_another_id(meeting: Meeting, gone: Sequence[Meeting]) -> Meeting | None:
    """Return the meeting of that body, title and day that is gone: some systems move one by making another."""
    for other in gone:
        same_name = (fold(other.body), fold(other.title)) == (fold(meeting.body), fold(meeting.title))
        if same_name and other.start and meeting.start and other.start.date() == meeting.start.date():
            return other
    return None


def _withdrawn(meeting: Meeting, gone: Sequence[Meeting], listing: Sequence[Meeting], *, pushed_out: bool) -> bool:
    """Say whether a missing meeting, still ahead, was taken off while the listing still covers its date.

    It does where it shows meetings on both sides of it. At an edge it does where the meeting went alone: a window that
    moved takes many, and a list of so many rows loses its last one only to a new one.
    """
    starts = [other.start for other in listing if other.start]
    earlier = any(meeting.start and start <= meeting.start for start in starts)
    later = any(meeting.start and start >= meeting.start for start in starts)
    return (earlier and later) or (len(gone) == 1 and (later or (earlier and not pushed_out)))


def _ahead(meeting: Meeting, now: datetime) -> bool:
    return meeting.start is None or meeting.start > now
