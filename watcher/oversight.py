"""The watcher is watched: looks at sites, channels and dead letters, and owes the operator a word where one is due.

What to say is decided by `health`; a word is an alert of kind "notice" in the same outbox as every other, so it is
neither lost nor said twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher import health
from watcher.alerts import NOWHERE, STORM_WINDOW, is_wholesale, is_widespread, short_id, span
from watcher.fetch import host_group
from watcher.ledger import Ledger
from watcher.model import Alert, Delivery, Site

EVERY = timedelta(minutes=1)  # between two looks of a service
WEEK = timedelta(days=7)
LIFE = "proof of life"


@dataclass(slots=True)
class Keeper:
    """Looks at most once a minute."""

    ledger: Ledger
    sites: Sequence[Site]
    operator: Sequence[str]
    now: Callable[[], datetime]
    looked: datetime | None = None

    def look(self, *, at_once: bool = False) -> bool:
        """Records what the operator should hear. True where a word is owed. Raises StoreError."""
        now = self.now()
        if not at_once and self.looked is not None and timedelta() <= now - self.looked < EVERY:
            return False
        self.looked = now
        known, states = self.ledger.incidents(), self.ledger.site_states()
        counts = self.ledger.counts()["deliveries"]
        outlooks = [
            health.of_sites(self.sites, states, known, now, host_group, span),
            health.of_channels(self.ledger.parked(), self._waiting, known, now, span),
            health.of_moves(self.ledger.moved(), known, now),
            health.of_dead_letters(counts.get("dead", 0), known, now),
        ]
        said = [word for outlook in outlooks for word in outlook.words]
        last = self.ledger.moment(LIFE)
        alive = last is not None and now - last >= WEEK
        if last is not None and alive:
            alerts = self.ledger.sites_alerted(last)
            found = sum(len(keys) for keys in alerts.values())
            said.append(health.of_life(self.sites, states, found, self.ledger.withheld_since(last), now, span))
        changed = {
            what: incident
            for outlook in outlooks
            for what, incident in outlook.standing.items()
            if known.get(what) != incident
        }
        over = {what for outlook in outlooks for what in outlook.over}
        if said or changed or over or last is None or alive:
            notices = [notice(word, self.operator, now) for word in said]
            self.ledger.keep(
                [alert for alert, _ in notices],
                [delivery for _, owed in notices for delivery in owed],
                list(changed.values()),
                over,
                {LIFE: now} if last is None or alive else {},
            )
        return bool(said)

    def _waiting(self, channel: str) -> int:
        return sum(self.ledger.count_of(channel, state) for state in ("owed", "held", "sending"))


@dataclass(frozen=True, slots=True)
class Storm:
    """What is held for review: the alerts, the bundle they are held in, and the one word for the operator."""

    keys: frozenset[str]
    bundle: str
    reason: str
    word: health.Word | None


def storms(ledger: Ledger, found: Mapping[str, Sequence[Alert]], watched: int, now: datetime) -> list[Storm]:
    """The storms in what was just found (site -> alerts), and in what it makes a storm of: unsent alerts of the last hour."""
    made = [_of_site(site, alerts, now) for site, alerts in found.items() if is_wholesale(alerts)]
    taken = {key for storm in made for key in storm.keys}
    fresh = {
        site: keys
        for site, alerts in found.items()
        if (keys := [one.key for one in alerts if one.label == "relevant" and not one.late and one.key not in taken])
    }
    if not fresh:
        return made
    alerting = {site: [*keys, *fresh.get(site, ())] for site, keys in ledger.sites_alerted(now - STORM_WINDOW).items()}
    alerting = fresh | alerting
    if is_widespread(alerting, watched):
        made.append(_of_sites(ledger, alerting, watched, now))
    return made


def _of_site(site: str, alerts: Sequence[Alert], now: datetime) -> Storm:
    bundle = f"storm|{site}|{now.isoformat()}"
    told = f"{site} changed wholesale: {len(alerts)} alerts are held for review"
    why = f"storm: {len(alerts)} alerts of {site} in one visit, held for review"
    return Storm(frozenset(one.key for one in alerts), bundle, why, _reviewed(told, bundle, alerts))


def _of_sites(ledger: Ledger, alerting: Mapping[str, Sequence[str]], watched: int, now: datetime) -> Storm:
    going_on = [
        one.bundle for one in ledger.storms() if one.bundle.startswith("storm|*|") and now - one.since < STORM_WINDOW
    ]
    bundle = going_on[0] if going_on else f"storm|*|{now.isoformat()}"
    told = f"{len(alerting)} of {watched} sites alert within an hour: their alerts are held for review"
    why = f"storm: {len(alerting)} of {watched} sites alert at once, held for review"
    keys = frozenset(key for some in alerting.values() for key in some)
    return Storm(keys, bundle, why, None if going_on else _reviewed(told, bundle, ()))


def _reviewed(told: str, bundle: str, alerts: Sequence[Alert]) -> health.Word:
    name = storm_id(bundle)
    ways = f"`watcher storm release {name}` sends them, `watcher storm drop {name} --reason WORDS` does not"
    return health.Word(f"storm/{name}", told, (ways, *(one.headline for one in alerts[: health.SHOWN])))


def storm_id(bundle: str) -> str:
    """What people call a storm."""
    return short_id(bundle).removeprefix("#").lower()


def notice(word: health.Word, operator: Sequence[str], now: datetime) -> tuple[Alert, list[Delivery]]:
    """A word to the operator as an alert, and who hears it: never the channel that it is about, unless it is alone."""
    key = f"notice/{word.thread}/{now.isoformat()}"
    alert = Alert(
        key=key,
        site="operator",
        jurisdiction=NOWHERE,
        label="relevant",
        headline=f"Ordinance Watcher: {word.headline}",
        changes=(),
        thread=f"operator/{word.thread}",
        urgency="soon",
        created_at=now,
        kind="notice",
        lines=tuple((line, "") for line in word.lines),
    )
    hearing = [name for name in operator if name != word.not_to] or list(operator)
    return alert, [Delivery(f"{key}/{name}", key, name, "owed", "a word to the operator") for name in hearing]
