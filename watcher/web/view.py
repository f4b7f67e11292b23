"""What the pages look at, handed in by whoever serves or publishes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from watcher.ledger import Ledger
from watcher.model import Change, DocumentState, PolicyEntry, Site, SiteState
from watcher.snapshots import Objects
from watcher.web.board import Board
from watcher.web.entries import Searchable, Texts
from watcher.web.paging import BLOCK, block_below


@dataclass(slots=True)
class View:
    """`beat` is set by the loop at every tick. Without `objects` and `texts` no snapshot is shown, without `index` nothing
    is searched, without `token` nothing is muted here. `contact` is whom readers write to.
    """

    ledger: Ledger
    sites: Mapping[str, Site]
    now: Callable[[], datetime]
    beat: datetime = field(default_factory=lambda: datetime.now(UTC))
    policy: Sequence[PolicyEntry] = ()
    objects: Objects | None = None
    texts: Texts | None = None
    index: Searchable | None = None
    token: str | None = field(default=None, repr=False)
    contact: str | None = None
    why: Callable[[str], str] | None = None  # the reason of a cue; None: as the built-in lexicon says it
    deaf: Mapping[str, str] = field(default_factory=dict)  # channels whose buttons are not heard just now, and why
    base: str | None = None  # where readers find the pages, for feeds; None: where they were asked for
    hosts: frozenset[str] | None = (
        None  # the names the page answers to; None: to all, behind a proxy that knows its own
    )
    live: bool = True  # False for a static copy, which has no forms
    board: Board = field(init=False)
    _change: Change | None = field(init=False, default=None, repr=False)

    def __post_init__(self) -> None:
        self.board = Board(self.ledger, self.sites, self.policy)

    def paired(self) -> list[tuple[Site, SiteState | None]]:
        """Each site with what the ledger knows of it."""
        states = self.ledger.site_states()
        return [(site, states.get(site.id)) for site in self.sites.values()]

    def change(self, name: str) -> Change | None:
        """One change by its id or its beginning. The last one asked for is at hand: a change never changes, and its page,
        its two sides and its JSON are mostly asked for one after the other. Raises StoreError where several begin so."""
        if (last := self._change) is not None and last.id == name:
            return last
        found = self.ledger.change(name)
        if found is not None:
            self._change = found
        return found

    def block(self, before: int | None) -> tuple[list[tuple[int, Change]], int | None]:
        """The changes of one page of a copy with their numbers, newest first, and the number before which the next looks."""
        rows = self.ledger.changes_before(before, 2 * BLOCK)
        least = block_below(rows[0][0]) if before is None and rows else (before or 1) - BLOCK
        return [row for row in rows if row[0] >= least], least if least > 1 else None

    def documents(self, site: Site, known: Mapping[str, DocumentState]) -> list[tuple[DocumentState, Change | None]]:
        """The visited documents among those `known` of a site, with their last change, those changed last first."""
        last: dict[str, Change] = {}
        for _, change in self.ledger.changes_before(limit=100, among=[site.id]):
            last.setdefault(change.url, change)
        listed = [(document, last.get(document.url)) for document in known.values() if document.visited]
        never = datetime.min.replace(tzinfo=UTC)
        listed.sort(key=lambda pair: (pair[1].seen_at if pair[1] else never, pair[0].first_listed_at), reverse=True)
        return listed
