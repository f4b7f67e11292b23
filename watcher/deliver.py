"""From owed to sent: the second of the two stories (the other is `watch`).

    ledger.owed ─▶ by channel ─▶ ask (where an earlier attempt may have arrived) ─▶ mark sending ─▶ render ─▶ send ─▶ settle

A mark is committed before the first byte leaves, and settled after the answer. So a kill at any instant loses nothing,
and what it cut off comes back as *ambiguous*: the service is asked for it (Slack), or it is sent again, marked as a
possible repeat (Telegram, webhooks: nobody there can be asked).

    the error proves                       and so
    nothing wrong with this message        the channel rests (back-off, or as long as it was told); then goes on in order
    the chat or the token is dead          the channel is parked, its deliveries held, the operator told once
    the message is refused                 once more as plain text, then dead
    nothing: it may have arrived           ask, or repeat once, marked; a second silence is the end of it

Channels go side by side and know nothing of each other; within one channel everything goes in the order it was found,
so a reply never overtakes the root of its thread.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from watcher import channels as kinds
from watcher.channels import Sender, Threaded
from watcher.errors import DeliveryError, StoreError
from watcher.exhibit import pages
from watcher.model import Alert, Channel, Delivery, Jurisdiction, Message, Receipt

log = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=15)
LONGEST_TOLD = timedelta(hours=12)  # of Retry-After
PARKED_FOR = timedelta(minutes=1)  # at least, before a dead chat or token is tried again
TOO_OLD, TRIED_FOR_LONG = timedelta(days=7), 20  # attempts: some four hours of back-off
IN_THE_WAY = 5  # attempts after which a message lets the others of its channel go first
GRACE = 7.0  # seconds a send in flight is given when we are told to stop
AT_ONCE = 100  # deliveries asked for at a time
LOOK_AGAIN = 2.0  # seconds between two looks into the ledger while slow channels are busy
PARKED = "parked: "

Clock = Callable[[], datetime]


class Outbox(Protocol):
    """The part of the ledger that this story needs."""

    def owed(self, now: datetime, limit: int = ...) -> list[tuple[Delivery, Alert]]: ...  # noqa: D102
    def mark_sending(self, keys: Sequence[str], now: datetime) -> tuple[str, ...]: ...  # noqa: D102
    def settle(self, delivery: Delivery, receipt: Receipt | None, now: datetime) -> None: ...  # noqa: D102
    def thread_root(self, channel: str, thread: str) -> str | None: ...  # noqa: D102
    def told(self, channel: str, thread: str) -> tuple[tuple[Alert, str] | None, Alert | None]: ...  # noqa: D102
    def forget_threads(self, channel: str) -> None: ...  # noqa: D102
    def park(self, channel: str, reason: str, now: datetime, until: datetime | None = None) -> None: ...  # noqa: D102
    def unpark(self, channel: str) -> bool: ...  # noqa: D102
    def parked(self) -> dict[str, tuple[datetime, str, datetime | None]]: ...  # noqa: D102
    def move(self, channel: str, address: str, now: datetime) -> None: ...  # noqa: D102
    def moved(self) -> dict[str, str]: ...  # noqa: D102


async def flush(
    ledger: Outbox,
    channels: Mapping[str, Channel],
    now: Clock,
    *,
    post: Post | None = None,
    insist: bool = False,
    patience: timedelta = timedelta(),
    told: Callable[[Delivery], None] | None = None,
) -> list[Delivery]:
    """Sends what is owed until nothing is due; returns every delivery as it was settled, in that order.

    `post`      keeps connections and pace from one flush to the next; without it both live for this flush
    `insist`    a person asks: parked and backed-off deliveries are tried now; quiet hours, digests, Retry-After stand
    `patience`  how long to wait for channels that rest, before leaving the rest to the next flush
    `told`      called with each delivery as it is settled

    Cancelled, it lets a send in flight finish (at most 7 s) and leaves the others owed. Raises StoreError.
    """
    own = post is None
    post = post or Post()
    settled: list[Delivery] = []

    def report(delivery: Delivery) -> None:
        settled.append(delivery)
        if told is not None:
            told(delivery)

    round_ = _Round(ledger, channels, now, post, report, insist=insist)
    try:
        await round_.run()
        while (pause := round_.rests_for()) is not None and pause <= patience:
            patience -= pause
            await asyncio.sleep(pause.total_seconds())
            await round_.run()
    finally:
        if own:
            await post.close()
    return settled


async def send_test(channel: Channel, now: Clock) -> Delivery:
    """Sends one test message to a channel, outside of the ledger: `sent`, or `dead` with the error."""
    started = now()
    nowhere = Jurisdiction("xx-test", "Test", "XX", "other", "UTC")
    alert = Alert(
        key=f"test {channel.name} {started.isoformat()}",
        site="send-test",
        jurisdiction=nowhere,
        label="relevant",
        headline=f"Ordinance Watcher: test message to {channel.name}. If you read this, alerts will arrive here.",
        changes=(),
        thread="test",
        urgency="routine",
        created_at=started,
    )
    delivery = Delivery(f"{alert.key}/{channel.name}", alert.key, channel.name, "sending", "send-test", attempts=1)
    kind = kinds.load(channel.kind)
    sender: Sender = kind.Sender(channel)
    try:
        receipt = await sender.send(
            kind.render(alert, channel, reply=False, repeat=False), key=delivery.key, thread=None
        )
    except DeliveryError as error:
        return replace(delivery, state="dead", error=_words(error))
    finally:
        await sender.close()
    return replace(delivery, state="sent", receipt=receipt.id)


class Post:
    """What outlives one flush: open connections, and when each channel was last written to."""

    def __init__(self, *, paced: bool = True) -> None:
        self._senders: dict[str, tuple[Channel, Sender]] = {}
        self._replaced: list[Sender] = []
        self._paces: dict[str, _Turns] = {}
        self._paced = paced

    def sender(self, channel: Channel, moves: Mapping[str, str]) -> Sender:
        """The open sender of a channel, made anew where the channel's settings are no longer the same."""
        known = self._senders.get(channel.name)
        if known is not None and known[0] == channel:
            return known[1]
        sender: Sender = kinds.load(channel.kind).Sender(channel)
        if (moved_to := moves.get(_move_of(channel, sender))) is not None:
            sender.move(moved_to)
        if known is not None:
            self._replaced.append(known[1])
        self._senders[channel.name] = (channel, sender)
        return sender

    def turns(self, channel: Channel, sender: Sender) -> _Turns:
        """The channel's own pace."""
        return self._paces.setdefault(channel.name, _Turns(sender.pace if self._paced else ()))

    async def close(self) -> None:
        """Closes every connection."""
        senders = [*self._replaced, *(sender for _, sender in self._senders.values())]
        self._replaced.clear()
        self._senders.clear()
        for sender in senders:
            await sender.close()


@dataclass(slots=True)
class _Turns:
    """Own pacing: at most so many messages in so many seconds, for each rule of the service."""

    rules: kinds.Pace
    taken: deque[float] = field(default_factory=lambda: deque(maxlen=64))

    async def wait(self) -> None:
        """Returns when the next message may go."""
        loop = asyncio.get_running_loop()
        for many, seconds in self.rules:
            if len(self.taken) >= many:
                await asyncio.sleep(max(0.0, self.taken[-many] + seconds - loop.time()))
        self.taken.append(loop.time())


class _Round:
    """One flush: looks into the ledger, and keeps one courier under way for each channel that has something due."""

    def __init__(
        self,
        ledger: Outbox,
        channels: Mapping[str, Channel],
        now: Clock,
        post: Post,
        report: Callable[[Delivery], None],
        *,
        insist: bool,
    ) -> None:
        self.ledger, self.channels, self.now, self.post, self.report = ledger, channels, now, post, report
        self.insist = insist
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._done: set[str] = set()

    async def run(self) -> None:
        """Until nothing is due and every courier is back."""
        if self.insist:
            for name, (_, reason, _) in self.ledger.parked().items():
                if not reason.startswith(_ASKED_TO_WAIT):
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

    def _send_couriers(self) -> int:
        """Starts a courier for every idle channel with something due; returns how many were started."""
        batches: dict[str, list[tuple[Delivery, Alert]]] = {}
        for delivery, alert in self._due():
            batches.setdefault(delivery.channel, []).append((delivery, alert))
        for name, batch in batches.items():
            courier = _Courier(self, self.channels.get(name), batch)
            self._under_way[name] = asyncio.create_task(courier.run(), name=f"deliver {name}")
        return len(batches)

    def _due(self) -> list[tuple[Delivery, Alert]]:
        """What is due for idle channels. A busy channel's long queue must not hide what is due for another."""
        now, limit = self.now(), AT_ONCE
        resting = {name for name, (_, _, until) in self.ledger.parked().items() if until is None or until > now}
        closed = resting | self._under_way.keys()
        while True:
            owed = self.ledger.owed(now + LONGEST_WAIT * 1.3 if self.insist else now, limit)
            due = [pair for pair in owed if pair[0].channel not in closed and self._may_go(pair[0], now)]
            if due or len(owed) < limit or limit >= 64 * AT_ONCE:
                return due
            limit *= 4

    def _may_go(self, delivery: Delivery, now: datetime) -> bool:
        """Whether a delivery may be taken up before its time: once in a flush that insists, and never out of a hold."""
        if delivery.next_attempt_at is None or delivery.next_attempt_at <= now:
            return True
        kept_back = delivery.state == "held" and not delivery.reason.startswith(PARKED)
        return delivery.key not in self._done and not kept_back

    def settle(self, delivery: Delivery, receipt: Receipt | None = None) -> None:
        """Writes down how it ended, and reports it."""
        self.ledger.settle(delivery, receipt, self.now())
        self._done.add(delivery.key)
        if receipt is not None:
            delivery = replace(delivery, state="sent", receipt=receipt.id, error=None, next_attempt_at=None)
        self.report(delivery)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a thread says so far: the alert at its root with the root's id, and the newest one."""

    root: tuple[Alert, str] | None = None
    last: Alert | None = None

    def new_stage(self, alert: Alert) -> bool:
        """Whether the alert brings the matter to another stage than the thread speaks of."""
        return self.last is not None and alert.stage not in ("unknown", self.last.stage)


class _Stop(Exception):
    """The channel takes nothing more for now."""


class _Courier:
    """Carries one channel's deliveries, one after the other."""

    def __init__(self, round_: _Round, channel: Channel | None, batch: Sequence[tuple[Delivery, Alert]]) -> None:
        self.round, self.ledger, self.now = round_, round_.ledger, round_.now
        self.batch = list(batch)
        self.channel = channel or Channel(batch[0][0].channel, "")

    async def run(self) -> None:
        """The batch in order, until the channel stops taking. Cancelled, it lets the send in flight finish."""
        if not self.channel.kind:
            self._park_unknown()
            return
        try:
            self.kind = kinds.load(self.channel.kind)
            self.sender = self.round.post.sender(self.channel, self.ledger.moved())
        except DeliveryError as error:
            self._park(error, self.batch)
            return
        except Exception:  # a bug of one channel's; the others go on
            log.exception("channel %s cannot be opened", self.channel.name)
            self._park(DeliveryError("cannot be opened, see the log", code="unexpected", scope="target"), self.batch)
            return
        turns = self.round.post.turns(self.channel, self.sender)
        for place, (delivery, alert) in enumerate(self.batch):
            await turns.wait()
            attempt = asyncio.ensure_future(self._deliver(delivery, alert, self.batch[place + 1 :]))
            try:
                await asyncio.shield(attempt)
            except asyncio.CancelledError:
                await _finish(attempt)
                raise
            except _Stop:
                return

    async def _deliver(self, delivery: Delivery, alert: Alert, later: Sequence[tuple[Delivery, Alert]]) -> None:
        """One delivery: ask, mark, render, send, settle."""
        root = self.ledger.thread_root(self.channel.name, alert.thread)
        repeat = False
        try:
            if delivery.ambiguous:
                if (found := await self._ask(delivery, alert, root)) is not None:
                    told = self._told(alert, root)
                    self._settle_sent(
                        replace(delivery, reason="found at the service: an earlier attempt had arrived"), found
                    )
                    message = self.kind.render(alert, self.channel, reply=root is not None)
                    await self._follow_up(alert, message, found, told)
                    return
                repeat = not self._knows
            if delivery.key not in self.ledger.mark_sending([delivery.key], self.now()):
                return
            delivery = replace(delivery, state="sending", attempts=delivery.attempts + 1)
            told = self._told(alert, root)
            message = self.kind.render(alert, self.channel, reply=root is not None, repeat=repeat)
            message = replace(message, loud=told.new_stage(alert))
            receipt = await self._send(message, delivery.key, root)
        except DeliveryError as error:
            self._settle_failed(delivery, alert, error, repeat, later)
            return
        except StoreError:
            raise
        except Exception as surprise:  # a bug must cost neither the alert nor the others
            log.exception("channel %s: an error we did not expect", self.channel.name)
            self._settle_surprised(delivery, surprise)
            return
        self._settle_sent(delivery, receipt)
        await self._follow_up(alert, message, receipt, told)

    def _told(self, alert: Alert, root: str | None) -> _Told:
        """What the thread says so far, where the service has one."""
        if root is None or not isinstance(self.sender, Threaded):
            return _Told()
        first, last = self.ledger.told(self.channel.name, alert.thread)
        return _Told(first, last)

    async def _follow_up(self, alert: Alert, message: Message, receipt: Receipt, told: _Told) -> None:
        """The root of the thread shows the new stage, and a long redline comes as a page.

        The alert is sent and settled: trouble here is logged, and neither costs it nor sends it again.
        """
        if receipt.thread is None or not isinstance(self.sender, Threaded):
            return
        try:
            if told.root is not None and told.root[1] == receipt.thread and told.new_stage(alert):
                first, sent = told.root
                await self.sender.edit(self.kind.render(first, self.channel, latest=alert), sent)
            if message.cut:
                for name, page in pages(alert):
                    await self.sender.attach(name, page, receipt.thread)
        except DeliveryError as error:
            log.warning("channel %s: sent, but not all that follows it: %s", self.channel.name, _words(error))
        except Exception:  # a bug, which must not cost the others theirs
            log.exception("channel %s: sent; an error we did not expect in what follows it", self.channel.name)

    def _settle_sent(self, delivery: Delivery, receipt: Receipt) -> None:
        if delivery.reason.startswith(PARKED):
            delivery = replace(delivery, reason="sent when the channel was mended")
        self.round.settle(replace(delivery, ambiguous=False), receipt)
        if self.channel.name in self.ledger.parked():
            self.ledger.unpark(self.channel.name)
            log.info("channel %s takes messages again", self.channel.name)

    async def _ask(self, delivery: Delivery, alert: Alert, root: str | None) -> Receipt | None:
        """The receipt of an earlier attempt, where the service can tell. Sets whether it could.

        One that cannot be asked is at least asked for a sign of life, so that the one repeat is not spent on a dead line.
        """
        self._knows = False
        if self.sender.can_ask:
            try:
                found = await self.sender.find(delivery.key, alert.created_at, root)
            except DeliveryError as error:
                if not error.permanent and _out_of_reach(
                    error
                ):  # else it can post but not look: no scope, no such call
                    raise
            else:
                self._knows = True
                return found
        try:
            await self.sender.check()
        except DeliveryError as error:
            if _out_of_reach(error):
                raise
        return None

    async def _send(self, message: Message, key: str, root: str | None) -> Receipt:
        """One send, and what follows at once from answers that prove that nothing was sent."""
        while True:
            try:
                return await self.sender.send(message, key=key, thread=root)
            except DeliveryError as error:
                move = _move_of(self.channel, self.sender)
                if error.moved_to is not None and self.ledger.moved().get(move) != error.moved_to:
                    log.error(
                        "channel %s has moved to %s: correct it in the registry", self.channel.name, error.moved_to
                    )
                    self.ledger.move(move, error.moved_to, self.now())
                    self.ledger.forget_threads(self.channel.name)
                    self.sender.move(error.moved_to)
                    root = None  # message numbers of the old chat mean nothing in the new one
                elif error.scope == "thread" and root is not None:
                    root = None
                elif error.scope == "message" and error.permanent and message.body:
                    log.warning("channel %s refuses a message (%s): sent as plain text", self.channel.name, error.code)
                    message = replace(message, body={})
                else:
                    raise

    def _settle_failed(
        self,
        delivery: Delivery,
        alert: Alert,
        error: DeliveryError,
        repeat: bool,
        later: Sequence[tuple[Delivery, Alert]],
    ) -> None:
        """What a failure leaves behind. Raises _Stop where the channel takes nothing more for now."""
        failed = replace(
            delivery,
            error=_words(error),
            ambiguous=error.ambiguous or delivery.ambiguous,
        )
        aged = self.now() - alert.created_at > TOO_OLD and delivery.attempts >= TRIED_FOR_LONG
        if error.scope in ("target", "token"):
            self._park(error, [(failed, alert), *later])
        elif error.scope in ("message", "thread") and error.permanent:
            self.round.settle(replace(failed, state="dead", reason="refused, also as plain text"))
            return
        elif repeat and error.ambiguous and not error.code.startswith("http_"):
            why = "no confirmation, not even of a marked repeat: it may have arrived twice"
            self.round.settle(replace(failed, state="dead", reason=why))
        elif aged:
            self.round.settle(replace(failed, state="dead", reason=f"not delivered in {TOO_OLD.days} days"))
        else:
            self._rest(failed, error)
        raise _Stop

    def _settle_surprised(self, delivery: Delivery, surprise: Exception) -> None:
        """Nobody knows whether it was sent: tried again later, as often as any, and then left to a person."""
        failed = replace(delivery, ambiguous=True, error=f"unexpected {type(surprise).__name__}, see the log")
        if delivery.attempts >= TRIED_FOR_LONG:
            self.round.settle(replace(failed, state="dead", reason="an error we did not expect, every time"))
        else:
            at = self.now() + back_off(max(1, delivery.attempts))
            self.round.settle(replace(failed, state="owed", next_attempt_at=at))

    def _rest(self, failed: Delivery, error: DeliveryError) -> None:
        """The whole channel waits: for as long as it was told, else by exponential back-off."""
        told = error.retry_after
        wait = min(timedelta(seconds=told), LONGEST_TOLD) if told is not None else back_off(failed.attempts)
        until = self.now() + wait
        at = until + (FIRST_WAIT * 2 if failed.attempts >= IN_THE_WAY else timedelta())
        known = self.channel.name in self.ledger.parked()
        log.log(logging.INFO if known else logging.WARNING, "channel %s rests: %s", self.channel.name, _words(error))
        said = _ASKED_TO_WAIT if told is not None else "rests: "
        self.ledger.park(self.channel.name, said + _words(error), self.now(), until)
        self.round.settle(replace(failed, state="owed", next_attempt_at=at))

    def _park(self, error: DeliveryError, waiting: Sequence[tuple[Delivery, Alert]]) -> None:
        """The channel is dead until somebody mends it: everything is kept, tried again slowly, and told once."""
        reason = PARKED + _words(error)
        since, known, _ = self.ledger.parked().get(self.channel.name, (self.now(), "", None))
        if known != reason:
            log.error("channel %s is %s; its alerts are kept and go out when it is mended", self.channel.name, reason)
        until = self.now() + max(PARKED_FOR, back_off(waiting[0][0].attempts))
        self.ledger.park(self.channel.name, reason, since, until)
        for place, (delivery, _) in enumerate(waiting):
            if place == 0 or delivery.state != "held":
                self.round.settle(replace(delivery, state="held", reason=reason, next_attempt_at=until))

    def _park_unknown(self) -> None:
        gone = DeliveryError("no such channel in the registry", code="unknown_channel", scope="target", permanent=True)
        self._park(gone, self.batch)


_ASKED_TO_WAIT = "asked to wait: "


def back_off(attempts: int) -> timedelta:
    """5 s, 10 s, 20 s … 15 min, give or take a fifth, so that many channels do not come back in step."""
    doubled = FIRST_WAIT * (1 << min(max(attempts, 1) - 1, 12))
    return min(doubled, LONGEST_WAIT) * random.SystemRandom().uniform(0.8, 1.2)


async def _finish(attempt: asyncio.Future[None]) -> None:
    """Lets a send in flight come to its end; past the grace it is cut off and will come back as ambiguous."""
    await asyncio.wait([attempt], timeout=GRACE)
    if not attempt.done():
        attempt.cancel()
        await asyncio.wait([attempt], timeout=1)
    elif attempt.exception() is not None and not isinstance(attempt.exception(), _Stop):
        log.error("a send ended badly while stopping", exc_info=attempt.exception())


def _move_of(channel: Channel, sender: Sender) -> str:
    """Names a move in the ledger: of this channel and this address, so that a corrected registry is obeyed."""
    return f"{channel.name} {sender.address}"


def _words(error: DeliveryError) -> str:
    return f"{error} ({error.code})" if error.code else str(error)


def _out_of_reach(error: DeliveryError) -> bool:
    """Whether the service itself is down or asks to wait. One that answers, if only that it knows no such call, lives:
    a message must not wait for ever on a question; whatever else is wrong the sending will say."""
    return error.scope == "service" and not error.code.startswith("http_4")
