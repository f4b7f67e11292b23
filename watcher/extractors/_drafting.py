"""Drafting style: in an amending text what is underlined, or printed in capitals, is new, and what is struck is gone.

Headings, labels and links are underlined too. An extractor marks what it sees underlined with NEW and ENDS; here it is
decided for the whole document which of these marks say "new": those stand as "++new++" then, the others are dropped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from watcher.model import Document, Passage

NEW, ENDS = "\ufdd0", "\ufdd1"  # noncharacters: Unicode keeps them for use within a program
ADDED = "++"

_SAYS_NEW = r"(?:new|add(?:ed|itions?)|insert\w*|amend\w*|propos\w*|nuevo|añadid\w*)"
_UNDERLINED = r"underlin\w*|underscor\w*|subrayad\w*"
# "Words underscored constitute the amendment proposed", "additions are shown by underlining".
_LEGEND = re.compile(
    rf"\b(?:{_UNDERLINED})\b[^.]{{0,120}}\b{_SAYS_NEW}\b|\b{_SAYS_NEW}\b[^.]{{0,120}}\b(?:{_UNDERLINED})\b", re.I
)
# "CAPITALS INDICATE MATTER ADDED TO EXISTING LAW."
_LEGEND_OF_CAPITALS = re.compile(
    rf"\bcapital(?:s|ized)?(?: letters| words)?\b[^.]{{0,60}}\b(?:indicates?|denotes?|is|are|shows?)\b[^.]{{0,40}}\b{_SAYS_NEW}\b",
    re.I,
)
LEGEND = 600  # characters: a longer passage that speaks of underlining is a style guide
_STRETCH = re.compile(f"{NEW}([^{NEW}{ENDS}]*){ENDS}")
_BETWEEN = re.compile(f"{ENDS}(\\s*){NEW}")
_ENUMERATOR = re.compile(
    r"\W*(?:(?:\d{1,4}|[A-Za-z]|[ivxIVX]{1,5})[.)]|\([\w]{1,4}\)|(?:Section|SECTION|Sec\.|§+)\s*[\d.-]+)?\s*"
)
SENTENCE = 8  # words: of a passage underlined as a whole, fewer are a heading
# Words in capitals that no abbreviation is spelled like, or several in a row.
_CAPITALS = re.compile(
    r"\b(?:[A-Z]{2,}(?:['’-][A-Z]+)*,?(?: (?:[A-Z]{2,}|A|I)(?:['’-][A-Z]+)*,?)+"
    r"|SHALL|MAY|MUST|NOT|NO|AND|OR|UNLESS|EXCEPT|ANY|ALL|ONLY|WILL|WITHOUT|WITH|THE|FOR|TO|OF|BY|IN|ON|IF|IS|ARE)\b"
)


def settled(document: Document, *, drafted: bool = False) -> Document:
    """Return the document with new words as "++new++" where it is in drafting style, and no other marks.

    It is where the caller knows (`drafted`), where words are struck, or where it says what its underlining means.
    """
    passages = document.passages
    marked = any(NEW in passage.text for passage in passages)
    capitals = any(_is_legend(passage.text, _LEGEND_OF_CAPITALS, "apital", "APITAL") for passage in passages)
    if not marked and not capitals:
        return document
    stated = states_underlining(passages)
    drafted = drafted or stated or any("~~" in passage.text for passage in passages)
    done = []
    for passage in passages:
        text = _BETWEEN.sub(r"\1", passage.text)
        text = _STRETCH.sub(r"++\1++", text) if drafted and (stated or _is_edit(text)) else plain(text)
        if capitals and not _is_legend(text, _LEGEND_OF_CAPITALS, "apital", "APITAL"):
            text = _capitals_marked(text)
        done.append(replace(passage, text=text, heading=tuple(map(plain, passage.heading))))
    return replace(document, title=plain(document.title), passages=tuple(done))


def states_underlining(passages: Sequence[Passage]) -> bool:
    """Return whether one of the passages says that what is underlined is new."""
    return any(
        _is_legend(passage.text, _LEGEND, "nderlin", "nderscor", "ubraya", "NDERLIN", "NDERSCOR")
        for passage in passages
    )


def plain(text: str) -> str:
    """Return the text without the marks of an extractor."""
    return text.replace(NEW, "").replace(ENDS, "") if NEW in text or ENDS in text else text


def _is_legend(text: str, legend: re.Pattern[str], *parts: str) -> bool:
    for part in parts:  # nearly no passage holds one of them
        if part in text:
            return len(text) <= LEGEND and legend.search(plain(text)) is not None
    return False


def _is_edit(text: str) -> bool:
    """Whether the underlining of one passage is more than that of a heading, or of the label before a text."""
    found = list(_STRETCH.finditer(text))
    if not found:
        return False
    words = plain(text)
    if len(found[0][1].strip()) >= len(words.strip()) - 2:
        return len(words.split()) >= SENTENCE and words.rstrip()[-1:] in tuple(".;:,")
    rest = found[1:] if _ENUMERATOR.fullmatch(text[: found[0].start()]) and _is_label(text, found[0]) else found
    return bool(rest)


def _is_label(text: str, stretch: re.Match[str]) -> bool:
    inner, after = stretch[1].rstrip(), text[stretch.end() :].lstrip()
    return len(inner.split()) <= SENTENCE and (inner[-1:] in tuple(".:") or after[:1] in tuple(".:–—-|"))


def _capitals_marked(text: str) -> str:
    """Return the text with its words in capitals marked; what is all capitals and no sentence is a heading."""
    if not any(letter.islower() for letter in text):
        whole = len(text.split()) >= SENTENCE and text.rstrip()[-1:] in tuple(".;:,")
        return f"++{text}++" if whole and "++" not in text else text
    parts = re.split(r"(~~[^~]*~~|\+\+.*?\+\+)", text)
    return "".join(part if place % 2 else _CAPITALS.sub(r"++\g<0>++", part) for place, part in enumerate(parts))
