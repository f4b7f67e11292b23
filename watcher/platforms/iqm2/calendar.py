"""Calendar.aspx as a list, and the meetings on Default.aspx."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup
from bs4.element import Tag

from watcher.platforms import (
    LayoutChanged,
    Link,
    Meeting,
    Reading,
    Response,
    Site,
    following,
    marks,
    pages,
)
from watcher.platforms.iqm2 import ids

COUNTED = re.compile(r"displaying (\d+|no) meetings?\b.*", re.IGNORECASE)
NONE = re.compile(
    r"\b(?:there are )?no (?:upcoming |scheduled )?meetings? (?:were |have been |are )?(?:found|scheduled|to display)\b[^.]*",
    re.IGNORECASE,
)
SPLIT_VIEW = re.compile(r"[\"'(]([^\"'()]*SplitView\.aspx[^\"'()]*)", re.IGNORECASE)


def read(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """The meetings listed. LayoutChanged without the list's landmarks, EmptyReading where it proves nothing."""
    rows = page.select(".MeetingRow")
    summary = pages.seen(ids.field(page, "lblFilterSummary"))
    if not rows and not summary and ids.field(page, "pnlMeetings") is None:
        raise LayoutChanged("neither rows of meetings nor the calendar's summary: no page of IQM2's", url=response.url)
    found = [meeting_of(row, site, response) for row in rows]
    meetings = tuple({meeting.id: meeting for meeting in found if meeting}.values())
    if rows and not meetings:
        raise LayoutChanged("no row of the calendar has a readable date", url=response.url)
    follow = ids.opened(following.from_listing(meetings, site, response.fetched_at))
    proof = None if meetings else emptiness(page, summary, response)
    return pages.listing(response, pages.seen(page.title), meetings, follow, proof=proof)


def emptiness(page: BeautifulSoup, summary: str, response: Response) -> str | None:
    """The vendor's words that there is nothing. LayoutChanged where it counts meetings that are not here."""
    if counted := COUNTED.search(summary):
        if counted[1].lower() in ("0", "no"):
            return counted[0]
        raise LayoutChanged(f"the calendar says “{counted[0]}” and shows no row", url=response.url)
    said = NONE.search(pages.seen(ids.field(page, "pnlMeetings")))
    return said[0] if said else None


def meeting_of(row: Tag, site: Site, response: Response) -> Meeting | None:
    """One row; None for one that leads to no meeting."""
    anchor = next((link for link in own(row, "a") if ids.meeting_id(str(link.get("href") or ""))), None)
    url = pages.address(anchor, response.url)
    identity = ids.meeting_id(url) if url else None
    if anchor is None or url is None or identity is None:
        return None
    zone = site.jurisdiction.time_zone
    told, place = told_by(str(anchor.get("title") or ""))
    named, _, kind = pages.seen(next(iter(own(row, ".RowDetails")), None)).rpartition(" - ")
    start = marks.moment(pages.seen(anchor), zone) or marks.moment(str(anchor.get("title") or ""), zone)
    called_off = pages.seen(next(iter(own(row, ".MeetingCancelled")), None))
    title = told.get("type") or kind
    remarks = (called_off, told.get("status", ""), title, place, told.get("board", ""))
    papers = documents(row, url, identity, marks.revised_mark(*remarks))
    return Meeting(
        id=identity,
        body=told.get("board") or named or site.body or "",
        title=title,
        start=start,
        status=marks.status_of(start, response.fetched_at, *remarks, *marks.called_off(link.title for link in papers)),
        location=place,
        url=url,
        documents=tuple(papers),
    )


def own(row: Tag, selector: str) -> list[Tag]:
    """What a row itself holds: a clerk's unclosed tag nests the rows below it."""
    return [found for found in row.select(selector) if found.find_parent(class_="MeetingRow") is row]


def told_by(balloon: str) -> tuple[dict[str, str], str]:
    """What a row's balloon tells: its fields (Board, Type, Status) and, in lines without a name, the place."""
    told: dict[str, str] = {}
    place: list[str] = []
    for line in re.split(r"[\r\n]+", balloon)[1:]:
        name, tab, value = line.partition("\t")
        if tab and name.rstrip().endswith(":"):
            told[name.rstrip(" :").lower()] = value.strip()
        elif line.strip():
            place.append(" ".join(line.split()))
    return told, ", ".join(place)


def documents(row: Tag, base: str, meeting: str, revised: str | None) -> list[Link]:
    """What is published for a row; its placeholders without address are none."""
    found: dict[str, Link] = {}
    for anchor in own(row, "a"):
        if link := ids.document(anchor, base, revised):
            found.setdefault(link.id, link)
        elif (shown := SPLIT_VIEW.search(str(anchor.get("onclick") or ""))) and (
            player := pages.joined(base, shown[1])
        ):
            found.setdefault("video", Link(f"video:{meeting}", player, pages.seen(anchor) or "Video", "video"))
    return list(found.values())
