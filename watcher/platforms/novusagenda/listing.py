"""The list of meetings: a grid of general or responsive make, beside a second grid of items."""

from __future__ import annotations

import re
from urllib.parse import urlencode

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
from watcher.platforms.novusagenda import ids

NOTHING = re.compile(r"\bno (?:records|meetings|agendas|results|data)\b[^.<]*", re.IGNORECASE)
POST_BACK = re.compile(r"__doPostBack\('([^']+)'")
MOST_PAGES = 4
PAGE_KEY = "meetings:page:"


def read(site: Site, response: Response) -> Reading:
    """The meetings listed. LayoutChanged without the list, EmptyReading for one that does not say it is empty."""
    page = pages.page_of(response)
    table = table_of(page)
    if table is None:
        raise LayoutChanged("no table of meetings with dates and types: no list of NovusAGENDA's", url=response.url)
    found = [meeting_of(row, headings(table), site, response) for row in table.find_all("tr")]
    meetings = tuple({meeting.id: meeting for meeting in found if meeting}.values())
    proof = None
    if not meetings:
        if table.select_one("tr.rgRow, tr.rgAltRow"):
            raise LayoutChanged("no row of the list has a readable date", url=response.url)
        if (said := NOTHING.search(pages.seen(table))) is None:
            raise EmptyReading("the list shows no meeting and does not say that there is none", url=response.url)
        proof = said[0].strip()
    follow = following.from_listing(meetings, site, response.fetched_at)
    return Reading(
        document=Document(response.url, pages.seen(page.title) or "Meetings", "listing"),
        meetings=meetings,
        follow=(*follow, *next_page(page, table, response)),
        proof=proof,
    )


def table_of(page: BeautifulSoup) -> Tag | None:
    """The table of meetings: by its id, else by headings that name a date and a type but no item's title."""
    if not is_ours(page):
        return None
    every: list[Tag] = page.find_all("table")
    tables = [table for table in every if table.find("table") is None or "rgMasterTable" in pages.classes(table)]
    for table in tables:
        if re.search(r"radGridMeetings_ctl\d+$|^meetings$", str(table.get("id") or ""), re.IGNORECASE):
            return table
    for table in tables:
        names = " | ".join(headings(table))
        if "date" in names and re.search(r"type|meeting|location", names) and not re.search(r"title|item", names):
            return table
    return page.select_one("#meetings table")


def is_ours(page: BeautifulSoup) -> bool:
    """Whether the page bears the vendor's marks: its search's ids, its name as title, its links to agendas."""
    if page.find(id=re.compile(r"SearchAgendasMeetings")) or re.match(
        r"novusagenda", pages.seen(page.title), re.IGNORECASE
    ):
        return True
    return any(ids.link_id(ids.target(anchor, "https://x/") or "") for anchor in page.find_all("a"))


def headings(table: Tag) -> list[str]:
    """The columns' names in lower case; [] where there are none."""
    for row in table.find_all("tr"):
        cells = row.find_all(["th", "td"], recursive=False)
        if any(cell.name == "th" for cell in cells):
            return [pages.seen(cell).lower() for cell in cells]
    return []


def meeting_of(row: Tag, names: list[str], site: Site, response: Response) -> Meeting | None:
    """One row; None for headings, pagers and rows of items."""
    cells = row.find_all("td", recursive=False)
    texts = [pages.seen(cell) for cell in cells]
    day_at = next((at for at, text in enumerate(texts) if len(text) < 40 and marks.read_date(text)), None)
    if day_at is None:
        return None
    names = names if len(names) == len(cells) else [""] * len(cells)
    kind = texts[column(names, r"\btype\b|\bbody\b|\bboard\b|^meeting$", day_at + 1, len(cells) - 1)]
    place = texts[column(names, r"location|place", day_at + 2, len(cells) - 1)]
    start = marks.moment(texts[day_at], site.jurisdiction.time_zone)
    anchors = [(name, anchor) for name, cell in zip(names, cells, strict=True) for anchor in cell.find_all("a")]
    mark = marks.revised_mark(*texts)
    links: dict[str, Link] = {}
    for name, anchor in anchors:
        if link := ids.document(anchor, name.title(), response.url, mark):
            links.setdefault(link.id, link)
    if any(link.id.startswith("item:") for link in links.values()):
        return None
    ident = next(filter(None, (ids.meeting_id(link.url) for link in links.values())), unnamed(texts[day_at], kind))
    return Meeting(
        id=ident,
        body=site.body or marks.body_in(kind),
        title=kind,
        start=start,
        status=marks.status_of(start, response.fetched_at, *texts),
        location=place,
        url=next((link.url for link in links.values() if link.id == f"agenda-page:{ident}"), None),
        documents=tuple(sorted(links.values(), key=lambda link: "-page:" in link.id)),
    )


def unnamed(day: str, kind: str) -> str:
    """An id for a meeting that has no link yet: what is left of its row when a clerk calls it off or amends it."""
    plain = marks.REVISED.sub(" ", marks.CANCELLED.sub(" ", kind))
    return f"{day}:{' '.join(re.findall(r'[a-z0-9]+', plain.lower()))}"


def column(names: list[str], pattern: str, default: int, last: int) -> int:
    """Where a column stands: by its name, else beside the date, as every list of this vendor has it."""
    named = (at for at, name in enumerate(names) if re.search(pattern, name) and "agenda" not in name)
    return min(next(named, default), last)


def next_page(page: BeautifulSoup, table: Tag, response: Response) -> list[Request]:
    """The next page of a long list, which the vendor gives only to a form sent back."""
    current = table.select_one(".rgCurrentPage")
    nearest = current.find_next_sibling("a") if current else None
    found = POST_BACK.search(str(nearest.get("href") or "")) if isinstance(nearest, Tag) else None
    number = pages.seen(nearest) if isinstance(nearest, Tag) else ""
    if found is None or not number.isdigit() or int(number) > MOST_PAGES:
        return []
    fields = {**pages.form_fields(page), "__EVENTTARGET": found[1], "__EVENTARGUMENT": ""}
    return [
        Request(
            response.url,
            method="POST",
            headers=(("Content-Type", "application/x-www-form-urlencoded"),),
            body=urlencode(fields).encode(),
            why=f"page {number} of the meetings",
            stable_key=f"{PAGE_KEY}{number}",
            optional=True,
        )
    ]
