"""XML-ActiveMeetings: the whole archive with categories and items in one feed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from watcher.platforms import (
    AgendaItem,
    Document,
    EmptyReading,
    LayoutChanged,
    Meeting,
    Passage,
    Reading,
    Response,
    Site,
    Unreadable,
    attending,
    following,
    marks,
    outline,
    pages,
)
from watcher.platforms.boarddocs import asking

MEETING = re.compile(r"<meeting\b.*?</meeting>", re.DOTALL)
NUMBERED = re.compile(r"^((?:[A-Z]{1,2}|[IVXL]{1,5}|\d{1,3}(?:\.\d{1,3})*)[.)]|\d{1,3}(?:\.\d{1,3})+)\s+(?=\S)")


def read(site: Site, response: Response) -> Reading:
    """The meetings of the feed and their items. Unreadable for half a feed."""
    text = pages.decoded(response)
    blocks = MEETING.findall(text)
    if "</meetings>" not in text and not re.search(r"<meetings\s*/>", text):
        raise Unreadable("the feed stops half way: its end is missing", url=response.url)
    if len(blocks) != len(re.findall(r"<meeting[\s>]", text)):
        raise Unreadable("a meeting of the feed has no end", url=response.url)
    if not blocks:
        raise EmptyReading("the feed holds no meeting", url=response.url)
    root = asking.root_of(response.url)
    meetings: list[Meeting] = []
    items: list[AgendaItem] = []
    passages: list[Passage] = []
    committees: dict[str, str] = {}
    for tree in trees(blocks):
        meeting = meeting_of(tree, site, response)
        meetings.append(meeting)
        committees[meeting.id] = str(tree.get("bodyid") or "")
        items += items_of(tree, meeting.id)
        passages += bare_categories(tree, meeting)
    if not any(meeting.start for meeting in meetings):
        raise LayoutChanged("no meeting of the feed has a readable date", url=response.url)
    near = following.by_nearness(meetings, response.fetched_at)
    follow = [asking.printed(root, committees[meeting.id], meeting) for meeting in near]
    return Reading(
        document=Document(response.url, "Meetings", "listing", tuple(passages)),
        meetings=tuple(meetings),
        items=tuple(items),
        follow=following.bounded(follow),
    )


def trees(blocks: list[str]) -> Iterator[etree._Element]:
    """Each meeting as a tree of its own: clerks' mark-up breaks one, and must not take the others along."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    for block in blocks:
        tree = etree.fromstring(block.encode(), parser)
        if tree is not None and tree.get("id"):
            yield tree


def text_of(tree: etree._Element, path: str) -> str:
    """The text of one field in one line."""
    found = tree.find(path)
    return " ".join("".join(str(part) for part in found.itertext()).split()) if found is not None else ""


def meeting_of(tree: etree._Element, site: Site, response: Response) -> Meeting:
    """One meeting; its time of day only where the clerk wrote it into name or description."""
    name, told = text_of(tree, "name"), text_of(tree, "description")
    day = marks.read_date(text_of(tree, "start/date")) or marks.read_date(text_of(tree, "start/english/date"))
    start = marks.start_of(day, marks.read_time(name) or marks.read_time(told), site.jurisdiction.time_zone)
    ident = str(tree.get("id"))
    return Meeting(
        id=ident,
        body=str(tree.get("bodyname") or "").strip() or site.body or "",
        title=name,
        start=start,
        attend=attending.told(told),
        status=marks.status_of(start, response.fetched_at, name, told[:200]),
        location=told if len(told) < 200 and marks.read_date(told) is None and "://" not in told else "",
        url=text_of(tree, "link") or f"{asking.root_of(response.url)}/goto?open&id={ident}",
    )


def items_of(tree: etree._Element, meeting: str) -> tuple[AgendaItem, ...]:
    """The items of a meeting, each under its category."""
    agenda = outline.Outline(meeting)
    for category in tree.iterfind("category"):
        agenda.head(text_of(category, "name"))
        for item in category.iterfind(".//item"):
            number, title = parted(text_of(item, "name"))
            kind = text_of(item, "actiontype")
            voted_together = asking.CONSENT.search(kind) is not None
            ident = str(item.get("id") or "")
            agenda.add(title, depth=1, number=number, ident=ident, text=kind, consent=voted_together)
    return agenda.items()


def parted(name: str) -> tuple[str, str]:
    """(number, title) of "A. Education Session"."""
    found = NUMBERED.match(name)
    return (found[1], name[found.end() :]) if found else ("", name)


def bare_categories(tree: etree._Element, meeting: Meeting) -> Iterator[Passage]:
    """Categories without items, which are business themselves ("2. Roll Call")."""
    for category in tree.iterfind("category"):
        if category.find(".//item") is None and (name := text_of(category, "name")):
            day = meeting.start.date().isoformat() if meeting.start else ""
            yield Passage(name, (f"{meeting.title}, {day}",), key=str(category.get("id") or ""))
