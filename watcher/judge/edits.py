"""What was changed between two texts, word by word, and what kind of change each place is.

Both sides are folded first, so typography, case and white space are no change at all. Hunks are mirror images of each
other when the sides are swapped: the comparison always runs from the smaller text to the greater.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import Indel, Levenshtein

from watcher.judge.folding import Folded
from watcher.judge.stage import STEP

Kind = Literal["cosmetic", "paper", "date", "small", "step", "substantive"]
RANK: dict[Kind, int] = {"cosmetic": 0, "paper": 1, "date": 2, "small": 3, "step": 4, "substantive": 5}
TOO_MANY = 4_000_000  # pairs of words beyond which a stretch is compared as one block

_TOKEN = re.compile(r"[a-zA-Z0-9]+(?:[.,'/:-](?=[a-zA-Z0-9])[a-zA-Z0-9]+)*")
_STRUCK = re.compile(r"~~[^~]*~~")
_FORCE = re.compile(
    r"\b(?:shall|may|must|will|can|cannot|should|not|no|never|nor|only|solely|except|unless|absent|without|provided|notwithstanding|"
    r"prohibit\w*|forbid\w*|permit\w*|requir\w*|authoriz\w*|allow\w*|repeal\w*|rescind\w*|reserved|delet\w*|void|suspend\w*|"
    r"terminat\w*|exempt\w*|mandator\w*|voluntar\w*|discretion\w*|declin\w*|honor\w*|comply|judicial|exclud\w*|includ\w*|unlawful\w*|lawful\w*)\b"
)
# The words of force that no status line holds: a step or a paper they stand in is more than that.
_RULES = re.compile(
    r"\b(?:shall|must|only|unless|without|judicial\w*|prohibit\w*|forbid\w*|honor\w*|comply|terminat\w*|cancel\w* (?:the|of)|mandator\w*|voluntar\w*|"
    r"judges?|warrants?|convicted|charged)\b"
)
_RULE = re.compile(r"\b(?:shall|must|may not|nothing in|unless|except|without|only|provided)\b")
# "Ord. No. 12" and "May 5" hold words of force in name only.
_NO_FORCE = re.compile(r"\bnos?\.? ?(?=\d)|\bmay (?=\d)")
_MEASURE = re.compile(
    r"^[ )-]*(?:hours?|days?|months?|years?|minutes?|percent|%|dollars?|beds?|business days?|horas?|dias?)\b"
)
_MONEY = re.compile(r"(?:\$|per diem|rate of) ?$")
_DATE_WORD = re.compile(
    r"^(?:jan\w*|feb\w*|mar|march|apr\w*|may|june?|july?|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*|mon|monday|tue\w*|wed\w*|thu\w*|fri|friday|"
    r"sat\w*|sun|sunday|am|pm|a\.m|p\.m|noon|first|second|third|fourth|fifth|\w+teenth|twent\w*|thirt\w*|at|on|and|of|the|"
    r"\d{1,2}(?:st|nd|rd|th)?|(?:19|20)\d\d|[\d:/-]+\w?)$"
)
# A number stands in a date behind a month or a stroke, and in a time before minutes.
_DATED = re.compile(
    r"(?:\b(?:jan\w*|feb\w*|mar(?:ch)?|apr\w*|may|june?|july?|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*)\.? |\d[/-]|item (?:no\.? )?|\bno\.? |#|page |of |[.:])$"
)
_CLOCK = re.compile(r"^(?:[:/.-]\d| ?[ap]\.?m\b|(?:st|nd|rd|th)\b)")
_COUNTER = re.compile(
    r"(?:views?|hits|downloads|page|pages|visits|sequence|modified|updated|printed|generated|as of)\b[^a-z]{0,12}$"
)
# A register counts the amended versions of a matter by letters.
_VERSION = re.compile(r"\bversion: ?\W?$")
_PAPER = re.compile(
    r"transcript|\bagendas?\b|\bminutes\b|fiscal (?:impact|note)|committee report|testimon|presentation|\bvideo\b|\.pdf\b|\.docx?\b|"
    r"attachment|\bsponsors?\b|\bco-?sponsor|co-?author|roll call|page number|\bview\b|hearing notice|correspondence|public comment letters?"
)
_SPONSOR = re.compile(r"(?:co-?)?sponsors?\b[^;§]{0,200}$|\bby council ?members?\b[^;§]{0,200}$")
_NOTE = (
    r"(?:ord(?:inance)?s?\.? (?:no\.?|nos\.?)|res\. no|(?:amended|added) by (?=(?:the )?(?:ord|res|local law|l\.l|p\.l|act|chapter|ch\.|sec|\d))|"
    r"derived from|history[:.]|source[:.]|credits?[:.]|d\.?c\.? (?:law|act|reg)|"
    r"dcr\b|l\.l\. \d|eff\.|code \d{4}|prior code|(?:for )?temporary (?:\(\d+ days\) )?(?:addition|amendment|repeal) of)"
)
# Only a bracket tells the note "(Ord. 1820 § 1, 2017)" from a matter's own name, "Ordinance 1820".
_CITED = re.compile(
    r"\((?:(?:added|amended|adopted|enacted|renumbered)[^()]{0,12} )?(?:ord|res|stats?|p\.?a|p\.?l|ch?|acts?|laws?)\.? ?(?:of )?(?:no\.? ?)?\d[^()]{0,300}$|"
    r"\[(?:\d{4} c(?:h|hap)?\.? ?\d|ord\.|code \d)[^\[\]]{0,300}$"
)
_HISTORY = re.compile(rf"\({_NOTE}[^()]{{0,300}}$|{_NOTE}[^;]{{0,160}}$")
_NUMBER_WORD = re.compile(r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|\w+teen|\w+ty|hundred)[ -]*\($")
_SECTION = frozenset(["sec", "section", "sect"])
_ADDRESS = re.compile(r"^\W*(?:[\w.+-]+@[\w.-]+|https?://\S+|www\.\S+)\W*$")
# A number that only counts the items of an agenda.
_ITEM_NUMBER = re.compile(r"\b(?:agenda )?item (?:no\.? ?|#)?$")
_STOP = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "to",
        "in",
        "on",
        "for",
        "and",
        "or",
        "by",
        "with",
        "at",
        "as",
        "is",
        "are",
        "be",
        "been",
        "this",
        "that",
        "such",
        "its",
        "it",
        "from",
        "any",
        "all",
        "if",
    ]
)


@dataclass(frozen=True, slots=True)
class Hunk:
    """One changed place: the struck span of the folded *before*, the inserted span of the folded *after*, its kind."""

    struck: tuple[int, int]
    inserted: tuple[int, int]
    kind: Kind

    def mirrored(self) -> Hunk:
        """The same place seen from the other side."""
        return Hunk(self.inserted, self.struck, self.kind)


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int


def hunks(before: Folded, after: Folded) -> tuple[Hunk, ...]:
    """The changed places, in reading order. `hunks(b, a)` are `hunks(a, b)` mirrored."""
    if before.low > after.low:
        return tuple(hunk.mirrored() for hunk in hunks(after, before))
    old, new = _words(before.low), _words(after.low)
    return tuple(
        _hunk(before.low, after.low, old, new, block) for block in _blocks([w.text for w in old], [w.text for w in new])
    )


def _words(low: str) -> list[_Word]:
    """The words as they stand: those marked as struck are gone, in a draft as in the law that it becomes."""
    if "~~" in low:
        low = _STRUCK.sub(lambda struck: " " * len(struck[0]), low)
    return [_Word(match[0], *match.span()) for match in _TOKEN.finditer(low)]


def _blocks(old: list[str], new: list[str]) -> list[tuple[int, int, int, int]]:
    """Changed stretches of words, the equal head and tail trimmed first; linear where a stretch is too large."""
    head = 0
    while head < len(old) and head < len(new) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    left, right = old[head : len(old) - tail], new[head : len(new) - tail]
    if not left and not right:
        return []
    if not left or not right or len(left) * len(right) > TOO_MANY:
        return [(head, head + len(left), head, head + len(right))]
    blocks: list[tuple[int, int, int, int]] = []
    for code in Indel.opcodes(left, right):
        if code.tag == "equal":
            continue
        i1, i2, j1, j2 = code.src_start + head, code.src_end + head, code.dest_start + head, code.dest_end + head
        if blocks and blocks[-1][1] == i1 and blocks[-1][3] == j1:
            blocks[-1] = (blocks[-1][0], i2, blocks[-1][2], j2)
        else:
            blocks.append((i1, i2, j1, j2))
    return blocks


def _hunk(before: str, after: str, old: list[_Word], new: list[_Word], block: tuple[int, int, int, int]) -> Hunk:
    i1, i2, j1, j2 = block
    struck, inserted = _span(old, i1, i2, len(before)), _span(new, j1, j2, len(after))
    return Hunk(
        struck,
        inserted,
        _kind(before, after, struck, inserted, [w.text for w in old[i1:i2]], [w.text for w in new[j1:j2]]),
    )


def _span(words: list[_Word], first: int, last: int, length: int) -> tuple[int, int]:
    if first < last:
        return words[first].start, words[last - 1].end
    at = words[first].start if first < len(words) else length
    return at, at


def _kind(
    before: str, after: str, struck: tuple[int, int], inserted: tuple[int, int], old: list[str], new: list[str]
) -> Kind:
    sides = ((before, struck, old), (after, inserted, new))
    texts = tuple(text[span[0] : span[1]] for text, span, _ in sides)
    near = tuple(text[max(span[0] - 200, 0) : span[0]] for text, span, _ in sides)
    changed = old + new
    if any(_VERSION.search(left) for left in near) and changed and all(len(word) == 1 for word in changed):
        return "step"
    if all(_enumerates(text, span) for text, span, _ in sides) or _respelled(old, new):
        return "cosmetic"
    if all(_in_figures(text, span) for text, span, _ in sides):
        return "cosmetic"
    if all(word in _SECTION for word in changed) or any(_address(text, span) for text, span, _ in sides):
        return "cosmetic"
    if any(_COUNTER.search(left) for left in near) and len(changed) <= 8:
        return "cosmetic"
    noted = any(
        _HISTORY.search(text[max(span[0] - 200, 0) : span[1] + 40])
        or _CITED.search(text[max(span[0] - 200, 0) : span[1]])
        for text, span, _ in sides
    )
    if (noted or any(_SPONSOR.search(left) for left in near)) and not _forceful(texts):
        return "cosmetic"
    if all(_DATE_WORD.match(word) for word in changed):
        counted = all(word.isdigit() and len(word) < 4 for word in changed) and not any(
            _DATED.search(text[max(span[0] - 14, 0) : span[0]]) or _CLOCK.match(text[span[1] :])
            for text, span, _ in sides
        )
        measured = counted or (
            any(_measures(text, span) for text, span, _ in sides) and not any(word.isalpha() for word in changed)
        )
        return "substantive" if measured else "date"
    if any(_MONEY.search(left) for left in near):
        return "substantive"
    rules = any(_RULES.search(part) for part in texts)
    if (
        any(STEP.search(part) for part in texts)
        and len(changed) <= 60
        and not rules
        and not any(_RULE.search(part) for part in texts)
    ):
        return "step"
    content = [word for word in changed if word not in _STOP]
    if any(_PAPER.search(part) for part in texts) and len(content) <= 25 and not rules:
        return "paper"
    if _forceful(texts) or any(_measures(text, span) for text, span, _ in sides):
        return "substantive"
    return "substantive" if len(content) >= 4 else "small" if content else "cosmetic"


def _forceful(texts: tuple[str, ...]) -> bool:
    return any(_FORCE.search(_NO_FORCE.sub(" ", part)) for part in texts)


def _enumerates(text: str, span: tuple[int, int]) -> bool:
    """Whether the span is empty or only a number or letter that counts clauses: (4), b., iv."""
    words = text[span[0] : span[1]]
    if not words:
        return True
    if _ITEM_NUMBER.search(text[max(span[0] - 20, 0) : span[0]]) and re.fullmatch(r"[a-z]?[\d.-]{1,6}[a-z]?", words):
        return True
    around = text[max(span[0] - 1, 0) : span[1] + 1]
    counts = r"\d{1,3}[a-z]?|[a-z]|[ivx]{1,5}"
    return (
        bool(re.fullmatch(rf"(?:{counts})", words))
        and (around[:1] in "(" or around[-1:] in ").")
        and not _measures(text, span)
    )


def _in_figures(text: str, span: tuple[int, int]) -> bool:
    """Whether the span is empty or repeats in figures the number word before it: one (1)."""
    if span[0] == span[1]:
        return True
    figures, left = text[slice(*span)], text[max(span[0] - 16, 0) : span[0]]
    return figures.isdigit() and bool(_NUMBER_WORD.search(left)) and text[span[1] : span[1] + 1] == ")"


def _address(text: str, span: tuple[int, int]) -> bool:
    """Whether the span lies in an e-mail or web address."""
    if span[0] == span[1]:
        return False
    start = max(text.rfind(" ", 0, span[0]), text.rfind("\n", 0, span[0])) + 1
    end = min((at for at in (text.find(" ", span[1]), text.find("\n", span[1])) if at >= 0), default=len(text))
    return bool(_ADDRESS.match(text[start:end]))


def _measures(text: str, span: tuple[int, int]) -> bool:
    return bool(
        re.search(
            r"\d|\b(?:two|three|five|ten|twelve|twenty|thirty|forty|sixty|seventy|ninety)\b", text[span[0] : span[1]]
        )
    ) and bool(_MEASURE.match(text[span[1] : span[1] + 20]))


def _respelled(old: list[str], new: list[str]) -> bool:
    """A word spelled otherwise (a typo, a plural), never one that carries force or its opposite."""
    if "".join(old).replace("-", "") == "".join(new).replace("-", ""):
        return True
    if len(old) != len(new) or len(old) > 3:
        return False
    return all(a == b or _near(a, b) for a, b in zip(old, new, strict=True))


def _near(one: str, other: str) -> bool:
    if (
        min(len(one), len(other)) < 5
        or any(char.isdigit() for char in one + other)
        or _FORCE.fullmatch(one)
        or _FORCE.fullmatch(other)
    ):
        return False
    longer, shorter = sorted((one, other), key=len, reverse=True)
    if longer.endswith(shorter) or longer.endswith("less") != shorter.endswith("less"):
        return False
    return Levenshtein.distance(one, other) <= 2
