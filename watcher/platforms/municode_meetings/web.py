"""Municode web: the vendor's Drupal sites ("a municode design"), which list the same meetings.

/meetings         a table: date, meeting, agendas, packets, minutes, audio, link to the details
/calendar[/month] a month of entries
/{body}/page/…    one meeting, with its documents and the clerk's notice
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from bs4 import BeautifulSoup
from bs4.element import Tag

from watcher.platforms import (
    Document,
    LayoutChanged,
    Link,
    Meeting,
    Passage,
    Reading,
    Request,
    Response,
    Site,
    following,
    marks,
    pages,
)
from watcher.platforms.municode_meetings import ids

OURS = "a[href*='municodeweb.com'], [href*='MEET-'], [href*='mccmeetings'], [href*='/aha_'], [src*='/aha_']"
TABLE = "table.views-table"
CALENDAR = ".month-view, .calendar-calendar, .view-id-calendar .view-content"
ENTRY = ".view-item, .contents"
DATE = ".date-display-start, .date-display-single"
INFO = ".related_info"
ICAL = re.compile(r"/calendar/ical|render\?cid=|/print/")
NOT_DOCUMENTS = ("title", "calendar-date", "smart-date", "view-node")


def is_web(page: BeautifulSoup) -> bool:
    """Whether this is one of the three kinds of page, on a site of this vendor: other Drupal sites have such lists too."""
    return page.select_one(OURS) is not None and page.select_one(f"{TABLE}, {CALENDAR}, {INFO}") is not None


def read(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """The table's or the month's meetings, or the one meeting of its own page."""
    if page.select_one(INFO) and page.select_one(DATE):
        return read_meeting(page, site, response)
    if page.select_one(TABLE):
        meetings = tuple(listed(row, site, response) for row in page.select(f"{TABLE} tbody tr, {TABLE} > tr"))
    elif page.select_one(CALENDAR):
        meetings = tuple(entries(page, site, response))
    else:
        raise LayoutChanged("neither a table of meetings nor a month nor one meeting", url=response.url)
    near = following.by_nearness(meetings, response.fetched_at)
    html = (request for meeting in near for request in ids.html_agenda_of(meeting))
    follow = (*following.from_listing(meetings, site, response.fetched_at), *html, *next_month(page, site, response))
    return pages.listing(response, pages.seen(page.title), meetings, ids.keyed(follow), proof=nothing(page))


def nothing(page: BeautifulSoup) -> str | None:
    """How the page says that it lists nothing: Drupal's own place for it, or a month whose days are all there."""
    if said := pages.seen(page.select_one(".view-empty")):
        return said
    days = len(page.select("td.no-entry"))
    return f"{days} days, each without an entry" if days >= 28 else None


def listed(row: Tag, site: Site, response: Response) -> Meeting:
    """One row of the table of meetings."""
    cells = {field_of(cell): cell for cell in row.find_all("td")}
    name = pages.seen(cells.get("title"))
    details = next(
        (url for field, cell in cells.items() if "view-node" in field for _, url in pages.links(cell, response.url)),
        None,
    )
    if details is None:
        details = pages.address(cells["title"].select_one("a"), response.url) if "title" in cells else None
    found: dict[str, Link] = {}
    for field, cell in cells.items():
        if not any(word in field for word in NOT_DOCUMENTS):
            heading = str(cell.get("data-th") or field.removeprefix("field-").split("-")[0]).strip().title()
            for label, url in pages.links(cell, response.url):
                link = ids.published(label, url, heading)
                found.setdefault(link.id, link)
    return meeting_of(row, name, details, tuple(found.values()), site, response)


def field_of(cell: Tag) -> str:
    """The field's name, of views-field-field-agendas-1: "field-agendas-1"."""
    names = [name for name in pages.classes(cell) if name.startswith("views-field-")]
    return names[0].removeprefix("views-field-") if names else str(cell.get("data-th") or "").lower()


def entries(page: BeautifulSoup, site: Site, response: Response) -> Iterator[Meeting]:
    """The entries of a month, each once."""
    seen: set[str] = set()
    for entry in page.select(ENTRY):
        link = entry.select_one(".views-field-title a") or entry.select_one("a")
        url = pages.address(link, response.url)
        if entry.select_one(ENTRY) or not url or ICAL.search(url) or url in seen:
            continue
        seen.add(url)
        yield meeting_of(entry, pages.seen(link), url, (), site, response)


def meeting_of(
    part: Tag, name: str, url: str | None, documents: tuple[Link, ...], site: Site, response: Response
) -> Meeting:
    """A meeting out of a row, an entry or a page. Its own address is its name: the files change with each publication."""
    start, end = times(part, site.jurisdiction.time_zone)
    mark = marks.revised_mark(name)
    identity = (
        pages.split(url).path if url else next(filter(None, (ids.meeting_id(link.url) for link in documents)), None)
    )
    return Meeting(
        id=identity or f"{name}:{start}",
        body=site.body or marks.body_in(name),
        title=name,
        start=start,
        end=end,
        status=marks.status_of(start, response.fetched_at, name, *marks.called_off(link.title for link in documents)),
        url=url,
        documents=tuple(
            Link(
                d.id, d.url, d.title, d.kind, d.revised or (mark if d.kind in ("agenda", "packet") else None), d.version
            )
            for d in documents
        ),
    )


def times(part: Tag, zone: str) -> tuple[datetime | None, datetime | None]:
    """Start and end as the page shows them: the clock of the place, whatever offset stands beside it."""
    shown = part.select(f"{DATE}, .date-display-end, time")
    stamps = [at for tag in shown if (at := marks.local(str(tag.get("content") or tag.get("datetime") or ""), zone))]
    if not stamps:
        texts = [pages.seen(tag) for tag in shown] or [pages.seen(part)]
        stamps = [at for text in texts if (at := marks.moment(text, zone))]
    if not stamps:
        return None, None
    later = [at for at in stamps if at > stamps[0] and at.date() == stamps[0].date()]
    return stamps[0], (later[0] if later else None)


def read_meeting(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """One meeting's own page."""
    found: dict[str, Link] = {}
    for block in page.select(f"{INFO} > div, {INFO} .items"):
        label_of_block = pages.seen(block.select_one("strong")).rstrip(":")
        hung = block.find_parent(class_="related_files") is not None or "other_attachments" in pages.classes(block)
        for label, url in pages.links(block, response.url):
            link = ids.published(label, url, label_of_block)
            kind = "attachment" if hung else link.kind
            found.setdefault(link.id, Link(link.id, url, link.title, kind, link.revised))
    listed_as = response.request.meeting
    name = pages.seen(page.select_one("h1#page-title, h1.title, h1")) or (listed_as.title if listed_as else "")
    main = page.select_one("#block-system-main, [role=main], main") or page
    meeting = meeting_of(main, name, response.url, tuple(found.values()), site, response)
    text = page.select(".field-name-body p, .field-name-body li")
    passages = tuple(Passage(line) for tag in text if (line := pages.seen(tag)))
    return Reading(
        document=Document(response.url, pages.seen(page.title), "meeting", passages),
        meetings=(meeting,),
        follow=ids.keyed((*following.from_meeting(meeting, (), (), site), *ids.html_agenda_of(meeting))),
    )


def next_month(page: BeautifulSoup, site: Site, response: Response) -> Iterator[Request]:
    """The month after the one that is on, so that what comes in its first weeks is seen now."""
    now = response.fetched_at.astimezone(ZoneInfo(site.jurisdiction.time_zone))
    heading = pages.seen(page.select_one(".date-heading"))
    url = pages.address(page.select_one(".date-next a"), response.url)
    if url and heading == f"{now:%B %Y}":
        yield Request(url, why="meetings of the next month", stable_key="calendar:next-month", optional=True)
