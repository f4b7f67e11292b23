"""One test message, outside of the ledger."""

from __future__ import annotations

from dataclasses import replace

from watcher import channels as kinds
from watcher.channels import Sender
from watcher.deliver.outbox import Clock
from watcher.errors import DeliveryError
from watcher.model import Alert, Channel, Delivery, Jurisdiction

NOWHERE = Jurisdiction("xx-test", "Test", "XX", "other", "UTC")


async def send_test(channel: Channel, now: Clock) -> Delivery:
    """Sends one test message to a channel: `sent`, or `dead` with the error."""
    started = now()
    alert = Alert(
        key=f"test {channel.name} {started.isoformat()}",
        site="send-test",
        jurisdiction=NOWHERE,
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
        message = kind.render(alert, channel, reply=False, repeat=False)
        receipt = await sender.send(message, key=delivery.key, thread=None)
    except DeliveryError as error:
        return replace(delivery, state="dead", error=error.said)
    finally:
        await sender.close()
    return replace(delivery, state="sent", receipt=receipt.id)
