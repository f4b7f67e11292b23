"""A meeting's pages: the frame around a document, the agenda as a web page, one item with its attachments."""

from __future__ import annotations

import re
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
    Request,
    Response,
    Site,
    following,
    marks,
    outline,
    pages,
)
from watcher.platforms.onbase import ids

LOADS = re.compile(r"loadAgendaItem\(\s*(?P<item>\d+)\s*,\s*(?P<section>true|false)", re.IGNORECASE)
NUMBER = re.compile(r"^\(?(?P<number>\d{1,3}[A-Za-z]?|[A-Z]{1,2}|[ivxlc]{1,5})[.)](?:\s+|$)")
BESIDE = re.compile(r"^\(?(?P<number>\d{1,3}[A-Za-z]?|[A-Za-z]|[IVXivx]{1,5})[.):]?$")  # a cell of its own
MATTER = re.compile(
    r"^(?i:File (?:No\.?|Number:?|#))\s*(?P<file>[A-Z0-9][\w/.-]*\w)"
    r"|^(?P<named>(?:ORD(?:INANCE)?|RES(?:OLUTION)?|[A-Z]{1,3})\.?(?:\s*(?i:No\.?|#))?[\s-]?\d{1,4}(?:-\d{1,4})+)(?=[\s.,:;)]|$)"
    r"|^(?P<lone>[A-Z]-\d{1,4})(?=\s)"
)
HEAD = 600  # letters of an agenda's head in which a clerk calls the meeting off
LOADED = re.compile(r"[\"'](?P<url>[^\"'\s]*/Documents/DownloadFileBytes/[^\"'\s]+)[\"']", re.IGNORECASE)
GONE = re.compile(r"\bmeeting (?:is )?not available\b|\berror - onbase agenda online\b", re.IGNORECASE)


def is_frame(page: BeautifulSoup) -> bool:
    """Whether this is the vendor's page around a document rather than the document."""
    return page.select_one("script[src*='/bundles/'], #agendaView, #itemView") is not None


def has_items(page: BeautifulSoup) -> bool:
    """Whether items can be opened from here: an agenda of the vendor's making."""
    return page.find("a", href=LOADS) is not None or page.find(onclick=LOADS) is not None


def read_frame(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """ViewMeeting: it loads its document by script, from an address that we ask next."""
    title = pages.seen(page.title)
    if GONE.search(f"{title} {pages.seen(page.body)}"):
        raise LayoutChanged("the vendor says that the meeting is not available", url=response.url)
    meeting = meeting_of(title, site, response)
    kind = ids.doctype(response.url)
    framed = page.find("iframe", src=re.compile("ViewAgenda|ViewDocument", re.IGNORECASE))
    follow = ids.text_of(meeting, kind, response.url)
    if url := pages.address(linked(framed), response.url):
        follow = replace(follow, url=url)
    return Reading(Document(response.url, title, "meeting"), meetings=(meeting,), follow=(follow,))


def linked(frame: object) -> Tag | None:
    """An inner frame as a link."""
    if not isinstance(frame, Tag):
        return None
    link = Tag(name="a")
    link["href"] = str(frame["src"])
    return link


def meeting_of(title: str, site: Site, response: Response) -> Meeting:
    """The meeting that was listed, or what the address and the page's title say of it."""
    if listed := response.request.meeting:
        return listed
    number = ids.meeting_id(response.url)
    if not number:
        raise LayoutChanged("neither the address nor the listing names the meeting", url=response.url)
    name = re.sub(r"\s*-\s*OnBase Agenda Online$", "", title)
    start = marks.moment(name, site.jurisdiction.time_zone)
    kind = ids.doctype(response.url)
    identity = f"{ids.TYPES.get(kind, 'document')}:{number}"
    link = Link(
        identity, ids.view(response.url, number, kind), ids.TITLES.get(kind, "Document"), ids.KINDS.get(kind, "other")
    )
    return Meeting(
        id=number,
        body=site.body or name,
        title=name,
        start=start,
        status=marks.status_of(start, response.fetched_at, name),
        url=ids.view(response.url, number, kind),
        documents=(link,),
    )


def read_items(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """The agenda as a web page: each link that opens an item or a section, with the words in its cell."""
    meeting = headed(page, meeting_of(pages.seen(page.title), site, response), site, response)
    rows = outline.Outline(meeting.id)
    opened: list[tuple[str, str]] = []
    for link in page.find_all("a"):
        found = LOADS.search(f"{link.get('href') or ''} {link.get('onclick') or ''}")
        words = pages.seen(link)
        if found and words and (not opened or opened[-1][0] != found["item"]):
            add(link, words, found, rows)
            opened.append((found["item"], "" if found["section"].lower() == "true" else words))
        elif (url := pages.address(link, response.url)) and ids.FILE.search(url.partition("?")[0]) and opened:
            rows.attach(attachment(words, url))
    items = rows.items()
    if not items:
        raise EmptyReading("the agenda's items have no words", url=response.url)
    follow = list(following.from_meeting(following.bare(meeting), items, (), site))
    if "attachments" in site.follow:
        follow += [item_page(meeting, number, title, response) for number, title in opened if title]
    return Reading(
        document=Document(response.url, response.request.title or meeting.body or "Agenda", "meeting"),
        meetings=(meeting,),
        items=items,
        follow=following.bounded(follow),
    )


def headed(page: BeautifulSoup, meeting: Meeting, site: Site, response: Response) -> Meeting:
    """The meeting with the day at the agenda's head, where neither its listing nor the page's title told it."""
    if meeting.start:
        return meeting
    first = page.find("a", href=LOADS) or page.find(onclick=LOADS)
    head = pages.before(first) if isinstance(first, Tag) else ""
    start = marks.moment(head, site.jurisdiction.time_zone)
    title = (
        meeting.title
        or response.request.title.removeprefix("Agenda, ")
        or (f"{start:%B} {start.day}, {start.year}" if start else "")
    )
    status = marks.status_of(start, response.fetched_at, meeting.title, head[:HEAD])
    return replace(meeting, start=start, title=title, body=meeting.body or site.body or title, status=status)


def add(link: Tag, words: str, found: re.Match[str], rows: outline.Outline) -> None:
    """One row: its number stands in the title or in the cell before, its text in the paragraphs below the title."""
    section = found["section"].lower() == "true"
    numbered = NUMBER.match(words)
    title = words[numbered.end() :] if numbered else words
    cell = link.find_parent("td")
    before = cell.find_previous_sibling("td") if cell else None
    beside = BESIDE.match(pages.seen(before if isinstance(before, Tag) else None))
    own = link.find_parent("p")
    below = [pages.seen(p) for p in cell.find_all("p") if p is not own and not p.find("a", href=LOADS)] if cell else []
    matter = MATTER.match(title)
    mark = numbered or beside
    rows.add(
        title or words,
        depth=(1 if isinstance(before, Tag) and not pages.seen(before) else 0)
        if section
        else 2,  # set in: a part of it
        number=mark["number"] if mark else "",
        ident=("S" if section else "I") + found["item"],
        text="\n".join(line for line in below if line),
        matter=next(filter(None, matter.groups())) if matter else None,
    )


def item_page(meeting: Meeting, number: str, title: str, response: Response) -> Request:
    """The page of one item, which lists its attachments."""
    return Request(
        ids.item(response.url, meeting.id, number),
        kind="meeting",
        why=f"item of {meeting.body}",
        title=title,
        stable_key=f"item:{meeting.id}:{number}",
        meeting=following.bare(meeting),
        context=(title,),
        optional=True,
    )


def attachment(label: str, url: str) -> Link:
    """A document of an item. `publishId` counts its publications."""
    name = ids.lasting(url) or url
    return Link(name, url, label or name.rpartition(":")[2], version=ids.asked(url).get("publishid", ""))


def read_file(page: BeautifulSoup, response: Response) -> Reading:
    """A file that came as a web page: newer versions answer with a script that loads it from elsewhere."""
    found = next((text for text in map(str, page.find_all("script")) if LOADED.search(text)), "")
    address = LOADED.search(found)
    url = pages.joined(response.url, address["url"].replace("&amp;", "&")) if address else None
    if url is None:
        return pages.read_document(response)
    asked = response.request
    follow = replace(asked, url=url, stable_key=f"bytes:{asked.key}")
    return Reading(
        Document(response.url, asked.title, asked.kind), follow=(follow,), proof="the file is loaded by script"
    )


def read_item(page: BeautifulSoup, response: Response) -> Reading:
    """ViewMeetingAgendaItem: what it says below its title, and its attachments."""
    view = page.select_one("#itemView, .item-view, body") or page
    found: dict[str, Link] = {}
    for label, url in pages.links(view, response.url):
        if ids.FILE.search(url.partition("?")[0]):
            link = attachment(label, url)
            found.setdefault(link.id, link)
    lines = (pages.seen(tag) for tag in view.find_all(["p", "li", "td"]) if not tag.find(["p", "li", "td", "a"]))
    passages = tuple(Passage(line) for line in dict.fromkeys(lines) if line and line != response.request.title)
    asked = response.request
    follow = (
        replace(following.attachment(link, asked.meeting, asked.matter, asked.context or (asked.title,)), optional=True)
        for link in found.values()
    )
    return Reading(
        document=Document(response.url, asked.title or pages.seen(page.title), "meeting", passages),
        follow=following.bounded(follow),
        proof=None if passages or found else "the item is shown and has no documents",
    )
