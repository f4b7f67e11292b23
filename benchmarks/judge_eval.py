"""How right the judge is, on named sets of labelled texts: printed, and written to docs/accuracy.md and for the web page.

    make eval [SET=PATH]                       all sets at hand, and PATH (labelled lines, such as exported feedback)
    python -m benchmarks.judge_eval --record   also keeps the figures that CI holds the project's own set to
    python -m benchmarks.judge_eval --fit      fits the constants of scoring.py, and checks them on left-out sources

Sets beside the repository (../shared) are measured where they exist; without them both are left as they are.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import fitting
from benchmarks.accuracy import document, published
from benchmarks.figures import Told, recorded
from benchmarks.labelled import ROOT, SHARED, Labelled, named_sets
from benchmarks.ordinary import answers, digest, ordinary
from watcher.judge import Judge, builtin
from watcher.model import Verdict

PAGE = ROOT / "docs/accuracy.md"
SHOWN = ROOT / "watcher/judge/accuracy.json"  # the same, as the web page shows it
RECORDED = ROOT / "tests/judge/figures.json"


def told_of(judge: Judge, rows: Sequence[Labelled]) -> Told:
    """Each labelled text with its verdict."""
    return [(row, row.judged(judge)) for row in rows]


def base_rate(judge: Judge) -> list[tuple[str, str, Verdict, bool | None]]:
    """(source, text, verdict, what a reader said) of every ordinary line; None where nobody has read it."""
    read = answers()
    return [(source, text, judge.judge_text(text), read.get(digest(text))) for source, text in ordinary()]


def speeds(judge: Judge, sets: dict[str, tuple[Labelled, ...]]) -> list[tuple[str, str]]:
    """Figures of speed, of one core's own time, so that neighbours on the machine do not count."""
    rows = [row for some in sets.values() for row in some if not row.change]
    items = [row.after for row in rows if not row.relevant and row.kind == "agenda_item"]
    told = [
        ("ordinary agenda items", _rate(judge, items)),
        ("all labelled texts", _rate(judge, [r.after for r in rows])),
    ]
    for path in sorted((SHARED / "corpus/encodeplus").glob("*code*.md"))[:1]:
        told.append(("a million characters of a municipal code", _long(judge, path.read_text("utf-8", "replace"))))
    return told


def _rate(judge: Judge, texts: list[str]) -> str:
    started, rounds = time.process_time(), 0
    while time.process_time() - started < 2:
        for text in texts:
            judge.judge_text(text)
        rounds += 1
    rate = rounds * len(texts) / (time.process_time() - started)
    return f"{rate:,.0f} texts a second ({sum(map(len, texts)) // len(texts)} characters on average)"


def _long(judge: Judge, text: str) -> str:
    book = (text * (1_000_000 // max(len(text), 1) + 1))[:1_000_000]
    best = math.inf
    for _ in range(3):
        started = time.process_time()
        judge.judge_text(book)
        best = min(best, time.process_time() - started)
    return f"{best * 1000:.0f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", type=Path, help="further labelled lines, such as exported feedback")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--fit", action="store_true")
    asked = parser.parse_args()
    sets = named_sets(asked.sets)
    if asked.fit:
        fitting.fit(
            [row for name, some in sets.items() if name.startswith("passages") for row in some if not row.hidden]
        )
        return
    judge = builtin()
    told = {name: told_of(judge, rows) for name, rows in sets.items()}
    if asked.record:
        kept = {name: recorded(some) for name, some in told.items() if name.startswith("own")}
        RECORDED.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    lines = base_rate(judge) if SHARED.exists() else []
    today = datetime.now(UTC).date()
    page = document(judge.name, today, told, lines, speeds(judge, sets))
    print(page)
    if lines and not asked.sets:
        PAGE.write_text(page, encoding="utf-8")
        SHOWN.write_text(
            json.dumps(published(judge.name, today, told), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
