"""What a code's own notes say of its changes: the ordinances that a section's history note newly names, newest first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from watcher.model import Change, Enactment, Reading

_CITED = re.compile(
    r"\b(?:ord(?:inances?|s)?\b\.?|local laws?|l\.\s?l\.|res(?:olution)?s?\b\.?|(?:d\.?c\.?|public) law)\s*"
    r"(?:(?:nos?\b\.?|numbers?|#)\s*)?(?P<number>(?:[A-Z]{1,3}-?)?\d[\w]*(?:[-.]\d[\w]*)*)(?!\s*[-/]\s*\d)",
    re.IGNORECASE,
)
_DAY = re.compile(r"\d{1,2}([-.])\d{1,2}\1\d{2,4}")
_LIST = re.compile(
    r"\s*(?:,|;|and|&)\s+(?:nos?\.\s*)?(\d{3,}[\w]*(?:-\d+)?)(?=\s*(?:[,;)\]&]|and\b|\Z))", re.IGNORECASE
)


def with_ordinances(changes: Iterable[Change], before: Reading | None, after: Reading) -> Iterator[Change]:
    """Yield the changes of a code's sections and banner with the ordinances that their notes name now and did not before."""
    old, new = (_notes(reading) if reading else {} for reading in (before, after))
    for change in changes:
        if change.key == "codified-through":
            found = _fresh(change.before, change.after)
        else:
            place = next((place for place in _places(change, change.after or change.before) if place in new), None)
            earlier = next((old[place] for place in _places(change, change.before) if place in old), "")
            found = _fresh(earlier, new[place]) if place else ()
        yield replace(change, ordinances=tuple(Enactment(number) for number in found)) if found else change


def _places(change: Change, words: str) -> Iterator[tuple[str, ...]]:
    """Yield the trails under which the note of the changed section may stand: its own, or that of its heading's words."""
    yield change.heading
    yield (*change.heading, words.partition("\n")[0])


def _notes(reading: Reading) -> dict[tuple[str, ...], str]:
    found: dict[tuple[str, ...], str] = {}
    for passage in reading.document.passages:
        if passage.key.endswith(":history"):
            trail = tuple(dict.fromkeys(part for part in passage.heading[:-1] if part))
            found[trail] = f"{found.get(trail, '')} {passage.text}".strip()
    return found


def _fresh(before: str, after: str) -> tuple[str, ...]:
    """The numbers that only the later note names, the last one first: notes grow at their end."""
    known = set(cited(before))
    return tuple(number for number in reversed(cited(after)) if number not in known)


def cited(note: str) -> tuple[str, ...]:
    """The numbers of the ordinances that a note names, in its order: 9 and 2024-15 of "(Ord. No. 9, 3-2-2020; Ord. 2024-15)"."""
    found: dict[str, None] = {}
    for match in _CITED.finditer(note):
        if _DAY.fullmatch(match["number"]):
            continue
        found[match["number"].upper()] = None
        at = match.end()
        while further := _LIST.match(note, at):
            found[further[1].upper()] = None
            at = further.end()
    return tuple(found)
