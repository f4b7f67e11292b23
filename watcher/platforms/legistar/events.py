"""Events of the Web API and their items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from watcher.platforms import (
    AgendaItem,
    Document,
    EmptyReading,
    LayoutChanged,
    Link,
    Matter,
    Meeting,
    Reading,
    Request,
    Response,
    Site,
    attending,
    following,
    marks,
    pages,
    votes,
)
from watcher.platforms.legistar import details
from watcher.platforms.legistar.fields import (
    JSON,
    Fields,
    asking_json,
    attachments_of,
    is_api,
    prefixed,
    root_of,
    value,
    versions_of,
)
from watcher.platforms.legistar.rtf import plain


def is_event(fields: Fields) -> bool:
    """An event: a meeting."""
    return ("EventId" in fields and "EventItemId" not in fields) or (
        "BodyName" in fields and "AgendaStatusName" in fields
    )


def read_events(entries: Sequence[Fields], site: Site, response: Response) -> Reading:
    """Events, with their items where they came along."""
    meetings = tuple(meeting_of(fields, site, response) for fields in entries)
    items: list[AgendaItem] = []
    matters: dict[str, Matter] = {}
    for fields, meeting in zip(entries, meetings, strict=True):
        inline = fields.get("EventItems") or fields.get("Items") or ()
        items += items_of(inline, meeting.id, response)
        matters |= {matter.file: matter for matter in matters_of(inline, response)}
    if not any(meeting.start for meeting in meetings):
        raise LayoutChanged("no event has a readable date", url=response.url)
    kind = "meeting" if len(entries) == 1 and items else "listing"
    follow = following.from_listing([replace(m, url=None) for m in meetings], site, response.fetched_at)
    details_of = (event_items(meeting, response) for meeting in following.by_nearness(meetings, response.fetched_at))
    wanted = details_of if is_api(response.url) and not items else iter(())
    if kind == "meeting":
        follow = following.from_meeting(meetings[0], items, tuple(matters.values()), site)
    return Reading(
        document=Document(response.url, meetings[0].body if kind == "meeting" else "Events", kind),
        meetings=meetings,
        items=tuple(items),
        matters=tuple(matters.values()),
        follow=asking_json(following.bounded((*wanted, *follow))),
    )


def meeting_of(fields: Fields, site: Site, response: Response) -> Meeting:
    """One event."""

    def get(name: str) -> str:
        return prefixed(fields, "Event", name)

    start = start_of(get("Date"), get("Time"), site.jurisdiction.time_zone)
    comment, agenda_status = get("Comment"), get("AgendaStatusName")
    published = get("AgendaLastPublishedUTC")
    links = (
        ("A", "agenda", get("AgendaFile"), marks.revised_mark(comment, agenda_status), published),
        ("M", "minutes", get("MinutesFile"), None, get("MinutesLastPublishedUTC")),
    )
    return Meeting(
        id=value(fields, "EventId", "ID"),
        body=get("BodyName") or (site.body or ""),
        title=comment,
        start=start,
        status=marks.status_of(start, response.fetched_at, comment, agenda_status, get("Location"), get("Time")),
        location=get("Location"),
        url=pages.joined(response.url, get("InSiteURL")),
        attend=attending.told(get("Location"), comment),
        documents=tuple(
            Link(
                f"{mode}:{value(fields, 'EventId', 'ID')}",
                url,
                kind.title(),
                kind,
                revised,
                version,
            )
            for mode, kind, href, revised, version in links
            if (url := pages.joined(response.url, href))
        ),
    )


def start_of(day: str, clock: str, zone: str) -> datetime | None:
    """EventDate's day with EventTime's hour in local time; archives write both, with an offset, into Date."""
    moment = marks.read_date(day)
    if moment is None:
        return None
    if not clock and "T" in day:
        at = datetime.fromisoformat(day.replace("Z", "+00:00"))
        if at.utcoffset() is not None and at.time() != time():
            return at.astimezone(ZoneInfo(zone))
        return marks.start_of(moment, at.time(), zone)
    return marks.start_of(moment, marks.read_time(clock), zone)


def event_items(meeting: Meeting, response: Response) -> Request:
    """The items of an event, with notes and attachments."""
    return Request(
        f"{root_of(response.url)}/Events/{meeting.id}/EventItems?AgendaNote=1&MinutesNote=1&Attachments=1",
        headers=JSON,
        kind="meeting",
        why=f"items of {meeting.body}",
        title=meeting.body,
        stable_key=f"meeting:{meeting.id}",
        meeting=following.bare(meeting),
    )


def is_item(fields: Fields) -> bool:
    """An item of an event."""
    return "EventItemId" in fields


def read_items(entries: Sequence[Fields], site: Site, response: Response) -> Reading:
    """Events/{id}/EventItems."""
    listed = response.request.meeting
    meeting = listed.id if listed else value(entries[0], "EventItemEventId")
    items, matters = items_of(entries, meeting, response), tuple(matters_of(entries, response))
    if not items:
        raise EmptyReading("the items have neither title nor file", url=response.url)
    about = listed or Meeting(id=meeting, body=site.body or "")
    follow = [*following.from_meeting(about, items, matters, site)]
    if "legislation" in site.follow:
        follow += [versions_of(matter, matter.url, response) for matter in matters if matter.url]
    return Reading(
        document=Document(response.url, about.body, "meeting"),
        items=tuple(items),
        matters=matters,
        follow=asking_json(following.bounded(follow)),
    )


def items_of(entries: Sequence[Fields], meeting: str, response: Response) -> list[AgendaItem]:
    """Items in the agenda's order; the roll call's own rows and blank ones are not business."""
    items: list[AgendaItem] = []
    section, consent = "", False
    for order, fields in enumerate(sorted(entries, key=sequence), start=1):
        title = value(fields, "EventItemTitle", "Title") or value(fields, "EventItemMatterName", "MatterName")
        file = value(fields, "EventItemMatterFile", "MatterFile")
        if not title and not file:
            continue
        heads = not file and len(title.split()) <= 12 and not title.endswith((".", ";"))
        if heads:
            still = consent or "consent" in title.lower()
            consent = still and not details.CONSENT_ENDS.search(title)
        notes = (plain(str(fields.get(name) or "")).strip() for name in ("EventItemAgendaNote", "AgendaNote"))
        items.append(
            AgendaItem(
                id=value(fields, "EventItemId", "ID"),
                meeting=meeting,
                order=order,
                number=value(fields, "EventItemAgendaNumber", "AgendaNumber"),
                title=title,
                text=next(filter(None, notes), ""),
                matter=file or None,
                action=action_of(fields),
                section="" if heads else section,
                consent=consent or value(fields, "EventItemConsent", "Consent") == "1",
                attachments=attachments_of(fields.get("EventItemMatterAttachments") or (), response),
            )
        )
        if heads:
            section = title
    return items


def sequence(fields: Fields) -> tuple[int, int]:
    """Place in the agenda, else in the minutes."""
    places = (
        fields.get("EventItemAgendaSequence", fields.get("AgendaSequence")),
        fields.get("EventItemMinutesSequence"),
    )
    numbers = [place if isinstance(place, int) else 10**6 for place in places]
    return numbers[0], numbers[1]


def action_of(fields: Fields) -> str:
    """What was done and with which result and count of votes."""
    action = value(fields, "EventItemActionName", "ActionName")
    result = value(fields, "EventItemPassedFlagName", "PassedFlagName")
    if vote := votes.read(value(fields, "EventItemTally", "Tally")):
        result = f"{result}, {vote.ayes}-{vote.noes}".removeprefix(", ")
    return f"{action} ({result})" if action and result else action or result


def matters_of(entries: Sequence[Fields], response: Response) -> Iterator[Matter]:
    """The matters that items speak of."""
    for fields in entries:
        if file := value(fields, "EventItemMatterFile", "MatterFile"):
            number = value(fields, "EventItemMatterId", "MatterID")
            yield Matter(
                id=file,
                file=file,
                kind=value(fields, "EventItemMatterType", "MatterType"),
                title=value(fields, "EventItemTitle", "Title", "EventItemMatterName", "MatterName"),
                status=value(fields, "EventItemMatterStatus", "MatterStatus"),
                url=f"{root_of(response.url)}/Matters/{number}" if number and is_api(response.url) else None,
            )
