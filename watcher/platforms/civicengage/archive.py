"""Archive.aspx: a list of archived agendas, minutes and other documents, and the list of these lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urljoin

from bs4 import BeautifulSoup
from bs4.element import Tag

from watcher.platforms import (
    Document,
    EmptyReading,
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
from watcher.platforms.civicengage import ids

NONE = re.compile(r"\bno (?:archives?|documents?|items?|results?|records?)\b[^.]*", re.IGNORECASE)
PAPERS = re.compile(r"\b(?:agendas?|minutes|packets?|meetings?|council|commission|board)\b", re.IGNORECASE)
OF_PAPERS = re.compile(
    r"[\s,:&/–—-]*\b(?:meetings?|agendas?|minutes|packets?|archives?|and|(?:19|20)\d\d)\b[\s,:&/–—-]*$", re.IGNORECASE
)
NEWEST = 10  # entries without a date that are asked for: a list shows the newest first


def is_archive(page: BeautifulSoup, response: Response) -> bool:
    """Whether the page is a list of the Archive Center."""
    path, _ = ids.asked(response.url)
    return path.endswith("archive.aspx") and b"archive" in response.body.lower() and page.body is not None


def read(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """The documents of one archive as meetings, each by the day in its name; else the archives to look into."""
    name = archive_name(page)
    meetings = tuple({meeting.id: meeting for meeting in entries(page, name, site, response)}.values())
    archives = () if meetings else tuple(shelves(page, response))
    return Reading(
        document=Document(response.url, name or pages.seen(page.title), "listing"),
        meetings=meetings,
        follow=following.bounded(
            (*archives, *following.from_listing(meetings, site, response.fetched_at), *undated(meetings, site))
        ),
        proof=None if meetings else index_or_emptiness(page, archives, response),
    )


def index_or_emptiness(page: BeautifulSoup, archives: tuple[Request, ...], response: Response) -> str:
    """Why a list without documents may be one: it lists archives, or says that there is nothing."""
    if archives:
        return f"a list of {len(archives)} archives, no documents"
    if said := NONE.search(pages.seen(page.select_one("#moduleContent, main, [role=main]"))):
        return said[0]
    raise EmptyReading("the archive lists no document and does not say that there is none", url=response.url)


def archive_name(page: BeautifulSoup) -> str:
    """The archive's name: the heading over its list, else the choice made in the form."""
    for part in (
        page.select_one("#moduleContent h1, #moduleContent h2, .archiveTitle, [role=main] h1, [role=main] h2"),
        page.select_one("select option[selected]"),
    ):
        if part and not re.fullmatch(r"archive(?: center)?s?", pages.seen(part), re.IGNORECASE):
            return pages.seen(part)
    return ""


def entries(page: BeautifulSoup, name: str, site: Site, response: Response) -> Iterator[Meeting]:
    """One meeting for each document."""
    body = name
    while (cut := OF_PAPERS.sub("", body)) != body:
        body = cut
    for link in page.find_all("a"):
        url = pages.address(link, response.url)
        identity = ids.link_id(url) if url else None
        label = pages.seen(link) or str(link.get("title") or "").strip()
        if url is None or identity is None or not identity.startswith("archive:") or not label:
            continue
        kind = marks.document_kind(label, name)
        start = marks.moment(label, site.jurisdiction.time_zone) or near(link, site)
        paper = Link(identity, url, label, kind, marks.revised_mark(label))
        status = marks.status_of(start, response.fetched_at, label)
        yield Meeting(identity, body or site.body or "", label, start, status=status, documents=(paper,))


def near(link: Tag, site: Site) -> datetime | None:
    """The moment in a link's own row."""
    row = link.find_parent(["li", "tr", "p"])
    alone = row is not None and len(row.find_all("a")) == 1
    return marks.moment(pages.seen(row), site.jurisdiction.time_zone) if alone else None


def undated(meetings: tuple[Meeting, ...], site: Site) -> Iterator[Request]:
    """The first documents of a list whose names say no day."""
    for meeting in [meeting for meeting in meetings if meeting.start is None][:NEWEST]:
        yield from following.documents_of(meeting, site)


def shelves(page: BeautifulSoup, response: Response) -> Iterator[Request]:
    """The archives of meeting papers that a list of archives leads to."""
    found = [(label, url) for label, url in pages.links(page, response.url)]
    found += [
        (pages.seen(option), urljoin(response.url, f"Archive.aspx?AMID={option['value']}"))
        for option in page.select("select[name*=AMID] option[value]")
    ]
    for label, url in found:
        path, given = ids.asked(url)
        if path.endswith("archive.aspx") and given.get("amid", "").isdigit() and PAPERS.search(label):
            yield Request(url, why=f"archive {label}", title=label, stable_key=f"archive-list:{given['amid']}")
