"""The ledger read along its own order: what came after a point, what stood before it, and how far it goes now.

Whoever keeps something derived (the page's board, the search index) remembers the last number it has seen and asks for
what came after; whoever pages backwards asks for what stands before. Numbers are those of `seq`, which never go back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from watcher.ledger.desk import Desk
from watcher.ledger.tables import alerts, changes, sites, snapshots
from watcher.ledger.values import ALERT, CHANGE, SNAPSHOT
from watcher.model import Alert, Change, Snapshot


@dataclass(frozen=True, slots=True)
class Reach:
    """The numbers of the last alert, change and snapshot; 0 where there is none."""

    alerts: int
    changes: int
    snapshots: int


class Stream:
    """The part of the ledger that is read in steps."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def reach(self) -> Reach:
        """How far the ledger goes now."""
        with self._desk.reading() as connection:
            last = [connection.scalar(select(func.max(table.c.seq))) or 0 for table in (alerts, changes, snapshots)]
        return Reach(*last)

    def alerts_after(self, seq: int, limit: int = 500) -> list[tuple[int, Alert]]:
        """The next `limit` alerts after number `seq`, with their numbers, oldest first."""
        query = select(alerts.c.seq, alerts.c.value).where(alerts.c.seq > seq).order_by(alerts.c.seq).limit(limit)
        with self._desk.reading() as connection:
            return [(row.seq, ALERT.load(row.value)) for row in connection.execute(query).all()]

    def changes_after(self, seq: int, limit: int = 500) -> list[tuple[int, Change]]:
        """The next `limit` changes after number `seq`, with their numbers, oldest first."""
        query = select(changes.c.seq, changes.c.value).where(changes.c.seq > seq).order_by(changes.c.seq).limit(limit)
        with self._desk.reading() as connection:
            return [(row.seq, CHANGE.load(row.value)) for row in connection.execute(query).all()]

    def snapshots_after(self, seq: int, limit: int = 500) -> list[tuple[int, Snapshot]]:
        """The next `limit` snapshots after number `seq`, with their numbers, oldest first."""
        query = (
            select(snapshots.c.seq, snapshots.c.value)
            .where(snapshots.c.seq > seq)
            .order_by(snapshots.c.seq)
            .limit(limit)
        )
        with self._desk.reading() as connection:
            return [(row.seq, SNAPSHOT.load(row.value)) for row in connection.execute(query).all()]

    def changes_before(
        self,
        before: int | None = None,
        limit: int = 50,
        *,
        among: Sequence[str] | None = None,
        label: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        after: int | None = None,
        holding: Sequence[str] = (),
    ) -> list[tuple[int, Change]]:
        """The last `limit` changes before number `before` (or of all), with their numbers, newest first.

        Only those of the sites `among`, with a `label`, seen at or after `since` and before `until`, with a number
        above `after`, and whose stored form holds each of the texts `holding`, where these are given.
        """
        query = select(changes.c.seq, changes.c.value).order_by(changes.c.seq.desc()).limit(limit)
        if before is not None:
            query = query.where(changes.c.seq < before)
        if after is not None:
            query = query.where(changes.c.seq > after)
        if holding:
            at = func.instr if self._desk.file else func.strpos
            query = query.where(*(at(changes.c.value, words) > 0 for words in holding))
        if among is not None:
            query = query.where(changes.c.site.in_(among))
        if label is not None:
            query = query.where(changes.c.label == label)
        if since is not None:
            query = query.where(changes.c.seen_at >= since)
        if until is not None:
            query = query.where(changes.c.seen_at < until)
        with self._desk.reading() as connection:
            return [(row.seq, CHANGE.load(row.value)) for row in connection.execute(query).all()]

    def changes_named(self, names: Sequence[str]) -> dict[str, Change]:
        """The changes with these ids, by id; those that are not there are left out."""
        query = select(changes.c.id, changes.c.value).where(changes.c.id.in_(names))
        with self._desk.reading() as connection:
            return {row.id: CHANGE.load(row.value) for row in connection.execute(query).all()}

    def site_figures(self) -> dict[str, tuple[str, int]]:
        """Site id -> its health and how many documents are watched under it: `site_states` without what costs time."""
        with self._desk.reading() as connection:
            rows = connection.execute(select(sites.c.site, sites.c.health, sites.c.documents)).all()
        return {site: (health, documents) for site, health, documents in rows}

    def change_labels(self, among: Sequence[str] | None = None) -> dict[str, int]:
        """How many changes (of the sites `among`) carry each label; those that were not judged as "unjudged"."""
        query = select(changes.c.label, func.count()).group_by(changes.c.label)
        if among is not None:
            query = query.where(changes.c.site.in_(among))
        with self._desk.reading() as connection:
            return {label or "unjudged": number for label, number in connection.execute(query)}

    def sighting(self, site: str, digest: str, last: bool = False) -> Snapshot | None:
        """The first (or last) snapshot of a site with these bytes. None where there is none."""
        order = snapshots.c.seq.desc() if last else snapshots.c.seq
        query = select(snapshots.c.value).where(snapshots.c.digest == digest, snapshots.c.site == site)
        with self._desk.reading() as connection:
            text = connection.scalar(query.order_by(order).limit(1))
        return None if text is None else SNAPSHOT.load(text)
