"""The vendor's own marks: ids in links, words for a status, kinds of document, ways to write a date.

Pure text in, values out; used by both faces of Legistar (InSite pages and the Web API).
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Literal
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

Status = Literal["tentative", "confirmed", "cancelled", "passed"]

OVER_AFTER = timedelta(hours=6)  # the longest council nights; a meeting is called passed only after them

PAGES = {"meetingdetail.aspx": "meeting", "legislationdetail.aspx": "legislation", "historydetail.aspx": "history"}
GATEWAY = {"MD": "meeting", "LD": "legislation", "L": "legislation", "HD": "history"}
DOCUMENTS = {"A": "agenda", "AADA": "agenda", "M": "minutes", "MADA": "minutes", "PA": "packet", "F": "attachment"}

CANCELLED = re.compile(
    r"\b(cancel+ed|cancel+ation|deferred|postponed|adjourned for lack of (?:a )?quorum"
    r"|rescheduled (?:to|for|until)|(?:has been|was|is) rescheduled(?! from))\b",
    re.IGNORECASE,
)
UNSURE = re.compile(r"\b(tentative|rescheduled(?! from)|to be confirmed)\b", re.IGNORECASE)
REVISED = re.compile(
    r"\b((?:(?:second|third|2nd|3rd) )?(?:revised|amended|updated|corrected)(?: (?:agenda|packet|notice|minutes))?"
    r"|agenda (?:revised|amended)|final[ -]+(?:revised|addendum)|addend(?:um|a)|supplemental(?: agenda)?)\b",
    re.IGNORECASE,
)

_DATE = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})\b")
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})")
_NAMED = re.compile(r"\b([A-Z][a-z]{2,8})\.? (\d{1,2}),? (\d{4})\b")
_TIME = re.compile(r"\b(\d{1,2})(?::(\d{2}))?\s*([ap])\.?\s*m\b", re.IGNORECASE)
_CLOCK = re.compile(r"\b([01]?\d|2[0-3]):([0-5]\d)\b")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def link_id(href: str) -> str | None:
    """The stable name of what an InSite link leads to, e.g. "A:1336453:A6AC4139-…"; None for navigation.

    Only the ID and GUID count: `Options`, `Search` and the like differ from visit to visit.
    """
    parts = urlsplit(href)
    page = parts.path.rsplit("/", 1)[-1].lower()
    given = {name.lower(): value for name, value in parse_qsl(parts.query)}
    mode = given.get("m", "").upper()
    if page == "view.ashx":
        kind = mode if mode != "IC" else ""
    else:
        kind = PAGES.get(page) or (GATEWAY.get(mode, "") if page == "gateway.aspx" else "")
    if kind and given.get("id"):
        return ":".join(part for part in (kind, given["id"], given.get("guid", "").upper()) if part)
    if kind and given.get("legid"):  # the Web API's way to point at an InSite page
        return f"{kind}:LEGID:{given['legid']}"
    return None


def meeting_id(href: str) -> str | None:
    """ID and GUID of the meeting that a link of any kind (detail, agenda, calendar file) belongs to, else None."""
    parts = urlsplit(href)
    given = {name.lower(): value for name, value in parse_qsl(parts.query)}
    mode = given.get("m", "").upper()
    of_meeting = parts.path.lower().endswith("meetingdetail.aspx") or (mode in ("IC", "MD", *DOCUMENTS) and mode != "F")
    if not of_meeting:
        return None
    if given.get("id"):
        return ":".join(part for part in (given["id"], given.get("guid", "").upper()) if part)
    return f"LEGID:{given['legid']}" if given.get("legid") else None


def document_kind(heading: str, href: str) -> str:
    """What a meeting's document is: agenda, packet, minutes, notice, video or other. The link's mode decides first."""
    query = {name.lower(): value for name, value in parse_qsl(urlsplit(href).query)}
    if kind := DOCUMENTS.get(query.get("m", "").upper()):
        return kind
    words = heading.lower()
    for word, kind in (
        ("packet", "packet"),
        ("agenda", "agenda"),
        ("minutes", "minutes"),
        ("summary", "minutes"),
        ("action", "minutes"),
        ("notice", "notice"),
        ("video", "video"),
        ("media", "video"),
        ("audio", "video"),
        ("caption", "video"),
    ):
        if word in words:
            return kind
    return "other"


def revised_mark(*texts: str) -> str | None:
    """The words by which a clerk marks an agenda as amended, else None."""
    for text in texts:
        if found := REVISED.search(text):
            return " ".join(found.group(0).split())
    return None


def read_date(text: str) -> date | None:
    """A date as InSite (11/24/2026, November 24, 2026) or the Web API (2026-11-24T…) writes it."""
    try:
        if found := _DATE.search(text):
            month, day, year = (int(part) for part in found.groups())
            return date(year + 2000 if year < 100 else year, month, day)
        if found := _ISO.search(text):
            return date(*(int(part) for part in found.groups()))
        if found := _NAMED.search(text):
            return date(int(found[3]), _MONTHS.index(found[1][:3].lower()) + 1, int(found[2]))
    except ValueError:
        pass
    return None


def read_time(text: str) -> time | None:
    """A time of day (10:00 AM, 6 p.m., 18:30), or None: clerks also write "Deferred" or "immediately following"."""
    if found := _TIME.search(text):
        hour, minute = int(found[1]), int(found[2] or 0)
        if hour <= 12 and minute < 60:
            return time(hour % 12 + (12 if found[3].lower() == "p" else 0), minute)
    if found := _CLOCK.search(text):
        return time(int(found[1]), int(found[2]))
    return time(12) if re.search(r"\bnoon\b", text, re.IGNORECASE) else None


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
