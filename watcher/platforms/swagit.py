"""Swagit (Granicus): lists of recorded meetings, and a recording's page with its index of items and its agenda.

    /views/{n}[/{name}]    meetings of one view, in panels by body and year
    /videos/{id}           one meeting: the index of its items, links to agenda and minutes
    /play/{id}             the same on tenants of the older product

Written from what public readers of it describe, never seen live: no response was recorded. The machine's transcript of
what people said is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from bs4 import BeautifulSoup
from bs4.element import Tag

from watcher.platforms import (
    About,
    AgendaItem,
    Document,
    LayoutChanged,
    Link,
    Meeting,
    Reading,
    Request,
    Response,
    Site,
    following,
    marks,
    outline,
    pages,
    shelves,
)

ABOUT = About(
    vendor="Swagit (Granicus)",
    reads="views of recorded meetings, a meeting's index of items, its agenda and minutes",
    checked="never seen live, no recorded response: written from public readers of it",
    amended="words such as “(AMENDED)” in a title or label; the document's own text",
    of="recordings",
)
OPTIONS: frozenset[str] = frozenset()
MIN_DELAY = timedelta(seconds=2.7)

VIDEO = re.compile(r"/(?:videos|play)/(\d[\d-]*)(?:/(?:\d+|watch)?)?/?$")
PAPER = re.compile(r"/videos/(\d+)/(agenda|minutes|packet)\b|/(agenda|minutes|packet)_file/(\d+)/", re.IGNORECASE)
PANEL = re.compile(r"\b(?:panel|card|accordion-item|tab-pane)\b")
YEARS = re.compile(r"^\W*(?:19|20)\d\d\W*$|^(?:all|archived?|past|upcoming)\b.{0,12}$", re.IGNORECASE)
NUMBER = re.compile(r"\(?(?:\d+(?:\.\d+)*[a-z]?|[a-z]|[ivx]+)[.)]\s+(?=\S)", re.IGNORECASE)


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """The site's own address: a view shows what its publisher chose, and a bare host leads to its first one."""
    return (Request(site.url, why="Swagit view"),)


def read(site: Site, response: Response) -> Reading:
    """A view, a recording's page or a published document.

    Raises LayoutChanged, EmptyReading or Unreadable rather than report nothing without the vendor's word for it.
    """
    if pages.is_document(response) or link_id(response.url):
        if pages.is_html(response) and b"playerControl" in response.body:
            raise LayoutChanged("the player came in place of the document", url=response.url)
        return pages.read_document(response)
    page = pages.page_of(response)
    if number := video_id(response.url):
        return read_video(page, number, site, response)
    return read_view(page, site, response)


def link_id(href: str) -> str | None:
    """The stable name of a published document, e.g. "agenda:77"; None for recordings and navigation."""
    found = PAPER.search(pages.split(href).path)
    return f"{(found[2] or found[3]).lower()}:{found[1] or found[4]}" if found else None


def video_id(href: str) -> str | None:
    """The number of the meeting whose recording a link leads to."""
    found = VIDEO.search(pages.split(href).path)
    return found[1] if found else None


def read_view(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """The meetings of a view, each under the panel that lists it."""
    rows = list(rows_of(page, response))
    if not rows and b"swagit" not in response.body.lower():
        raise LayoutChanged("neither recordings nor the vendor's name: no page of Swagit", url=response.url)
    found: dict[str, Meeting] = {}
    for row, label, number, url in rows:
        found.setdefault(number, meeting_of(row, label, number, url, site, response))
    meetings = tuple(found.values())
    follow = following.from_listing(meetings, site, response.fetched_at)
    return pages.listing(response, pages.seen(page.title), meetings, follow, proof=shelves.words_of_none(page))


def rows_of(page: BeautifulSoup, response: Response) -> Iterator[tuple[Tag, str, str, str]]:
    """(row, name, number, address) of each link to a recording that has a name."""
    for link in page.find_all("a"):
        url = pages.address(link, response.url)
        number = video_id(url) if url else None
        label = pages.seen(link) or str(link.get("title") or "").strip()
        row = link.find_parent(["tr", "li", "article"]) or link.parent
        if url and number and row is not None and re.search(r"[A-Za-z]", label):
            yield row, label, number, url


def meeting_of(row: Tag, label: str, number: str, url: str, site: Site, response: Response) -> Meeting:
    """One row: the day in a cell of its own, else in the name ("… on 2020-07-23 11:30 AM")."""
    behind = pages.seen(row).replace(label, " ", 1)
    day = marks.read_date(behind) or marks.read_date(label)
    start = marks.start_of(day, marks.read_time(behind) or marks.read_time(label), site.jurisdiction.time_zone)
    return Meeting(
        id=number,
        body=site.body or panel(row) or label,
        title=label,
        start=start,
        status=marks.status_of(start, response.fetched_at, label),
        url=url,
        documents=(*papers(row, response, label), Link(f"video:{number}", url, "Video", "video")),
    )


def panel(row: Tag) -> str:
    """The heading over a list of meetings, years left out."""
    for part in row.parents:
        if PANEL.search(" ".join(pages.classes(part))):
            heading = part.select_one("h1, h2, h3, h4, h5, .panel-title, .card-header")
            if heading and row not in heading.parents and not YEARS.match(pages.seen(heading)):
                return pages.seen(heading)
    return ""


def papers(part: Tag, response: Response, *around: str) -> tuple[Link, ...]:
    """Agenda, minutes and packet that a part of a page links to."""
    found: dict[str, Link] = {}
    for label, url in pages.links(part, response.url):
        kind = marks.document_kind(label, pages.split(url).path)
        if video_id(url) or kind not in ("agenda", "minutes", "packet"):
            continue
        parts = pages.split(url)
        identity = link_id(url) or f"{parts.netloc.lower()}{parts.path}"  # what stands behind it is a signature
        mark = marks.revised_mark(label, *around) if kind != "minutes" else marks.revised_mark(label)
        found.setdefault(identity, Link(identity, url, label or kind.title(), kind, mark))
    return tuple(found.values())


def read_video(page: BeautifulSoup, number: str, site: Site, response: Response) -> Reading:
    """One meeting: its items as the recording is indexed, and its documents."""
    known = response.request.meeting
    items = items_of(page, number)
    named = pages.seen(page.title)
    if not items and not (b"swagit" in response.body.lower() or (known and page.select_one("video, source, iframe"))):
        raise LayoutChanged("no index and no recording is on the page", url=response.url)
    start = marks.moment(named, site.jurisdiction.time_zone)
    title = known.title if known else named
    meeting = Meeting(
        id=number,
        body=known.body if known else site.body or "",
        title=title,
        start=known.start if known and known.start else start,
        status=marks.status_of(start, response.fetched_at, title),
        url=response.url,
        documents=papers(page, response, title),
    )
    return Reading(
        document=Document(response.url, title, "meeting"),
        meetings=(meeting,),
        items=items,
        follow=following.from_meeting(meeting, items, (), site),
    )


def items_of(page: BeautifulSoup, number: str) -> tuple[AgendaItem, ...]:
    """The index of a recording: each entry once, although the page shows the index for wide and narrow screens."""
    rows = outline.Outline(number)
    taken: set[tuple[str, str]] = set()
    for entry in page.select("a.playerControl, [data-ts][data-title]"):
        words = str(entry.get("data-title") or "") or pages.seen(entry)
        title = " ".join(words.split())
        if title and (title, str(entry.get("data-ts"))) not in taken:
            taken.add((title, str(entry.get("data-ts"))))
            found = NUMBER.match(title)
            rows.add(title[found.end() :] if found else title, number=found[0].strip() if found else "")
    return rows.items()


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is Swagit's (0 to 1)."""
    if (pages.split(url).hostname or "").lower().endswith(".swagit.com"):
        return 0.95
    body = response.body if response else b""
    own = re.search(rb'href="/videos/\d', body) or b"playerControl" in body
    return 0.85 if own and b"swagit" in body.lower() else 0.0
