"""How clerks write: dates, times of day, a meeting's standing, amendment words, kinds of document.

Pure text in, values out. Nothing is guessed: a text without a date gives None.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Status = Literal["tentative", "confirmed", "cancelled", "passed"]

OVER_AFTER = timedelta(hours=6)  # the longest council nights; a meeting is called passed only after them

CANCELLED = re.compile(
    r"\b(cancel+ed|will not (?:be held|meet|convene)|no quorum|cancel+ation|cancelad[oa]|cancelaci[oó]n|deferred|postponed|no meeting|adjourned for lack of (?:a )?quorum"
    r"|notice of recess|recess notice|rescheduled (?:to|for|until)|(?:has been|was|is) rescheduled(?! from))\b",
    re.IGNORECASE,
)
CALLS_OFF = re.compile(
    r"\bcancel+ed\b|\bnotice of cancel+ation\b|\bcancel+ation notice\b|\b(?:notice of recess|recess notice)\b|\A\W*cancel+ation\W*\Z",
    re.IGNORECASE,
)
UNSURE = re.compile(r"\b(tentative|rescheduled(?! from)|to be confirmed)\b", re.IGNORECASE)
REVISED = re.compile(
    r"\b((?:(?:second|third|2nd|3rd) )?(?:revised|amended|updated|corrected)(?: (?:agenda|packet|notice|minutes))?"
    r"|agenda (?:revised|amended|amendment)|modified agenda|rev(?:ision|\.)? ?(?:no\.? ?|#)?\d{1,2}|final[ -]+(?:revised|addendum)|addend(?:um|a)|supplemental(?: agenda)?"
    r"|(?:enmendad|enmiendad|revisad|corregid|modificad)[oa])\b",
    re.IGNORECASE,
)

_STANDING_WORDS = r"(?:(?:is |has been )?(?:cancel+ed|postponed|rescheduled)|cancel+ation|revised|amended)"
_STANDING = re.compile(
    rf"\s*[-–—:(*]+\s*{_STANDING_WORDS}(?: agenda)?\W*$|^\W*{_STANDING_WORDS}\s*[-–—:)*]+\s*", re.IGNORECASE
)

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_NUMERIC = re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/-])")
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)|(?<![\d/])(\d{4})/(\d{2})/(\d{2})(?![\d/])")
_NTH = r"(?:st|nd|rd|th)?"
_MONTH_FIRST = re.compile(  # the first of several days: "December 1-2, 2026"
    rf"\b{_MONTH}(?:(?<=\.)|[\s,]+|-)(\d{{1,2}}){_NTH}(?:\s*(?:[-–&]|and)\s*\d{{1,2}}{_NTH})?(?:\s*,\s*|\s+|-)(\d{{4}})\b",
    re.IGNORECASE,
)
_DAY_FIRST = re.compile(rf"\b(\d{{1,2}}){_NTH}(?:\s+|-){_MONTH}(?:,?\s+|-)(\d{{4}})\b", re.IGNORECASE)
_TIME = re.compile(r"\b(\d{1,2})(?:[:.](\d{2}))?(?::\d{2})?\s*(?:o['’]clock,?\s*)?([ap])\.?\s*m\b", re.IGNORECASE)
_SHORT = re.compile(r"\b(\d{1,2}):(\d{2})([ap])\b", re.IGNORECASE)
_CLOCK = re.compile(r"(?<![\d:.-])([01]?\d|2[0-3]):([0-5]\d)(?![\d])")

_KINDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"\b(?:{words})", re.IGNORECASE), kind)
    for words, kind in (
        (
            r"agenda[ _-]*(?:and|&|with)?[ _-]*(?:packet|backup)|packets?\b|meeting materials|board ?book|council ?book",
            "packet",
        ),
        (
            r"minutes|action summary|summary of actions?|action agenda|actions?\b|summary\b|synopsis|proceedings|journals?\b|actas?\b|minutas",
            "minutes",
        ),
        (r"agendas?|addend(?:um|a)|docket|orders? of (?:business|the day)|orden del d[ií]a", "agenda"),
        (r"notice", "notice"),
        (r"video|media|audio|captions?|recording|webcast|live ?stream", "video"),
    )
)


def read_date(text: str, *, day_first: bool = False) -> date | None:
    """The first date in a text, or None: 11/24/2026, 11-24-26, 2026-11-24, Nov. 24th, 2026, 24 November 2026.

    Numbers are month first, as American clerks write, unless `day_first` says that a system does otherwise.
    """
    try:
        if found := _NUMERIC.search(text):
            one, two, year = int(found[1]), int(found[3]), int(found[4])
            month, day = (two, one) if day_first else (one, two)
            return date(year + 2000 if year < 100 else year, month, day)
        if found := _ISO.search(text):
            return date(*(int(part) for part in found.groups() if part))
        if found := _MONTH_FIRST.search(text):
            return date(int(found[3]), _MONTHS.index(found[1][:3].lower()) + 1, int(found[2]))
        if found := _DAY_FIRST.search(text):
            return date(int(found[3]), _MONTHS.index(found[2][:3].lower()) + 1, int(found[1]))
    except ValueError:
        pass
    return None


def read_time(text: str) -> time | None:
    """A time of day (10:00 AM, 6 p.m., 18:30), or None: clerks also write "Deferred" or "immediately following"."""
    if found := _TIME.search(text) or _SHORT.search(text):
        hour, minute = int(found[1]), int(found[2] or 0)
        if 1 <= hour <= 12 and minute < 60:
            return time(hour % 12 + (12 if found[3].lower() == "p" else 0), minute)
    if found := _CLOCK.search(text):
        return time(int(found[1]), int(found[2]))
    return time(12) if re.search(r"\bnoon\b", text, re.IGNORECASE) else None


def moment(text: str, zone: str, *, day_first: bool = False) -> datetime | None:
    """Date and time out of one text, in the zone; midnight where it names no time, None where it names no date."""
    return start_of(read_date(text, day_first=day_first), read_time(text), zone)


def local(stamp: str, zone: str) -> datetime | None:
    """An ISO stamp that is local time whatever it says of itself (CivicClerk's false `Z`), or None.

    Years before 1970 are a database's way to say nothing (1900-01-01, 0001-01-01).
    """
    try:
        at = datetime.fromisoformat(stamp.strip())
    except ValueError:
        return None
    return at.replace(tzinfo=ZoneInfo(zone)) if at.year >= 1970 else None


def instant(stamp: str, zone: str) -> datetime | None:
    """An ISO stamp with a true offset (or `Z`) as local time; one without an offset is local already."""
    try:
        at = datetime.fromisoformat(stamp.strip())
    except ValueError:
        return None
    if at.year < 1970:
        return None
    return at.astimezone(ZoneInfo(zone)) if at.utcoffset() is not None else at.replace(tzinfo=ZoneInfo(zone))


def start_of(day: date | None, clock: time | None, zone: str) -> datetime | None:
    """The start with the jurisdiction's own offset; midnight where only the day is known."""
    return datetime.combine(day, clock or time(), ZoneInfo(zone)) if day else None


def status_of(start: datetime | None, now: datetime, *texts: str) -> Status:
    """What the clerk's words say, else whether the meeting is over."""
    if any(CANCELLED.search(text) for text in texts):
        return "cancelled"
    if start is not None:
        day_only = start.time() == time()
        if start + (timedelta(days=1) if day_only else OVER_AFTER) < now:
            return "passed"
    return "tentative" if any(UNSURE.search(text) for text in texts) else "confirmed"


def called_off(titles: Iterable[str]) -> tuple[str, ...]:
    """The titles among those of a meeting's papers that call it off ("Notice of Cancellation" in place of the agenda)."""
    return tuple(title for title in titles if CALLS_OFF.search(title))


def revised_mark(*texts: str) -> str | None:
    """The words by which a clerk marks an agenda as amended, else None."""
    for text in texts:
        if found := REVISED.search(text):
            return " ".join(found.group(0).split())
    return None


def document_kind(*texts: str) -> str:
    """What a published document is by its label or file name: agenda, packet, minutes, notice, video or other.

    The first text that says anything decides: a label before a file name.
    """
    for text in texts:
        spaced = re.sub(r"[-_+.]|%20", " ", text)
        for pattern, kind in _KINDS:
            if pattern.search(spaced):
                return kind
    return "other"


def body_in(name: str) -> str:
    """The body in a meeting's name: without a clerk's remark before or after it ("… Committee Meeting - Cancelled")."""
    return _STANDING.sub("", name).strip() or name


def lasting_name(name: str) -> str:
    """A meeting's name without case, signs and the words of a clerk that come and go (cancelled, amended)."""
    plain = REVISED.sub(" ", CANCELLED.sub(" ", name))
    return " ".join(re.findall(r"[^\W_]+", plain.casefold()))
