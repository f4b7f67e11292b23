"""The search index of a ledger that is a file: SQLite's FTS5 (sqlite.org/fts5.html), in a file of its own beside it.

It may be deleted at any time. Filters are words of a column of their own, so that a filtered search costs what it finds,
not what it leaves out.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from watcher.errors import StoreError
from watcher.ledger import Ledger
from watcher.model import Site
from watcher.web.entries import FORM, MOST, PAGE, Entry, Found, Hit, Phrase, Texts, gathered, phrases_of

OPEN, CLOSE = "\ue000", "\ue001"  # private characters around a found word, until it is escaped

_TABLES = """
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY, ref TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    site TEXT NOT NULL, url TEXT NOT NULL, title TEXT NOT NULL, at TEXT NOT NULL, digest TEXT);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(title, text, facets, tokenize='unicode61 remove_diacritics 2');
"""
_DROP = "DROP TABLE IF EXISTS state; DROP TABLE IF EXISTS entries; DROP TABLE IF EXISTS words;"


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

    def catch_up(self, ledger: Ledger, sites: Mapping[str, Site], texts: Texts | None) -> bool:
        """Takes up the next batch. True where there is more to do."""
        with self._guard, self._open() as connection:
            batch = gathered(
                ledger, sites, texts, *(int(self._get(connection, name)) for name in ("changes", "snapshots"))
            )
            connection.execute("BEGIN IMMEDIATE")
            for entry in batch.entries:
                self._put(connection, entry)
            for name, number in (("changes", batch.changes), ("snapshots", batch.snapshots)):
                connection.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, str(number)))
            connection.execute("COMMIT")
        return batch.more

    @staticmethod
    def _put(connection: sqlite3.Connection, entry: Entry) -> None:
        old = connection.execute("SELECT id FROM entries WHERE ref = ?", (entry.ref,)).fetchone()
        if old:  # a document seen anew: its words are replaced, and it moves to the front
            connection.execute("DELETE FROM words WHERE rowid = ?", old)
            connection.execute("DELETE FROM entries WHERE id = ?", old)
        made = connection.execute(
            "INSERT INTO entries (ref, kind, site, url, title, at, digest) VALUES (?,?,?,?,?,?,?)",
            (entry.ref, entry.kind, entry.site, entry.url, entry.title, entry.at, entry.digest),
        )
        connection.execute(
            "INSERT INTO words (rowid, title, text, facets) VALUES (?,?,?,?)",
            (made.lastrowid, entry.named, entry.text, " ".join(entry.facets)),
        )

    def search(self, words: str, facets: tuple[str, ...] = (), page: int = 1) -> Found:
        """The entries that hold all the words (a phrase in quotes, a beginning with *), newest first."""
        asked = " AND ".join(map(_quoted, phrases_of(words)))
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


def _quoted(phrase: Phrase) -> str:
    """As FTS5 takes it, and never as one of its operators."""
    return f'"{phrase.text}"' + ("*" if phrase.beginning else "")


def _pieces(snippet: str) -> tuple[tuple[str, bool], ...]:
    said = []
    for part in re.split(f"({OPEN}[^{CLOSE}]*{CLOSE})", " ".join(snippet.split())):
        found = part.startswith(OPEN)
        if text := part.strip(OPEN + CLOSE) if found else part.replace(OPEN, "").replace(CLOSE, ""):
            said.append((text, found))
    return tuple(said)
