"""An agenda as a web page (AgendaViewer.php, GeneratedAgendaViewer.php): items, what is said of them, attachments.

Three ways of writing one: links or boxes of the classes "Agenda Agenda0", "Agenda Agenda1" … by depth, tables whose
first cell is the item's number, and headings. Whatever stands between two items belongs to the first of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bs4 import BeautifulSoup
from bs4.element import Comment, NavigableString, Tag

from watcher.platforms import (
    Document,
    Link,
    Meeting,
    Reading,
    Response,
    Site,
    following,
    marks,
    outline,
    pages,
)
from watcher.platforms.granicus import ids

DEPTH = re.compile(r"^agenda(\d+)$", re.IGNORECASE)
NUMBER = re.compile(r"\(?(?:\d+(?:[.-]\d+)*[a-z]?|[a-z]|[ivx]+|[a-z]{1,2}-?\d+)[.)]?$", re.IGNORECASE)
LEADING = re.compile(r"(\(?(?:\d+(?:\.\d+)*|[a-z]|[ivx]+|\d+[a-z])[.)])\s+(?=\S)", re.IGNORECASE)
NAMED = re.compile(r"^(?:agenda|document)(\d+)$", re.IGNORECASE)
UNSEEN = ("script", "style", "head", "title", "noscript")


@dataclass(slots=True)
class Row:
    """An item: the part of the page that names it, and the cell of its number."""

    part: Tag
    title: str
    number: str
    depth: int
    ident: str = ""
    cell: Tag | None = None


def rows_of(page: BeautifulSoup) -> list[Row]:
    """The items of an agenda, none where the page is not written in one of the three ways."""
    if links := list(classed(page)):
        return with_unlinked(page, links)
    return list(numbered(page)) or list(headed(page))


def with_unlinked(page: BeautifulSoup, links: list[Row]) -> list[Row]:
    """Items that a recording links to, and between them those without a link: table rows with a number "3." or "a)"."""
    told = {id(tag) for row in links for tag in (row.part, *row.part.parents)}
    for row in numbered(page):
        if row.number[-1] in ".)" and id(row.part) not in told and not row.part.find(class_=DEPTH):
            row.depth = len(row.part.find_parents("blockquote"))
            links.append(row)
    places = {id(tag): place for place, tag in enumerate(page.find_all(True))}
    return sorted(links, key=lambda row: places[id(row.part)])


def classed(page: BeautifulSoup) -> Iterator[Row]:
    """Parts of the classes "Agenda AgendaN"."""
    for part in page.find_all(class_=DEPTH):
        if part.find(class_=DEPTH) is not None:
            continue
        title = own_words(part)
        depth = next(int(found[1]) for name in pages.classes(part) if (found := DEPTH.match(name)))
        anchor = part if part.get("name") else part.select_one("a[name]")
        named = NAMED.match(str(anchor.get("name") or "")) if anchor else None
        cell = cell_before(part)
        number = pages.seen(cell)
        if not number and (found := LEADING.match(title)):
            number, title = found[1], title[found.end() :]
        if title:
            yield Row(part, title, number, depth, named[1] if named else "", cell)


def numbered(page: BeautifulSoup) -> Iterator[Row]:
    """Table rows whose first cell is a number and whose next one says something."""
    for line in page.find_all("tr"):
        cells = [cell for cell in line.find_all("td", recursive=False) if pages.seen(cell)]
        if len(cells) < 2 or line.find("tr") is not None or not NUMBER.match(pages.seen(cells[0])):
            continue
        number = pages.seen(cells[0])
        if title := own_words(cells[1]):
            depth = number.rstrip(".)").count(".") if number[:1].isdigit() else 1
            yield Row(cells[1], title, number, depth, cell=cells[0])


def headed(page: BeautifulSoup) -> Iterator[Row]:
    """Headings from the second level down, on a page that has attachments."""
    if not any(is_document(link) for link in page.find_all("a")):
        return
    for part in page.find_all(["h2", "h3", "h4", "h5"]):
        title, number = own_words(part), ""
        if found := LEADING.match(title):
            number, title = found[1], title[found.end() :]
        if title:
            yield Row(part, title, number, int(part.name[1]))


def cell_before(part: Tag) -> Tag | None:
    """The cell with the number that stands before the cell of a title."""
    cell = part.find_parent("td")
    before = cell.find_previous_sibling("td") if cell else None
    return before if isinstance(before, Tag) and NUMBER.match(pages.seen(before)) else None


def own_words(part: Tag) -> str:
    """What a part says without the names of the documents in it."""
    words = (str(text) for text in part.find_all(string=True) if not is_apart(text, part))
    return " ".join(" ".join(words).split())


def is_apart(text: NavigableString, part: Tag) -> bool:
    """Whether a text is a comment or belongs to a document's link in a part."""
    if isinstance(text, Comment):
        return True
    link = text.find_parent("a")
    return link is not None and link is not part and is_document(link)


def is_document(link: Tag) -> bool:
    """Whether a link leads to an attachment."""
    return (ids.lasting(str(link.get("href") or "")) or "").startswith(("meta:", "file:"))


def read(page: BeautifulSoup, rows: list[Row], site: Site, response: Response) -> Reading:
    """The meeting's items."""
    about = meeting_of(page, site, response)
    items = outlined(page, rows, about.id, response)
    return Reading(
        document=Document(response.url, response.request.title or about.title, "agenda"),
        meetings=(about,),
        items=items.items(),
        follow=following.from_meeting(following.bare(about), items.items(), (), site),
    )


def outlined(page: BeautifulSoup, rows: list[Row], meeting: str, response: Response) -> outline.Outline:
    """The rows in their order, each with the words and the attachments that follow it."""
    found = outline.Outline(meeting)
    starts = {id(row.part): row for row in rows}
    told = {*starts, *(id(row.cell) for row in rows if row.cell)}
    named = {
        ids.lasting(str(link.get("href") or "")): pages.seen(link) for link in page.find_all("a") if pages.seen(link)
    }
    words: list[str] = []
    for node in (page.body or page).descendants:
        if isinstance(node, Tag):
            if row := starts.get(id(node)):
                found.say(" ".join(" ".join(words).split()))
                words.clear()
                found.add(row.title, depth=row.depth, number=row.number, ident=row.ident)
            elif node.name == "a" and is_document(node) and (url := ids.address(node, response.url)):
                identity = ids.lasting(url) or url
                found.attach(Link(identity, url, named.get(identity, "")))
        elif isinstance(node, NavigableString) and not isinstance(node, Comment) and is_said(node, told):
            words.append(str(node))
    found.say(" ".join(" ".join(words).split()))
    return found


def is_said(text: NavigableString, told: set[int]) -> bool:
    """Whether a text is visible and stands in no title, number or document's link."""
    for above in text.parents:
        if id(above) in told or above.name in UNSEEN or (above.name == "a" and is_document(above)):
            return False
    return bool(text.strip())


def meeting_of(page: BeautifulSoup, site: Site, response: Response) -> Meeting:
    """The meeting that a listing told of, else as much of it as the agenda's head says."""
    if known := response.request.meeting:
        return known
    title = pages.seen(page.title)
    start = marks.moment(pages.seen(page.body)[:2_000], site.jurisdiction.time_zone)
    number = ids.meeting_id(response.url) or ids.meeting_id(response.request.url) or ""
    status = marks.status_of(start, response.fetched_at, title)
    return Meeting(id=number, body=site.body or "", title=title, start=start, status=status)
