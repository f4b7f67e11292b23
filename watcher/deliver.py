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

Channels go side by side and know nothing of each other. Within one channel everything goes in the order it was found;
where the service is slow to answer other matters go beside the slow one, but a reply never overtakes the root of its
thread. What belongs together goes in one message: a digest, or the news of one meeting with its items as replies.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from watcher import alerts as words
from watcher import channels as kinds
from watcher.channels import Sender, Threaded
from watcher.errors import DeliveryError, StoreError
from watcher.exhibit import pages
from watcher.model import Alert, Channel, Delivery, Jurisdiction, Message, Mute, Receipt

log = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=15)
LONGEST_TOLD = timedelta(hours=12)  # of Retry-After
PARKED_FOR = timedelta(minutes=1)  # at least, before a dead chat or token is tried again
TOO_OLD, TRIED_FOR_LONG = timedelta(days=7), 20  # attempts: some four hours of back-off
IN_THE_WAY = 5  # attempts after which a message lets the others of its channel go first
GRACE = 7.0  # seconds a send in flight is given when we are told to stop
AT_ONCE = 100  # deliveries asked for at a time
EACH = 20  # of them for one channel
SLOW = 1.0  # seconds without an answer after which another matter goes beside the slow one
STUCK = 10.0  # seconds after which nothing more is sent beside it: the service may not be well
BESIDE = 3  # messages under way in one channel
PLAIN = 2_500  # units of text that every channel takes whole, however much of it it has to escape
TOLD_LATE = timedelta(hours=1)  # after it was noticed; the message says so
LOOK_AGAIN = 2.0  # seconds between two looks into the ledger while slow channels are busy
PARKED = "parked: "

Clock = Callable[[], datetime]


class Outbox(Protocol):
    """The part of the ledger that this story needs."""

    def owed(  # noqa: D102
        self, now: datetime, limit: int = ..., *, closed: Collection[str] = ..., each: int | None = ...
    ) -> list[tuple[Delivery, Alert]]: ...
    def bundled(self, channel: str, bundle: str, now: datetime) -> list[tuple[Delivery, Alert]]: ...  # noqa: D102
    def has_sent(self, channel: str, bundle: str) -> bool: ...  # noqa: D102
    def attempts_since(self, channel: str, since: datetime) -> list[datetime]: ...  # noqa: D102
    def mark_sending(self, keys: Sequence[str], now: datetime, bundle: str | None = None) -> tuple[str, ...]: ...  # noqa: D102
    def settle_all(self, settled: Sequence[Delivery], now: datetime, *, root: str | None = None) -> None: ...  # noqa: D102
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
        self._paces: dict[tuple[str, ...], _Turns] = {}
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

    def turns(self, channel: Channel, sender: Sender, before: Callable[[], Sequence[float]]) -> tuple[_Turns, ...]:
        """The pace of the channel's destination, which it may share with others, and that of its token.

        `before`: how many seconds ago the channel was last written to, by this process or another.
        """
        if not self._paced:
            return ()
        place, whose = _destination(channel)
        if place not in self._paces:
            self._paces[place] = _Turns(sender.pace, before())
        all_of_token: kinds.Pace = getattr(sender, "pace_of_token", ())
        return self._paces[place], self._paces.setdefault(whose, _Turns(all_of_token))

    async def close(self) -> None:
        """Closes every connection."""
        senders = [*self._replaced, *(sender for _, sender in self._senders.values())]
        self._replaced.clear()
        self._senders.clear()
        for sender in senders:
            await sender.close()


class _Turns:
    """Own pacing: at most so many messages in so many seconds, for each rule of the service."""

    def __init__(self, rules: kinds.Pace, ago: Sequence[float] = ()) -> None:
        self.rules = rules
        now = asyncio.get_running_loop().time()
        self.taken: deque[float] = deque((now - seconds for seconds in ago), maxlen=64)

    def next(self) -> float:
        """Takes a turn: the time by the loop's clock at which the message may go."""
        at = asyncio.get_running_loop().time()
        for many, seconds in self.rules:
            if len(self.taken) >= many:
                at = max(at, self.taken[-many] + seconds)
        self.taken.append(at)
        return at


def _destination(channel: Channel) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What services count by: the chat or address, whichever channels of ours lead there; and the token."""
    token = channel.secrets.get("token", "")
    chat = str(channel.options.get("chat") or channel.options.get("channel") or "")
    address = chat or channel.secrets.get("webhook", "") or channel.name
    return (channel.kind, token, address), (channel.kind, token or channel.name, "", "")


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
        self._done: set[str] = set()  # where we insist: what was tried in this flush

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
        now, limit, each = self.now(), AT_ONCE, EACH
        resting = {name for name, (_, _, until) in self.ledger.parked().items() if until is None or until > now}
        closed = resting | self._under_way.keys()
        while True:
            until = now + LONGEST_WAIT * 1.3 if self.insist else now
            owed = self.ledger.owed(until, limit, closed=closed, each=each)
            due = [pair for pair in owed if self._may_go(pair[0], now)]
            if due or len(owed) < min(limit, each) or limit >= 64 * AT_ONCE:
                return self._perhaps_told(self._unmuted(due, now))
            limit, each = limit * 4, each * 4

    def _perhaps_told(self, due: list[tuple[Delivery, Alert]]) -> list[tuple[Delivery, Alert]]:
        """With what a life that a backup knows nothing of may have told as ambiguous: news from before it was restored."""
        restored = self.ledger.moment("restored") if due else None
        if restored is None:
            return due
        return [
            (replace(delivery, ambiguous=True) if _seen_from(alert) < restored else delivery, alert)
            for delivery, alert in due
        ]

    def _unmuted(self, due: list[tuple[Delivery, Alert]], now: datetime) -> list[tuple[Delivery, Alert]]:
        """Without what was muted while it was held."""
        if not any(delivery.state == "held" for delivery, _ in due):
            return due
        mutes = self.ledger.mutes(now)
        kept = []
        for delivery, alert in due:
            if delivery.state == "held" and (why := words.muted(alert, mutes, now)):
                self.settle([replace(delivery, state="withheld", reason=why, next_attempt_at=None)])
            else:
                kept.append((delivery, alert))
        return kept

    def _may_go(self, delivery: Delivery, now: datetime) -> bool:
        """Whether a delivery may be taken up before its time: once in a flush that insists, and never out of a hold."""
        if delivery.next_attempt_at is None or delivery.next_attempt_at <= now:
            return True
        kept_back = delivery.state == "held" and not delivery.reason.startswith(PARKED)
        return delivery.key not in self._done and not kept_back

    def settle(self, settled: Sequence[Delivery], root: str | None = None) -> None:
        """Writes down how one message ended for all that it was sent for, and reports it."""
        self.ledger.settle_all(settled, self.now(), root=root)
        if self.insist:
            self._done.update(delivery.key for delivery in settled)
        for delivery in settled:
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


@dataclass(frozen=True, slots=True)
class _Parcel:
    """What one message is sent for: one delivery, or all of a bundle, in the order they were found."""

    key: str
    alert: Alert
    members: tuple[Delivery, ...]
    threads: frozenset[str]
    bundle: str = ""  # of several

    @property
    def first(self) -> Delivery:
        return self.members[0]

    @property
    def ambiguous(self) -> bool:
        return any(delivery.ambiguous for delivery in self.members)

    def settled(self, **fields: object) -> list[Delivery]:
        """Its deliveries with these fields changed."""
        return [replace(delivery, **fields) for delivery in self.members]  # type: ignore[arg-type]


class _Courier:
    """Carries one channel's deliveries: in order, and other matters beside one that is slow to be taken."""

    def __init__(self, round_: _Round, channel: Channel | None, batch: Sequence[tuple[Delivery, Alert]]) -> None:
        self.round, self.ledger, self.now = round_, round_.ledger, round_.now
        self.batch = list(batch)
        self.channel = channel or Channel(batch[0][0].channel, "")
        self.waiting: deque[_Parcel] = deque()
        self.left: dict[str, float] = {}  # what is under way, and since when by the loop's clock
        self.stopped = False

    async def run(self) -> None:
        """The batch, until the channel stops taking. Cancelled, it lets what is in flight finish."""
        if not self.channel.kind:
            self._park_unknown()
            return
        try:
            self.kind = kinds.load(self.channel.kind)
            self.sender = self.round.post.sender(self.channel, self.ledger.moved())
        except DeliveryError as error:
            self._park(error, [delivery for delivery, _ in self.batch])
            return
        except Exception:  # a bug of one channel's; the others go on
            log.exception("channel %s cannot be opened", self.channel.name)
            gone = DeliveryError("cannot be opened, see the log", code="unexpected", scope="target")
            self._park(gone, [delivery for delivery, _ in self.batch])
            return
        self.waiting.extend(self._parcels())
        turns = self.round.post.turns(self.channel, self.sender, self._written_to)
        flying: dict[asyncio.Task[None], _Parcel] = {}
        try:
            while flying or (self.waiting and not self.stopped):
                if (parcel := self._next(flying.values())) is not None:
                    flying[asyncio.create_task(self._in_turn(turns, parcel))] = parcel
                landed, _ = await asyncio.wait(flying, timeout=SLOW, return_when=asyncio.FIRST_COMPLETED)
                for task in landed:
                    self.left.pop(flying.pop(task).key, None)
                    self._look_at(task)
        except BaseException:
            self.stopped = True
            for task, parcel in flying.items():
                if parcel.key not in self.left:  # it still waits for its turn
                    task.cancel()
            await _finish(flying)
            raise

    def _next(self, flying: Collection[_Parcel]) -> _Parcel | None:
        """The next parcel that may go now: none before the last one had its turn, none beside what seems stuck, and
        none of a matter that is under way."""
        if self.stopped or len(flying) >= BESIDE or len(flying) > len(self.left):
            return None
        if any(_clock() - since > STUCK for since in self.left.values()):
            return None
        taken = set[str]().union(*(parcel.threads for parcel in flying))
        for parcel in self.waiting:
            if not parcel.threads & taken:
                self.waiting.remove(parcel)
                return parcel
            taken |= parcel.threads
        return None

    async def _in_turn(self, turns: Iterable[_Turns], parcel: _Parcel) -> None:
        for turn in turns:
            if (pause := turn.next() - _clock()) > 0:
                await asyncio.sleep(pause)
        if not self.stopped:
            self.left[parcel.key] = _clock()
            await self._deliver(parcel)

    def _look_at(self, task: asyncio.Task[None]) -> None:
        try:
            task.result()
        except _Stop:
            self.stopped = True

    def _written_to(self) -> list[float]:
        """How many seconds ago this channel was written to in the last minute, oldest first."""
        now = self.now()
        since = self.ledger.attempts_since(self.channel.name, now - timedelta(minutes=1))
        return [max(0.0, (now - at).total_seconds()) for at in since]

    def _parcels(self) -> Iterable[_Parcel]:
        """The batch in parcels: all of a bundle where its first delivery stands."""
        done: set[str] = set()
        grouped = getattr(self.kind, "GROUPED", False)
        for delivery, alert in self.batch:
            bundle = delivery.bundle
            line_is_told = delivery.receipt is not None
            if words.is_digest(bundle) or (grouped and words.is_meeting(bundle) and not line_is_told):
                if bundle not in done:
                    done.add(bundle)
                    yield from self._bundle(bundle)
            else:
                yield _single(delivery, alert)

    def _bundle(self, bundle: str) -> Iterable[_Parcel]:
        pairs = [
            (delivery, alert)
            for delivery, alert in self.ledger.bundled(self.channel.name, bundle, self.now())
            if delivery.receipt is None
        ]
        if words.is_digest(bundle):
            pairs = self._of_this_period(bundle, pairs)
        if len(pairs) == 1 and not words.is_digest(bundle) and bundle.count("|") < 3:
            yield _single(*pairs[0])
        elif pairs:
            members = tuple(delivery for delivery, _ in pairs)
            whole = words.under_way(bundle, [delivery.key for delivery in members])
            alert = words.together([alert for _, alert in pairs], whole, self.now())
            threads = frozenset(alert.thread for _, alert in pairs)
            yield _Parcel(f"{whole}/{self.channel.name}", alert, members, threads, whole)

    def _of_this_period(self, bundle: str, pairs: list[tuple[Delivery, Alert]]) -> list[tuple[Delivery, Alert]]:
        """What the one message of a period holds: whoever comes after it was sent, or tried, goes in the next."""
        tried = [pair for pair in pairs if pair[0].attempts]
        if not tried and not self.ledger.has_sent(self.channel.name, bundle):
            return pairs
        after, due = words.next_period(bundle, self.now())
        late = [delivery for delivery, _ in pairs if not delivery.attempts]
        if late:
            why = "came after its digest was sent; goes in the next"
            self.round.settle(
                [replace(one, state="held", reason=why, bundle=after, next_attempt_at=due) for one in late]
            )
        return tried

    async def _deliver(self, parcel: _Parcel) -> None:
        """One message: ask, mark, render, send, settle."""
        root = self.ledger.thread_root(self.channel.name, parcel.alert.thread)
        repeat = False
        try:
            if parcel.ambiguous:
                found, knows = await self._ask(parcel, root)
                if found is not None:
                    told = self._told(parcel.alert, root)
                    message = self._rendered(parcel, root, told, repeat=False)
                    self._settle_sent(parcel, found, "found at the service: an earlier attempt had arrived")
                    await self._follow_up(parcel.alert, message, found, told)
                    return
                repeat = not knows
            keys = [delivery.key for delivery in parcel.members]
            marked = self.ledger.mark_sending(keys, self.now(), parcel.bundle or None)
            if len(marked) < len(keys):  # somebody settled or held one in the meantime: the others are looked at anew
                self.ledger.settle_all([one for one in parcel.members if one.key in marked], self.now())
                return
            parcel = replace(
                parcel,
                members=tuple(replace(one, state="sending", attempts=one.attempts + 1) for one in parcel.members),
            )
            told = self._told(parcel.alert, root)
            message = self._rendered(parcel, root, told, repeat=repeat)
            receipt = await self._send(message, parcel.key, root)
        except DeliveryError as error:
            self._settle_failed(parcel, error, repeat)
            return
        except StoreError:
            raise
        except Exception as surprise:  # a bug must cost neither the alert nor the others
            log.exception("channel %s: an error we did not expect", self.channel.name)
            self._settle_surprised(parcel, surprise)
            return
        self._settle_sent(parcel, receipt)
        await self._follow_up(parcel.alert, message, receipt, told)

    def _rendered(self, parcel: _Parcel, root: str | None, told: _Told, *, repeat: bool) -> Message:
        alert = parcel.alert
        waited = self.now() - alert.created_at
        if waited > TOLD_LATE and not words.is_digest(parcel.first.bundle):
            said = f"told {words.span(waited)} after it was noticed"
            alert = replace(alert, late=f"{alert.late}; {said}" if alert.late else said)
        if not alert.is_told_to_readers:
            compact = getattr(self.kind, "render_lines", None)
            if compact is None:
                return Message(words.plain_text(words.notice(alert, repeat=repeat), PLAIN))
            lines: Message = compact(alert, self.channel, repeat=repeat)
            return lines
        message: Message = self.kind.render(alert, self.channel, reply=root is not None, repeat=repeat)
        return replace(message, loud=told.new_stage(alert))

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

    def _settle_sent(self, parcel: _Parcel, receipt: Receipt, why: str = "") -> None:
        """Sent; the items of a meeting are then owed as replies to the message that lists them."""
        mended = "sent when the channel was mended" if parcel.first.reason.startswith(PARKED) else ""
        sent = {"receipt": receipt.id, "error": None, "next_attempt_at": None, "ambiguous": False}
        if reason := why or mended:
            sent["reason"] = reason
        listed = words.is_meeting(parcel.bundle) and receipt.thread is not None
        root = receipt.thread if listed or not parcel.bundle else None
        if listed:
            self.ledger.settle_all(parcel.settled(state="owed", **sent), self.now(), root=root)
        else:
            self.round.settle(parcel.settled(state="sent", **sent), root)
        if self.channel.name in self.ledger.parked():
            self.ledger.unpark(self.channel.name)
            log.info("channel %s takes messages again", self.channel.name)

    async def _ask(self, parcel: _Parcel, root: str | None) -> tuple[Receipt | None, bool]:
        """The receipt of an earlier attempt, where the service can tell; and whether it could.

        One that cannot be asked is at least asked for a sign of life, so that the one repeat is not spent on a dead line.
        """
        if self.sender.can_ask:
            try:
                found = await self.sender.find(parcel.key, _seen_from(parcel.alert), root)
            except DeliveryError as error:
                if not error.permanent and _out_of_reach(
                    error
                ):  # else it can post but not look: no scope, no such call
                    raise
            else:
                return found, True
        try:
            await self.sender.check()
        except DeliveryError as error:
            if _out_of_reach(error):
                raise
        return None, False

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

    def _settle_failed(self, parcel: _Parcel, error: DeliveryError, repeat: bool) -> None:
        """What a failure leaves behind. Raises _Stop where the channel takes nothing more for now."""
        failed = replace(
            parcel,
            members=tuple(
                replace(one, error=_words(error), ambiguous=error.ambiguous or one.ambiguous) for one in parcel.members
            ),
        )
        aged = self.now() - parcel.alert.created_at > TOO_OLD and parcel.first.attempts >= TRIED_FOR_LONG
        if error.scope in ("target", "token"):
            self.stopped = True
            waiting = [one for other in self.waiting for one in other.members]
            self._park(error, [*failed.members, *waiting], tried=len(failed.members))
        elif error.scope in ("message", "thread") and error.permanent:
            self._settle_refused(failed)
            return
        elif repeat and failed.first.attempts > 1 and error.ambiguous and not error.code.startswith("http_"):
            why = "no confirmation, not even of a marked repeat: it may have arrived twice"
            self.round.settle(failed.settled(state="dead", reason=why))
        elif aged:
            self.round.settle(failed.settled(state="dead", reason=f"not delivered in {TOO_OLD.days} days"))
        else:
            self._rest(failed, error)
        raise _Stop

    def _settle_refused(self, failed: _Parcel) -> None:
        """Dead; what was refused as one message of several goes out one by one."""
        if failed.bundle:
            self.round.settle(failed.settled(state="owed", bundle=words.ALONE, ambiguous=False, next_attempt_at=None))
        else:
            self.round.settle(failed.settled(state="dead", reason="refused, also as plain text"))

    def _settle_surprised(self, parcel: _Parcel, surprise: Exception) -> None:
        """Nobody knows whether it was sent: tried again later, as often as any, and then left to a person."""
        error = f"unexpected {type(surprise).__name__}, see the log"
        if parcel.first.attempts >= TRIED_FOR_LONG:
            why = "an error we did not expect, every time"
            self.round.settle(parcel.settled(state="dead", reason=why, ambiguous=True, error=error))
        else:
            at = self.now() + back_off(max(1, parcel.first.attempts))
            self.round.settle(parcel.settled(state="owed", next_attempt_at=at, ambiguous=True, error=error))

    def _rest(self, failed: _Parcel, error: DeliveryError) -> None:
        """The whole channel waits: for as long as it was told, else by exponential back-off."""
        told, attempts = error.retry_after, failed.first.attempts
        wait = min(timedelta(seconds=told), LONGEST_TOLD) if told is not None else back_off(attempts)
        until = self.now() + wait
        at = until + (FIRST_WAIT * 2 if attempts >= IN_THE_WAY else timedelta())
        known = self.channel.name in self.ledger.parked()
        log.log(logging.INFO if known else logging.WARNING, "channel %s rests: %s", self.channel.name, _words(error))
        said = _ASKED_TO_WAIT if told is not None else "rests: "
        self.ledger.park(self.channel.name, said + _words(error), self.now(), until)
        self.round.settle(failed.settled(state="owed", next_attempt_at=at))

    def _park(self, error: DeliveryError, waiting: Sequence[Delivery], tried: int = 1) -> None:
        """The channel is dead until somebody mends it: everything is kept, tried again slowly, and told once."""
        reason = PARKED + _words(error)
        since, known, _ = self.ledger.parked().get(self.channel.name, (self.now(), "", None))
        if not known.startswith(PARKED):
            since = self.now()
        if known != reason:
            log.error("channel %s is %s; its alerts are kept and go out when it is mended", self.channel.name, reason)
        until = self.now() + max(PARKED_FOR, back_off(waiting[0].attempts))
        self.ledger.park(self.channel.name, reason, since, until)
        held = [one for place, one in enumerate(waiting) if place < tried or one.state != "held"]
        self.round.settle([replace(one, state="held", reason=reason, next_attempt_at=until) for one in held])

    def _park_unknown(self) -> None:
        gone = DeliveryError("no such channel in the registry", code="unknown_channel", scope="target", permanent=True)
        self._park(gone, [delivery for delivery, _ in self.batch])


_ASKED_TO_WAIT = "asked to wait: "


def back_off(attempts: int) -> timedelta:
    """5 s, 10 s, 20 s … 15 min, give or take a fifth, so that many channels do not come back in step."""
    doubled = FIRST_WAIT * (1 << min(max(attempts, 1) - 1, 12))
    return min(doubled, LONGEST_WAIT) * random.SystemRandom().uniform(0.8, 1.2)


async def _finish(flying: Collection[asyncio.Task[None]]) -> None:
    """Lets what is in flight come to its end; past the grace it is cut off and will come back as ambiguous."""
    if not flying:
        return
    ended, stuck = await asyncio.wait(flying, timeout=GRACE)
    for task in stuck:
        task.cancel()
    if stuck:
        await asyncio.wait(stuck, timeout=1)
    for task in ended:
        if not task.cancelled() and task.exception() is not None and not isinstance(task.exception(), _Stop):
            log.error("a send ended badly while stopping", exc_info=task.exception())


def _single(delivery: Delivery, alert: Alert) -> _Parcel:
    return _Parcel(delivery.key, alert, (delivery,), frozenset({alert.thread}))


def _seen_from(alert: Alert) -> datetime:
    """The earliest that anybody can have told this: when the page was last seen unchanged."""
    seen = [change.last_seen_unchanged_at for change in alert.changes if change.last_seen_unchanged_at]
    return min([alert.created_at, *seen])


def _clock() -> float:
    return asyncio.get_running_loop().time()


def _move_of(channel: Channel, sender: Sender) -> str:
    """Names a move in the ledger: of this channel and this address, so that a corrected registry is obeyed."""
    return f"{channel.name} {sender.address}"


def _words(error: DeliveryError) -> str:
    return f"{error} ({error.code})" if error.code else str(error)


def _out_of_reach(error: DeliveryError) -> bool:
    """Whether the service itself is down or asks to wait. One that answers, if only that it knows no such call, lives:
    a message must not wait for ever on a question; whatever else is wrong the sending will say."""
    return error.scope == "service" and not error.code.startswith("http_4")
