"""Drupal's pages: views as tables, lists and month calendars; pages of dated papers; one meeting's own page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from bs4 import BeautifulSoup
from bs4.element import Tag

from watcher.platforms import (
    LayoutChanged,
    Link,
    Meeting,
    Reading,
    Request,
    Response,
    Site,
    following,
    marks,
    pages,
    shelves,
)
from watcher.reading.papers import file_name, host, is_paper, is_screen
from watcher.reading.rows import Anchor, rows_of

MARK = re.compile(
    rb"drupal|/sites/(?:default|all|[\w.-]+)/(?:files|themes|modules)/|views-(?:row|field|table)", re.IGNORECASE
)
ENTRIES = (
    ".view-item",
    "table.views-table tr",
    ".view-content table tr",
    ".views-row",
    "article[class*='node--type-']",
    ".view-content > article, .view-content > div, .view-content > ul > li",
)
MOST_LINKS = 6  # of one entry: a box around many entries is none
OWN = (".region-content", "#block-system-main", "main", "[role=main]", "#content", "article")
EVENT_PATH = re.compile(r"/(?:events?|event-popup|meetings?|calendar|agendas?|node|hearing)[/\d-]", re.IGNORECASE)
LEADS_ON = re.compile(r"\A(?:view|read|see|more|full)? ?(?:details?|more|event|meeting)?\W*\Z", re.IGNORECASE)
WHEN = "time, [class*=date], [class*=time], [class*=when]"
NOT_WHEN = re.compile(r"publish|updat|posted|submitted|created|timeline", re.IGNORECASE)
WHERE = (
    "[class*=field][class*=location] .field-item, [class*=field][class*=location], [class*=location-info],"
    " [class*=event][class*=location]"
)
DAY = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)")
TITLES = frozenset({"meeting", "event", "title", "name", "event title", "meeting name", "meeting title", "event name"})
BODIES = frozenset({"body", "board", "committee", "commission", "department", "group", "board/commission"})
PLACES = frozenset({"location", "place", "where", "venue", "meeting location", "event location"})


@dataclass(slots=True)
class Entry:
    """One entry of a view: its words, links, table cells and machine-readable moments."""

    text: str
    anchors: list[Anchor]
    cells: dict[str, str]
    stamps: list[str]
    heading: str


def read(site: Site, response: Response) -> Reading:
    """What a page says. LayoutChanged where it is no Drupal page, EmptyReading where it proves nothing."""
    page = pages.page_of(response)
    if not MARK.search(response.body):
        raise LayoutChanged(
            "no mark of Drupal (sites/default/files, views, settings) is on this page", url=response.url
        )
    if response.request.kind == "meeting" and response.request.meeting:
        return read_meeting(page, response.request.meeting, site, response)
    more, said = next_pages(page, response), nothing(page)
    meetings: dict[str, Meeting] = {}
    told: dict[str, str] = {}
    for meeting, lines in listed(page, site, response):
        meetings.setdefault(meeting.id, meeting)
        told |= dict.fromkeys(lines, meeting.id)
    shelf = shelves.shelf_of(page, site, response)
    filed = {link.id for meeting in meetings.values() for link in meeting.documents}
    rest = [meeting for meeting in shelf.meetings if not filed & {link.id for link in meeting.documents}]
    loose = tuple(link for link in shelf.loose if link.id not in filed)
    others = tuple(link for link in shelf.others if link.id not in filed)
    shelf = shelves.Shelf((*meetings.values(), *rest), loose, {**shelf.told, **told}, others)
    days = {meeting.start.date() for meeting in rest if meeting.start}
    if not meetings and len(days) < 2 and (node := of_node(page, site, response)):
        return read_meeting(page, node, site, response)
    reading = shelves.listing(shelf, site, response, own_part(page), proof=said if not shelf.meetings else None)
    return replace(reading, follow=(*reading.follow, *more))


def listed(page: BeautifulSoup, site: Site, response: Response) -> Iterator[tuple[Meeting, list[str]]]:
    """The entries of the page's views that are meetings, each with the lines that tell of it.

    An entry is taken out of the page: what is left is read as a text.
    """
    for selector in ENTRIES:
        found = page.select(selector)
        if (selector.startswith("article") or ">" in selector) and len(found) < 2:
            continue  # one node alone is the page itself
        for tag in found:
            if tag.decomposed or tag.find_parent(("nav", "header", "footer")):
                continue
            if ">" in selector and len(tag.select("a[href]")) > MOST_LINKS:
                continue
            entry = entry_of(tag, response)
            if meeting := meeting_of(entry, tag, site, response):
                lines = [entry.text, *(row.text for row in rows_of(tag, response.url))]
                yield meeting, [shelves.folded(line) for line in lines]
                tag.decompose()


def entry_of(tag: Tag, response: Response) -> Entry:
    """One entry, with the column headers of its table."""
    table = tag.find_parent("table") if tag.name == "tr" else None
    heads = [pages.seen(cell) for cell in table.select("thead th, tr:first-child th")] if isinstance(table, Tag) else []
    cells: dict[str, str] = {}
    anchors: list[Anchor] = []
    for at, cell in enumerate(tag.find_all(("td", "th"), recursive=False) if tag.name == "tr" else []):
        header = str(cell.get("data-th") or (heads[at] if at < len(heads) else "") or field_of(cell))
        cells[header.strip().lower()] = pages.seen(cell)
        anchors += [Anchor(label, url, header, pages.seen(cell)) for label, url in pages.links(cell, response.url)]
    if not cells:
        anchors = [anchor for row in rows_of(tag, response.url) for anchor in row.anchors]
    title = tag.select_one("h2, h3, h4, .views-field-title, .title, [class*=event][class*=title]")
    return Entry(pages.seen(tag), anchors, cells, list(stamps_of(tag)), pages.seen(title))


def field_of(cell: Tag) -> str:
    """The field's name in the class of a cell ("views-field-field-packets": packets)."""
    name = next((name for name in pages.classes(cell) if name.startswith("views-field-")), "")
    return name.removeprefix("views-field-").removeprefix("field-").replace("-", " ")


def stamps_of(tag: Tag) -> Iterator[str]:
    """Moments that an entry writes for machines; a day of the month's grid comes last."""
    for inner in tag.select(
        "time[datetime], [content][property*=date], .date-display-single[content], .date-display-start"
    ):
        stamp = str(inner.get("datetime") or inner.get("content") or "")
        if DAY.match(stamp):
            yield stamp
    day = tag if tag.name == "td" else tag.find_parent("td")
    if isinstance(day, Tag):
        for told in (day.get("date-date"), day.get("data-date"), day.get("id")):
            if told and (found := DAY.search(str(told))):
                yield found[1]


def meeting_of(entry: Entry, tag: Tag, site: Site, response: Response) -> Meeting | None:
    """One entry as a meeting, or None: news and forms have dates too."""
    zone = site.jurisdiction.time_zone
    start, end = times_of(entry, zone)
    documents = tuple(documents_of(entry, response))
    page = own_page(entry, response)
    title = next((entry.cells[name] for name in TITLES if entry.cells.get(name)), "") or entry.heading
    title = title or next((anchor.label for anchor in entry.anchors if anchor.label and anchor.url == page), "")
    sitting = shelves.SITTING.search(f"{title} {entry.text[:400]}") or any(
        shelves.SITTING.search(name) for name in entry.cells
    )
    papers = any(link.kind in shelves.FOR_MEETINGS for link in documents)
    if start is None or not (papers or (page and (sitting or EVENT_PATH.search(page)))):
        return None
    body = next((entry.cells[name] for name in BODIES if entry.cells.get(name)), "")
    place = next((entry.cells[name] for name in PLACES if entry.cells.get(name)), "")
    place = place or pages.seen(tag.select_one("[class*=location], [class*=venue], .street-block"))
    name = pages.split(page).path if page else f"{start:%F}:{shelves.slug(title or body)}"
    return Meeting(
        id=name if not page or not pages.split(page).query else f"{name}?{pages.split(page).query}",
        body=site.body or body,
        title=title,
        start=start,
        end=end,
        status=marks.status_of(start, response.fetched_at, title, place, entry.text[:400]),
        location=place,
        url=page,
        documents=documents,
    )


def times_of(entry: Entry, zone: str) -> tuple[datetime | None, datetime | None]:
    """Start and end. What the page shows stands before the stamps, whose offsets installations get wrong."""
    shown = " ".join(
        entry.cells.get(name, "") for name in entry.cells if "date" in name or "time" in name or name == "when"
    )
    day = marks.read_date(shown) or marks.read_date(entry.text)
    moments = [at for stamp in entry.stamps if (at := marks.instant(stamp, zone))]
    if day is None:
        day = moments[0].date() if moments else None
    words = re.sub(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}", " ", shown or entry.text)
    clocks = [clock for part in re.split(r"\bto\b|[-–—]", words) if (clock := marks.read_time(part))]
    start = marks.start_of(day, clocks[0] if clocks else None, zone)
    if start and not clocks and moments and "T" in entry.stamps[0] and moments[0].date() == day:
        start = moments[0]
    end = marks.start_of(day, clocks[1], zone) if len(clocks) > 1 else None
    return start, end if end and start and end > start else None


def own_page(entry: Entry, response: Response) -> str | None:
    """The entry's own page: a link of the site that is no document, the one with the title or "Details" first."""
    found = [
        anchor
        for anchor in entry.anchors
        if host(anchor.url) == host(response.url)
        and not is_paper(anchor.url)
        and not is_screen(anchor.url)
        and not (marks.document_kind(anchor.header) != "other" and marks.document_kind(anchor.label) != "other")
    ]
    ranked = sorted(found, key=lambda anchor: not (EVENT_PATH.search(anchor.url) or LEADS_ON.match(anchor.label)))
    return ranked[0].url if ranked else None


def documents_of(entry: Entry, response: Response) -> Iterator[Link]:
    """What is published for an entry: files, recordings, and pages in a column of agendas or minutes."""
    seen: set[str] = set()
    for anchor in entry.anchors:
        kind = marks.document_kind(anchor.header, anchor.label, file_name(anchor.url))
        published = is_paper(anchor.url) or is_screen(anchor.url)
        if not published and marks.document_kind(anchor.header) == "other":
            continue
        if kind == "other":
            kind = "attachment"
        link = shelves.link_of(anchor, kind, response, ())
        if link.id not in seen:
            seen.add(link.id)
            yield link


def read_meeting(page: BeautifulSoup, meeting: Meeting, site: Site, response: Response) -> Reading:
    """One meeting's page: what is published for it. What is known of it stands."""
    own = own_part(page)
    filed = dict(fields_of(own, response))
    papers = shelves.papers_in(own, response)
    papers = tuple(replace(p, kind=filed.get(p.url, p.kind)) if p.kind == "attachment" else p for p in papers)
    meeting = replace(meeting, documents=papers)
    document = shelves.text_of(shelves.Shelf((), (), {}), response, "meeting")
    document = replace(document, title=meeting.title or document.title)
    return Reading(document, meetings=(meeting,), follow=following.from_meeting(meeting, (), (), site))


def fields_of(own: Tag, response: Response) -> Iterator[tuple[str, str]]:
    """(address, kind) of each file in a field that is named after a kind: "Agendas" above, or in its class."""
    for field in own.select(".field, [class*=field--name-]"):
        label = pages.seen(field.select_one(".field--label, .field__label, .field-label"))
        named = " ".join(name for name in pages.classes(field) if "name-" in name)
        if (kind := marks.document_kind(label, named)) != "other":
            yield from ((url, kind) for _, url in pages.links(field, response.url))


def of_node(page: BeautifulSoup, site: Site, response: Response) -> Meeting | None:
    """A meeting by its own page: the heading speaks of a sitting, and one date field stands below it."""
    own, heading = own_part(page), page.select_one("h1")
    title, zone = pages.seen(heading) or pages.seen(page.title), site.jurisdiction.time_zone
    path = pages.split(response.url).path
    fields = [tag for tag in own.select(WHEN) if not NOT_WHEN.search(" ".join(pages.classes(tag)))]
    told = [pages.seen(tag) for tag in fields] if EVENT_PATH.search(f"{path}/") else []
    told += [pages.seen(tag) for tag in own.select("[class*=date] time, [class*=field][class*=date]")]
    shown = next((text for text in told if marks.read_date(text)), title)
    clocks = (marks.read_time(re.sub(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}", " ", text)) for text in (shown, *told))
    start = marks.start_of(marks.read_date(shown), next(filter(None, clocks), None), zone)
    if start is None or not shelves.SITTING.search(f"{title} {path}"):
        return None
    place = pages.seen(own.select_one(WHERE))
    return Meeting(
        id=pages.split(response.url).path,
        body=site.body or "",
        title=title,
        start=start,
        status=marks.status_of(start, response.fetched_at, title, place),
        location=place,
        url=response.url,
    )


def own_part(page: BeautifulSoup) -> Tag:
    """The page without its menus, where the theme marks the content."""
    return next((tag for place in OWN if (tag := page.select_one(place))), page)


def nothing(page: BeautifulSoup) -> str | None:
    """A view's own words that it is empty, or None."""
    return pages.seen(page.select_one(".view-empty")) or None


def next_pages(page: BeautifulSoup, response: Response) -> tuple[Request, ...]:
    """The view's next page, where it has one: the first three hold what is ahead."""
    link = page.select_one("li.pager-next a, li.pager__item--next a, a[rel=next]")
    url = pages.address(link, response.url)
    number = pages.parameter(url or "", "page")
    if not url or host(url) != host(response.url) or not number.isdigit() or int(number) > 2:
        return ()
    return (Request(url, why=f"page {int(number) + 1} of the list", stable_key=f"page:{number}", optional=True),)
