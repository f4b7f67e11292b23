"""One channel's messages: in order, at its pace, and other matters beside one that is slow to be taken."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Collection, Sequence
from datetime import timedelta

from watcher import channels as kinds
from watcher.deliver.doubt import earlier
from watcher.deliver.outbox import Window
from watcher.deliver.pacing import Post, Turns, clock, in_turn
from watcher.deliver.parcels import Pair, Parcel, packed
from watcher.deliver.sending import Taken, rendered, send
from watcher.deliver.settling import Settling
from watcher.deliver.threads import follow_up, told_so_far
from watcher.errors import DeliveryError, StoreError

log = logging.getLogger(__name__)

GRACE = 7.0  # seconds a send in flight is given when we are told to stop
SLOW = 1.0  # seconds without an answer after which another matter goes beside the slow one
STUCK = 10.0  # seconds after which nothing more is sent beside it: the service may not be well
BESIDE = 3  # messages under way in one channel
CALM = (
    5.0  # seconds of our life before the one repeat of what a kill cut off: who is killed again and again spends it not
)


class Courier:
    """Carries one channel's deliveries until there are none, or until the channel takes nothing more for now."""

    def __init__(self, window: Window, post: Post, batch: Sequence[Pair]) -> None:
        self.window, self.post, self.batch = window, post, batch
        self.ledger, self.now, self.name = window.ledger, window.now, window.channel.name
        self.settling = Settling(window)
        self.waiting: deque[Parcel] = deque()
        self.left: dict[str, float] = {}  # what is under way, and since when by the loop's clock
        self.stopped = False
        self.turns: tuple[Turns, ...] = ()

    async def run(self) -> None:
        """The batch, until the channel stops taking. Cancelled, it lets what is in flight finish."""
        if not self._opens():
            return
        grouped = getattr(self.kind, "GROUPED", False)
        self.waiting.extend(packed(self.window, self.batch, grouped=grouped))
        self.turns = self.post.turns(self.window.channel, self.sender, self._written_to)
        flying: dict[asyncio.Task[None], Parcel] = {}
        try:
            while flying or (self.waiting and not self.stopped):
                if (parcel := self._next(flying.values())) is not None:
                    flying[asyncio.create_task(self._in_turn(parcel))] = parcel
                if not flying:
                    await asyncio.sleep(0.1)
                    continue
                landed, _ = await asyncio.wait(flying, timeout=SLOW, return_when=asyncio.FIRST_COMPLETED)
                for task in landed:
                    self.left.pop(flying.pop(task).key, None)
                    task.result()
        except BaseException:
            self.stopped = True
            for task, parcel in flying.items():
                if parcel.key not in self.left:  # it still waits for its turn
                    task.cancel()
            await _finish(flying)
            raise

    async def deliver(self, parcel: Parcel) -> None:
        """One message: ask, render, mark, send, settle, follow up."""
        alert, repeat, asking = parcel.alert, False, parcel.ambiguous
        root = self.ledger.thread_root(self.name, alert.thread)
        told = told_so_far(self.window, self.sender, alert, root)
        try:
            found = None
            if asking:
                found, knows = await earlier(self.sender, parcel, root)
                if not knows and parcel.repeat_was_cut_off:
                    self.settling.unanswered(parcel)
                    return
                asking, repeat = False, not knows
                if repeat and self.sender.question != "none":
                    await in_turn(self.turns)  # the question had the turn of this message
            loud = told.new_stage(alert)
            message = rendered(self.window, self.kind, parcel, reply=root is not None, repeat=repeat, loud=loud)
            if found is None:
                parcel = parcel.once_more()
            receipt = found or await send(self.window, self.sender, message, parcel, root)
        except DeliveryError as error:
            waiting = [one for other in self.waiting for one in other.members]
            parcel = parcel.once_more() if asking else parcel
            goes_on = self.settling.failed(parcel, error, waiting, repeat=repeat, sender=self.sender)
            self.stopped |= not goes_on
            return
        except Taken:
            return
        except StoreError:
            raise
        except Exception as surprise:  # a bug must cost neither the alert nor the others
            log.exception("channel %s: an error we did not expect", self.name)
            self.settling.surprised(parcel, surprise)
            self.waiting = deque(other for other in self.waiting if not other.threads & parcel.threads)
            return
        self.settling.sent(parcel, receipt, FOUND if found else "")
        await follow_up(self.window, self.kind, self.sender, alert, message, receipt, told)

    def _opens(self) -> bool:
        """Whether there is such a channel, with its connection open; else it is parked."""
        waiting = [delivery for delivery, _ in self.batch]
        if not self.window.channel.kind:
            trouble = DeliveryError(
                "no such channel in the registry", code="unknown_channel", scope="target", permanent=True
            )
            self.settling.park(trouble, waiting)
            return False
        try:
            self.kind = kinds.load(self.window.channel.kind)
            self.sender = self.post.sender(self.window.channel, self.ledger.moved())
        except DeliveryError as error:
            self.settling.park(error, waiting)
            return False
        except Exception:  # a bug of one channel's; the others go on
            log.exception("channel %s cannot be opened", self.name)
            gone = DeliveryError("cannot be opened, see the log", code="unexpected", scope="target")
            self.settling.park(gone, waiting)
            return False
        return True

    def _next(self, flying: Collection[Parcel]) -> Parcel | None:
        """The next parcel that may go now: none before the last one had its turn, none beside what seems stuck, and
        none of a matter that is under way."""
        beside = BESIDE if getattr(self.sender, "beside", True) else 1
        if self.stopped or len(flying) >= beside or len(flying) > len(self.left):
            return None
        if any(clock() - since > STUCK for since in self.left.values()):
            return None
        taken = set[str]().union(*(parcel.threads for parcel in flying))
        too_soon = not self.sender.can_ask and time.monotonic() < self.post.opened + CALM
        for parcel in self.waiting:
            if not parcel.threads & taken and not (too_soon and parcel.was_cut_off):
                self.waiting.remove(parcel)
                return parcel
            taken |= parcel.threads
        return None

    async def _in_turn(self, parcel: Parcel) -> None:
        await in_turn(self.turns)
        if not self.stopped:
            self.left[parcel.key] = clock()
            await self.deliver(parcel)

    def _written_to(self) -> list[float]:
        """How many seconds ago this channel was written to in the last minute, oldest first."""
        now = self.now()
        since = self.ledger.attempts_since(self.name, now - timedelta(minutes=1))
        return [max(0.0, (now - at).total_seconds()) for at in since]


FOUND = "found at the service: an earlier attempt had arrived"


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
        if not task.cancelled() and task.exception() is not None:
            log.error("a send ended badly while stopping", exc_info=task.exception())
