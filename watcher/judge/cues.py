"""Finds the lexicon's entries in a text: cheap literals first, patterns only around them.

An ordinary text holds none of the literals and costs a few substring searches; in a long text the patterns run only in
the surroundings of a literal, so their cost grows with the hits, not with the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from watcher.judge.folding import Folded, fold
from watcher.judge.lexicon import Entry, Lexicon

REACH = 400  # characters around a literal in which its entry's patterns are looked for
SHORT = 3000  # up to this length a text is searched whole
MOST = 40  # hits of one entry that are worth keeping: more say nothing new
NEAR = 100


@dataclass(frozen=True, slots=True)
class Cue:
    """One entry found, as a span of the folded text."""

    entry: Entry
    start: int
    end: int


class Finder:
    """A lexicon made ready for searching."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._by_word: dict[tuple[str, bool], list[int]] = {}
        self._always: list[int] = []
        self._entries = lexicon.entries
        for place, entry in enumerate(lexicon.entries):
            for word in entry.words:
                self._by_word.setdefault((word if entry.case else word.lower(), entry.case), []).append(place)
            if not entry.words:
                self._always.append(place)
        self._words = tuple((word, case, tuple(places)) for (word, case), places in self._by_word.items())

    def find(self, folded: Folded) -> tuple[Cue, ...]:
        """Every cue of the text, in the order of its place."""
        text, low = folded.text, folded.low
        hits: dict[int, list[str]] = {place: [] for place in self._always}
        for word, case, places in self._words:
            if word in (text if case else low):
                for place in places:
                    hits.setdefault(place, []).append(word)
        if not hits:
            return ()
        found: list[Cue] = []
        for place, words in hits.items():
            entry = self._entries[place]
            found.extend(self._search(entry, text if entry.case else low, low, words))
        return tuple(sorted(found, key=lambda cue: (cue.start, -cue.end, cue.entry.id)))

    def _search(self, entry: Entry, hay: str, low: str, words: list[str]) -> Iterator[Cue]:
        taken: set[tuple[int, int]] = set()
        for start, end in _windows(hay, words):
            for pattern in entry.patterns:
                for match in pattern.finditer(hay, start, end):
                    span = match.span()
                    if span not in taken and len(taken) < MOST and _stands(entry, low, *span):
                        taken.add(span)
                        yield Cue(entry, *span)


def _stands(entry: Entry, low: str, start: int, end: int) -> bool:
    """Whether the entry's surroundings allow the match."""
    if entry.not_left is not None and entry.not_left.search(low[max(start - 40, 0) : start]):
        return False
    if entry.not_right is not None and entry.not_right.search(low[end : end + 40]):
        return False
    if entry.not_near is not None and entry.not_near.search(low, max(start - NEAR, 0), end + NEAR):
        return False
    if entry.needs is None:
        return True
    return entry.needs.search(
        low[max(start - entry.within, 0) : start] + " \0 " + low[end : end + entry.within]
    ) is not None or (end - start > 12 and entry.needs.search(low, start, end) is not None)


def _windows(hay: str, words: list[str]) -> list[tuple[int, int]]:
    if len(hay) <= SHORT or not words:
        return [(0, len(hay))]
    windows: list[tuple[int, int]] = []
    for place in sorted({match.start() for word in words for match in re.finditer(re.escape(word), hay)}):
        start, end = max(place - REACH, 0), min(place + REACH, len(hay))
        if windows and start <= windows[-1][1]:
            windows[-1] = (windows[-1][0], end)
        else:
            windows.append((start, end))
    return windows


def find(lexicon: Lexicon, text: str) -> tuple[Cue, ...]:
    """The cues of one text, as spans of its folded form."""
    return Finder(lexicon).find(fold(text))
