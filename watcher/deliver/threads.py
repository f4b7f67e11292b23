"""Threads: what a message follows, and what follows a message in its thread."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from types import ModuleType

from watcher.channels import Sender, Threaded
from watcher.deliver.outbox import Window
from watcher.errors import DeliveryError
from watcher.exhibit import pages
from watcher.model import Alert, Message, Receipt

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """What a thread says so far: the alert at its root with the root's id, and the newest one."""

    root: tuple[Alert, str] | None = None
    last: Alert | None = None

    def new_stage(self, alert: Alert) -> bool:
        """Whether the alert brings the matter to another stage than the thread speaks of."""
        return self.last is not None and alert.stage not in ("unknown", self.last.stage)


def told_so_far(window: Window, sender: Sender, alert: Alert, root: str | None) -> Told:
    """What the thread of this alert says so far, where the service has threads."""
    if root is None or not isinstance(sender, Threaded):
        return Told()
    first, last = window.ledger.told(window.channel.name, alert.thread)
    return Told(first, last)


async def follow_up(
    window: Window, kind: ModuleType, sender: Sender, alert: Alert, message: Message, receipt: Receipt, told: Told
) -> None:
    """The root of the thread shows the new stage, and a long redline comes as a page.

    The alert is sent and settled: trouble here is logged, and neither costs it nor sends it again.
    """
    if receipt.thread is None or not isinstance(sender, Threaded):
        return
    name = window.channel.name
    try:
        if told.root is not None and told.root[1] == receipt.thread and told.new_stage(alert):
            first, sent = told.root
            await sender.edit(kind.render(first, window.channel, latest=alert), sent)
        if message.cut:
            for title, page in pages(alert):
                await sender.attach(title, page, receipt.thread)
    except DeliveryError as error:
        log.warning("channel %s: sent, but not all that follows it: %s", name, error.said)
    except Exception:  # a bug, which must not cost the others theirs
        log.exception("channel %s: sent; an error we did not expect in what follows it", name)
