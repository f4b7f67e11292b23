"""The numbers that Word counts itself (ECMA-376 part 1, section 17.9): "1.", "IV.", "B.2" before a paragraph's text."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field

from lxml import etree

from watcher.extractors import _package as package
from watcher.extractors._package import attribute, child, local

PART = "word/numbering.xml"
DEEPEST = 9  # levels, 17.9.6
ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
PLACE = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list counts: from where, in which signs, and how its number is written ("%1.%2")."""

    start: int = 1
    signs: str = "decimal"
    written: str = ""


@dataclass(slots=True)
class Numbering:
    """The lists of a document and how far each has come."""

    lists: dict[str, tuple[str, dict[int, Level]]]  # by numId: the list it counts with, and its levels
    _counts: dict[str, list[int]] = field(default_factory=dict)

    def next(self, list_id: str, depth: int) -> str:
        """Return the number of the next paragraph of a list, "" for a bullet or none at all."""
        if list_id not in self.lists or not 0 <= depth < DEEPEST:
            return ""
        shared, levels = self.lists[list_id]
        counts = self._counts.setdefault(shared, [0] * DEEPEST)
        level = levels.get(depth, Level())
        counts[depth] = counts[depth] + 1 if counts[depth] else level.start
        counts[depth + 1 :] = [0] * (DEEPEST - depth - 1)
        if level.signs in ("bullet", "none"):
            return ""

        def shown(found: re.Match[str]) -> str:
            above = int(found[1]) - 1
            kind = levels.get(above, Level())
            return _in_signs(counts[above] or kind.start, kind.signs)

        return PLACE.sub(shown, level.written).strip()


def numbering(held: zipfile.ZipFile, url: str) -> Numbering:
    """Return the lists of a document, none counted yet. Raises Unreadable for a damaged part."""
    if PART not in held.namelist():
        return Numbering({})
    root = package.tree_of(held, PART, url)
    kinds = {attribute(one, "abstractNumId") or "": _levels(one) for one in root if local(one) == "abstractNum"}
    lists: dict[str, tuple[str, dict[int, Level]]] = {}
    for one in root:
        if local(one) == "num":
            shared = attribute(child(one, "abstractNumId"), "val") or ""
            levels = dict(kinds.get(shared, {}))
            own = False
            for override in (inner for inner in one if local(inner) == "lvlOverride"):
                depth = _number(attribute(override, "ilvl"), 0)
                levels.update(_levels(override))
                if (start := attribute(child(override, "startOverride"), "val")) is not None:
                    known = levels.get(depth, Level())
                    levels[depth] = Level(_number(start, 1), known.signs, known.written)
                    own = True
            name = attribute(one, "numId") or ""
            lists[name] = (f"{shared}/{name}" if own else shared, levels)
    return Numbering(lists)


def _levels(holder: etree._Element) -> dict[int, Level]:
    return {
        _number(attribute(one, "ilvl"), 0): Level(
            _number(attribute(child(one, "start"), "val"), 1),
            attribute(child(one, "numFmt"), "val") or "decimal",
            attribute(child(one, "lvlText"), "val") or "",
        )
        for one in holder
        if local(one) == "lvl"
    }


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 6 else otherwise


def _in_signs(count: int, signs: str) -> str:
    if signs in ("upperRoman", "lowerRoman"):
        written = ""
        for value, sign in ROMAN:
            written += sign * (count // value)
            count %= value
    elif signs in ("upperLetter", "lowerLetter"):
        written = chr(97 + (count - 1) % 26) * (1 + (count - 1) // 26)  # aa after z
    else:
        return f"{count:02}" if signs == "decimalZero" else str(count)
    return written.upper() if signs.startswith("upper") else written
