"""An agenda of PrimeGov as a page: sections and items in reading order, with what hangs on each."""

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
    own_or_nobodys,
    pages,
)

ROWS = ".section-row, .agenda-item, .item_contents"
LANDMARKS = f"{ROWS}, .meeting-item, [data-sectionid], [data-meetingid]"
COMPILED = re.compile(r"/public/compileddocument$", re.IGNORECASE)
HUNG = re.compile(r"/(attachment|document)/(\d+)", re.IGNORECASE)


def link_id(href: str) -> str | None:
    """The stable name of what a link leads to: a compiled document, an agenda page or an attachment."""
    path = pages.split(href).path
    if history := pages.parameter(href, "historyId"):
        return f"attachment:{history.lower()}"
    if found := HUNG.search(path):
        return f"{found[1].lower()}:{found[2]}"
    if compiled := pages.parameter(href, "compiledMeetingDocumentFileId"):  # newer portals name one compilation
        return f"compiled:{compiled}"
    if template := pages.parameter(href, "meetingTemplateId"):
        output = "3" if path.lower().endswith("/portal/meeting") else "1"
        return f"template:{template}:{pages.parameter(href, 'compileOutputType') or output}"
    return None


def read(site: Site, response: Response) -> Reading:
    """The page's meeting and items. LayoutChanged without any of the portal's marks, EmptyReading without items.

    A compiled document that is a page has none of the marks: its own words must be an agenda.
    """
    page = pages.page_of(response)
    if page.select_one(LANDMARKS) is None:
        if COMPILED.search(pages.split(response.url).path):
            return pages.own_agenda(own_or_nobodys("primegov", response))
        raise LayoutChanged("the page has neither sections nor items of a PrimeGov agenda", url=response.url)
    marked = page.select_one("[data-meetingid]")
    ident = str(marked["data-meetingid"]) if marked else link_id(response.url) or response.url
    meeting = pages.meeting_above(page, ROWS, ident, site, response)
    rows = outline.Outline(meeting.id)
    matters: dict[str, Matter] = {}
    for row in page.select(ROWS):
        kinds = pages.classes(row)
        if "section-row" in kinds:
            add_section(rows, row)
        elif "agenda-item" in kinds:
            if matter := add_item(rows, row):
                matters.setdefault(matter.file, matter)
        else:
            for link in hung_on(row, response.url):
                rows.attach(link)
    items = rows.items()
    if not items:
        raise EmptyReading("the agenda page has no section and no item", url=response.url)
    found = tuple(matters.values())
    return Reading(
        Document(response.url, meeting.title, "meeting"),
        (meeting,),
        items,
        found,
        following.from_meeting(meeting, items, found, site),
    )


def add_section(rows: outline.Outline, row: Tag) -> None:
    """A section's heading."""
    title = pages.seen(row.select_one(".section-heading")) or pages.seen(row)
    number = pages.seen(row.select_one(".number-cell-section"))
    if title:
        rows.add(title, number=number, depth=max(len(row.find_parents(attrs={"data-sectionid": True})) - 1, 0))


def add_item(rows: outline.Outline, row: Tag) -> Matter | None:
    """An item, and the matter it carries where the place numbers its files (a table in the item: file, kind, title)."""
    boxes = row.find_parents(class_="meeting-item")
    file, kind, title = filed(row)
    title = title or pages.seen(row)
    if not title:
        return None
    table = row.find_parent(class_="item-table")
    ident = (str(boxes[0].get("data-itemid") or "") if boxes else "") or str(row.get("id") or "").rpartition("_")[2]
    rows.add(
        title,
        number=pages.seen(table.select_one(".number-cell")).strip("()") if table else "",
        ident=ident,
        matter=file or None,
        depth=len(row.find_parents(attrs={"data-sectionid": True})) + max(len(boxes) - 1, 0),
    )
    return Matter(str(boxes[0].get("data-mig") or file) if boxes else file, file, kind, title) if file else None


def filed(row: Tag) -> tuple[str, str, str]:
    """(file number, kind, title) of an item that is a table; empty words where it is none."""
    cells = [[pages.seen(cell) for cell in line.find_all("td")] for line in row.select("table.forcepopulate tr")]
    if len(cells) > 1 and len(cells[0]) == 1 and len(cells[1]) > 1 and len(cells[0][0].split()) <= 3:
        return cells[0][0], cells[1][0], " ".join(cells[1][1:])
    return "", "", ""


def hung_on(row: Tag, base: str) -> list[Link]:
    """The downloads of an item; a viewer's link beside each leads to the same."""
    found = ((label, url, link_id(url) or "") for label, url in pages.links(row, base))
    return [
        Link(ident, url, re.sub(r"^Download\s+", "", label))
        for label, url, ident in found
        if ident.startswith(("attachment:", "document:"))
    ]
