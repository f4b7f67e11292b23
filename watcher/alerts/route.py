"""Who hears an alert. Every channel that a route names gets an answer, and every answer a reason in words.

owed      goes out now
held      goes out later: quiet hours or a digest
withheld  does not go out: muted, below `at_least`, no route matches
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from watcher.alerts.compose import file_key
from watcher.model import Alert, Delivery, DeliveryState, Label, Mute, Route

_LABELS: tuple[Label, ...] = ("unrelated", "unsure", "relevant")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_BEST: tuple[DeliveryState, ...] = ("owed", "held", "withheld")


def route(
    alert: Alert,
    routes: Sequence[Route],
    site_channels: Sequence[str],
    operator: Sequence[str],
    mutes: Iterable[Mute],
    now: datetime,
) -> tuple[Delivery, ...]:
    """One delivery for each channel that was asked about, the best answer where several routes name it.

    Every route that matches hears. Without routes a relevant alert goes to its site's channels. A relevant alert that
    nobody takes goes to the operator's.
    """
    answers = list(_by_routes(alert, routes, now)) if routes else list(_by_site(alert, site_channels))
    if not any(answer.state != "withheld" for answer in answers):
        answers += _to_operator(alert, answers, operator)
    if muted := _muted(alert, mutes, now):
        answers = [_delivery(alert, answer.channel, "withheld", muted) for answer in answers]
    best: dict[str, Delivery] = {}
    for answer in answers:
        other = best.get(answer.channel)
        best[answer.channel] = answer if other is None else min(other, answer, key=_rank)
    return tuple(best.values())


def _by_site(alert: Alert, site_channels: Sequence[str]) -> Iterable[Delivery]:
    for channel in site_channels:
        if alert.label == "relevant":
            yield _delivery(alert, channel, "owed", "a channel of the site")
        else:
            yield _delivery(alert, channel, "withheld", f"{alert.label}: without routes only relevant alerts are sent")


def _by_routes(alert: Alert, routes: Sequence[Route], now: datetime) -> Iterable[Delivery]:
    for number, candidate in enumerate(routes, start=1):
        name = f"route {number}"
        refusal = mismatch(alert, candidate)
        for channel in candidate.to:
            if refusal:
                yield _delivery(alert, channel, "withheld", f"{name}: {refusal}")
            elif _LABELS.index(alert.label) < _LABELS.index(candidate.at_least):
                yield _delivery(
                    alert, channel, "withheld", f"{name}: {alert.label} is below at_least {candidate.at_least}"
                )
            else:
                release, why = released(candidate, alert.time_zone, now)
                state: DeliveryState = "owed" if release is None else "held"
                yield _delivery(alert, channel, state, f"{name}: {why}", release)


def _to_operator(alert: Alert, answers: Sequence[Delivery], operator: Sequence[str]) -> list[Delivery]:
    if alert.label == "relevant":
        return [_delivery(alert, channel, "owed", "no route takes it: told to the operator") for channel in operator]
    asked = {answer.channel for answer in answers}
    why = f"no route takes it, and {alert.label} alerts are heard only where a route says so with at_least"
    return [_delivery(alert, channel, "withheld", why) for channel in operator if channel not in asked]


def mismatch(alert: Alert, candidate: Route) -> str | None:
    """Why the route does not match, in words; None where every condition holds."""
    kinds = {alert.kind, *(change.kind for change in alert.changes)}
    conditions: tuple[tuple[str, tuple[str, ...], set[str]], ...] = (
        ("states", candidate.states, {alert.jurisdiction.state}),
        ("jurisdictions", candidate.jurisdictions, {alert.jurisdiction.slug}),
        ("topics", candidate.topics, set(alert.topics)),
        ("stance", candidate.stance, {alert.stance}),
        ("stage", candidate.stage, {alert.stage}),
        ("kind", candidate.kind, kinds),
        ("urgency", candidate.urgency, {alert.urgency}),
        ("tier", candidate.tier, {alert.tier}),
    )
    for name, wanted, has in conditions:
        if wanted and not {word.casefold() for word in wanted} & {word.casefold() for word in has}:
            return f"hears {name} {', '.join(wanted)}; this is {', '.join(sorted(has)) or 'none'}"
    return None


def released(candidate: Route, alert_zone: str, now: datetime) -> tuple[datetime | None, str]:
    """When a matching route lets an alert out (None = now), and why."""
    zone = ZoneInfo(candidate.time_zone or alert_zone)
    if candidate.digest:
        due = next_digest(candidate.digest, zone, now)
        # Honest words: several alerts are not yet joined in one message; each goes out by itself at that time.
        return due, f"matches; held for “{candidate.digest}”, goes out by itself at {due.astimezone(zone):%a %H:%M %Z}"
    if candidate.quiet and (end := quiet_until(candidate.quiet, zone, now)):
        return end, f"matches; quiet hours {candidate.quiet}, goes out at {end.astimezone(zone):%a %H:%M %Z}"
    return None, "matches"


def next_digest(rhythm: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The next time of "hourly", "daily 07:30" or "weekly Mon 08:30" strictly after `now`, in UTC.

    A wall time that daylight saving skips comes at the same instant as if the clock had not moved; one that occurs
    twice is taken the first time.
    """
    word, _, rest = rhythm.strip().lower().partition(" ")
    if word == "hourly":
        return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    weekday = _WEEKDAYS.index(rest[:3]) if word == "weekly" else None
    clock = _wall_time(rest.split()[-1])
    day = now.astimezone(zone).date()
    for ahead in range(9):
        date = day + timedelta(days=ahead)
        due = datetime.combine(date, clock, zone).astimezone(UTC)
        if due > now and weekday in (None, date.weekday()):
            return due
    raise AssertionError(f"no {rhythm} within nine days")  # every weekday and wall time comes round in eight


def quiet_until(quiet: str, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The end in UTC of the quiet hours ("22:00-06:30") that `now` falls in, or None."""
    start, _, end = (part.strip() for part in re.sub(r"[–—]", "-", quiet).partition("-"))
    begins, ends = _wall_time(start), _wall_time(end)
    today = now.astimezone(zone).date()
    for date in (today - timedelta(days=1), today):
        opened = datetime.combine(date, begins, zone).astimezone(UTC)
        closed = datetime.combine(date if ends > begins else date + timedelta(days=1), ends, zone).astimezone(UTC)
        if opened <= now < closed:
            return closed
    return None


def _muted(alert: Alert, mutes: Iterable[Mute], now: datetime) -> str | None:
    """The reason of a mute that covers the alert. A topic's mute covers it when every topic of it is muted."""
    names = {alert.site, alert.jurisdiction.slug, alert.thread}
    if alert.matter is not None:
        names |= {alert.matter.id, file_key(alert.matter.file)}
    names = {name.casefold() for name in names if name}
    standing = [mute for mute in mutes if mute.until > now]
    for mute in standing:
        if _name(mute) in names:
            return _words(mute)
    by_topic = {_name(mute): mute for mute in standing}
    if alert.topics and all(topic.casefold() in by_topic for topic in alert.topics):
        return _words(by_topic[alert.topics[0].casefold()])
    return None


def _name(mute: Mute) -> str:
    """`mute matter:2026-0101` and `mute 2026-0101` are one."""
    return re.sub(r"^(site|jurisdiction|topic|matter):", "", mute.what.strip().casefold())


def _words(mute: Mute) -> str:
    return f"muted by {mute.by} until {mute.until.isoformat(timespec='minutes')}: {mute.reason}"


def _wall_time(text: str) -> time:
    hour, _, minute = text.partition(":")
    return time(int(hour) % 24, int(minute or 0))


def _rank(delivery: Delivery) -> tuple[int, float]:
    return _BEST.index(delivery.state), delivery.next_attempt_at.timestamp() if delivery.next_attempt_at else 0.0


def _delivery(alert: Alert, channel: str, state: DeliveryState, reason: str, at: datetime | None = None) -> Delivery:
    return Delivery(
        key=f"{alert.key}/{channel}",
        alert=alert.key,
        channel=channel,
        state=state,
        reason=reason,
        next_attempt_at=at,
    )
