"""CPU of a reading, vendor by vendor, beside what BeautifulSoup or json alone takes to parse the same bytes.

    python benchmarks/readers.py

Bodies: the recorded responses of ../shared/corpus where that folder exists, else the saved cases of tests/platforms.
Prints milliseconds of CPU (median over the bodies of a vendor, each the best of three), the time of parsing alone, the
ratio, and how many lines the reader has.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from bs4 import BeautifulSoup, XMLParsedAsHTMLWarning  # noqa: E402 - this file is run by its path, and its neighbours are found from there

from tests.platforms import test_corpus as corpus  # noqa: E402
from watcher import platforms  # noqa: E402
from watcher.errors import FetchError, ReadError  # noqa: E402
from watcher.model import Jurisdiction, Request, Response, Site  # noqa: E402
from watcher.reading import pages  # noqa: E402

warnings.filterwarnings("ignore", category=XMLParsedAsHTMLWarning)
PLACE = Jurisdiction("ma-elm-falls", "Elm Falls", "MA", "city", "America/New_York")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TIMES = 3


def bodies(vendor: str) -> Iterator[tuple[str, bytes, str]]:
    """(address, body, media type) of the recorded responses of a vendor, or of its saved cases."""
    found = False
    for entry in corpus.entries():
        if corpus.books()[entry["file"].split("/")[0]][0] == vendor and not entry["file"].endswith((".pdf", ".txt")):
            found = True
            kind = "application/json" if entry["file"].endswith("json") else "text/html"
            yield (
                entry["original_url"] or "https://elmfalls.gov/",
                Path(corpus.CORPUS, entry["file"]).read_bytes(),
                kind,
            )
    if not found:
        for case in sorted((HERE.parent / "tests" / "platforms" / vendor).glob("*/case.json")):
            for body in case.parent.glob("response.*"):
                kind = "application/json" if body.suffix == ".json" else "text/html"
                yield json.loads(case.read_text("utf-8"))["url"], body.read_bytes(), kind


def spent(work: Callable[[], object]) -> float:
    """Milliseconds of CPU, the best of a few."""
    best = float("inf")
    for _ in range(TIMES):
        start = time.process_time()
        with suppress(ReadError, FetchError, ValueError):
            work()
        best = min(best, time.process_time() - start)
    return best * 1_000


def parsed(body: bytes, kind: str) -> object:
    """The body parsed and no more."""
    return json.loads(body) if kind.endswith("json") else BeautifulSoup(body, "lxml")


def lines(vendor: str) -> int:
    """Lines of the reader."""
    home = Path(platforms.__file__).parent / vendor
    files = home.glob("*.py") if home.is_dir() else [home.with_suffix(".py")]
    return sum(len(file.read_text("utf-8").splitlines()) for file in files)


def main() -> None:
    """Prints the table."""
    print(f"{'platform':<22} bodies  kB (median)  read ms  parse ms  ratio  lines")
    for vendor in platforms.names():
        platform = platforms.load(vendor)
        sizes, reading, parsing = [], [], []
        for url, body, kind in bodies(vendor):
            site = Site("b", PLACE, vendor, url, follow=("agendas", "packets", "attachments", "minutes", "legislation"))
            response = Response(Request(url), url, 200, {"content-type": kind}, body, NOW)
            kind = "application/json" if pages.is_json(response) else kind
            sizes.append(len(body) / 1_000)
            reading.append(spent(partial(platform.read, site, response)))
            parsing.append(spent(partial(parsed, body, kind)))
        middle = [statistics.median(values) for values in (sizes, reading, parsing)]
        ratio = middle[1] / max(middle[2], 0.001)
        print(
            f"{vendor:<22} {len(sizes):>6} {middle[0]:>12.1f} {middle[1]:>8.2f} {middle[2]:>9.2f} {ratio:>6.1f} {lines(vendor):>6}"
        )
    print(f"median reader: {statistics.median(lines(vendor) for vendor in platforms.names()):.0f} lines")


if __name__ == "__main__":
    main()
