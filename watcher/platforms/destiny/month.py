"""The month's meetings: a table of agendas, meeting, minutes and other links."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup
from bs4.element import Tag

from watcher.platforms import (
    Document,
    EmptyReading,
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
from watcher.platforms.destiny import ids

TABLE = "table#list, table#meeting-table, table.listclass"
NOTHING = re.compile(
    r"\bno (?:agendas or minutes|agendas|meetings|minutes)\b[^.]{0,60}?\b(?:found|scheduled|available|posted)\b[^.]{0,60}",
    re.IGNORECASE,
)
TITLED = re.compile(r"^View (?P<what>.+?) for\b", re.IGNORECASE)


def is_month(page: BeautifulSoup) -> bool:
    """Whether this is a month's list."""
    return page.select_one(TABLE) is not None or page.select_one("select[name=get_month]") is not None


def read(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """The meetings of the month, with the agendas and minutes published for them."""
    table = page.select_one(TABLE)
    said = NOTHING.search(pages.seen(table or page))
    if table is None and not said:
        raise LayoutChanged("the month has no table of meetings (list, meeting-table)", url=response.url)
    meetings = tuple(meetings_of(table, site, response)) if table else ()
    if not meetings and not said:
        raise EmptyReading("no meeting is listed and the page does not say why", url=response.url)
    return Reading(
        document=Document(response.url, title_of(page), "listing"),
        meetings=meetings,
        follow=following.bounded(follow(meetings, site, response)),
        proof=" ".join(said.group(0).split()) if said and not meetings else None,
    )


def title_of(page: BeautifulSoup) -> str:
    """The page's title; the month stands in its head."""
    return pages.seen(page.title) or "Agendas"


def meetings_of(table: Tag, site: Site, response: Response) -> Iterator[Meeting]:
    """The rows with a day in them: the last one only explains the star of future dates."""
    heads = [pages.seen(cell).lower() for cell in table.select("thead th, thead td")]
    for row in table.find_all("tr"):
        cells = row.find_all("td", recursive=False)
        if row.find_parent(["thead", "tfoot"]) or len(cells) < 2:
            continue
        named: dict[str, Tag] = {}
        for place, cell in enumerate(cells):
            named.setdefault(column(heads, place), cell)
        if "agendas" in named and "meeting" in named and marks.read_date(pages.seen(named["agendas"])):
            yield meeting_of(named, site, response)


def column(heads: list[str], place: int) -> str:
    """A column by its heading; by its place where the table has no headings."""
    heading = heads[place] if place < len(heads) else ""
    words = (("agenda", "agendas"), ("date", "agendas"), ("meeting", "meeting"), ("minutes", "minutes"))
    known = next((name for word, name in words if word in heading), heading)
    return known or ("agendas", "meeting", "minutes", "other links")[min(place, 3)]


def meeting_of(cells: dict[str, Tag], site: Site, response: Response) -> Meeting:
    """One row. The list knows the day only; the agenda tells the hour."""
    name, when = pages.seen(cells["meeting"]), pages.seen(cells["agendas"])
    start = marks.moment(when, site.jurisdiction.time_zone)
    mark = marks.revised_mark(name, when)
    found: dict[str, Link] = {}
    for heading, cell in cells.items():
        for tag in cell.find_all("a"):
            if url := pages.address(tag, response.url):
                link = document(tag, url, heading, mark)
                found.setdefault(link.id, link)
    numbers = (ids.meeting_id(link.url) for link in found.values())
    day = start.date() if start else when
    return Meeting(
        id=next(filter(None, numbers), None) or f"{marks.lasting_name(name)}:{day}",
        body=site.body or marks.body_in(name),
        title=name,
        start=start,
        status=marks.status_of(start, response.fetched_at, name, when),
        url=next((link.url for link in found.values() if link.id.startswith("agenda:")), None),
        documents=tuple(found.values()),
    )


def document(tag: Tag, url: str, heading: str, mark: str | None) -> Link:
    """A published document: its link says its day, its title what it is ("View Agenda Packet for 07/20/2022")."""
    titled = TITLED.match(str(tag.get("title") or ""))
    words = titled["what"] if titled else pages.seen(tag)
    label = words if words and not marks.read_date(words) else heading.removesuffix("s").title()
    identity = ids.lasting(url)
    kind = {"agenda": "agenda", "minutes": "minutes"}.get((identity or "").partition(":")[0])
    if kind is None:
        kind = "video" if heading.startswith("other") and identity is None else marks.document_kind(label, heading, url)
    shown = marks.revised_mark(label, pages.seen(tag)) or (mark if kind in ("agenda", "packet") else None)
    return Link(identity or url.partition("#")[0], url, label, kind, shown, pages.parameter(url, "rev"))


def follow(meetings: tuple[Meeting, ...], site: Site, response: Response) -> Iterator[Request]:
    """The near meetings' agendas as pages with items, and their files."""
    for request in following.from_listing(meetings, site, response.fetched_at):
        if request.kind != "meeting" or "agendas" in site.follow:
            yield request
