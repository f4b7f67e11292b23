"""Which way a text points: does it limit cooperation with enforcement, or expand it?

A direction of policy, never a value. Of a change it is the direction of what was inserted less that of what was struck,
so swapping before and after swaps `limits` and `expands`. Where the words do not say, it is `unclear`.
"""

from __future__ import annotations

import re

from watcher.model import Stance

_COOPERATE = r"(?:honor|comply|cooperate|assist|enter into|participate|partner|support|detain|hold|notify|provide|share|permit|allow|execute|accept)"
LIMITS: tuple[tuple[float, str], ...] = (
    (1.5, r"\b(?:shall|may|must|will|can|do(?:es)?|should|is|are)(?: generally)?(?: not|n't)\b(?! (?:be construed to )?(?:prohibit|prevent|preclude|limit|restrict|apply|include|be limited))"),
    (1.5, r"\bno (?:\w+ ){0,3}(?:agency|agent|officer|official|employee|department|person|funds?|resources|moneys|personnel|individual|city|county)\b"),
    (1.5, r"(?<!sanctuary )\b(?:prohibit|forbid|bar|ban|preclud|disallow)(?:s|ed|ing|ning|ition|itions)?\b(?! on (?:immigration )?sanctuary)"),
    (1.0, r"\b(?:restrict|limit|declin|refus|suspen|paus|discontinu|terminat|abolish|halt|end)(?:s|ed|ing|ion|ions|d|e|es)?\b(?! of (?:the|this) (?:section|agreement))"),
    (1.5, r"\bmay only\b|\bonly (?:if|when|with|upon)\b[^.;]{0,80}(?:warrant|court order)|\b(?:without|absent|require\w*|presents?)\b[^.;]{0,60}\bjudicial (?:warrant|order)|\bunless\b[^.;]{0,120}\bjudicial"),
    (1.0, r"\b(?:condemn|denounc|oppos|divest)\w*\b|\bagainst\b[^.;]{0,60}(?:detention|deport|enforcement)|\burg\w+ repeal"),
    (1.0, r"\bsanctuary (?:city|county|values|ordinance|polic\w+|jurisdiction)\b|\bwelcoming city\b|\bcity of refuge\b|\btrust act\b|\bdue process for all\b|\bprotect\w*\b[^.;]{0,60}\bimmigrants?\b|\bregardless of[^.;]{0,40}immigration"),
    (1.5, r"\blegal defen[cs]e\b|\bimmigration legal\b|\bdeportation defen[cs]e|\bright to legal counsel|\blegal representation\b|\bimmigrant legal services"),
    (1.5, r"\bmoratorium\b|\bcivil arrest\b|\bICE-free\b|\bseparat\w+ between\b|\bprivate right of action|\bvisible identification|\bconcealing\b|\bbody cameras?\b"),
    (1.0, r"\bfederal responsibility\b|\bexclusive\w* (?:to|of)? ?the federal|\bsafe haven\b|\bdirect\w*[^.;]{0,60}not to\b|\bnot an? (?:city|county) purpose"),
    (1.5, r"\bnot to be detained\b|\bnot (?:to )?honor\w*|\bnot to (?:allocate|fund|enter)|\bknow[- ]your[- ]rights\b|\b(?:constitutional and |the )?legal protections\b|\bhotline\b|\brequir\w+ the approval of\b"),
    (1.0, r"\bdue process\b|\bwithout regard to\b[^.;]{0,40}status|\b(?:aggressive|deceptive|callous|abuse)\b|\bnot as immigration\b|\bnon-?local law enforcement\b|\bICE out act|\bconfidentiality of\b"),
    (1.0, r"\bsolely (?:on|because|for)\b|\bdefend against\b|\bamicus\b|\bknow your rights\b|\bopposition\b|\bnecesari|\bprohib\w+\b|\bno (?:podran?|cooperara?n?|participara?n?|debera?n?)\b"),
)  # fmt: skip
EXPANDS: tuple[tuple[float, str], ...] = (
    (1.5, rf"\b(?:shall|may|must|will|agrees? to|hereby agree)(?: (?!only|not)\w+)? {_COOPERATE}\b|\b(?:may|shall)\b(?! not)[^.;]{{0,40}}\bauthorize\b|\bauthoriz\w+ to (?:comply|honor|enforce)"),
    (1.5, r"\bnothing\b[^.;]{0,100}\b(?:prohibit|prevent|preclude|restrict|limit)\w*|\bnot (?:be construed to )?(?:prohibit|prevent|preclude)|\bshall not apply\b"),
    (1.5, r"\b(?:enter into|execute|approv\w+|ratif\w+|accept\w*|authoriz\w+|extend\w*|renew\w*|request\w*)\b[^;]{0,200}\b(?:agreement|grant|memorandum|mo[au]|participation|award|contract|stonegarden|addendum)\b"),
    (1.5, r"\bthis (?:memorandum of (?:agreement|understanding)|mo[au]|agreement)\b|\bmemorandum of (?:agreement|understanding) \(mo[au]\)|\bdelegat\w+\b|\bnominated, trained|\bfunctions of an immigration officer"),
    (1.5, r"(?<!not )(?<!not to )(?<!never )\b(?:permit|allow|requir|direct|order|mandat|authoriz)\w* (?:(?!not?\b|never\b|federal\b|ice\b|immigration\b)[\w'-]+ ){1,5}to (?:honor|comply with|cooperate with|hold|detain)\b"),
    (2.0, r"\b(?:is|are|be|hereby|to) repeal\w*|\brepealed\b"),
    (4.0, r"\brepeal (?:a )?(?:laws?|sections?|ordinances?|polic\w+)\b"),
    (4.0, r"\bprohibition on (?:immigration )?sanctuary|\bsanctuary polic\w+ (?:is|are) prohibited|\b(?:ban|prohibit)\w*(?: on)? (?:\w+ ){0,2}sanctuary"),
    (4.0, r"\bcomplian\w+ with\b[^;]{0,40}(?:1373|1644|detainers?)|\bcertif\w+\b[^;]{0,80}(?:1373|1644)|\bno state or local government entity|\binformation-communication restriction"),
    (1.5, r"\bimplement\w* 287|\bfund\w* (?:to|for) (?:implement )?(?:the )?287|\bassist in the deportation|\bcomply with\b[^.;]{0,80}\bdetainers?\b|\bintergovernmental services? agreement|\benforce federal immigration law\b"),
    (1.0, r"\b(?:housing|detention|safekeeping|custody) (?:and \w+ )?of (?:\w+ ){0,3}(?:federal|persons detained|detainees)|\bper diem\b|\bday rate\b|\bjail housing\b"),
    (1.0, r"\bcheck the immigration status|\bverify\b[^.;]{0,40}immigration status|\bassist the federal government in|\billegal (?:aliens?|residents?)\b|\bfails? to comply\b"),
    (1.5, r"\b287\(g\) agreement: "),  # an entry of ICE's list of participating agencies
    (1.0, r"\bshall (?:request|enter|comply|honor|cooperate)|\bjoint operations\b[^.;]{0,60}\breimburse|\breimbursement of\b|\bnotwithstanding\b"),
)  # fmt: skip
_LIMIT = tuple((weight, re.compile(pattern)) for weight, pattern in LIMITS)
_EXPAND = tuple((weight, re.compile(pattern)) for weight, pattern in EXPANDS)
_REPEAL_OF_ENFORCEMENT = re.compile(r"\brepeal\w*\b[^.;]{0,80}\b(?:1070|287\(g\)|sb 4|senate bill 4|laken riley)")
_EXCEPTION = re.compile(
    r"\bexcept\b|\bunless\b|\bprovided,? (?:however|that)\b|\bother than\b|\bin compliance with\b|\bshall not apply\b"
)
# "No agency shall honor" says that agencies shall not.
_NO_ONE = re.compile(r"\bno ((?:[\w,']+ ){1,8}?)(shall|may|will|must)\b(?! not)")
# A saving clause frees what the rest forbids, though it is made of forbidding words.
_SAVING = re.compile(
    r"\bnothing\b[^.;]{0,80}\b(?:shall|may|will)\b[^.;]{0,40}\b(?:prohibit|prevent|preclude|restrict|limit)[^;]{0,160}"
)
_HOURS = re.compile(r"\b(\d{1,3})[ -]hours?\b")
# New York and Illinois print struck matter in [brackets], Washington in ((double parentheses)).
_STRUCK = re.compile(
    r"\(\((?P<double>[^()]{3,2000}?)\)\)|\[(?P<single>[a-z][^\[\]]{2,1500})\]|~~(?P<tilde>[^~]{2,2000})~~"
)
# Amending acts say it in words: by striking "shall not" and inserting "may".
_QUOTED = r"(?: out)?(?: the)?(?: following)?(?: words?| phrase| term| language| text)?:? [\"“'‘](?P<{}>[^\"“”]{{1,600}}?)[\"”'’](?!\w)"
_WORDED = re.compile(
    r"\b(?:strik|delet|remov|replac|omit)\w*"
    + _QUOTED.format("old")
    + r"(?:[^.;\"“”]{0,60}?\b(?:insert\w*|add\w*|substitut\w*|with|by)(?: in (?:lieu|place) thereof)?"
    + _QUOTED.format("new")
    + ")?"
)
_NOT_STRUCK = re.compile(r"^(?:city|county|date|name|insert|sic|reserved|repealed|resolution|ordinance|x+|see|adopt)\b")


def _inner(match: re.Match[str]) -> str:
    return next(part for part in match.groups() if part is not None)


def resolve_struck(low: str) -> tuple[str, str] | None:
    """(before, after) of a text in a drafting style that shows struck matter, or None where none is recognised."""
    if worded := _WORDED.search(low):
        head, tail = low[: worded.start()], low[worded.end() :]
        return f"{head}{worded['old']}{tail}", f"{head}{worded['new'] or ''}{tail}"
    struck = [match for match in _STRUCK.finditer(low) if not _NOT_STRUCK.match(_inner(match))]
    if not struck or not (len(struck) > 1 or len(struck[0][0]) > 14):
        return None
    before: list[str] = []
    after: list[str] = []
    done = 0
    for match in struck:
        before += [low[done : match.start()], _inner(match)]
        after.append(low[done : match.start()])
        done = match.end()
    return "".join((*before, low[done:])), "".join((*after, low[done:]))


def leaning(low: str) -> tuple[float, float]:
    """How strongly a folded, lower-case text limits and how strongly it expands (each 0 or more).

    A plain sum over its phrases, so what stands unchanged on two sides cancels exactly.
    """
    saved = len(_SAVING.findall(low))
    low = _NO_ONE.sub(r"\1\2 not", _SAVING.sub(" ", low))
    limit = sum(weight * len(pattern.findall(low)) for weight, pattern in _LIMIT)
    expand = sum(weight * len(pattern.findall(low)) for weight, pattern in _EXPAND) + 2.0 * saved
    if _REPEAL_OF_ENFORCEMENT.search(low):
        limit, expand = limit + 2, max(expand - 1.5, 0)
    return limit, expand


def stance_of(low: str) -> Stance:
    """Direction of one text as it stands."""
    resolved = resolve_struck(low)
    if resolved is not None:
        change = stance_of_change(*resolved)
        if change in ("limits", "expands"):
            return change
        low = resolved[1]
    limit, expand = leaning(low)
    return _name(limit, expand)


def stance_of_change(before: str, after: str) -> Stance:
    """Direction of a change, from the passage before and after it (folded, in lower case).

    What grew less what shrank. An exception added to what limits expands, one added to what expands limits.
    """
    old_limit, old_expand = leaning(before)
    new_limit, new_expand = leaning(after)
    more_limit, more_expand = new_limit - old_limit, new_expand - old_expand
    exceptions = 0.7 * (len(_EXCEPTION.findall(after)) - len(_EXCEPTION.findall(before)))
    if old_limit + new_limit > old_expand + new_expand:
        more_expand += exceptions
    elif old_limit + new_limit < old_expand + new_expand:
        more_limit += exceptions
    more_expand += _longer_hold(before, after)
    return _name(max(more_limit, 0) + max(-more_expand, 0), max(more_expand, 0) + max(-more_limit, 0))


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
