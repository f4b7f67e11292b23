"""Minneapolis LIMS: the city's own legislative system, its calendar and its lists of meetings with what came of them.

    /Calendar/GetCalenderList?fromDate=&toDate=…    meetings (the vendor's spelling)
    …/…PagedList                                    meetings with reports and recordings; the same fields in lower case
    /MarkedAgenda/…, /Board/MarkedAgenda/…          an agenda as a page
    /Download/CommitteeReport/{id}/{name}           a report or the council's proceedings

LIMS may answer with a page for browsers only (a site's `render: browser`); JSON shown by a browser is read too.

Checked against a recorded calendar and a recorded list (2025 and 2026); agenda pages were never seen live by us and are
read as plain documents.

Options: `committee` and `meeting_type`, the system's own numbers for one body (16 and 1 for the council); 0 is all.
"""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from watcher.platforms import (
    About,
    LayoutChanged,
    Link,
    Meeting,
    Reading,
    Request,
    Response,
    Site,
    Unreadable,
    following,
    marks,
    pages,
    records,
)

ABOUT = About(
    vendor="Minneapolis LIMS",
    reads="the calendar and the lists of meetings, with agendas, reports and proceedings",
    checked="2 recorded answers, 2025 and 2026; agenda pages never seen live",
    amended="the system's own mark “Updated” on a meeting's agenda",
)
OPTIONS = frozenset({"committee", "meeting_type"})
MIN_DELAY = timedelta(seconds=2.7)

BACK, AHEAD = timedelta(days=14), timedelta(days=120)
LIST = re.compile(r"/(?:calendar/getcalend[ae]rlist|\w+/\w+pagedlist)\b", re.IGNORECASE)
LANDMARKS = ("committeeenumname", "committeename")


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """The calendar from two weeks ago to some months ahead; a list's own address is asked as it stands."""
    parts = pages.split(site.url)
    url = site.url
    if not (LIST.search(parts.path) and parts.query):
        committee, kind = (site.options.get(name, "0") for name in ("committee", "meeting_type"))
        url = (
            f"{root_of(site.url)}/Calendar/GetCalenderList?fromDate={today - BACK}&toDate={today + AHEAD}"
            f"&meetingType={quote(kind)}&committeeId={quote(committee)}"
            "&pageCount=1000&offsetStart=0&abbreviation=&keywords=&sortOrder=1"
        )
    return (Request(url, headers=(("accept", "application/json"),), why="LIMS calendar", stable_key="calendar"),)


def root_of(url: str) -> str:
    """The host, without a slash at its end."""
    parts = pages.split(url)
    return f"{parts.scheme}://{parts.netloc}"


def read(site: Site, response: Response) -> Reading:
    """What LIMS says: a calendar, a list of meetings, an agenda page or a document.

    Raises LayoutChanged, EmptyReading or Unreadable rather than report nothing without proof.
    """
    path = pages.split(response.url).path.lower()
    if pages.is_document(response) or "/markedagenda/" in path:
        return pages.read_document(response)
    answer = shown(response)
    if isinstance(answer, dict):
        answer = (
            answer.get("data") or answer
        )  # an envelope proves nothing: the calendar's own empty answer is a bare []
    lowered = [lower(entry) for entry in answer] if isinstance(answer, list) else answer
    entries = records.records(lowered, response, *LANDMARKS)
    meetings = [meeting_of(entry, site, response) for entry in entries]
    follow = following.from_listing(meetings, site, response.fetched_at)
    proof = "[] (no meetings in the window)" if LIST.search(path) else None
    return pages.listing(response, "Meetings", meetings, follow, proof=proof)


def shown(response: Response) -> Any:
    """The JSON of an answer, also where a browser shows it on a page of its own."""
    if not pages.is_html(response):
        return pages.json_of(response)
    text = pages.page_of(response).find("pre")
    if text is None:
        raise LayoutChanged("a web page came where the calendar was due", url=response.url)
    try:
        return json.loads(text.get_text())
    except ValueError:
        raise Unreadable("the JSON on the page is damaged or cut off", url=response.url) from None


def lower(entry: object) -> object:
    """An entry with its fields' names in lower case: the calendar and the lists write them differently."""
    return {name.lower(): value for name, value in entry.items()} if isinstance(entry, dict) else entry


def meeting_of(entry: records.Record, site: Site, response: Response) -> Meeting:
    """One meeting, in local time."""
    zone = site.jurisdiction.time_zone
    start = marks.local(records.text(entry, "meetingtime"), zone) or marks.local(
        records.text(entry, "meetingdate"), zone
    )
    name, kind = records.words(entry, "committeename"), records.words(entry, "meetingtype")
    place = [records.words(entry, name) for name in ("location", "address")]
    gone = "cancelled" if entry.get("cancelled") is True else ""
    return Meeting(
        id=records.text(entry, "id"),
        body=name,
        title=" - ".join(part for part in (name, kind) if part),
        start=start,
        status=marks.status_of(start, response.fetched_at, gone),
        location=", ".join(dict.fromkeys(part for part in place if part)),
        documents=tuple(documents_of(entry, response)),
    )


def documents_of(entry: records.Record, response: Response) -> list[Link]:
    """Agenda, its file, the report or proceedings, and the recording, as far as they are published."""
    root, agenda = root_of(response.url), records.number(entry, "agendaid")
    revised = "Updated" if entry.get("updated") is True else None
    found: list[Link] = []
    short = records.text(entry, "abbreviation")
    if agenda and short and entry.get("markedagendapublished") is True:
        board = "Board/" if records.text(entry, "committeetype") == "ABC" else ""
        url = f"{root}/{board}MarkedAgenda/{quote(short)}/{agenda}"
        found.append(Link(f"agenda:{agenda}", url, "Agenda", "agenda", revised))
    if file := records.address(entry, f"{root}/", "agendapdf", "agendapdfattachment"):
        found.append(Link(f"agenda-file:{agenda or file}", file, "Agenda (PDF)", "agenda", revised))
    report, name = records.number(entry, "committeereportdocumentid"), records.text(entry, "committeereportdocument")
    if report and name:
        url = f"{root}/Download/CommitteeReport/{report}/{quote(name.replace(' ', '-'))}"
        found.append(Link(f"report:{report}", url, name, "minutes"))
    if video := records.address(entry, root, "mainvideourl"):
        found.append(Link(video, video, "Video", "video"))
    return found


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is LIMS's (0 to 1)."""
    parts = pages.split(url)
    if (parts.hostname or "").lower() == "lims.minneapolismn.gov":
        return 0.95
    body = response.body.lower() if response else b""
    if b'"committeeenumname"' in body and b'"markedagendapublished"' in body:
        return 0.9
    return 0.4 if LIST.search(parts.path) else 0.0
