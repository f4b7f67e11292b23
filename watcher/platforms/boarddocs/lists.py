"""BD-GetMeetingsList, a committee's meetings since ever as JSON, and the portal, which names the committees."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bs4 import BeautifulSoup

from watcher.platforms import (
    Document,
    EmptyReading,
    LayoutChanged,
    Meeting,
    Reading,
    Request,
    Response,
    Site,
    following,
    marks,
    pages,
)
from watcher.platforms.boarddocs import asking


def read(site: Site, response: Response) -> Reading:
    """The meetings of the list. An empty one is no proof: a list asked for with a wrong committee comes empty."""
    answer = pages.json_of(response)
    entries = answer.get("meetings") if isinstance(answer, dict) else answer
    if not isinstance(entries, list):
        raise LayoutChanged("the answer is no list of meetings", url=response.url)
    named = [entry for entry in entries if isinstance(entry, Mapping) and entry.get("unique")]
    if not named:
        return nothing(entries, response)
    if not any("numberdate" in entry for entry in named):
        raise LayoutChanged("the entries have no date: no meetings of BoardDocs'", url=response.url)
    root = asking.root_of(response.url)
    meetings = tuple(meeting_of(entry, root, site, response) for entry in named)
    if not any(meeting.start for meeting in meetings):
        raise LayoutChanged("no entry of the list has a readable date", url=response.url)
    committee = asking.committee_of(response.url, response.request.body)
    follow = [
        request
        for meeting in following.by_nearness(meetings, response.fetched_at)
        for request in asking.of_meeting(root, committee, meeting)
    ]
    title = response.request.title or "Meetings"
    return Reading(Document(response.url, title, "listing"), meetings, follow=following.bounded(follow))


def nothing(entries: list[object], response: Response) -> Reading:
    """What an empty list means: where no committee was asked for, that the portal must name them first."""
    if any(entry for entry in entries):
        raise LayoutChanged("the entries name no meeting", url=response.url)
    asked = response.request
    if asked.method != "POST" or asking.committee_of(response.url, asked.body):
        raise EmptyReading("the list is empty, as it is for a committee that does not exist", url=response.url)
    portal = Request(
        f"{asking.root_of(response.url)}/Public", why="portal that names the committees", stable_key="portal"
    )
    proof = "a list of no committee is empty; the portal names the committees"
    return Reading(Document(response.url, "Meetings", "listing"), follow=(portal,), proof=proof)


def meeting_of(entry: Mapping[str, object], root: str, site: Site, response: Response) -> Meeting:
    """One entry; its time of day only where the clerk wrote it into the name."""
    name, ident = " ".join(str(entry.get("name") or "").split()), str(entry["unique"])
    start = start_of(str(entry.get("numberdate") or ""), name, site)
    return Meeting(
        id=ident,
        body=site.body or response.request.title,
        title=name,
        start=start,
        status=marks.status_of(start, response.fetched_at, name),
        url=f"{root}/goto?open&id={ident}",
    )


def start_of(number: str, name: str, site: Site) -> datetime | None:
    """A start out of 20240219 and a name such as "Board Meeting @ 6:30 p.m."."""
    day = marks.read_date(f"{number[:4]}-{number[4:6]}-{number[6:8]}" if number[:8].isdigit() else number)
    return marks.start_of(day, marks.read_time(name), site.jurisdiction.time_zone)


def committees_of(page: BeautifulSoup) -> dict[str, str]:
    """Id → name of each committee that a portal offers."""
    found: dict[str, str] = {}
    for tag in page.select("[committeeid]"):
        name = pages.seen(tag) or str(tag.get("aria-label") or tag.get("title") or "")
        found.setdefault(str(tag["committeeid"]), name.strip())
    for option in page.select("select[name*=committee] option[value], select[id*=committee] option[value]"):
        found.setdefault(str(option["value"]), pages.seen(option))
    return {ident: name for ident, name in found.items() if ident.strip() and "library" not in name.lower()}


def read_portal(committees: Mapping[str, str], site: Site, response: Response) -> Reading:
    """The portal: a list of meetings to ask for, of each committee or of the one that the site names."""
    wanted = {ident: name for ident, name in committees.items() if name.lower() == (site.body or "").lower()}
    root = asking.root_of(response.url)
    follow = tuple(asking.meetings(root, ident, name) for ident, name in (wanted or committees).items())
    names = ", ".join(name or ident for ident, name in committees.items())
    return Reading(
        Document(response.url, "Committees", "listing"), follow=follow, proof=f"the portal names committees: {names}"
    )
