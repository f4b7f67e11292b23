"""The worst that two documents can do to the diff: CPU seconds, changes found and peak memory of each case.

    python benchmarks/diffs.py

Every redline is checked against its law on the way. For scale, diff-match-patch over whole texts, as it comes, on the
same real-sized page stands in the first rows.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from diff_match_patch import diff_match_patch

sys.path.insert(0, str(Path(__file__).parents[1]))
from watcher import diff
from watcher.model import Document, Jurisdiction, Passage, Reading, Request, Site

DICE = random.Random(7)
WORDS = ["".join(DICE.choices("abcdefghijklmnopqrstuvwxyz", k=DICE.randint(2, 9))) for _ in range(20_000)]
SITE = Site("worst", Jurisdiction("ma-worst", "Worst", "MA", "city", "America/New_York"), "page", "https://w.example/")
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def prose(words: int) -> str:
    return " ".join(DICE.choices(WORDS, k=words))


def paragraphs(size: int, words: int) -> list[str]:
    found: list[str] = []
    while size > 0:
        found.append(prose(words))
        size -= len(found[-1])
    return found


def shuffled(rows: list[str]) -> list[str]:
    return DICE.sample(rows, len(rows))


def reworded(text: str, share: float) -> str:
    return " ".join(DICE.choice(WORDS) if DICE.random() < share else word for word in text.split(" "))


def reading(texts: list[str]) -> Reading:
    return Reading(Document("https://w.example/", "Worst", "document", tuple(map(Passage, texts))))


def documents(before: list[str], after: list[str]) -> Callable[[], int]:
    old, new = reading(before), reading(after)

    def compare() -> int:
        request = Request("https://w.example/")
        changes = diff.compare(old, new, site=SITE, request=request, now=NOW, last_seen=None, snapshots=(None, None))
        return len(changes)

    return compare


def words(before: str, after: str) -> Callable[[], int]:
    def redline() -> int:
        parts = diff.redline(before, after)
        assert "".join(text for mark, text in parts if mark != "+") == before
        assert "".join(text for mark, text in parts if mark != "-") == after
        return len(parts)

    return redline


def as_it_comes(before: str, after: str) -> Callable[[], int]:
    def whole() -> int:
        engine = diff_match_patch()
        parts = engine.diff_main(before, after)
        engine.diff_cleanupSemantic(parts)
        return len(parts)

    return whole


def cases() -> list[tuple[str, Callable[[], int]]]:
    page = paragraphs(100_000, 60)
    edited = [reworded(text, 0.05) if number % 10 == 0 else text for number, text in enumerate(page)]
    rows = [f"row {number} {prose(6)}" for number in range(20_000)]
    few = [f"row {number % 50} of fifty" for number in range(20_000)]
    blocks = [prose(20) for _ in range(5_000)]
    block = prose(170_000)
    return [
        (
            "100 KB page, 1 in 10 paragraphs reworded: diff-match-patch as it comes",
            as_it_comes("\n".join(page), "\n".join(edited)),
        ),
        ("the same: this diff", documents(page, edited)),
        (
            "two unrelated 5 MB documents, short paragraphs",
            documents(paragraphs(5_000_000, 15), paragraphs(5_000_000, 15)),
        ),
        ("two unrelated 5 MB documents, one block each", documents([prose(850_000)], [prose(850_000)])),
        ("20,000 rows shuffled", documents(rows, shuffled(rows))),
        ("20,000 equal rows, one in front, 5,000 gone", documents(["same"] * 20_000, ["new", *["same"] * 15_000])),
        ("20,000 rows of 50 kinds shuffled", documents(few, shuffled(few))),
        ("one block of 1 MB without line breaks, all different", documents([block], [prose(170_000)])),
        ("5,000 all-different blocks", documents(blocks, [prose(20) for _ in range(5_000)])),
        ("5,000 blocks, each 15 % reworded", documents(blocks, [reworded(text, 0.15) for text in blocks])),
        ("redline: 1 MB, all different", words(block, prose(170_000))),
        ("redline: 1 MB, 1 % of the words", words(block, reworded(block, 0.01))),
        ("redline: 1 MB, 10 % of the words", words(block, reworded(block, 0.1))),
        ("redline: 0.9 MB, periodic and shifted", words("ab " * 300_000, "ba " * 300_000)),
        ("redline: 0.9 MB of punctuation", words(".,;" * 300_000, ";;.," * 200_000)),
        (
            "redline: more distinct words than letters",
            words(" ".join(f"w{n}" for n in range(70_000)), " ".join(f"v{n}" for n in range(70_000))),
        ),
    ]


def main() -> None:
    print("| case | CPU s | changes or parts | peak MB so far |\n|---|---|---|---|")
    for name, run in cases():
        started = time.process_time()
        found = run()
        spent = time.process_time() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"| {name} | {spent:.3f} | {found:,} | {peak} |", flush=True)


if __name__ == "__main__":
    main()
