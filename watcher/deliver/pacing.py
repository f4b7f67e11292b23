"""Connections and pace: what outlives one flush."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence

from watcher import channels as kinds
from watcher.channels import Sender
from watcher.model import Channel


class Post:
    """The open connections, and when each destination was last written to."""

    def __init__(self, *, paced: bool = True) -> None:
        self._senders: dict[str, tuple[Channel, Sender]] = {}
        self._replaced: list[Sender] = []
        self._paces: dict[tuple[str, ...], Turns] = {}
        self._paced = paced
        self.opened = time.monotonic()

    def sender(self, channel: Channel, moves: Mapping[str, str]) -> Sender:
        """The open sender of a channel, made anew where the channel's settings are no longer the same."""
        known = self._senders.get(channel.name)
        if known is not None and known[0] == channel:
            return known[1]
        sender: Sender = kinds.load(channel.kind).Sender(channel)
        if (moved_to := moves.get(move_of(channel, sender))) is not None:
            sender.move(moved_to)
        if known is not None:
            self._replaced.append(known[1])
        self._senders[channel.name] = (channel, sender)
        return sender

    def turns(self, channel: Channel, sender: Sender, before: Callable[[], Sequence[float]]) -> tuple[Turns, ...]:
        """The pace of the channel's destination, which it may share with others, and that of its token.

        `before`: how many seconds ago the channel was last written to, by this process or another.
        """
        if not self._paced:
            return ()
        place, whose = _destination(channel)
        if place not in self._paces:
            self._paces[place] = Turns(sender.pace, before())
        all_of_token: kinds.Pace = getattr(sender, "pace_of_token", ())
        return self._paces[place], self._paces.setdefault(whose, Turns(all_of_token))

    async def close(self) -> None:
        """Closes every connection."""
        senders = [*self._replaced, *(sender for _, sender in self._senders.values())]
        self._replaced.clear()
        self._senders.clear()
        for sender in senders:
            await sender.close()


class Turns:
    """Own pacing: at most so many messages in so many seconds, for each rule of the service."""

    def __init__(self, rules: kinds.Pace, ago: Sequence[float] = ()) -> None:
        self.rules = rules
        now = clock()
        self.taken: deque[float] = deque((now - seconds for seconds in ago), maxlen=64)

    def next(self) -> float:
        """Takes a turn: the time by the loop's clock at which the message may go."""
        at = clock()
        for many, seconds in self.rules:
            if len(self.taken) >= many:
                at = max(at, self.taken[-many] + seconds)
        self.taken.append(at)
        return at


async def in_turn(turns: Iterable[Turns]) -> None:
    """Waits until every one of them lets a message go."""
    for turn in turns:
        if (pause := turn.next() - clock()) > 0:
            await asyncio.sleep(pause)


def clock() -> float:
    """Seconds of the loop's own clock, which nobody sets back."""
    return asyncio.get_running_loop().time()


def move_of(channel: Channel, sender: Sender) -> str:
    """Names a move in the ledger: of this channel and this address, so that a corrected registry is obeyed."""
    return f"{channel.name} {sender.address}"


def aside_of(name: str) -> str:
    """Names in the ledger where a channel's messages go instead: no address, so it never is the move of one."""
    return f"{name} topic"


def _destination(channel: Channel) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What services count by: the chat or address, whichever channels of ours lead there; and the token."""
    token = channel.secrets.get("token", "")
    chat = str(channel.options.get("chat") or channel.options.get("channel") or "")
    address = chat or channel.secrets.get("webhook", "") or channel.name
    return (channel.kind, token, address), (channel.kind, token or channel.name, "", "")
