"""What goes in one message: one delivery, or all that belongs together (a digest, the items of one meeting)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from watcher import alerts as words
from watcher.deliver.outbox import Window
from watcher.model import Alert, Delivery

Pair = tuple[Delivery, Alert]


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one message is sent for: one delivery, or all of a bundle, in the order they were found."""

    key: str
    alert: Alert
    members: tuple[Delivery, ...]
    threads: frozenset[str]
    bundle: str = ""  # of several

    @property
    def first(self) -> Delivery:
        """The oldest of its deliveries, which speaks for all of them."""
        return self.members[0]

    @property
    def ambiguous(self) -> bool:
        """Whether an earlier attempt may have arrived."""
        return self.was_cut_off or any(delivery.ambiguous for delivery in self.members)

    @property
    def was_cut_off(self) -> bool:
        """Whether a kill, or our end, left an attempt unsettled."""
        return any(delivery.state == "sending" for delivery in self.members)

    @property
    def repeat_was_cut_off(self) -> bool:
        """Whether the attempt that a kill or an end cut off followed one that may have arrived: it was the repeat."""
        return any(delivery.ambiguous and delivery.state == "sending" for delivery in self.members)

    def once_more(self) -> Parcel:
        """The parcel with one more attempt of it under way. What was cut off stays in doubt, however this one ends."""
        return replace(self, members=tuple(_once_more(one) for one in self.members))

    def settled(self, **fields: object) -> list[Delivery]:
        """Its deliveries with these fields changed."""
        return [replace(delivery, **fields) for delivery in self.members]  # type: ignore[arg-type]


def _once_more(one: Delivery) -> Delivery:
    return replace(one, state="sending", attempts=one.attempts + 1, ambiguous=one.ambiguous or one.state == "sending")


def packed(window: Window, batch: Sequence[Pair], *, grouped: bool) -> Iterable[Parcel]:
    """The batch in parcels: all of a bundle where its first delivery stands.

    `grouped`: whether the channel tells the items of one meeting in one message.
    """
    done: set[str] = set()
    for delivery, alert in batch:
        bundle = delivery.bundle
        line_is_told = delivery.receipt is not None
        if words.is_digest(bundle) or (grouped and words.is_meeting(bundle) and not line_is_told):
            if bundle not in done:
                done.add(bundle)
                yield from _together(window, bundle)
        else:
            yield _single(delivery, alert)


def _together(window: Window, bundle: str) -> Iterable[Parcel]:
    name, now = window.channel.name, window.now()
    pairs = [pair for pair in window.ledger.bundled(name, bundle, now) if pair[0].receipt is None]
    if words.is_digest(bundle):
        pairs = _of_this_period(window, bundle, _unmuted(window, pairs))
    if len(pairs) == 1 and not words.is_digest(bundle) and bundle.count("|") < 3:
        yield _single(*pairs[0])
    elif pairs:
        members = tuple(delivery for delivery, _ in pairs)
        whole = words.under_way(bundle, [delivery.key for delivery in members])
        alert = words.together([alert for _, alert in pairs], whole, now)
        threads = frozenset(alert.thread for _, alert in pairs)
        yield Parcel(f"{whole}/{name}", alert, members, threads, whole)


def _unmuted(window: Window, pairs: list[Pair]) -> list[Pair]:
    """A digest without what was muted before it was tried; it may hold more than what is looked at in one go."""
    now = window.now()
    mutes = window.ledger.mutes(now)
    why = {one.key: words.muted(alert, mutes, now) for one, alert in pairs if mutes and not one.attempts}
    window.settle([
        replace(one, state="withheld", reason=said, next_attempt_at=None) for one, _ in pairs if (said := why.get(one.key))
    ])  # fmt: skip
    return [pair for pair in pairs if not why.get(pair[0].key)]


def _of_this_period(window: Window, bundle: str, pairs: list[Pair]) -> list[Pair]:
    """What the one message of a period holds: whoever comes after it was sent, or tried, goes in the next."""
    tried = [pair for pair in pairs if pair[0].attempts]
    if not tried and not window.ledger.has_sent(window.channel.name, bundle):
        return pairs
    after, due = words.next_period(bundle, window.now())
    late = [delivery for delivery, _ in pairs if not delivery.attempts]
    if late:
        why = "came after its digest was sent; goes in the next"
        window.settle([replace(one, state="held", reason=why, bundle=after, next_attempt_at=due) for one in late])
    return tried


def _single(delivery: Delivery, alert: Alert) -> Parcel:
    return Parcel(delivery.key, alert, (delivery,), frozenset({alert.thread}))
