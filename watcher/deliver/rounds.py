"""One flush: looks into the ledger for what is due, and keeps one courier under way for each channel that has some."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from watcher import alerts as words
from watcher.deliver.courier import Courier
from watcher.deliver.doubt import perhaps_told
from watcher.deliver.outbox import Clock, Outbox, Window
from watcher.deliver.pacing import Post
from watcher.deliver.parcels import Pair
from watcher.deliver.settling import ASKED_TO_WAIT, LONGEST_WAIT, PARKED
from watcher.model import Channel, Delivery, Route

AT_ONCE = 100  # deliveries asked for at a time
EACH = 20  # of them for one channel
LOOK_AGAIN = 2.0  # seconds between two looks into the ledger while slow channels are busy


class Round:
    """One flush. `insist`: a person asks, so parked and backed-off deliveries are tried now, once."""

    def __init__(
        self,
        ledger: Outbox,
        channels: Mapping[str, Channel],
        now: Clock,
        post: Post,
        report: Callable[[Delivery], None],
        *,
        routes: Sequence[Route] = (),
        insist: bool,
    ) -> None:
        self.ledger, self.channels, self.now, self.post, self.report = ledger, channels, now, post, report
        self.insist = insist
        self.routes = routes if any(route.quiet for route in routes) else ()
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._done: set[str] = set()  # where we insist: what was tried in this flush

    async def run(self) -> None:
        """Until nothing is due and every courier is back."""
        if self.insist:
            for name, (_, reason, _) in self.ledger.parked().items():
                if not reason.startswith(ASKED_TO_WAIT):
                    self.ledger.unpark(name)
        self._done.clear()
        try:
            while self._send_couriers() or self._under_way:
                finished, _ = await asyncio.wait(
                    self._under_way.values(), timeout=LOOK_AGAIN, return_when=asyncio.FIRST_COMPLETED
                )
                self._under_way = {name: task for name, task in self._under_way.items() if task not in finished}
                for task in finished:
                    task.result()
        finally:
            left = list(self._under_way.values())
            self._under_way.clear()
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    def rests_for(self) -> timedelta | None:
        """How long until the first resting channel may go on; None where none rests."""
        now = self.now()
        ends = [until for name, (_, _, until) in self.ledger.parked().items() if until and name in self.channels]
        waits = [until - now for until in ends if until > now]
        return min(waits) if waits else None

    def settle(self, settled: Sequence[Delivery], root: str | None = None) -> None:
        """Writes down how one message ended for all that it was sent for, and reports it."""
        self.ledger.settle_all(settled, self.now(), root=root)
        if self.insist:
            self._done.update(delivery.key for delivery in settled)
        for delivery in settled:
            self.report(delivery)

    def _send_couriers(self) -> int:
        """Starts a courier for every idle channel with something due; returns how many were started."""
        batches: dict[str, list[Pair]] = {}
        for delivery, alert in self._due():
            batches.setdefault(delivery.channel, []).append((delivery, alert))
        for name, batch in batches.items():
            window = Window(self.channels.get(name) or Channel(name, ""), self.ledger, self.now, self.settle)
            courier = Courier(window, self.post, batch)
            self._under_way[name] = asyncio.create_task(courier.run(), name=f"deliver {name}")
        return len(batches)

    def _due(self) -> Sequence[Pair]:
        """What is due for idle channels. A busy channel's long queue must not hide what is due for another."""
        now, limit, each = self.now(), AT_ONCE, EACH
        resting = {name for name, (_, _, until) in self.ledger.parked().items() if until is None or until > now}
        closed = resting | self._under_way.keys()
        while True:
            until = now + LONGEST_WAIT * 1.3 if self.insist else now
            owed = self.ledger.owed(until, limit, closed=closed, each=each)
            due = [pair for pair in owed if self._may_go(pair[0], now)]
            if due or len(owed) < min(limit, each) or limit >= 64 * AT_ONCE:
                return perhaps_told(self.ledger, self._aloud(self._unmuted(due, now), now))
            limit, each = limit * 4, each * 4

    def _unmuted(self, due: list[Pair], now: datetime) -> list[Pair]:
        """Without what was muted while it waited. What may have been told already is let be."""
        mutes = self.ledger.mutes(now) if due else ()
        kept = []
        for delivery, alert in due:
            if (
                mutes
                and not (delivery.ambiguous or delivery.state == "sending")
                and (why := words.muted(alert, mutes, now))
            ):
                self.settle([replace(delivery, state="withheld", reason=why, next_attempt_at=None)])
            else:
                kept.append((delivery, alert))
        return kept

    def _aloud(self, due: list[Pair], now: datetime) -> list[Pair]:
        """Without what must not be heard now: it waited, for a channel or for us, until quiet hours had begun."""
        kept = []
        for delivery, alert in due:
            asks = self.routes and alert.is_told_to_readers and not words.is_digest(delivery.bundle)
            hushed = words.hushed(alert, delivery.channel, self.routes, now) if asks else None
            if hushed is None or delivery.state == "sending":
                kept.append((delivery, alert))
            else:
                self.settle([replace(delivery, state="held", reason=hushed[1], next_attempt_at=hushed[0])])
        return kept

    def _may_go(self, delivery: Delivery, now: datetime) -> bool:
        """Whether a delivery may be taken up before its time: once in a flush that insists, and never out of a hold."""
        if delivery.next_attempt_at is None or delivery.next_attempt_at <= now:
            return True
        kept_back = delivery.state == "held" and not delivery.reason.startswith(PARKED)
        return delivery.key not in self._done and not kept_back
