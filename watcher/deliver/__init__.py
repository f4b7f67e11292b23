"""From owed to sent: the second of the two stories (the other is `watch`).

    ledger.owed ─▶ by channel ─▶ ask (where an earlier attempt may have arrived) ─▶ render ─▶ mark sending ─▶ send ─▶ settle

A mark is committed before the first byte leaves, and settled after the answer. So a kill at any instant loses nothing,
and what it cut off comes back as *ambiguous*: the service is asked for it (Slack), or it is sent again, marked as a
possible repeat (Telegram, webhooks: nobody there can be asked).

Channels go side by side and know nothing of each other. Within one channel everything goes in the order it was found;
where the service is slow to answer other matters go beside the slow one, but a reply never overtakes the root of its
thread. What belongs together goes in one message: a digest, or the news of one meeting with its items as replies.

    rounds     what is due, and a courier for each channel that has some
    courier    one channel's messages; `Courier.deliver` is the story of one
    parcels    what goes in one message
    doubt      what may have arrived already
    sending    a message as the service shows it, and one send of it
    settling   how it ends: sent, again later, parked with its channel, dead
    threads    what a message follows, and what follows it
    pacing     open connections, and how fast the services may be written to
    outbox     what all this needs of the ledger
    trial      one test message
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from watcher.deliver.outbox import Clock, Outbox
from watcher.deliver.pacing import Post
from watcher.deliver.rounds import Round
from watcher.deliver.trial import send_test
from watcher.model import Channel, Delivery, Route

__all__ = ["Clock", "Outbox", "Post", "flush", "send_test"]


async def flush(
    ledger: Outbox,
    channels: Mapping[str, Channel],
    now: Clock,
    *,
    post: Post | None = None,
    insist: bool = False,
    patience: timedelta = timedelta(),
    routes: Sequence[Route] = (),
    told: Callable[[Delivery], None] | None = None,
) -> list[Delivery]:
    """Sends what is owed until nothing is due; returns every delivery as it was settled, in that order.

    `post`      keeps connections and pace from one flush to the next; without it both live for this flush
    `insist`    a person asks: parked and backed-off deliveries are tried now; quiet hours, digests, Retry-After stand
    `patience`  how long to wait for channels that rest, before leaving the rest to the next flush
    `routes`    whose quiet hours are kept: what waited for a channel until they began goes out when they end
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

    round_ = Round(ledger, channels, now, post, report, routes=routes, insist=insist)
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
