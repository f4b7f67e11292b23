"""What is asked of the ledger: states, visits, snapshots, changes, alerts and mutes. In the order they were recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, delete, func, select

from watcher.errors import StoreError
from watcher.ledger.desk import Desk, upsert
from watcher.ledger.tables import (
    acts,
    alerts,
    changes,
    deliveries,
    documents,
    feedback,
    matters,
    mutes,
    papers,
    parked,
    sites,
    snapshots,
    visits,
)
from watcher.ledger.values import ALERT, CHANGE, FEEDBACK, PAPER, SNAPSHOT, load_request
from watcher.model import Act, Alert, Change, DocumentState, Feedback, Mute, Paper, SiteState, Snapshot, Tie, Visit


class History:
    """The part of the ledger that remembers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def site_states(self) -> dict[str, SiteState]:
        """Site id -> state, of every site ever visited."""
        with self._desk.reading() as connection:
            return {row.site: SiteState(**row._mapping) for row in connection.execute(select(sites))}

    def site_state(self, site: str) -> SiteState | None:
        """The state of one site, or None where it was never visited."""
        with self._desk.reading() as connection:
            row = connection.execute(select(sites).where(sites.c.site == site)).one_or_none()
        return None if row is None else SiteState(**row._mapping)

    def documents(self, site: str) -> dict[str, DocumentState]:
        """Key -> state, of every document known under `site`."""
        with self._desk.reading() as connection:
            rows = connection.execute(select(documents).where(documents.c.site == site)).all()
        return {row.key: _document(row) for row in rows}

    def documents_of(self, wanted: Sequence[str]) -> dict[str, dict[str, DocumentState]]:
        """Site -> key -> state, for many sites in one look."""
        found: dict[str, dict[str, DocumentState]] = {site: {} for site in wanted}
        with self._desk.reading() as connection:
            for row in connection.execute(select(documents).where(documents.c.site.in_(wanted))):
                found[row.site][row.key] = _document(row)
        return found

    def visits(self, site: str | None = None, limit: int | None = None) -> list[Visit]:
        """The last `limit` visits, newest last."""
        names = [field.name for field in fields(Visit)]
        columns = [visits.c[name] for name in names]
        with self._desk.reading() as connection:
            rows = _last(connection.execute(_query(visits, columns, limit, _is(visits.c.site, site))).all())
        return [Visit(**{name: getattr(row, name) for name in names}) for row in rows]

    def snapshots(self, site: str | None = None, key: str | None = None, limit: int | None = None) -> list[Snapshot]:
        """The last `limit` snapshots of a site, of one document of it; newest last."""
        wanted = [*_is(snapshots.c.site, site), *_is(snapshots.c.key, key)]
        with self._desk.reading() as connection:
            rows = connection.execute(_query(snapshots, [snapshots.c.value], limit, wanted)).all()
        return [SNAPSHOT.load(row.value) for row in _last(rows)]

    def changes(
        self,
        site: str | None = None,
        since: datetime | None = None,
        relevant: bool = False,
        limit: int | None = None,
    ) -> list[Change]:
        """The last `limit` changes: of a site, seen at or after `since`, judged relevant; newest last."""
        wanted = [*_is(changes.c.site, site), *_is(changes.c.label, "relevant" if relevant else None)]
        if since is not None:
            wanted.append(changes.c.seen_at >= since)
        with self._desk.reading() as connection:
            rows = connection.execute(_query(changes, [changes.c.value], limit, wanted)).all()
        return [CHANGE.load(row.value) for row in _last(rows)]

    def change(self, name: str) -> Change | None:
        """The change whose id is `name`, or the only one whose id begins with it. None where there is none.

        Raises StoreError where several begin with it.
        """
        begins = select(changes.c.id, changes.c.value).where(changes.c.id.startswith(name, autoescape=True))
        with self._desk.reading() as connection:
            exact = connection.scalar(select(changes.c.value).where(changes.c.id == name))
            rows = [] if exact or not name else connection.execute(begins.order_by(changes.c.seq).limit(6)).all()
        if len(rows) > 1:
            some = ", ".join(row.id for row in rows[:5]) + (" …" if len(rows) > 5 else "")
            raise StoreError(f"several changes begin with {name}: {some}", permanent=True)
        text = exact or (rows[0].value if rows else None)
        return None if text is None else CHANGE.load(text)

    def alerts(self, since: datetime | None = None, site: str | None = None, limit: int | None = None) -> list[Alert]:
        """The last `limit` alerts: of a site, made at or after `since`; newest last. Words to the operator are none."""
        wanted = [*_is(alerts.c.site, site), alerts.c.kind != "notice"]
        if since is not None:
            wanted.append(alerts.c.created_at >= since)
        with self._desk.reading() as connection:
            rows = connection.execute(_query(alerts, [alerts.c.value], limit, wanted)).all()
        return [ALERT.load(row.value) for row in _last(rows)]

    def papers(self) -> dict[str, list[Paper]]:
        """The texts that were in force when they were first seen, by jurisdiction."""
        found: dict[str, list[Paper]] = {}
        with self._desk.reading() as connection:
            for row in connection.execute(select(papers).order_by(papers.c.jurisdiction, papers.c.url)):
                found.setdefault(row.jurisdiction, []).append(PAPER.load(row.value))
        return found

    def alerts_in(self, thread: str) -> list[Alert]:
        """The alerts of one thread ("ma-boston/file/2026-0412"), in the order they were told."""
        query = select(alerts.c.value).where(alerts.c.thread == thread).order_by(alerts.c.seq)
        with self._desk.reading() as connection:
            return [ALERT.load(text) for text in connection.scalars(query)]

    def alert(self, key: str) -> Alert | None:
        """One alert by its key."""
        with self._desk.reading() as connection:
            text = connection.scalar(select(alerts.c.value).where(alerts.c.key == key))
        return None if text is None else ALERT.load(text)

    def alert_keys(self) -> Sequence[str]:
        """The keys of all alerts, newest first."""
        with self._desk.reading() as connection:
            return connection.scalars(select(alerts.c.key).order_by(alerts.c.seq.desc())).all()

    def alerts_named(self, name: str) -> list[Alert]:
        """The alerts whose key begins with `name` (`why` shows its first characters), at most six."""
        begins = select(alerts.c.value).where(alerts.c.key.startswith(name, autoescape=True))
        with self._desk.reading() as connection:
            rows = connection.execute(begins.order_by(alerts.c.seq).limit(6)).all() if name else []
        return [ALERT.load(row.value) for row in rows]

    def feedback(self) -> list[Feedback]:
        """All that people said of verdicts, in the order they said it."""
        with self._desk.reading() as connection:
            rows = connection.execute(select(feedback.c.value).order_by(feedback.c.seq)).all()
        return [FEEDBACK.load(row.value) for row in rows]

    def add_feedback(self, said: Sequence[Feedback]) -> None:
        """Keep what a person said of one or several changes, in one transaction. What was said before stays too."""
        rows = [
            {
                **{name: getattr(one, name) for name in ("said", "change", "site", "by", "created_at")},
                "value": FEEDBACK.dump(one),
            }
            for one in said
        ]
        with self._desk.writing() as connection:
            connection.execute(feedback.insert(), rows)

    def matters(self, jurisdiction: str) -> list[tuple[Tie, datetime]]:
        """The names of a place's matters, each with when it was heard last; the oldest first."""
        query = (
            select(matters).where(matters.c.jurisdiction == jurisdiction).order_by(matters.c.seen_at, matters.c.name)
        )
        names = [field.name for field in fields(Tie)]
        with self._desk.reading() as connection:
            rows = connection.execute(query).all()
        return [(Tie(**{name: getattr(row, name) for name in names}), row.seen_at) for row in rows]

    def alerts_of(self, matter: str) -> list[Alert]:
        """The alerts of a matter by any of its names in its place ("ma-boston/2026-0412"), or by its thread; none for an unknown one."""
        slug, _, name = matter.partition("/")
        names = (name, f"file/{name}", f"file/{name.upper()}")
        thread = next((tie.thread for tie, _ in self.matters(slug) if tie.name in names or tie.thread in names), name)
        return self.alerts_in(f"{slug}/{thread}") or self.alerts_in(f"{slug}/file/{name}")

    def mutes(self, now: datetime) -> list[Mute]:
        """The mutes in force at `now`, the first to end first."""
        query = select(mutes).where(mutes.c.until > now).order_by(mutes.c.until, mutes.c.what)
        with self._desk.reading() as connection:
            return [Mute(**row._mapping) for row in connection.execute(query)]

    def add_mute(self, mute: Mute) -> None:
        """Add a mute; an earlier one of the same thing is replaced."""
        with self._desk.writing() as connection:
            upsert(connection, mutes, [{field.name: getattr(mute, field.name) for field in fields(Mute)}])
            act = {"at": mute.created_at, "by": mute.by, "act": "mute", "about": mute.what, "reason": mute.reason}
            connection.execute(acts.insert(), [act])

    def remove_mute(self, what: str, act: Act | None = None) -> bool:
        """End a mute now; `act` says who ends it. False where there was none."""
        with self._desk.writing() as connection:
            ended = connection.execute(delete(mutes).where(mutes.c.what == what)).rowcount > 0
            if ended and act is not None:
                connection.execute(acts.insert(), [{field.name: getattr(act, field.name) for field in fields(Act)}])
            return ended

    def counts(self) -> dict[str, dict[str, int]]:
        """Sums for /metrics and `sites`: sites by health, changes and alerts by label, deliveries by state, and totals."""
        groups = {"sites": sites.c.health, "changes": changes.c.label, "alerts": alerts.c.label}
        groups["deliveries"] = deliveries.c.state
        not_a_notice = alerts.c.kind != "notice"
        totals = {"documents": documents, "visits": visits, "snapshots": snapshots, "parked": parked}
        with self._desk.reading() as connection:
            found = {
                name: {
                    value or "unjudged": number
                    for value, number in connection.execute(
                        select(column, func.count())
                        .where(*([not_a_notice] if name == "alerts" else []))
                        .group_by(column)
                    )
                }
                for name, column in groups.items()
            }
            found["total"] = {
                name: connection.scalar(select(func.count()).select_from(table)) or 0 for name, table in totals.items()
            }
        return found


def _document(row: Row[Any]) -> DocumentState:
    plain = dict(row._mapping)
    text, body = plain.pop("request"), plain.pop("request_body")
    snapshot = plain.pop("snapshot")
    return DocumentState(
        **plain, request=load_request(text, body), snapshot=None if snapshot is None else SNAPSHOT.load(snapshot)
    )


def _is(column: ColumnElement[Any], value: str | None) -> list[ColumnElement[bool]]:
    return [] if value is None else [column == value]


def _query(
    table: Table, columns: Sequence[ColumnElement[Any]], limit: int | None, wanted: Sequence[ColumnElement[bool]]
) -> Select[Any]:
    """The newest rows first, so that `limit` keeps the last ones."""
    return select(*columns).where(*wanted).order_by(table.c.seq.desc()).limit(limit)


def _last(rows: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    return rows[::-1]
