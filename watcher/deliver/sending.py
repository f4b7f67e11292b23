"""One message as the service shows it, and one send of it."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from types import ModuleType

from watcher import alerts as words
from watcher.channels import Sender
from watcher.deliver.outbox import Window
from watcher.deliver.pacing import move_of
from watcher.deliver.parcels import Parcel
from watcher.errors import DeliveryError
from watcher.model import Message, Receipt

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
        compact = getattr(kind, "render_lines", None)
        if compact is None:
            return Message(words.plain_text(words.notice(alert, repeat=repeat), PLAIN))
        lines: Message = compact(alert, window.channel, repeat=repeat)
        return lines
    message: Message = kind.render(alert, window.channel, reply=reply, repeat=repeat)
    return replace(message, loud=loud)


async def send(window: Window, sender: Sender, message: Message, *, key: str, root: str | None) -> Receipt:
    """One send, and what follows at once from answers that prove that nothing was sent. Raises DeliveryError."""
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
            elif error.scope == "message" and error.permanent and message.body:
                log.warning("channel %s refuses a message (%s): sent as plain text", name, error.code)
                message = replace(message, body={})
            else:
                raise
