"""adaHtmlDocument: a meeting's agenda as a web page, with the attachments of its items."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

from watcher.platforms import (
    Document,
    EmptyReading,
    Link,
    Meeting,
    Reading,
    Response,
    Site,
    attending,
    following,
    marks,
    outline,
    pages,
)
from watcher.platforms.municode_meetings import ids

BODY = re.compile(r"\b(?:council|commission|board|committee|authority|trustees|meeting|session)\b", re.IGNORECASE)
SECTION, ITEMS, ATTACHMENTS = "section.agenda-section", "agenda-items", "agenda_item_attachments"


def is_agenda(page: BeautifulSoup, url: str) -> bool:
    """Whether this is an agenda as a web page."""
    return page.select_one(f"{SECTION}, .ap-agenda") is not None or ids.html_agenda(url) is not None


def read(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """The meeting and its items. Raises EmptyReading where the agenda has no section."""
    if page.select_one(SECTION) is None:
        raise EmptyReading("the agenda has no section (agenda-section)", url=response.url)
    meeting = meeting_of(page, site, response)
    rows = outline.Outline(meeting.id)
    for section in page.select(SECTION):
        read_section(section, rows, response.url)
    items = rows.items()
    follow = (r for r in following.from_meeting(meeting, items, (), site) if r.url != response.url)
    return Reading(
        document=Document(response.url, meeting.title or meeting.body, "meeting"),
        meetings=(meeting,),
        items=items,
        follow=ids.keyed(follow),
    )


def meeting_of(page: BeautifulSoup, site: Site, response: Response) -> Meeting:
    """The meeting as the lines above the first section tell of it."""
    listed = response.request.meeting
    lines = head_lines(page)
    day = next(filter(None, map(marks.read_date, lines)), None)
    clock = next(filter(None, map(marks.read_time, lines)), None)
    start = marks.start_of(day, clock, site.jurisdiction.time_zone) or (listed.start if listed else None)
    if listed and listed.start and start and listed.start.date() == start.date():
        start = listed.start  # the head may name the hour of a closed session before
    heading = pages.seen(page.select_one("h1")) or next((line for line in lines if BODY.search(line)), "")
    title = (listed.title if listed else "") or heading
    return Meeting(
        id=(listed.id if listed else "") or ids.html_agenda(response.url) or response.url,
        body=site.body or (listed.body if listed else "") or heading,
        title=title,
        start=start,
        status=marks.status_of(start, response.fetched_at, title, *lines),
        location=listed.location if listed else "",
        attend=attending.both(listed.attend if listed else "", attending.told(*lines)),
        url=response.url,
        documents=documents_of(page, response.url, marks.revised_mark(*lines)),
    )


def head_lines(page: BeautifulSoup) -> list[str]:
    """The lines between the top of the page and its first section."""
    first = page.select_one(SECTION)
    texts = reversed(first.find_all_previous(string=True)) if first else ()
    lines = (
        " ".join(str(text).split())
        for text in texts
        if type(text) is NavigableString and text.find_parent(["script", "style", "title"]) is None
    )
    return [line for line in lines if line][:40]


def documents_of(page: BeautifulSoup, base: str, revised: str | None) -> tuple[Link, ...]:
    """The agenda that this page is, and the files of it where the page links them."""
    own_id = ids.link_id(base) or base
    found = {own_id: Link(own_id, base, "Agenda", "agenda", revised)}
    for label, url in pages.links(page, base):
        if ids.link_id(url) and ids.meeting_id(url) and not ids.html_agenda(url):
            link = ids.published(label, url, "")
            mark = link.revised or (revised if link.kind in ("agenda", "packet") else None)
            found.setdefault(link.id, Link(link.id, url, label, link.kind, mark))
    return tuple(found.values())


def read_section(section: Tag, rows: outline.Outline, base: str) -> None:
    """A section's heading, then its items with their attachments."""
    for tag in section.find_all(["h1", "h2", "h3", "h4", "li"]):
        classes = pages.classes(tag)
        if tag.find_parent(class_=ATTACHMENTS):
            for label, url in pages.links(tag, base):
                rows.attach(Link(ids.link_id(url) or url.partition("?")[0], url, label))
        elif tag.name == "li" and tag.find_parent(class_=ITEMS):
            add(tag, rows, len(tag.find_parents(class_=ITEMS)))
        elif "section-header" in classes or (tag.name != "li" and not tag.find_parent("li")):
            add(tag, rows, 0)


def add(tag: Tag, rows: outline.Outline, depth: int) -> None:
    """One heading or item: its number, its first paragraph as the title, the others below it."""
    number = pages.seen(tag.select_one("num"))
    paragraphs = [own(part) for part in tag.find_all("p") if nearest(part) is tag] or [own(tag)]
    lines = [line for line in paragraphs if line and line != number]
    if not lines:
        return
    title = lines[0].removeprefix(number).strip() or lines[0]
    rows.add(title, depth=depth, number=number.rstrip("."), text="\n".join(lines[1:]))


def nearest(tag: Tag) -> Tag | None:
    """The heading or item that a paragraph belongs to."""
    return tag.find_parent(["li", "h1", "h2", "h3", "h4"])


def own(tag: Tag) -> str:
    """A tag's text without the lists inside it."""
    texts = (
        text for text in tag.find_all(string=True) if text.find_parent(["ul", "ol"]) is tag.find_parent(["ul", "ol"])
    )
    return " ".join(" ".join(texts).split())
