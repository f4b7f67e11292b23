"""Private contact data in quoted page text. Masks keep the length of a text, so that offsets into it still hold.

Simple on purpose: North American telephone numbers, e-mail addresses, and street addresses that a text ties to a person
or calls a home. What a public body writes of its own offices stays (the clerk's number, `council@…`, `….gov`, the address in a
letterhead); so do the addresses of projects and premises, which an agenda is about.
"""

from __future__ import annotations

import re
from dataclasses import replace

from watcher.model import Alert, Change, Redline

MASK = "•"

# Only from the start of a word, and without going back: 60,000 letters in a row must not cost their square.
_EMAIL = r"(?<![A-Za-z0-9._%+'-])[A-Za-z0-9._%+'-]++@[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)+"
# NANP: ten digits with separators, or with a word before them that says what they are. File numbers (25-0600,
# 2026-123-4) stay as they are: they do not have the shape 3-3-4.
_PHONE = r"(?<![\w.-])(?:\+?1[-. ]?)?(?:\(\d{3}\)\s?|\d{3}[-. ])\d{3}[-. ]\d{4}(?![\w-])"
_PHONE_RUN = r"(?:(?:tel|phone|cell|mobile|fax|call)[.:]?\s*)\d{10}(?!\d)"
_HOME = r"(?:home address(?: is|:)?|resid(?:es|ing) at|who lives at)\s+\d{1,6}\s+[^,;\n]{3,60}"
_ADDRESS = re.compile(rf"(?P<name>{_EMAIL.partition('@')[0]})@[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)+")
_OFFICE = re.compile(
    r"clerk|comment|council|commission|board|supervisor|trustee|city|county|town|village|public|meeting|agenda|info|admin|office|hearing"
    r"|secretary|testimony|legislat|cob|participa|speak|zoom|contact|mayor|manager|planning|counsel|records",
    re.IGNORECASE,
)
_STREET = (
    r"\d{1,6}(?:-\d{1,5})? (?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\.? )?(?:[A-Z0-9][\w'.-]{0,20} ){1,3}"
    r"(?:St|Street|Ave|Avenue|Rd|Road|Ln|Lane|Dr|Drive|Blvd|Boulevard|Ct|Court|Pl|Place|Way|Ter|Terrace|Cir|Circle|Pkwy|Parkway|Hwy|Trail)\b\.?"
    r"(?:,? (?:(?:Apt|Apartment|Unit|Suite|Ste)\.? ?|#)[\w-]{1,6})?|(?:Calle|Avenida|Camino) (?:[A-Z]\w{0,20} ){1,3}\d{1,6}"
)
_ADDRESSED = re.compile(rf"(?<![\w.$-])(?:{_STREET})")
# Right before an address or a number: a person.
_PERSON = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Mx|Sra?)\.? [A-Z][^.;\n]{0,40}|\b(?i:residents?|vecin[oa]s?|constituent|neighbou?r|complainant|witness|homeowner|tenant|plaintiff)\b[^.;\n]{0,40}"
    r"|\b(?i:home|resid\w+|lives?|living|vive)\b[^.;\n]{0,30}|\b(?P<given>[A-Z][a-zà-ÿ]{1,15})(?: [A-Z]\.)? (?P<family>[A-Z][\w'à-ÿ-]{1,20})(?:,| of| at|:)? ?)$"
)
# Words of a name that is an office's or a place's, not a person's.
_BODY = re.compile(
    r"\b(?:hall|office|department|dept|city|county|town|village|center|centre|school|library|court|courthouse|council|board|commission|sheriff|police|jail|clerk|building|room|"
    r"station|church|museum|park|plaza|hotel|bank|inc|llc|company|construction|associates|partners|group|corp\w*|enterprises|propert(?:y|ies)|realty|systems|solutions|apartments|housing|services?|district|authority|agency|division|headquarters|facility|fund|property|lease|premises|project|"
    r"located|site|hearing|meeting|street|avenue|road|los|las|san|santa|new|fort|saint|north|south|east|west)\b",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"\b(?:clerk|office|department|city hall|town hall|county|council|sheriff'?s|police|hotline|dial|zoom|webinar|conference|meeting|access|public comments?|relay|tty|tdd|toll[- ]free|information line|main line)\b",
    re.IGNORECASE,
)
_PUBLIC_HOST = re.compile(r"\.(?:gov|mil)(?:\.\w\w)?$|\.us$", re.IGNORECASE)
NEARBY = 70  # characters before a number or an address that say whose it is
_MAYBE = re.compile(r"[@\d]")  # each of the four holds one of these
_PRIVATE = re.compile("|".join((_EMAIL, _PHONE, _PHONE_RUN, _HOME)), re.IGNORECASE)


def masked(text: str) -> str:
    """The text with private contact data blotted out, character for character."""
    if not _MAYBE.search(text):
        return text
    hidden = _PRIVATE.sub(lambda found: found[0] if _of_an_office(found, text) else MASK * len(found[0]), text)
    return _ADDRESSED.sub(lambda found: MASK * len(found[0]) if _of_a_person(text, found.start()) else found[0], hidden)


def _of_an_office(found: re.Match[str], text: str) -> bool:
    """Whether contact data is that of a public office, by its own words or by those before it."""
    name, at, host = found[0].partition("@")
    if at:
        return bool(_OFFICE.search(name) or _PUBLIC_HOST.search(host))
    before = text[max(found.start() - NEARBY, 0) : found.start()]
    return not found[0][:1].isalpha() and _CALLED.search(before) is not None and not _of_a_person(text, found.start())


def _of_a_person(text: str, at: int) -> bool:
    """Whether what stands right before a place names or describes a private person."""
    person = _PERSON.search(text, max(at - NEARBY, 0), at)
    return person is not None and not (person["given"] and _BODY.search(person[0]))


def offices_kept(text: str) -> str:
    """How a body may be reached, in its own words: the address of an office stays, that of a person is blotted out.

    Numbers stay: an agenda prints them to be called.
    """
    return _ADDRESS.sub(
        lambda found: found.group() if _OFFICE.search(found["name"]) else MASK * len(found.group()), text
    )


def masked_redline(redline: Redline, before: str, after: str) -> Redline:
    """The redline with what is private on either side blotted out, also where a part cuts through an address.

    `before` and `after` are the two sides that the parts join to; a redline of other texts is masked part by part.
    """
    if _side(redline, "=-") != before or _side(redline, "=+") != after:
        return tuple((mark, masked(text)) for mark, text in redline)
    hidden_before, hidden_after = masked(before), masked(after)
    parts = []
    at_before = at_after = 0
    for mark, text in redline:
        shown = text
        if mark != "+":
            shown = _blotted(shown, hidden_before[at_before : at_before + len(text)])
            at_before += len(text)
        if mark != "-":
            shown = _blotted(shown, hidden_after[at_after : at_after + len(text)])
            at_after += len(text)
        parts.append((mark, shown))
    return tuple(parts)


def private_parts_masked(alert: Alert) -> Alert:
    """The same alert with every text that stems from a page masked: for those who get the values, not the notice."""
    return replace(
        alert, headline=masked(alert.headline), changes=tuple(masked_change(change) for change in alert.changes)
    )


def masked_change(change: Change) -> Change:
    """The same change with private contact data blotted out on both sides, in its trail, context and evidence."""
    verdict, meeting = change.verdict, change.meeting
    if meeting is not None and meeting.attend:
        meeting = replace(meeting, attend=offices_kept(meeting.attend))
    if verdict is not None:
        verdict = replace(verdict, evidence=tuple(replace(seen, text=masked(seen.text)) for seen in verdict.evidence))
    return replace(
        change,
        before=masked(change.before),
        after=masked(change.after),
        redline=masked_redline(change.redline, change.before, change.after),
        heading=tuple(masked(part) for part in change.heading),
        context=tuple(masked(part) for part in change.context),
        verdict=verdict,
        meeting=meeting,
    )


def _side(redline: Redline, marks: str) -> str:
    return "".join(text for mark, text in redline if mark in marks)


def _blotted(text: str, hidden: str) -> str:
    if MASK not in hidden:
        return text
    return "".join(MASK if blot == MASK else character for character, blot in zip(text, hidden, strict=True))
