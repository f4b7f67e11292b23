"""Simbli, formerly eBOARD (eBOARDsolutions): school boards; one host, a number for each district.

    /SB_Meetings/SB_MeetingListing.aspx?S={district}       the portal's page, which holds the keys of its list
    POST /Services/api/GetMeetingListing                   fifty meetings, the newest first, as JSON
    /SB_Meetings/ViewMeeting.aspx?S={district}&MID={id}    an agenda, written by scripts: read with `render: browser` only
    /Meetings/Attachment.aspx?AID={id}&…                   documents

Checked against recorded lists (Kansas City schools 2026, DeKalb County schools 2024). The portal's page and agendas were
never seen here. Times are the district's own; `EncrMeetingId` differs from answer to answer and is not read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from urllib.parse import parse_qsl, urljoin

from watcher.platforms import (
    About,
    Document,
    EmptyReading,
    LayoutChanged,
    Link,
    Meeting,
    Reading,
    Request,
    Response,
    Site,
    extract,
    following,
    marks,
    pages,
)

ABOUT = About(
    vendor="Simbli / eBOARD (eBOARDsolutions)",
    reads="lists of meetings with their publication; agendas and attachments only with `render: browser`",
    checked="2 recorded responses of Kansas City and DeKalb County schools, 2024 and 2026; no agenda",
    amended="the agenda's publication date",
)
OPTIONS: frozenset[str] = frozenset()
MIN_DELAY = timedelta(seconds=2.7)

LIST = "/Services/api/GetMeetingListing"
MARKS = (b"SB_MeetingListing.aspx", b"GetMeetingListing", b"eBOARDsolutions", b"eboardsolutions.com/")
ENTRY = (b'"Master_MeetingID"', b'"MM_DateTime"')
PAGE = re.compile(
    r"/(?:sb_meetings/\w+\.aspx|services/api/getmeetinglisting|meetings/attachment\.aspx)$", re.IGNORECASE
)
TOKEN = re.compile(r"""\b(?:sToken|SecurityToken)["']?\s*[:=]\s*["']([^"']+)["']""")
CONNECTION = re.compile(r"""\b(?:constr|ConnectionString)["']?\s*[:=]\s*["']([^"']+)["']""")
MOST_ROWS = 50
LEAST_LINES = 5  # a page that its scripts have not filled yet has fewer


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """The list where the address is the list's; else the portal's page, which holds the keys of the list."""
    parts = pages.split(site.url)
    if parts.path.lower().endswith("/getmeetinglisting"):
        return (listing(site.url, district(site.url), "", ""),)
    return (Request(site.url, why="Simbli portal", stable_key="portal"),)


def district(url: str) -> str:
    """The district's number in an address, or ""."""
    return {name.lower(): value for name, value in parse_qsl(pages.split(url).query)}.get("s", "")


def listing(url: str, school: str, token: str, connection: str) -> Request:
    """The question for the newest meetings. Its keys are short-lived and no part of its identity."""
    asked = {
        "ListingType": "0",
        "TimeZone": "-60",
        "CustomSort": 0,
        "SortColName": "DateTime",
        "IsSortDesc": True,
        "RecordStart": 0,
        "RecordCount": MOST_ROWS,
        "FilterExp": "",
        "IsUserLoggedIn": False,
        "SchoolID": school,
        "ConnectionString": connection,
        "SecurityToken": token,
    }
    headers = (
        ("Accept", "application/json"),
        ("Content-Type", "application/json"),
        ("Referer", urljoin(url, f"/SB_Meetings/SB_MeetingListing.aspx?S={school}")),
        ("X-Requested-With", "XMLHttpRequest"),
    )
    body = json.dumps(asked).encode()
    return Request(url, method="POST", headers=headers, body=body, why="Simbli meetings", stable_key="meetings")


def link_id(href: str) -> str | None:
    """The stable name of what a link leads to, e.g. "agenda:23208", "file:991"; None for navigation."""
    parts = pages.split(href)
    page = parts.path.rpartition("/")[2].lower()
    given = {name.lower(): value for name, value in parse_qsl(parts.query)}
    if page == "viewmeeting.aspx" and given.get("mid"):
        return f"{'minutes' if given.get('t') == '1' else 'agenda'}:{given['mid']}"
    return f"file:{given['aid']}" if page == "attachment.aspx" and given.get("aid") else None


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is Simbli's (0 to 1)."""
    parts = pages.split(url)
    host, body = (parts.hostname or "").lower(), response.body if response else b""
    if host == "eboardsolutions.com" or host.endswith(".eboardsolutions.com"):
        return 0.95
    if all(mark in body for mark in ENTRY):
        return 0.9
    suggestive = 0.6 if PAGE.search(parts.path) else 0.0
    return 0.85 if suggestive and any(mark in body for mark in MARKS) else suggestive


def read(site: Site, response: Response) -> Reading:
    """Everything a Simbli response says: list, portal, agenda or published document.

    Raises LayoutChanged, EmptyReading or Unreadable rather than report nothing without the vendor's word for it.
    """
    if pages.is_json(response) or pages.split(response.url).path.lower().endswith("/getmeetinglisting"):
        return read_list(site, response)
    identity = link_id(response.url) or ""
    if pages.is_html(response) and identity.startswith(("agenda:", "minutes:")):
        return read_agenda(site, response)
    if pages.is_document(response) or identity.startswith("file:"):
        return pages.read_document(response)
    return read_portal(site, response)


def read_portal(site: Site, response: Response) -> Reading:
    """The portal's page: no meetings of its own, but the keys with which its list is asked for."""
    page = pages.page_of(response)
    text = pages.decoded(response)
    token, connection = TOKEN.search(text), CONNECTION.search(text)
    if token is None or connection is None:
        raise LayoutChanged("the page holds no keys of a list of meetings: no portal of Simbli's", url=response.url)
    school = district(response.url) or district(site.url)
    api = urljoin(response.url, LIST)
    return Reading(
        Document(response.url, pages.seen(page.title), "listing"),
        follow=(listing(api, school, str(token[1]), str(connection[1])),),
        proof="the portal's page gives the keys of its list and lists nothing itself",
    )


def read_list(site: Site, response: Response) -> Reading:
    """The meetings of the list. An empty one is no proof: a list asked for with wrong keys comes empty."""
    answer = pages.json_of(response)
    if isinstance(answer, dict):
        answer = next((value for value in answer.values() if isinstance(value, list)), [answer])
    entries = [entry for entry in answer if entry] if isinstance(answer, list) else [answer]
    if not all(isinstance(entry, Mapping) and entry.get("Master_MeetingID") for entry in entries):
        raise LayoutChanged("the entries name no meeting: no list of Simbli's", url=response.url)
    meetings = [meeting_of(entry, site, response) for entry in entries if entry.get("MM_isTemplate") is not True]
    follow = following.from_listing(meetings, site, response.fetched_at) if site.render else ()
    return pages.listing(response, "Meetings", meetings, follow)


def meeting_of(entry: Mapping[str, object], site: Site, response: Response) -> Meeting:
    """One entry of the list."""
    ident, title = str(entry["Master_MeetingID"]), word(entry, "MM_MeetingTitle")
    zone = site.jurisdiction.time_zone
    start = marks.local(word(entry, "MM_DateTime"), zone) or marks.moment(word(entry, "DateTime"), zone)
    lines = (word(entry, f"MM_Address{number}") for number in (1, 2, 3))
    place = ", ".join(line.rstrip(" ,") for line in lines if line.strip(" ,"))
    school = word(entry, "MM_DistrictID") or district(response.url) or district(site.url)
    url = urljoin(response.url, f"/SB_Meetings/ViewMeeting.aspx?S={school}&MID={ident}")
    documents: list[Link] = []
    if published := word(entry, "MM_PublishedDate"):
        mark = marks.revised_mark(title, place)
        documents.append(Link(f"agenda:{ident}", url, "Agenda", "agenda", mark, version=published))
    if word(entry, "MinutesStatus").upper() == "PUBLISHED":
        documents.append(Link(f"minutes:{ident}", f"{url}&T=1", "Minutes", "minutes"))
    return Meeting(
        id=ident,
        body=site.body or word(entry, "ML_TypeTitle"),
        title=title,
        start=start,
        status=marks.status_of(start, response.fetched_at, title, place),
        location=place,
        url=url,
        documents=tuple(documents),
    )


def word(entry: Mapping[str, object], name: str) -> str:
    """A field as one line of text, "" for none; clerks' text comes with the entities of a web page."""
    value = entry.get(name)
    return "" if value is None else " ".join(unescape(str(value)).split())


def read_agenda(site: Site, response: Response) -> Reading:
    """An agenda or minutes as its scripts have written them, and the attachments it links."""
    page = pages.page_of(response)
    kind = "minutes" if (link_id(response.url) or "").startswith("minutes:") else "meeting"
    document = extract(response.body, response.media_type, response.url, charset=response.charset, kind=kind)
    if len(document.passages) < LEAST_LINES:
        raise EmptyReading("the agenda is written by scripts: set `render: browser` for this site", url=response.url)
    asked = response.request
    title = asked.title or document.title
    found = {
        identity: Link(identity, url, label)
        for label, url in pages.links(page, response.url)
        if (identity := link_id(url)) and identity.startswith("file:")
    }
    wanted = found.values() if "attachments" in site.follow else ()
    return Reading(
        replace(document, title=title),
        meetings=(asked.meeting,) if asked.meeting else (),
        follow=following.bounded(following.attachment(link, asked.meeting, None, (title,)) for link in wanted),
    )
