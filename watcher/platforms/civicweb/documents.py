"""What is published for a meeting of CivicWeb: its documents, and the agenda's items out of the page that comes along.

The page is made from the clerk's word processor. Before each row stands a mark (AgendaHeading198421, AgendaItem202864),
then the row's number, its words, its attachments and the page of the packet in paragraphs of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bs4 import BeautifulSoup
from bs4.element import Tag

from watcher.platforms import (
    Document,
    EmptyReading,
    Link,
    Meeting,
    Passage,
    Reading,
    Response,
    Site,
    following,
    marks,
    outline,
    pages,
    records,
)

DATED = re.compile(
    r"\s*[-–—]?\s*(?:\d{1,2}\s+[a-z]{3,9}\.?|[a-z]{3,9}\.?\s+\d{1,2}),?\s+\d{4}\b.*$|^[\s*]*cancel+ed[\s*:-]*",
    re.IGNORECASE,
)
NOT_HELD = re.compile(r"[\s*(-]*\b(?:no meeting|cancel+ed|postponed)\b[\s*):-]*", re.IGNORECASE)
KINDS = {"1": "agenda", "4": "minutes"}
MARK = re.compile(r"Agenda(Heading|Item)(\w+)$", re.IGNORECASE)
DOCUMENT = re.compile(r"/document/([\w-]+)", re.IGNORECASE)
BLOCKS = ["p", "li", "td", "th", "div", "h1", "h2", "h3", "h4", "h5", "h6"]
NUMBER = re.compile(r"\(?(?:\d{1,3}(?:\.\w{1,3})*|[A-Z]{1,5}|[a-z])[.)]{0,2}$")
PAGES = re.compile(r"\d{1,5}(?:\s*[-–]\s*\d{1,5})?$")
SHORT = 6  # words: the cover's own “CANCELLED” stands alone; whole sentences speak of any meeting


@dataclass(slots=True)
class Row:
    """A row of the agenda, as its mark and the paragraphs after it."""

    heads: bool
    ident: str
    lines: list[str] = field(default_factory=list)
    hung: list[Link] = field(default_factory=list)


def root_of(url: str) -> str:
    """Where a portal lives, without a slash at its end."""
    parts = pages.split(url)
    path = re.split(r"/(?:portal|services|document|filepro)\b", parts.path, maxsplit=1, flags=re.IGNORECASE)[0]
    return f"{parts.scheme}://{parts.netloc}{path.rstrip('/')}"


def link_id(href: str) -> str | None:
    """The stable name of a document, whatever its title and handle."""
    found = DOCUMENT.search(pages.split(href).path)
    return f"document:{found[1].lower()}" if found else None


def read(entries: Sequence[records.Record], site: Site, response: Response) -> Reading:
    """The meeting with its documents, and its agenda's items; where its page is unmarked, the page's words.

    Raises EmptyReading for an agenda's page without a word: its items would look like removed.
    """
    agenda = next((entry for entry in entries if kind_of(entry) == "agenda" and records.text(entry, "Html")), None)
    html = str(agenda["Html"]) if agenda else ""
    page = BeautifulSoup(html, "lxml")
    cover, rows = rows_of(page, response.url)
    if html and not cover and not rows:
        raise EmptyReading("the agenda's page holds no words", url=response.url)
    meeting = meeting_of(entries, agenda or entries[0], cover, site, response)
    listed = outline.Outline(meeting.id)
    level = -1
    for row in rows:
        level = add(listed, row, level)
    items = listed.items()
    title = meeting.title or records.words(entries[0], "Name")
    at_hand = [] if agenda is None else [f"document:{records.text(agenda, 'Id')}"]
    open_ones = {f"document:{records.text(entry, 'Id')}" for entry in entries if entry.get("IsPublic") is not False}
    wanted = tuple(link for link in meeting.documents if link.id in open_ones and link.id not in at_hand)
    return Reading(
        Document(response.url, title, "meeting", tuple(Passage(line) for line in cover)),
        (meeting,),
        items,
        follow=following.from_meeting(replace(meeting, documents=wanted), items, (), site),
        proof=None if items or cover or meeting.documents else "no agenda's page",
    )


def undated(name: str) -> str:
    """A meeting's name without the date it ends in: its body, where the service names none."""
    told = DATED.sub("", name)
    return NOT_HELD.sub("", told).strip() or told or name


def kind_of(entry: records.Record) -> str:
    """What a document is, by the vendor's number for it, else by its name."""
    return KINDS.get(records.text(entry, "DocumentType")) or "other"


def meeting_of(
    entries: Sequence[records.Record], named: records.Record, cover: Sequence[str], site: Site, response: Response
) -> Meeting:
    """The meeting as its list told of it, else as its documents do; the agenda's cover may call it off."""
    told = response.request.meeting
    name = told.title if told else records.words(named, "Name")
    day = marks.read_date(name)
    hours = (marks.read_time(line) for line in cover if day and marks.read_date(line) == day)
    clock = next((hour for hour in hours if hour), None)
    start = told.start if told else marks.start_of(day, clock, site.jurisdiction.time_zone)
    said = [line for line in cover if len(line.split()) <= SHORT]
    status = marks.status_of(start, response.fetched_at, name, *said)
    papers = tuple(document_of(entry, response) for entry in entries)
    if told:
        return replace(told, documents=papers, status="cancelled" if status == "cancelled" else told.status)
    ident = records.text(named, "MeetingId")
    url = f"{root_of(response.url)}/Portal/MeetingInformation.aspx?Org=Cal&Id={ident}"
    return Meeting(ident, undated(name), name, start, status=status, url=url, documents=papers)


def document_of(entry: records.Record, response: Response) -> Link:
    """One document of the meeting. One that is not public yet is known by its version."""
    ident = records.text(entry, "Id")
    name = records.words(entry, "Name")
    return Link(
        f"document:{ident.lower()}",
        f"{root_of(response.url)}/document/{ident}/?printPdf=true",
        name,
        kind_of(entry),
        marks.revised_mark(name),
        "not public" if entry.get("IsPublic") is False else "",
    )


def rows_of(page: BeautifulSoup, base: str) -> tuple[list[str], list[Row]]:
    """(lines before the first mark, rows after it)."""
    cover: list[str] = []
    rows: list[Row] = []
    for tag in page.find_all(["a", *BLOCKS]):
        if tag.name == "a":
            turn(rows, tag)
            url = pages.address(tag, base)
            if rows and url and (ident := link_id(url)):
                rows[-1].hung.append(Link(ident, url, pages.seen(tag)))
            continue
        if tag.find(BLOCKS):
            continue
        for mark in tag.find_all("a", attrs={"name": MARK}):
            turn(rows, mark)
        if line := own_words(tag, base):
            (rows[-1].lines if rows else cover).append(line)
    if not cover and not rows and (words := pages.seen(page.body)):
        cover.append(words)  # a page without a single paragraph
    return cover, rows


def turn(rows: list[Row], mark: Tag) -> None:
    """A new row where a mark stands that was not met yet."""
    found = MARK.match(str(mark.get("name") or ""))
    if found and all(row.ident != found[2] for row in rows):
        rows.append(Row(found[1].lower() == "heading", found[2]))


def own_words(tag: Tag, base: str) -> str:
    """A paragraph's words without those that are only the label of an attachment."""
    words = pages.seen(tag)
    for link in tag.find_all("a"):
        if (url := pages.address(link, base)) and link_id(url):
            words = words.replace(pages.seen(link), " ")
    return " ".join(words.split())


def add(listed: outline.Outline, row: Row, level: int) -> int:
    """One row of the agenda, below the last heading at `level`; gives the level from here on."""
    lines = list(row.lines)
    number = lines.pop(0) if lines and NUMBER.match(lines[0]) else ""
    if not number and lines and (found := re.match(r"(\(?(?:\d{1,3}(?:\.\w{1,3})*|[A-Za-z])[.)])\s+(?=\S)", lines[0])):
        number, lines[0] = found[1], lines[0][found.end() :]
    lines = [line for line in lines if not PAGES.match(line)]
    if not lines:
        return level
    dots = number.strip("().").count(".")
    depth = dots if row.heads else max(dots, level + 1)
    listed.add(lines[0], depth=depth, number=number, ident=row.ident, text="\n".join(lines[1:]))
    for link in row.hung:
        listed.attach(link)
    return depth if row.heads else level
