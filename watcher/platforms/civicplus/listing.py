"""AgendaCenter's lists: the index, one category, a search, one category's year, and the page of earlier versions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import urlencode, urljoin
from zoneinfo import ZoneInfo

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
    Unreadable,
    following,
    marks,
    pages,
)
from watcher.platforms.civicplus.ids import File, file_of

ROW = "tr.catAgendaRow"
ROW_ID = re.compile(r"row(\d+)[0-9a-f]{8}$")  # the eight digits at the end are new at each visit
YEAR = re.compile(r"changeYear\(\s*(\d{4})\s*,\s*(\d+)")
LABEL = re.compile(r"\b((?:posted|amended|revised|updated)\b.*)", re.IGNORECASE)
AMENDED = re.compile(r"amended|revised", re.IGNORECASE)
NONE = re.compile(
    r"\bno (?:results?|agendas?|meetings?|minutes|items?|records?)\b[^.]*?\b(?:found|available|posted|scheduled|match)\b[^.]*",
    re.IGNORECASE,
)
NEAR, AHEAD = timedelta(days=14), timedelta(days=60)


def is_listing(page: BeautifulSoup) -> bool:
    """Whether this is a list of AgendaCenter, whole or one category's part of it."""
    return bool(page.select_one(f"#AgendaCenterContent, {ROW}, ul.years a[href*=changeYear]"))


def read(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """The meetings listed. LayoutChanged for rows that cannot be read, EmptyReading without the vendor's word."""
    rows = page.select(ROW)
    body = response.body.lower()
    if b"<html" not in body and body.count(b"<table") > body.count(b"</table"):
        raise Unreadable("the list stops half way: its end is missing", url=response.url)
    found = [meeting_of(row, site, response) for row in rows]
    if None in found or (rows and not any(meeting and meeting.start for meeting in found)):
        raise LayoutChanged("a row of the agenda list has no number or no date", url=response.url)
    meetings = tuple({meeting.id: meeting for meeting in found if meeting}.values())
    near = following.from_listing(meetings, site, response.fetched_at)
    return Reading(
        document=Document(response.url, pages.seen(page.title), "listing"),
        meetings=meetings,
        follow=following.bounded((*years(page, site, response), *near)),
        proof=None if meetings else emptiness(page, response),
    )


def emptiness(page: BeautifulSoup, response: Response) -> str:
    """The vendor's words that nothing is found."""
    for part in (*page.select("p.results"), page.select_one("#AgendaCenterContent")):
        if said := NONE.search(pages.seen(part)):
            return said[0]
    raise EmptyReading("the list shows no agenda and does not say that there is none", url=response.url)


def meeting_of(row: Tag, site: Site, response: Response) -> Meeting | None:
    """One row; None for one without a number."""
    files = [(link, file_of(str(link.get("href") or ""))) for link in row.find_all("a")]
    own = next((file for _, file in files if file and file.page.lower() != "item"), None)
    counted = ROW_ID.match(str(row.get("id") or ""))
    number = own.number if own else counted[1] if counted else None
    if number is None:
        return None
    heading = row.select_one("h2, h3, h4, h5")
    title = " ".join(filter(None, (pages.seen(part) for part in row.select("td:first-child p, td p"))))
    start = marks.start_of(day_of(heading, own), None, site.jurisdiction.time_zone)
    return Meeting(
        id=number,
        body=category(row) or site.body or "",
        title=title,
        start=start,
        status=marks.status_of(start, response.fetched_at, title),
        documents=tuple(documents(row, label_of(heading), title, number, response)),
    )


def day_of(heading: Tag | None, file: File | None) -> date | None:
    """The day in the row's heading, where a second date tells of the posting; else the one in the address."""
    strong = heading.select_one("strong") if heading else None
    told = str(strong.get("aria-label") or "") if strong else ""
    for text in (told, pages.seen(strong), pages.seen(heading).partition("—")[0]):
        if day := marks.read_date(text):
            return day
    return file.day if file else None


def label_of(heading: Tag | None) -> str:
    """The clerk's label behind the date: "Posted Aug 8, 2022 4:53 PM", "Amended …"; "" for none."""
    strong = heading.select_one("strong") if heading else None
    text = pages.seen(heading)
    behind = text.removeprefix(pages.seen(strong)) if strong else text
    found = LABEL.search(behind)
    return found[1] if found else ""


def category(row: Tag) -> str:
    """The body that a row belongs to: its nearest heading of a category, else what the links of the years are called."""
    part = row.find_parent(id=re.compile(r"^cat\d+$")) or row.find_parent(class_="listing")
    if part and (heading := part.select_one("h2, h3")):
        return pages.seen(heading).lstrip("▼►▲◄ ")
    section = row.find_parent(id=re.compile(r"^section\d+$"))
    link = section.select_one("a[href*=changeYear][aria-label]") if section else None
    return re.sub(r"\s*\d{4}$", "", str(link["aria-label"])).strip() if link else ""


def documents(row: Tag, label: str, title: str, number: str, response: Response) -> Iterator[Link]:
    """What is published for a row. The list of downloads says more of each than the row's own link does."""
    amended = label if AMENDED.match(label) else marks.revised_mark(title)
    found: dict[str, Link] = {}
    for link in (*row.select(".downloads a"), *row.find_all("a")):
        if url := pages.address(link, response.url):
            listed = link.find_parent(class_="downloads") is not None
            published = document(link, url, number, pages.seen(link) if listed else "")
            current = published.kind in ("agenda", "packet")
            found.setdefault(
                published.id,
                Link(
                    published.id,
                    url,
                    published.title,
                    published.kind,
                    amended if current else None,
                    label if current else "",
                ),
            )
    yield from found.values()


def document(link: Tag, url: str, number: str, label: str) -> Link:
    """One published file, a recording, or a document kept elsewhere."""
    if file := file_of(url):
        return Link(file.id, url, label or file.kind.title(), file.kind)
    if link.find_parent(class_=re.compile(r"^(videos?|media)$")):
        return Link(f"video:{number}", url, "Media", "video")
    words = pages.seen(link)
    return Link(url, url, label or words, marks.document_kind(words, url))


def years(page: BeautifulSoup, site: Site, response: Response) -> Iterator[Request]:
    """Around New Year the list shows one year of each category: asks for the other one as its tab would."""
    today = response.fetched_at.astimezone(ZoneInfo(site.jurisdiction.time_zone)).date()
    wanted = {(today - NEAR).year, (today + AHEAD).year}
    for tabs in page.select("ul.years"):
        shown = {int(year) for tab in tabs.select("li.current") for year in re.findall(r"\b\d{4}\b", pages.seen(tab))}
        for year, number in YEAR.findall(str(tabs)):
            if int(year) in wanted - shown:
                yield Request(
                    urljoin(response.url, "/AgendaCenter/UpdateCategoryList"),
                    method="POST",
                    headers=(
                        ("content-type", "application/x-www-form-urlencoded"),
                        ("x-requested-with", "XMLHttpRequest"),
                    ),
                    body=urlencode({"year": year, "catID": number}).encode(),
                    why=f"agendas of {year} in category {number}",
                    stable_key=f"category:{number}:{year}",
                    optional=True,
                )


def read_versions(page: BeautifulSoup, file: File, site: Site, response: Response) -> Reading:
    """The page of earlier versions: one meeting with the current and the archived files."""
    content = page.select_one("#AgendaCenterContent, #moduleContent, main, [role=main]") or page.body
    found: dict[str, Link] = {}
    for link in content.find_all("a") if content else ():
        url = pages.address(link, response.url)
        published = file_of(url) if url else None
        if url and published and published.page.lower() not in ("previousversions", "item"):
            found.setdefault(published.id, Link(published.id, url, pages.seen(link), published.kind))
    if not found or content is None:
        raise LayoutChanged("the page of earlier versions links to no file", url=response.url)
    known = response.request.meeting
    heading = content.select_one(f"{ROW} h2, {ROW} h3, {ROW} h4")
    day = file.day or day_of(heading, None) or marks.read_date(pages.seen(content))
    start = marks.start_of(day, None, site.jurisdiction.time_zone)
    title = known.title if known else pages.seen(content.select_one(f"{ROW} p"))
    meeting = Meeting(
        id=file.number,
        body=known.body if known else site.body or "",
        title=title,
        start=start,
        status=marks.status_of(start, response.fetched_at, title),
        documents=tuple(sorted(found.values(), key=lambda link: link.id.startswith("archived"))),
    )
    return Reading(
        document=Document(response.url, pages.seen(page.title), "listing"),
        meetings=(meeting,),
        follow=following.from_meeting(meeting, (), (), site),
    )
