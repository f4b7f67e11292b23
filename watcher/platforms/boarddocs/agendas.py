"""Fragments of pages: a meeting, its agenda, the agenda in print with texts and files, the files of an item."""

from __future__ import annotations

import re

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
    Request,
    Response,
    Site,
    Unreadable,
    attending,
    extract,
    following,
    marks,
    outline,
    pages,
)
from watcher.platforms.boarddocs import asking

SIZE = re.compile(r"\s*\(\d[\d.,]*\s*[KMG]?B\)$", re.IGNORECASE)
PLACE_LINES = 8  # more is a notice, not a place
REFUSED = re.compile(r"^\W*no access\W*$", re.IGNORECASE)


def fragment_of(response: Response) -> BeautifulSoup:
    """A page or a fragment of one. Unreadable where it stops half way."""
    page = pages.page_of(response)
    text = pages.decoded(response).strip()
    if REFUSED.match(pages.seen(page)):
        raise LayoutChanged("the vendor says “No Access”: this id is no public one", url=response.url)
    if "<html" not in text[:4000].lower() and "<div" in text:
        opened, closed = len(re.findall(r"<div\b", text, re.IGNORECASE)), len(re.findall(r"</div", text, re.IGNORECASE))
        if not text.endswith(">") or opened > closed:
            raise Unreadable("the fragment stops half way: its end is missing", url=response.url)
    return page


def is_meeting(page: BeautifulSoup) -> bool:
    """Whether this is BD-GetMeeting."""
    return page.select_one("#view-meeting, .meeting-name") is not None and page.select_one(".meeting-date") is not None


def is_agenda(page: BeautifulSoup) -> bool:
    """Whether this is BD-GetAgenda."""
    return page.select_one("li.item[unique], dt.category, .wrap-category") is not None


def is_print(page: BeautifulSoup) -> bool:
    """Whether this is PRINT-AgendaDetailed."""
    return page.select_one(".print-meeting-name, .item.agendaorder") is not None


def is_item(page: BeautifulSoup) -> bool:
    """Whether this is BD-GetAgendaItem."""
    return page.select_one(".itembody, [key=publicbody], #ai-name, dt.leftcol") is not None


def read_meeting(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """BD-GetMeeting: name, day and, in the clerk's own lines, place and time."""
    root, listed = asking.root_of(response.url), response.request.meeting
    name = pages.seen(page.select_one(".meeting-name"))
    told = page.select_one(".meeting-description")
    for newline in told.find_all("br") if told else ():
        newline.replace_with("\n")
    every = [" ".join(line.split()) for line in told.get_text().strip().split("\n")] if told else []
    lines = [line for line in every if line]
    short = len(lines) <= PLACE_LINES
    head = lines if short else every[: every.index("")] if "" in every[: PLACE_LINES + 1] else []
    place = [line for line in head if marks.read_time(line) is None and marks.read_date(line) is None]
    day = marks.read_date(pages.seen(page.select_one(".meeting-date")))
    clock = next(filter(None, map(marks.read_time, (name, *lines))), None)
    start = marks.start_of(day, clock, site.jurisdiction.time_zone)
    if start is None:
        raise LayoutChanged("the meeting's page has no readable date", url=response.url)
    ident = ident_of(page) or (listed.id if listed else "")
    committee = asking.committee_of(response.url, response.request.body)
    published = page.select_one("#btn-view-agenda, #btn-download-agenda-pdf, [id^=btn-print-agenda]") is not None
    pdf = f"{root}/Download-AgendaDetailed?open&id={ident}&current_committee_id={committee}"
    revised = marks.revised_mark(name, *lines)
    meeting = Meeting(
        id=ident or response.url,
        body=site.body or (listed.body if listed else ""),
        title=name,
        start=start,
        status=marks.status_of(start, response.fetched_at, name, *lines[:6]),
        location=", ".join(place),
        attend=attending.told(*lines),
        url=f"{root}/goto?open&id={ident}" if ident else response.url,
        documents=(Link(f"agenda:{ident}", pdf, "Agenda", "agenda", revised),) if published and ident else (),
    )
    passages = () if short else tuple(Passage(line, ("Description",)) for line in lines)
    return Reading(Document(response.url, name, "meeting", passages), meetings=(meeting,))


def ident_of(page: BeautifulSoup) -> str:
    """The meeting's short id, which its buttons carry."""
    for tag in page.select("[theurl], [data-clipboard-text]"):
        address = str(tag.get("theurl") or tag.get("data-clipboard-text"))
        if (identity := asking.link_id(address)) and identity.startswith("goto:"):
            return identity.removeprefix("goto:")
    button = page.select_one("button[base]")
    return str(button["base"]) if button else ""


def read_agenda(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """BD-GetAgenda: categories and items; their texts and files come with the agenda in print."""
    root, meeting = asking.root_of(response.url), response.request.meeting
    asked = asking.question(response.url, response.request.body)
    agenda = outline.Outline(meeting.id if meeting else asked.get("id", response.url))
    for tag in page.select("li.item[unique], dt.category, .wrap-category"):
        number, title = pages.seen(tag.select_one(".order")), title_of(tag)
        if not title or tag.select_one("dt.category, li.item"):  # a frame around a category that speaks for itself
            continue
        if "item" in pages.classes(tag):
            kind = pages.seen(tag.select_one(".actiontype")).replace(" , ", ", ").strip(", ")
            voted_together = asking.CONSENT.search(kind) is not None
            agenda.add(title, depth=1, number=number, ident=str(tag["unique"]), text=kind, consent=voted_together)
        else:
            agenda.add(title, number=number, ident=str(tag.get("unique") or tag.get("id") or ""))
    items = agenda.items()
    if not items:
        raise EmptyReading("the agenda names neither category nor item", url=response.url)
    committee = asked.get("current_committee_id", "")
    return Reading(
        document=Document(response.url, response.request.title or "Agenda", "meeting"),
        meetings=(meeting,) if meeting else (),
        items=items,
        follow=(asking.printed(root, committee, meeting),) if meeting else (),
    )


def title_of(tag: Tag) -> str:
    """An item's or category's words without its number and its type."""
    if named := tag.select_one(".title, .category-name"):
        return pages.seen(named)
    told = " ".join(str(tag.get("xtitle") or tag.get("Xtitle") or "").split())
    return told or pages.seen(tag)


def read_print(site: Site, response: Response) -> Reading:
    """PRINT-AgendaDetailed: the agenda's text, and the files of its items as further requests."""
    fragment_of(response)
    document = extract(response.body, response.media_type, response.url, charset=response.charset, kind="agenda")
    if not document.passages:
        raise EmptyReading("the agenda in print holds no text", url=response.url)
    page = pages.page_of(response)
    asked = response.request
    files = files_of(page, response.url) if "attachments" in site.follow else []
    title = asked.title or document.title
    return Reading(
        document=Document(response.url, title, "agenda", document.passages),
        follow=following.bounded(following.attachment(link, asked.meeting, None, (title,)) for link in files),
    )


def files_of(page: BeautifulSoup, base: str) -> list[Link]:
    """The published files that a fragment links, each once; sizes are no part of their names."""
    found: dict[str, Link] = {}
    for anchor in page.find_all("a"):
        url = pages.address(anchor, base)
        identity = asking.link_id(url) if url else None
        if url and identity and identity.startswith("file:"):
            found.setdefault(identity, Link(identity, url, SIZE.sub("", pages.seen(anchor))))
    return list(found.values())


def read_files(site: Site, response: Response) -> Reading:
    """BD-GetPublicFiles: the names of an item's files, and the files as further requests."""
    files = files_of(fragment_of(response), response.url)
    if not files:
        raise EmptyReading("no public file is named", url=response.url)
    asked = response.request
    wanted: list[Link] = files if "attachments" in site.follow else []
    follow: list[Request] = [following.attachment(link, asked.meeting, None, asked.context) for link in wanted]
    passages = tuple(Passage(link.title, key=link.id) for link in files)
    return Reading(Document(response.url, "Files", "listing", passages), follow=following.bounded(follow))
