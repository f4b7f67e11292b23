"""Events: the list, the month, and an event's own page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bs4 import BeautifulSoup
from bs4.element import Tag

from watcher.platforms import (
    Document,
    EmptyReading,
    LayoutChanged,
    Link,
    Meeting,
    Passage,
    Reading,
    Request,
    Response,
    Site,
    attending,
    following,
    marks,
    pages,
)
from watcher.platforms.govaccess import ids
from watcher.reading import shelves

LIST = "table.listtable, .event_title"
MONTH = ".calendar_widget table.calendar_grid, table.calendar-mini-grid-grid, .calendar_eventlink"
DETAIL = ".events_widget .detail-list, .events_widget .detail-title"
AHEAD = timedelta(days=120)
COLUMNS = (
    ("title", ("event", "meeting", "title", "name")),
    ("datetime", ("date", "time")),
    ("location", ("location",)),
)
NAMED = ("event_title", "event_datetime", "event_agenda", "event_minutes", "event_location")
HOURS = re.compile(r"[-–]\s*(?P<end>\d{1,2}(?::\d{2})?\s*[AP]\.?M)", re.IGNORECASE)


# ---------------------------------------------------------------------------------------------------------- lists


def read_list(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """The table of events with the documents published for them."""
    meetings = tuple(dict.fromkeys(listed(page, site, response)))
    said = shelves.words_of_none(page.body or page)
    follow = (*following.from_listing(meetings, site, response.fetched_at), *next_page(page, meetings, response))
    return pages.listing(response, pages.seen(page.title), meetings, following.bounded(follow), proof=said)


def listed(page: BeautifulSoup, site: Site, response: Response) -> Iterator[Meeting]:
    """The rows that have a name and a day; by the cells' classes, else by the headings above them."""
    for table in page.select("table.listtable"):
        heads = [pages.seen(cell).lower() for cell in table.select("thead th, thead td")]
        for row in table.select("tbody tr"):
            cells = {column(cell, heads, place): cell for place, cell in enumerate(row.find_all("td", recursive=False))}
            if "title" in cells and "datetime" in cells:
                yield meeting_of(cells, site, response)


def column(cell: Tag, heads: list[str], place: int) -> str:
    """A column's name: the vendor's class, else the word of its heading."""
    known = next((name for name in pages.classes(cell) if name in NAMED), None)
    if known:
        return known.removeprefix("event_")
    heading = heads[place] if place < len(heads) else str(place)
    return next((name for name, words in COLUMNS if any(word in heading for word in words)), heading)


def meeting_of(cells: dict[str, Tag], site: Site, response: Response) -> Meeting:
    """One row of the list."""
    title = cells["title"]
    name, url = pages.seen(title), pages.address(title.select_one("a[href]"), response.url)
    start, end = times(cells["datetime"], site.jurisdiction.time_zone)
    mark = marks.revised_mark(name)
    found: dict[str, Link] = {}
    for heading, cell in cells.items():
        if heading not in ("title", "datetime", "location"):
            for place, (label, address) in enumerate(pages.links(cell, response.url)):
                link = document(label, address, heading.title(), mark, alone=place == 0)
                found.setdefault(link.id, link)
    return Meeting(
        id=ids.event_id(url or "") or f"{marks.lasting_name(name)}:{start}",
        body=site.body or name,
        title=name,
        start=start,
        end=end,
        status=marks.status_of(start, response.fetched_at, name, pages.seen(cells["datetime"])),
        location=pages.seen(cells.get("location")),
        url=url,
        documents=tuple(found.values()),
    )


def document(label: str, url: str, heading: str, mark: str | None = None, *, alone: bool = True) -> Link:
    """A document by its words; the first of a column or box is what that is for, whatever it is called."""
    label = re.sub(r"^Click to download | PDF file$|\s*\(opens in a new window\)$", "", label)
    kind = marks.document_kind(label, pages.split(url).path.rpartition("/")[2])
    if kind == "other":
        kind = marks.document_kind(heading) if alone else "attachment"
    shown = marks.revised_mark(label) or (mark if kind in ("agenda", "packet") else None)
    return ids.counted(Link(url.partition("#")[0], url, label or heading, kind, shown))


def times(cell: Tag, zone: str) -> tuple[datetime | None, datetime | None]:
    """Start and end as they are shown: the machine-readable stamps beside them are UTC of unknown care."""
    shown = [marks.moment(pages.seen(tag), zone) for tag in cell.select("time")]
    text = pages.seen(cell)
    start = next(filter(None, shown), None) or marks.moment(text, zone)
    end = shown[1] if len(shown) > 1 else None
    if end is None and start and (hours := HOURS.search(text)):
        end = marks.start_of(start.date(), marks.read_time(hours["end"]), zone)
    return start, end if start and end and end > start else None


def next_page(page: BeautifulSoup, meetings: tuple[Meeting, ...], response: Response) -> Iterator[Request]:
    """The list's next page, where this one ends among current meetings."""
    button = page.select_one(".list-pager a.pg-next-button[href], a[rel=next][href], .pagination a.next[href]")
    last = next((meeting.start for meeting in reversed(meetings) if meeting.start), None)
    url = pages.address(button, response.url)
    if not url or button is None or "disabled" in pages.classes(button) or last is None:
        return
    if response.fetched_at - following.BACK <= last <= response.fetched_at + AHEAD:
        number = re.search(r"npage[-=](\d+)", url)
        key = f"page:{number[1]}" if number else ""
        yield Request(url, why="next page of the list", stable_key=key)


# --------------------------------------------------------------------------------------------------------- months


def read_month(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """A month's events, each once: those of several days stand in every one of them."""
    first = month_of(page)
    if first is None:
        raise LayoutChanged("the calendar does not name its month", url=response.url)
    meetings = tuple(of_month(page, first, site, response))
    days = page.select(".calendar_day, .calendar_weekendday, .calendar_today")
    said = shelves.words_of_none(page.select_one(".calendar_widget") or page)
    if not meetings and not said and len(days) < 28:
        raise EmptyReading("no event is listed and the month's days are not all there", url=response.url)
    if not meetings and any(re.search(r"[^\W\d_]{3}", pages.seen(day)) for day in days):
        raise LayoutChanged("the month's days have words, but no event can be read off them", url=response.url)
    follow = following.from_listing(meetings, site, response.fetched_at)
    proof = said or f"{first:%B %Y}: {len(days)} days, none with an event"
    return Reading(
        document=Document(response.url, pages.seen(page.title), "listing"),
        meetings=meetings,
        follow=following.bounded((*follow, *next_month(page, first, site, response))),
        proof=proof if not meetings else None,
    )


def month_of(page: BeautifulSoup) -> date | None:
    """The first day of the month shown."""
    for title in page.select(".current_month_title, .calendar_title_content, .calendar_title"):
        for found in re.finditer(r"\b([A-Z][a-z]+)\.? (\d{4})\b", pages.seen(title)):
            if first := marks.read_date(f"{found[1]} 1, {found[2]}"):
                return first
    return None


def of_month(page: BeautifulSoup, first: date, site: Site, response: Response) -> Iterator[Meeting]:
    """The events in the order of their first days."""
    seen: set[str] = set()
    for cell in page.select("td"):
        if "calendar_othermonthday" in pages.classes(cell):
            continue
        number = next((text for text in cell.stripped_strings), "")
        for link in cell.select("a.calendar_eventlink, a[href*='/Calendar/Event/']"):
            url = pages.address(link, response.url)
            identity = ids.event_id(url or "")
            if not url or not identity or identity in seen or not number.isdigit():
                continue
            seen.add(identity)
            name, item = pages.seen(link), link.find_parent(class_="calendar_item")
            clock = marks.read_time(pages.seen(item.select_one(".calendar_eventtime")) if item else "")
            start = marks.start_of(first.replace(day=int(number)), clock, site.jurisdiction.time_zone)
            yield Meeting(
                id=identity,
                body=site.body or name,
                title=name,
                start=start,
                status=marks.status_of(start, response.fetched_at, name),
                url=url,
            )


def next_month(page: BeautifulSoup, first: date, site: Site, response: Response) -> Iterator[Request]:
    """The month after the one that is on, so that what comes in its first weeks is seen now."""
    now = response.fetched_at.astimezone(ZoneInfo(site.jurisdiction.time_zone)).date()
    url = pages.address(page.select_one(".calendar_nextprev a.next"), response.url)
    if url and (first.year, first.month) == (now.year, now.month):
        yield Request(url, why="events of the next month", stable_key="calendar:next-month", optional=True)


# --------------------------------------------------------------------------------------------------------- events


def read_event(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """An event's own page: hours, place, words, documents."""
    part = page.select_one(".events_widget") or page
    told = response.request.meeting
    labelled = dict(labels(part))
    name = pages.seen(part.select_one(".detail-title")) or (told.title if told else "")
    when = labelled.get("date") or labelled.get("date/time") or labelled.get("when")
    start, end = times(when, site.jurisdiction.time_zone) if when else (told.start if told else None, None)
    if start is None:
        raise LayoutChanged("the event's page has no readable date", url=response.url)
    place = labelled.get("location")
    mark = marks.revised_mark(name)
    found: dict[str, Link] = {}
    for heading, box in (
        ("Agenda", ".detail-agenda"),
        ("Minutes", ".detail-minutes"),
        ("", ".detail-list, .detail-content"),
    ):
        for tag in part.select(box):
            for nth, (label, url) in enumerate(pages.links(tag, response.url)):
                if heading or ids.DOCUMENT.search(url) or url.lower().endswith(".pdf"):
                    link = document(label, url, heading, mark, alone=nth == 0)
                    kind = "attachment" if link.kind == "other" else link.kind
                    found.setdefault(link.id, replace(link, kind=kind))
    meeting = Meeting(
        id=ids.event_id(response.url) or (told.id if told else response.url),
        body=site.body or name,
        title=name,
        start=start,
        end=end,
        status=marks.status_of(start, response.fetched_at, name, pages.seen(part.select_one(".detail-subtitle"))),
        location=pages.seen(place),
        attend=attending.told(*(str(tag) for tag in part.select(".detail-list, .detail-content"))),
        url=response.url,
        documents=tuple(found.values()),
    )
    return Reading(
        document=Document(response.url, pages.seen(page.title) or name, "meeting", tuple(words(part))),
        meetings=(meeting,),
        follow=following.from_meeting(meeting, (), (), site),
    )


def labels(part: Tag) -> Iterator[tuple[str, Tag]]:
    """(label, value) of the event's facts."""
    for label in part.select(".detail-list-label"):
        value = label.find_next_sibling(class_="detail-list-value")
        if isinstance(value, Tag):
            yield pages.seen(label).rstrip(":").lower(), value


def words(part: Tag) -> Iterator[Passage]:
    """What the event's page says of it: its introduction and its text."""
    for tag in part.select(".detail-list-value.summary, .detail-content"):
        lines = [pages.seen(line) for line in tag.select("p, li")] or [pages.seen(tag)]
        yield from (Passage(line) for line in lines if line)
