"""An agenda of eSCRIBE as a page: items in reading order, with what is said of each and hangs on it."""

from __future__ import annotations

import re
from dataclasses import replace

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
TITLE = ("AgendaItemTitle", "ClosedAgendaItemTitle")
SAID = ("AgendaItemDescription", "AgendaItemMinutes", "MotionText")
WORDS = ".AgendaItemDescription, .AgendaItemMinutes, .MotionText, .RichText"
ROWS = f"{TITLES}, .AgendaItemHeader, {WORDS}, a[href*='FileStream.ashx' i]"
LANDMARKS = f"{TITLES}, .AgendaItemContainer, .AgendaItem, .AgendaItemTitleRow"
PAGE = re.compile(r"\bmeeting\.aspx(?:\?|$)", re.IGNORECASE)
NUMBERED = re.compile(r"AgendaItem(\d+)$")
CHOSEN = re.compile(r"SelectItem\((\d+)\)")
# Closed sessions have no counter: their number is part of the title.
LEADING = re.compile(r"(?P<number>(?:[A-Z]{1,3}|\d{1,3})(?:\.(?:\d{1,3}|[A-Za-z]))+\.?|\d{1,3}\.)\s+(?=\S)")
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
    if not meeting.location and (place := pages.seen(page.select_one(".AgendaMeetingLocation"))):
        meeting = replace(meeting, location=place)
    rows = outline.Outline(meeting.id)
    matters: dict[str, Matter] = {}
    for row in page.select(ROWS):
        if row.name == "a":
            if link := attachment(row, response.url):
                rows.attach(link)
        elif row.select_one(WORDS) or row.find_parent(class_=TITLE):
            continue  # a frame around what speaks for itself, and a title set as rich text
        elif row.find_parent(class_=SAID) or not set(pages.classes(row)).isdisjoint((*SAID, "RichText")):
            rows.say(pages.seen(row))
        elif "AgendaItemHeader" in pages.classes(row):
            head(rows, row)
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
    counter, title = counter_of(tag), pages.seen(tag)
    number = counter
    if not number and (leading := LEADING.match(title)):
        number, title = leading["number"], title[leading.end() :]
    if not title:
        return None
    found = FILE.match(title)
    file = (found[1] or found[2]) if found else ""
    rows.add(title, number=number, ident=ident_of(tag), matter=file or None, depth=depth_of(tag, counter))
    return Matter(file, file, title=title) if file else None


def counter_of(tag: Tag) -> str:
    """An item's number, which stands beside its title."""
    row = tag.find_parent(class_="AgendaItemTitleRow") or tag.parent
    return pages.seen(row.select_one(".AgendaItemCounter")) if row else ""


def depth_of(tag: Tag, counter: str) -> int:
    """How deep an item lies; even numbers, so that a header finds place between an item and what it is part of."""
    return 2 * (len(tag.find_parents(class_="AgendaItemContainer")) + counter.strip(".").count("."))


def head(rows: outline.Outline, tag: Tag) -> None:
    """The header of a group of items, which stands within the first of them."""
    first = tag.find_next(class_=TITLE)
    if isinstance(first, Tag):
        rows.head(pages.seen(tag), depth=depth_of(first, counter_of(first)) - 1)


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
