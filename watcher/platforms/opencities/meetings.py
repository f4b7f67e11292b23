"""Lists of meetings that open by script (data-cvid), one meeting of them, and pages with papers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import Tag

from watcher.platforms import (
    Document,
    EmptyReading,
    LayoutChanged,
    Link,
    Meeting,
    Passage,
    Reading,
    Response,
    Site,
    attending,
    following,
    marks,
    pages,
)
from watcher.platforms.opencities import ids
from watcher.reading import shelves

MAIN = "main, #main-content, .main-content, #content, .body-content, body"


# ---------------------------------------------------------------------------------------------------------- lists


def read_list(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """The meetings of a list. Their papers come when one is opened."""
    meetings = tuple(entries(page, site, response))
    if not any(meeting.start for meeting in meetings):
        raise LayoutChanged("no meeting of the list has a readable date", url=response.url)
    near = following.by_nearness(meetings, response.fetched_at)
    follow = (
        following.page_of(meeting, ids.rendered(response.url, meeting.id), headers=ids.asking(response.url))
        for meeting in near
    )
    return Reading(
        document=Document(response.url, pages.seen(page.title), "listing"),
        meetings=meetings,
        follow=following.bounded(follow),
    )


def entries(page: BeautifulSoup, site: Site, response: Response) -> Iterator[Meeting]:
    """Each entry that a script opens, once."""
    seen: set[str] = set()
    for tag in page.select("[data-cvid]"):
        number = str(tag["data-cvid"]).strip()
        around = tag.find_parent(class_=["accordion-list-item-container", "minutes-list-item"]) or tag
        when = pages.seen(around.select_one(".minutes-date, .meeting-date")) or pages.seen(around)
        if not number or number in seen:
            continue
        seen.add(number)
        name = pages.seen(around.select_one(".meeting-type, .meeting-title")) or without_date(around)
        start = marks.moment(when, site.jurisdiction.time_zone)
        yield Meeting(
            id=number,
            body=site.body or name,
            title=name,
            start=start,
            status=marks.status_of(start, response.fetched_at, name, pages.seen(around)),
        )


def without_date(part: Tag) -> str:
    """An entry's words that are no date."""
    return next((text for text in part.stripped_strings if not marks.read_date(text)), "")


def read_rendered(answer: Mapping[str, Any], site: Site, response: Response) -> Reading:
    """One meeting of a list, as HTML in JSON: hour, place, papers under their headings."""
    status = answer.get("_response_status")
    if isinstance(status, dict) and str(status.get("status", "Okay")).lower() not in ("okay", "ok"):
        raise LayoutChanged(f"the vendor's answer says {status.get('status')!r}", url=response.url)
    part = BeautifulSoup(str(answer.get("html") or ""), "lxml")
    if not pages.seen(part):
        raise EmptyReading("the meeting's answer has no content", url=response.url)
    listed = response.request.meeting or Meeting(id=pages.parameter(response.url, "cvid"), body=site.body or "")
    clock = marks.read_time(pages.seen(part.select_one(".meeting-time")))
    start = listed.start
    if start and clock:
        start = marks.start_of(start.date(), clock, site.jurisdiction.time_zone)
    lines = [pages.seen(tag) for tag in part.select(".meeting-container > p")]
    found: dict[str, Link] = {}
    for block in part.select(".meeting-document"):
        heading = pages.seen(block.select_one("h1, h2, h3, h4, strong"))
        for label, url in pages.links(block, response.url):
            link = ids.link(heading or label, url, heading)
            found.setdefault(link.id, link)
    meeting = replace(
        listed,
        start=start,
        location=place(part.select_one(".meeting-address")),
        status=marks.status_of(start, response.fetched_at, listed.title, *lines),
        documents=tuple(found.values()),
        attend=attending.told(*lines, pages.seen(part.select_one(".meeting-address"))),
    )
    passages = tuple(Passage(line) for line in lines if line)
    return Reading(
        document=Document(response.url, listed.title or listed.body or "Meeting", "meeting", passages),
        meetings=(meeting,),
        follow=following.from_meeting(meeting, (), (), site),
    )


def place(part: Tag | None) -> str:
    """The place without its heading, its link to a map and sentences on how to get in."""
    if part is None:
        return ""
    texts = (" ".join(text.split()) for text in part.stripped_strings)
    kept = (text for text in texts if text not in ("Location", "View Map", "Address"))
    return " ".join(text for text in kept if any(map(str.isdigit, text)) or not text.endswith(".")).strip(" ,")


# ---------------------------------------------------------------------------------------------------------- pages


def read_page(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """An entry's own page with its papers; without an entry a page of dated papers."""
    root = page.select_one(MAIN) or page
    listed = response.request.meeting
    if listed is None:
        return shelves.listing(counted(shelves.shelf_of(root, site, response)), site, response, root)
    found: dict[str, Link] = {}
    for label, url in pages.links(root, response.url):
        if ids.is_file(url):
            link = ids.link(label, url, heading_of(root, url))
            found.setdefault(link.id, replace(link, kind="attachment") if link.kind == "other" else link)
    meeting = replace(listed, url=response.url, documents=tuple(found.values()))
    return Reading(
        document=Document(response.url, pages.seen(page.title), "meeting"),
        meetings=(meeting,),
        follow=following.from_meeting(meeting, (), (), site),
    )


def counted(shelf: shelves.Shelf) -> shelves.Shelf:
    """The shelf with each paper under its lasting name."""
    meetings = (replace(m, documents=tuple(map(ids.counted, m.documents))) for m in shelf.meetings)
    return replace(shelf, meetings=tuple(meetings), loose=tuple(map(ids.counted, shelf.loose)))


def heading_of(root: Tag, url: str) -> str:
    """The title of the box that a file stands in."""
    link = next((tag for tag in root.find_all("a") if url.endswith(str(tag.get("href") or "#"))), None)
    box = link.find_parent(class_=["side-box", "consultation-snapshot", "related-information"]) if link else None
    return pages.seen(box.select_one(".side-box-title, h2, h3")) if box else ""
