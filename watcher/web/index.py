"""The search index: full text of every change and of every document's last snapshot. Derived, in a file of its own.

SQLite's FTS5 (sqlite.org/fts5.html), whatever database holds the ledger: the index is made from ledger and snapshots, may
be deleted at any time, and is brought up in steps (`catch_up`) beside the service. Filters are words of a second column,
so that a filtered search costs what it finds, not what it leaves out.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
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
OPEN, CLOSE = "\ue000", "\ue001"  # private characters around a found word, until it is escaped

_TABLES = """
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY, ref TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    site TEXT NOT NULL, url TEXT NOT NULL, title TEXT NOT NULL, at TEXT NOT NULL, digest TEXT);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(title, text, facets, tokenize='unicode61 remove_diacritics 2');
"""
_DROP = "DROP TABLE IF EXISTS state; DROP TABLE IF EXISTS entries; DROP TABLE IF EXISTS words;"


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


class Index:
    """The index at `path`. Safe to use from several threads; one of them catches up."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._guard = threading.Lock()
        with self._open() as connection:
            connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + _TABLES)
            if self._get(connection, "form") != FORM:
                connection.executescript(_DROP + _TABLES)
                connection.execute("INSERT OR REPLACE INTO state VALUES ('form', ?)", (FORM,))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = None
        try:
            connection = sqlite3.connect(self.path, timeout=5, isolation_level=None)
            yield connection
        except sqlite3.Error as error:
            raise StoreError(f"the search index {self.path} cannot be used: {error}", path=str(self.path)) from error
        finally:
            if connection is not None:
                connection.close()

    @staticmethod
    def _get(connection: sqlite3.Connection, name: str, default: str = "0") -> str:
        row = connection.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else default

    # ---------------------------------------------------------------------------------------------------- making

    def catch_up(
        self,
        ledger: Ledger,
        sites: Mapping[str, Site],
        texts: Callable[[Site, Snapshot], str] | None,
    ) -> bool:
        """Takes up at most `STEP` changes and `STEP` snapshots. True where there is more to do.

        A document that today's reader cannot read is left out; it is tried again with its next snapshot.
        """
        with self._guard, self._open() as connection:
            changes_at, snapshots_at = (int(self._get(connection, name)) for name in ("changes", "snapshots"))
            changes = ledger.changes_after(changes_at, STEP)
            snapshots = ledger.snapshots_after(snapshots_at, STEP) if texts else []
            read = [(one, text) for _, one in _last(snapshots) if (text := _text(one, sites, texts)) is not None]
            connection.execute("BEGIN IMMEDIATE")
            for _, change in changes:
                self._put(connection, *_change_entry(change, sites.get(change.site)))
            for snapshot, text in read:
                self._put(connection, *_document_entry(snapshot, text, sites[snapshot.site]))
            for name, rows in (("changes", changes), ("snapshots", snapshots)):
                if rows:
                    connection.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, str(rows[-1][0])))
            connection.execute("COMMIT")
        return len(changes) == STEP or len(snapshots) == STEP

    @staticmethod
    def _put(connection: sqlite3.Connection, entry: tuple[str | None, ...], words: tuple[str, str, str]) -> None:
        old = connection.execute("SELECT id FROM entries WHERE ref = ?", (entry[0],)).fetchone()
        if old:  # a document seen anew: its words are replaced, and it moves to the front
            connection.execute("DELETE FROM words WHERE rowid = ?", old)
            connection.execute("DELETE FROM entries WHERE id = ?", old)
        made = connection.execute(
            "INSERT INTO entries (ref, kind, site, url, title, at, digest) VALUES (?,?,?,?,?,?,?)", entry
        )
        connection.execute("INSERT INTO words (rowid, title, text, facets) VALUES (?,?,?,?)", (made.lastrowid, *words))

    # ------------------------------------------------------------------------------------------------- searching

    def search(self, words: str, facets: tuple[str, ...] = (), page: int = 1) -> Found:
        """The entries that hold all the words (a phrase in quotes, a beginning with *), newest first."""
        asked = query_of(words)
        if not asked:
            return Found((), 0, False)
        match = f"{{title text}} : ({asked})" + "".join(f' AND facets : "{facet}"' for facet in facets)
        with self._open() as connection:
            total = connection.execute(
                "SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)", (match, MOST + 1)
            ).fetchone()[0]
            rows = connection.execute(
                "SELECT kind, ref, site, url, entries.title, at, digest,"
                " snippet(words, 1, '\ue000', '\ue001', ' … ', 40)"
                " FROM words JOIN entries ON entries.id = words.rowid"
                " WHERE words MATCH ? ORDER BY words.rowid DESC LIMIT ? OFFSET ?",
                (match, PAGE, (page - 1) * PAGE),
            ).fetchall()
        hits = tuple(
            Hit(kind, ref, site, url, title, at, digest, _pieces(snippet))
            for kind, ref, site, url, title, at, digest, snippet in rows
        )
        return Found(hits, min(total, MOST), total > MOST)


def query_of(words: str) -> str:
    """The words as an FTS5 query that cannot be ill-formed: each quoted, all of them wanted."""
    parts = []
    for phrase, word in re.findall(r'"([^"]*)"|([^\s"]+)', normalize("NFKC", one_line(words))[:400]):
        text = phrase or word.rstrip("*")
        if re.search(r"\w", text):
            parts.append(f'"{text}"' + ("*" if word.endswith("*") else ""))
    return " AND ".join(parts[:12])


def facets_of(change: Change, site: Site | None) -> str:
    """The words a search is filtered by."""
    verdict = change.verdict
    said = ["kindchange"]
    if site:
        said.append(f"state{site.jurisdiction.state.lower()}")
    if verdict:
        said += [f"topic{topic.replace('_', '')}" for topic in verdict.topics]
        said += [f"direction{verdict.stance}", f"stage{verdict.stage.replace('_', '')}", f"label{verdict.label}"]
    return " ".join(said)


def _change_entry(change: Change, site: Site | None) -> tuple[tuple[str | None, ...], tuple[str, str, str]]:
    heading = one_line(" › ".join(change.heading))
    title = masked(one_line(change.matter.title if change.matter and change.matter.title else heading))
    text = masked(clean("\n".join(filter(None, (change.before, change.after, *change.context))))[:LONGEST])
    digest = change.snapshot_after or change.snapshot_before
    entry = (change.id, "change", change.site, change.url, title[:300], change.seen_at.isoformat(), digest)
    number = change.matter.file if change.matter else ""
    return entry, (f"{title} {number}", text, facets_of(change, site))


def _document_entry(snapshot: Snapshot, text: str, site: Site) -> tuple[tuple[str | None, ...], tuple[str, str, str]]:
    title, _, body = text.partition("\n")
    ref = f"{snapshot.site}\n{snapshot.key}"
    at = snapshot.fetched_at.isoformat()
    entry = (ref, "document", snapshot.site, snapshot.url, masked(one_line(title))[:300], at, snapshot.digest)
    return entry, (title, masked(clean(body)[:LONGEST]), f"kinddocument state{site.jurisdiction.state.lower()}")


def _last(snapshots: list[tuple[int, Snapshot]]) -> list[tuple[int, Snapshot]]:
    """The newest of each document: what came between is read by nobody who searches for what is there now."""
    return list({(one.site, one.key): (seq, one) for seq, one in snapshots}.values())


def _text(snapshot: Snapshot, sites: Mapping[str, Site], texts: Callable[[Site, Snapshot], str] | None) -> str | None:
    site = sites.get(snapshot.site)
    if site is None or texts is None:
        return None
    try:
        return texts(site, snapshot)
    except (ReadError, StoreError):
        return None


def _pieces(snippet: str) -> tuple[tuple[str, bool], ...]:
    said = []
    for part in re.split(f"({OPEN}[^{CLOSE}]*{CLOSE})", " ".join(snippet.split())):
        found = part.startswith(OPEN)
        if text := part.strip(OPEN + CLOSE) if found else part.replace(OPEN, "").replace(CLOSE, ""):
            said.append((text, found))
    return tuple(said)
