"""When are two texts the same? Re-encoding, re-flowing and renumbering are no change; letters and digits are."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache

_SPELLINGS = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc\u0060\u00b4", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", None),
        "\u2026": "...",
        "\ufb00": "ff",
        "\ufb01": "fi",
        "\ufb02": "fl",
        "\ufb03": "ffi",
        "\ufb04": "ffl",
        "\ufb05": "st",
        "\ufb06": "st",
    }
)
# A soft hyphen before a line break stands inside one word.
_SOFT_HYPHEN = re.compile("\u00ad\\s*")
# "( Ord. No. 12 ; Ord. No. 13 )" is "(Ord. No. 12; Ord. No. 13)".
_LOOSE = ("( ", "[ ", " )", " ]", " ,", " ;", " :", " .")
_LOOSE_MARKS = re.compile(r"[(\[] | [)\],;:](?![\w-])| \.(?=\s|\Z)")
# The place of a line in its list: "12. ", "(a) ", "4.2 Approve", a row's "12. | ", "No. 5", "Agenda Item #5". Not "No. 26-114", not "5.1 percent", not "24 hours".
_ENUMERATOR = re.compile(
    r"""(?:item\s+)?(?:
        \((?:\d{1,3}|[a-z]{1,2}|[ivxlc]{1,5})\)\s+(?=\S)
      | (?:\d{1,3}(?:\.\d{1,3})*|[a-z]|[ivx]{1,4})[.)]\s+(?=[^\W\d_a-z]|["'(])
      | (?:\d{1,3}(?:\.\d{1,3})*|[a-z]|[ivx]{1,4})[.)]\s\|\s+(?=\S)
      | \d{1,3}(?:\.\d{1,3})+\s+(?=[^\W\d_a-z])
    )
    | (?i:(?:agenda\s+)?item\s*(?:no\.?|number|[\#№])?|no\.?|number|[\#№])\s*\d{1,3}(?:\s?[.:)|–—-]+)?\s+(?=[^\W_a-z]|["'(])""",
    re.VERBOSE,
)
_FIRST_WORD = re.compile(r"(?:[Ii]tem |ITEM )?\(?[#№]?[A-Za-z\d.]{1,12}[.:)]*\s")


KNOWN = 2_048  # texts whose folding is remembered: the items of an agenda are asked for under five names on two sides
LONG = 4_000  # characters: a longer text is not remembered


def fold(text: str) -> str:
    """Return what is compared instead of `text`: one spelling of quotes, dashes, ligatures, spaces and letter case.

    A bare place in a list at the start ("12. ", "(b) ") is left out: a renumbered list says nothing new. So are the
    marks around words that are new in a draft: words that are underlined now are the same words.
    """
    return _known(text) if len(text) <= LONG else _folded(text)


def _folded(text: str) -> str:
    if "++" in text:
        text = text.replace("++", "")
    if not text.isascii():
        text = _SOFT_HYPHEN.sub("", unicodedata.normalize("NFC", text)).translate(_SPELLINGS)
    text = " ".join(text.split())
    if any([mark in text for mark in _LOOSE]):  # noqa: C419 - almost never; a list is asked in a third of the time
        text = _LOOSE_MARKS.sub(lambda found: found.group().strip(), text)
    place = _place(text)
    return text[place:].casefold()


_known = lru_cache(KNOWN)(_folded)


def same(before: str, after: str) -> bool:
    """Say whether two texts are compared as the same. Most texts of a page stay as they are, letter by letter."""
    return before == after or fold(before) == fold(after)


def _place(text: str) -> int:
    """Return the length of the enumerator at the start of `text`, 0 where there is none."""
    head = text[:24]
    low = _FIRST_WORD.match(head)
    if low is None:
        return 0
    found = _ENUMERATOR.match(low.group().lower() + head[low.end() :])
    return found.end() if found and found.end() < len(text) else 0


def digest(*parts: str) -> str:
    """Return 16 hex digits that name these texts in this order."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
