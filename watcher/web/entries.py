"""What can be searched: every change, and every document as its last snapshot says it. Kept by one of two indexes.

    ledger ─ gathered ─▶ Batch of Entry ─▶ index.py   SQLite's FTS5, a file beside a ledger that is a file
                                        └▶ tsvector.py  a table beside a ledger on PostgreSQL

Both are derived, take up what they lack in steps (`catch_up`), and understand the same questions (`phrases_of`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from unicodedata import normalize

from watcher.alerts import clean, masked, one_line
from watcher.errors import ReadError, StoreError
from watcher.ledger import Ledger
from watcher.model import Change, Site, Snapshot

FORM = "1"  # raised where what is indexed changes: an index of another form is made anew
STEP = 200
LONGEST = 400_000  # characters of one document
PAGE = 30
MOST = 1_000  # results counted; more are said to be more
WORDS = 12  # of one question

Texts = Callable[[Site, Snapshot], str]
"""What a snapshot says, read by today's reader. Raises ReadError or StoreError."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where the words stand. `pieces` are text and whether it is a found word. `ref` names change or document."""

    kind: str  # change | document
    ref: str
    site: str
    url: str
    title: str
    at: str
    digest: str | None
    pieces: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits, newest entries first, and how many there are at least."""

    hits: tuple[Hit, ...]
    total: int
    more: bool  # whether there are more than `total`


@dataclass(frozen=True, slots=True)
class Entry:
    """What one index entry says. `named` is searched beside `text`; `title` is shown; `facets` are what it is filtered by."""

    ref: str
    kind: str
    site: str
    url: str
    title: str
    at: str
    digest: str | None
    named: str
    text: str
    facets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """The next entries, the numbers of the last change and snapshot they were made of, and whether there is more."""

    entries: list[Entry]
    changes: int
    snapshots: int
    more: bool


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand in a row; the last of them may go on where it is a `beginning`."""

    text: str
    beginning: bool


class Searchable(Protocol):
    """An index. Safe to use from several threads; one of them catches up."""

    def catch_up(self, ledger: Ledger, sites: Mapping[str, Site], texts: Texts | None) -> bool:
        """Takes up at most `STEP` changes and `STEP` snapshots. True where there is more to do."""

    def search(self, words: str, facets: tuple[str, ...] = (), page: int = 1) -> Found:
        """The entries that hold all the words (a phrase in quotes, a beginning with *), newest first."""


def phrases_of(words: str) -> list[Phrase]:
    """What a reader asks for, all of it wanted; signs that stand for no word are left out."""
    found = []
    for phrase, word in re.findall(r'"([^"]*)"|([^\s"]+)', normalize("NFKC", one_line(words))[:400]):
        text = phrase or word.rstrip("*")
        if re.search(r"[^\W_]", text):
            found.append(Phrase(text, word.endswith("*")))
    return found[:WORDS]


def gathered(ledger: Ledger, sites: Mapping[str, Site], texts: Texts | None, changes: int, snapshots: int) -> Batch:
    """The entries that come after change number `changes` and snapshot number `snapshots`.

    A document that today's reader cannot read is left out; it is tried again with its next snapshot.
    """
    changed = ledger.changes_after(changes, STEP)
    seen = ledger.snapshots_after(snapshots, STEP) if texts else []
    read = [(one, text) for _, one in _last(seen) if (text := _text(one, sites, texts)) is not None]
    entries = [_of_change(change, sites.get(change.site)) for _, change in changed]
    entries += [_of_document(snapshot, text, sites[snapshot.site]) for snapshot, text in read]
    return Batch(
        entries,
        changed[-1][0] if changed else changes,
        seen[-1][0] if seen else snapshots,
        len(changed) == STEP or len(seen) == STEP,
    )


def facets_of(change: Change, site: Site | None) -> tuple[str, ...]:
    """The words a search is filtered by."""
    verdict = change.verdict
    said = ["kindchange"]
    if site:
        said.append(f"state{site.jurisdiction.state.lower()}")
    if verdict:
        said += [f"topic{topic.replace('_', '')}" for topic in verdict.topics]
        said += [f"direction{verdict.stance}", f"stage{verdict.stage.replace('_', '')}", f"label{verdict.label}"]
    return tuple(said)


def _of_change(change: Change, site: Site | None) -> Entry:
    heading = one_line(" › ".join(change.heading))
    title = masked(one_line(change.matter.title if change.matter and change.matter.title else heading))
    text = masked(clean("\n".join(filter(None, (change.before, change.after, *change.context))))[:LONGEST])
    digest = change.snapshot_after or change.snapshot_before
    number = change.matter.file if change.matter else ""
    return Entry(
        change.id, "change", change.site, change.url, title[:300], change.seen_at.isoformat(), digest,
        f"{title} {number}", text, facets_of(change, site),
    )  # fmt: skip


def _of_document(snapshot: Snapshot, text: str, site: Site) -> Entry:
    title, _, body = text.partition("\n")
    return Entry(
        f"{snapshot.site}\n{snapshot.key}", "document", snapshot.site, snapshot.url, masked(one_line(title))[:300],
        snapshot.fetched_at.isoformat(), snapshot.digest,
        title, masked(clean(body)[:LONGEST]), ("kinddocument", f"state{site.jurisdiction.state.lower()}"),
    )  # fmt: skip


def _last(snapshots: list[tuple[int, Snapshot]]) -> list[tuple[int, Snapshot]]:
    """The newest of each document: what came between is read by nobody who searches for what is there now."""
    return list({(one.site, one.key): (seq, one) for seq, one in snapshots}.values())


def _text(snapshot: Snapshot, sites: Mapping[str, Site], texts: Texts | None) -> str | None:
    site = sites.get(snapshot.site)
    if site is None or texts is None:
        return None
    try:
        return texts(site, snapshot)
    except (ReadError, StoreError):
        return None
