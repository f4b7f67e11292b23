"""Events: meetings with their published files."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qsl, urlunsplit

from watcher.platforms import (
    Link,
    Meeting,
    Reading,
    Request,
    Response,
    Site,
    attending,
    following,
    marks,
    pages,
    records,
)
from watcher.platforms.civicclerk.addresses import api_root, headers, root, with_headers

SKIPPED = re.compile(r"\$?skip(?:token)?$", re.IGNORECASE)
LANDMARKS = ("eventName", "startDateTime", "publishedFiles")


def read(answer: records.Record, site: Site, response: Response) -> Reading:
    """One page of events, and the next one where there is more."""
    entries = records.records(answer["value"], response, *LANDMARKS)
    meetings = [meeting_of(entry, site, response) for entry in entries]
    agendas = {meeting.id: records.number(entry, "agendaId") for meeting, entry in zip(meetings, entries, strict=True)}

    def items(meeting: Meeting) -> Request | None:
        if not (number := agendas[meeting.id]) or not meeting.documents:
            return None
        page = following.page_of(meeting, f"{api_root(response)}/v1/Meetings/{number}", headers=headers(site))
        return replace(page, why=f"items of {meeting.title}", optional=True)

    follow = following.from_listing(meetings, site, response.fetched_at, items)
    context = records.text(answer, "@odata.context")
    proof = f"value: [] (an empty list) {context}" if context.endswith("#Events") else None
    follow = (*next_page(answer, site, response), *with_headers(follow, site))
    return pages.listing(response, "Events", meetings, follow, proof=proof)


def next_page(answer: records.Record, site: Site, response: Response) -> tuple[Request, ...]:
    """The events after these, named by how many stand before them: the rest of the address moves with the days."""
    url = records.address(answer, response.url, "@odata.nextLink")
    if not url:
        return ()
    parts, here = pages.split(url), pages.split(response.url)
    place = next((value for name, value in parse_qsl(parts.query) if SKIPPED.match(name)), parts.query)
    whole = urlunsplit((here.scheme, here.netloc, parts.path, parts.query, ""))
    return (Request(whole, headers=headers(site), why="more events", stable_key=f"events:{place}"),)


def meeting_of(entry: records.Record, site: Site, response: Response) -> Meeting:
    """One event. One that is marked as deleted is called off."""
    zone = site.jurisdiction.time_zone
    start = marks.local(records.text(entry, "startDateTime"), zone) or marks.local(
        records.text(entry, "eventDate"), zone
    )
    ends = (marks.local(records.text(entry, field), zone) for field in ("endDateTime", "meetingEndTime"))
    end = next(filter(None, ends), None)
    name, notice = records.words(entry, "eventName", "agendaName"), records.words(entry, "eventNotice")
    where = place(records.inner(entry, "eventLocation"))
    files = tuple(file_of(file, response) for file in records.many(entry, "publishedFiles"))
    gone = ["cancelled"] if entry.get("isDeleted") is True else marks.called_off(link.title for link in files)
    return Meeting(
        id=records.text(entry, "id"),
        body=records.text(entry, "categoryName", "eventCategoryName") or site.body or marks.body_in(name),
        title=name,
        start=start,
        end=end if start and end and end > start else None,
        status=marks.status_of(start, response.fetched_at, name, notice, where, *gone),
        location=where,
        url=f"{root(response.url, 'portal')}/event/{records.text(entry, 'id')}/files",
        documents=files,
        attend=attending.told(where, *(str(entry.get(field) or "") for field in ("eventNotice", "eventDescription"))),
    )


def place(where: records.Record) -> str:
    """An address in one line."""
    parts = [records.text(where, name) for name in ("name", "address1", "address2", "city", "state", "zipCode")]
    return ", ".join(dict.fromkeys(part for part in parts if part))


def file_of(file: records.Record, response: Response) -> Link:
    """One published file."""
    number, kind = records.text(file, "fileId"), records.text(file, "type")
    name = records.text(file, "name") or kind
    published = records.text(file, "publishOn")
    return Link(
        id=f"file:{number}",
        url=f"{api_root(response)}/v1/Meetings/GetMeetingFileStream(fileId={number},plainText=false)",
        title=name,
        kind=marks.document_kind(kind, name),
        revised=marks.revised_mark(name, kind),
        version=published if marks.local(published, "UTC") else "",
    )
