"""The figures of a set of verdicts: precision, recall, F1 with Wilson bounds, average precision, reliability."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.labelled import Labelled
from watcher.model import Verdict

Told = Sequence[tuple[Labelled, Verdict]]
OPPOSITE = {"limits": "expands", "expands": "limits"}


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with its 95 % bounds (Wilson)."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """The share, 0 to 1; 0 of nothing."""
        return self.hits / max(self.of, 1)

    def bounds(self) -> tuple[float, float]:
        """Lower and upper bound."""
        if not self.of:
            return 0.0, 1.0
        p, z, n = self.value, 1.96, self.of
        centre, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)

    def __str__(self) -> str:
        low, high = self.bounds()
        return f"{self.value:.3f} [{low:.2f}–{high:.2f}]" if self.of else "–"


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1 of (truth, said) pairs."""

    precision: Share
    recall: Share

    @property
    def f1(self) -> float:
        """The harmonic mean of the two."""
        p, r = self.precision.value, self.recall.value
        return 2 * p * r / (p + r) if p + r else 0.0


def scored(pairs: Iterable[tuple[bool, bool]]) -> Score:
    """Precision and recall of what was said against the truth."""
    told = list(pairs)
    right = sum(truth and said for truth, said in told)
    return Score(Share(right, sum(said for _, said in told)), Share(right, sum(truth for truth, _ in told)))


def found(told: Told) -> Score:
    """Of `relevant` and `unsure` together."""
    return scored((row.relevant, verdict.label != "unrelated") for row, verdict in told)


def loud(told: Told) -> Score:
    """Of `relevant` alone."""
    return scored((row.relevant, verdict.label == "relevant") for row, verdict in told)


def average_precision(pairs: Iterable[tuple[float, bool]]) -> float:
    """Area under the precision-recall steps; among equal scores the irrelevant come first (the worst case)."""
    hits, total = 0, 0.0
    for rank, (_, truth) in enumerate(sorted(pairs, key=lambda pair: (-pair[0], pair[1])), 1):
        if truth:
            hits += 1
            total += hits / rank
    return total / max(hits, 1)


def topics(told: Told) -> dict[str, Score]:
    """Each topic on the relevant texts; "all" is the micro-average."""
    pairs = [(row.topics, frozenset(verdict.topics)) for row, verdict in told if row.relevant and row.topics]
    names = sorted({topic for truth, said in pairs for topic in truth | said})
    each = {name: scored((name in truth, name in said) for truth, said in pairs) for name in names}
    right = sum(len(truth & said) for truth, said in pairs)
    whole = Score(
        Share(right, sum(len(said) for _, said in pairs)), Share(right, sum(len(truth) for truth, _ in pairs))
    )
    return {**each, "all": whole}


def stance(told: Told, name: str = "") -> tuple[Share, Share]:
    """(right, opposite) among what was found and labelled limits or expands, or only `name`."""
    wanted = [(row, v) for row, v in told if row.relevant and v.label != "unrelated" and row.stance in OPPOSITE]
    some = [(row, v) for row, v in wanted if name in ("", row.stance)]
    right = sum(row.stance == v.stance for row, v in some)
    return Share(right, len(some)), Share(sum(v.stance == OPPOSITE[row.stance] for row, v in some), len(some))


def stage(told: Told) -> Share:
    """How often the stage is right where the label and the judge both name one."""
    some = [
        (row, v)
        for row, v in told
        if row.relevant and row.stage not in ("", "unknown", "none", "in_force") and v.stage != "unknown"
    ]
    return Share(sum(row.stage == v.stage for row, v in some), len(some))


def reliability(told: Told, bins: int = 10) -> list[tuple[float, float, float, int]]:
    """(from, mean score, share of relevant, texts) of each bin of scores that holds any."""
    held: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for row, verdict in told:
        held[min(int(verdict.score * bins), bins - 1)].append((verdict.score, row.relevant))
    return [
        (place / bins, sum(s for s, _ in some) / len(some), sum(t for _, t in some) / len(some), len(some))
        for place, some in sorted(held.items())
    ]


def recorded(told: Told) -> dict[str, float]:
    """The figures that CI holds a set to; a share that falls is a defect."""
    right, opposite = stance(told)
    both, alone = found(told), loud(told)
    return {
        "texts": len(told),
        "precision of relevant+unsure": round(both.precision.value, 4),
        "recall of relevant+unsure": round(both.recall.value, 4),
        "precision of relevant": round(alone.precision.value, 4),
        "recall of relevant": round(alone.recall.value, 4),
        "average precision": round(average_precision((v.score, row.relevant) for row, v in told), 4),
        "topics micro-F1": round(topics(told)["all"].f1, 4),
        "stance right": round(right.value, 4),
        "stance not opposite": round(1 - opposite.value, 4),
        "stage right": round(stage(told).value, 4),
    }
