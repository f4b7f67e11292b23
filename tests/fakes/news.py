"""News to tell: a council, its meeting and judged changes, as the other rooms would hand them over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from watcher.model import Alert, Change, Evidence, Jurisdiction, Label, Matter, Meeting, Redline, Site, Verdict

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BOSTON = Jurisdiction("ma-boston", "Boston", "MA", "city", "America/New_York")
SITE = Site(
    "boston-council", BOSTON, "legistar", "https://council.example/Calendar.aspx", "City Council", channels=("log",)
)
MEETING = Meeting(
    "m1",
    "City Council",
    start=datetime(2026, 12, 1, 21, 0, tzinfo=UTC),
    location="Iannella Chamber",
    url="https://council.example/MeetingDetail.aspx?ID=1",
)
MATTER = Matter(
    "7", "2026-0412", "Ordinance", "Ordinance amending the Boston Trust Act", url="https://council.example/L7"
)
WORDS = (
    "The Boston Police Department shall not detain an individual solely on the basis of a civil immigration detainer"
)


def verdict(label: Label = "relevant", **more: Any) -> Verdict:
    seen = (Evidence("after", 84, 111, "civil immigration detainer", "detainer requests"),)
    plain = Verdict(label, 0.93, "core", ("detainer",), "limits", "introduced", seen, ("a cue",), "lexicon@1")
    return replace(plain, **more)


def change(id: str = "c1", after: str = WORDS, before: str = "", label: Label = "relevant", **more: Any) -> Change:
    parts: Redline = tuple((mark, text) for mark, text in (("-", before), ("+", after)) if text)  # type: ignore[misc]
    plain = Change(
        id=id,
        site=SITE.id,
        url=MEETING.url or "",
        kind="added" if not before else "reworded" if after else "removed",
        key=f"item:{id}",
        heading=("CONSENT AGENDA",),
        before=before,
        after=after,
        redline=parts,
        seen_at=NOON,
        last_seen_unchanged_at=NOON - timedelta(hours=1),
        meeting=MEETING,
        verdict=verdict(label),
        snapshot_before="b" * 64 if before else None,
        snapshot_after="a" * 64,
    )
    return replace(plain, **more)


def alert(key: str = "k1", *changes: Change, **more: Any) -> Alert:
    plain = Alert(
        key=key,
        site=SITE.id,
        jurisdiction=BOSTON,
        label="relevant",
        headline=f"Boston, MA – City Council: item added to the agenda of Tue 1 Dec 2026, 4:00 PM: matter {key}",
        changes=changes or (change(f"c-{key}"),),
        thread=f"ma-boston/file/{key}",
        urgency="soon",
        created_at=NOON,
        body="City Council",
        time_zone="America/New_York",
        source_url=MATTER.url or "",
        matter=MATTER,
        meeting=MEETING,
        topics=("detainer",),
        stance="limits",
        stage="introduced",
        tier="core",
    )
    return replace(plain, **more)
