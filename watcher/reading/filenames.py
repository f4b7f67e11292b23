"""Dates as clerks write them into file names, and month and day without their year.

Names run numbers together and end in the marks of a second upload ("Agenda-03-25-26-1.pdf", "pc_agenda_7-7-22_0.pdf").
"""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import unquote

from watcher.reading import pages

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_SEP = r"[ ._-]+"
_LETTERS = r"(?<![a-z])"
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), order)
    for pattern, order in (
        (rf"{_LETTERS}{_MONTH}[ ._-]*(\d{{1,2}})(?:st|nd|rd|th)?[ ,._-]+(\d{{4}})(?!\d)", "bdy"),
        (rf"{_LETTERS}{_MONTH}[ ._-]*(\d{{2}})[ ,._-]*(\d{{4}})(?!\d)", "bdy"),
        (rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?[ ._-]*{_MONTH}[ ,._-]*(\d{{4}})(?!\d)", "dby"),
        (rf"(?<!\d)(\d{{4}}){_SEP}(\d{{1,2}}){_SEP}(\d{{1,2}})(?!\d)", "ymd"),
        (rf"(?<!\d)(\d{{1,2}}){_SEP}(\d{{1,2}}){_SEP}(\d{{4}}|\d{{2}})(?!\d)", "mdy"),
        (rf"(?<!\d)(\d{{2}}){_SEP}(\d{{1,2}}){_SEP}(\d{{1,2}})(?!\d)", "ymd"),
        (r"(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)(?!\d)", "ymd"),
        (r"(?<!\d)(\d\d)(\d\d)((?:19|20)\d\d)(?!\d)", "mdy"),
        (r"(?<!\d)(\d\d)(\d\d)(\d\d)(?!\d)", "mdy"),
        (r"(?<!\d)(\d\d)(\d\d)(\d\d)(?!\d)", "ymd"),
        (rf"{_LETTERS}{_MONTH}[ ._-]*(\d{{1,2}})(?:st|nd|rd|th)?[ ,._-]+(\d{{2}})(?!\d)", "bdy"),
    )
)
_MONTH_DAY = re.compile(rf"\b{_MONTH}\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?!\s*,?\s*\d{{4}})", re.IGNORECASE)
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH}\b(?!\.?,?\s*\d{{4}})", re.IGNORECASE)
_SLASHED = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})(?![\d/])")
_YEAR = re.compile(r"(?<![\d-])(20\d\d|19[89]\d)(?![\d-])")


def date_in_name(url: str) -> date | None:
    """The date in the last part of an address, or None: 4-23-24, 04162024, 22-09-14, 2026_01_14, march-8-2022."""
    name = unquote(pages.split(url).path.rstrip("/").rpartition("/")[2])
    name = re.sub(r"\.[a-z]{3,5}\Z", "", name, flags=re.IGNORECASE)
    for pattern, order in _PATTERNS:
        for found in pattern.finditer(name):
            if day := _day(dict(zip(order, found.groups(), strict=True))):
                return day
    return None


def month_day(text: str, year: int | None) -> date | None:
    """A month and day ("March 3", "3 March", "3/3") in the year that stands elsewhere; None without one."""
    for pattern, order in ((_MONTH_DAY, "bd"), (_DAY_MONTH, "db"), (_SLASHED, "md")):
        if year and (found := pattern.search(text)):
            return _day({**dict(zip(order, found.groups(), strict=True)), "y": str(year)})
    return None


def year_of(text: str) -> int | None:
    """The one year that a heading names ("2026 Agendas"), else None: "2025-26" and two years are none."""
    years = set(_YEAR.findall(text))
    return int(years.pop()) if len(years) == 1 else None


def _day(parts: dict[str, str]) -> date | None:
    year = int(parts["y"])
    month = _MONTHS.index(parts["b"][:3].lower()) + 1 if "b" in parts else int(parts["m"])
    try:
        day = date(year + 2000 if year < 100 else year, month, int(parts["d"]))
    except ValueError:
        return None
    return day if 1980 <= day.year <= 2079 else None
