"""Which literals a regular expression cannot match without: asked for first, they spare most searches.

    required(r"\\b(?:honou?r|compl(?:y|ies)) with (?:any )?detainers?\\b") == (("hono", "compl"), (" with ",), ("detainer",))

Each group holds alternatives, one of which stands in every text that the pattern matches; what is left out (optional
parts, classes of letters, assertions, parts without regard to case) only makes the answer weaker, never wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from importlib import import_module
from itertools import product
from typing import Any

MOST = 24  # alternatives of one group; more cost as much as the search they spare
MOST_JOINED = 12  # spellings of one stretch that are kept apart
SHORTEST = 3  # letters; shorter literals stand everywhere
LETTERS = 6  # members of a class that are still spelled out

Groups = tuple[tuple[str, ...], ...]
_Parsed = Iterable[tuple[Any, Any]]  # the standard library's own parse tree: (operator, argument)

_parser = import_module("re._parser")


def required(pattern: re.Pattern[str]) -> Groups:
    """The groups of literals of `pattern`, the most telling first; () where nothing can be said."""
    if pattern.flags & re.IGNORECASE:
        return ()
    groups = dict.fromkeys(_sequence(_parser.parse(pattern.pattern, pattern.flags)))
    return tuple(sorted(groups, key=lambda group: (len(group), -min(map(len, group)))))


def missing(groups: Groups, text: str) -> bool:
    """Whether a group has no literal in `text`: then the pattern does not match there."""
    for group in groups:
        for literal in group:
            if literal in text:
                break
        else:
            return True
    return False


def _sequence(parsed: _Parsed) -> list[tuple[str, ...]]:
    """The groups of a sequence: stretches of plain letters, and what its alternations and repeats need."""
    found: list[tuple[str, ...]] = []
    stretch: list[str] = [""]

    def ends() -> None:
        nonlocal stretch
        if all(len(spelling) >= SHORTEST for spelling in stretch) and len(stretch) <= MOST:
            found.append(_fewest(stretch))
        stretch = [""]

    for operator, argument in parsed:
        name = str(operator)
        spelled = _spellings(name, argument)
        if spelled is not None:
            if len(stretch) * len(spelled) > MOST_JOINED:
                ends()
            stretch = [before + after for before, after in product(stretch, spelled)]
        elif name != "AT":  # a boundary parts nothing
            ends()
            found += _within(name, argument)
    ends()
    return found


def _spellings(name: str, argument: Any) -> list[str] | None:
    """The few texts that a part of a pattern stands for, or None where they are many or unknown."""
    if name == "LITERAL":
        return [chr(argument)]
    if name == "IN" and all(str(kind) == "LITERAL" for kind, _ in argument) and len(argument) <= LETTERS:
        return [chr(letter) for _, letter in argument]
    if name == "SUBPATTERN" and not argument[1]:
        return _all_spelled(argument[3])
    if name == "BRANCH":
        branches = [_all_spelled(branch) for branch in argument[1]]
        spelled = [text for branch in branches if branch is not None for text in branch]
        return spelled if all(branch is not None for branch in branches) and len(spelled) <= MOST_JOINED else None
    if name in ("MAX_REPEAT", "MIN_REPEAT") and argument[0] == 0 and argument[1] == 1:
        inner = _all_spelled(argument[2])
        return None if inner is None or len(inner) >= MOST_JOINED else ["", *inner]
    return None


def _all_spelled(parsed: _Parsed) -> list[str] | None:
    whole = [""]
    for operator, argument in parsed:
        if str(operator) == "AT":
            continue
        spelled = _spellings(str(operator), argument)
        if spelled is None or len(whole) * len(spelled) > MOST_JOINED:
            return None
        whole = [before + after for before, after in product(whole, spelled)]
    return whole


def _within(name: str, argument: Any) -> list[tuple[str, ...]]:
    """What a part that is not spelled out needs all the same."""
    if name == "SUBPATTERN" and not argument[1]:
        return _sequence(argument[3])
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT") and argument[0] >= 1:
        return _sequence(argument[2])
    if name == "BRANCH":
        needs = [_sequence(branch) for branch in argument[1]]
        if all(needs):
            union = {literal for need in needs for literal in max(need, key=lambda group: min(map(len, group)))}
            return [_fewest(union)] if len(union) <= MOST else []
    return []


def _fewest(literals: Iterable[str]) -> tuple[str, ...]:
    """The literals without those that contain another of them."""
    kept: list[str] = []
    for literal in sorted(set(literals), key=lambda word: (len(word), word)):
        if not any(short in literal for short in kept):
            kept.append(literal)
    return tuple(kept)


def all_of(patterns: Sequence[re.Pattern[str]]) -> tuple[tuple[re.Pattern[str], Groups], ...]:
    """Each pattern with what it requires."""
    return tuple((pattern, required(pattern)) for pattern in patterns)
