"""One message as the service shows it, and one send of it."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from types import ModuleType

from watcher import alerts as words
from watcher.channels import Sender, leaving
from watcher.deliver.outbox import Window
from watcher.deliver.pacing import move_of
from watcher.deliver.parcels import Parcel
from watcher.errors import DeliveryError
from watcher.model import Alert, Channel, Message, Receipt

log = logging.getLogger(__name__)

PLAIN = 2_500  # units of text that every channel takes whole, however much of it it has to escape
TOLD_LATE = timedelta(hours=1)  # after it was noticed; the message says so


def rendered(window: Window, kind: ModuleType, parcel: Parcel, *, reply: bool, repeat: bool, loud: bool) -> Message:
    """The parcel as one message: pure, but for the time that it says to have waited."""
    alert = parcel.alert
    waited = window.now() - alert.created_at
    if waited > TOLD_LATE and not words.is_digest(parcel.first.bundle):
        said = f"told {words.span(waited)} after it was noticed"
        alert = replace(alert, late=f"{alert.late}; {said}" if alert.late else said)
    if not alert.is_told_to_readers:
        return as_lines(kind, alert, window.channel, repeat=repeat)
    message: Message = kind.render(alert, window.channel, reply=reply, repeat=repeat)
    return replace(message, loud=loud)


def as_lines(kind: ModuleType, alert: Alert, channel: Channel, *, repeat: bool) -> Message:
    """A digest, a meeting, a word to the operator, a test: as the service shows lines, else as plain text."""
    compact = getattr(kind, "render_lines", None)
    if compact is None:
        return Message(words.plain_text(words.notice(alert, repeat=repeat), PLAIN))
    lines: Message = compact(alert, channel, repeat=repeat)
    return lines


class Taken(Exception):
    """Somebody settled or held a delivery while it was on its way to the service: nothing was sent."""


class Mark:
    """Marks a parcel's deliveries as being sent, once: as late as the sender can tell, and before the first byte goes."""

    def __init__(self, window: Window, parcel: Parcel) -> None:
        self._window, self._parcel = window, parcel
        self._made = False
        self.trouble: Exception | None = None

    def __call__(self) -> None:
        """Raises Taken or StoreError where it cannot be made; `trouble` keeps it, whatever an SDK makes of it."""
        if self._made:
            return
        try:
            self._make()
        except Exception as trouble:
            self.trouble = trouble
            raise
        self._made = True

    def _make(self) -> None:
        ledger, members, now = self._window.ledger, self._parcel.members, self._window.now()
        marked = ledger.mark_sending([one.key for one in members], now, self._parcel.bundle or None)
        if len(marked) < len(members):  # the others are looked at anew
            back = [replace(one, state="owed") for one in members if one.key in marked]
            ledger.settle_all(back, now)
            raise Taken


async def send(window: Window, sender: Sender, message: Message, parcel: Parcel, root: str | None) -> Receipt:
    """One send, and what follows at once from answers that prove that nothing was sent.

    Raises DeliveryError, Taken and StoreError.
    """
    mark = Mark(window, parcel)
    if not getattr(sender, "says_when", False):
        mark()
    said = leaving.set(mark)
    try:
        return await _sent(window, sender, message, parcel.key, root)
    except Exception:
        if mark.trouble is not None:
            raise mark.trouble from None
        raise
    finally:
        leaving.reset(said)


async def _sent(window: Window, sender: Sender, message: Message, key: str, root: str | None) -> Receipt:
    name = window.channel.name
    while True:
        try:
            return await sender.send(message, key=key, thread=root)
        except DeliveryError as error:
            move = move_of(window.channel, sender)
            if error.moved_to is not None and window.ledger.moved().get(move) != error.moved_to:
                log.error("channel %s has moved to %s: correct it in the registry", name, error.moved_to)
                window.ledger.move(move, error.moved_to, window.now())
                window.ledger.forget_threads(name)
                sender.move(error.moved_to)
                root = None  # message numbers of the old chat mean nothing in the new one
            elif error.scope == "thread" and root is not None:
                root = None
            elif error.scope == "message" and message.body:
                log.warning("channel %s refuses a message (%s): sent as plain text", name, error.code)
                said = f"↻ possible repeat\n{message.text}" if error.ambiguous else message.text
                message = replace(message, text=said, body={})
            else:
                raise
