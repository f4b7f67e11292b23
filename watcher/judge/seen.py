"""One side of a change with its cues, and what was decided of it before it is written out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from watcher.judge.cues import Cue
from watcher.judge.folding import Folded
from watcher.model import Stance

Side = Literal["before", "after", "context"]
WINDOW = 700  # characters on either side of a change that speak for it
LONG = 12_000  # of a longer text only the surroundings of its cues are asked for stance and stage
PAPERS_CARRY = 0.3  # how far a new paper inherits from the file it lies in
LEGAL = re.compile(
    r"\b(?:shall|may|must|section|subsection|subdivision|paragraph|chapter|this ordinance|this resolution|notwithstanding|means?)\b"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """One side, folded, with its cues."""

    side: Side
    given: str
    folded: Folded
    cues: tuple[Cue, ...]

    def inside(self, spans: Iterable[tuple[int, int]]) -> tuple[Cue, ...]:
        """The cues that overlap one of the spans."""
        wanted = list(spans)
        return tuple(cue for cue in self.cues if any(cue.start < end and start < cue.end for start, end in wanted))


@dataclass(frozen=True, slots=True)
class Finding:
    """What was decided, before it is written out."""

    score: float
    cues: tuple[tuple[Seen, Cue], ...]
    stance: Stance
    stage: str
    reasons: tuple[str, ...]
    said: str = ""  # the folded words that its topics are read from


def names_papers(text: str) -> bool:
    """Whether a text does nothing but name papers of a file: they say that it moves, not where to."""
    lines = text.splitlines()
    return bool(lines) and all(line.startswith("Attachment:") for line in lines if line.strip())


def turned_round(direction: Stance) -> Stance:
    """The other direction, where there is one."""
    return {"limits": "expands", "expands": "limits"}.get(direction, direction)  # type: ignore[return-value]


def cue_names(cues: Iterable[Cue]) -> str:
    """The first few cues by name, for a reason; those that speak against are not named."""
    names = dict.fromkeys(in_words(cue.entry.id) for cue in cues if cue.entry.strength != "against")
    shown = list(names)[:6]
    return ", ".join(shown) if shown else "no phrase of the subject"


def in_words(cue: str) -> str:
    """The name of a lexicon's entry as a person reads it."""
    return cue.removeprefix("any-").replace("-", " ").replace("_", " ").strip()
