"""An agenda of AgendaQuick: a table whose columns are the depth of numbering; and the memo of one item."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

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
from watcher.platforms.destiny import ids

NUMBER = re.compile(r"^\(?(?P<number>[A-Z]{0,2}\.?\d{1,3}[A-Za-z]?|[A-Z]{1,2}|[a-z]|[ivx]{1,5})[.)]?$")
POPUP = re.compile(r"popupAttachments\(\s*['\"](?P<url>[^'\"]+)['\"]")
FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|rtf)(?:$|\?)", re.IGNORECASE)
ATTACHMENTS = re.compile(r"^attachments?:?$", re.IGNORECASE)
BODY = re.compile(r"\b(?:council|commission|board|committee|authority|supervisors|trustees|meeting)\b", re.IGNORECASE)
OWN = re.compile(
    r"^(?:(?:regular|special|meeting|council|board|final|draft) )*agenda$|\b(?:city|town|village|county|state) of\b|\bcounty$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Row:
    """One row of the table: the column of its number, the number, its words, the link to its memo."""

    depth: int
    number: str
    words: str
    memo: str
    files: list[Link]
    bold: bool


def is_agenda(page: BeautifulSoup) -> bool:
    """Whether this is an agenda."""
    return page.select_one("a.ai_link[href], a#pdf") is not None


def is_memo(page: BeautifulSoup) -> bool:
    """Whether this is the memo of an item."""
    return page.select_one("form[name=form1] input[name=disp_agmemo]") is not None


def read_agenda(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """The meeting and its items. Raises LayoutChanged where a list of months came, EmptyReading without an item."""
    if page.select_one("table#list, table#meeting-table"):
        raise LayoutChanged("a list of meetings came in place of the agenda", url=response.url)
    read = list(rows_of(page, response.url))
    first = next((place for place, row in enumerate(read) if row.number or row.memo), None)
    if first is None:
        raise EmptyReading("the agenda has no numbered item", url=response.url)
    while first and heads(read[first - 1]):
        first -= 1
    meeting = meeting_of([row.words for row in read[:first]], page, site, response)
    rows = outline.Outline(meeting.id)
    memos: list[tuple[str, str]] = []
    for row in read[first:]:
        add(row, rows, memos)
    items = rows.items()
    follow = [request for request in following.from_meeting(meeting, items, (), site) if request.url != response.url]
    if "attachments" in site.follow:
        follow += [memo_page(meeting, title, url) for title, url in memos]
    return Reading(
        document=Document(response.url, meeting.title or meeting.body or "Agenda", "meeting"),
        meetings=(meeting,),
        items=items,
        follow=following.bounded(follow),
    )


def heads(row: Row) -> bool:
    """Whether a row above the first number is a section's heading rather than the meeting's head."""
    dated = marks.read_date(row.words) or marks.read_time(row.words)
    return row.bold and len(row.words) < 60 and not dated and not BODY.search(row.words) and not OWN.search(row.words)


def rows_of(page: BeautifulSoup, base: str) -> Iterator[Row]:
    """The rows with words in them, those of a table inside a cell for themselves."""
    root = page.select_one("div#content, form[name=form1]") or page
    for tag in root.find_all("tr"):
        cells = tag.find_all(["td", "th"], recursive=False)
        if not cells or tag.find_parent(id="nav") or any(cell.find("tr") for cell in cells):
            continue
        texts = [pages.seen(cell) for cell in cells]
        content = max((place for place, text in enumerate(texts) if text), default=None)
        if content is None:
            continue
        numbered = [
            (place, found["number"]) for place, text in enumerate(texts[:content]) if (found := NUMBER.match(text))
        ]
        link = cells[content].select_one("a.ai_link[href]") or cells[content].select_one("a[href*='dsp=agm']")
        files = [Link(ids.lasting(url) or url, url, label) for label, url in files_of(tag, base)]
        yield Row(
            depth=numbered[-1][0] if numbered else 0,
            number=".".join(number for _, number in numbered),
            words=texts[content],
            memo=pages.address(link, base) or "",
            files=files,
            bold=cells[content].find(["strong", "b"]) is not None or "bold" in pages.classes(cells[content]),
        )


def files_of(tag: Tag, base: str) -> Iterator[tuple[str, str]]:
    """(words, address) of each file that a part links to or opens in a window."""
    for link in tag.find_all("a"):
        popup = POPUP.search(f"{link.get('onclick') or ''} {link.get('href') or ''}")
        url = pages.joined(base, popup["url"]) if popup else pages.address(link, base)
        if url and (popup or FILE.search(url)):
            yield pages.seen(link) or "Attachment", url


def add(row: Row, rows: outline.Outline, memos: list[tuple[str, str]]) -> None:
    """A row as an item, a heading, an attachment of the item before, or more words of it."""
    if row.files and not row.number:
        for link in row.files:
            rows.attach(link)
    elif row.number or row.memo:
        ident = (ids.lasting(row.memo) or "") if row.memo else ""
        rows.add(row.words, depth=row.depth + 1, number=row.number, ident=ident)
        for link in row.files:
            rows.attach(link)
        if row.memo:
            memos.append((row.words, row.memo))
    elif row.bold and len(row.words) < 120 and not ATTACHMENTS.match(row.words):
        rows.add(row.words)
    elif not ATTACHMENTS.match(row.words):
        rows.say(row.words)


def meeting_of(head: list[str], page: BeautifulSoup, site: Site, response: Response) -> Meeting:
    """The meeting as the agenda's head tells of it; it knows the hour, which the list does not."""
    listed = response.request.meeting
    zone = site.jurisdiction.time_zone
    day = next(filter(None, map(marks.read_date, head)), None)
    clock = next(filter(None, map(marks.read_time, head)), None)
    if listed and listed.start and (day is None or day == listed.start.date()):
        day = listed.start.date()
    start = marks.start_of(day, clock, zone)
    name = (listed.title if listed else "") or next((line for line in head if BODY.search(line)), "")
    number = pages.parameter(response.url, "seq") or (listed.id if listed else response.url)
    documents = [Link(f"agenda:{number}", response.url, "Agenda", "agenda", marks.revised_mark(name, *head))]
    if packet := pages.address(page.select_one("a#pdf"), response.url):
        documents.append(Link(ids.lasting(packet) or packet, packet, "Agenda Packet", "packet"))
    return Meeting(
        id=number,
        body=site.body or (listed.body if listed else "") or name,
        title=name,
        start=start,
        status=marks.status_of(start, response.fetched_at, name, *head),
        url=response.url,
        documents=tuple(documents),
    )


def memo_page(meeting: Meeting, title: str, url: str) -> Request:
    """The memo of one item, which lists its attachments. Its address counts revisions and names its neighbours."""
    return Request(
        url,
        kind="meeting",
        why=f"item of {meeting.body}",
        title=title,
        stable_key=ids.lasting(url) or url,
        meeting=following.bare(meeting),
        context=(title,),
        optional=True,
    )


def read_memo(page: BeautifulSoup, response: Response) -> Reading:
    """The text and the attachments of one item."""
    root = page.select_one("div#content, form[name=form1]") or page
    files = {ids.lasting(url) or url: (label, url) for label, url in files_of(root, response.url)}
    lines: list[Passage] = []
    heading = ""
    for cell in root.find_all(["td", "p"]):
        words = pages.seen(cell)
        if not words or cell.find(["td", "p"]) or cell.find_parent(id="nav") or cell.find("a", onclick=POPUP):
            continue
        if len(words) < 80 and ("bold" in pages.classes(cell) or pages.seen(cell.select_one("strong, b")) == words):
            heading = words
        elif not ATTACHMENTS.match(words):
            lines.append(Passage(words, (heading,) if heading else ()))
    if not lines and not files:
        raise EmptyReading("the memo has neither words nor attachments", url=response.url)
    asked = response.request
    follow = (
        replace(
            following.attachment(Link(identity, url, label), asked.meeting, asked.matter, asked.context), optional=True
        )
        for identity, (label, url) in files.items()
    )
    document = Document(response.url, asked.title or pages.seen(page.title), "meeting", tuple(lines))
    return Reading(document, follow=following.bounded(follow), proof=None if lines else "a memo of attachments only")
