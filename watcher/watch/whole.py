"""The whole site after its documents were looked at: its changes, each once and with a verdict, and its state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from watcher import votes
from watcher.judge import Judge
from watcher.model import Change, DocumentState, Outcome, Site, SiteState, health_of
from watcher.snapshots import Objects
from watcher.watch.desk import Look
from watcher.watch.stored import reading_of
from watcher.watch.walk import Walk


def once_each(changes: Iterable[Change]) -> list[Change]:
    """The same change seen on two pages of one site (this month's and next month's listing) is one change."""
    first: dict[tuple[str, str, str, str], Change] = {}
    for change in changes:
        first.setdefault((change.kind, change.key, change.before, change.after), change)
    return list(first.values())


async def not_listed_before(
    site: Site, changes: list[Change], known: Iterable[DocumentState], objects: Objects
) -> list[Change]:
    """The changes without meetings that only went from one list of the site to another: upcoming to past, page to page."""
    new = {change.key for change in changes if change.kind == "added" and change.meeting}
    if not any(
        change.key == f"meeting:{change.meeting.id}" for change in changes if change.meeting and change.key in new
    ):
        return changes
    listed: set[str] = set()
    for document in known:
        if document.request.kind == "listing" and (reading := await reading_of(site, document, objects)):
            listed |= {f"meeting:{meeting.id}" for meeting in reading.meetings}
    return [change for change in changes if change.kind != "added" or change.key not in listed]


async def with_agenda(site: Site, change: Change, documents: Iterable[DocumentState], objects: Objects) -> Change:
    """A meeting called off or moved, with what stood on its agenda: the calendar itself does not say what it was about."""
    meeting = change.meeting
    if meeting is None or change.kind not in ("cancelled", "rescheduled", "removed"):
        return change
    if change.key.removeprefix("meeting:") != meeting.id:
        return change  # an item of it, which speaks for itself
    titles: list[str] = []
    for document in documents:
        about = document.request
        if about.meeting is None or about.meeting.id != meeting.id:
            continue
        titles += [*about.context, about.matter.title if about.matter else ""]
        if about.kind == "meeting" and (reading := await reading_of(site, document, objects)):
            titles += [item.title for item in reading.items]
    return replace(change, context=tuple(dict.fromkeys((*change.context, *filter(None, titles)))))


def judged(changes: Iterable[Change], judge: Judge) -> list[Change]:
    """Each change with the judge's verdict, and the counts of the votes it tells of."""
    found = (replace(change, verdict=judge.judge(change)) for change in changes)
    return [replace(change, votes=votes.of(change)) for change in found]


def state_after(state: SiteState, walk: Walk) -> SiteState:
    """The site's state after this visit. Its health is that of its opening documents, where all news begins."""
    now = walk.started
    opened = [look for look in walk.looks if look.document.key in walk.openings and not look.document.request.optional]
    bad = next((look for look in opened if look.visit.outcome in ("failed", "blocked")), None)
    telling = bad or (opened[0] if opened else None)
    good = bad is None and bool(opened)
    upcoming = next_meeting(walk.looks, walk.seen.values(), now)
    failures = 0 if good else state.failures + 1
    return replace(
        state,
        health=health_of(failures, now if good else state.last_good_at, now),
        baselined_at=state.baselined_at or (now if good else None),
        last_visit_at=now,
        last_good_at=now if good else state.last_good_at,
        last_outcome=loudest(walk.looks) if good else telling.visit.outcome if telling else None,
        reason=telling.visit.reason if telling else None,
        failures=failures,
        next_meeting=upcoming or (state.next_meeting if state.next_meeting and state.next_meeting > now else None),
        documents=len(walk.seen),
    )


def loudest(looks: Sequence[Look]) -> Outcome:
    """The outcome that says most of a good visit."""
    order: tuple[Outcome, ...] = ("baseline", "changed", "unchanged")
    outcomes = {look.visit.outcome for look in looks}
    return next((outcome for outcome in order if outcome in outcomes), "unchanged")


def next_meeting(looks: Sequence[Look], documents: Iterable[DocumentState], now: datetime) -> datetime | None:
    """Start of the nearest meeting ahead, as read in this visit or as known from the documents that belong to it."""
    read = (meeting for look in looks if look.reading for meeting in look.reading.meetings)
    known = (document.request.meeting for document in documents if document.request.meeting)
    starts = (m.start for m in (*read, *known) if m.status != "cancelled")
    return min((start for start in starts if start and start > now), default=None)
