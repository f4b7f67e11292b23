"""From the cues of a text to the probability that it concerns local cooperation with ICE.

A logistic curve over five counts. The constants were fitted on the development texts by
`python -m benchmarks.judge_eval --fit`, which also checks them by leaving one source out at a time.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from watcher.judge.cues import Cue

BIAS = -3.0
WEIGHTS = (4.6, 1.0, 1.9, 0.7, -1.6)  # any alone, further alone, likely, hint, against
RELEVANT = 0.6
UNSURE = 0.22


@dataclass(frozen=True, slots=True)
class Counts:
    """How many different entries of each strength a text holds, capped where more says no more."""

    alone: int
    likely: int
    hint: int
    against: int

    def features(self) -> tuple[float, ...]:
        """The five numbers the curve is fitted over."""
        return (
            float(self.alone > 0),
            float(min(max(self.alone - 1, 0), 3)),
            float(min(self.likely, 2)),
            float(min(self.hint, 2)),
            float(min(self.against, 2)),
        )


def counts(cues: Iterable[Cue]) -> Counts:
    """Different entries by strength."""
    found = {(cue.entry.strength, cue.entry.id) for cue in cues}
    tally = {
        strength: sum(1 for kind, _ in found if kind == strength) for strength in ("alone", "likely", "hint", "against")
    }
    return Counts(tally["alone"], tally["likely"], tally["hint"], tally["against"])


def probability(features: Sequence[float], weights: Sequence[float] = WEIGHTS, bias: float = BIAS) -> float:
    """The logistic curve at these features."""
    return 1 / (1 + math.exp(-(bias + sum(weight * value for weight, value in zip(weights, features, strict=True)))))


def score(cues: Iterable[Cue]) -> float:
    """The probability (0–1) that a text with these cues is relevant."""
    return probability(counts(cues).features())
