"""PublishPage: a table of meetings whose columns each city chooses; the cells carry the column's name as a class."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlunsplit

from bs4 import BeautifulSoup
from bs4.element import Tag

from watcher.platforms import (
    LayoutChanged,
    Link,
    Meeting,
    Reading,
    Request,
    Response,
    Site,
    following,
    marks,
    pages,
)
from watcher.platforms.municode_meetings import ids

Cells = dict[str, Tag]

COLUMNS = ("meeting", "date", "time", "venue", "agenda", "packet", "minutes", "multimedia")
WORDS = {"title": "meeting", "name": "meeting", "board": "meeting", "location": "venue", "place": "venue"}
PAGES = "agendapal.page.dropbox"
NOTHING = re.compile(
    r"\b(?:no|there are no)\b[^.]{0,40}\b(?:meetings|results|records|documents)\b[^.]{0,60}", re.IGNORECASE
)


def is_publish_page(page: BeautifulSoup) -> bool:
    """Whether this is a publish page: its table, or its own style sheet."""
    return page.select_one(".div-table, table.mcm, link[href*='PUBP-PublishPage']") is not None


def read(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """The table's meetings with their documents; the next page where this one ends among current meetings."""
    if page.select_one(".div-table, table.mcm") is None:
        raise LayoutChanged("the publish page has no table of meetings (div-table)", url=response.url)
    meetings = tuple(meeting_of(cells, site, response) for cells in rows(page))
    said = NOTHING.search(pages.seen(page.body or page))
    follow = (*following.from_listing(meetings, site, response.fetched_at), *next_page(page, meetings, response))
    title = pages.seen(page.title) or "Meetings"
    return pages.listing(response, title, meetings, ids.keyed(follow), proof=said[0].strip() if said else None)


def rows(page: BeautifulSoup) -> Iterator[Cells]:
    """Each row's cells by column; by the cell's class, else by the heading above it."""
    headings: list[str] = []
    for row in page.select("tr, .div-table-row"):
        cells = row.find_all(class_="div-table-col", recursive=False) or row.find_all(["td", "th"], recursive=False)
        if not cells or row.find_parent(class_=["div-table", "mcm"]) is None:
            continue
        if all(cell.name == "th" or "dark" in pages.classes(cell) for cell in cells):
            headings = [pages.seen(cell).lower() for cell in cells]
            continue
        named: Cells = {}
        for place, cell in enumerate(cells):
            heading = headings[place] if place < len(headings) else ""
            named.setdefault(column(cell, heading) or heading or str(place), cell)
        yield named


def column(cell: Tag, heading: str) -> str:
    """The column's name among those that the vendor has, "" for a city's own."""
    classes = [name for name in pages.classes(cell) if name in COLUMNS]
    if classes:
        return classes[0]
    return next((name for word, name in ((c, c) for c in COLUMNS) if word in heading), "") or next(
        (name for word, name in WORDS.items() if word in heading), ""
    )


def meeting_of(cells: Cells, site: Site, response: Response) -> Meeting:
    """One row. A city without a date column writes the day into the name; the files' names have it too."""

    def text(name: str) -> str:
        return pages.seen(cells.get(name))

    name = text("meeting")
    documents = tuple(documents_of(cells, response.url))
    names = [ids.asked(link.url).get("n", "") for link in documents]
    words = (text("date"), name, *names)
    day = next(filter(None, map(marks.read_date, words)), None)
    clock = next(filter(None, map(marks.read_time, (text("time"), *words))), None)
    start = marks.start_of(day, clock, site.jurisdiction.time_zone)
    remarks = [text(each) for each in cells]
    html = [link.url for link in documents if ids.html_agenda(link.url)]
    return Meeting(
        id=next(filter(None, (ids.meeting_id(link.url) for link in documents)), ids.lasting(name, day)),
        body=site.body or marks.body_in(name),
        title=name,
        start=start,
        status=marks.status_of(start, response.fetched_at, *remarks),
        location=text("venue"),
        url=next(filter(ids.with_packet, html), None) or next(iter(html), None),
        documents=documents,
    )


def documents_of(cells: Cells, base: str) -> Iterator[Link]:
    """Every working link of the row, each once; a mark in the name or a remark counts for agenda and packet."""
    mark = marks.revised_mark(*(pages.seen(cell) for cell in cells.values()))
    found: dict[str, Link] = {}
    for heading, cell in cells.items():
        for label, url in pages.links(cell, base):
            link = ids.published(label, url, heading.title())
            if mark and not link.revised and link.kind in ("agenda", "packet"):
                link = Link(link.id, link.url, link.title, link.kind, mark)
            found.setdefault(link.id, link)
    yield from found.values()


def next_page(page: BeautifulSoup, meetings: tuple[Meeting, ...], response: Response) -> Iterator[Request]:
    """The page after this one, where all of this one are newer than what is wanted (newest stand first)."""
    choice = page.find(id=PAGES)
    starts = [meeting.start for meeting in meetings if meeting.start]
    if not isinstance(choice, Tag) or not starts or min(starts) < response.fetched_at - following.BACK:
        return
    numbers = [str(option.get("value")) for option in choice.find_all("option")]
    shown = choice.find("option", selected=True)
    here = numbers.index(str(shown.get("value"))) if isinstance(shown, Tag) else 0
    if here + 1 < len(numbers):
        number = numbers[here + 1]
        yield Request(turned(response.url, number), why=f"page {number} of the meetings", stable_key=f"page:{number}")


def turned(url: str, number: str) -> str:
    """The same publish page at another page number."""
    parts = pages.split(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name.lower() != "p"]
    return urlunsplit(parts._replace(query=urlencode([*kept, ("p", number)])))
