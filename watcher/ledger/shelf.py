"""What a ledger on PostgreSQL keeps to be searched: beside the ledger, so that all who share it find the same.

Derived, like the index file of a ledger that is a file: made at first use, made anew where its form is another, and no part
of the schema that migrations bring up. Which words an entry has is said by who puts it here; the server keeps them as a
tsvector under a GIN index (PostgreSQL, "Text Search Indexes"; without a list of pending words, which every question would
read through) and looks for words in a row in the text `rows`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, column, func, select, table, text

from watcher.ledger.desk import Desk
from watcher.ledger.tables import storable

LOCK = int.from_bytes(b"shelves", "big")  # held while entries are put here: one puts, the others wait for nothing

_TABLES = """
CREATE TABLE IF NOT EXISTS search_marks (name text PRIMARY KEY, value text NOT NULL);
CREATE TABLE IF NOT EXISTS search_entries (
    id bigserial PRIMARY KEY, ref text NOT NULL UNIQUE, kind text NOT NULL, site text NOT NULL, url text NOT NULL,
    title text NOT NULL, at text NOT NULL, digest text, said text NOT NULL, rows text NOT NULL, words tsvector NOT NULL);
CREATE INDEX IF NOT EXISTS search_entries_words ON search_entries USING gin (words) WITH (fastupdate = off);
"""
_PUT = text(
    "INSERT INTO search_entries (ref, kind, site, url, title, at, digest, said, rows, words) VALUES"
    " (:ref, :kind, :site, :url, :title, :at, :digest, :said, :rows, array_to_tsvector(CAST(:words AS text[])))"
)
_ENTRIES = table("search_entries", *map(column, ("ref", "kind", "site", "url", "title", "at", "digest", "said")))
_SHOWN = list(_ENTRIES.c)


@dataclass(frozen=True, slots=True)
class Kept:
    """One entry: what is shown of it, what it says, its words in a row, and each of them once."""

    ref: str
    kind: str
    site: str
    url: str
    title: str
    at: str
    digest: str | None
    said: str
    rows: str = ""
    words: tuple[str, ...] = ()


Made = Callable[[int, int], tuple[Sequence[Kept], int, int]]
"""The numbers of the last change and snapshot on the shelf → the entries that come next, and the numbers then."""


class Shelf:
    """The entries of one ledger on a server."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def fill(self, form: str, made: Made) -> None:
        """Puts here what `made` makes, in one transaction; nothing where another process is about it just now."""
        with self._desk.writing() as connection:
            if not connection.scalar(text("SELECT pg_try_advisory_xact_lock(:number)"), {"number": LOCK}):
                return
            at = _marks(connection, form)
            entries, changes, snapshots = made(at["changes"], at["snapshots"])
            if entries:
                gone = text("DELETE FROM search_entries WHERE ref = ANY(:refs)")
                rows = [_row(one) for one in entries]
                connection.execute(gone, {"refs": [row["ref"] for row in rows]})
                connection.execute(_PUT, rows)
            for name, number in (("changes", changes), ("snapshots", snapshots)):
                if number != at[name]:
                    _set(connection, name, str(number))

    def find(self, wanted: str, like: Sequence[str], most: int, limit: int, offset: int) -> tuple[int, list[Kept]]:
        """How many entries match the tsquery `wanted` and hold each of the texts `like` (no more than `most` are counted),
        and `limit` of them after the first `offset`, those put here last first."""
        match = [text("words @@ CAST(:wanted AS tsquery)").bindparams(wanted=wanted)]
        match += [
            text(f"rows LIKE :like{at}").bindparams(**{f"like{at}": f"%{words}%"}) for at, words in enumerate(like)
        ]
        some = select(_SHOWN[0]).where(*match).limit(most).subquery()
        listed = select(*_SHOWN).where(*match).order_by(column("id").desc()).limit(limit).offset(offset)
        with self._desk.reading() as connection:
            if connection.scalar(text("SELECT to_regclass('search_entries') IS NULL")):
                return 0, []
            total = connection.scalar(select(func.count()).select_from(some)) or 0
            found = connection.execute(listed).all()
        return total, [Kept(*row) for row in found]


def _marks(connection: Connection, form: str) -> dict[str, int]:
    """Where the entries end. They are dropped where they have another form."""
    for statement in filter(str.strip, _TABLES.split(";")):
        connection.execute(text(statement))
    said = {row.name: row.value for row in connection.execute(text("SELECT name, value FROM search_marks"))}
    if said.get("form") != form:
        connection.execute(text("TRUNCATE search_entries, search_marks"))
        _set(connection, "form", form)
        said = {}
    return {name: int(said.get(name, 0)) for name in ("changes", "snapshots")}


def _set(connection: Connection, name: str, value: str) -> None:
    connection.execute(
        text("INSERT INTO search_marks VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value"),
        {"name": name, "value": value},
    )


def _row(one: Kept) -> dict[str, object]:
    plain = {name: storable(value) if isinstance(value, str) else value for name, value in asdict(one).items()}
    return plain | {"words": list(one.words)}
