"""What may be let go of after a while: rows that no change, no alert and no link of the chain needs.

Snapshots, changes, alerts, deliveries and what people did or said stay for ever. Let go of are the visits of long ago (the
last one of each document stays) and the mutes that ended.
"""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select

from watcher.ledger import chain, seals
from watcher.ledger.desk import Desk
from watcher.ledger.tables import mutes, snapshots, visits


class Retention:
    """The part of the ledger that forgets."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def spent(self, before: datetime) -> dict[str, int]:
        """How many rows `forget(before)` would remove: `visits` and `mutes`."""
        with self._desk.reading() as connection:
            return {
                table.name: connection.scalar(select(func.count()).select_from(table).where(wanted)) or 0
                for table, wanted in ((visits, _old(before)), (mutes, mutes.c.until < before))
            }

    def forget(self, before: datetime) -> dict[str, int]:
        """Removes visits before that time, but for the last of each document, and mutes that ended before it.

        Returns how many rows of each, by table.
        """
        with self._desk.writing() as connection:
            gone = {
                table.name: connection.execute(delete(table).where(wanted)).rowcount
                for table, wanted in ((visits, _old(before)), (mutes, mutes.c.until < before))
            }
            if gone[visits.name]:
                chain.extend(connection, seals.resealed(connection))
        return gone

    def digests(self) -> Set[str]:
        """The objects that the ledger names; a change names two of its snapshots."""
        with self._desk.reading() as connection:
            return set(connection.scalars(select(snapshots.c.digest)))


def _old(before: datetime) -> ColumnElement[bool]:
    last = select(func.max(visits.c.seq)).group_by(visits.c.site, visits.c.key)
    return (visits.c.at < before) & visits.c.seq.not_in(last)
