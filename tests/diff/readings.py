"""Small readings for the tests of the diff room."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from watcher import diff
from watcher.model import (
    AgendaItem,
    Change,
    Document,
    Jurisdiction,
    Matter,
    Meeting,
    Passage,
    Reading,
    Request,
    Site,
)

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SITE = Site(
    id="springfield-council",
    jurisdiction=Jurisdiction("ma-springfield", "Springfield", "MA", "city", "America/New_York"),
    platform="page",
    url="https://council.example/",
)
REQUEST = Request("https://council.example/")


def compare(
    before: Reading | None, after: Reading, *, site: Site = SITE, request: Request = REQUEST, now: datetime = NOW
) -> tuple[Change, ...]:
    return diff.compare(
        before,
        after,
        site=site,
        request=request,
        now=now,
        last_seen=now - timedelta(hours=1),
        snapshots=("a" * 64, "b" * 64),
    )


def page(*texts: str | Passage, kind: str = "document") -> Reading:
    passages = tuple(text if isinstance(text, Passage) else Passage(text) for text in texts)
    return Reading(Document("https://council.example/", "Springfield City Council", kind, passages))


def reading(
    *, meetings: tuple[Meeting, ...] = (), items: tuple[AgendaItem, ...] = (), matters: tuple[Matter, ...] = ()
) -> Reading:
    return Reading(Document("https://council.example/", "City Council", "listing"), meetings, items, matters)


def told(changes: tuple[Change, ...]) -> list[tuple[str, str, str]]:
    return [(change.kind, change.before, change.after) for change in changes]
