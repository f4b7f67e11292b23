"""How clerks number an agenda: 1. · 1.A · 7A. · A-1 · IV.B.2 · (a) · ITEM 5: · No. 5 · #5 · and which number may come next."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

NTH, BARE = "no ", "bare "  # ways of counting: "No. 3" and "#3"; "3 Roll call"
MOST = 400  # a greater number is a sum, a year or a section
GAP = 4  # items withdrawn without renumbering leave so many numbers out
DEEPEST = 6

_PART = r"(?:\d{1,3}|[IVXL]{1,6}|[ivxl]{1,6}|[A-Za-z]{1,2})"
_GLUED = r"(?=[A-Z][a-z]{2,}\s)"  # "3.Ordinance of": number and title in two boxes with nothing between
_NO_FILE = r"(?![-–.]?\d)"  # "No. 26-114" is a file's number, no place in a list
_FILE = r"(?:\d{2}|20\d\d)-\d{3,5}\b"
_AFTER = rf"(?:\s*[.:)–—-]\s*(?:\|\s*)?|\s*\|\s*|\s*\Z|\s+(?=[^\W\d_a-z]|[\"“(*$\[]|{_FILE})|{_GLUED})"
_NUMBER = re.compile(
    rf"""[*•\s]*(?:
        (?P<item>(?i:(?:agenda\s+)?item)(?:\s+(?i:nos?\.?|number)|\s*[\#№])?\s*(?P<called>\d{{1,3}}(?:[.-]?[A-Za-z\d]{{1,2}})?)){_NO_FILE}{_AFTER}
      | (?P<nth>(?:(?i:no\.?|number)\s*|[\#№]\s?)(?P<counted>\d{{1,3}}[A-Za-z]?)){_NO_FILE}{_AFTER}
      | (?P<closed>\(?(?P<plain>{_PART}(?:[.-]{_PART}|(?<=\d)[A-Za-z]|(?<=\d)[a-z]|(?<=[A-Za-z])\d{{1,2}}){{0,4}})[.):]{{1,2}})(?:\s*\|\s*|\s+|\Z|{_GLUED})
      | (?P<open>(?P<bare>(?:\d{{1,3}}|[IVXL]{{1,5}}|[A-Z])(?:[.-]{_PART}|(?<=\d)[A-Z]|(?<=[A-Z])\d{{1,2}}){{1,4}}))(?:(?:\s*\|\s*|\s+)(?=[^\W\d_a-z]|["“(*$]|{_FILE})|{_GLUED})
      | (?P<lone>\d{{1,3}})\s+(?=[A-Z][a-z]+(?:\s|\Z)|{_FILE})
      | (?P<cell>\d{{1,3}}|[A-Z]|[IVX]{{1,5}})\s\|\s(?=\S)
    )""",
    re.VERBOSE,
)
_PIECE = re.compile(r"\d+|[A-Za-z]+")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50}

Counted = tuple[str, int]  # a way of counting (1 A a I i) and how far it has come


class Number(NamedTuple):
    """A number at the start of a line: as written, each of its parts with the ways to read it, and where it ends."""

    shown: str
    parts: tuple[tuple[Counted, ...], ...]
    end: int

    @property
    def weak(self) -> bool:
        """True where the number may be the line's own: an address, a change order's. It needs the others of its count."""
        return self.parts[0][0][0].startswith((NTH, BARE))


REMEMBERED = 1_000  # characters of a line up to which its number is: both sides of a comparison have the same lines


def number_at(text: str) -> Number | None:
    """Return the number that a line begins with, or None."""
    return _known(text) if len(text) <= REMEMBERED else _number(text)


def _number(text: str) -> Number | None:
    found = _NUMBER.match(text)
    if found is None:
        return None
    shown = found["item"] or found["nth"] or found["closed"] or found["open"] or found["lone"] or found["cell"]
    plain = found["called"] or found["counted"] or found["plain"] or found["bare"] or found["lone"] or found["cell"]
    # "(3)" goes on from "(2)", never from "2."; nor does "No. 3"
    mark = "(" if shown.lstrip("*• ").startswith("(") else NTH if found["nth"] else BARE if found["lone"] else ""
    parts = tuple(tuple((mark + way, at) for way, at in _ways(piece)) for piece in _PIECE.findall(plain))
    if not all(parts) or len(parts) > DEEPEST:
        return None
    return Number(shown.strip(), parts, found.end())


_known = lru_cache(2_048)(_number)


def _ways(piece: str) -> tuple[Counted, ...]:
    if piece.isdigit():
        return (("1", int(piece)),) if 0 < int(piece) <= MOST else ()
    found: list[Counted] = []
    roman, letter = ("I", "A") if piece.isupper() else ("i", "a")
    if all(sign in _ROMAN for sign in piece.lower()) and (value := _roman(piece.lower())):
        found.append((roman, value))
    if len(piece) == 1:
        found.append((letter, ord(piece.lower()) - 96))
    elif len(piece) == 2 and piece[0] == piece[1]:  # AA after Z
        found.append((letter, 26 + ord(piece[0].lower()) - 96))
    return tuple(found)


def _roman(signs: str) -> int:
    total = 0
    for sign, following in zip(signs, signs[1:] + " ", strict=True):
        value = _ROMAN[sign]
        total += -value if _ROMAN.get(following, 0) > value else value
    return total


@dataclass(slots=True)
class Counter:
    """How far an agenda's numbers have come, level by level. `fresh` is set by a heading: counting may begin anew."""

    levels: list[Counted] = field(default_factory=list)
    fresh: bool = True

    def take(self, number: Number) -> int | None:
        """Return the depth (from 0) at which a number comes next, and go there; None where it has no place."""
        levels = self._several(number) if len(number.parts) > 1 else self._one(number.parts[0])
        if levels is None:
            return None
        self.levels, self.fresh = levels, False
        return len(levels) - 1

    def due(self, number: Number) -> bool:
        """Say whether a number is exactly the next of a level that is being counted."""
        *above, last = number.parts
        if len(above) > len(self.levels) or not all(
            level in ways for level, ways in zip(self.levels, above, strict=False)
        ):
            return False
        if above and len(above) == len(self.levels):
            return any(at == 1 for _, at in last)
        counted = self.levels if not above else self.levels[len(above) : len(above) + 1]
        return any((way, at - 1) in counted for way, at in last)

    def begin(self) -> None:
        """A heading: the next number may begin anew or go on."""
        self.fresh = True

    def _one(self, ways: tuple[Counted, ...]) -> list[Counted] | None:
        for depth in reversed(range(len(self.levels))):  # exactly the next, the deepest level first
            for way, at in ways:
                if self.levels[depth] == (way, at - 1):
                    return [*self.levels[:depth], (way, at)]
        first = next(((way, at) for way, at in ways if at == 1), None)
        if first and self.fresh and (not self.levels or self.levels[0][0] == first[0]):
            return [first]
        if (
            first
            and len(self.levels) < DEEPEST
            and self._may_open(first[0])
            and (not self.levels or self.levels[-1][0] != first[0])
        ):
            return [*self.levels, first]
        for depth in reversed(range(len(self.levels))):
            for way, at in ways:
                if self.levels[depth][0] == way and 0 < at - self.levels[depth][1] <= GAP:
                    return [*self.levels[:depth], (way, at)]
        if not self.levels:  # an addendum begins where the agenda ended
            return [ways[0]]
        if self.fresh and self.levels[0][0] in dict(ways):
            return [next(counted for counted in ways if counted[0] == self.levels[0][0])]
        return None

    def _may_open(self, way: str) -> bool:
        """Say whether a way of counting may begin below another: "No. 1" may be the end of "Change Order No. 1"."""
        return not way.startswith((NTH, BARE)) or self.fresh or not self.levels or self.levels[-1][0] in ("I", "A")

    def _several(self, number: Number) -> list[Counted] | None:
        """7A, IV.B.2: the parts before the last say where it belongs."""
        levels: list[Counted] = []
        for depth, ways in enumerate(number.parts):
            known = self.levels[depth] if depth < len(self.levels) else None
            same = next((counted for counted in ways if known and counted[0] == known[0]), None)
            levels.append(same or ways[0])
        if self.levels and not self.fresh and levels[0][0] == self.levels[0][0]:
            behind = levels[0][1] - self.levels[0][1]
            if not 0 <= behind <= GAP:
                return None
        elif self.levels and not self.fresh:
            return None
        return levels
