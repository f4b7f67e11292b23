"""Server time and memory of the page over a large ledger: 1,000 places, 20,000 documents, 100,000 changes.

    python benchmarks/web.py [FOLDER] [--requests 10000]

The ledger is made in FOLDER (kept, and used again) and asked through the application itself, without a socket. Prints the
95th percentile of each kind of page in milliseconds by the clock and of CPU (which other work on the machine leaves
alone), its size, and the growth of resident memory over the last requests
after the first 1,000. Words of the made-up texts are drawn with fixed seeds.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from httpx import ASGITransport, AsyncClient

from watcher import alerts, web
from watcher.ledger import Ledger
from watcher.model import (
    Change,
    DocumentState,
    Evidence,
    Jurisdiction,
    Matter,
    Meeting,
    Request,
    Site,
    SiteState,
    Snapshot,
    Stance,
    Verdict,
)
from watcher.registry.words import STATES

PLACES, DOCUMENTS, CHANGES = 1_000, 20, 100  # documents and changes of each place
RELEVANT = 0.05
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
WORDS = [
    "council",
    "county",
    "board",
    "resolution",
    "ordinance",
    "agreement",
    "budget",
    "street",
    "park",
    "zoning",
    "water",
    "permit",
    "hearing",
    "contract",
    "minutes",
    "sheriff",
    "jail",
    "police",
    "library",
    "school",
    "road",
    "bridge",
    "grant",
    "award",
    "consent",
    "report",
    "committee",
    "public",
    "notice",
    "section",
    "shall",
    "may",
]
SUBJECT = "officers shall not honor civil immigration detainers of ICE without a judicial warrant"


def sites() -> dict[str, Site]:
    """One site for each place, spread over the states."""
    codes = [code for code in STATES if code != "US"]
    made = {}
    for number in range(PLACES):
        state = codes[number % len(codes)]
        home = Jurisdiction(
            f"{state.lower()}-town-{number}", f"Town {number}", state, "city", STATES[state][1][0],
            lat=30 + number * 7.3 % 18, lon=-120 + number * 13.7 % 42,
        )  # fmt: skip
        made[f"site-{number}"] = Site(
            f"site-{number}", home, "legistar", f"https://town-{number}.example/", body="Council"
        )
    return made


def a_change(site: Site, number: int, drawn: random.Random) -> Change:
    """One change, relevant in one case of twenty."""
    relevant = drawn.random() < RELEVANT
    text = " ".join(drawn.choices(WORDS, k=60)) + (f" {SUBJECT}" if relevant else "")
    seen = NOW - timedelta(minutes=drawn.randrange(60 * 24 * 300))
    stance: Stance = drawn.choice(("limits", "expands", "unclear")) if relevant else "unclear"
    stage = drawn.choice(("introduced", "hearing", "adopted", "consent")) if relevant else "unknown"
    at = text.find("civil")
    evidence = (Evidence("after", at, at + 29, text[at : at + 29], "immigration-detainer"),) if relevant else ()
    verdict = Verdict(
        "relevant" if relevant else "unrelated", 0.97 if relevant else 0.01, "core" if relevant else "none",
        ("detainer",) if relevant else (), stance, stage, evidence, ("made up",), "bench@1",
    )  # fmt: skip
    meeting = Meeting(f"m{number % 7}", "Council", start=NOW + timedelta(days=number % 40 - 20, hours=2))
    return Change(
        f"{site.id}-{number:03}", site.id, f"{site.url}doc/{number % DOCUMENTS}", "added", f"item:{number}", ("Agenda",),
        "", text, (("+", text),), seen, seen - timedelta(hours=1), meeting, Matter(f"f{number}", f"26-{number:04}", title=text[:80]),
        (), verdict, None, "ab" * 32,
    )  # fmt: skip


def filled(ledger: Ledger) -> None:
    """Records everything, twenty places in one transaction."""
    every = list(sites().values())
    for start in range(0, PLACES, 20):
        states, documents, snapshots, changes, told = [], [], [], [], []
        for site in every[start : start + 20]:
            drawn = random.Random(site.id)
            for number in range(DOCUMENTS):
                url = f"{site.url}doc/{number}"
                snapshot = Snapshot(
                    site.id, url, url, NOW, 200, "text/html", None, f"{hash(url) & (1 << 60):064x}", 9_000
                )
                snapshots.append(snapshot)
                documents.append(
                    DocumentState(site.id, url, url, Request(url, title=f"Agenda {number}"), NOW, True, True, snapshot, None, NOW, NOW)
                )  # fmt: skip
            states.append(
                SiteState(site.id, site.url, "ok", NOW, NOW, NOW, "unchanged", "same_text", 0, NOW, None, DOCUMENTS)
            )
            own = [a_change(site, number, drawn) for number in range(CHANGES)]
            changes += own
            told += [one for change in own for one in alerts.compose(site, [change], change.seen_at)]
        ledger.record(states=states, documents=documents, snapshots=snapshots, changes=changes, alerts=told)


def text_of(site: Site, snapshot: Snapshot) -> str:
    """A made-up document text."""
    drawn = random.Random(snapshot.url)
    return f"Agenda of {site.jurisdiction.name}\n" + " ".join(drawn.choices(WORDS, k=400))


def asked() -> dict[str, Callable[[int], str]]:
    """Kind of page → its address for the n-th request."""
    codes = [code for code in STATES if code != "US"]
    place: Callable[[int], str] = lambda n: f"{codes[n * 37 % PLACES % len(codes)].lower()}-town-{n * 37 % PLACES}"  # noqa: E731
    return {
        "home": lambda n: "/",
        "home, filtered": lambda n: f"/?topic=detainer&direction={('limits', 'expands')[n % 2]}",
        "state": lambda n: f"/states/{codes[n % len(codes)]}",
        "jurisdiction": lambda n: f"/j/{place(n)}",
        "change": lambda n: f"/changes/site-{n * 37 % PLACES}-{n % CHANGES:03}",
        "changes": lambda n: f"/changes?label=relevant&state={codes[n % len(codes)]}",
        "search": lambda n: f"/search?q={WORDS[n % len(WORDS)]}+{WORDS[(n * 7 + 1) % len(WORDS)]}",
        "search, rare": lambda n: f"/search?q=detainers+{WORDS[n % len(WORDS)]}&state={codes[n % len(codes)]}",
        "feed": lambda n: "/feed.atom",
        "feed of a place": lambda n: f"/j/{place(n)}/feed.atom",
        "calendar": lambda n: "/calendar.ics",
        "api": lambda n: f"/api/v1/changes?limit=50&before={CHANGES * PLACES - n % 1_000 * 50}",
        "sites": lambda n: f"/sites?page={n % (PLACES // 100) + 1}",
        "places": lambda n: f"/places?page={n % (PLACES // 100) + 1}",
        "documents": lambda n: f"/j/{place(n)}/documents",
        "changes, rare": lambda n: f"/changes?topic=287g&before={CHANGES * PLACES - n % 1_000 * 50}",
        "api, places": lambda n: f"/api/v1/jurisdictions?page={n % 5 + 1}",
    }


def resident() -> float:
    """Resident memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


async def measure(view: web.View, requests: int) -> None:
    """Prints the table."""
    async with AsyncClient(
        transport=ASGITransport(app=web.create(view)), base_url="http://127.0.0.1", timeout=60
    ) as client:

        async def timed(path: str) -> tuple[float, float, int]:
            began, spent = time.perf_counter(), time.process_time()
            answer = await client.get(path)
            assert answer.status_code == 200, (path, answer.status_code)
            return (time.perf_counter() - began) * 1e3, (time.process_time() - spent) * 1e3, len(answer.content)

        first, *_ = await timed("/")
        print(f"first page after the start: {first:.0f} ms")
        for _ in range(20):
            await timed("/")
        for name, path in asked().items():
            took = [await timed(path(number)) for number in range(60)]
            times, cpu = (sorted(one[part] for one in took) for part in (0, 1))
            print(f"{name:18} p95 {times[56]:7.1f} ms   median {statistics.median(times):7.1f} ms   p95 of CPU {cpu[56]:7.1f} ms   {max(one[2] for one in took) / 1e3:6.1f} kB")  # fmt: skip
        paths = mixed()
        for _ in range(1_000):
            await timed(next(paths))
        before = resident()
        for _ in range(requests):
            await timed(next(paths))
        after = resident()
        print(
            f"resident after 1,000 mixed requests {before:.0f} MB, after {requests:,} more {after:.0f} MB: {after / before - 1:+.1%}"
        )


def mixed() -> Iterator[str]:
    """Addresses of all kinds in turn, without end."""
    kinds = list(asked().values())
    number = 0
    while True:
        yield kinds[number % len(kinds)](number)
        number += 1


def main() -> None:
    """Makes the ledger where it is not there, then measures."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("folder", nargs="?", type=Path)
    given.add_argument("--requests", type=int, default=10_000)
    chosen = given.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        folder.mkdir(exist_ok=True)
        with Ledger.open(folder / "ledger.sqlite3") as ledger:
            if not ledger.reach().changes:
                filled(ledger)
            index = web.Index(folder / "search.sqlite3")
            began = time.perf_counter()
            while index.catch_up(ledger, sites(), text_of):
                pass
            print(
                f"{ledger.counts()['changes']}, {ledger.reach().alerts} alerts; indexed in {time.perf_counter() - began:.0f} s"
            )
            view = web.View(ledger, sites(), lambda: NOW, beat=NOW, index=index)
            asyncio.run(measure(view, chosen.requests))


if __name__ == "__main__":
    main()
