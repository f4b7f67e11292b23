"""One of each value, to be varied."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from watcher.model import (
    Alert,
    Change,
    Delivery,
    DocumentState,
    Jurisdiction,
    Link,
    Matter,
    Meeting,
    Request,
    SiteState,
    Snapshot,
    Verdict,
    Visit,
)

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
OHIO = Jurisdiction("oh-lima", "Lima", "OH", "city", "America/New_York", lat=40.74, lon=-84.1)
MEETING = Meeting(
    "77",
    "City Council",
    start=NOON + timedelta(days=2),
    documents=(Link("1", "https://lima.example/1.pdf", "Agenda", "agenda"),),
)
MATTER = Matter("9", "2026-114", title="An ordinance on detainers")


def visit(n: int = 0, *, site: str = "lima") -> Visit:
    return Visit(
        site, f"doc-{n}", f"https://lima.example/{n}", NOON + timedelta(minutes=n), "unchanged", "not_modified", 304
    )


def snapshot(n: int = 0, *, site: str = "lima", digest: str | None = None) -> Snapshot:
    return Snapshot(
        site,
        f"doc-{n}",
        f"https://lima.example/{n}",
        NOON + timedelta(minutes=n),
        200,
        "text/html",
        "utf-8",
        digest or f"{n:064x}",
        1000,
        headers=(("etag", '"é"'),),
    )


def document(n: int = 0, *, site: str = "lima") -> DocumentState:
    url = f"https://lima.example/{n}"
    request = Request(url, method="POST", body=b"\xff\x00=1", meeting=MEETING, matter=MATTER, context=("Jail", "ICE"))
    return DocumentState(site, f"doc-{n}", url, request, NOON, False, True, snapshot(n), "f" * 64, NOON, NOON)


def change(n: int = 0, *, site: str = "lima", label: str | None = "relevant") -> Change:
    verdict = None
    if label is not None:
        verdict = Verdict(label, 0.9, "core", ("detainer",), "limits", "first_reading", (), ("because",), "rules@1")  # type: ignore[arg-type]  # any word will do here
    return Change(
        f"{n:08x}cafe",
        site,
        "https://lima.example/1",
        "reworded",
        f"item-{n}",
        ("Consent",),
        "shall not",
        "may",
        (("-", "shall not"), ("+", "may")),
        NOON + timedelta(minutes=n),
        meeting=MEETING,
        matter=MATTER,
        verdict=verdict,
    )


def alert(n: int = 0, *, site: str = "lima", thread: str = "oh-lima/2026-114") -> Alert:
    made = NOON + timedelta(minutes=n)
    return Alert(f"alert-{n}", site, OHIO, "relevant", "Detainers", (change(n),), thread, "soon", made, matter=MATTER)


def delivery(n: int = 0, channel: str = "newsroom") -> Delivery:
    return Delivery(f"alert-{n}:{channel}", f"alert-{n}", channel, "owed", "route 1")


def state(site: str = "lima") -> SiteState:
    return SiteState(
        site, f"https://{site}.example/", "ok", NOON, NOON, NOON, "unchanged", "not_modified", 0, NOON, documents=3
    )
