"""Fits the curve of watcher/judge/scoring.py, and checks it with whole sources left out."""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchmarks.figures import scored
from benchmarks.labelled import Labelled, by_source
from watcher.judge import builtin_lexicon
from watcher.judge.cues import Finder
from watcher.judge.folding import fold
from watcher.judge.scoring import RELEVANT, UNSURE, counts, probability

FOLDS = 10
Point = tuple[tuple[float, ...], bool]


def fit(labelled: Sequence[Labelled]) -> None:
    """Prints the constants fitted on all texts, and how constants fitted without a source judge it."""
    finder, group = Finder(builtin_lexicon()), by_source(labelled)
    data = [
        (group[row.source], (counts(finder.find(fold(row.after), support=True)).features(), row.relevant))
        for row in labelled
    ]
    bias, weights = logistic([point for _, point in data])
    print("BIAS =", round(bias, 2), "WEIGHTS =", tuple(round(weight, 2) for weight in weights))
    told: list[tuple[bool, float]] = []
    names = sorted({source for source, _ in data})
    for place in range(FOLDS):
        held = set(names[place::FOLDS])
        b, w = logistic([point for source, point in data if source not in held])
        told += [(truth, probability(x, w, b)) for source, (x, truth) in data if source in held]
    for name, cut in (("relevant+unsure", UNSURE), ("relevant", RELEVANT)):
        score = scored((truth, p >= cut) for truth, p in told)
        print(f"left-out sources, {name}: P {score.precision} R {score.recall} F1 {score.f1:.3f}")
    loss = -sum(math.log(max(p if truth else 1 - p, 1e-6)) for truth, p in told) / len(told)
    print(f"left-out sources, log loss {loss:.3f}")


def logistic(data: Sequence[Point], ridge: float = 1.0) -> tuple[float, list[float]]:
    """(bias, weights) of a ridge logistic regression by plain gradient descent: six numbers a text need no library."""
    bias, weights = 0.0, [0.0] * len(data[0][0])
    for _ in range(1500):
        slope, slopes = 0.0, [ridge * weight for weight in weights]
        for x, truth in data:
            error = probability(x, weights, bias) - truth
            slope += error
            for place, value in enumerate(x):
                slopes[place] += error * value
        bias -= 0.02 * slope
        weights = [weight - 0.02 * change for weight, change in zip(weights, slopes, strict=True)]
    return bias, weights
