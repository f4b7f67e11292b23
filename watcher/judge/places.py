"""Which way a change points by where it stands: a longer list, a further exception, another verb of duty, more days.

    clause around the place ─▶ its direction ─▶ does the change stretch it, narrow it, or let it go?

Words such as "or an administrative warrant" say nothing by themselves. In "shall not hold … on a detainer" they lengthen the
list of what is forbidden; behind "unless the officer presents a judicial warrant" they lengthen the exception. Struck words
count the other way, so that swapping before and after swaps the directions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from watcher.judge.clauses import leaning
from watcher.judge.edits import Hunk
from watcher.model import Stance

_BOUND = re.compile(r"[.;!?](?=\s)|\n|:(?=\s*\()|\|")
_DUTY = re.compile(r"^(?:shall|must|will|is required to|are required to|is directed to)$")
_LEAVE = re.compile(r"^(?:may|can|should|is authorized to|are authorized to|is encouraged to|are encouraged to)$")
_EXCEPTS = re.compile(
    r"\b(?:unless|except\w*|other than|without|absent|only (?:if|when|where|upon|after|with|to)|(?:does|do|shall) not apply|not prohibit\w*|"
    r"provided (?:that|however)|not limited by|notwithstanding)\b"
)
_OPENS_EXCEPTION = re.compile(r"^\W*(?:unless|except\w*|other than|provided|but not|save)\b")
_NARROWS = re.compile(
    r"^\W*(?:an? |the )?(?:(?:and )?only|if|when|where|upon|that|which|who|whose|with|accompanied|supported|pursuant|after|solely|knowingly|intentionally|civil|"
    r"violent|serious)\b"
)
_LENGTHENS = re.compile(r"^\W*(?:or|and|and/or|nor|,|as well as|including)\b|^,|(?:\bor|\band|,)\W*$")
_CRIMES = re.compile(r"\b(?:crimes?|felon\w+|offen[cs]es?|convict\w+|misdemeanors?)\b")
_DEFINES = re.compile(r"\b(?:means?|includes?|is defined as)\b")
_REPORTS = re.compile(
    r"\bshall\b[^.;]{0,60}\b(?:report|post|publish|make public|provide (?:an? |the )?(?:copy|report|notice)|keep (?:a|any) (?:record|log))\b"
)
_KEPT = re.compile(r"\b(?:retain\w*|retention|stored?|kept|keep|delet\w+|purg\w+)\b")
_DATA = re.compile(r"\b(?:data|records?|images?|footage|plates?)\b")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_MOST = re.compile(r"(?:\$|\b(?:up to|maximum of|as many as|exceed(?:ing)?|limit of)(?: \$)?) ?$")
_COUNTED = re.compile(
    r"^\W*(?:\w+ ){0,2}(?:beds?|officers?|deputies|personnel|detainees?|inmates?|cameras?|positions?|agents?)\b"
)
_JUDGE = re.compile(r"\b(?:judicial\w*|judges?|magistrate|court orders?|criminal warrant)\b")
_WIDE = re.compile(r"\b(?:any|all|every|each)\b")
_ENDS = re.compile(r"\b(?:until|through|expir\w+|ending|ends?|term|extended to|in effect)\b")
_YEAR = re.compile(r"\b20\d\d\b")
_REPEALED = re.compile(r"\b(?:repeal\w*|rescind\w*|reserved|deleted in (?:its|their) entirety|void)\b")


def direction_at(before: str, after: str, changed: Sequence[Hunk], around: str) -> Stance:
    """The direction of changed places that say none themselves (both texts folded, in lower case)."""
    whole = _sign(leaning(before), leaning(after)) or _sign(leaning(around))
    total = sum(_place(before, after, hunk, whole) for hunk in changed)
    return "expands" if total > 0 else "limits" if total < 0 else "unclear"


def softened(before: str, after: str, changed: Sequence[Hunk]) -> Stance:
    """The direction of a change that does nothing but turn a duty into leave, or leave into a duty."""
    if len(changed) != 1:
        return "unclear"
    old, new = (text[a:b] for text, (a, b) in ((before, changed[0].struck), (after, changed[0].inserted)))
    weaker = -1 if _DUTY.match(old) and _LEAVE.match(new) else 1 if _LEAVE.match(old) and _DUTY.match(new) else 0
    sign = weaker * _sign(leaning(clause_at(before, changed[0].struck)), leaning(clause_at(after, changed[0].inserted)))
    return "expands" if sign > 0 else "limits" if sign < 0 else "unclear"


def _sign(*leanings: tuple[float, float]) -> int:
    """+1 where the clauses together expand, -1 where they limit."""
    less, more = (sum(part[side] for part in leanings) for side in (0, 1))
    return (more > less) - (more < less)


def clause_at(low: str, span: tuple[int, int]) -> str:
    """The clause in which a span of a folded text lies."""
    start, end = bounds_at(low, span)
    return low[start:end]


def bounds_at(low: str, span: tuple[int, int]) -> tuple[int, int]:
    """Where the clause in which a span lies begins and ends."""
    start = max((match.end() for match in _BOUND.finditer(low, 0, span[0])), default=0)
    end = next((match.start() for match in _BOUND.finditer(low, span[1])), len(low))
    return start, end


def _place(before: str, after: str, hunk: Hunk, whole: int) -> int:
    old, new = before[slice(*hunk.struck)], after[slice(*hunk.inserted)]
    if bool(_REPEALED.search(old)) != bool(_REPEALED.search(new)):
        return -whole if _REPEALED.search(new) else whole
    # Where nothing stood, the place lies between two clauses: the side that says something tells which.
    clauses = [
        clause_at(text, span) for text, span in ((before, hunk.struck), (after, hunk.inserted)) if span[0] < span[1]
    ]
    clause = " ".join(clauses)
    sign = _sign(*map(leaning, clauses)) or whole
    if hunk.kind == "date":
        years = [int(year) for part in (old, new) for year in _YEAR.findall(part)]
        return sign * ((years[1] > years[0]) - (years[1] < years[0])) if len(years) == 2 and _ENDS.search(clause) else 0
    grown = _grown(old, new)
    if grown and _NUMBER.search(old + new):
        if _KEPT.search(clause) and _DATA.search(clause):
            return grown
        counts = _MOST.search(after[max(hunk.inserted[0] - 20, 0) : hunk.inserted[0]]) or _COUNTED.match(
            after[hunk.inserted[1] :]
        )
        return grown * sign if counts else 0
    if _DEFINES.search(clause) and _CRIMES.search(clause):
        longer = len(new.split()) - len(old.split())
        return (longer > 0) - (longer < 0)  # who has done what may be handed over
    if bool(_REPORTS.search(old)) != bool(_REPORTS.search(new)) and not (old.strip() and new.strip()):
        return 1 if old.strip() else -1
    if old.strip() and new.strip():
        judged = len(_JUDGE.findall(new)) - len(_JUDGE.findall(old))
        if judged:
            return -1 if judged > 0 else 1
        wider = len(_WIDE.findall(new)) - len(_WIDE.findall(old))
        if wider:
            return sign if wider > 0 else -sign
    more = _stretch(after, hunk.inserted, new) if new.strip() else 0
    less = _stretch(before, hunk.struck, old) if old.strip() else 0
    return sign * (more - less)


def _stretch(text: str, span: tuple[int, int], words: str) -> int:
    """+1 where words in that place stretch what their clause says, -1 where they narrow it, 0 where that is not plain."""
    start, _ = bounds_at(text, span)
    behind = -1 if _EXCEPTS.search(text, start, span[0]) else 1
    if _OPENS_EXCEPTION.match(words) or (words.strip() == "not" and text[span[1] :].lstrip().startswith("includ")):
        return -behind
    if _NARROWS.match(words):
        return -behind
    led = text[max(span[0] - 2, 0) : span[0]].strip()
    if _LENGTHENS.search(words) or led == "," or (words and re.match(r"\W*(?:or|and)\b|,", text[span[1] :])):
        return behind
    return 0


def _grown(old: str, new: str) -> int:
    """+1 where the one number of a place grew, -1 where it shrank."""
    was, now = _NUMBER.findall(old), _NUMBER.findall(new)
    if len(was) != 1 or len(now) != 1:
        return 0
    first, second = (float(part[0].replace(",", "")) for part in (was, now))
    return (second > first) - (second < first)
