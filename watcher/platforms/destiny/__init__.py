"""Destiny AgendaQuick: the month's meetings, agendas with items, and the memo of one item.

    agenda_publish.cfm?id=&mt=ALL&get_month=7&get_year=2026   the meetings of a month
    …&dsp=ag&seq=                                             an agenda; dsp=min: minutes
    …&dsp=agm&seq=&rev=&ag=&ln=                               one item with its text and attachments
    docs/{year}/{body}/{date}_{seq}/…                         files

Checked against one recorded month (Contra Costa County CA, 2022). The newer table (meeting-table), agendas and memos
are read as public readers of other places describe them; no response of these was recorded.
"""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import parse_qsl, urlencode, urljoin, urlunsplit

from watcher.platforms import About, LayoutChanged, Reading, Request, Response, Site, pages
from watcher.platforms.destiny import agenda, month
from watcher.platforms.destiny.ids import link_id

__all__ = ["ABOUT", "MIN_DELAY", "OPTIONS", "detect", "link_id", "opening", "read"]

ABOUT = About(
    vendor="AgendaQuick (Destiny Software)",
    reads="the month's meetings, agendas with items, memos with attachments, minutes",
    checked="1 recorded month of Contra Costa County, 2022; agendas and memos never seen live",
    amended="“revised” or “amended” in a meeting's name, the revision counter of an item",
)
OPTIONS: frozenset[str] = frozenset()
MIN_DELAY = timedelta(seconds=2.7)

BACK = timedelta(days=14)
AHEAD = timedelta(days=45)
PAGE = "agenda_publish.cfm"
MARKS = (b"public/publish/js/agenda_publish.js", b"DESTINY.Event", b"AgendaQuick", b"destinyhosted.com")


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """The meetings of this month, of the next one, and of the last one in its first two weeks.

    An address that names a month or an agenda is asked as it stands.
    """
    parts = pages.split(site.url)
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    if {"get_month", "dsp"} & set(given) or not parts.path.lower().endswith(("/", "", PAGE)):
        return (Request(site.url, why="meetings"),)
    base = site.url if parts.path.lower().endswith(PAGE) else urljoin(site.url, PAGE)
    window = (today - BACK + timedelta(days=days) for days in range((BACK + AHEAD).days + 1))
    months = dict.fromkeys((day.year, day.month) for day in window)
    return tuple(
        Request(
            month_of(base, given, year, number),
            why=f"meetings of {year}-{number:02}",
            stable_key=f"month:{year}-{number:02}",
            optional=(year, number) != (today.year, today.month),
        )
        for year, number in months
    )


def month_of(base: str, given: dict[str, str], year: int, number: int) -> str:
    """The address of a month."""
    query = {"id": "", "mt": "ALL", **given, "get_month": str(number), "get_year": str(year)}
    return urlunsplit(pages.split(base)._replace(query=urlencode(query)))


def read(site: Site, response: Response) -> Reading:
    """The meetings of a month, an agenda, a memo, or a published document.

    Raises LayoutChanged, EmptyReading or Unreadable rather than report nothing without the page's word for it.
    """
    if pages.is_document(response) or pages.parameter(response.url, "dsp") == "min":
        return pages.read_document(response)
    page = pages.page_of(response)
    shown = pages.parameter(response.url, "dsp")
    if shown == "agm" or agenda.is_memo(page):
        return agenda.read_memo(page, response)
    if shown == "ag" or agenda.is_agenda(page):
        return agenda.read_agenda(page, site, response)
    if month.is_month(page):
        return month.read(page, site, response)
    raise LayoutChanged(
        "neither a month's meetings (table list or meeting-table) nor an agenda of AgendaQuick", url=response.url
    )


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is AgendaQuick's (0 to 1)."""
    parts = pages.split(url)
    host, path = (parts.hostname or "").lower(), parts.path.lower()
    if host == "destinyhosted.com" or host.endswith(".destinyhosted.com"):
        return 0.95
    body = response.body if response else b""
    if any(mark in body for mark in MARKS[:2]) or (PAGE.encode() in body and any(mark in body for mark in MARKS)):
        return 0.9
    return 0.6 if path.endswith(PAGE) else 0.0
