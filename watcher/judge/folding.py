"""What matching sees, and where each of its characters stood.

A published text carries typography that no phrase should have to know: accents, curly quotes, no-break spaces, soft
hyphens, zero-width characters, words broken at a line's end ("immi-\\ngration") and capitals torn off by a PDF's
kerning ("U nited States"). `fold` levels them and keeps a piecewise map, so that every span found in the folded text
is a span of the text exactly as given.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

# Letters that PDF kerning tears off (U nited, I mmigration): only words of this field, so "A ct" stays.
_TORN = "nited States|mmigrant|mmigration|etainer|etention|omeland Security|nforcement|ustoms|anctuary|heriff"
# One class of letters first, so that the search runs over all others without a try: a word broken at its line's end,
# white space that is no single space, a letter beyond ASCII, the space in a torn word (no small letter stands before it).
_UNEVEN = re.compile(
    r"[-\s\x80-\U0010ffff](?:(?<! )(?:(?<=-)[ \t]*\r?\n\s*|(?<=\s)\s*|(?<=[^\x00-\x7f]))"
    rf"|(?<= )(?:\s+|(?<![a-z\d.,;:)] )(?=(?:{_TORN}))))"
)
_PLAIN = re.compile(rf"[^\x20-\x7e]|  | (?=(?:{_TORN}))")
# Between words that a draft strikes or adds; phrases are looked for as if they were not there.
_MARKS = r"~~|\+\+|\[\[|\]\]|>>(?=\w)|(?<=\w)<<"
_UNEVEN_OR_MARKED = re.compile(f"{_MARKS}|{_UNEVEN.pattern}")
_MARKED = re.compile(_MARKS)
_MARK = ("~~", "++", "[[", "]]", ">>", "<<")  # the marks themselves: a plain text holds none
_PUNCTUATION = {
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "″": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",
    "…": ".", "•": "*", "\u00ad": "", "\u180e": "", "\ufeff": "",
}  # fmt: skip


# The agency's letters keep their capitals in `low`, for in lower case ice is frozen water. Not beside a rink, a storm, a
# stock index, an engine, nor where a scanned word was torn (OFF ICE, NOT ICE, VO ICE VOTE).
_AGENCY = re.compile(r"ICE(?<![\w.-]ICE)(?!\w|\.(?!(?i:pdf|docx?|xlsx?|rtf|txt)\b)[A-Za-z])(?!-[A-Z]{2})")
_FROZEN_BEFORE = re.compile(
    r"(?:\b(?:OFF|NOT|POL|SERV|JUST|DEV|VO|PRACT|ADV|CHO|PR|JU|APPRENT|LATT|ORIF)|(?i:snow,? (?:and|&|or|/)|snow[,/]|black|dry|thin|"
    r"wind, water,|air, water,|water,|crushed|dirty|bagged|sea|(?:rain|sleet|hail|frost|cold),? (?:and|or)))[ ]?$"
)
_FROZEN_AFTER = re.compile(
    r"[ -]?(?i:bofa|data (?:services|indices)|benchmark|clear|futures|u\.?s\.? treasury|rink|arena|skat|cream|hockey|storm|age\b|machin|surfac|resurfac|"
    r"time\b|safety|sheet|chest|complex|maker|making|sales|breaker|melt|house|plant|pick|control|and snow|& snow|cold|vote\b|water|fish|danc|center|castle|"
    r"vehicle|engine|sedan|cars?\b|truck|fleet|model|mitigation|dam\b|jam|\(internal|removal (?:and|from|of|service|contract|equip)|removal$|blast|pack|cube|vend|facility|sports)"
)

# A text that says itself what else its ICE stands for speaks of that throughout, unless it names the agency too.
_DEFINED = re.compile(
    r"(?i:\bcost estimates?|\bcombustion(?: engines?)?(?: vehicles?)?|\bintercontinental exchange|\bcase of emergency)\W{1,3}ICE\b"
)


DEFINING = 48  # characters: longer than any of these words with what parts them from the letters


@dataclass(frozen=True, slots=True)
class Folded:
    """A levelled text. `low` is `text` in lower case, of the same length, save for the agency's letters, ICE; `start`
    and `end` lead back to the source.

    `_at` and `_from` hold where each piece begins in the folded and in the given text; `_len` how long the given
    piece is, or -1 where the piece was taken over unchanged.
    """

    text: str
    low: str
    _at: tuple[int, ...] = ()
    _from: tuple[int, ...] = ()
    _len: tuple[int, ...] = ()

    def start(self, index: int) -> int:
        """Where, in the text as given, the folded character `index` begins."""
        if not self._at:
            return index
        piece = bisect_right(self._at, index) - 1
        return self._from[piece] + (index - self._at[piece] if self._len[piece] < 0 else 0)

    def end(self, index: int) -> int:
        """Where, in the text as given, a folded span that ends before `index` ends (exclusive)."""
        if not self._at or index <= 0:
            return index
        piece = bisect_right(self._at, index - 1) - 1
        if self._len[piece] >= 0:
            return self._from[piece] + self._len[piece]
        return self._from[piece] + index - self._at[piece]

    def within(self, given: int) -> int:
        """The folded index that stands for offset `given` of the text as given (nearest to its right)."""
        if not self._at:
            return given
        piece = max(bisect_right(self._from, given) - 1, 0)
        if self._len[piece] >= 0:
            return self._at[piece] + (0 if given <= self._from[piece] else self._width(piece))
        return min(self._at[piece] + given - self._from[piece], self._at[piece] + self._width(piece))

    def _width(self, piece: int) -> int:
        following = self._at[piece + 1] if piece + 1 < len(self._at) else len(self.text)
        return following - self._at[piece]


@lru_cache(maxsize=4096)
def _letter(char: str) -> str:
    if char in _PUNCTUATION:
        return _PUNCTUATION[char]
    if unicodedata.category(char) in ("Cf", "Mn"):
        return ""
    if char.isspace():
        return " "
    bare = "".join(part for part in unicodedata.normalize("NFKD", char) if unicodedata.category(part) != "Mn")
    # A letter whose lower case is longer than itself would shift `low` against `text`.
    return "".join(part if len(part.lower()) == 1 else part.lower()[0] for part in bare)


def _level(uneven: str, before: str, after: str) -> str:
    """What stands in the folded text for one uneven place."""
    if "-" in uneven:
        return "" if before.islower() and after.islower() else "- "[: 1 + bool(after)]
    if uneven == " ":
        return "" if before.isupper() and len(before) == 1 else " "
    return " " if uneven.isspace() else _letter(uneven)


def _defines_another(text: str) -> bool:
    """Whether the text says what else its ICE stands for. Only what stands before the letters is looked at."""
    place = text.find("ICE")
    while place >= 0:
        if _DEFINED.search(text, max(place - DEFINING, 0), place + 4) is not None:
            return True
        place = text.find("ICE", place + 1)
    return False


def _lowered(text: str) -> str:
    low = text.lower()
    if "ICE" not in text:
        return low
    if _defines_another(text) and "customs enforcement" not in low:
        return low
    parts: list[str] = []
    done = 0
    for match in _AGENCY.finditer(text):
        start, end = match.span()
        if _FROZEN_BEFORE.search(text, max(start - 20, 0), start) or _FROZEN_AFTER.match(text, end):
            continue
        parts += [low[done:start], "ICE"]
        done = end
    return "".join((*parts, low[done:]))


def is_marked(text: str) -> bool:
    """Whether the text holds marks around words that a draft strikes or adds."""
    return any([mark in text for mark in _MARK]) and _MARKED.search(text) is not None  # noqa: C419 - a list is faster


def fold(text: str, *, unmarked: bool = False) -> Folded:
    """The text as phrases are matched against it: see the module. Pure, and linear in the text's length.

    With `unmarked`, without the marks around words that a draft strikes or adds.
    """
    if _PLAIN.search(text) is None and not unmarked:
        return Folded(text, _lowered(text))
    pattern = _UNEVEN_OR_MARKED if unmarked else _UNEVEN
    parts: list[str] = []
    at: list[int] = []
    origin: list[int] = []
    length: list[int] = []
    done = width = 0
    for match in pattern.finditer(text):
        start, end = match.span()
        uneven = match[0]
        before = text[start - 1 : start]
        if uneven == " " and not (before.isupper() and not text[max(start - 2, 0) : start - 1].isalnum()):
            continue
        level = "" if unmarked and uneven in _MARK else _level(uneven, before, text[end : end + 1])
        if level == uneven:
            continue
        if start > done:
            at.append(width)
            origin.append(done)
            length.append(-1)
            parts.append(text[done:start])
            width += start - done
        if level:
            at.append(width)
            origin.append(start)
            length.append(end - start)
            parts.append(level)
            width += len(level)
        done = end
    if done < len(text):
        at.append(width)
        origin.append(done)
        length.append(-1)
        parts.append(text[done:])
    folded = "".join(parts)
    return Folded(folded, _lowered(folded), tuple(at), tuple(origin), tuple(length))
