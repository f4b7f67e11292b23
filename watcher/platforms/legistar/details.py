"""InSite's detail pages: one meeting with its items, one matter, one action.

No page of these kinds was recorded for us; they are read by the ids that InSite gives its fields everywhere (lblFile2,
gridMain, tblAttachments …), as public readers of the same pages name them.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from dataclasses import replace

from bs4 import BeautifulSoup
from bs4.element import Tag

from watcher.platforms import (
    AgendaItem,
    Document,
    EmptyReading,
    LayoutChanged,
    Link,
    Matter,
    Meeting,
    Passage,
    Reading,
    Request,
    Response,
    Site,
    Step,
    attending,
    following,
    marks,
)
from watcher.platforms.legistar import ids
from watcher.platforms.legistar.grids import Grid, Row, address, field, grid, place, seen, written

FILE = ("file #", "record #", "file number", "matter #", "file")
TEXT_OF = "legislation-text:"
DOCUMENT_FIELDS = re.compile(r"_hyp(?:Agenda|Accessible|Minutes|Packet|Notice|Extra|Video|Summary)\w*$")
CONSENT_ENDS = re.compile(
    r"\b(regular|non-?consent|action items?|public hearings?|hearings?|discussion|new business|old business|unfinished"
    r"|reports?|communications?|presentations?|public comment|removed from|pulled from|executive session|closed session"
    r"|closing|adjourn\w*|end of consent)\b",
    re.IGNORECASE,
)


def is_meeting(page: BeautifulSoup) -> bool:
    """Whether this is MeetingDetail.aspx."""
    return field(page, "hypName", "lblName", "hypBody") is not None and field(page, "lblDate", "lblDate2") is not None


def is_legislation(page: BeautifulSoup) -> bool:
    """Whether this is LegislationDetail.aspx."""
    return field(page, "lblFile2") is not None


def is_history(page: BeautifulSoup) -> bool:
    """Whether this is HistoryDetail.aspx: one action on one file."""
    return field(page, "lblAction", "lblActionText", "lblAction2") is not None


# ------------------------------------------------------------------------------------------------------ meetings


def read_meeting(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """MeetingDetail.aspx: the meeting, its items and what hangs on them."""
    agenda = grid(page, "gridMain", response.url)
    if agenda is None:
        raise LayoutChanged("the meeting's page has no list of items", url=response.url)
    meeting = meeting_of(page, site, response)
    items = items_of(agenda, meeting)
    matters = tuple(unique_matters(agenda))
    return Reading(
        document=Document(response.url, f"{meeting.body}, {when(page)}", "meeting", notes(page)),
        meetings=(meeting,),
        items=items,
        matters=matters,
        follow=following.from_meeting(meeting, items, matters, site),
        proof=agenda.proof,
    )


def when(page: BeautifulSoup) -> str:
    """Date and time as the page writes them."""
    return " ".join(filter(None, (seen(field(page, "lblDate", "lblDate2")), seen(field(page, "lblTime", "lblTime2")))))


def meeting_of(page: BeautifulSoup, site: Site, response: Response) -> Meeting:
    """The meeting in the page's head."""
    day = marks.read_date(when(page))
    if day is None:
        raise LayoutChanged("the meeting's page has no readable date", url=response.url)
    listed = response.request.meeting
    start = marks.start_of(day, marks.read_time(when(page)), site.jurisdiction.time_zone)
    where = field(page, "lblLocation", "lblLocation2")
    message = seen(field(page, "lblMessage", "lblComment"))
    agenda_status = seen(field(page, "lblAgendaStatus", "lblAgendaStatus2"))
    status = marks.status_of(start, response.fetched_at, seen(where), message, agenda_status, when(page))
    return Meeting(
        id=ids.meeting_id(response.url) or (listed.id if listed else response.url),
        body=seen(field(page, "hypName", "lblName", "hypBody")) or (site.body or ""),
        title=message or (listed.title if listed else ""),
        start=start,
        status=status,
        location=place(where),
        attend=attending.told(place(where), written(field(page, "lblMessage", "lblComment"))),
        url=response.url,
        documents=documents(page, response.url, marks.revised_mark(agenda_status, seen(where), message)),
    )


def documents(page: BeautifulSoup, base: str, revised: str | None) -> tuple[Link, ...]:
    """The published documents in the head of a meeting's page (hypAgenda, hypAgendaPacket, hypMinutes, hypExtra1 …)."""
    found: dict[str, Link] = {}
    for link in page.find_all("a", id=DOCUMENT_FIELDS):
        if url := address(link, base):
            identity, kind = ids.link_id(url) or url, ids.document_kind(field_name(link), url)
            mark = marks.revised_mark(seen(link)) or (revised if kind in ("agenda", "packet") else None)
            found.setdefault(identity, Link(identity, url, seen(link), kind, mark))
    for link in linked(field(page, "lblAttachments2", "tblAttachments2", "tblAttachments"), base):
        found.setdefault(link.id, link)
    return tuple(found.values())


def field_name(link: Tag) -> str:
    """A field's name out of its id: AgendaPacket of …_hypAgendaPacket; a council's own extra ones by their words."""
    name = str(link["id"]).rpartition("_hyp")[2]
    return seen(link) if name.startswith("Extra") else name


def notes(page: BeautifulSoup) -> tuple[Passage, ...]:
    """What the head says in words of its own: the clerk's message."""
    message = written(field(page, "lblMessage", "lblComment"))
    return (Passage(message, key="message"),) if message else ()


def items_of(agenda: Grid, meeting: Meeting) -> tuple[AgendaItem, ...]:
    """Every row as an item. A row that only heads a section also names the section of those below it."""
    items: list[AgendaItem] = []
    twins: Counter[str] = Counter()
    section, consent = "", False
    for order, row in enumerate(agenda.rows, start=1):
        title, name, file = row.text("title", "description"), row.text("name"), row.text(*FILE)
        words = title or name or seen(next(iter(row.cells.values()), None))
        heads = is_heading(row, words)
        if heads:
            consent = (consent or "consent" in words.lower()) and not CONSENT_ENDS.search(words)
        key = file or hashlib.sha256(" ".join(words.lower().split()).encode()).hexdigest()[:12]
        twins[key] += 1
        items.append(
            AgendaItem(
                id=f"{meeting.id}/{key}" + (f"#{twins[key]}" if twins[key] > 1 else ""),
                meeting=meeting.id,
                order=order,
                number=row.text("agenda #", "agenda number", "item #", "item", "#"),
                title=words,
                text=name if name and name != words else "",
                matter=file or None,
                action=action_of(row),
                section="" if heads else section,
                consent=consent or ("consent" in row.text("type", "consent").lower()),
                attachments=tuple(attachments(row)),
            )
        )
        if heads:
            section = words
    return tuple(items)


def is_heading(row: Row, words: str) -> bool:
    """A row without file, type and action, in few words, heads a section ("CONSENT AGENDA", "Call to Order")."""
    if row.text(*FILE) or row.text("type") or row.text("action"):
        return False
    return bool(words) and len(words.split()) <= 12 and not words.rstrip().endswith((".", ";"))


def action_of(row: Row) -> str:
    """What was done and with which result: "approved (Pass)"; "" before the meeting."""
    action, result = row.text("action"), row.text("result")
    return f"{action} ({result})" if action and result else action or result


def attachments(row: Row) -> list[Link]:
    """Documents linked from an item's own row."""
    links = ((label, url, ids.link_id(url) or "") for label, url in row.links())
    return [Link(identity, url, label) for label, url, identity in links if identity.startswith("F:")]


def unique_matters(agenda: Grid) -> list[Matter]:
    """The matters on an agenda, each once."""
    found: dict[str, Matter] = {}
    for row in agenda.rows:
        if file := row.text(*FILE):
            title = row.text("title", "description") or row.text("name")
            matter = Matter(file, file, row.text("type"), title, row.text("status"), row.link(*FILE))
            found.setdefault(file, matter)
    return list(found.values())


# ---------------------------------------------------------------------------------------------------- legislation


def read_legislation(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """LegislationDetail.aspx: the matter, its history, its attachments and, on its Text tab, its text."""
    matter = matter_of(page, site, response)
    if not matter.title and not matter.kind:
        raise EmptyReading("the legislation's page names a file and says nothing of it", url=response.url)
    if response.request.stable_key.startswith(TEXT_OF):
        return read_text(matter, response)
    meeting, plain = response.request.meeting, replace(matter, history=(), attachments=(), text="")
    follow: list[Request] = []
    if "legislation" in site.follow and not matter.text:
        follow.append(text_tab(plain, meeting, response))
    if "attachments" in site.follow:
        follow += [following.attachment(link, meeting, plain, (matter.title,)) for link in matter.attachments]
    return Reading(
        document=Document(response.url, f"{matter.file} {matter.title}".strip(), "legislation", summary(page)),
        matters=(matter,),
        follow=following.bounded(follow),
    )


def text_tab(matter: Matter, meeting: Meeting | None, response: Response) -> Request:
    """The same page with its Text tab open, which InSite loads only when asked (FullText=1)."""
    glue = "&" if "?" in response.url else "?"
    page = following.legislation(replace(matter, url=f"{response.url}{glue}FullText=1"), meeting, matter.title)
    return replace(page, why=f"text of {matter.file}", stable_key=f"{TEXT_OF}{matter.file}", optional=True)


def read_text(matter: Matter, response: Response) -> Reading:
    """The Text tab alone: the rest of the page was read where it was listed."""
    passages = tuple(Passage(line, ("Text",)) for line in matter.text.splitlines())
    document = Document(response.url, f"{matter.file} {matter.title}".strip(), "legislation", passages)
    return Reading(document, proof=None if passages else "the file is shown and has no text")


def matter_of(page: BeautifulSoup, site: Site, response: Response) -> Matter:
    """The matter in the page's head."""
    file = seen(field(page, "lblFile2"))
    return Matter(
        id=file,
        file=file,
        kind=seen(field(page, "lblType2")),
        title=seen(field(page, "lblTitle2")) or seen(field(page, "lblName2")),
        status=seen(field(page, "lblStatus2")),
        url=response.url,
        history=history(page, site, response.url),
        attachments=linked(field(page, "lblAttachments2", "tblAttachments2", "tblAttachments"), response.url),
        text=written(field(page, "divText", "lblText2", "pageText")),
    )


def history(page: BeautifulSoup, site: Site, base: str) -> tuple[Step, ...]:
    """The matter's way so far, oldest first as far as dates tell. A matter just filed has none."""
    table = page.find("table", id="ctl00_ContentPlaceHolder1_gridLegislation_ctl00")
    if not isinstance(table, Tag) or not table.find("tr", class_=("rgRow", "rgAltRow")):
        return ()
    listing = grid(page, "gridLegislation", base)
    steps = [step_of(row, site.jurisdiction.time_zone) for row in (listing.rows if listing else ())]
    return tuple(sorted(steps, key=lambda step: step.date.timestamp() if step.date else math.inf))


def step_of(row: Row, zone: str) -> Step:
    """One row of a matter's history."""
    return Step(
        date=marks.start_of(marks.read_date(row.text("date")), None, zone),
        body=row.text("action by", "body"),
        action=row.text("action"),
        result=row.text("result"),
    )


def linked(holder: Tag | None, base: str) -> tuple[Link, ...]:
    """The attachments of a matter: name and stable id, never the address a link is redirected to."""
    found: dict[str, Link] = {}
    for link in holder.find_all("a") if holder else ():
        if url := address(link, base):
            identity = ids.link_id(url) or url
            found.setdefault(identity, Link(identity, url, seen(link)))
    return tuple(found.values())


def summary(page: BeautifulSoup) -> tuple[Passage, ...]:
    """Labelled words of the page that a matter has no place for. Sponsors come and go and are left out."""
    fields = (("Name", "lblName2"), ("Summary", "lblSummary2"), ("Enactment", "lblEnactmentNumber2"))
    texts = [(label, seen(field(page, name))) for label, name in fields]
    title = seen(field(page, "lblTitle2"))
    return tuple(Passage(text, (label,), key=label.lower()) for label, text in texts if text and text != title)


def read_history(page: BeautifulSoup, response: Response) -> Reading:
    """HistoryDetail.aspx: what was done with one file at one meeting. Who voted how is left out: no person is a subject."""
    fields = (
        ("File", ("hypFile", "lblFile")),
        ("Title", ("lblTitle",)),
        ("Action", ("lblAction", "lblAction2")),
        ("Action text", ("lblActionText",)),
        ("Result", ("lblResult", "lblResult2")),
        ("Agenda note", ("lblAgendaNote",)),
        ("Minutes note", ("lblMinutesNote",)),
    )
    texts = [(label, written(field(page, *names))) for label, names in fields]
    passages = tuple(Passage(text, (label,), key=label.lower()) for label, text in texts if text)
    if not passages:
        raise EmptyReading("the action's page says nothing", url=response.url)
    return Reading(Document(response.url, dict(texts)["Title"] or "Action", "legislation", passages))
