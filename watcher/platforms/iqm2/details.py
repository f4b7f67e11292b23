"""Detail_Meeting.aspx: one meeting with its outline, which turns from agenda into minutes once it is over."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

from watcher.platforms import (
    Document,
    LayoutChanged,
    Link,
    Matter,
    Meeting,
    Reading,
    Response,
    Site,
    following,
    marks,
    outline,
    pages,
)
from watcher.platforms.iqm2 import ids

NUMBERED = re.compile(r"^(?P<file>(?=[^:]*\d)[A-Z0-9][\w .#/&()-]{1,40}?)\s+:\s+(?=\S)")  # "19-O-1004 : AN ORDINANCE …"


def is_meeting(page: BeautifulSoup) -> bool:
    """Whether this is Detail_Meeting.aspx."""
    return ids.field(page, "lblMeetingGroup") is not None and ids.field(page, "lblMeetingDate") is not None


def read(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """The meeting, its outline and the legislation in it. LayoutChanged where the page's own parts are missing."""
    if ids.field(page, "lblOutline", "pnlDownloads", "tdMainContent") is None:
        raise LayoutChanged("the meeting's page has neither outline nor downloads", url=response.url)
    meeting = meeting_of(page, site, response)
    table = page.find(id="MeetingDetail") or page.select_one("table.MeetingDetail")
    agenda = outline.Outline(meeting.id)
    matters: dict[str, Matter] = {}
    for row in table.find_all("tr") if isinstance(table, Tag) else ():
        if matter := read_row(row, agenda, response.url):
            matters.setdefault(matter.id, matter)
    items, files = agenda.items(), tuple(matters.values())
    when = pages.seen(ids.field(page, "lblMeetingDate"))
    return Reading(
        document=Document(response.url, f"{meeting.body}, {when}", "meeting"),
        meetings=(meeting,),
        items=items,
        matters=files,
        follow=ids.opened(following.from_meeting(meeting, items, files, site)),
    )


def meeting_of(page: BeautifulSoup, site: Site, response: Response) -> Meeting:
    """The meeting in the page's head."""
    group, kind = pages.seen(ids.field(page, "lblMeetingGroup")), pages.seen(ids.field(page, "lblMeetingType"))
    when, standing = pages.seen(ids.field(page, "lblMeetingDate")), pages.seen(ids.field(page, "lblMeetingStatus"))
    start = marks.moment(when, site.jurisdiction.time_zone)
    if start is None:
        raise LayoutChanged("the meeting's page has no readable date", url=response.url)
    listed = response.request.meeting
    given = ids.field(page, "txtMeetingID")
    place = place_of(page)
    remarks = (standing, kind, group, place, pages.seen(page.select_one(".MeetingCancelled")))
    return Meeting(
        id=ids.meeting_id(response.url) or str(given.get("value") if given else "") or (listed.id if listed else ""),
        body=group or site.body or "",
        title=kind,
        start=start,
        status=marks.status_of(start, response.fetched_at, *remarks),
        location=place,
        url=response.url,
        documents=documents(page, response.url, marks.revised_mark(*remarks)),
    )


def place_of(page: BeautifulSoup) -> str:
    """The words between date and status: room and address, parted by line or by wide gaps."""
    parts: list[str] = []
    date = ids.field(page, "lblMeetingDate")
    for sibling in date.next_siblings if date else ():
        if isinstance(sibling, Tag) and str(sibling.get("id") or "").endswith("lblMeetingStatus"):
            break
        if isinstance(sibling, (Tag, NavigableString)):
            parts += re.split(r"\xa0{2,}|\n", sibling.get_text("\n"))
    return ", ".join(" ".join(part.split()) for part in parts if part.strip())


def documents(page: BeautifulSoup, base: str, revised: str | None) -> tuple[Link, ...]:
    """The published documents in the page's head."""
    head = ids.field(page, "pnlDownloads")
    found: dict[str, Link] = {}
    for anchor in head.find_all("a") if head else ():
        if link := ids.document(anchor, base, revised):
            found.setdefault(link.id, link)
    return tuple(found.values())


def read_row(row: Tag, agenda: outline.Outline, base: str) -> Matter | None:
    """One row of the outline, and the matter it speaks of: an item, a document of the item above, or words below it."""
    cells = row.find_all("td", recursive=False)
    title = next((cell for cell in cells if "Title" in (cell.get("class") or ())), None)
    if title is None:
        agenda.say(" ".join(filter(None, map(pages.seen, cells))))
        return None
    anchor, words = title.find("a"), pages.seen(title)
    if anchor is not None and (link := ids.document(anchor, base)):
        agenda.attach(Link(link.id, link.url, link.title))
        return None
    if not words:
        return None
    number = next((cell for cell in cells if "Num" in (cell.get("class") or ())), None)
    depth = cells.index(number) if number in cells else cells.index(title)
    results = (cell for cell in cells[cells.index(title) + 1 :] if "Num" not in (cell.get("class") or ()))
    matter = matter_of(anchor, words, base)
    agenda.add(
        words,
        depth=depth,
        number=pages.seen(number),
        ident=matter.id if matter else "",
        matter=matter.file if matter else None,
        action=" ".join(filter(None, map(pages.seen, results))),
    )
    return matter


def matter_of(anchor: Tag | None, words: str, base: str) -> Matter | None:
    """The legislation file that a row leads to; its number where the row shows one, else the vendor's id of it."""
    if (leads := ids.legislation(anchor, base)) is None:
        return None
    ident, url = leads
    numbered = NUMBERED.match(words)
    title = words[numbered.end() :] if numbered else words
    return Matter(ident, numbered["file"].strip() if numbered else ident, title=title, url=url)
