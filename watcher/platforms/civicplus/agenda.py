"""An agenda written in the Agenda Creator and shown as a web page (`ViewFile/Agenda/…?html=true`)."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup
from bs4.element import Tag

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
from watcher.platforms.civicplus.ids import File, file_of

ITEM = "[class~=item][class*=level]"
LEVEL = re.compile(r"\blevel(\d+)\b")
NUMBER = re.compile(r"\(?(?:\d+(?:\.[\da-z]{1,2})*|[a-z]|[ivx]+)[.)]\s+", re.IGNORECASE)


def is_agenda(page: BeautifulSoup) -> bool:
    """Whether the page shows items of the Agenda Creator."""
    return page.select_one(ITEM) is not None


def read(page: BeautifulSoup, file: File, site: Site, response: Response) -> Reading:
    """The meeting's items with their attachments."""
    known = response.request.meeting
    start = known.start if known else marks.start_of(file.day, None, site.jurisdiction.time_zone)
    title = known.title if known else pages.seen(page.title)
    rows = outline.Outline(file.number)
    for row in page.select(ITEM):
        add(rows, row, response)
    about = known or Meeting(
        id=file.number,
        body=site.body or "",
        title=title,
        start=start,
        status=marks.status_of(start, response.fetched_at, title),
    )
    items = rows.items()
    return Reading(
        document=Document(response.url, response.request.title or title, "agenda"),
        meetings=(about,),
        items=items,
        follow=following.from_meeting(following.bare(about), items, (), site),
    )


def add(rows: outline.Outline, row: Tag, response: Response) -> None:
    """One item: what it says itself, without the items nested in it."""
    level = LEVEL.search(" ".join(pages.classes(row)))
    title = own(row, "[class~=title]")
    number = own(row, "[class~=number]")
    if not title:
        return
    if not number and (found := NUMBER.match(title)):
        number, title = found[0].strip(), title[found.end() :]
    files = []
    for link in row.select("a"):
        url = pages.address(link, response.url)
        file = file_of(url) if url else None
        if url and file and file.page.lower() == "item" and holder(link) is row:
            files.append(Link(file.id, url, pages.seen(link)))
    rows.add(
        title,
        depth=int(level[1]) if level else 1,
        number=number,
        ident=str(row.get("data-id") or ""),
        text=own(row, "[class~=desc], [class~=description]"),
        attachments=files,
    )


def own(row: Tag, selector: str) -> str:
    """The text of a part that belongs to this item and not to one nested in it."""
    return next((pages.seen(part) for part in row.select(selector) if holder(part) is row), "")


def holder(part: Tag) -> Tag | None:
    """The item that a part belongs to."""
    return next((above for above in part.parents if LEVEL.search(" ".join(pages.classes(above)))), None)
