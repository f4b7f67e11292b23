"""Digital Towpath (a cooperative of small New York towns, on Concrete CMS): bodies, years, meetings.

    /categories                        the bodies that meet
    /meetings/meetings/{Body}/{year}   one body's meetings of a year
    /meetings/detail/{number}          one meeting: where, when, agenda and minutes

Checked against five recorded pages of Fine NY, 2026: the bodies, two years of the Town Board, two meetings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import unquote, urljoin

from bs4 import BeautifulSoup
from bs4.element import Tag

from watcher.platforms import (
    About,
    Document,
    EmptyReading,
    LayoutChanged,
    Link,
    Meeting,
    Reading,
    Request,
    Response,
    Site,
    extract,
    following,
    marks,
    pages,
    shelves,
)
from watcher.reading import papers

ABOUT = About(
    vendor="Digital Towpath (Concrete CMS)",
    reads="bodies, their meetings by year, each meeting with its agenda and minutes",
    checked="5 recorded pages of Fine NY, 2026",
    amended="the stamp of the upload in a file's address; “Amended” or “Revised” in its name",
)
OPTIONS: frozenset[str] = frozenset()
MIN_DELAY = timedelta(seconds=2.7)

MARKS = (b"dtp-meeting", b"dtp-banner", b"digitaltowpath")
DETAIL = re.compile(r"/meetings/detail/(\d+)", re.IGNORECASE)
YEAR = re.compile(r"/meetings/meetings/([^/]+)/((?:19|20)\d\d)/?\Z", re.IGNORECASE)
PATHS = re.compile(r"/(?:meetings/(?:detail/\d+|meetings/[^/]+/\d{4})|categories)/?\Z", re.IGNORECASE)
PLACE = ".dtp-meeting-venue, .dtp-meeting-address1, .dtp-meeting-address2, .dtp-meeting-zipcode"
UPLOAD = re.compile(r"/application/files/(\d+(?:/\d+)*)/", re.IGNORECASE)
SECTION = re.compile(
    r"\Adtp-meeting-(agendas?|minutes|packets?|notices?|attachments?|documents?|files?|videos?|audio|recordings?)\Z"
)


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """The page of the site's address: a body's year, or the list of bodies."""
    url = site.url if pages.split(site.url).path.strip("/") else urljoin(site.url, "/categories")
    return (Request(url, why="meetings"),)


def read(site: Site, response: Response) -> Reading:
    """What a page says: the bodies, a year of meetings, one meeting, or a published document.

    Raises LayoutChanged, EmptyReading or Unreadable rather than report nothing without the site's word for it.
    """
    if pages.is_document(response):
        return pages.read_document(response)
    page = pages.page_of(response)
    if not any(mark in response.body for mark in MARKS):
        raise LayoutChanged("Digital Towpath's marks (dtp-…) are missing", url=response.url)
    if page.select_one(".dtp-meeting-title") or DETAIL.search(pages.split(response.url).path):
        return read_meeting(page, site, response)
    if page.select_one(".dtp-meeting-category-list, .dtp-meeting-category-link"):
        return read_bodies(page, site, response)
    return read_year(page, site, response)


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is Digital Towpath's (0 to 1)."""
    parts, body = pages.split(url), response.body if response else b""
    if (parts.hostname or "").endswith("digitaltowpath.org") or MARKS[0] in body:
        return 0.95
    if MARKS[1] in body or (MARKS[2] in body and b"Concrete CMS" in body):
        return 0.85
    return 0.4 if PATHS.search(parts.path) else 0.0


def link_id(href: str) -> str | None:
    """What a link to a published document leads to, its upload included: a new one is news; None for any other link."""
    return href.partition("?")[0] if UPLOAD.search(href) else None


def read_bodies(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """The bodies, each one's year asked for next; the site's own one alone where it is among them."""
    found = {url: label for link in page.select(".dtp-meeting-category-list a") for label, url in named(link, response)}
    if not found:
        raise EmptyReading("the list of bodies has no entry", url=response.url)
    wanted = {url: label for url, label in found.items() if label.casefold() == (site.body or "").casefold()} or found
    follow = (
        Request(url, why=f"meetings of {label}", title=label, stable_key=key_of(url)) for url, label in wanted.items()
    )
    return Reading(document=document_of(response, "listing"), follow=following.bounded(follow))


def read_year(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """One body's meetings of a year, and later years where the page knows of some."""
    entries = page.select_one(".dtp-meetings-list")
    body = site.body or pages.seen(page.select_one(".dtp-meeting-category"))
    meetings = tuple(meeting_of(link, body, site, response) for link in page.select(".dtp-meetings-list a"))
    proof = None
    if not meetings:
        proof = shelves.words_of_none(page)
        if not entries and not page.select_one(".dtp-meeting-category"):
            raise LayoutChanged(
                "neither bodies (dtp-meeting-category) nor a list of meetings nor one", url=response.url
            )
        if proof is None:
            raise EmptyReading("the year's list of meetings has no entry and does not say so", url=response.url)
    if meetings and not any(meeting.start for meeting in meetings):
        raise LayoutChanged("no entry of the list has a readable date", url=response.url)
    follow = following.from_listing(meetings, site, response.fetched_at)
    entries_of = zip(page.select(".dtp-meetings-list a"), meetings, strict=True)
    told = {shelves.folded(pages.seen(link)): meeting.id for link, meeting in entries_of}
    return Reading(
        document=shelves.text_of(shelves.Shelf(meetings, (), told), response),
        meetings=meetings,
        follow=(*later_years(page, response), *follow),
        proof=proof,
    )


def meeting_of(link: Tag, body: str, site: Site, response: Response) -> Meeting:
    """One entry: "February 11, 2026: February Regular Town Board Meeting"; the hour stands on the meeting's page."""
    text, url = pages.seen(link), pages.address(link, response.url)
    start = marks.moment(text, site.jurisdiction.time_zone)
    day, colon, name = text.partition(": ")
    title = name if colon and marks.read_date(day) else text
    found = DETAIL.search(url or "")
    return Meeting(
        id=found[1] if found else text,
        body=body,
        title=title,
        start=start,
        status=marks.status_of(start, response.fetched_at, title),
        url=url,
    )


def later_years(page: BeautifulSoup, response: Response) -> tuple[Request, ...]:
    """The years after the one shown, from this one on: in December the next one has its first meetings."""
    shown = YEAR.search(pages.split(response.url).path)
    least = max(int(shown[2]) + 1 if shown else 0, response.fetched_at.year)
    found = {
        url: YEAR.search(pages.split(url).path)
        for link in page.select(".dtp-meeting-year")
        for _, url in named(link, response)
    }
    return tuple(
        Request(url, why=f"meetings of {year[2]}", stable_key=key_of(url))
        for url, year in found.items()
        if year and int(year[2]) >= least
    )


def read_meeting(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """One meeting: what is published for it, where and when."""
    listed, found = response.request.meeting, DETAIL.search(pages.split(response.url).path)
    title = pages.seen(page.select_one(".dtp-meeting-title"))
    start = marks.moment(pages.seen(page.select_one("time")), site.jurisdiction.time_zone)
    if not title and start is None:
        raise LayoutChanged("the meeting's title (dtp-meeting-title) and time are missing", url=response.url)
    number = listed.id if listed else (found[1] if found else response.url)
    place = ", ".join(text for tag in page.select(PLACE) if (text := pages.seen(tag)))
    about = pages.seen(page.select_one(".dtp-meeting-description"))
    meeting = Meeting(
        id=number,
        body=site.body or pages.seen(page.select_one(".dtp-meeting-category")),
        title=title,
        start=start or (listed.start if listed else None),
        status=marks.status_of(start, response.fetched_at, title, about[:200]),
        location=place,
        url=response.url,
        documents=tuple(documents_of(page, number, response)),
    )
    return Reading(
        document=replace(document_of(response, "meeting"), title=title),
        meetings=(meeting,),
        follow=following.from_meeting(meeting, (), (), site),
    )


def documents_of(page: BeautifulSoup, meeting: str, response: Response) -> Iterator[Link]:
    """The files of each section. A file's address names its upload; meeting, section and name last."""
    seen: set[str] = set()
    for heading in page.find_all(class_=SECTION):
        section = next(found[1] for name in pages.classes(heading) if (found := SECTION.match(name)))
        block = heading.parent if isinstance(heading.parent, Tag) else heading
        for label, url in pages.links(block, response.url):
            name, upload = unquote(papers.file_name(url)), UPLOAD.search(url)
            if url in seen or not (upload or papers.is_paper(url) or papers.is_screen(url)):
                continue
            seen.add(url)
            kind = marks.document_kind(section, label, name)
            yield Link(
                f"{meeting}:{section}:{name}",
                url,
                label or name,
                "attachment" if kind == "other" else kind,
                marks.revised_mark(label, re.sub(r"[-_.]", " ", name)),
                upload[1] if upload else "",
            )


def document_of(response: Response, kind: str) -> Document:
    """The page's own words."""
    return extract(response.body, response.media_type, response.url, charset=response.charset, kind=kind)


def named(link: Tag, response: Response) -> Iterator[tuple[str, str]]:
    """(words, address) of a link that leads somewhere."""
    if url := pages.address(link, response.url):
        yield pages.seen(link), url.replace(" ", "%20")


def key_of(url: str) -> str:
    """A year's page by body and year, however its spaces are written."""
    found = YEAR.search(pages.split(url).path)
    return f"meetings:{unquote(found[1])}:{found[2]}" if found else url
