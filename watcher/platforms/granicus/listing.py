"""ViewPublisher.php: the meetings of one view, whatever its template; and the same as RSS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

from watcher.platforms import (
    Document,
    EmptyReading,
    LayoutChanged,
    Link,
    Meeting,
    Reading,
    Response,
    Site,
    feeds,
    following,
    marks,
    pages,
)
from watcher.platforms.granicus import ids

NAME = "td[headers^=Name], td[class~=name], [class~=committee], [class~=name], td[scope=row], th[scope=row]"
STOCK = "td.listItem, table.listingTable, tr.listingRow, .CollapsiblePanel, #granicus, div.archive"
GOING_ON = re.compile(r"\bin progress\b|\blive now\b", re.IGNORECASE)
NOT_A_BODY = re.compile(
    r"^\W*(?:(?:19|20)\d\d|upcoming.*|available.*|archived?.*|.*\barchives?|(?:past )?(?:meetings|events)|.*videos?)\W*$",
    re.IGNORECASE,
)
NONE = re.compile(
    r"\b(?:there are )?(?:currently )?(?:there are )?no (?:upcoming |current |scheduled |archived |past |available )*"
    r"(?:events?|meetings?|archives?|records?|clips?)\b(?: (?:found|available|scheduled|posted|to display|at this time))*",
    re.IGNORECASE,
)


def is_listing(page: BeautifulSoup, response: Response) -> bool:
    """Whether the page is a view of Granicus."""
    marked = b"Granicus Content" in response.body or b"ViewPublisher" in response.body
    return bool(page.select_one(STOCK)) or marked or next(linked(page), None) is not None


def linked(page: Tag) -> Iterator[tuple[Tag, str]]:
    """(link, its meeting) for each link to a meeting's agenda, minutes or recording."""
    for link in page.find_all("a"):
        url = f"{link.get('href') or ''}"
        opened = ids.OPENED.search(str(link.get("onclick") or ""))
        if meeting := ids.meeting_id(url) or (ids.meeting_id(opened[1]) if opened else None):
            yield link, meeting


def read(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """The meetings listed. LayoutChanged without a view's landmarks, EmptyReading where it proves nothing."""
    if not is_listing(page, response):
        raise LayoutChanged("neither rows nor the marks of a view: no page of Granicus", url=response.url)
    found: dict[str, Meeting] = {}
    rows = list(rows_of(page))
    for row, meeting in rows:
        told = meeting_of(row, meeting, site, response)
        if told.id not in found or (found[told.id].start is None and told.start):  # a link beside the list has no date
            found[told.id] = told
    meetings = tuple(found.values())
    follow = following.from_listing(meetings, site, response.fetched_at)
    said = None if meetings else NONE.search(pages.seen(page.body))
    return pages.listing(response, pages.seen(page.title), meetings, follow, proof=said[0] if said else None)


def rows_of(page: BeautifulSoup) -> Iterator[tuple[Tag, str | None]]:
    """Each meeting's row once, in the page's order, with its number; None for a row without any link yet."""
    numbers: dict[int, str] = {}
    shapes: set[tuple[str, tuple[str, ...], int]] = set()
    for link, meeting in linked(page):
        row = row_of(link, meeting)
        if row is not None and id(row) not in numbers:
            numbers[id(row)] = meeting
            shapes.add(shape(row))
    for row in page.find_all(True):
        number = numbers.get(id(row))
        stock = row.name == "tr" and row.find("td", headers=re.compile(r"^Name\b")) is not None
        if number or ((stock or shape(row) in shapes) and not row.find("tr") and is_dated(row)):
            yield row, number


def shape(row: Tag) -> tuple[str, tuple[str, ...], int]:
    """What rows of one list share: tag, classes, and the list. Stripes and ids are not shared."""
    stripes = ("odd", "even", "alt", "shade", "noshade", "alternate")
    return row.name, tuple(name for name in pages.classes(row) if name not in stripes), id(row.parent)


def row_of(link: Tag, meeting: str) -> Tag | None:
    """The table row of a link, else the nearest part of the page that has a date and no other meeting in it."""
    row = link.find_parent("tr")
    if row is not None and (is_dated(row) or row.select_one(NAME)):
        return row
    for above in link.parents:
        if above.name in ("body", "html", "[document]") or any(other != meeting for _, other in linked(above)):
            return row or link.find_parent("li")
        if is_dated(above):
            return above
    return None


def is_dated(part: Tag) -> bool:
    """Whether a part of the page says a day."""
    return marks.read_date(pages.seen(part)) is not None


def meeting_of(row: Tag, number: str | None, site: Site, response: Response) -> Meeting:
    """One row."""
    name = row.select_one(NAME)
    title = pages.seen(name) if name else first_words(row)
    zone = site.jurisdiction.time_zone
    start = start_of(row, title, zone)
    if start is None and GOING_ON.search(pages.seen(row)):  # the hour gives way to a link to the broadcast
        start = marks.start_of(response.fetched_at.astimezone(ZoneInfo(zone)).date(), None, zone)
    identity = number or commented(row) or unnumbered(title, start)
    revised = marks.revised_mark(title)
    papers: dict[str, Link] = {}
    for link in row.find_all("a"):
        if paper := ids.document(link, response.url, identity, revised):
            papers.setdefault(paper.id, paper)
    return Meeting(
        id=identity,
        body=site.body or panel(row) or marks.body_in(title),
        title=title,
        start=start,
        status=marks.status_of(start, response.fetched_at, title, pages.seen(row)),
        documents=tuple(papers.values()),
    )


def commented(row: Tag) -> str:
    """The event's number as the button for eComments has it, before any agenda is linked; "" where it has none."""
    button = row.select_one("[data-event-id]")
    number = str(button["data-event-id"]).strip() if button else ""
    return f"event:{number}" if number.strip("0").isdigit() else ""


def unnumbered(title: str, start: datetime | None) -> str:
    """Name and day of a meeting without a number yet; the same once it is called off."""
    return f"{marks.lasting_name(title).replace(' ', '-')}:{start.date() if start else ''}"


def start_of(row: Tag, title: str, zone: str) -> datetime | None:
    """Day and hour of a row: its date cell, else what stands behind the name, else the name itself."""
    cell = row.select_one("td[headers^=Date], [class~=date], time")
    behind = pages.seen(row).partition(title)[2] if title else pages.seen(row)
    texts = [pages.seen(cell), behind, title]
    day = next((day for text in texts if (day := marks.read_date(text))), None) or day_above(row)
    clock = next((clock for text in texts if (clock := marks.read_time(text))), None)
    return marks.start_of(day, clock, zone)


def day_above(row: Tag) -> date | None:
    """The day in the heading over a list of one day's meetings."""
    heading = row.find_previous(["h1", "h2", "h3", "h4", "h5"])
    return marks.read_date(pages.seen(heading)) if isinstance(heading, Tag) else None


def first_words(row: Tag) -> str:
    """The first words of a row that are neither a date nor a link's label."""
    for text in row.find_all(string=re.compile(r"[A-Za-z]{3}")):
        words = " ".join(text.split())
        labels = text.find_parent("a") is not None and marks.document_kind(words) != "other"
        if type(text) is NavigableString and not labels and marks.read_date(words) is None:
            return words
    return ""


def panel(row: Tag) -> str:
    """The body over a list of its meetings, where the view is divided by bodies and not by years."""
    for part in row.find_parents(class_="CollapsiblePanel"):
        tab = pages.seen(part.select_one(".CollapsiblePanelTab")).strip("* ")
        if tab and not NOT_A_BODY.match(tab):
            return tab
    return ""


def read_feed(site: Site, response: Response) -> Reading:
    """ViewPublisherRSS.php: entries named "City Council - Dec 01, 2026" that lead to agendas, minutes or recordings."""
    feed = feeds.feed_of(response)
    found: dict[str, Meeting] = {}
    for entry in feed.entries:
        number = next(filter(None, map(ids.meeting_id, (entry.url, entry.id, *entry.links))), None)
        if number is None:
            continue
        name, _, day = entry.title.rpartition(" - ")
        start = marks.moment(day or entry.title, site.jurisdiction.time_zone)
        title = name if name and start else entry.title
        anchor = BeautifulSoup("<a></a>", "lxml").a
        if anchor is None:
            continue
        anchor["href"] = entry.url
        link = ids.document(anchor, response.url, number, marks.revised_mark(entry.title))
        found[number] = Meeting(
            id=number,
            body=site.body or marks.body_in(title),
            title=title,
            start=start,
            status=marks.status_of(start, response.fetched_at, entry.title),
            documents=(link,) if link else (),
        )
    if not found:
        trouble = LayoutChanged if feed.entries else EmptyReading
        raise trouble("no entry of the feed leads to a meeting", url=response.url)
    meetings = tuple(found.values())
    return Reading(
        document=Document(response.url, feed.title, "listing"),
        meetings=meetings,
        follow=following.from_listing(meetings, site, response.fetched_at),
    )
