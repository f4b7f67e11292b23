"""How a message ends, and what that does to its channel: it goes on, rests, or is parked.

the error proves                       and so
nothing wrong with this message        the channel rests (back-off, or as long as it was told); then goes on in order
the chat or the token is dead          the channel is parked, its deliveries held, the operator told once
the message is refused                 dead (it was tried as plain text); one of several: each by itself
nothing: it may have arrived           asked for or repeated once, marked; a second silence is the end of it
"""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from watcher import alerts as words
from watcher.channels import Sender
from watcher.deliver.outbox import Window
from watcher.deliver.pacing import aside_of
from watcher.deliver.parcels import Parcel
from watcher.errors import DeliveryError
from watcher.model import Delivery, Receipt

log = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=15)
LONGEST_TOLD = 12 * 3600.0  # seconds of Retry-After, of which some services say more than any clock can hold
PARKED_FOR = timedelta(minutes=1)  # at least, before a dead chat or token is tried again
BEFORE_A_REPEAT = timedelta(seconds=60)  # there is but one of what may have arrived: not while the line is still bad
TOO_OLD, TRIED_FOR_LONG = timedelta(days=7), 20  # attempts: some four hours of back-off
IN_THE_WAY = 5  # attempts after which a message lets the others of its channel go first
PARKED, ASKED_TO_WAIT, RESTS = "parked: ", "asked to wait: ", "rests: "


class Settling:
    """The ends that a message of one channel may come to."""

    def __init__(self, window: Window) -> None:
        self._window, self._name, self._ledger = window, window.channel.name, window.ledger

    def sent(self, parcel: Parcel, receipt: Receipt, why: str = "") -> None:
        """Sent; the items of a meeting are then owed as replies to the message that lists them."""
        mended = "sent when the channel was mended" if parcel.first.reason.startswith(PARKED) else ""
        sent = {"receipt": receipt.id, "error": None, "next_attempt_at": None, "ambiguous": False}
        if reason := why or mended:
            sent["reason"] = reason
        listed = words.is_meeting(parcel.bundle) and receipt.thread is not None
        root = receipt.thread if listed or not parcel.bundle else None
        if listed:
            self._ledger.settle_all(parcel.settled(state="owed", **sent), self._window.now(), root=root)
        else:
            self._window.settle(parcel.settled(state="sent", **sent), root)
        if self._name in self._ledger.parked():
            self._ledger.unpark(self._name)
            log.info("channel %s takes messages again", self._name)
        if receipt.aside is not None:
            self._went_aside(receipt.aside)

    def _went_aside(self, where: str) -> None:
        """Remembers that messages do not go where the registry says, or that they do again: the operator hears of it."""
        place = aside_of(self._name)
        if self._ledger.moved().get(place, "") != where:
            self._ledger.move(place, where, self._window.now())

    def failed(
        self, parcel: Parcel, error: DeliveryError, waiting: Sequence[Delivery], *, repeat: bool, sender: Sender
    ) -> bool:
        """What a failure leaves behind; True where the channel goes on.

        `waiting`: what else it was to be handed; `repeat`: whether this was one, sent by `sender`.
        """
        now = self._window.now()
        members = (replace(one, error=error.said, ambiguous=error.ambiguous or one.ambiguous) for one in parcel.members)
        failed = replace(parcel, members=tuple(members))
        aged = now - parcel.alert.created_at > TOO_OLD and parcel.first.attempts >= TRIED_FOR_LONG
        if error.scope in ("target", "token"):
            self.park(error, [*failed.members, *waiting], tried=len(failed.members))
        elif error.scope in ("message", "thread") and error.permanent:
            self._refused(failed)
            return True
        elif repeat and failed.first.attempts > 1 and _ends_it(error, sender):
            self.unanswered(failed)
        elif aged:
            self._window.settle(failed.settled(state="dead", reason=f"not delivered in {TOO_OLD.days} days"))
        else:
            self._rest(
                failed, error, BEFORE_A_REPEAT if error.code == "no_answer" and not sender.can_ask else timedelta()
            )
        return False

    def unanswered(self, parcel: Parcel) -> None:
        """Two attempts may have arrived, and nobody can be asked: a third would be the second repeat."""
        why = "no confirmation, not even of a marked repeat: it may have arrived twice"
        self._window.settle(parcel.settled(state="dead", reason=why, ambiguous=True))

    def surprised(self, parcel: Parcel, surprise: Exception) -> None:
        """Nobody knows whether it was sent: tried again later, as often as any, and then left to a person."""
        error = f"unexpected {type(surprise).__name__}, see the log"
        if parcel.first.attempts >= TRIED_FOR_LONG:
            why = "an error we did not expect, every time"
            self._window.settle(parcel.settled(state="dead", reason=why, ambiguous=True, error=error))
        else:
            at = self._window.now() + back_off(max(1, parcel.first.attempts))
            self._window.settle(parcel.settled(state="owed", next_attempt_at=at, ambiguous=True, error=error))
            self._ledger.put_off(self._name, parcel.threads, at)

    def park(self, error: DeliveryError, waiting: Sequence[Delivery], tried: int = 1) -> None:
        """The channel is dead until somebody mends it: everything is kept, tried again slowly, and told once."""
        now, reason = self._window.now(), PARKED + error.said
        since, known, _ = self._ledger.parked().get(self._name, (now, "", None))
        if not known.startswith(PARKED):
            since = now
        if known != reason:
            log.error("channel %s is %s; its alerts are kept and go out when it is mended", self._name, reason)
        until = now + max(PARKED_FOR, back_off(waiting[0].attempts))
        self._ledger.park(self._name, reason, since, until)
        held = [one for place, one in enumerate(waiting) if place < tried or one.state != "held"]
        self._window.settle([
            replace(one, state="held", reason=reason, next_attempt_at=until, ambiguous=one.ambiguous or cut_off)
            for place, one in enumerate(held)
            for cut_off in [place >= tried and one.state == "sending"]
        ])  # fmt: skip

    def _refused(self, failed: Parcel) -> None:
        """Dead; what was refused as one message of several goes out one by one."""
        if failed.bundle:
            alone = failed.settled(state="owed", bundle=words.ALONE, ambiguous=False, next_attempt_at=None)
            self._window.settle(alone)
        else:
            self._window.settle(failed.settled(state="dead", reason="refused, also as plain text"))

    def _rest(self, failed: Parcel, error: DeliveryError, least: timedelta) -> None:
        """The whole channel waits: for as long as it was told, else by exponential back-off, and for `least`."""
        told, attempts, now = error.retry_after, failed.first.attempts, self._window.now()
        wait = max(least, back_off(attempts)) if told is None else timedelta(seconds=min(told, LONGEST_TOLD))
        until = now + wait
        at = until + (FIRST_WAIT * 2 if attempts >= IN_THE_WAY else timedelta())
        known = self._name in self._ledger.parked()
        log.log(logging.INFO if known else logging.WARNING, "channel %s rests: %s", self._name, error.said)
        said = ASKED_TO_WAIT if told is not None else RESTS
        self._ledger.park(self._name, said + error.said, now, until)
        self._window.settle(failed.settled(state="owed", next_attempt_at=at))
        if at > until:
            self._ledger.put_off(self._name, failed.threads, at)  # the others go first, but not of its own matter


def _ends_it(error: DeliveryError, sender: Sender) -> bool:
    """Whether a repeat that ended so is the last. Where the service cannot be asked whether it would take one, a 5xx
    is more likely a refusal, and an alert lost is worse than a further copy that says what it is."""
    return error.ambiguous and (error.code == "no_answer" or sender.question in ("unseen", "seen"))


def back_off(attempts: int) -> timedelta:
    """5 s, 10 s, 20 s … 15 min, give or take a fifth, so that many channels do not come back in step."""
    doubled = FIRST_WAIT * (1 << min(max(attempts, 1) - 1, 12))
    return min(doubled, LONGEST_WAIT) * random.SystemRandom().uniform(0.8, 1.2)
