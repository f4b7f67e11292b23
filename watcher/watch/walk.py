"""Which documents a site leads to, level by level: listing, meeting, legislation, attachment.

What a document lists is followed from a fresh reading, or as known where the document stayed the same. What is over the
bounds of one visit goes first next time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from watcher import policy
from watcher.judge import Judge
from watcher.model import DocumentState, Paper, Request, Site, Visit
from watcher.watch.desk import Desk, Look
from watcher.watch.look import look_at

MOST_DOCUMENTS = 250  # one site's share of one visit; what is left over goes first next time
MOST_BYTES = 1_500_000_000  # of documents fetched anew in one visit: 60 packets of 100 MB take four
DEEPEST = 6  # listing → meeting → legislation → attachment; contents → title → chapter → article → section of a code
FOLLOWED_FOR = timedelta(days=21)  # after a meeting its documents still move: minutes, votes, signed copies


@dataclass(slots=True)
class Walk:
    """One visit's way through a site: `seen` are its documents as known from now on, `looks` those it looked at."""

    site: Site
    known: Mapping[str, DocumentState]
    desk: Desk
    started: datetime
    openings: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    seen: dict[str, DocumentState] = field(default_factory=dict)
    looks: list[Look] = field(default_factory=list)
    standing: list[Paper | None] = field(default_factory=list)

    async def go(self, openings: Iterable[Request]) -> None:
        """From the openings down, a level at a time, until nothing more is listed or the bounds are reached."""
        level = list(openings)
        self.openings = frozenset(request.key for request in level)
        # a form's hidden fields may hold for a visit only: a page with such children is read for them each time
        asked = (document.request for document in self.known.values())
        self.forms = frozenset(request.found_on for request in asked if request.method == "POST")
        for _ in range(DEEPEST):
            level = [listed for request in self.within_bounds(level) for listed in await self.step(request)]
            if not level:
                break

    def within_bounds(self, level: Sequence[Request]) -> Iterable[Request]:
        """The requests of a level, for as long as the bytes of this visit allow."""
        for request in within_reach(level, self.known, MOST_DOCUMENTS - len(self.looks)):
            if sum(look.snapshot.size for look in self.looks if look.snapshot) > MOST_BYTES:
                return
            yield request

    async def step(self, request: Request) -> list[Request]:
        """Looks at one document and returns what it lists that this visit has not come upon yet."""
        document = self.known.get(request.key) or self.seen.get(request.key)
        # an opening never seen before is a baseline of its own, also where the reader has learnt a new one
        document = document or first_listed(self.site, request, self.started, silent=True)
        look = await look_at(self.site, request, document, self.desk, has_forms=request.key in self.forms)
        self.standing.append(in_force(self.site, look, self.desk.judge))
        self.looks.append(without_text(look))
        self.seen[request.key] = look.document
        if request.key in self.openings and turned_away(look.visit):
            return []  # whoever turned us away at the door is not asked for everything behind it
        found = []
        for listed in listed_by(look, self.known, self.started):
            if listed.key not in self.seen:
                self.seen[listed.key] = self.known.get(listed.key) or in_place_of(
                    predecessor(listed, look, self.known),
                    first_listed(self.site, listed, self.started, silent=look.quiet),
                )
                found.append(listed)
        self.seen.update(no_longer_listed(look, self.known, self.seen))
        return found


def without_text(look: Look) -> Look:
    """The look as it is kept until the visit ends: sixty packets of a thousand pages are more text than memory."""
    if look.reading is None:
        return look
    document = replace(look.reading.document, passages=())
    return replace(look, reading=replace(look.reading, document=document, items=(), matters=(), follow=()))


def in_force(site: Site, look: Look, judge: Judge) -> Paper | None:
    """What a rule's own text is that was read silently, for the first time: no news, but what stands."""
    if not (look.quiet and look.snapshot and look.reading):
        return None
    return policy.in_force(site, look.snapshot, look.reading, judge.judge_text)


def turned_away(visit: Visit) -> bool:
    """Whether the server itself was the trouble, rather than what it said."""
    return visit.outcome == "blocked" or visit.reason in ("unreachable", "timeout", "tls", "refused")


def within_reach(level: Sequence[Request], known: Mapping[str, DocumentState], room: int) -> Sequence[Request]:
    """The level, or where it is too long or too heavy for one visit the documents that have waited longest first."""
    weights = (known[request.key].snapshot for request in level if request.key in known)
    if len(level) <= room and sum(snapshot.size for snapshot in weights if snapshot) <= MOST_BYTES:
        return level

    def waited(request: Request) -> str:
        document = known.get(request.key)
        return document.last_visit_at.isoformat() if document and document.last_visit_at else ""

    return sorted(level, key=waited)[: max(room, 0)]


def first_listed(site: Site, request: Request, now: datetime, *, silent: bool) -> DocumentState:
    """A document nobody has visited yet. Listed by a silent reading it is no news when it is read."""
    return DocumentState(site.id, request.key, request.url, request, first_listed_at=now, silent=silent)


def listed_by(look: Look, known: Mapping[str, DocumentState], now: datetime) -> list[Request]:
    """What a document leads to: as read just now, or as known where the document stayed the same."""
    key = look.document.key
    if look.reading is not None:
        listed = [replace(request, found_on=key) for request in look.reading.follow]
    else:
        listed = [document.request for document in known.values() if document.request.found_on == key]
    return [request for request in listed if still_followed(request, now)]


def predecessor(listed: Request, look: Look, known: Mapping[str, DocumentState]) -> DocumentState | None:
    """The one document whose place in its listing a new one took: an agenda published again has another address."""
    if look.reading is None or not (listed.meeting or listed.matter):
        return None
    named = {request.key for request in look.reading.follow}
    gone = [
        child
        for child in known.values()
        if child.request.found_on == look.document.key
        and child.key not in named
        and child.snapshot is not None
        and place_of(child.request) == place_of(listed)
    ]
    return gone[0] if len(gone) == 1 else None


def place_of(request: Request) -> tuple[str, str, str, str]:
    """What stays where a document is published again: its kind, what it belongs to, and an attachment's title."""
    title = "" if request.kind in ("agenda", "packet", "minutes") else request.title
    return (
        request.kind,
        title,
        request.meeting.id if request.meeting else "",
        request.matter.file if request.matter else "",
    )


def in_place_of(earlier: DocumentState | None, new: DocumentState) -> DocumentState:
    """The new document, to be compared with the one whose place it took: what it repeats is no news."""
    if earlier is None:
        return new
    return replace(new, snapshot=earlier.snapshot, last_good_at=earlier.last_good_at)


def still_followed(request: Request, now: datetime) -> bool:
    """Documents of a meeting long past move no more."""
    start = request.meeting.start if request.meeting else None
    return start is None or now - start < FOLLOWED_FOR


def no_longer_listed(
    look: Look, known: Mapping[str, DocumentState], seen: Mapping[str, DocumentState]
) -> dict[str, DocumentState]:
    """Documents that a fresh reading of their listing names no more: known, but visited no further."""
    if look.reading is None:
        return {}
    key = look.document.key
    named = {request.key for request in look.reading.follow}
    return {
        child.key: replace(child, request=replace(child.request, found_on=""))
        for child in known.values()
        if child.request.found_on == key and child.key not in named and child.key not in seen
    }
