"""How right the judge is: precision, recall, topics, stance, stage, changes, speed, on labelled sets beside the repository.

    python -m benchmarks.judge_eval            prints the figures
    python -m benchmarks.judge_eval --mistakes also every mistake with its evidence
    python -m benchmarks.judge_eval --fit      fits the constants of scoring.py, and checks them leaving out whole sources

Sets: ../shared/relevance/{dev,pairs_dev}.jsonl and ../shared/corpus/legistar_api/*labelled*.jsonl, where they exist.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from watcher.judge import Judge, builtin
from watcher.judge.cues import Finder
from watcher.judge.folding import fold
from watcher.judge.lexicon import builtin_lexicon
from watcher.judge.scoring import RELEVANT, UNSURE, counts, probability
from watcher.model import Verdict

SHARED = Path(__file__).parents[1] / "../shared"
Row = dict[str, Any]


def rows(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def figures(pairs: Iterable[tuple[bool, bool]]) -> str:
    """Precision, recall and F1 of (truth, said), with Wilson 95 % bounds of the first two."""
    told = list(pairs)
    right = sum(truth and said for truth, said in told)
    said, true = sum(said for _, said in told), sum(truth for truth, _ in told)
    precision, recall = right / max(said, 1), right / max(true, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return (
        f"P {precision:.3f} {_wilson(right, said)}  R {recall:.3f} {_wilson(right, true)}  F1 {f1:.3f}  n {len(told)}"
    )


def _wilson(hits: int, of: int) -> str:
    if not of:
        return "[-]"
    p, z = hits / of, 1.96
    centre, half = p + z * z / (2 * of), z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return f"[{(centre - half) / (1 + z * z / of):.2f}-{(centre + half) / (1 + z * z / of):.2f}]"


def average_precision(scored: Iterable[tuple[float, bool]]) -> float:
    ranked = sorted(scored, key=lambda pair: -pair[0])
    hits, total = 0, 0.0
    for rank, (_, truth) in enumerate(ranked, 1):
        if truth:
            hits += 1
            total += hits / rank
    return total / max(hits, 1)


def passages(judge: Judge, texts: list[Row], mistakes: bool) -> None:
    verdicts = [(row, judge.judge_text(row["text"])) for row in texts]
    cuts: dict[str, Callable[[Row], bool]] = {
        "all": lambda _row: True,
        "without context_dependent": lambda row: not row["context_dependent"],
        "without policy_description": lambda row: row["kind"] != "policy_description",
        "without New York City": lambda row: (
            "New York City" not in row["jurisdiction"] and not row["context_dependent"]
        ),
    }
    for name, keep in cuts.items():
        kept = [(row, verdict) for row, verdict in verdicts if keep(row)]
        print(f"{name:28} relevant+unsure  {figures((row['relevant'], v.label != 'unrelated') for row, v in kept)}")
        print(f"{'':28} relevant         {figures((row['relevant'], v.label == 'relevant') for row, v in kept)}")
        print(f"{'':28} average precision {average_precision((v.score, row['relevant']) for row, v in kept):.3f}")
    found = [(row, v) for row, v in verdicts if row["relevant"] and v.label != "unrelated"]
    topics = [(set(row["topics"]), set(v.topics)) for row, v in verdicts if row["relevant"]]
    both = sum(len(a & b) for a, b in topics)
    print(f"topics micro-F1 {2 * both / max(sum(len(a) + len(b) for a, b in topics), 1):.3f}")
    for topic in sorted({topic for truth, said in topics for topic in truth | said}):
        print(f"   {topic:22} {figures((topic in truth, topic in said) for truth, said in topics)}")
    directed = [(row, v) for row, v in found if row["stance"] in ("limits", "expands")]
    opposite = {"limits": "expands", "expands": "limits"}
    for name in ("limits", "expands"):
        some = [(row, v) for row, v in directed if row["stance"] == name]
        right, wrong = sum(v.stance == name for _, v in some), sum(v.stance == opposite[name] for _, v in some)
        print(f"stance {name:8} right {right}/{len(some)}  opposite {wrong}")
    staged = [(row, v) for row, v in verdicts if v.stage != "unknown" and row["stage"] != "unknown"]
    print(
        f"stage, where one was said: {sum(row['stage'] == v.stage for row, v in staged)}/{len(staged)} agree with the label"
    )
    reliability(verdicts)
    if mistakes:
        for row, v in verdicts:
            if row["relevant"] != (v.label != "unrelated"):
                print(
                    f"\n{row['id']} truth {row['relevant']} {row['topics']} said {v.label} {v.score} {'CTX' if row['context_dependent'] else ''}"
                )
                print("  ", [(e.cue, e.text[:60]) for e in v.evidence], "|", row["text"][:500].replace("\n", " "))
        for row, v in directed:
            if v.stance != row["stance"]:
                print(f"\nSTANCE {row['id']} truth {row['stance']} said {v.stance} | {row['text'][:400]}")


def reliability(verdicts: Sequence[tuple[Row, Verdict]]) -> None:
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for row, v in verdicts:
        bins[min(int(v.score * 5), 4)].append((v.score, row["relevant"]))
    for place, some in sorted(bins.items()):
        mean = sum(score for score, _ in some) / len(some)
        print(
            f"   score {place / 5:.1f}-{(place + 1) / 5:.1f}: said {mean:.2f}, true {sum(truth for _, truth in some) / len(some):.2f}, n {len(some)}"
        )


def changes(judge: Judge, pairs: list[Row], mistakes: bool) -> None:
    told = [(row, judge.judge_pair(row["before"], row["after"])) for row in pairs]
    right = sum(row["change_relevant"] == (v.label != "unrelated") for row, v in told)
    strict = sum(row["change_relevant"] == (v.label == "relevant") for row, v in told)
    print(f"changes: relevant+unsure accuracy {right}/{len(told)}; relevant alone {strict}/{len(told)}")
    meaning = {"more limits": "limits", "fewer limits": "expands"}
    turned = [(row, v) for row, v in told if row["stance_change"] in meaning and v.label != "unrelated"]
    agree = sum(v.stance == meaning[row["stance_change"]] for row, v in turned)
    against = sum(v.stance in meaning.values() and v.stance != meaning[row["stance_change"]] for row, v in turned)
    print(f"stance of the change {agree}/{len(turned)} agree, {against} opposite")
    if mistakes:
        for row, v in told:
            if row["change_relevant"] != (v.label == "relevant") or (
                row["stance_change"] in meaning and v.stance != meaning[row["stance_change"]]
            ):
                print(
                    f"\n{row['id']} truth {row['change_relevant']} {row['stance_change']} ({row['note']}) said {v.label} {v.score} {v.stance} {v.reasons}"
                )


def items(judge: Judge, labelled: list[Row], mistakes: bool) -> None:
    told = [(row, judge.judge_text(row["item"])) for row in labelled]
    print(
        f"agenda items, yes against no:  relevant+unsure {figures((r['topic'] == 'yes', v.label != 'unrelated') for r, v in told if r['topic'] != 'adjacent')}"
    )
    print(
        f"{'':30} relevant        {figures((r['topic'] == 'yes', v.label == 'relevant') for r, v in told if r['topic'] != 'adjacent')}"
    )
    print(
        f"adjacent ones found: {sum(v.label != 'unrelated' for r, v in told if r['topic'] == 'adjacent')}/{sum(r['topic'] == 'adjacent' for r, _ in told)}"
    )
    if mistakes:
        for row, v in told:
            if (row["topic"] == "yes") != (v.label != "unrelated") and row["topic"] != "adjacent":
                print(
                    f"\nitem {row['n']} truth {row['topic']} said {v.label} {v.score} {[(e.cue, e.text[:50]) for e in v.evidence]} | {row['item'][:400]}"
                )


def speed(judge: Judge, name: str, texts: list[str]) -> None:
    """Texts a second of one core's own time, so that neighbours on the machine do not count."""
    started = time.process_time()
    rounds = 0
    while time.process_time() - started < 2:
        for text in texts:
            judge.judge_text(text)
        rounds += 1
    rate = rounds * len(texts) / (time.process_time() - started)
    print(f"speed, {name}: {rate:,.0f} texts/s ({sum(map(len, texts)) // len(texts)} characters on average)")


def long_text(judge: Judge, name: str, text: str) -> None:
    """Milliseconds of one core for a million characters, best of three."""
    book = (text * (1_000_000 // max(len(text), 1) + 1))[:1_000_000]
    best = math.inf
    for _ in range(3):
        started = time.process_time()
        judge.judge_text(book)
        best = min(best, time.process_time() - started)
    print(f"speed, a million characters of {name}: {best * 1000:.0f} ms")


# ------------------------------------------------------------------------------------------------------------ fitting


def fit(texts: list[Row]) -> None:
    finder = Finder(builtin_lexicon())
    data = [
        (
            counts(finder.find(fold(row["text"]), support=True)).features(),
            row["relevant"],
            json.dumps(row["source"], sort_keys=True),
            row,
        )
        for row in texts
        if not row["context_dependent"]
    ]
    bias, weights = _logistic([(x, y) for x, y, _, _ in data])
    print("BIAS =", round(bias, 2), "WEIGHTS =", tuple(round(w, 2) for w in weights))
    folds: dict[int, set[str]] = defaultdict(set)
    for place, source in enumerate(sorted({_place(source) for _, _, source, _ in data})):
        folds[place % 10].add(source)
    told: list[tuple[bool, float]] = []
    for held in folds.values():
        b, w = _logistic([(x, y) for x, y, source, _ in data if _place(source) not in held])
        told += [(y, probability(x, w, b)) for x, y, source, _ in data if _place(source) in held]
    print("held-out sources: relevant+unsure", figures((y, p >= UNSURE) for y, p in told))
    print("held-out sources: relevant       ", figures((y, p >= RELEVANT) for y, p in told))
    print(f"held-out log loss {-sum(math.log(max(p if y else 1 - p, 1e-6)) for y, p in told) / len(told):.3f}")


def _place(source: str) -> str:
    """The file or page a passage came from: all passages of one bill stay together."""
    found = json.loads(source)
    return str(found.get("path") or found.get("url"))


def _logistic(data: Sequence[tuple[tuple[float, ...], bool]], ridge: float = 1.0) -> tuple[float, list[float]]:
    """Ridge logistic regression by plain gradient descent (five numbers a text: no library needed)."""
    bias, weights = 0.0, [0.0] * len(data[0][0])
    for _ in range(1500):
        slope, slopes = 0.0, [ridge * w for w in weights]
        for x, y in data:
            error = probability(x, weights, bias) - y
            slope += error
            for i, value in enumerate(x):
                slopes[i] += error * value
        bias -= 0.02 * slope
        weights = [w - 0.02 * s for w, s in zip(weights, slopes, strict=True)]
    return bias, weights


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mistakes", action="store_true")
    parser.add_argument("--fit", action="store_true")
    asked = parser.parse_args()
    judge = builtin()
    dev, pairs = SHARED / "relevance/dev.jsonl", SHARED / "relevance/pairs_dev.jsonl"
    found = sorted((SHARED / "corpus/legistar_api").glob("*labelled*.jsonl"))
    if not dev.exists():
        print(f"no labelled texts at {dev}: nothing to measure")
        return
    if asked.fit:
        fit(rows(dev))
        return
    passages(judge, rows(dev), asked.mistakes)
    if pairs.exists():
        changes(judge, rows(pairs), asked.mistakes)
    labelled = [row for path in found for row in rows(path)]
    if labelled:
        items(judge, labelled, asked.mistakes)
    traps = [row["text"] for row in rows(dev) if not row["relevant"] and row["hard"]]
    ordinary = [row["text"] for row in rows(dev) if not row["relevant"] and not row["hard"]]
    ordinary += [row["item"] for row in labelled if row["topic"] == "no"]
    speed(judge, "ordinary items", ordinary)
    speed(judge, "trap texts (ice, detention, alien …)", traps)
    codes = sorted((SHARED / "corpus/encodeplus").glob("*code*.md"))
    for code in codes[:1]:
        long_text(judge, "a municipal code", code.read_text(encoding="utf-8", errors="replace"))
    long_text(judge, "nothing but trap texts", "\n".join(traps))


if __name__ == "__main__":
    main()
