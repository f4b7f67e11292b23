"""From the cues of a text to the probability that it concerns local cooperation with ICE.

A logistic curve over six counts. The constants were fitted on the development texts by
`python -m benchmarks.judge_eval --fit`, which also checks them by leaving one source out at a time.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from watcher.judge.cues import Cue

BIAS = -3.57
WEIGHTS = (5.44, 0.89, 1.26, 1.11, 0.95, -1.4)  # any alone, further alone, likely without and with it, hint, against
RELEVANT = 0.6
WORDS_ALONE = 0.5
ORDINARY = 0.005  # a text without a word of the neighbourhood
UNSURE = 0.08  # one phrase that needs a partner and found none: worth a look


@dataclass(frozen=True, slots=True)
class Counts:
    """How many different entries of each strength a text holds, capped where more says no more."""

    alone: int
    likely: int
    hint: int
    against: int

    def features(self) -> tuple[float, ...]:
        """The six numbers the curve is fitted over: entries that need a partner count otherwise where one stands."""
        return (
            float(self.alone > 0),
            float(min(max(self.alone - 1, 0), 3)),
            float(min(self.likely, 2)) if not self.alone else 0.0,
            float(min(self.likely, 2)) if self.alone else 0.0,
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


def silent(beyond: float) -> float:
    """The score of a text without a cue, whose words lean `beyond` the point (in log odds) from which it is worth a look.

    Words alone never make a text relevant.
    """
    there = (UNSURE - ORDINARY) / (1 - ORDINARY)
    share = 1 / (1 + math.exp(-(math.log(there / (1 - there)) + beyond)))
    return min(ORDINARY + (1 - ORDINARY) * share, WORDS_ALONE)
