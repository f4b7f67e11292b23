"""What changed between two readings of one document.

    before, after ─ meetings by id ─ agenda items by id ─ matters by file ─ passages by what they say ─▶ Change*

Pure: `now` is passed in. Each change holds both texts, the words struck and put in (`redline`), and what stands around
them, so that a judge can judge the change and not the page.
"""

from __future__ import annotations

from datetime import datetime

from watcher.diff import items, matters, meetings, news
from watcher.diff.framing import Frame
from watcher.diff.redlining import redline
from watcher.diff.sameness import fold
from watcher.model import Change, Passage, Reading, Request, Site

__all__ = ["compare", "redline"]


def compare(
    before: Reading | None,
    after: Reading,
    *,
    site: Site,
    request: Request,
    now: datetime,
    last_seen: datetime | None,
    snapshots: tuple[str | None, str | None],
) -> tuple[Change, ...]:
    """Return the changes from `before` to `after`; `before` is None where the document itself is news.

    `request` is what asked for the document (its meeting, matter and context stand around every change), `last_seen`
    the last time it was as before, `snapshots` the digests of both sides. Nothing changed gives (); nothing raises.
    """
    frame = Frame(site, request, before, after, now, last_seen, snapshots)
    found = [*meetings.compare(frame), *items.compare(frame), *matters.compare(frame)]
    old = _own(before) if before else ()
    place = news.Place(windowed=site.kind == "list" or after.document.kind in ("list", "listing"))
    return (*found, *news.compare(frame, old, _own(after), place))


def _own(reading: Reading) -> tuple[Passage, ...]:
    """Return the passages that say more than the reading's meetings, items and matters say already."""
    if not (reading.meetings or reading.items or reading.matters):
        return reading.document.passages
    told: set[str] = set()
    for meeting in reading.meetings:
        told |= {meeting.id, meeting.title, meeting.body, meeting.location}
    for item in reading.items:
        told |= {item.id, item.title, item.text, item.section, item.action, item.number, item.matter or ""}
    for matter in reading.matters:
        told |= {matter.id, matter.file, matter.title, matter.status, matter.kind, matter.text}
    told.discard("")
    said = {fold(text) for text in told}
    return tuple(
        passage for passage in reading.document.passages if passage.key not in told and fold(passage.text) not in said
    )
