"""The outbox: deliveries owed, under way and settled, and what each channel needs to be remembered for it.

A delivery is marked before the call and settled after it. One found marked by nobody alive was cut off in between, and
the service may have taken it; it is marked as ambiguous too where an earlier attempt may have been taken already.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, delete, func, or_, select, update

from watcher.ledger import chain, seals
from watcher.ledger.desk import Desk, upsert
from watcher.ledger.tables import alerts, deliveries, moved, parked, threads
from watcher.ledger.values import ALERT
from watcher.model import Alert, Delivery, DeliveryState, Receipt

ATTEMPT = timedelta(minutes=15)  # longer than any send; a mark older than this is nobody's, even our own
# A due time further ahead than any back-off or digest was written under a clock that has since been set back.
FARTHEST_RETRY = timedelta(days=1)
FARTHEST_HOLD = timedelta(days=8)
STORM = "storm|"  # how the bundle of what is held for review begins


class Outbox:
    """The part of the ledger that `deliver` works with."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._marked: dict[str, datetime] = {}  # by this process: under way, not cut off

    def owed(
        self, now: datetime, limit: int = 100, *, closed: Collection[str] = (), each: int | None = None
    ) -> list[tuple[Delivery, Alert]]:
        """At most `limit` deliveries to make now, oldest first: owed or held ones whose time has come, and those that
        a crash left in `sending`. A parked channel's wait until it is unparked.

        None of the channels in `closed`, and of any channel at most `each`: one long queue hides no other.
        """
        waiting = select(parked.c.channel).where(or_(parked.c.until.is_(None), parked.c.until > now))
        place = func.row_number().over(partition_by=deliveries.c.channel, order_by=deliveries.c.seq).label("place")
        due = (
            select(deliveries.c.seq, place)
            .where(self._due(now), deliveries.c.channel.not_in(waiting), deliveries.c.channel.not_in(closed))
            .subquery()
        )
        query = (
            select(deliveries, alerts.c.value)
            .join(due, due.c.seq == deliveries.c.seq)
            .join(alerts, alerts.c.key == deliveries.c.alert)
            .where(due.c.place <= (each or limit))
            .order_by(deliveries.c.seq)
            .limit(limit)
        )
        with self._desk.reading() as connection:
            rows = connection.execute(query).all()
        return [(_delivery(row), ALERT.load(row.value)) for row in rows]

    def bundled(self, channel: str, bundle: str, now: datetime) -> list[tuple[Delivery, Alert]]:
        """All that is due of one bundle in one channel, oldest first: what one message must hold."""
        query = (
            select(deliveries, alerts.c.value)
            .join(alerts, alerts.c.key == deliveries.c.alert)
            .where(self._due(now), deliveries.c.channel == channel, deliveries.c.bundle == bundle)
            .order_by(deliveries.c.seq)
        )
        with self._desk.reading() as connection:
            rows = connection.execute(query).all()
        return [(_delivery(row), ALERT.load(row.value)) for row in rows]

    def has_sent(self, channel: str, bundle: str) -> bool:
        """Whether a message of this bundle was taken by the channel."""
        query = select(deliveries.c.seq).where(
            deliveries.c.bundle == bundle, deliveries.c.channel == channel, deliveries.c.state == "sent"
        )
        with self._desk.reading() as connection:
            return connection.scalar(query.limit(1)) is not None

    def attempts_since(self, channel: str, since: datetime) -> list[datetime]:
        """When the channel was written to since then, oldest first: a new process keeps the pace of the last."""
        query = (
            select(deliveries.c.marked_at)
            .where(deliveries.c.channel == channel, deliveries.c.marked_at > since)
            .group_by(deliveries.c.marked_at, deliveries.c.receipt)
            .order_by(deliveries.c.marked_at)
        )
        with self._desk.reading() as connection:
            return list(connection.scalars(query))

    def _due(self, now: datetime) -> ColumnElement[bool]:
        state, at = deliveries.c.state, deliveries.c.next_attempt_at
        ours = [key for key, since in self._marked.items() if abs(now - since) < ATTEMPT]
        return or_(
            and_(state == "owed", or_(at.is_(None), at <= now, at > now + FARTHEST_RETRY)),
            and_(state == "held", or_(at <= now, at > now + FARTHEST_HOLD)),
            and_(state == "sending", deliveries.c.key.not_in(ours)),
        )

    def mark_sending(self, keys: Sequence[str], now: datetime, bundle: str | None = None) -> tuple[str, ...]:
        """Write down that these deliveries are being sent, before the first byte leaves. Counts the attempt.

        With `bundle` they go in one message, whatever becomes of us. Returns the keys that were marked: not those
        settled, or held for review, in the meantime.
        """
        unsettled = and_(deliveries.c.state.in_(("owed", "held", "sending")), deliveries.c.bundle.not_like(f"{STORM}%"))
        with self._desk.writing() as connection:
            free = connection.scalars(
                select(deliveries.c.key).where(deliveries.c.key.in_(keys), unsettled).with_for_update()
            )
            marked = tuple(free)
            connection.execute(
                update(deliveries)
                .where(deliveries.c.key.in_(marked))
                .values(
                    ambiguous=case((deliveries.c.state == "sending", True), else_=deliveries.c.ambiguous),
                    attempts=deliveries.c.attempts + 1,
                    state="sending",
                    marked_at=now,
                    **({} if bundle is None else {"bundle": bundle}),
                )
            )
        self._marked.update(dict.fromkeys(marked, now))
        return marked

    def settle(self, delivery: Delivery, receipt: Receipt | None, now: datetime) -> None:
        """Write down how a send ended. With a receipt the delivery is `sent`; without one it is as `delivery` says.

        The thread that the receipt names becomes the root for its alert's thread. Raises KeyError for a delivery that
        was never recorded.
        """
        if receipt is not None:
            delivery = replace(delivery, state="sent", receipt=receipt.id, error=None, next_attempt_at=None)
        self.settle_all([delivery], now, root=receipt.thread if receipt else None)

    def settle_all(self, settled: Sequence[Delivery], now: datetime, *, root: str | None = None) -> None:
        """Write down, in one transaction, how one message ended for every delivery that it was sent for.

        `root` becomes the root for the threads of all their alerts. Raises KeyError for one that was never recorded.
        """
        with self._desk.writing() as connection:
            for delivery in settled:
                fields = {name: getattr(delivery, name) for name in _COLUMNS if name not in ("key", "alert", "channel")}
                known = connection.execute(
                    update(deliveries).where(deliveries.c.key == delivery.key).values(**fields, settled_at=now)
                )
                if known.rowcount == 0:
                    raise KeyError(delivery.key)
                if root is not None:
                    thread = connection.scalar(select(alerts.c.thread).where(alerts.c.key == delivery.alert))
                    upsert(connection, threads, [{"channel": delivery.channel, "thread": thread, "root": root}])
            chain.extend(connection, seals.taken(connection, [delivery.key for delivery in settled]))
        for delivery in settled:
            self._marked.pop(delivery.key, None)

    def put_off(self, channel: str, threads: Collection[str], until: datetime) -> None:
        """Nothing more that is owed of these threads goes to `channel` before `until`: what is first in them waits too."""
        theirs = select(alerts.c.key).where(alerts.c.thread.in_(threads))
        sooner = or_(deliveries.c.next_attempt_at.is_(None), deliveries.c.next_attempt_at < until)
        with self._desk.writing() as connection:
            connection.execute(
                update(deliveries)
                .where(deliveries.c.channel == channel, deliveries.c.state == "owed", sooner)
                .where(deliveries.c.alert.in_(theirs))
                .values(next_attempt_at=until)
            )

    def deliveries(
        self, *, alert_key: str | None = None, state: DeliveryState | None = None, channel: str | None = None
    ) -> list[Delivery]:
        """The deliveries of one alert, in one state, to one channel; oldest first."""
        query = select(deliveries).order_by(deliveries.c.seq)
        for column, wanted in (("alert", alert_key), ("state", state), ("channel", channel)):
            if wanted is not None:
                query = query.where(deliveries.c[column] == wanted)
        with self._desk.reading() as connection:
            return [_delivery(row) for row in connection.execute(query)]

    def oldest_undelivered(self, now: datetime) -> timedelta | None:
        """How long the oldest alert still owed to someone has been waiting; None when nothing is owed.

        What a broken channel holds up is owed; what waits for a digest, for quiet hours to end or for review is not.
        """
        query = (
            select(func.min(alerts.c.created_at))
            .join(deliveries, deliveries.c.alert == alerts.c.key)
            .where(
                or_(
                    deliveries.c.state.in_(("owed", "sending")),
                    and_(deliveries.c.state == "held", deliveries.c.reason.startswith("parked: ")),
                )
            )
        )
        with self._desk.reading() as connection:
            since = connection.scalar(query)
        return None if since is None else max(now - since, timedelta())

    # ---------------------------------------------------------------------------------------- channels and threads

    def thread_root(self, channel: str, thread: str) -> str | None:
        """The service's id of the message that a matter's thread hangs from in this channel."""
        query = select(threads.c.root).where(threads.c.channel == channel, threads.c.thread == thread)
        with self._desk.reading() as connection:
            return connection.scalar(query)

    def set_thread_root(self, channel: str, thread: str, root: str) -> None:
        """Remember, or replace, the root of a matter's thread in this channel."""
        with self._desk.writing() as connection:
            upsert(connection, threads, [{"channel": channel, "thread": thread, "root": root}])

    def told(self, channel: str, thread: str) -> tuple[tuple[Alert, str] | None, Alert | None]:
        """What this channel was told of a matter: the alert at the root of its thread with the root's id, and the
        newest one. None for what is not known.
        """
        heard = (
            select(alerts.c.value)
            .join(deliveries, deliveries.c.alert == alerts.c.key)
            .where(alerts.c.thread == thread, deliveries.c.channel == channel, deliveries.c.state == "sent")
        )
        root = self.thread_root(channel, thread)
        with self._desk.reading() as connection:
            first = connection.scalar(heard.where(deliveries.c.receipt == root).limit(1)) if root else None
            last = connection.scalar(heard.order_by(deliveries.c.settled_at.desc(), deliveries.c.seq.desc()).limit(1))
        return (ALERT.load(first), str(root)) if first else None, ALERT.load(last) if last else None

    def forget_threads(self, channel: str) -> None:
        """Message ids of a channel that has moved mean nothing in its new place, or name other messages there."""
        with self._desk.writing() as connection:
            connection.execute(delete(threads).where(threads.c.channel == channel))

    def park(self, channel: str, reason: str, now: datetime, until: datetime | None = None) -> None:
        """Send nothing more to `channel` (until `until`, where given): its deliveries are kept."""
        with self._desk.writing() as connection:
            upsert(connection, parked, [{"channel": channel, "since": now, "reason": reason, "until": until}])

    def unpark(self, channel: str) -> bool:
        """Send to `channel` again, what was held without a time included. False where it was not parked."""
        held = and_(
            deliveries.c.channel == channel,
            deliveries.c.state == "held",
            deliveries.c.next_attempt_at.is_(None),
            deliveries.c.bundle.not_like(f"{STORM}%"),
        )
        with self._desk.writing() as connection:
            there = connection.execute(delete(parked).where(parked.c.channel == channel)).rowcount > 0
            if there:
                connection.execute(update(deliveries).where(held).values(state="owed"))
        return there

    def parked(self) -> dict[str, tuple[datetime, str, datetime | None]]:
        """Channel -> since when, why and until when it is parked."""
        with self._desk.reading() as connection:
            rows = connection.execute(select(parked).order_by(parked.c.channel)).all()
        return {row.channel: (row.since, row.reason, row.until) for row in rows}

    def move(self, channel: str, address: str, now: datetime) -> None:
        """Remember that the service moved this channel's destination to `address`."""
        with self._desk.writing() as connection:
            upsert(connection, moved, [{"channel": channel, "address": address, "at": now}])

    def moved(self) -> dict[str, str]:
        """Channel -> the address that its service named last."""
        with self._desk.reading() as connection:
            return {row.channel: row.address for row in connection.execute(select(moved))}


_COLUMNS = (
    "key",
    "alert",
    "channel",
    "state",
    "reason",
    "attempts",
    "receipt",
    "error",
    "next_attempt_at",
    "ambiguous",
    "bundle",
)


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(**{name: getattr(row, name) for name in _COLUMNS})
