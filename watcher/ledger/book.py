"""The ledger whole: opened, written in one transaction for everything found, and verified."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import delete, select, text

from watcher.errors import StoreError
from watcher.ledger import chain
from watcher.ledger.desk import PATIENCE, Desk, address, insert_new, upsert
from watcher.ledger.history import History
from watcher.ledger.keeping import Keeping
from watcher.ledger.opening import bring_up
from watcher.ledger.outbox import Outbox
from watcher.ledger.retention import Retention
from watcher.ledger.shelf import Shelf
from watcher.ledger.stream import Stream
from watcher.ledger.tables import alerts as alerts_table
from watcher.ledger.tables import deliveries as deliveries_table
from watcher.ledger.tables import documents as documents_table
from watcher.ledger.tables import heads, matters, moments, sites
from watcher.ledger.tables import papers as papers_table
from watcher.ledger.tables import visits as visits_table
from watcher.ledger.values import CHANGE, PAPER, SNAPSHOT, alert_row, dump_request, plain
from watcher.model import Alert, Change, Damage, Delivery, DocumentState, Paper, SiteState, Snapshot, Visit

WRITTEN = "written"  # when visits were recorded last, by the clock that stamps files


class Ledger(Outbox, History, Keeping, Retention, Stream):
    """Everything known, in one database. Safe to use from several threads; each call is one transaction."""

    def __init__(self, desk: Desk) -> None:
        Outbox.__init__(self, desk)

    @classmethod
    def open(
        cls, target: str | Path, *, read_only: bool = False, patience: timedelta = PATIENCE, alone: str | None = None
    ) -> Ledger:
        """Open the ledger at `target`: an SQLite file, or a database URL. It is made, or its schema brought up to
        date, where it is opened for writing. `patience` is how long to wait for another writer. With `alone`, the words
        for whoever comes second, a ledger on a server is ours as long as it is open (a file has its folder's lock).

        Raises LockHeld where another watcher is alone with it; StoreError where there is none to read, where it is newer
        than this program, damaged, locked, on a network disk, not writable or out of reach.
        """
        desk = Desk(address(target), read_only=read_only, patience=patience, alone=alone)
        try:
            bring_up(desk)
        except BaseException:
            desk.close()
            raise
        return cls(desk)

    def close(self) -> None:
        """Close the ledger. Nothing is lost where this is never called."""
        self._desk.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def record(
        self,
        visits: Sequence[Visit] = (),
        *,
        states: Sequence[SiteState] = (),
        documents: Sequence[DocumentState] = (),
        snapshots: Sequence[Snapshot] = (),
        changes: Sequence[Change] = (),
        alerts: Sequence[Alert] = (),
        deliveries: Sequence[Delivery] = (),
        forgotten: Sequence[DocumentState] = (),
        papers: Sequence[tuple[str, Paper]] = (),
    ) -> None:
        """Write everything found, of one site or of many, in ONE transaction: all of it is there afterwards or none.

        Snapshots, changes, alerts and deliveries that are there already stay as they are (recording again is
        harmless); states of sites and documents are replaced; `forgotten` documents are dropped first.
        """
        with self._desk.writing() as connection, chain.sealing(connection):
            for document in forgotten:
                here = (documents_table.c.site == document.site, documents_table.c.key == document.key)
                connection.execute(delete(documents_table).where(*here))
            chain.append(connection, "snapshot", [_snapshot_row(snapshot) for snapshot in snapshots])
            chain.append(connection, "change", [_change_row(change) for change in changes])
            insert_new(connection, alerts_table, [alert_row(alert) for alert in alerts])
            upsert(connection, matters, _ties(alerts))
            insert_new(connection, papers_table, [_paper_row(slug, paper) for slug, paper in papers])
            insert_new(connection, deliveries_table, [plain(delivery) for delivery in deliveries])
            upsert(connection, documents_table, [_document_row(document) for document in documents])
            upsert(connection, sites, [plain(state) for state in states])
            upsert(connection, moments, [{"name": WRITTEN, "at": datetime.now(UTC)}])
            if visits:
                connection.execute(visits_table.insert(), [plain(visit) for visit in visits])

    def verify(self, objects: chain.HoldsObjects | None = None) -> Iterator[Damage]:
        """Check the database file and walk the evidence chain; with `objects`, each snapshot's object must be there.

        Yields what is damaged; never raises for damage.
        """
        try:
            with self._desk.reading() as connection:
                if self._desk.file is not None:
                    for (said,) in connection.execute(text("PRAGMA integrity_check(20)")):
                        if said != "ok":
                            yield Damage("ledger", str(said))
                    for table, *_ in connection.execute(text("PRAGMA foreign_key_check")):
                        yield Damage("ledger", f"a row of {table} refers to one that is gone")
                yield from chain.verify(connection, objects)
        except StoreError as error:
            yield Damage("ledger", str(error))

    def shelf(self) -> Shelf | None:
        """What is kept on the server to be searched; None of a ledger that is a file."""
        return Shelf(self._desk) if self._desk.file is None else None

    def head(self) -> tuple[int, str]:
        """Number and digest of the chain's last link: noted elsewhere, it proves everything before it."""
        with self._desk.reading() as connection:
            row = connection.execute(select(heads).where(heads.c.chain == chain.CHAIN)).one_or_none()
        return (0, "") if row is None else (row.seq, row.link)


def _document_row(document: DocumentState) -> dict[str, Any]:
    row = {field.name: getattr(document, field.name) for field in fields(document)}
    row["request"], row["request_body"] = dump_request(document.request)
    row["snapshot"] = None if document.snapshot is None else SNAPSHOT.dump(document.snapshot)
    return row


def _snapshot_row(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "id": snapshot.id,
        "site": snapshot.site,
        "key": snapshot.key,
        "fetched_at": snapshot.fetched_at,
        "digest": snapshot.digest,
        "value": SNAPSHOT.dump(snapshot),
    }


def _change_row(change: Change) -> dict[str, Any]:
    return {
        "id": change.id,
        "site": change.site,
        "kind": change.kind,
        "label": change.verdict.label if change.verdict else None,
        "seen_at": change.seen_at,
        "value": CHANGE.dump(change),
    }


def _ties(alerts: Sequence[Alert]) -> list[dict[str, Any]]:
    """The names of the alerts' matters, once each: the last told stands."""
    rows = {
        (alert.jurisdiction.slug, tie.name): {
            "jurisdiction": alert.jurisdiction.slug,
            **{field.name: getattr(tie, field.name) for field in fields(tie)},
            "seen_at": alert.created_at,
        }
        for alert in alerts
        for tie in alert.ties
    }
    return list(rows.values())


def _paper_row(jurisdiction: str, paper: Paper) -> dict[str, Any]:
    return {"jurisdiction": jurisdiction, "url": paper.url, "digest": paper.digest, "value": PAPER.dump(paper)}
