"""What the operator keeps: storms held for review, dead letters, incidents, the record of what people did, moments."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, distinct, func, select, update

from watcher.ledger import chain
from watcher.ledger.desk import Desk, insert_new, upsert
from watcher.ledger.outbox import STORM
from watcher.ledger.tables import acts, alerts, deliveries, incidents, moments
from watcher.ledger.values import alert_row, plain
from watcher.model import Act, Alert, Delivery, DeliveryState, Incident

RESTORED = "restored"  # when the folder was found to be a copy
UNSENT = ("owed", "held")


@dataclass(frozen=True, slots=True)
class Storm:
    """Many alerts at once, held for review."""

    bundle: str
    since: datetime
    alerts: int
    deliveries: int


class Keeping:
    """The part of the ledger that the operator works with."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # ---------------------------------------------------------------------------------------------------- storms

    def hold(self, alert_keys: Collection[str], bundle: str, reason: str) -> int:
        """Holds for review what was not sent yet of these alerts; returns how many deliveries."""
        unsent = (deliveries.c.alert.in_(alert_keys), deliveries.c.state.in_(UNSENT))
        held = {"state": "held", "reason": reason, "next_attempt_at": None, "bundle": bundle}
        with self._desk.writing() as connection:
            return connection.execute(update(deliveries).where(*unsent).values(**held)).rowcount

    def storms(self) -> list[Storm]:
        """What is held for review, the oldest first."""
        query = (
            select(
                deliveries.c.bundle,
                func.min(alerts.c.created_at).label("since"),
                func.count(distinct(deliveries.c.alert)).label("alerts"),
                func.count().label("deliveries"),
            )
            .join(alerts, alerts.c.key == deliveries.c.alert)
            .where(deliveries.c.bundle.startswith(STORM), deliveries.c.state == "held")
            .group_by(deliveries.c.bundle)
            .order_by(func.min(alerts.c.created_at))
        )
        with self._desk.reading() as connection:
            return [Storm(row.bundle, row.since, row.alerts, row.deliveries) for row in connection.execute(query)]

    def release(self, bundle: str, act: Act) -> int:
        """Owes again what a storm holds; returns how many deliveries."""
        return self._review(bundle, act, state="owed", reason=f"released by {act.by} after review")

    def drop_storm(self, bundle: str, act: Act) -> int:
        """Withholds what a storm holds, for good; returns how many deliveries."""
        return self._review(bundle, act, state="withheld", reason=f"dropped by {act.by} after review: {act.reason}")

    def _review(self, bundle: str, act: Act, **fields: Any) -> int:
        held = (deliveries.c.bundle == bundle, deliveries.c.state == "held")
        with self._desk.writing() as connection:
            _note(connection, act)
            return connection.execute(update(deliveries).where(*held).values(**fields, bundle="")).rowcount

    def sites_alerted(self, since: datetime) -> dict[str, list[str]]:
        """Site -> keys of its relevant alerts made since then."""
        query = select(alerts.c.site, alerts.c.key).where(
            alerts.c.created_at >= since, alerts.c.label == "relevant", alerts.c.kind != "notice"
        )
        found: dict[str, list[str]] = {}
        with self._desk.reading() as connection:
            for row in connection.execute(query):
                found.setdefault(row.site, []).append(row.key)
        return found

    # ---------------------------------------------------------------------------------------- dead letters and mutes

    def revive(self, keys: Collection[str], act: Act) -> int:
        """Owes dead letters again, with new attempts; returns how many. One that may have arrived stays ambiguous."""
        return self._bury(keys, act, state="owed", reason=f"tried again by {act.by}", attempts=0, next_attempt_at=None)

    def drop(self, keys: Collection[str], act: Act) -> int:
        """Withholds dead letters for good; returns how many."""
        return self._bury(keys, act, state="withheld", reason=f"dropped by {act.by}: {act.reason}")

    def _bury(self, keys: Collection[str], act: Act, **fields: Any) -> int:
        dead = (deliveries.c.key.in_(keys), deliveries.c.state == "dead")
        with self._desk.writing() as connection:
            _note(connection, act)
            return connection.execute(update(deliveries).where(*dead).values(**fields)).rowcount

    def withheld_by(self, begins: str) -> int:
        """How many alerts were withheld for a reason that begins so."""
        query = select(func.count(distinct(deliveries.c.alert))).where(*_withheld(begins))
        with self._desk.reading() as connection:
            return connection.scalar(query) or 0

    def owe_withheld(self, begins: str, act: Act) -> int:
        """Owes what was withheld for a reason that begins so; returns how many deliveries."""
        with self._desk.writing() as connection:
            _note(connection, act)
            owed = {"state": "owed", "reason": f"unmuted by {act.by}"}
            return connection.execute(update(deliveries).where(*_withheld(begins)).values(**owed)).rowcount

    # ------------------------------------------------------------------------------------------- incidents and acts

    def incidents(self) -> dict[str, Incident]:
        """What is wrong now, by its name."""
        with self._desk.reading() as connection:
            return {row.what: Incident(**row._mapping) for row in connection.execute(select(incidents))}

    def keep(
        self,
        words: Sequence[Alert],
        owed: Sequence[Delivery],
        standing: Sequence[Incident],
        over: Collection[str],
        remembered: Mapping[str, datetime],
    ) -> None:
        """In one transaction: what the operator hears, what is wrong, what is over, and moments to remember."""
        rows = [{field.name: getattr(one, field.name) for field in fields(Incident)} for one in standing]
        with self._desk.writing() as connection, chain.sealing(connection):
            insert_new(connection, alerts, [alert_row(alert) for alert in words])
            insert_new(connection, deliveries, [plain(delivery) for delivery in owed])
            upsert(connection, incidents, rows)
            connection.execute(delete(incidents).where(incidents.c.what.in_(over)))
            upsert(connection, moments, [{"name": name, "at": at} for name, at in remembered.items()])

    def withheld_since(self, since: datetime) -> int:
        """How many alerts made since then nobody hears."""
        heard = select(deliveries.c.alert).where(deliveries.c.state != "withheld")
        query = (
            select(func.count(distinct(deliveries.c.alert)))
            .join(alerts, alerts.c.key == deliveries.c.alert)
            .where(alerts.c.created_at >= since, alerts.c.label == "relevant", deliveries.c.alert.not_in(heard))
        )
        with self._desk.reading() as connection:
            return connection.scalar(query) or 0

    def count_of(self, channel: str, state: DeliveryState) -> int:
        """How many deliveries of a channel are in a state."""
        query = select(func.count()).where(deliveries.c.channel == channel, deliveries.c.state == state)
        with self._desk.reading() as connection:
            return connection.scalar(query) or 0

    def note(self, act: Act) -> None:
        """Records what a person did."""
        with self._desk.writing() as connection:
            _note(connection, act)

    def acts(self, about: str | None = None) -> list[Act]:
        """What people did, oldest first."""
        query = select(*(acts.c[field.name] for field in fields(Act))).order_by(acts.c.seq)
        if about is not None:
            query = query.where(acts.c.about == about)
        with self._desk.reading() as connection:
            return [Act(**row._mapping) for row in connection.execute(query)]

    def moment(self, name: str) -> datetime | None:
        """A time that was to be remembered."""
        with self._desk.reading() as connection:
            return connection.scalar(select(moments.c.at).where(moments.c.name == name))

    def set_moment(self, name: str, at: datetime) -> None:
        """Remembers a time under a name."""
        with self._desk.writing() as connection:
            upsert(connection, moments, [{"name": name, "at": at}])


def _note(connection: Connection, act: Act) -> None:
    connection.execute(acts.insert(), [{field.name: getattr(act, field.name) for field in fields(Act)}])


def _withheld(begins: str) -> tuple[ColumnElement[bool], ...]:
    return deliveries.c.state == "withheld", deliveries.c.reason.startswith(begins, autoescape=True)
