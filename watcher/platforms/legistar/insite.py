"""InSite's listings: the calendar, a department's page, the legislation search."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from bs4 import BeautifulSoup
from bs4.element import Tag

from watcher.platforms import (
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
)
from watcher.platforms.legistar import details, grids, ids
from watcher.platforms.legistar.grids import HOLDER, Grid, Row, form_fields, grid, page_of, seen

NOT_DOCUMENTS = frozenset({"name", "meeting name", "body", "meeting details", "ics", "ical", "icalendar", ""})
MONTH_ENDS = timedelta(days=10)  # from then on "This Month" hides what is next
PERIOD = "ctl00$ContentPlaceHolder1$lstYears"


def read(site: Site, response: Response) -> Reading:
    """What an InSite page says. LayoutChanged where it is none that we know, EmptyReading where it proves nothing."""
    page = page_of(response)
    if details.is_meeting(page):
        return details.read_meeting(page, site, response)
    if details.is_legislation(page):
        return details.read_legislation(page, site, response)
    if calendar := grid(page, "gridCalendar", response.url):
        return read_calendar(page, calendar, site, response)
    if listing := grid(page, "gridMain", response.url):
        return read_legislation_list(page, listing, site, response)
    if details.is_history(page):
        return details.read_history(page, response)
    if page.find(id=f"{HOLDER}gridPeople_ctl00"):
        raise EmptyReading("this page lists people, not meetings", url=response.url)
    raise LayoutChanged(
        "neither a calendar nor a meeting nor legislation: InSite's grids are missing", url=response.url
    )


def read_calendar(page: BeautifulSoup, calendar: Grid, site: Site, response: Response) -> Reading:
    """Calendar.aspx and the meetings of DepartmentDetail.aspx."""
    if not {"meeting date", "date"} & set(calendar.headers):
        raise LayoutChanged("the calendar has no date column", url=response.url)
    body = site.body or department(page)
    meetings = tuple(meeting_of(row, body, site, response.fetched_at) for row in calendar.rows)
    if meetings and not any(meeting.start for meeting in meetings):
        raise LayoutChanged("no row of the calendar has a readable date", url=response.url)
    follow = following.from_listing(meetings, site, response.fetched_at)
    return Reading(
        document=Document(response.url, title(page), "listing"),
        meetings=meetings,
        follow=(*follow, *next_month(page, site, response)),
        proof=calendar.proof,
    )


def meeting_of(row: Row, body: str, site: Site, now: datetime) -> Meeting:
    """One row of the calendar."""
    name = row.text("name", "meeting name", "body") or body
    when, clock = row.text("meeting date", "date"), row.text("meeting time", "time")
    day, zone = marks.read_date(when), site.jurisdiction.time_zone
    start = marks.start_of(day, marks.read_time(clock), zone)
    place = grids.place(row.cell("meeting location", "location"))
    remarks = [row.text(header) for header in row.cells if header not in NOT_DOCUMENTS and not row.link(header)]
    topic = row.text("meeting topic", "topic", "comment", "comments", "meeting comment")
    urls = [url for _, url in row.links()]
    papers = documents(row, marks.revised_mark(*remarks))
    return Meeting(
        id=next(filter(None, map(ids.meeting_id, urls)), f"{name}:{when}:{clock}"),
        body=marks.body_in(name),
        title=topic,
        start=start,
        status=marks.status_of(start, now, *remarks, *marks.called_off(link.title for link in papers)),
        location=place,
        url=row.link("meeting details"),
        documents=papers,
        attend=attending.told(place, topic, *remarks),
    )


def documents(row: Row, revised: str | None) -> tuple[Link, ...]:
    """The documents published for a meeting: every working link outside the name, calendar file and detail columns."""
    found: dict[str, Link] = {}
    for header in row.cells:
        if header in NOT_DOCUMENTS:
            continue
        for label, url in row.links(header):
            kind = ids.document_kind(header, url)
            mark = marks.revised_mark(label) or (revised if kind in ("agenda", "packet") else None)
            identity = ids.link_id(url) or url
            found.setdefault(identity, Link(identity, url, label or header.title(), kind, mark))
    return tuple(found.values())


def read_legislation_list(page: BeautifulSoup, listing: Grid, site: Site, response: Response) -> Reading:
    """Legislation.aspx: the matters found, or the search form waiting for its first question."""
    if not {"file #", "record #", "file number"} & set(listing.headers) and listing.rows:
        raise LayoutChanged("the list of legislation has no file numbers", url=response.url)
    matters = tuple(matter_of(row) for row in listing.rows)
    if matters and not any(matter.file for matter in matters):
        raise LayoutChanged("no row of the list has a file number", url=response.url)
    follow: Iterable[Request] = ()
    if "legislation" in site.follow:
        follow = (following.legislation(matter, None, matter.title) for matter in matters if matter.url)
    searched = response.request.method == "POST"
    return Reading(
        document=Document(response.url, title(page), "listing"),
        matters=matters,
        follow=following.bounded(follow) if matters or searched else search(page, response),
        proof=listing.proof,
    )


def matter_of(row: Row) -> Matter:
    """One row of a list of legislation."""
    names = ("file #", "record #", "file number")
    file, url = row.text(*names), row.link(*names)
    return Matter(
        id=file or (ids.link_id(url or "") or ""),
        file=file,
        kind=row.text("type", "matter type"),
        title=row.text("title") or row.text("name"),
        status=row.text("status"),
        url=url,
    )


def next_month(page: BeautifulSoup, site: Site, response: Response) -> tuple[Request, ...]:
    """Asks the calendar's own filter for the next month when "This Month" is about to end.

    A POST back as the page's script would send it (__EVENTTARGET names the list of periods).
    """
    period = page.find("input", attrs={"name": PERIOD})
    if not isinstance(period, Tag) or str(period.get("value")) != "This Month":
        return ()
    today = response.fetched_at.astimezone(ZoneInfo(site.jurisdiction.time_zone))
    if (today + MONTH_ENDS).month == today.month:
        return ()
    fields = {PERIOD: "Next Month", "__EVENTTARGET": PERIOD, f"{HOLDER}lstYears_ClientState": chosen("Next Month")}
    return (post_back(page, response, fields, "calendar:next-month", "meetings of the next month", optional=True),)


def search(page: BeautifulSoup, response: Response) -> tuple[Request, ...]:
    """Presses the search button of a legislation page that shows nothing until it is asked."""
    button = page.find("input", attrs={"name": "ctl00$ContentPlaceHolder1$btnSearch"})
    if not isinstance(button, Tag):
        return ()
    fields = {str(button["name"]): str(button.get("value") or "Search")}
    return (post_back(page, response, fields, "legislation:search", "legislation of the period shown", optional=False),)


def chosen(value: str) -> str:
    """A Telerik list's client state with one entry chosen."""
    return json.dumps({"logEntries": [], "value": value, "text": value, "enabled": True, "checkedIndices": []})


def post_back(
    page: BeautifulSoup, response: Response, fields: Mapping[str, str], key: str, why: str, *, optional: bool
) -> Request:
    """The page's form sent back with `fields` changed."""
    body = urlencode({"__EVENTTARGET": "", "__EVENTARGUMENT": "", **form_fields(page), **fields}).encode()
    return Request(
        response.url,
        method="POST",
        headers=(("content-type", "application/x-www-form-urlencoded"),),
        body=body,
        why=why,
        stable_key=key,
        optional=optional,
    )


def title(page: BeautifulSoup) -> str:
    """The page's title."""
    return seen(page.title)


def department(page: BeautifulSoup) -> str:
    """The body's name on a department's page: the part of the title after the council's own."""
    return title(page).rpartition(" - ")[2]
