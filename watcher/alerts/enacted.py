"""Which ordinance changed a section of a code: its number stands in the code's own note, its matter in our own files.

    "(Ord. No. 9, 3-2-2020; Ord. 2024-15, § 2)" ─ cited ─▶ numbers ─ linked ─▶ Enactment(number, thread, title)

Pure. A matter is the ordinance where its file number, or the number that its title gives it, is the note's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from watcher.model import Change, Enactment, Tie

_KIND = r"(?:ordinances?|ord\b|o|local law|l\.?l\.?|bill|resolution|res\b)"
_PLAIN = 4  # figures: a shorter number is one of its kind only where the kind stands before it


def linked(changes: Iterable[Change], known: Sequence[Tie]) -> list[Change]:
    """The changes, each of its ordinances with the matter of the place that goes by its number (the one heard last)."""
    return [
        replace(change, ordinances=tuple(_matter(one, known) for one in change.ordinances))
        if change.ordinances
        else change
        for change in changes
    ]


def _matter(one: Enactment, known: Sequence[Tie]) -> Enactment:
    tie = next((tie for tie in reversed(known) if _is(one.number, tie)), None)
    return replace(one, thread=tie.thread, title=tie.title) if tie else one


def _is(number: str, tie: Tie) -> bool:
    way, _, name = tie.name.partition("/")
    wanted = re.escape(number.upper())
    if way == "file" and name.upper() == number.upper():
        return True
    if way == "file" and re.fullmatch(rf"{_KIND}[. -]*(?:no\.?)?[. -]*0*{wanted}", name, re.IGNORECASE):
        return True
    titled = re.search(rf"\b{_KIND}\.?\s*(?:(?:nos?\.?|number|#)\s*)?{wanted}(?![\w-])", tie.title, re.IGNORECASE)
    return titled is not None and (len(number) >= _PLAIN or way == "file")
