"""10,000 owed deliveries over 50 channels, one of them dead: throughput, memory and a restart half-way.

The channels are pretend senders that answer at once; pace is that of Slack (1 a second a channel), on a loop whose clock
runs as fast as the work allows. Run: `python -m benchmarks.outbox [DELIVERIES] [CHANNELS]`.
"""

from __future__ import annotations

import asyncio
import contextlib
import resource
import selectors
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

from tests.fakes.news import NOON, alert
from watcher import channels, deliver
from watcher.errors import DeliveryError
from watcher.ledger import Ledger
from watcher.model import Channel, Delivery, Message, Receipt


class Fast(asyncio.SelectorEventLoop):
    """A loop that, where it would sleep, moves its clock on instead."""

    def __init__(self) -> None:
        self.ahead = 0.0
        super().__init__(Selector(self))

    def time(self) -> float:
        return super().time() + self.ahead


class Selector(selectors.SelectSelector):
    def __init__(self, loop: Fast) -> None:
        super().__init__()
        self.loop = loop

    def select(self, timeout: float | None = None) -> Any:
        if timeout and timeout > 0:
            self.loop.ahead += timeout
        return super().select(0)


class Sender:
    """Takes everything at once; the channel c0 is dead."""

    can_ask, question, pace, address = True, "unseen", ((1, 1.0),), ""
    taken: ClassVar[Counter[str]] = Counter()

    def __init__(self, channel: Channel) -> None:
        self.name = channel.name

    async def send(self, message: Message, *, key: str, thread: str | None) -> Receipt:
        if self.name == "c0":
            raise DeliveryError("archived", channel=self.name, code="is_archived", scope="target", permanent=True)
        Sender.taken[key] += 1
        return Receipt(key, thread or key)

    async def find(self, key: str, since: datetime, thread: str | None) -> Receipt | None:
        return None

    async def check(self) -> None: ...
    async def close(self) -> None: ...
    def move(self, to: str) -> None: ...


def render(*_: object, **__: object) -> Message:
    return Message("text", {"text": "text"})


def resident() -> int:
    """KiB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


async def drain(ledger: Ledger, named: dict[str, Channel], stop_at: int, sizes: dict[int, int]) -> float:
    loop = asyncio.get_running_loop()
    began, sent = loop.time(), 0

    def told(delivery: Delivery) -> None:
        nonlocal sent
        sent += delivery.state == "sent"
        if sent % 1000 == 0 and delivery.state == "sent":
            sizes[len(Sender.taken)] = resident()
        if stop_at and sent == stop_at:
            asyncio.get_running_loop().call_soon(flushing.cancel)

    def now() -> datetime:
        return NOON + timedelta(seconds=loop.time() - began)

    flushing = asyncio.ensure_future(deliver.flush(ledger, named, now, told=told))
    with contextlib.suppress(asyncio.CancelledError):
        await flushing
    return loop.time() - began


def main(many: int = 10_000, over: int = 50) -> None:
    channels.load = lambda kind: SimpleNamespace(Sender=Sender, render=render)  # type: ignore[assignment,return-value]
    named = {f"c{n}": Channel(f"c{n}", "pretend", {"channel": f"C{n}"}) for n in range(over)}
    sizes: dict[int, int] = {}
    with tempfile.TemporaryDirectory() as folder, Ledger.open(Path(folder) / "l.sqlite3") as ledger:
        alerts = [alert(f"k{n}", meeting=None) for n in range(many // over)]
        owed = [Delivery(f"{a.key}/{c}", a.key, c, "owed", "immediate") for a in alerts for c in named]
        ledger.record(alerts=alerts, deliveries=owed)
        started = time.monotonic()
        for stop_at in (many // 2, 0):
            with asyncio.Runner(loop_factory=Fast) as runner:
                clocked = runner.run(drain(ledger, named, stop_at, sizes))
            print(f"{len(Sender.taken)} sent; {clocked:.0f} s by the services' clock")
        took = time.monotonic() - started
        states = Counter(one.state for one in ledger.deliveries())
    repeats = sum(count - 1 for count in Sender.taken.values())
    first, last = sizes[min(sizes)], sizes[max(sizes)]
    print(f"{dict(states)}, {repeats} repeats, {took:.0f} s of work: {len(Sender.taken) / took:.0f} messages a second")
    print(f"memory after 1,000: {first // 1024} MiB; at the end: {last // 1024} MiB ({last / first - 1:+.1%})")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
