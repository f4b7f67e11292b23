"""Finds the lexicon's entries in a text: cheap literals first, patterns only around them.

An ordinary text holds none of the literals and costs a few substring searches; in a long text the patterns run only in
the surroundings of a literal, so their cost grows with the hits, not with the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

from watcher.judge.folding import Folded, fold
from watcher.judge.lexicon import Entry, Lexicon
from watcher.judge.required import Groups, all_of, missing

REACH = 400  # characters around a literal in which its entry's patterns are looked for
SHORT = 3000  # up to this length a text is searched whole
LONG = 20_000  # beyond this length a text is first narrowed to regions
REGION = 1000  # characters around a literal that such a region spans: a match, and what it needs
MOST = 40  # hits of one entry that are worth keeping: more say nothing new
NEAR = 100
MANY = 12  # words that are looked for together rather than one after the other


_Tree: TypeAlias = "dict[str, _Tree]"  # words letter by letter; "" where one ends


@dataclass(frozen=True, slots=True)
class Cue:
    """One entry found, as a span of the folded text."""

    entry: Entry
    start: int
    end: int


class Finder:
    """A lexicon made ready for searching: which literals to look for, and which entries each of them wakes."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._speaking = _Index(tuple(entry for entry in lexicon.entries if entry.strength in ("alone", "likely")))
        self._supporting = _Index(
            tuple(entry for entry in lexicon.entries if entry.strength not in ("alone", "likely"))
        )

    def find(self, folded: Folded, *, support: bool = False) -> tuple[Cue, ...]:
        """Every cue of the text, in the order of its place.

        Entries that only support or speak against are looked for where another entry stands, or `support` asks for them.
        """
        if len(folded.low) <= LONG:
            found = self._passage(folded, support)
        else:
            found = [
                replace(cue, start=cue.start + start, end=cue.end + start)
                for start, end in self._speaking.regions(folded)
                for cue in self._passage(Folded(folded.text[start:end], folded.low[start:end]), support)
            ]
        return tuple(sorted(found, key=lambda cue: (cue.start, -cue.end, cue.entry.id)))

    def _passage(self, folded: Folded, support: bool) -> list[Cue]:
        found = self._speaking.find(folded)
        return found + self._supporting.find(folded) if found or support else found


class _Index:
    """Entries by their gates: the few literals without one of which an entry cannot match."""

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self._entries = entries
        self._patterns: dict[int, tuple[tuple[re.Pattern[str], Groups], ...]] = {}  # of the entries asked for so far
        self._always = frozenset(place for place, entry in enumerate(entries) if not entry.words)
        self._wakes = _wakes((place, _gate(entry)) for place, entry in enumerate(entries) if not entry.case)
        self._wakes_capitals = _wakes((place, _gate(entry)) for place, entry in enumerate(entries) if entry.case)

    def regions(self, folded: Folded) -> list[tuple[int, int]]:
        """The stretches of a long text in which an entry can match at all: everywhere, if one has no literals."""
        if self._always:
            return [(0, len(folded.low))]
        capitals = tuple(stem for stem in self._wakes_capitals if stem not in self._wakes)
        return _merged(sorted(_around(folded.low, tuple(self._wakes), REGION) + _around(folded.text, capitals, REGION)))

    def find(self, folded: Folded) -> list[Cue]:
        text, low = folded.text, folded.low
        if not low:
            return []
        there = [places for stem, places in self._wakes.items() if stem in low]
        there += [places for stem, places in self._wakes_capitals.items() if stem in text]
        if not there and not self._always:
            return []
        found: list[Cue] = []
        for place in sorted(self._always.union(*there)):
            entry = self._entries[place]
            hay = text if entry.case else low
            if entry.need_words and not _holds(low, entry.need_words):
                continue
            if (not entry.words or _holds(hay, entry.words)) and (patterns := self._possible(place, hay)):
                found.extend(_search(entry, patterns, hay, low))
        return found

    def _possible(self, place: int, hay: str) -> list[re.Pattern[str]]:
        """The patterns of an entry that can match: all that they require stands in the text."""
        known = self._patterns.get(place)
        if known is None:  # a start has no need of them all
            known = self._patterns[place] = all_of(self._entries[place].patterns)
        return [pattern for pattern, groups in known if not missing(groups, hay)]


def _wakes(gates: Iterable[tuple[int, tuple[str, ...]]]) -> dict[str, frozenset[int]]:
    """Which entries can match where a stem stands: those one of whose gate's literals contains it."""
    listed = [(place, word) for place, words in gates for word in words]
    return {
        stem: frozenset(place for place, word in listed if stem in word) for stem in _stems(word for _, word in listed)
    }


def _search(entry: Entry, patterns: Iterable[re.Pattern[str]], hay: str, low: str) -> Iterator[Cue]:
    taken: set[tuple[int, int]] = set()
    for start, end in _windows(entry, hay, low):
        for pattern in patterns:
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


# What ordinary public texts hardly ever hold: a list of literals made of these is the better gate.
_SUBJECT = re.compile(
    r"m?migra|ICE|deport|homeland|alien|sanctuary|border p|dhs|cbp|1373|customs enf|detainer|citizenship|noncitizen|undocumented|287\(|"
    r"extreme vetting|enforcement and removal|federal (?:imm|agen|off)"
)


def _gate(entry: Entry) -> tuple[str, ...]:
    """The literals, of those the entry has and those it needs, that are the rarer: without one of them no match."""
    lists = [words for words in (entry.words, entry.need_words) if words] or [()]
    return min(lists, key=lambda words: (sum(_SUBJECT.search(word) is None for word in words), len(words)))


def _holds(hay: str, words: tuple[str, ...]) -> bool:
    for word in words:  # noqa: SIM110 - a loop costs half of any() here, where most of the time goes
        if word in hay:
            return True
    return False


def _stems(words: Iterable[str]) -> tuple[str, ...]:
    """The words without those that contain another of them."""
    distinct = sorted(set(words), key=lambda word: (len(word), word))
    stems: list[str] = []
    for word in distinct:
        if not any(stem in word for stem in stems):
            stems.append(word)
    return tuple(stems)


def _windows(entry: Entry, hay: str, low: str) -> list[tuple[int, int]]:
    """Where the entry's patterns can match at all: around its literals, and only near those it needs."""
    if len(hay) <= SHORT or not entry.words:
        return [(0, len(hay))]
    windows = _around(hay, entry.words, REACH)
    if not entry.need_words:
        return windows
    far = entry.within
    return [
        (a, b) for a, b in windows if any(low.find(word, max(a - far, 0), b + far) >= 0 for word in entry.need_words)
    ]


def _around(hay: str, words: tuple[str, ...], reach: int) -> list[tuple[int, int]]:
    places = (
        _places(hay, words) if len(words) < MANY else (m.start() for p in _beginnings(words) for m in p.finditer(hay))
    )
    return _merged(sorted((max(place - reach, 0), min(place + reach, len(hay))) for place in places))


def _places(hay: str, words: tuple[str, ...]) -> Iterator[int]:
    for word in words:
        place = hay.find(word)
        while place >= 0:
            yield place
            place = hay.find(word, place + 1)


@lru_cache(8)
def _beginnings(words: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """A pattern for each first letter, which finds where one of the words stands: two hundred take the time of eighty."""
    tree: _Tree = {}
    for word in words:
        place = tree
        for letter in word:
            place = place.setdefault(letter, {})
        place[""] = {}
    return tuple(re.compile(f"{re.escape(letter)}(?={_spelled(rest)})") for letter, rest in sorted(tree.items()))


def _spelled(tree: _Tree) -> str:
    if "" in tree:
        return ""
    ways = [re.escape(letter) + _spelled(rest) for letter, rest in sorted(tree.items())]
    return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"


def _merged(windows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in windows:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def find(lexicon: Lexicon, text: str) -> tuple[Cue, ...]:
    """The cues of one text, as spans of its folded form."""
    return Finder(lexicon).find(fold(text), support=True)
