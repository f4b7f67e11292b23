"""What this story needs of the ledger."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from watcher.model import Alert, Channel, Delivery, Mute

Clock = Callable[[], datetime]


class Outbox(Protocol):
    """The part of the ledger that deliveries are taken from and settled in. Each method is told in `ledger.outbox`."""

    def owed(  # noqa: D102
        self, now: datetime, limit: int = ..., *, closed: Collection[str] = ..., each: int | None = ...
    ) -> list[tuple[Delivery, Alert]]: ...
    def bundled(self, channel: str, bundle: str, now: datetime) -> list[tuple[Delivery, Alert]]: ...  # noqa: D102
    def has_sent(self, channel: str, bundle: str) -> bool: ...  # noqa: D102
    def attempts_since(self, channel: str, since: datetime) -> list[datetime]: ...  # noqa: D102
    def mark_sending(self, keys: Sequence[str], now: datetime, bundle: str | None = None) -> tuple[str, ...]: ...  # noqa: D102
    def settle_all(self, settled: Sequence[Delivery], now: datetime, *, root: str | None = None) -> None: ...  # noqa: D102
    def put_off(self, channel: str, threads: Collection[str], until: datetime) -> None: ...  # noqa: D102
    def moment(self, name: str) -> datetime | None: ...  # noqa: D102
    def mutes(self, now: datetime) -> list[Mute]: ...  # noqa: D102
    def thread_root(self, channel: str, thread: str) -> str | None: ...  # noqa: D102
    def told(self, channel: str, thread: str) -> tuple[tuple[Alert, str] | None, Alert | None]: ...  # noqa: D102
    def forget_threads(self, channel: str) -> None: ...  # noqa: D102
    def park(self, channel: str, reason: str, now: datetime, until: datetime | None = None) -> None: ...  # noqa: D102
    def unpark(self, channel: str) -> bool: ...  # noqa: D102
    def parked(self) -> dict[str, tuple[datetime, str, datetime | None]]: ...  # noqa: D102
    def move(self, channel: str, address: str, now: datetime) -> None: ...  # noqa: D102
    def moved(self) -> dict[str, str]: ...  # noqa: D102


class Settle(Protocol):
    """Writes down how one message ended for all that it was sent for, and reports it."""

    def __call__(self, settled: Sequence[Delivery], root: str | None = None) -> None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Window:
    """Where one channel's deliveries are handed out: what all parts of its courier share."""

    channel: Channel
    ledger: Outbox
    now: Clock
    settle: Settle
