"""Under which numbers one matter goes: a substitute keeps the thread of the file it replaces.

    names of a find ─ known ties, then what the text says ("substitute for 170365"), then a title as good as the same ─▶ Tie*

Miami-Dade's 170365 was withdrawn, came again as 170419 and was adopted as 170440: one matter, one thread. A tie's
confidence is 1 for the matter's own name, `SAID` where the text names the other number, and the likeness of the titles
where nothing else ties them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from rapidfuzz import fuzz

from watcher.model import Tie

SAID = 0.95
ALIKE = 75.0  # of 100, rapidfuzz ratio of two titles that differ in words of procedure alone
ENOUGH = 50  # characters; shorter titles are alike by accident
SECTION = "section/"  # of a code or page: its titles are alike though they are different things
RECENT = timedelta(days=120)  # a title that comes again later is next year's contract, not the same matter

# What a clerk puts before or behind the title of the same matter at its next stop. Another agency's name is none of these.
_PROCEDURE = frozenset(
    re.findall(
        r"\w+",
        "a an and as at be by consider consideration discussion discuss possible action adopt adopting adoption adopted approve"
        " approving approval amended amend amendment final first for from hearing in introduce introduction item motion of on"
        " ordinance or pass passage postponed proposed public read reading referred resolution revised second special"
        " substitute substituted tabled the third to vote with conduct continued continuation",
    )
)

_NUMBER = r"(?P<number>(?:[A-Z]{1,5}[. -]{0,2})?\d[\w-]*\d\w?)"
_NOUN = r"(?:(?:agenda|legislative|legistar|council|original|proposed)\s+)*(?:file|item|bill|ordinance|resolution|legislation|matter|legistar|int(?:roduction)?)\b\.?\s*"
_MARK = r"(?:(?:nos?\.?|number|num\.?|#)\s*)?"
_FILE = r"(?:(?:agenda|legislative|legistar|council|original)\s+)*(?:file|item|legislation|matter|legistar)\b\.?\s*"
_ORIGINALS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:substitut\w+|alternat\w+)(?:\s+\w+){{0,2}}?\s+(?:for|to|of)\s+(?:the\s+)?(?:{_NOUN})?{_MARK}{_NUMBER}",
        rf"\b(?:replac(?:es|ing)|supersed(?:es|ing)|in lieu of|formerly|previously)\s+(?:the\s+)?{_FILE}{_MARK}{_NUMBER}",
        rf"\bsee\s+original\s+{_NOUN}(?:under\s+(?:{_NOUN})?)?{_MARK}{_NUMBER}",
    )
)
_SUCCESSORS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:substituted|replaced|superseded)\s+(?:by|with)\s+(?:the\s+)?(?:substitute\s+|alternate\s+)?(?:{_NOUN})?{_MARK}{_NUMBER}",
        rf"\bsee\s+(?:substitute|alternate|replacement)\s+(?:{_NOUN})?(?:under\s+(?:{_NOUN})?)?{_MARK}{_NUMBER}",
        rf"\b(?:for\s+final\s+version\s*,?\s*see|see)\s+(?:{_NOUN})?{_MARK}{_NUMBER}\s+for\s+(?:the\s+)?final\s+version",
    )
)


def file_key(number: str) -> str:
    """A file number as it is compared: upper case, blanks and leading marks dropped."""
    return re.sub(r"\s+", " ", number).strip(" #:.").upper()


def originals(text: str) -> tuple[str, ...]:
    """The file numbers that a text says its matter stands in for, as compared."""
    return _found(_ORIGINALS, text)


def successors(text: str) -> tuple[str, ...]:
    """The file numbers that a text says its matter was replaced by, as compared."""
    return _found(_SUCCESSORS, text)


def _found(patterns: Iterable[re.Pattern[str]], text: str) -> tuple[str, ...]:
    numbers = (file_key(found["number"]) for pattern in patterns for found in pattern.finditer(text))
    return tuple(dict.fromkeys(number for number in numbers if _is_file(number)))


def _is_file(number: str) -> bool:
    """Whether it can be a file's number: five figures, or a number in parts. "2026" is a year."""
    return sum(letter.isdigit() for letter in number) > 4 or re.search(r"\d-\d", number) is not None


class Threads:
    """The threads of one jurisdiction: those known before the visit, and those that this visit ties."""

    def __init__(self, known: Iterable[tuple[Tie, datetime]], now: datetime) -> None:
        self._before: list[Tie] = []
        self._by_name: dict[str, str] = {}
        for tie, seen in known:
            self._by_name[tie.name] = tie.thread
            if now - seen <= RECENT:
                self._before.append(tie)

    def tie(self, name: str, title: str, texts: Sequence[str], also: Sequence[str] = ()) -> tuple[Tie, ...]:
        """The ties of a matter, its own name first; each gives the thread they all share. No title ties nothing.

        `also` are names that it goes by from now on: those of a title that was reworded.
        """
        files = name.startswith("file/")
        stands_for = [f"file/{number}" for text in texts for number in originals(text)] if files else []
        gone_to = [f"file/{number}" for text in texts for number in successors(text)] if files else []
        names = [name, *also, *stands_for, *gone_to]
        sure = SAID if stands_for or gone_to else 1.0
        thread = next((self._by_name[one] for one in names if one in self._by_name), None)
        thread = thread or next(iter(stands_for), None)
        if thread is None and not gone_to and not name.startswith(SECTION):
            thread, sure = self._alike(title)
        thread = thread or name
        found = {
            one: Tie(one, thread, title, SAID if one != name else 1.0 if thread == name else sure) for one in names
        }
        for tie in found.values():
            self._by_name.setdefault(tie.name, thread)
        return tuple(found.values())

    def _alike(self, title: str) -> tuple[str | None, float]:
        """The thread of a matter heard lately under the same title, words of procedure set aside, and how alike they are."""
        plain = _plain(title)
        if len(plain) < ENOUGH:
            return None, 1.0
        best, likeness = None, 0.0
        for tie in self._before:
            if tie.name.startswith(SECTION):
                continue
            other = _plain(tie.title)
            if len(other) >= ENOUGH and set(plain.split()) ^ set(other.split()) <= _PROCEDURE:
                score = fuzz.ratio(plain, other, score_cutoff=ALIKE)
                best, likeness = (tie.thread, score) if score > likeness else (best, likeness)
        return best, likeness / 100 or 1.0


def _plain(title: str) -> str:
    return " ".join(re.sub(r"[^\w]+", " ", title.casefold()).split())
