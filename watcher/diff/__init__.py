"""What changed between two readings of one document.

    before, after ─ meetings by id ─ agenda items by id ─ matters by file ─ passages by what they say ─▶ Change*

Pure: `now` is passed in. Each change holds both texts, the words struck and put in (`redline`), and what stands around
them, so that a judge can judge the change and not the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from watcher.diff import items, matters, meetings, news, notes
from watcher.diff.framing import Frame
from watcher.diff.redlining import redline
from watcher.diff.sameness import fold
from watcher.model import Change, Passage, Reading, Request, Site

__all__ = ["compare", "redline"]

CODIFIED = "codified-through"  # the key of a publisher's banner (`Passage.aside`)


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
    before, after = _alike(before, after)
    frame = Frame(site, request, before, after, now, last_seen, snapshots)
    found = [*meetings.compare(frame), *items.compare(frame), *matters.compare(frame)]
    told = _told(after) | (_told(before) if before else set())
    old = _untold(_law(before), told) if before else ()
    new = _untold(_law(after), told)
    place = news.Place(windowed=site.kind == "list" or after.document.kind in ("list", "listing"))
    text = [*_codified(frame), *news.compare(frame, old, new, place)]
    return (*found, *notes.with_ordinances(text, before, after))


def _codified(frame: Frame) -> Iterator[Change]:
    """Yield how far a code was codified before and is now ("codified through Ordinance No. 12"): no change of law."""
    if frame.before is None:
        return
    old, new = (
        "\n".join(passage.text for passage in reading.document.passages if passage.key == CODIFIED)
        for reading in (frame.before, frame.after)
    )
    if old and new and fold(old) != fold(new):
        yield frame.change("reworded", CODIFIED, old, new, heading=("Codified through",))


def _alike(before: Reading | None, after: Reading) -> tuple[Reading | None, Reading]:
    """Return both sides as passages alone where only one text of a document was found to be a list of items.

    The same words would be told as taken off on one side and as put in on the other.
    """
    if before is None or bool(before.items) == bool(after.items) or after.document.kind not in ("agenda", "packet"):
        return before, after
    return _passages_alone(before), _passages_alone(after)


def _passages_alone(reading: Reading) -> Reading:
    ids = {item.id for item in reading.items}
    passages = tuple(replace(p, key="") if p.key in ids else p for p in reading.document.passages)
    return replace(reading, items=(), document=replace(reading.document, passages=passages))


def _law(reading: Reading) -> tuple[Passage, ...]:
    """Return the passages without a code's publisher's own notes: they come, go and are re-set with every supplement."""
    return tuple(passage for passage in reading.document.passages if not passage.aside)


def _untold(passages: Iterable[Passage], told: set[str]) -> tuple[Passage, ...]:
    """Return the passages that say more than the meetings, items and matters do."""
    if not told:
        return tuple(passages)
    return tuple(p for p in passages if not (p.key and p.key in told) and fold(p.text) not in told)


def _told(reading: Reading) -> set[str]:
    """Return what the meetings, items and matters of a reading say, as it is compared, and their ids."""
    said: set[str] = set()
    ids: set[str] = set()
    for meeting in reading.meetings:
        ids.add(meeting.id)
        said |= {meeting.title, meeting.body, meeting.location}
    for item in reading.items:
        ids.add(item.id)
        said |= {item.title, item.text, item.section, item.action, item.number, item.matter or ""}
        said.update(item.section.split(" / "))
    for matter in reading.matters:
        ids |= {matter.id, matter.file}
        said |= {matter.file, matter.title, matter.status, matter.kind, matter.text}
    return (ids | {fold(text) for text in said}) - {""}
