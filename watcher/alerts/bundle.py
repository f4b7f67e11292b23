"""Several alerts in one message: the digest of a period, and the news of one meeting.

A bundle's name says what it is and is the same for all that belong together:

    digest|<rhythm>|<zone>|<end of the period>     all of the period in one message; there is never a second one
    meeting|<jurisdiction>|<meeting>               one message with a line for each item, and the items as its replies
    meeting|<jurisdiction>|<meeting>|<which items> the same once it is under way: it does not change any more
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from watcher.alerts.rhythm import next_digest
from watcher.alerts.wording import DIRECTIONS, local, one_line, place, short_id
from watcher.model import Alert, Jurisdiction, Label

ALONE = "alone"  # the bundle of what was refused as a whole and is told by itself
_LABELS: tuple[Label, ...] = ("unrelated", "unsure", "relevant")
NOWHERE = Jurisdiction("us-watcher", "Ordinance Watcher", "US", "other", "UTC")


def digest_bundle(rhythm: str, zone: str, due: datetime) -> str:
    """The bundle of a route's period that ends at `due`."""
    return f"digest|{rhythm}|{zone}|{due.astimezone(UTC).isoformat(timespec='minutes')}"


def meeting_bundle(alert: Alert) -> str:
    """The bundle of the meeting that an alert belongs to, or ""."""
    meeting = alert.meeting
    if meeting is None or any(mark in meeting.id for mark in "|"):
        return ""
    return f"meeting|{alert.jurisdiction.slug}|{meeting.id}"


def is_digest(bundle: str) -> bool:
    """Whether all of a bundle goes in one message, and nothing after it."""
    return bundle.startswith("digest|")


def is_meeting(bundle: str) -> bool:
    """Whether a bundle is the news of one meeting."""
    return bundle.startswith("meeting|")


def under_way(bundle: str, keys: Sequence[str]) -> str:
    """The name of a meeting's bundle with exactly these deliveries in it."""
    if is_digest(bundle) or bundle.count("|") == 3:
        return bundle
    return f"{bundle}|{hashlib.sha256(chr(10).join(sorted(keys)).encode()).hexdigest()[:16]}"


def next_period(bundle: str, now: datetime) -> tuple[str, datetime]:
    """The bundle and the end of the digest period that `now` falls in: for what came too late for its own."""
    _, rhythm, zone, _ = bundle.split("|")
    due = next_digest(rhythm, ZoneInfo(zone), now)
    return digest_bundle(rhythm, zone, due), due


def together(alerts: Sequence[Alert], bundle: str, now: datetime) -> Alert:
    """One alert that stands for several, with a line for each. `alerts` must not be empty."""
    return _digest(alerts, bundle, now) if is_digest(bundle) else _meeting(alerts, bundle, now)


def _digest(alerts: Sequence[Alert], bundle: str, now: datetime) -> Alert:
    _, rhythm, zone, end = bundle.split("|")
    until = datetime.fromisoformat(end)
    word = rhythm.partition(" ")[0].capitalize()
    counted = f"{len(alerts)} alert{'s' if len(alerts) > 1 else ''}"
    return Alert(
        key=bundle,
        site="digest",
        jurisdiction=NOWHERE,
        label=max((alert.label for alert in alerts), key=_LABELS.index),
        headline=f"{word} digest to {local(until, zone)}: {counted}",
        changes=(),
        thread=bundle,
        urgency="routine",
        created_at=now,
        kind="digest",
        time_zone=zone,
        lines=tuple(_line(alert, alert.headline) for alert in _by_urgency(alerts)),
    )


def _meeting(alerts: Sequence[Alert], bundle: str, now: datetime) -> Alert:
    first = alerts[0]
    who = place(first.jurisdiction) + (f" – {one_line(first.body)}" if first.body else "")
    start = first.meeting.start if first.meeting else None
    when = f" of {local(start, first.time_zone, abbreviation=False)}" if start else ""
    url = first.meeting.url if first.meeting and first.meeting.url else first.source_url
    head = f"{who}: "
    return Alert(
        key=bundle,
        site=first.site,
        jurisdiction=first.jurisdiction,
        label=max((alert.label for alert in alerts), key=_LABELS.index),
        headline=f"{who}: {len(alerts)} items of the meeting{when}",
        changes=(),
        thread=bundle,
        urgency=min((alert.urgency for alert in alerts), key=("now", "soon", "routine").index),
        created_at=now,
        body=first.body,
        kind="meeting",
        time_zone=first.time_zone,
        source_url=url,
        meeting=first.meeting,
        contact=first.contact,
        late=first.late,
        lines=tuple(_line(alert, alert.headline.removeprefix(head)) for alert in _by_urgency(alerts)),
    )


def _by_urgency(alerts: Sequence[Alert]) -> Sequence[Alert]:
    return sorted(alerts, key=lambda alert: ("now", "soon", "routine").index(alert.urgency))


def _line(alert: Alert, words: str) -> tuple[str, str]:
    pressing = "now: " if alert.urgency == "now" else ""
    direction = "" if alert.stance == "unclear" else f" · {DIRECTIONS[alert.stance]}"
    return f"{pressing}{one_line(words)}{direction} · {short_id(alert.key)}", alert.source_url
