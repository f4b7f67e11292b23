"""One test message, outside of the ledger."""

from __future__ import annotations

from dataclasses import replace

from watcher import channels as kinds
from watcher.channels import Sender
from watcher.deliver.outbox import Clock
from watcher.deliver.sending import as_lines
from watcher.errors import DeliveryError
from watcher.model import Alert, Channel, Delivery, Jurisdiction

SAID = (
    "This channel works: alerts that its routes let through will arrive here.",
    "Somebody ran “watcher send-test”. No council did anything, and nothing is to be done.",
)
NOWHERE = Jurisdiction("xx-test", "Test", "XX", "other", "UTC")


async def send_test(channel: Channel, now: Clock) -> Delivery:
    """Sends one test message to a channel: `sent`, or `dead` with the error."""
    started = now()
    alert = Alert(
        key=f"test {channel.name} {started.isoformat()}",
        site="send-test",
        jurisdiction=NOWHERE,
        label="relevant",
        headline="Ordinance Watcher: a test message, no news",
        changes=(),
        thread="test",
        urgency="soon",
        created_at=started,
        kind="test",
        lines=tuple((line, "") for line in SAID),
        late=f"channel {channel.name} · {started:%Y-%m-%d %H:%M} UTC",
    )
    delivery = Delivery(f"{alert.key}/{channel.name}", alert.key, channel.name, "sending", "send-test", attempts=1)
    kind = kinds.load(channel.kind)
    sender: Sender = kind.Sender(channel)
    try:
        message = as_lines(kind, alert, channel, repeat=False)
        receipt = await sender.send(message, key=delivery.key, thread=None)
    except DeliveryError as error:
        return replace(delivery, state="dead", error=error.said)
    finally:
        await sender.close()
    return replace(delivery, state="sent", receipt=receipt.id)
