"""How clerks word an agenda: sections, standing business, recommendations, file numbers, and what is no agenda."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

# Of lower-case text: told apart by their first letters alone, so many alternatives are tried twice as fast.
STANDING = re.compile(
    r"\b(?:call(?:ed)? (?:meeting |the meeting )?to order|roll ?call|attendance|pledge|invocation|moment of silence|adjourn\w*"
    r"|(?:approv\w+|review|reading|correction)\b.{0,40}\b(?:minutes|agenda)|minutes\b|consent (?:agenda|calendar|items?)"
    r"|public (?:comments?|hearings?|input|forum|participation|communications?)|citizen\w* (?:comments?|input|forum)|open forum"
    r"|(?:old|new|unfinished|other|continued) business|(?:closed|executive|work) session|communications?\b|correspondence"
    r"|announcements|proclamations?|presentations|(?:first|second|third|final) readings?|future agenda|reports?\Z)"
)
SECTION = re.compile(
    r"\W*(?:agenda items\Z|(?:scheduled|set|timed|noticed) (?:matters|items)|(?:added|late|supplemental|additional) items?|.{0,20}\bconsent\b(?! (?:to|for|of|from)\b)|(?:public|zoning|quasi-judicial|legislative) hearings?"
    r"|(?:old|new|unfinished|other|regular|general|action|continued|pending|council|public|discussion|informational?|previous)(?: (?:and|&) \w+)? (?:business|items?|agenda|calendar)"
    r"|business\b|(?:closed|executive|work|study|open) session|(?:ordinances?|resolutions?|contracts|appointments|proclamations|presentations|communications?"
    r"|petitions?|claims|bids|licenses|announcements)\b|(?:(?:introduction|enactment|adoption|consideration)s? (?:and \w+ )?of )?(?:ordinances|resolutions)"
    r"|(?:introduction|first|second|third|final) reading|(?:staff|committee|council|department\w*|manager|mayor|administrat\w+|city|county|town|officer|board|commission\w*)\S* .{0,30}\b(?:reports?|comments?|items)"
    r"|reports?\b|consideration\b|discussion\b|non-?consent)",
    re.IGNORECASE,
)
AGENDA = re.compile(r"\b(?:agendas?|docket|order of (?:business|the day)|addend(?:um|a))\b", re.IGNORECASE)
CAPITAL_AGENDA = re.compile(
    r"\b(?:AGENDA|DOCKET|ADDENDUM|ADDENDA)\b"
)  # in the first words of a head set as one paragraph
NOTICE = re.compile(
    r"(?:\W*(?:items on|this (?:agenda|meeting|notice|document)|(?:any )?persons?|individuals|anyone|members of the public|in (?:accordance|compliance) with"
    r"|if you|for (?:more|further|additional)|posted|dated|respectfully|disclaimer|note:|notice|the (?:city|town|village|county|board|council) (?:of|is|will|may)"
    r"|all meetings|published|copies|upon request))\b",
    re.IGNORECASE,
)
LISTED = re.compile(
    r"\W*(?:[\w &]{3,40}:\s+)?(?:non[- ]?consent\s+)?\*?(?:resolution|ordinance|bill|local law|petition) (?:no\.?|number|#) ?[A-Z]{0,3}-?\d",
    re.IGNORECASE,
)
PLACE_IN_LIST = re.compile(
    r"\W*(?:[\w ]{3,40}:\s+)?(?:non[- ]?consent\s+)?\*?\w+ (?:no\.?|number|#) ?\d{1,2}[,:.]?\s+(?=\S)", re.IGNORECASE
)
NO_HEAD = re.compile(
    r"\bagenda items?\b|\b(?:on|of|this|the|any|an) agenda\b|\bagenda (?:may|is|and|was|will)\b", re.IGNORECASE
)
ADDENDUM = re.compile(r"\b(?:addend(?:um|a)|supplement(?:al)?)\b", re.IGNORECASE)
ADJOURNS = re.compile(r"\W*(?:motion to |call to )?adjourn", re.IGNORECASE)
OPENS = re.compile(r"(?:meeting )?call(?:ed)? (?:meeting |the meeting )?to order", re.IGNORECASE)
# A table whose first column is the file's number: "26-114 | 4. | Resolution …".
FILE_FIRST = re.compile(r"(?P<file>(?:\d{2}|20\d\d)-\d{2,5})(?:\s*\|\s*|\s+)(?=\(?[\dA-Z]{1,3}[.)]{1,2}(?:\s|\|))")
# What stands behind an agenda in a packet, and is none of it.
BEHIND = re.compile(
    r"(?-i:(?:[A-Z’']+ ){0,6}MINUTES\b(?! OF)[^a-z]*\Z)|(?:draft|meeting|regular meeting|summary) minutes\Z|minutes of (?:the|a) (?:regular|special|meeting)"
    r"|staff report\b|(?-i:AGENDA (?:ITEM )?(?:REPORT|MEMO|SUMMARY|BILL))|(?-i:MEMORANDUM)\b|(?:to|from|prepared by|subject|memo to):(?:\s|\Z)"
    r"|whereas,|(?-i:(?:AN? )?(?:RESOLUTION|ORDINANCE)(?: NO\.?)?(?: [\dA-Z-]+)?\Z)|table of contents\Z",
    re.IGNORECASE,
)
HELD = re.compile(
    r"\b(?=[msuw])(?:(?:moved|motioned) (?:to|for|by|that)|seconded by (?-i:[A-Z])|motion (?:was|carried|passed|by)|(?:was|were) (?:called to order|present|absent)|unanimously)\b",
    re.IGNORECASE,
)
RECOMMENDED = re.compile(
    r"(?:staff |department(?:al)? |committee |city manager'?s? )?(?:recommend(?:ed|ation)s?|requested|proposed|suggested|possible)"
    r"(?: (?:council |board |commission |committee )?(?:motion|action|recommendation)s?)?(?:\s*[:–—-]\s*|\Z)|(?:action|motion)s? (?:requested|recommended|needed|proposed)(?:\s*[:–—-]\s*|\Z)|recommend that\b",
    re.IGNORECASE,
)
ATTACHED = re.compile(
    r"(?:(?:attachments?|exhibits?|enclosures?|supporting (?:documents?|materials?)|backup)\s*(?:[:–—-]\s*|\Z)(?P<rest>.*)|(?P<one>(?:attachment|exhibit) #?[A-Z\d]{1,3}(?:\b[\s:.–—-].*)?))\Z",
    re.IGNORECASE,
)
ADDED = re.compile(
    r"\W*(?:(?:item )?(?:added|revised|amended|new(?= item)|updated|corrected)(?: (?:item|via|by|per|in|to|on)(?: (?:the )?(?:addend(?:um|a)|agenda|supplement\w*))?)?)(?: ?(?:\d{1,2}/\d{1,2}/\d{2,4}|#?\d))?(?:\s*[*):\]–—-]+\s*|\Z)",
    re.IGNORECASE,
)
_KIND = r"(?P<kind>resolution|ordinance|(?:council |senate |assembly |house )?bill|local law|order|petition|contract|application|case|project|file|item id|legislat\w+)"
FILED = re.compile(
    rf"(?P<bare>(?:\d{{2}}|20\d\d)-\d{{3,5}}|[A-Z]{{1,3}}-?(?:\d{{2}}|20\d\d)-\d{{2,5}})(?![\w-])"
    rf"|{_KIND}(?:\s+(?:id|no\.?|nos\.?|number))?\s*[:#]?\s*(?P<number>[A-Z]{{0,4}}-?\d[\dA-Za-z]*(?:[-.]\d[\dA-Za-z]*){{0,3}})(?![\w/])",
    re.IGNORECASE,
)
LEADING = re.compile(
    r"[*(\[\s]*(?:(?:approv\w+|adopt\w*|consider\w*|motion|public hearing|(?:first|second|third|final|1st|2nd|3rd) reading|introduc\w+|action"
    r"|to|of|on|the|and|proposed|emergency|urgency)\b[\s:,–—-]*)*",
    re.IGNORECASE,
)
CLOSED = re.compile(r"[(\[]([^()\[\]]{5,40})[)\]]\W*\Z")
# "CONSENT CALENDAR Matters listed under …": the heading and what is said of it.
CAPITALS = re.compile(r"([^a-z]{10,}?)(?:[.:–—-]+\s*|\s+)(?=[\"“(]?[A-Z][a-z])")
# The white space is looked for first: eight looks back at every letter take five times as long.
SEAM = re.compile(r"\s(?=\(?[\dA-Za-z]{1,4}[.)]\s+\S)(?<!\bsection\s)(?<!\bsec\.\s)(?<!\bno\.\s)(?<!\barticle\s)(?<!\bchapter\s)(?<!\bdistrict\s)(?<!\bitem\s)(?<!\bward\s)", re.IGNORECASE)  # fmt: skip
_MARK = re.compile(r"[.)](?=\s+\S)")  # the mark behind a seam's number
_BEFORE = 6  # characters from a seam to that mark at most: its white space, a bracket, four letters
SIGNED = re.compile(r"\s+(?=(?:respectfully|posted|dated|all meetings|notes?:|disclaimer)\b)", re.IGNORECASE)
SENTENCE = re.compile(r"(?<=[.;])\s+(?=[A-Z])")


_OF_HELD = ("moved", "motion", "seconded", "was ", "were ", "unanimously")  # one stands in all that HELD finds


def tells_what_was_done(text: str) -> bool:
    """Say whether a line tells what a meeting did, as minutes do. The words are asked for before the pattern is."""
    low = text.lower()
    return any([word in low for word in _OF_HELD]) and HELD.search(text) is not None  # noqa: C419 - a list is faster


def seams(text: str) -> Iterator[re.Match[str]]:
    """Yield the white space before each number inside a line. The marks are asked for first: they are few, spaces many."""
    for mark in _MARK.finditer(text):
        stretch = text[max(mark.start() - _BEFORE, 0) : mark.start()]
        word = stretch.split()[-1:] if not stretch[-1:].isspace() else []
        at = mark.start() - len(word[0]) - 1 if word else -1
        if at >= mark.start() - _BEFORE and at >= 0 and (seam := SEAM.match(text, at)):
            yield seam


@lru_cache(2_048)  # both sides of a comparison name the same files
def file_of(title: str) -> str | None:
    """Return the file number that a title begins with or closes on ("Ordinance 5534 …", "… (24-0123)"), or None."""
    if (closing := CLOSED.search(title)) and (found := FILED.fullmatch(closing[1])):
        return _file(found)
    start = LEADING.match(title)
    found = FILED.match(title, start.end() if start else 0)
    return _file(found) if found else None


def _file(found: re.Match[str]) -> str | None:
    if found["bare"]:
        return found["bare"].upper()
    number = found["number"].upper()
    if len(number) < 3:
        return None  # the third of its meeting: a place in a list
    return number if found["kind"].lower() in ("file", "item id") else f"{found['kind'].title()} {number}"
