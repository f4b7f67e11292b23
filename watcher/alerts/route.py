"""Who hears an alert. Every channel that a route names gets an answer, and every answer a reason in words.

owed      goes out now
held      goes out later: quiet hours or a digest
withheld  does not go out: muted, below `at_least`, no route matches
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from watcher.alerts.bundle import digest_bundle, meeting_bundle
from watcher.alerts.rhythm import next_digest, quiet_until
from watcher.alerts.ties import file_key
from watcher.model import Alert, Delivery, DeliveryState, Label, Mute, Route

_LABELS: tuple[Label, ...] = ("unrelated", "unsure", "relevant")
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
    if why := muted(alert, mutes, now):
        answers = [_delivery(alert, answer.channel, "withheld", why) for answer in answers]
    best: dict[str, Delivery] = {}
    for answer in answers:
        other = best.get(answer.channel)
        best[answer.channel] = answer if other is None else min(other, answer, key=_rank)
    return tuple(best.values())


def _by_site(alert: Alert, site_channels: Sequence[str]) -> Iterable[Delivery]:
    for channel in site_channels:
        if alert.label == "relevant":
            yield replace(_delivery(alert, channel, "owed", "a channel of the site"), bundle=meeting_bundle(alert))
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
                release, why, bundle = released(candidate, alert, now)
                state: DeliveryState = "owed" if release is None else "held"
                yield replace(_delivery(alert, channel, state, f"{name}: {why}", release), bundle=bundle)


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


def released(candidate: Route, alert: Alert, now: datetime) -> tuple[datetime | None, str, str]:
    """When a matching route lets an alert out (None = now), why, and the bundle it then goes in."""
    zone = candidate.time_zone or alert.time_zone
    there = ZoneInfo(zone)
    if candidate.digest:
        due = next_digest(candidate.digest, there, now)
        why = f"matches; held for the digest “{candidate.digest}”, due {due.astimezone(there):%a %H:%M %Z}"
        return due, why, digest_bundle(candidate.digest, zone, due)
    if candidate.quiet and (end := quiet_until(candidate.quiet, there, now)):
        why = f"matches; quiet hours {candidate.quiet}, goes out at {end.astimezone(there):%a %H:%M %Z}"
        return end, why, meeting_bundle(alert)
    return None, "matches", meeting_bundle(alert)


def hushed(alert: Alert, channel: str, routes: Sequence[Route], now: datetime) -> tuple[datetime, str] | None:
    """The end of the quiet hours that `now` keep the alert from a channel it is owed, and why; None where nothing does.

    What was owed before they began, and could not be sent, must not be heard in the middle of the night.
    """
    ends = []
    for number, candidate in enumerate(routes, start=1):
        heard = _LABELS.index(alert.label) >= _LABELS.index(candidate.at_least) and not mismatch(alert, candidate)
        if channel not in candidate.to or candidate.digest or not heard:
            continue
        end, why, _ = released(candidate, alert, now)
        if end is None:
            return None
        ends.append((end, f"route {number}: {why}"))
    return min(ends, default=None)


def muted(alert: Alert, mutes: Iterable[Mute], now: datetime) -> str | None:
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
    return f"{muted_by(mute.what)}{mute.by} until {mute.until.isoformat(timespec='minutes')}: {mute.reason}"


def muted_by(what: str) -> str:
    """How the reason of everything begins that a mute of `what` withholds."""
    return f"muted: {what}, by "


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
