"""The evidence chain: one link for every snapshot and every change, each holding the digest of the one before; and the
seals of what else one transaction wrote (`seals`).

    digest  = sha-256 of the row as canonical JSON (all columns but its number, keys sorted)
    link    = sha-256 of [previous link, kind, ref, digest] as JSON

Whoever edits or deletes a row, a link or the end of the chain is found by `verify`, unless they rewrite everything
after it and the head too: against that, note the head somewhere else (`head`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Integer, Table, Text, select, type_coerce

from watcher.errors import StoreError
from watcher.ledger import seals
from watcher.ledger.desk import insert_new
from watcher.ledger.tables import changes, heads, instant, links, snapshots, storable
from watcher.model import Damage

CHAIN = "evidence"
TABLES = {"snapshot": snapshots, "change": changes}
STRIDE = 500  # rows looked at together
_LOCKED = select(heads).where(heads.c.chain == CHAIN).with_for_update()
_MOVED = heads.update().where(heads.c.chain == CHAIN)


class HoldsObjects(Protocol):
    """What `verify` asks of the object store."""

    def has(self, digest: str) -> bool:
        """Whether the object is stored."""
        ...


def append(connection: Connection, kind: str, rows: Sequence[dict[str, Any]]) -> None:
    """Insert those `rows` of a chained table whose id is new, each with its link, in the transaction under way."""
    if not rows:
        return
    table = TABLES[kind]
    head = _head(connection)
    fresh = _unseen(connection, table, rows)
    if not fresh:
        return
    connection.execute(table.insert(), fresh)
    named = [(kind, row["id"], row_digest({name: _stored(value) for name, value in row.items()})) for row in fresh]
    _extend(connection, head, named)


@contextmanager
def sealing(connection: Connection) -> Iterator[None]:
    """All alerts, deliveries and visits that are added meanwhile get their links, in the transaction under way."""
    _head(connection)  # locked before the numbers are read: nobody adds rows between them
    with seals.noted(connection) as found:
        yield
    extend(connection, found)


def extend(connection: Connection, named: Sequence[tuple[str, str, str]]) -> None:
    """Append a link for each (kind, ref, digest), in the transaction under way."""
    if named:
        _extend(connection, _head(connection), named)


def _extend(connection: Connection, head: tuple[int, str], named: Sequence[tuple[str, str, str]]) -> None:
    seq, last = head
    added = []
    for kind, ref, digest in named:
        seq, last = seq + 1, link_digest(last, kind, ref, digest)
        added.append({"seq": seq, "kind": kind, "ref": ref, "digest": digest, "link": last})
    connection.execute(links.insert(), added)
    connection.execute(_MOVED, {"seq": seq, "link": last})


def row_digest(row: dict[str, Any]) -> str:
    """sha-256 of a row as stored (its texts and numbers by column name)."""
    text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=repr)
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def link_digest(previous: str, kind: str, ref: str, digest: str) -> str:
    """sha-256 that ties a row to everything before it."""
    return hashlib.sha256(json.dumps([previous, kind, ref, digest]).encode()).hexdigest()


def verify(connection: Connection, objects: HoldsObjects | None) -> Iterator[Damage]:
    """Walk the whole chain. Yields edited, deleted and unlinked rows, broken links, and objects that are gone."""
    yield from _walk(connection)
    for kind, table in TABLES.items():
        unlinked = select(table.c.id).where(
            ~select(links.c.seq).where(links.c.kind == kind, links.c.ref == table.c.id).exists()
        )
        for name in connection.scalars(unlinked.order_by(table.c.seq)):
            yield Damage(f"{kind} {name}", "has no link in the chain: added or re-linked by another hand")
    if objects is not None:
        yield from _missing(connection, objects)


def _walk(connection: Connection) -> Iterator[Damage]:
    seq, last = 0, ""
    check = seals.Check(connection)
    while True:
        stride = connection.execute(
            select(*_raw(links)).where(links.c.seq > seq).order_by(links.c.seq).limit(STRIDE)
        ).all()
        if not stride:
            break
        digests = {
            kind: _digests(connection, kind, [link.ref for link in stride if link.kind == kind]) for kind in TABLES
        }
        for link in stride:
            if link.seq != seq + 1:
                yield Damage(f"link {seq + 1}", f"is missing{f' (up to {link.seq - 1})' if link.seq > seq + 2 else ''}")
            elif link.link != link_digest(last, link.kind, link.ref, link.digest):
                yield Damage(f"link {link.seq}", "is broken: it does not follow from the link before it")
            now = digests.get(link.kind, {}).get(link.ref)
            if link.kind in seals.KINDS:
                yield from check.link(link.seq, link.kind, link.ref, link.digest)
            elif now is None:
                yield Damage(f"{link.kind} {link.ref}", f"was deleted (link {link.seq} names it)")
            elif now != link.digest:
                yield Damage(f"{link.kind} {link.ref}", f"was edited after it was recorded (link {link.seq})")
            seq, last = link.seq, link.link
    yield from check.rest()
    head = connection.execute(select(*_raw(heads)).where(heads.c.chain == CHAIN)).one_or_none()
    if (head.seq, head.link) != (seq, last) if head is not None else seq:
        yield Damage(
            "chain", f"its end was changed: {seq} links, but the head was written at {head.seq if head else '?'}"
        )


def _missing(connection: Connection, objects: HoldsObjects) -> Iterator[Damage]:
    for digest, name in connection.execute(select(snapshots.c.digest, snapshots.c.id).order_by(snapshots.c.seq)):
        try:
            there = objects.has(digest)
        except StoreError:
            there = False
        if not there:
            yield Damage(digest, f"is missing (snapshot {name})")


def _head(connection: Connection) -> tuple[int, str]:
    """The last link's number and digest, locked until the transaction ends."""
    row = connection.execute(_LOCKED).one_or_none()
    if row is None:
        insert_new(connection, heads, [{"chain": CHAIN, "seq": 0, "link": ""}])
        row = connection.execute(_LOCKED).one()
    return row.seq, row.link


def _unseen(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """`rows` without those already stored, and without repeats."""
    unique: dict[str, dict[str, Any]] = {}
    for row in rows:
        unique.setdefault(row["id"], row)
    ids = list(unique)
    for start in range(0, len(ids), STRIDE):
        for known in connection.scalars(select(table.c.id).where(table.c.id.in_(ids[start : start + STRIDE]))):
            del unique[known]
    return list(unique.values())


def _digests(connection: Connection, kind: str, ids: list[str]) -> dict[str, str]:
    """id -> digest of the row as it stands now."""
    table = TABLES[kind]
    rows = connection.execute(select(*_raw(table)).where(table.c.id.in_(ids))).mappings()
    return {row["id"]: row_digest({name: row[name] for name in row if name != "seq"}) for row in rows}


def _raw(table: Table) -> list[ColumnElement[Any]]:
    """The columns as stored, unread: an edited time need not be a time."""
    return [
        type_coerce(column, Integer() if column.type.python_type is int else Text()).label(column.name)
        for column in table.columns
    ]


def _stored(value: object) -> object:
    if isinstance(value, datetime):
        return instant(value)
    return storable(value) if isinstance(value, str) else value
