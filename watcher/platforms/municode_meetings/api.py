"""The public API of a city's meeting site: meeting/list.json by dates, meeting/{id}/details.json.

Times are UTC without saying so; a year from 2099 on stands for a date that is not set.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

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
    attending,
    following,
    marks,
    pages,
)
from watcher.platforms.municode_meetings import ids

Fields = Mapping[str, Any]

PATH = "/api/v1/public/meeting"
JSON = (("accept", "application/json"),)
BACK, AHEAD = timedelta(days=14), timedelta(days=120)
NOT_SET = 2099
OWN = re.compile(r"^(?:url|link|path|nodeurl|meetingurl)$", re.IGNORECASE)
WORDS = re.compile(r"[A-Z][a-z]+")


def is_api(url: str) -> bool:
    """Whether an address is the API's."""
    return PATH in pages.split(url).path.lower()


def opening(url: str, today: date) -> Request:
    """The meetings from two weeks ago to four months ahead; an address that says itself what it wants as it stands."""
    parts = pages.split(url)
    if not is_api(url) or (not parts.query and parts.path.lower().rstrip("/").endswith((PATH, "list.json"))):
        window = f"datefrom={(today - BACK).isoformat()}&dateto={(today + AHEAD).isoformat()}"
        url = f"{parts.scheme}://{parts.netloc}{PATH}/list.json?{window}"
    return Request(url, headers=JSON, why="meetings of the public API", stable_key="meetings")


def read(site: Site, response: Response) -> Reading:
    """A list of meetings, or one with its documents."""
    answer = pages.json_of(response)
    entries = entries_of(answer)
    if entries is None:
        raise LayoutChanged("the answer has neither Meetings nor a MeetingID", url=response.url)
    if not entries:
        return Reading(Document(response.url, "Meetings", "listing"), proof='{"Meetings": []} for the dates asked for')
    meetings = tuple(meeting_of(fields, site, response) for fields in entries)
    if not any(meeting.start or meeting.title for meeting in meetings):
        raise EmptyReading("the meetings have neither title nor date", url=response.url)
    if len(meetings) == 1 and "Meetings" not in answer:
        summary = str(entries[0].get("BodySummary") or entries[0].get("Body") or "")
        passages = tuple(Passage(line) for line in (text.strip() for text in summary.splitlines()) if line)
        document = Document(response.url, meetings[0].title, "meeting", passages)
        return Reading(document, meetings, follow=asking(following.from_meeting(meetings[0], (), (), site)))
    near = following.by_nearness(meetings, response.fetched_at)
    follow = (
        *(details(meeting, response) for meeting in near),
        *following.from_listing(meetings, site, response.fetched_at),
    )
    return Reading(Document(response.url, "Meetings", "listing"), meetings, follow=asking(follow))


def entries_of(answer: Any) -> list[Fields] | None:
    """The meetings in an answer; None where it is none of the vendor's."""
    if isinstance(answer, dict) and isinstance(answer.get("Meetings"), list):
        return [fields for fields in answer["Meetings"] if isinstance(fields, dict)]
    if isinstance(answer, dict) and isinstance(answer.get("Meeting"), dict):
        answer = answer["Meeting"]
    if (
        isinstance(answer, list)
        and answer
        and all(isinstance(fields, dict) and "MeetingID" in fields for fields in answer)
    ):
        return answer
    return [answer] if isinstance(answer, dict) and "MeetingID" in answer else None


def asking(requests: Iterable[Request]) -> tuple[Request, ...]:
    """The API's own addresses asked as JSON."""
    keyed = ids.keyed(requests)
    return tuple(replace(request, headers=JSON) if is_api(request.url) else request for request in keyed)


def details(meeting: Meeting, response: Response) -> Request:
    """One meeting's documents. Not every city has them switched on: a refusal is no failure."""
    url = urljoin(response.url, f"{PATH}/{meeting.id}/details.json")
    return replace(following.page_of(meeting, url, headers=JSON), optional=True)


def meeting_of(fields: Fields, site: Site, response: Response) -> Meeting:
    """One meeting."""

    def text(*names: str) -> str:
        return next((" ".join(str(fields[name]).split()) for name in names if fields.get(name)), "")

    title, zone = text("Title", "Name"), site.jurisdiction.time_zone
    start = moment(fields.get("CalendarDate"), "FromDate", zone) or marks.moment(title, zone)
    end = moment(fields.get("CalendarDate"), "ToDate", zone)
    mark = marks.revised_mark(title)
    documents = {link.id: link for link in documents_of(fields, response.url)}
    html = [link.url for link in documents.values() if ids.html_agenda(link.url)]
    return Meeting(
        id=text("MeetingID"),
        body=text("GroupName", "BoardName") or site.body or marks.body_in(title),
        title=title,
        start=start,
        end=end if start and end and end > start else None,
        status=marks.status_of(
            start, response.fetched_at, title, text("Status", "MeetingStatus"), text("BodySummary")[:200]
        ),
        location=text("Location", "Venue", "MeetingLocation"),
        attend=attending.told(text("Location", "Venue", "MeetingLocation"), str(fields.get("BodySummary") or "")),
        url=next(filter(ids.with_packet, html), None) or next(iter(html), None),
        documents=tuple(
            replace(link, revised=link.revised or (mark if link.kind in ("agenda", "packet") else None))
            for link in documents.values()
        ),
    )


def moment(given: Any, name: str, zone: str) -> datetime | None:
    """A date of the API, [{"FromDate": "2026-06-10 00:00:00"}] or [2026, 6, 10, 0, 0], in local time."""
    first = given[0] if isinstance(given, list) and given else given
    stamp = first.get(name) if isinstance(first, dict) else first if name == "FromDate" else None
    try:
        if isinstance(stamp, int) and isinstance(given, list):
            year, month, day, hour, minute = [*given, 0, 0][:5]
            at = datetime(year, month, day, hour, minute, tzinfo=UTC)
        else:
            at = datetime.fromisoformat(str(stamp or "").strip())
    except (ValueError, TypeError):
        return None
    if at.year >= NOT_SET or at.year < 1970:
        return None
    return (at if at.utcoffset() is not None else at.replace(tzinfo=UTC)).astimezone(ZoneInfo(zone))


def documents_of(fields: Fields, base: str) -> Iterator[Link]:
    """Every address among the fields that leads to a document (AgendaLinksURL, PacketLinksHtmlURL, …)."""
    for name, value in fields.items():
        if OWN.match(name):
            continue
        heading = " ".join(word for word in WORDS.findall(name) if word not in ("Links", "Link"))
        for label, url in addresses(value, base):
            link = ids.published(label, url, heading)
            yield replace(link, title=label or link.kind.title()) if link.kind != "other" else link


def addresses(value: Any, base: str, label: str = "") -> Iterator[tuple[str, str]]:
    """(words, address) of each address in a field, however deep."""
    if isinstance(value, str):
        leads = value.startswith(("http://", "https://")) or (value.startswith("/") and ids.link_id(value))
        if leads and (url := pages.joined(base, value)):
            yield label, url
    elif isinstance(value, dict):
        words = next((str(value[name]) for name in ("Title", "Name", "title", "name") if value.get(name)), label)
        for inner in value.values():
            yield from addresses(inner, base, words)
    elif isinstance(value, list):
        for inner in value:
            yield from addresses(inner, base, label)
