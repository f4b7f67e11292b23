"""Requests for what a reading found, in the order of its worth: meetings ahead before meetings past, nearest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from watcher.model import AgendaItem, Link, Matter, Meeting, Request, Site
from watcher.reading import pages

BACK = timedelta(days=10)  # minutes and late documents come within days
MOST = 60  # requests from one reading

WORD_OF = {"agenda": "agendas", "packet": "packets", "minutes": "minutes"}


def by_nearness(meetings: Iterable[Meeting], now: datetime) -> list[Meeting]:
    """Meetings from ten days ago onwards: those ahead first, each side nearest first."""
    dated = [(meeting.start, meeting) for meeting in meetings if meeting.start and meeting.start >= now - BACK]
    ahead = sorted((pair for pair in dated if pair[0] >= now), key=lambda pair: pair[0])
    past = sorted((pair for pair in dated if pair[0] < now), key=lambda pair: pair[0], reverse=True)
    return [meeting for _, meeting in ahead + past]


def own_page(meeting: Meeting) -> Request | None:
    """The page that a meeting's `url` names, where it has one."""
    return page_of(meeting, meeting.url) if meeting.url else None


def agenda_page(meeting: Meeting) -> Request | None:
    """The agenda that is a page at the meeting's `url`. Its refusal is no failure where it is published as a file too."""
    also_a_file = any(link.kind == "agenda" and link.url != meeting.url for link in meeting.documents)
    page = own_page(meeting)
    return replace(page, optional=also_a_file) if page else None


def from_listing(
    meetings: Sequence[Meeting], site: Site, now: datetime, page: Callable[[Meeting], Request | None] = own_page
) -> tuple[Request, ...]:
    """Each near meeting's own page, then its documents. `page` says where a vendor's data of a meeting is, if not at `url`."""
    found: list[Request] = []
    for meeting in by_nearness(meetings, now):
        if request := page(meeting):
            found.append(request)
        found.extend(documents_of(meeting, site))
    return bounded(found)


def page_of(meeting: Meeting, url: str, *, headers: tuple[tuple[str, str], ...] = ()) -> Request:
    """The page (or JSON) that tells of one meeting."""
    return Request(
        url,
        headers=headers,
        kind="meeting",
        why=f"meeting of {meeting.body}" if meeting.body else f"meeting {meeting.title}",
        title=meeting.body or meeting.title,
        stable_key=f"meeting:{meeting.id}",
        meeting=bare(meeting),
    )


def documents_of(meeting: Meeting, site: Site) -> Iterator[Request]:
    """The published documents that the site follows: one agenda, a packet only without an agenda, minutes once over.

    What is the meeting's own page is asked for as such, not as a document once more.
    """
    published: dict[str, Link] = {}
    for link in sorted(meeting.documents, key=lambda link: link.url == meeting.url):
        published.setdefault(link.kind, link)  # the official one stands before its accessible twin
    for kind, word in WORD_OF.items():
        if kind not in published or word not in site.follow:
            continue
        link = published[kind]
        if link.url == meeting.url:
            continue
        if kind == "packet" and "agenda" in published and "agendas" in site.follow:
            continue
        if link.url == meeting.url:
            continue  # it is read as the meeting's own page
        yield Request(
            link.url,
            kind=kind,
            why=f"{kind} of {meeting.body}" if meeting.body else kind,
            title=f"{link.title or kind.title()}, {meeting.body}" if meeting.body else link.title,
            stable_key=link.id,
            meeting=bare(meeting),
        )


def hung_on(meeting: Meeting) -> Iterator[Request]:
    """Attachments of the meeting as a whole."""
    for link in meeting.documents:
        if link.kind == "attachment":
            yield attachment(link, bare(meeting), None, ())


def from_meeting(
    meeting: Meeting, items: Sequence[AgendaItem], matters: Sequence[Matter], site: Site
) -> tuple[Request, ...]:
    """The meeting's documents, then legislation and attachments of its items."""
    found = list(documents_of(meeting, site))
    titles = {item.matter: item.title for item in items if item.matter}
    if "legislation" in site.follow:
        found.extend(
            legislation(matter, bare(meeting), titles.get(matter.file, matter.title))
            for matter in matters
            if matter.url
        )
    if "attachments" in site.follow:
        found.extend(hung_on(meeting))
        by_file = {matter.file: matter for matter in matters}
        for item in items:
            matter = by_file.get(item.matter or "")
            found.extend(attachment(link, bare(meeting), matter, (item.title,)) for link in item.attachments)
    return bounded(found)


def legislation(matter: Matter, meeting: Meeting | None, title: str) -> Request:
    """A matter's own page."""
    return Request(
        matter.url or "",
        kind="legislation",
        why=f"legislation {matter.file}",
        title=title or matter.file,
        stable_key=f"legislation:{matter.file or matter.id}",
        meeting=meeting,
        matter=matter,
        context=(title,) if title else (),
    )


def attachment(link: Link, meeting: Meeting | None, matter: Matter | None, context: tuple[str, ...]) -> Request:
    """A document hung on an item or a matter."""
    return Request(
        link.url,
        kind="attachment",
        why=f"attachment {link.title}",
        title=link.title,
        stable_key=link.id if ":" in link.id else f"F:{link.id}",
        meeting=meeting,
        matter=matter,
        context=tuple(text for text in context if text),
    )


def bare(meeting: Meeting) -> Meeting:
    """The meeting without its documents: what a request needs to know of it."""
    return replace(meeting, documents=())


def bounded(requests: Iterable[Request]) -> tuple[Request, ...]:
    """Each document once, and no more than one reading may ask for."""
    unique: dict[str, Request] = {}
    for request in requests:
        if pages.joined(request.url, request.url):
            unique.setdefault(request.key, request)
    return tuple(unique.values())[:MOST]
