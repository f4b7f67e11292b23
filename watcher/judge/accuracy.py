"""How right the judge was found to be: the figures of the last measurement, which ship with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

import orjson


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many; `low` and `high` are the 95 % bounds (Wilson), from 0 to 1."""

    hits: int
    of: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share, 0 to 1; 0 of nothing."""
        return self.hits / max(self.of, 1)


@dataclass(frozen=True, slots=True)
class Measured:
    """One set of labelled texts. `right`: of what was called relevant or unsure; `found`: of what is relevant."""

    what: str
    texts: int
    relevant: int
    right: Share
    found: Share
    direction: Share
    opposite: Share  # direction taken for its contrary


@dataclass(frozen=True, slots=True)
class Accuracy:
    """One measurement: of which judge, on which day, on which sets."""

    judge: str
    day: date
    sets: tuple[Measured, ...]


@cache
def accuracy() -> Accuracy:
    """The measurement that ships; `make eval` writes it."""
    told = orjson.loads(files("watcher.judge").joinpath("accuracy.json").read_bytes())
    sets = (
        Measured(**one | {name: Share(**one[name]) for name in ("right", "found", "direction", "opposite")})
        for one in told["sets"]
    )
    return Accuracy(told["judge"], date.fromisoformat(told["date"]), tuple(sets))
