"""Legistar's Web API: events, their items, matters with history, attachments and text, as JSON.

Field names carry their kind as a prefix (EventDate, MatterFile); archives of the same records drop it (Date, File), so
each is looked up with and without. `LastModifiedUtc`, `RowVersion` and sponsors move without news and are not read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote, urljoin, urlsplit
from zoneinfo import ZoneInfo

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
    Unreadable,
)
from watcher.platforms.legistar import details, following, marks
from watcher.platforms.legistar.rtf import plain

Fields = Mapping[str, Any]

CLIENT = re.compile(r"^(?P<root>.*?/v1/[^/]+)(?P<rest>/.*)?$", re.IGNORECASE)
JSON = (("accept", "application/json"),)
WINDOW_BACK = timedelta(days=14)
MOST_ROWS = 1000  # the API's own limit


def is_api(url: str) -> bool:
    """Whether an address is one of the Web API's (…/v1/{client}/…)."""
    return CLIENT.match(urlsplit(url).path) is not None


def root_of(url: str) -> str:
    """Address of the client, without a slash: https://webapi.legistar.com/v1/boston."""
    parts = urlsplit(url)
    found = CLIENT.match(parts.path)
    return f"{parts.scheme}://{parts.netloc}{found['root'] if found else ''}"


def opening(url: str, today: date) -> tuple[Request, ...]:
    """The events from two weeks ago onwards; an address that already says what it wants is asked as it stands."""
    parts = urlsplit(url)
    found = CLIENT.match(parts.path)
    rest = (found["rest"] or "").strip("/").lower() if found else "?"
    if parts.query or rest not in ("", "events"):
        return (Request(url, headers=JSON, why="Legistar Web API", stable_key="api:" + (rest or "events")),)
    since = (today - WINDOW_BACK).isoformat()
    query = f"$filter={quote(f'EventDate ge datetime{since!r}', safe='')}&$orderby=EventDate&$top={MOST_ROWS}"
    events = f"{root_of(url)}/Events?{query}"
    return (Request(events, headers=JSON, why="events of the Web API", stable_key="api:events"),)


def looks_like_json(response: Response) -> bool:
    """Whether an answer is JSON by its type or its first byte."""
    return response.media_type.endswith("json") or response.body.lstrip()[:1] in (b"{", b"[")


def read(site: Site, response: Response) -> Reading:
    """What the Web API says. Unreadable for half an answer, LayoutChanged for records of no kind we know."""
    try:
        answer = json.loads(response.body.decode("utf-8-sig"))
    except ValueError as trouble:
        raise Unreadable("the answer is no whole JSON", url=response.url) from trouble
    if isinstance(answer, dict) and isinstance(answer.get("value"), list):
        answer = answer["value"]  # OData's own envelope
    records = answer if isinstance(answer, list) else [answer]
    if not records:
        return Reading(Document(response.url, response.request.title, "listing"), proof="[] (an empty list)")
    if not all(isinstance(record, dict) for record in records):
        raise LayoutChanged("the answer holds no records", url=response.url)
    reader = next((read_kind for kind, read_kind in KINDS if kind(records[0])), None)
    if reader is None:
        message = records[0].get("Message") or records[0].get("error")
        raise LayoutChanged(
            f"the Web API answered with an error: {message}" if message else "records of no kind we know",
            url=response.url,
        )
    return reader(records, site, response)


def value(fields: Fields, *names: str) -> str:
    """The first of `names` that says something, as text in one line."""
    for name in names:
        found = fields.get(name)
        if found not in (None, ""):
            return " ".join(str(found).split())
    return ""


def prefixed(fields: Fields, prefix: str, name: str) -> str:
    """A field with or without its kind's prefix."""
    return value(fields, prefix + name, name)


# -------------------------------------------------------------------------------------------------------- events


def is_event(fields: Fields) -> bool:
    """An event: a meeting."""
    return ("EventId" in fields and "EventItemId" not in fields) or (
        "BodyName" in fields and "AgendaStatusName" in fields
    )


def read_events(records: Sequence[Fields], site: Site, response: Response) -> Reading:
    """Events, with their items where they came along."""
    meetings = tuple(meeting_of(fields, site, response) for fields in records)
    items: list[AgendaItem] = []
    matters: dict[str, Matter] = {}
    for fields, meeting in zip(records, meetings, strict=True):
        inline = fields.get("EventItems") or fields.get("Items") or ()
        items += items_of(inline, meeting.id, response)
        matters |= {matter.file: matter for matter in matters_of(inline, response)}
    if not any(meeting.start for meeting in meetings):
        raise LayoutChanged("no event has a readable date", url=response.url)
    kind = "meeting" if len(records) == 1 and items else "listing"
    follow = following.from_calendar([replace(m, url=None) for m in meetings], site, response.fetched_at)
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
    mark = ", ".join(filter(None, (marks.revised_mark(comment, agenda_status), published))) or None
    links = (
        ("A", "agenda", get("AgendaFile"), mark),
        ("M", "minutes", get("MinutesFile"), get("MinutesLastPublishedUTC") or None),
    )
    return Meeting(
        id=value(fields, "EventId", "ID"),
        body=get("BodyName") or (site.body or ""),
        title=comment,
        start=start,
        status=marks.status_of(start, response.fetched_at, comment, agenda_status, get("Location"), get("Time")),
        location=get("Location"),
        url=get("InSiteURL") or None,
        documents=tuple(
            Link(f"{mode}:{value(fields, 'EventId', 'ID')}", urljoin(response.url, url), kind.title(), kind, revised)
            for mode, kind, url, revised in links
            if url
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


def read_items(records: Sequence[Fields], site: Site, response: Response) -> Reading:
    """Events/{id}/EventItems."""
    listed = response.request.meeting
    meeting = listed.id if listed else value(records[0], "EventItemEventId")
    items, matters = items_of(records, meeting, response), tuple(matters_of(records, response))
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


def items_of(records: Sequence[Fields], meeting: str, response: Response) -> list[AgendaItem]:
    """Items in the agenda's order; the roll call's own rows and blank ones are not business."""
    items: list[AgendaItem] = []
    section, consent = "", False
    for order, fields in enumerate(sorted(records, key=sequence), start=1):
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
    """What was done and with which result."""
    action = value(fields, "EventItemActionName", "ActionName")
    result = value(fields, "EventItemPassedFlagName", "PassedFlagName")
    return f"{action} ({result})" if action and result else action or result


def matters_of(records: Sequence[Fields], response: Response) -> Iterator[Matter]:
    """The matters that items speak of."""
    for fields in records:
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


# ------------------------------------------------------------------------------------------------------- matters


def is_matter(fields: Fields) -> bool:
    """A matter."""
    return "MatterFile" in fields or ("File" in fields and "TypeName" in fields)


def read_matters(records: Sequence[Fields], site: Site, response: Response) -> Reading:
    """One matter or a list of them."""
    matters = tuple(matter_of(fields, site, response) for fields in records)
    follow: list[Request] = []
    for fields, matter in zip(records, matters, strict=True):
        follow += matter_parts(fields, matter, site, response, alone=len(records) == 1)
    one = matters[0] if len(matters) == 1 else None
    return Reading(
        document=Document(
            response.url,
            f"{one.file} {one.title}".strip() if one else "Matters",
            "legislation" if one else "listing",
            summary_of(records[0]) if one else (),
        ),
        matters=matters,
        follow=asking_json(following.bounded(follow)),
    )


def matter_of(fields: Fields, site: Site, response: Response) -> Matter:
    """One matter with what came along: history, attachments, text."""

    def get(name: str) -> str:
        return prefixed(fields, "Matter", name)

    number = value(fields, "MatterId", "ID")
    url = get("InSiteURL") or (f"{root_of(response.url)}/Matters/{number}" if is_api(response.url) else "")
    file = get("File") or number
    return Matter(
        id=file,
        file=file,
        kind=get("TypeName"),
        title=get("Title") or get("Name"),
        status=get("StatusName"),
        url=url or None,
        history=steps_of(fields.get("MatterHistories") or fields.get("History") or (), site),
        attachments=attachments_of(fields.get("MatterAttachments") or fields.get("Attachments") or (), response),
        text=text_of(fields),
    )


def matter_parts(fields: Fields, matter: Matter, site: Site, response: Response, *, alone: bool) -> Iterator[Request]:
    """A matter's attachments, and in the Web API the lists that hold its history, attachments and versions."""
    bare = replace(matter, history=(), attachments=(), text="")
    if "attachments" in site.follow:
        for link in matter.attachments:
            yield following.attachment(link, response.request.meeting, bare, (matter.title,))
    if not is_api(response.url) or "legislation" not in site.follow:
        return
    address = f"{root_of(response.url)}/Matters/{value(fields, 'MatterId', 'ID')}"
    if not alone:
        yield replace(following.legislation(bare, None, matter.title), url=address)
        return
    yield versions_of(bare, address, response)
    for part in ("Histories", "Attachments"):
        yield api_part(f"{address}/{part}", f"{part.lower()} of {matter.file}", bare, response)


def asking_json(requests: Iterable[Request]) -> tuple[Request, ...]:
    """The requests, those to the API with the header without which some councils' answers are XML."""
    return tuple(replace(request, headers=JSON) if is_api(request.url) else request for request in requests)


def versions_of(matter: Matter, address: str, response: Response) -> Request:
    """The versions of a matter's text: asked for beside the matter, so that the text itself is one step away."""
    return api_part(f"{address}/Versions", f"versions of {matter.file}", matter, response)


def api_part(url: str, why: str, matter: Matter | None, response: Response) -> Request:
    """A list that belongs to a matter. Its refusal is no failure of the site: some councils keep some of them shut."""
    path = urlsplit(url).path
    found = CLIENT.match(path)
    return Request(
        url,
        headers=JSON,
        kind="legislation",
        why=why,
        title=matter.title if matter else "",
        stable_key="api:" + ((found["rest"] or "") if found else path).strip("/").lower(),
        meeting=response.request.meeting,
        matter=matter,
        context=(matter.title,) if matter and matter.title else (),
        optional=True,
    )


def text_of(fields: Fields) -> str:
    """A matter's text: plain where the record has it, else reduced from RTF. Lines kept, page numbers and blanks not."""
    for name in ("MatterTextPlain", "Text", "MatterTextRtf", "RTF"):
        text = fields.get(name)
        if isinstance(text, str) and text.strip():
            lines = (" ".join(line.split()) for line in plain(text).splitlines())
            return "\n".join(line for line in lines if line and not line.isdigit())
    return ""


def summary_of(fields: Fields) -> tuple[Passage, ...]:
    """The council's own summary, number of the law and version, where a record has them."""
    names = (
        ("Summary", "Summary"),
        ("Enactment", "EnactmentNumber"),
        ("Enactment", "LocalLaw"),
        ("Version", "Version"),
    )
    texts = [(label, prefixed(fields, "Matter", name)) for label, name in names]
    return tuple(Passage(text, (label,), key=label.lower()) for label, text in texts if text)


def steps_of(records: Sequence[Fields], site: Site) -> tuple[Step, ...]:
    """A matter's history in the order of its dates."""
    steps = [
        Step(
            # the day alone: clerks mend the hour for weeks, and archives write local hours as if they were UTC
            date=marks.start_of(
                marks.read_date(value(fields, "MatterHistoryActionDate", "Date")), None, site.jurisdiction.time_zone
            ),
            body=value(fields, "MatterHistoryActionBodyName", "BodyName"),
            action=value(fields, "MatterHistoryActionName", "Action"),
            result=value(fields, "MatterHistoryPassedFlagName", "PassedFlagName"),
        )
        for fields in records
    ]
    return tuple(sorted(steps, key=lambda step: step.date.timestamp() if step.date else float("inf")))


def attachments_of(records: Sequence[Fields], response: Response) -> tuple[Link, ...]:
    """Attachments by their own id; their addresses may be signed and short-lived."""
    return tuple(
        Link(
            id=value(fields, "MatterAttachmentId", "ID"),
            url=urljoin(response.url, value(fields, "MatterAttachmentHyperlink", "Link")),
            title=value(fields, "MatterAttachmentName", "Name"),
        )
        for fields in records
        if value(fields, "MatterAttachmentHyperlink", "Link")
    )


def about(response: Response) -> Matter | None:
    """The matter that a list was asked for."""
    return response.request.matter


def read_histories(records: Sequence[Fields], site: Site, response: Response) -> Reading:
    """Matters/{id}/Histories: one passage a step, and the matter with its history where it is known which."""
    steps = steps_of(records, site)
    matter = about(response)
    passages = tuple(
        Passage(
            " · ".join(filter(None, (value(f, "MatterHistoryActionBodyName"), value(f, "MatterHistoryActionName"),
                                     value(f, "MatterHistoryPassedFlagName"), value(f, "MatterHistoryActionText")))),
            (value(f, "MatterHistoryActionDate")[:10],),
            value(f, "MatterHistoryId"),
        )
        for f in records
    )  # fmt: skip
    if matter:
        return Reading(
            Document(response.url, response.request.title, "legislation"), matters=(replace(matter, history=steps),)
        )
    return Reading(Document(response.url, "History", "legislation", passages))


def read_attachments(records: Sequence[Fields], site: Site, response: Response) -> Reading:
    """Matters/{id}/Attachments."""
    links, matter = attachments_of(records, response), about(response)
    passages = tuple(Passage(link.title, ("Attachments",), link.id) for link in links)
    follow = [following.attachment(link, response.request.meeting, matter, (response.request.title,)) for link in links]
    return Reading(
        Document(response.url, response.request.title or "Attachments", "legislation", () if matter else passages),
        matters=(replace(matter, attachments=links),) if matter else (),
        follow=following.bounded(follow if "attachments" in site.follow else ()),
    )


def read_versions(records: Sequence[Fields], site: Site, response: Response) -> Reading:
    """Matters/{id}/Versions: which texts there are. The newest is followed."""
    newest = max(records, key=lambda fields: int(value(fields, "Key") or 0))
    base = response.url.split("?", 1)[0].rsplit("/", 1)[0]
    text = api_part(f"{base}/Texts/{value(newest, 'Key')}", "text of the newest version", about(response), response)
    passages = tuple(Passage(f"version {value(f, 'Value')}", ("Versions",), value(f, "Key")) for f in records)
    text = replace(text, stable_key=text.stable_key.rsplit("/", 1)[0])  # a new version is the same document, reworded
    return Reading(
        Document(response.url, response.request.title or "Versions", "legislation", passages), follow=(text,)
    )


def read_text(records: Sequence[Fields], site: Site, response: Response) -> Reading:
    """Matters/{id}/Texts/{text}: the words of the law."""
    texts = [text_of(fields) for fields in records]
    if not any(texts):
        raise EmptyReading("the record of the text holds no text", url=response.url)
    passages = tuple(Passage(line, ("Text",)) for text in texts for line in text.splitlines())
    return Reading(Document(response.url, response.request.title or "Text", "legislation", passages))


def read_bodies(records: Sequence[Fields], site: Site, response: Response) -> Reading:
    """Bodies: names only."""
    passages = tuple(Passage(value(f, "BodyName"), key=value(f, "BodyId")) for f in records)
    return Reading(Document(response.url, "Bodies", "listing", passages))


def has(name: str) -> Callable[[Fields], bool]:
    """Whether a record has the field."""
    return lambda fields: name in fields


KINDS: tuple[tuple[Callable[[Fields], bool], Callable[[Sequence[Fields], Site, Response], Reading]], ...] = (
    (is_item, read_items),
    (is_event, read_events),
    (has("MatterHistoryId"), read_histories),
    (has("MatterAttachmentId"), read_attachments),
    (has("MatterTextId"), read_text),
    (is_matter, read_matters),
    (lambda fields: {"Key", "Value"} <= set(fields), read_versions),
    (has("BodyId"), read_bodies),
)
