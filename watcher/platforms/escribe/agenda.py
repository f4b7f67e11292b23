"""An agenda of eSCRIBE as a page: items in reading order, with what is said of each and hangs on it."""

from __future__ import annotations

import re

from bs4.element import Tag

from watcher.platforms import (
    Document,
    EmptyReading,
    LayoutChanged,
    Link,
    Matter,
    Reading,
    Response,
    Site,
    following,
    outline,
    pages,
)

TITLES = ".AgendaItemTitle, .ClosedAgendaItemTitle"
ROWS = f"{TITLES}, .AgendaItemDescription, a[href*='FileStream.ashx' i]"
LANDMARKS = f"{TITLES}, .AgendaItemContainer, .AgendaItem, .AgendaItemTitleRow"
PAGE = re.compile(r"\bmeeting\.aspx(?:\?|$)", re.IGNORECASE)
NUMBERED = re.compile(r"AgendaItem(\d+)$")
CHOSEN = re.compile(r"SelectItem\((\d+)\)")
FILE = re.compile(r"(?:([A-Z]{1,8}(?:-[A-Z0-9]+)*-\d{2,6}(?:-\d{2,6})?)|File\s*#?\s*(\d{2,4}-\d{2,6}))\s*[:–-]")


def is_page(url: str) -> bool:
    """Whether an address is an agenda's page."""
    return PAGE.search(url) is not None


def link_id(href: str) -> str | None:
    """The stable name of what a link leads to: a document by its number, a page by its meeting, kind and language."""
    if number := pages.parameter(href, "DocumentId"):
        return f"document:{number}"
    if (meeting := pages.parameter(href, "Id")) and is_page(href):
        kind, language = pages.parameter(href, "Agenda") or "Agenda", pages.parameter(href, "lang") or "English"
        return f"page:{meeting.lower()}:{kind}:{language}"
    return None


def read(site: Site, response: Response) -> Reading:
    """The page's meeting and items. LayoutChanged without any of the vendor's marks, EmptyReading without items."""
    page = pages.page_of(response)
    if page.select_one(LANDMARKS) is None:
        raise LayoutChanged("the page has no item of an eSCRIBE agenda", url=response.url)
    ident = pages.parameter(response.url, "Id") or response.url
    meeting = pages.meeting_above(page, LANDMARKS, ident, site, response, body=site.body)
    rows = outline.Outline(meeting.id)
    matters: dict[str, Matter] = {}
    for row in page.select(ROWS):
        if row.name == "a":
            if link := attachment(row, response.url):
                rows.attach(link)
        elif "AgendaItemDescription" in pages.classes(row):
            rows.say(pages.seen(row))
        elif matter := add(rows, row):
            matters.setdefault(matter.file, matter)
    items = rows.items()
    if not items:
        raise EmptyReading("the agenda page has no item", url=response.url)
    found = tuple(matters.values())
    return Reading(
        Document(response.url, meeting.title, "meeting"),
        (meeting,),
        items,
        found,
        following.from_meeting(meeting, items, found, site),
    )


def add(rows: outline.Outline, tag: Tag) -> Matter | None:
    """An item, and the matter whose file number its title begins with. Nested boxes and numbers tell how deep it is."""
    title = pages.seen(tag)
    if not title:
        return None
    row = tag.find_parent(class_="AgendaItemTitleRow") or tag.parent
    number = pages.seen(row.select_one(".AgendaItemCounter")) if row else ""
    found = FILE.match(title)
    file = (found[1] or found[2]) if found else ""
    boxes = len(tag.find_parents(class_="AgendaItemContainer"))
    rows.add(title, number=number, ident=ident_of(tag), matter=file or None, depth=boxes + number.strip(".").count("."))
    return Matter(file, file, title=title) if file else None


def ident_of(tag: Tag) -> str:
    """The vendor's own number of an item: in the link that opens it, or in a class of the box around it."""
    for link in tag.find_all("a"):
        if found := CHOSEN.search(str(link.get("href") or "")):
            return found[1]
    for box in tag.find_parents(class_=NUMBERED):
        return next(found[1] for name in pages.classes(box) if (found := NUMBERED.match(name)))
    return ""


def attachment(link: Tag, base: str) -> Link | None:
    """A document hung on the item before it."""
    url = pages.address(link, base)
    ident = link_id(url) if url else None
    if not url or not ident:
        return None
    names = (link.get(name) for name in ("data-original-title", "title", "aria-label"))
    return Link(ident, url, pages.seen(link) or next((str(name).strip() for name in names if name), ""))
