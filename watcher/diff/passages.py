"""Passages of a document: which stand as they were, and which are new, gone, reworded or elsewhere.

Both sides are aligned by what they say (and by the publisher's key where one stands on both sides); what is left over
is paired by key, then by equal text elsewhere (moved), then by likeness (reworded). A paragraph that is merely broken
at another place is no change. Sizes bound the work.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz

from watcher.diff.alignment import Pair, Stretch, common, gaps
from watcher.diff.sameness import fold
from watcher.model import Passage

LONG = 2_000  # characters: a longer passage is compared sentence by sentence
SPEAKS_FOR_ITSELF = 30  # characters: a shorter text is known by its key, not by what it says
ALIKE = 55  # per cent: two texts at the same place are one, reworded
ALIKE_ALONE = 35  # … where each is the only one there
ALIKE_ELSEWHERE = 85  # … where they stand apart
ALIKE_IN_PART, ALIKE_JOINED = 70, 80  # … where one was broken in several: each in the whole, and all together
ALL_PAIRS = 900  # so many pairs of a stretch are compared one by one; above, those that share rare words
MOST_SPLITS = 64  # pairs of a gap in which broken paragraphs are looked for
RARE = 30  # a word in more passages tells nothing
_SENTENCE = re.compile(r"(?<=[.;:!?])\s+")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage, or a sentence of a very long one. `said` is what is compared; `source` counts passages."""

    text: str
    said: str
    heading: tuple[str, ...]
    key: str
    source: int


@dataclass(frozen=True, slots=True)
class Edit:
    """One step of the way from before to after: index runs (from, to) of pieces on both sides.

    `kept` says the same; `moved` says the same elsewhere; `removed` has no run after, `added` none before.
    """

    kind: Literal["kept", "moved", "reworded", "removed", "added"]
    before: tuple[int, int]
    after: tuple[int, int]


def pieces(passages: Sequence[Passage], known: dict[str, str] | None = None) -> tuple[Piece, ...]:
    """Return the passages that say anything, very long ones as sentences.

    `known` keeps what each text is compared as, so that the other side, mostly the same, need not fold it again.
    """
    known = {} if known is None else known
    found: list[Piece] = []
    for source, passage in enumerate(passages):
        parts = [passage.text] if len(passage.text) <= LONG else _sentences(passage.text)
        for part in parts:
            said = known.get(part)
            if said is None:
                said = known[part] = fold(part)
            if said:
                found.append(Piece(part, said, passage.heading, passage.key, source))
    return tuple(found)


def edits(before: Sequence[Piece], after: Sequence[Piece]) -> tuple[Edit, ...]:
    """Return the steps that turn `before` into `after`; every piece of both sides stands in exactly one."""
    matched = _aligned(before, after)
    found = [Edit("kept", (b, b + 1), (a, a + 1)) for b, a in matched]
    left = _Left(before, after, gaps(matched, (0, len(before), 0, len(after))))
    for step in (left.reflowed, left.same_key, left.elsewhere, left.split, left.alike):
        found += step()
    found += left.rest()
    return tuple(sorted(found, key=lambda edit: (edit.after, edit.before)))


def _sentences(text: str) -> list[str]:
    parts: list[str] = []
    for sentence in _SENTENCE.split(text):
        while len(sentence) > LONG:
            cut = sentence.rfind(" ", LONG // 2, LONG) + 1 or LONG
            parts.append(sentence[:cut])
            sentence = sentence[cut:]
        parts.append(sentence)
    return parts


def _aligned(before: Sequence[Piece], after: Sequence[Piece]) -> list[Pair]:
    """Align by key and text first, then, between those, by text alone where it is long enough to be known by it."""
    shared = {piece.key for piece in before if piece.key} & {piece.key for piece in after if piece.key}
    names: dict[tuple[str, str], int] = {}

    def named(piece: Piece, key: str) -> int:
        return names.setdefault((key, piece.said), len(names))

    exact = [[named(p, p.key if p.key in shared else "") for p in side] for side in (before, after)]
    matched = common(*exact)
    if not shared:
        return matched
    lone = -1
    more: list[Pair] = []
    for b0, b1, a0, a1 in gaps(matched, (0, len(before), 0, len(after))):
        loose: list[list[int]] = []
        for side, start, end in ((before, b0, b1), (after, a0, a1)):
            numbers = []
            for piece in side[start:end]:
                lone += 1
                known = len(piece.said) >= SPEAKS_FOR_ITSELF or piece.key not in shared
                numbers.append(named(piece, "") if known else len(before) * 4 + len(after) * 4 + lone)
            loose.append(numbers)
        more += [(b0 + b, a0 + a) for b, a in common(*loose)]
    return sorted(matched + more)


class _Left:
    """The pieces no alignment took, by the gap they stand in. Each step takes some away and names the edit."""

    def __init__(self, before: Sequence[Piece], after: Sequence[Piece], stretches: Sequence[Stretch]) -> None:
        self.before, self.after, self.stretches = before, after, stretches
        self.gone: dict[int, int] = {b: gap for gap, s in enumerate(stretches) for b in range(s[0], s[1])}
        self.new: dict[int, int] = {a: gap for gap, s in enumerate(stretches) for a in range(s[2], s[3])}

    def reflowed(self) -> Iterator[Edit]:
        """The same words in a gap, broken into passages at other places."""
        for b0, b1, a0, a1 in self.stretches:
            if b1 > b0 and a1 > a0 and _run(self.before[b0:b1]) == _run(self.after[a0:a1]):
                yield self._take("kept", (b0, b1), (a0, a1))

    def same_key(self) -> Iterator[Edit]:
        """The publisher's own id on both sides, once each."""
        old, new = self._by_key(self.before, self.gone), self._by_key(self.after, self.new)
        elsewhere = self._said_elsewhere()
        for key in [key for key in old if key in new]:
            b, a = old[key], new[key]
            if not ({self.before[b].said, self.after[a].said} & elsewhere):
                yield self._take("reworded", (b, b + 1), (a, a + 1))

    def elsewhere(self) -> Iterator[Edit]:
        """Equal text at another place: moved, in runs."""
        places: dict[str, list[int]] = defaultdict(list)
        for a in self.new:
            places[self.after[a].said].append(a)
        pairs: list[Pair] = []
        for b in self.gone:
            if found := places.get(self.before[b].said):
                pairs.append((b, found.pop(0)))
        for b, a in pairs:
            yield self._take("moved", (b, b + 1), (a, a + 1))

    def alike(self) -> Iterator[Edit]:
        """Texts that differ in some words: reworded; the most alike pairs first."""
        for _, b, a in sorted(self._likeness(), key=lambda found: (-found[0], found[1], found[2])):
            if b in self.gone and a in self.new:
                yield self._take("reworded", (b, b + 1), (a, a + 1))

    def split(self) -> Iterator[Edit]:
        """One paragraph broken in several, or several joined to one, with some words changed on the way."""
        for b0, b1, a0, a1 in self.stretches:
            old = [b for b in range(b0, b1) if b in self.gone]
            new = [a for a in range(a0, a1) if a in self.new]
            if len(old) + len(new) < 3 or len(old) * len(new) > MOST_SPLITS:
                continue
            for b in old:
                if run := _parts_of(b, self.before, [a for a in new if a in self.new], self.after):
                    yield self._take("reworded", (b, b + 1), run)
            for a in [a for a in new if a in self.new]:
                if run := _parts_of(a, self.after, [b for b in old if b in self.gone], self.before):
                    yield self._take("reworded", run, (a, a + 1))

    def rest(self) -> Iterator[Edit]:
        """What is left is gone or new."""
        for b in list(self.gone):
            yield Edit("removed", (b, b + 1), (self._place(self.gone[b]),) * 2)
        for a in list(self.new):
            yield Edit("added", (self.stretches[self.new[a]][1],) * 2, (a, a + 1))

    def _place(self, gap: int) -> int:
        return self.stretches[gap][2]

    def _take(
        self, kind: Literal["kept", "moved", "reworded"], before: tuple[int, int], after: tuple[int, int]
    ) -> Edit:
        for b in range(*before):
            del self.gone[b]
        for a in range(*after):
            del self.new[a]
        return Edit(kind, before, after)

    def _by_key(self, side: Sequence[Piece], left: dict[int, int]) -> dict[str, int]:
        counted = Counter(side[index].key for index in left)
        return {side[index].key: index for index in left if side[index].key and counted[side[index].key] == 1}

    def _said_elsewhere(self) -> set[str]:
        old = {self.before[b].said for b in self.gone if len(self.before[b].said) >= SPEAKS_FOR_ITSELF}
        return old & {self.after[a].said for a in self.new}

    def _likeness(self) -> Iterator[tuple[float, int, int]]:
        by_gap: dict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for b, gap in self.gone.items():
            by_gap[gap][0].append(b)
        for a, gap in self.new.items():
            by_gap[gap][1].append(a)
        for old, new in by_gap.values():
            if len(old) * len(new) <= ALL_PAIRS:
                least = ALIKE_ALONE if len(old) == len(new) == 1 else ALIKE
                yield from self._scores(((b, a) for b in old for a in new), least)
        for b, a in self._sharing_rare_words():
            same_gap = self.gone[b] == self.new[a]
            yield from self._scores([(b, a)], ALIKE if same_gap else ALIKE_ELSEWHERE)

    def _scores(self, pairs: Iterator[Pair] | list[Pair], least: float) -> Iterator[tuple[float, int, int]]:
        for b, a in pairs:
            old, new = self.before[b].said, self.after[a].said
            score = fuzz.ratio(old, new, score_cutoff=least)
            if not score and least < ALIKE_ELSEWHERE and min(len(old), len(new)) >= SPEAKS_FOR_ITSELF:
                score = least if old in new or new in old else 0  # something was put before or behind it
            if score:
                yield score, b, a

    def _sharing_rare_words(self) -> Iterator[Pair]:
        holders: dict[str, list[int]] = defaultdict(list)
        for b in self.gone:
            for word in set(_WORD.findall(self.before[b].said)):
                holders[word].append(b)
        for a in self.new:
            votes: Counter[int] = Counter()
            for word in set(_WORD.findall(self.after[a].said)):
                found = holders.get(word, ())
                if len(found) <= RARE:
                    votes.update(found)
            for b, shared in votes.most_common(3):
                if shared > 1 or len(votes) == 1:
                    yield b, a


def _run(side: Sequence[Piece]) -> str:
    return " ".join(piece.said for piece in side)


def _parts_of(whole: int, side: Sequence[Piece], candidates: Sequence[int], other: Sequence[Piece]) -> Pair | None:
    """Return the run (from, to) of two or more neighbouring candidates that together say nearly what `whole` says."""
    said = side[whole].said
    found = [
        index
        for index in candidates
        if len(other[index].said) < len(said) and fuzz.partial_ratio(other[index].said, said) >= ALIKE_IN_PART
    ]
    if len(found) < 2 or found[-1] - found[0] != len(found) - 1:
        return None
    run = found[0], found[-1] + 1
    return run if fuzz.ratio(_run(other[slice(*run)]), said) >= ALIKE_JOINED else None
