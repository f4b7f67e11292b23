"""Which way a text points: does it limit cooperation with enforcement, or expand it?

A direction of policy, never a value. Of a change it is the direction of what was inserted less that of what was struck,
so swapping before and after swaps `limits` and `expands`. Where the words do not say, it is `unclear`.
"""

from __future__ import annotations

import re

from watcher.judge.clauses import leaning
from watcher.model import Stance

_EXCEPTION = re.compile(
    r"\bexcept\b|\bunless\b|\bprovided,? (?:however|that)\b|\bother than\b|\bin compliance with\b|\bshall not apply\b"
)
_BOUND = re.compile(r"[.;](?=\s|$)")
_REPEALED = re.compile(r"\brepeal(?:ed|ing|s)?\b|\brescind\w*|\breserved\]?\.?\s*$|\bdeleted in (?:its|their) entirety")
_FORBIDS = re.compile(r"\b(?:shall|may|must|will|can)(?:not| not)\b")
_HOURS = re.compile(r"\b(\d{1,3})[ -]hours?\b")
# New York and Illinois print struck matter in [brackets], Washington in ((double parentheses)), Miami-Dade in [[double
# brackets]] with >>double arrows<< around what is new, web pages in <s> or <del>; extractors write ~~gone~~ ++new++.
_STRUCK = re.compile(
    r"\(\((?P<double>[^()]{3,2000}?)\)\)|\[\[(?P<pair>[^\[\]]{2,2000})\]\]|\[(?P<single>[a-z][^\[\]]{2,1500})\]|~~(?P<tilde>[^~]{1,2000})~~|"
    r"<(?P<tag>s|del|strike)>(?P<tagged>[^<>]{2,2000})</(?P=tag)>"
)
_ADDED = re.compile(r"\+\+(.{1,4000}?)\+\+|>>(?! )(.{1,4000}?)<<|<(u|ins)>[^<>]{1,4000}</\3>", re.DOTALL)
_MARKS = re.compile(r"</?(?:u|ins)>|\{\{?|\}\}?|__|\+\+|>>|<<")
# Amending acts say it in words: by striking "shall not" and inserting "may".
_QUOTED = r"(?: out)?(?: the)?(?: following)?(?: words?| phrase| term| language| text)?:? [\"“'‘](?P<{}>[^\"“”]{{1,600}}?)[\"”'’](?!\w)"
_WORDED = re.compile(
    r"\b(?:strik|delet|remov|replac|omit)\w*"
    + _QUOTED.format("old")
    + r"(?:[^.;\"“”]{0,60}?\b(?:insert\w*|add\w*|substitut\w*|with|by)(?: in (?:lieu|place) thereof)?"
    + _QUOTED.format("new")
    + ")?"
)
_SUBSTITUTED = re.compile(
    r"\b(?:insert|add|substitut)\w*"
    + _QUOTED.format("new")
    + r" (?:in (?:lieu|place) of|(?:instead )?of|for)(?: the)?(?: words?| phrase)? [\"“'‘](?P<old>[^\"“”]{1,600}?)[\"”'’](?!\w)"
)
_NOT_STRUCK = re.compile(r"^(?:city|county|date|name|insert|sic|reserved|repealed|resolution|ordinance|x+|see|adopt)\b")


def _inner(match: re.Match[str]) -> str:
    return match["double"] or match["pair"] or match["single"] or match["tilde"] or match["tagged"]


def resolve_struck(low: str) -> tuple[str, str] | None:
    """(before, after) of a text in a drafting style that shows struck matter, or None where none is recognised."""
    worded = _WORDED.search(low) or _SUBSTITUTED.search(low)
    if worded:
        head, tail = low[: worded.start()], low[worded.end() :]
        return f"{head}{worded['old']}{tail}", f"{head}{worded['new'] or ''}{tail}"
    struck = [match for match in _STRUCK.finditer(low) if not _NOT_STRUCK.match(_inner(match))]
    certain = len(struck) > 1 or any(
        match["tilde"] or match["tagged"] or match["pair"] or len(match[0]) > 14 for match in struck
    )
    if "++" not in low and not (struck and certain):
        return None
    before: list[str] = []
    after: list[str] = []
    done = 0
    for match in struck:
        before += [low[done : match.start()], _inner(match)]
        after.append(low[done : match.start()])
        done = match.end()
    whole = "".join((*before, low[done:])), "".join((*after, low[done:]))
    return _MARKS.sub("", _ADDED.sub("", whole[0])), _MARKS.sub("", whole[1])


def standing(low: str) -> str:
    """A text as it reads once what an extractor marked as struck is gone; any other text as it is."""
    if "~~" not in low and "++" not in low:
        return low
    resolved = resolve_struck(low)
    return low if resolved is None else resolved[1]


def stance_of(low: str) -> Stance:
    """Direction of one text (folded, in lower case) as it stands."""
    resolved = resolve_struck(low)
    if resolved is not None:
        change = stance_of_change(*resolved)
        if change in ("limits", "expands"):
            return change
        low = resolved[1]
    limit, expand = leaning(low)
    if limit == expand == 0 and _REPEALED.search(low):
        # What is repealed without being named is, in this field, nearly always a limit.
        return "expands"
    return _name(limit, expand)


def stance_of_change(before: str, after: str) -> Stance:
    """Direction of a change, from the passage before and after it (folded, in lower case).

    What grew less what shrank. An exception added to what limits expands, one added to what expands limits.
    """
    before, after = standing(before), standing(after)
    old_limit, old_expand = leaning(before)
    new_limit, new_expand = leaning(after)
    more_limit, more_expand = new_limit - old_limit, new_expand - old_expand
    exceptions = 0.7 * (_exceptions(after) - _exceptions(before))
    if old_limit + new_limit > old_expand + new_expand and (not more_limit or min(old_limit, new_limit)):
        more_expand += exceptions
    elif old_limit + new_limit < old_expand + new_expand and (not more_expand or min(old_expand, new_expand)):
        more_limit += exceptions
    more_expand += _longer_hold(before, after)
    if more_limit == more_expand == 0:
        more_expand = float(bool(_REPEALED.search(after))) - float(bool(_REPEALED.search(before)))
        more_limit = float(len(_FORBIDS.findall(after)) - len(_FORBIDS.findall(before)))
    return _name(max(more_limit, 0) + max(-more_expand, 0), max(more_expand, 0) + max(-more_limit, 0))


def _exceptions(low: str) -> float:
    """How many exceptions a text makes; one within another takes some of it back: "unless … other than"."""
    total = 0.0
    for sentence in _BOUND.split(low):
        found = _EXCEPTION.findall(sentence)
        total += sum(-0.5 if place and word == "other than" else 1.0 for place, word in enumerate(found))
    return total


def _longer_hold(before: str, after: str) -> float:
    """+2 where the hours a person may be held grow, -2 where they shrink."""
    old, new = _HOURS.findall(before), _HOURS.findall(after)
    if len(old) != 1 or len(new) != 1 or not re.search(r"hold|held|detain|custody", before + after):
        return 0.0
    return 2.0 * ((int(new[0]) > int(old[0])) - (int(new[0]) < int(old[0])))


def _name(limit: float, expand: float) -> Stance:
    if limit == expand == 0:
        return "unclear"
    if limit > expand * 1.25:
        return "limits"
    if expand > limit * 1.25:
        return "expands"
    return "mixed"
