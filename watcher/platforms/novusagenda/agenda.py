"""MeetingView.aspx, an agenda as a web page of a clerk's own making, and CoverSheet.aspx, one item of it.

Only the links are the vendor's: an item is a row that leads to a cover sheet, whatever stands around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

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
    extract,
    following,
    marks,
    outline,
    pages,
)
from watcher.platforms.novusagenda import ids

NUMBER = re.compile(r"^\(?(?:[A-Z]{1,3}|[IVXL]{1,6}|\d{1,3})(?:[.-]?(?:\d{1,3}|[A-Za-z]))*[.):]?$")
HEADING_WORDS = 12
HEAD_LINES = 8
BODY = re.compile(r"\b(?:council|commission|board|committee|authority|supervisors|trustees|court)\b", re.IGNORECASE)


def read(site: Site, response: Response) -> Reading:
    """The agenda with its items; the page's text alone where none leads to a cover sheet."""
    page = pages.page_of(response)
    found = ids.link_id(response.url)
    if found is None and not list(rows(page)):
        raise LayoutChanged("the page names neither meeting nor item: no agenda of NovusAGENDA's", url=response.url)
    document = extract(response.body, response.media_type, response.url, charset=response.charset, kind="meeting")
    text = " ".join(passage.text for passage in document.passages)
    if not text.strip():
        raise EmptyReading("the agenda's page holds no text", url=response.url)
    meeting = meeting_of(text, named(document), site, response)
    agenda = outline.Outline(meeting.id)
    for row, anchor in rows(page):
        read_row(row, anchor, agenda, response.url)
    items = agenda.items()
    if not any(item.attachments for item in items):
        return Reading(replace(document, title=response.request.title or document.title), meetings=(meeting,))
    return Reading(
        document=Document(response.url, response.request.title or document.title, "meeting"),
        meetings=(meeting,),
        items=items,
        follow=following.from_meeting(meeting, items, (), site),
    )


def named(document: Document) -> str:
    """What the head of an agenda calls the meeting: its first short line that names a body."""
    lines = (passage.text for passage in document.passages[:HEAD_LINES])
    return next((line for line in lines if BODY.search(line) and len(line.split()) <= HEADING_WORDS), "")


def meeting_of(text: str, name: str, site: Site, response: Response) -> Meeting:
    """The meeting as it was listed; else what the first lines of its agenda say."""
    if listed := response.request.meeting:
        return listed
    head = text[:1500]
    start = marks.start_of(marks.read_date(head), marks.read_time(head), site.jurisdiction.time_zone)
    if start is None:
        raise LayoutChanged("the agenda's page has no readable date", url=response.url)
    return Meeting(
        id=ids.meeting_id(response.url) or response.url,
        body=site.body or name,
        title=name,
        start=start,
        status=marks.status_of(start, response.fetched_at, head[:300]),
        url=response.url,
    )


def rows(page: BeautifulSoup) -> Iterator[tuple[Tag, Tag | None]]:
    """(row, its link to a cover sheet): rows of items, and short bold rows without a link, which head them."""
    for row in page.find_all("tr"):
        anchor = next((a for a in row.find_all("a") if is_item(a)), None)
        if row.find("tr") is not None:
            continue
        if anchor is not None or (row.find(["b", "strong", "u"]) and row.find("a") is None):
            yield row, anchor


def is_item(anchor: Tag) -> bool:
    """Whether a link leads to an item's cover sheet."""
    return (ids.link_id(ids.target(anchor, "https://x/") or "") or "").startswith("item:")


def read_row(row: Tag, anchor: Tag | None, agenda: outline.Outline, base: str) -> None:
    """An item with its cover sheet and attachments, or a heading."""
    cells = [pages.seen(cell) for cell in row.find_all("td")] or [pages.seen(row)]
    words = [text for text in cells if text]
    number = words.pop(0) if len(words) > 1 and NUMBER.match(words[0]) else ""
    if anchor is None:
        if words and len(" ".join(words).split()) <= HEADING_WORDS and agenda_begun(words):
            agenda.add(" ".join(words), number=number)
        return
    url = ids.target(anchor, base) or base
    identity = ids.link_id(url) or url
    title = pages.seen(anchor) or " ".join(words)
    plain = [pages.seen(cell) for cell in row.find_all("td") if cell.find("a") is None]
    rest = " ".join(text for text in plain if text and text != number)
    agenda.add(
        title,
        depth=1,
        number=number,
        ident=identity.removeprefix("item:"),
        text=rest,
        attachments=(Link(identity, url, title),),
    )
    for other in row.find_all("a"):
        if link := attachment(other, base):
            agenda.attach(link)


def agenda_begun(words: list[str]) -> bool:
    """Whether a bold row may head a section: the page's own head names the day."""
    return marks.read_date(" ".join(words)) is None and marks.read_time(" ".join(words)) is None


def attachment(anchor: Tag, base: str) -> Link | None:
    """A document hung on an item."""
    url = ids.target(anchor, base)
    identity = ids.link_id(url) if url else None
    if url is None or identity is None or not identity.startswith("attachment:"):
        return None
    return Link(identity, url, pages.seen(anchor))


def read_cover_sheet(site: Site, response: Response) -> Reading:
    """One item's own page: its text, and its attachments as further requests."""
    document = extract(response.body, response.media_type, response.url, charset=response.charset, kind="attachment")
    if not document.passages:
        raise EmptyReading("the cover sheet holds no text", url=response.url)
    page = pages.page_of(response)
    hung = {link.id: link for anchor in page.find_all("a") if (link := attachment(anchor, response.url))}
    title = response.request.title or first_words(document.passages)
    wanted = hung.values() if "attachments" in site.follow else ()
    asked = response.request
    return Reading(
        document=replace(document, title=title),
        follow=following.bounded(following.attachment(link, asked.meeting, None, (title,)) for link in wanted),
    )


def first_words(passages: tuple[Passage, ...]) -> str:
    """The page's first line, for an item that was not listed."""
    return passages[0].text[:120]
