"""ICE's lists of 287(g) agreements: the page, its spreadsheets of participating and pending agencies, the memoranda.

    identify-and-arrest/287g                     the newest spreadsheet of either kind, whatever it is named today
    participatingAgencies…, pendingAgencies…     one item for each agreement: state, agency, support type
    287gMOA/….pdf                                the memorandum itself, where the site follows `attachments`

An agreement is known by its state, the agency's name and the support type, the name compared in a loose spelling: the
lists flip between "Green Forks" and "Greens Forks". One that comes under another name, in the same state and signed on the
same day, is the same reworded. Whether "link pending" has become "link" is no fact of the agreement. To leave the pending list
says nothing of a direction: most do because they have signed.

Checked against sixteen recorded spreadsheets of participating agencies (May to July 2025) and one recorded memorandum.
The page and the list of pending agencies were never recorded: they are read by the names of their links and columns.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from urllib.parse import unquote

from watcher.platforms import About, Document, LayoutChanged, Reading, Request, Response, Site, pages
from watcher.platforms.ice_287g import lists
from watcher.platforms.ice_287g.lists import FILE, LISTS, here, list_named, unwrapped

__all__ = ["ABOUT", "MIN_DELAY", "OPTIONS", "detect", "link_id", "opening", "read"]

ABOUT = About(
    vendor="ICE 287(g) lists (ice.gov)",
    reads="the lists of participating and pending agencies, one entry for each agreement; memoranda of agreement (PDF)",
    checked="16 recorded spreadsheets of May to July 2025 and one memorandum; the page itself never seen",
    amended="entries added, gone and reworded; a file published again under any name is the same list",
    of="agreements",
)
OPTIONS: frozenset[str] = frozenset()
MIN_DELAY = timedelta(seconds=2.7)

STAMP = re.compile(r"(?<!\d)(\d{2})[-_.]?(\d{2})[-_.]?(\d{4})[-_ ]?(am|pm)?", re.IGNORECASE)
NEVER = (date.min, "")


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """Return the page, or the list itself where the site's address is a spreadsheet."""
    if name := list_named(site.url):
        return (Request(site.url, why=LISTS[name], stable_key=name),)
    return (Request(site.url, why="ICE's page on 287(g)"),)


def read(site: Site, response: Response) -> Reading:
    """Return the newest lists to follow, the agreements of a list, or the text of a memorandum.

    Raises LayoutChanged for a page without a list or a list without its columns, EmptyReading for a list without
    agreements, Unreadable for a damaged file.
    """
    if response.body.startswith(b"PK\x03\x04"):
        return lists.read_list(site, response)
    if b"%PDF-" in response.body[:1024]:
        return pages.read_document(response)
    page = pages.page_of(response)
    newest: dict[str, tuple[tuple[date, str], str]] = {}
    for _, url in pages.links(page, response.url):
        name = list_named(url)
        if name and (name not in newest or _published(url) > newest[name][0]):
            newest[name] = (_published(url), url)
    if not newest:
        raise LayoutChanged("no link to a spreadsheet of participating or pending agencies", url=response.url)
    follow = [
        Request(here(newest[name][1], response.url), kind="document", why=title, title=title, stable_key=name)
        for name, title in LISTS.items()
        if name in newest
    ]
    return Reading(Document(response.url, pages.seen(page.title), "listing"), follow=tuple(follow))


def detect(url: str, response: Response | None) -> float:
    """Return how sure we are: ICE's own host, or the names of its lists."""
    parts = pages.split(url)
    host = parts.hostname or ""
    about = "287g" in parts.path.lower()
    if (host == "ice.gov" or host.endswith(".ice.gov")) and about:
        return 0.95
    if list_named(url):
        return 0.9
    body = response.body if response else b""
    if re.search(rb"""href=["'][^"']{0,300}(?:participating|pending)agencies[^"'/]{0,40}\.xlsx""", body, re.IGNORECASE):
        return 0.85
    return 0.3 if about else 0.0


def link_id(href: str) -> str | None:
    """Return the name of a list or memorandum that a link leads to; None for any other link."""
    path = unquote(pages.split(unwrapped(href)).path)
    return path if FILE.search(path) or (path.lower().endswith(".pdf") and "287g" in path.lower()) else None


# ---------------------------------------------------------------------------------------------------- the page


def _published(url: str) -> tuple[date, str]:
    """Return the day and the half of it in a file's name: …07032025pm.xlsx. Without one it is older than any."""
    found = STAMP.search(pages.split(url).path.rpartition("/")[2])
    try:
        return (date(int(found[3]), int(found[1]), int(found[2])), (found[4] or "").lower()) if found else NEVER
    except ValueError:
        return NEVER
