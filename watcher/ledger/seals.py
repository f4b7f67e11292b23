"""Alerts, deliveries and visits in the evidence chain: one link, a seal, for all rows of a kind that one transaction added.

    seal     kind visits | alerts | deliveries, ref "first-last" (their numbers), digest over their lasting columns
    sent     ref "key number": what became of a delivery that a service took; the last one holds
    resealed the visits that a pruning left, ref the newest number among them
    since    numbers of the rows that were there before there were seals

A delivery's way from owed to sent is its life, not its evidence: only that it was owed, and how it was taken, is chained.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Table, Text, func, select, text, type_coerce

from watcher.ledger.tables import alerts, deliveries, links, visits
from watcher.model import Damage

SEALED: dict[str, tuple[Table, tuple[str, ...]]] = {
    "visits": (visits, ("site", "key", "url", "at", "outcome", "reason", "status", "snapshot", "detail")),
    "alerts": (
        alerts,
        ("key", "site", "jurisdiction", "label", "kind", "urgency", "thread", "created_at", "value"),
    ),
    "deliveries": (deliveries, ("key", "alert", "channel")),
}
TAKEN = ("key", "state", "receipt", "settled_at")  # of a delivery that was sent
SENT, RESEALED, SINCE = "sent", "resealed", "since"
KINDS = frozenset({*SEALED, SENT, RESEALED, SINCE})

Seal = tuple[str, str, str]  # kind, ref, digest


@contextmanager
def noted(connection: Connection) -> Iterator[list[Seal]]:
    """Collects, in the list that is given, the seals of what is added meanwhile; the chain's head must be locked."""
    before = _newest(connection)
    found: list[Seal] = []
    yield found
    for (kind, first), last in zip(before.items(), _newest(connection).values(), strict=True):
        if last > first:
            rows = _rows(connection, kind, first, last)
            found.append((kind, f"{first + 1}-{last}", _digest(rows)))


def taken(connection: Connection, keys: Sequence[str]) -> list[Seal]:
    """The links for those of these deliveries that are `sent` now."""
    query = select(*(type_coerce(deliveries.c[name], Text()) for name in TAKEN)).where(
        deliveries.c.key.in_(keys), deliveries.c.state == "sent"
    )
    number = _links(connection)
    return [(SENT, f"{row[0]} {number}", _digest([tuple(row)])) for row in connection.execute(query)]


def resealed(connection: Connection) -> list[Seal]:
    """The link for all visits that are there."""
    last = _newest(connection)["visits"]
    return [(RESEALED, f"{last} {_links(connection)}", _digest(_rows(connection, "visits", 0, last)))] if last else []


class Check:
    """Holds the rows against their seals, link by link; `rest` then tells of rows that no link names."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.counted: Counter[str] = Counter()
        self.since: dict[str, int] = dict.fromkeys(SEALED, 0)
        self.taken: dict[str, tuple[str, int]] = {}
        newest = select(links.c.seq, links.c.ref).where(links.c.kind == RESEALED).order_by(links.c.seq.desc()).limit(1)
        self.pruned = connection.execute(newest).one_or_none()
        self.upto = int(self.pruned.ref.split()[0]) if self.pruned else 0  # visits up to here stand under that link

    def link(self, seq: int, kind: str, ref: str, digest: str) -> Iterator[Damage]:
        """What one link finds edited or deleted."""
        if kind == SINCE:
            self.since = {name: int(last) for name, last in json.loads(ref).items()}
        elif kind == SENT:
            self.taken[ref.rpartition(" ")[0]] = (digest, seq)
        elif kind == RESEALED:
            if self.pruned is not None and seq == self.pruned.seq:
                yield from self._held("visits", 0, self.upto, seq, digest)
        else:
            first, _, last = ref.partition("-")
            if kind != "visits" or int(last) > self.upto:
                yield from self._held(kind, int(first) - 1, int(last), seq, digest)

    def rest(self) -> Iterator[Damage]:
        """Rows that no link names, and deliveries that are not as they were when they were taken."""
        for kind, (table, _) in SEALED.items():
            since = 0 if kind == "visits" and self.upto else self.since[kind]
            beyond = select(func.count()).where(table.c.seq > since)
            if (more := (self.connection.scalar(beyond) or 0) - self.counted[kind]) > 0:
                yield Damage(kind, f"{more} have no link in the chain: added by another hand")
        now = {row[0]: row for row in self.connection.execute(_TAKEN)}
        for key, (digest, seq) in self.taken.items():
            row = now.get(key)
            if row is not None and _digest([tuple(row)[:-1]]) != digest:
                yield Damage(f"delivery {key}", f"was edited after it was sent (link {seq})")
        for key, row in now.items():
            if row.state == "sent" and key not in self.taken and row.seq > self.since["deliveries"]:
                yield Damage(f"delivery {key}", "says that it was sent, and has no link in the chain that says so")

    def _held(self, kind: str, first: int, last: int, seq: int, digest: str) -> Iterator[Damage]:
        rows = _rows(self.connection, kind, first, last)
        self.counted[kind] += len(rows)
        if _digest(rows) != digest:
            span = f"{first + 1}" if last == first + 1 else f"{first + 1} to {last}"
            yield Damage(f"{kind} {span}", f"edited, deleted or added to after they were recorded (link {seq})")


# Texts, made once: to put a statement together costs more than to run it, and these are asked at every visit.
_NEWEST = text(f"SELECT {', '.join(f'(SELECT max(seq) FROM {kind}) AS {kind}' for kind in SEALED)}")  # noqa: S608
_HELD = {
    kind: text(f"SELECT {', '.join(names)} FROM {kind} WHERE seq > :first AND seq <= :last ORDER BY seq")  # noqa: S608
    for kind, (_, names) in SEALED.items()
}
_TAKEN = text(f"SELECT {', '.join(TAKEN)}, seq FROM deliveries")  # noqa: S608


def _newest(connection: Connection) -> dict[str, int]:
    """The highest number of each sealed table, 0 where it is empty."""
    row = connection.execute(_NEWEST).one()
    return {kind: last or 0 for kind, last in zip(SEALED, row, strict=True)}


def _links(connection: Connection) -> int:
    return connection.scalar(select(func.max(links.c.seq))) or 0


def _rows(connection: Connection, kind: str, first: int, last: int) -> list[tuple[Any, ...]]:
    """The lasting columns of the rows after `first` up to `last`, as stored."""
    return [tuple(row) for row in connection.execute(_HELD[kind], {"first": first, "last": last})]


def _digest(rows: Sequence[tuple[Any, ...]]) -> str:
    """sha-256 over rows in their order, each as one line of JSON."""
    whole = sha256()
    for row in rows:
        whole.update(json.dumps(row, separators=(",", ":"), ensure_ascii=False, default=repr).encode(errors="replace"))
        whole.update(b"\n")
    return whole.hexdigest()
