"""Chicago's eLMS (City Clerk): the public API behind chicityclerkelms.chicago.gov.

    /meeting?filter=&sort=&top=&skip=   meetings with their files
    /meeting-agenda/{meetingId}         one meeting with its agenda in groups of items
    /matter/{matterId}                  a matter with attachments and actions

Dates carry a true offset. A file published again gets a new name in the store, which is its identity.

Checked against one recorded list (99 meetings of 2023). Agendas and matters were never seen live by us: they are read
by the fields that public readers of the API name.

Option `api`: the API's address, where it is not the portal's host with `api.` before it.
"""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import quote, urlunsplit

from watcher.platforms import About, LayoutChanged, Reading, Request, Response, Site, pages
from watcher.platforms.chicago_elms import matters, meetings
from watcher.platforms.chicago_elms.meetings import API, BACK, JSON, root

__all__ = ["ABOUT", "MIN_DELAY", "OPTIONS", "detect", "opening", "read"]

ABOUT = About(
    vendor="Chicago eLMS (City Clerk)",
    reads="meetings with notices, agendas and summaries; items; matters with actions and attachments",
    checked="1 recorded list of 99 meetings, 2023; agendas and matters never seen live",
    amended="another file in place of the agenda; the clerk's comment; words such as “Revised” in a file's name",
)
OPTIONS = frozenset({"api"})
MIN_DELAY = timedelta(seconds=2.7)

AHEAD, MOST = timedelta(days=120), 500  # the API gives no more than 500 at once


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """The meetings from two weeks ago to some months ahead; an API address with a question is asked as it stands."""
    parts = pages.split(site.url)
    if API.match(parts.path) and (parts.query or not parts.path.rstrip("/").lower().endswith(("meeting", "agenda"))):
        return (Request(site.url, headers=JSON, why="eLMS meetings", stable_key="meetings"),)
    window = f"date ge {today - BACK}T00:00:00Z and date lt {today + AHEAD}T00:00:00Z"
    query = f"filter={quote(window, safe=':')}&sort=date%20asc&top={MOST}"
    return (Request(f"{root_of(site)}/meeting?{query}", headers=JSON, why="eLMS meetings", stable_key="meetings"),)


def root_of(site: Site) -> str:
    """Where the API lives, without a slash at its end."""
    if api := site.options.get("api"):
        return root(api)
    parts = pages.split(site.url)
    city = (parts.hostname or "").endswith(".chicago.gov") and not parts.netloc.startswith("api.")
    return root(urlunsplit((parts.scheme, f"api.{parts.netloc}", "", "", "")) if city else site.url)


def read(site: Site, response: Response) -> Reading:
    """What the API says: a list of meetings, a meeting with its agenda, a matter or a document.

    Raises LayoutChanged, EmptyReading or Unreadable rather than report nothing without proof.
    """
    if pages.is_document(response):
        return pages.read_document(response)
    answer = pages.json_of(response)
    if isinstance(answer, dict) and "data" in answer:
        return meetings.read(answer, site, response)
    if isinstance(answer, dict) and "meetingId" in answer:
        return matters.read_agenda(answer, site, response)
    if isinstance(answer, dict) and "matterId" in answer and "recordNumber" in answer:
        return matters.read_matter(answer, site, response)
    raise LayoutChanged("the answer is neither meetings nor a matter of eLMS", url=response.url)


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is eLMS's (0 to 1)."""
    if (pages.split(url).hostname or "").lower().endswith("chicityclerkelms.chicago.gov"):
        return 0.95
    body = response.body if response else b""
    return 0.9 if b'"meetingId"' in body and b'"bodyAbbreviation"' in body else 0.0
