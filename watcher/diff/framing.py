"""Turns a difference that was found into a Change: its identity, its redline, and what stands around it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from watcher.diff.redlining import redline
from watcher.diff.sameness import digest, fold
from watcher.model import AgendaItem, Change, ChangeKind, Matter, Meeting, Reading, Request, Site

PIECE = 1_200  # characters of one change where many new passages are joined


@dataclass(frozen=True, slots=True)
class Frame:
    """What every change of one comparison shares. `before` is None where the document itself is new."""

    site: Site
    request: Request
    before: Reading | None
    after: Reading
    now: datetime
    last_seen: datetime | None
    snapshots: tuple[str | None, str | None]
    _given: set[str] = field(default_factory=set)

    def change(
        self,
        kind: ChangeKind,
        key: str,
        before: str,
        after: str,
        *,
        heading: Iterable[str] = (),
        meeting: Meeting | None = None,
        matter: Matter | None = None,
        context: Iterable[str] = (),
    ) -> Change:
        """Return the change. `id` is a digest of site, document, key, kind and both texts as they are compared."""
        trail = tuple(dict.fromkeys(part for part in heading if part))
        return Change(
            id=self._id(kind, key, before, after),
            site=self.site.id,
            url=self.after.document.url or self.request.url,
            kind=kind,
            key=key,
            heading=trail,
            before=before,
            after=after,
            redline=redline(before, after),
            seen_at=self.now,
            last_seen_unchanged_at=self.last_seen,
            meeting=self._as_told(meeting or self._only_meeting()),
            matter=matter or self._only_matter(),
            context=self._context(trail, context),
            snapshot_before=self.snapshots[0],
            snapshot_after=self.snapshots[1],
        )

    def meeting(self, id: str) -> Meeting | None:
        """Return the meeting with this id as it is now known."""
        known = [*self.after.meetings, *((self.request.meeting,) if self.request.meeting else ())]
        return next((meeting for meeting in known if meeting.id == id), None) or self.request.meeting

    def _as_told(self, meeting: Meeting | None) -> Meeting | None:
        """Return the meeting with what its agenda says of attending it, besides what its vendor's fields say."""
        if meeting is None or not self.after.attend:
            return meeting
        told = dict.fromkeys([*meeting.attend.splitlines(), *self.after.attend.splitlines()])
        return replace(meeting, attend="\n".join(told))

    def matter_of(self, item: AgendaItem) -> Matter | None:
        """Return the matter of an agenda item: the reading's own, or as much of it as the item says."""
        if not item.matter:
            return None
        known = [*self.after.matters, *((self.request.matter,) if self.request.matter else ())]
        found = next((matter for matter in known if item.matter in (matter.file, matter.id)), None)
        return found or Matter(id=item.matter, file=item.matter, title=item.title)

    def _id(self, kind: str, key: str, before: str, after: str) -> str:
        parts = (self.site.id, self.request.key, key, kind, fold(before), fold(after))
        id = digest(*parts)
        turn = 1
        while id in self._given:  # the same line put in twice
            turn += 1
            id = digest(*parts, str(turn))
        self._given.add(id)
        return id

    def _only_meeting(self) -> Meeting | None:
        if self.request.meeting:
            return next((m for m in self.after.meetings if m.id == self.request.meeting.id), self.request.meeting)
        return self.after.meetings[0] if len(self.after.meetings) == 1 else None

    def _only_matter(self) -> Matter | None:
        if self.request.matter:
            own = self.request.matter
            return next((m for m in self.after.matters if own.id == m.id or own.file == m.file), own)
        if self.after.items:
            return None  # an agenda's only file is that of one of its items, not of the others
        return self.after.matters[0] if len(self.after.matters) == 1 else None

    def _context(self, heading: tuple[str, ...], own: Iterable[str]) -> tuple[str, ...]:
        around = (self.after.document.title, self.request.title, *self.request.context, *own)
        return tuple(dict.fromkeys(text for text in around if text and text not in heading))


def joined(texts: Iterable[str], size: int = PIECE) -> list[str]:
    """Return the texts put together line by line into pieces of about `size` characters; none is cut."""
    pieces: list[str] = []
    length = 0
    lines: list[str] = []
    for text in texts:
        if lines and length + len(text) > size:
            pieces.append("\n".join(lines))
            lines, length = [], 0
        lines.append(text)
        length += len(text) + 1
    return [*pieces, "\n".join(lines)] if lines else pieces
