"""The Events Calendar's REST answers: a page of events, or one event."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bs4 import BeautifulSoup

from watcher.platforms import (
    Document,
    EmptyReading,
    LayoutChanged,
    Meeting,
    Passage,
    Reading,
    Request,
    Response,
    Site,
    attending,
    following,
    marks,
    records,
    shelves,
)


def is_events(answer: Any) -> bool:
    """Whether JSON is a page of events or one event."""
    return isinstance(answer, dict) and ("events" in answer or {"start_date", "title"} <= set(answer))


def read(answer: dict[str, Any], site: Site, response: Response) -> Reading:
    """Meetings of a page of events, with the documents that their descriptions link to, and the next page."""
    events = records.records(answer.get("events", [answer]), response, "start_date", "start_date_details")
    meetings = tuple(meeting_of(event, site, response) for event in events)
    if meetings and not any(meeting.start for meeting in meetings):
        raise LayoutChanged("no event has a readable start_date", url=response.url)
    if not meetings and "total" not in answer and "rest_url" not in answer:
        raise LayoutChanged("the answer has neither events nor their total", url=response.url)
    if not meetings and answer.get("total"):
        raise EmptyReading(f"no event came of the {answer['total']} that the answer counts", url=response.url)
    follow = [*next_page(answer), *following.from_listing(asked_no_more(meetings), site, response.fetched_at)]
    if "attachments" in site.follow:
        near = following.by_nearness(meetings, response.fetched_at)
        follow += [request for meeting in near for request in following.hung_on(meeting)]
    return Reading(
        document=Document(
            response.url, "Events", "listing", tuple(p for e in events for p in passages_of(e, response))
        ),
        meetings=meetings,
        follow=following.bounded(follow),
        proof=None if meetings else f'"events": [], "total": {answer.get("total", 0)}',
    )


def meeting_of(event: records.Record, site: Site, response: Response) -> Meeting:
    """One event. `start_date` is what the site shows; its zone is the installation's, often left at UTC."""
    zone, title = site.jurisdiction.time_zone, records.words(event, "title")
    start = marks.local(records.text(event, "start_date"), zone)
    end = marks.local(records.text(event, "end_date"), zone)
    text = records.text(event, "description")
    told = (title, records.words(event, "event_status"), records.words(event, "status_label", "status_reason"))
    root = BeautifulSoup(text + records.text(event, "custom_fields"), "lxml")
    documents = shelves.papers_in(root, response)
    return Meeting(
        id=records.text(event, "id", "global_id"),
        body=site.body or "",
        title=title,
        start=start,
        end=end if end != start and event.get("all_day") is not True else None,
        status=marks.status_of(start, response.fetched_at, *told),
        location=place_of(event),
        url=records.text(event, "url") or None,
        documents=documents,
        attend=attending.told(text, join=records.text(event, "virtual_url")),
    )


def place_of(event: records.Record) -> str:
    """The venue's name, street and town; [] is how the plugin says none."""
    venue = records.inner(event, "venue")
    for entry in records.many(event, "venue"):
        venue = venue or entry
    parts = (records.words(venue, name) for name in ("venue", "address", "city"))
    return ", ".join(part for part in parts if part)


def passages_of(event: records.Record, response: Response) -> tuple[Passage, ...]:
    """The words of an event's description under its title."""
    text = records.text(event, "description")
    if not text:
        return ()
    title = records.words(event, "title")
    return shelves.passages_of(text, response, (title,))


def next_page(answer: records.Record) -> tuple[Request, ...]:
    """The next page of events, where there is one."""
    url = records.text(answer, "next_rest_url")
    if not url:
        return ()
    number = url.rpartition("page=")[2].partition("&")[0]
    headers = (("accept", "application/json"),)
    return (Request(url, headers=headers, why="next page of events", stable_key=f"tribe/events/v1/events:{number}"),)


def asked_no_more(meetings: tuple[Meeting, ...]) -> list[Meeting]:
    """The meetings without their pages: the JSON has said what those say."""
    return [replace(meeting, url=None) for meeting in meetings]
