"""What may have arrived already: the service is asked where it can be, and a repeat is marked where it cannot."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from watcher.channels import Sender
from watcher.deliver.outbox import Outbox
from watcher.deliver.parcels import Pair, Parcel
from watcher.deliver.settling import TRIED_FOR_LONG
from watcher.errors import DeliveryError
from watcher.model import Alert, Delivery, Receipt

_REFUSED = re.compile(r"\(http_4\d\d\)$")  # of `DeliveryError.said`, as it was written down


async def earlier(sender: Sender, parcel: Parcel, root: str | None) -> tuple[Receipt | None, bool]:
    """The receipt of an earlier attempt, where the service can tell; and whether it could. Raises DeliveryError.

    One that cannot be asked for it is asked whether it would take a message now, and until it would the one repeat is
    not spent.
    """
    if parcel.repeat_was_cut_off and not sender.can_ask:
        return None, False
    if sender.can_ask:
        try:
            return await sender.find(parcel.key, seen_from(parcel.alert), root), True
        except DeliveryError as error:
            if not error.permanent and _out_of_reach(error):
                raise  # else it can post but not look: no scope, no such call
    if not _worth_asking(sender, parcel.first):
        return None, False
    try:
        await sender.check()
    except DeliveryError as error:
        if _out_of_reach(error):
            raise
    return None, False


def _worth_asking(sender: Sender, tried: Delivery) -> bool:
    """A question that others see is asked where the service was in trouble, not where a kill of ours left the doubt nor
    where we were refused; and none for ever."""
    if tried.attempts >= TRIED_FOR_LONG:
        return False
    in_trouble = bool(tried.error) and not _REFUSED.search(tried.error or "")
    return sender.question in ("unseen", "alive") or (sender.question == "seen" and in_trouble)


def perhaps_told(ledger: Outbox, due: Sequence[Pair]) -> Sequence[Pair]:
    """With what a life that a backup knows nothing of may have told as ambiguous: news from before it was restored."""
    restored = ledger.moment("restored") if due else None
    if restored is None:
        return due
    return [
        (
            replace(delivery, ambiguous=True)
            if delivery.state != "sending" and seen_from(alert) < restored
            else delivery,
            alert,
        )
        for delivery, alert in due
    ]


def seen_from(alert: Alert) -> datetime:
    """The earliest that anybody can have told this: when the page was last seen unchanged."""
    seen = [change.last_seen_unchanged_at for change in alert.changes if change.last_seen_unchanged_at]
    return min([alert.created_at, *seen])


def _out_of_reach(error: DeliveryError) -> bool:
    """Whether the service itself is down or asks to wait. One that answers, if only that it knows no such call, lives:
    a message must not wait for ever on a question; whatever else is wrong the sending will say."""
    if error.retry_after is not None or error.code == "unreachable":
        return True
    return error.scope == "service" and error.ambiguous and not error.code.startswith("http_4")
