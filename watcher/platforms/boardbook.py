"""BoardBook Premier, Sparq Meetings and BOEconnect (Sparq Data Solutions): school boards, some towns; one application.

    /Public/Organization/{org}              every meeting of an organization, since ever
    /Public/Agenda/{org}?meeting={id}       one agenda with items, descriptions and attachments
    /Public/Minutes/{org}?meeting={id}, /Documents/…        documents

Checked against one recorded list (Saint Paul schools 2026). Agendas were never seen here: they are read by the classes
and attributes that public readers of them name.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from urllib.parse import parse_qsl, urljoin

from bs4 import BeautifulSoup
from bs4.element import Tag

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
    following,
    marks,
    outline,
    pages,
)

ABOUT = About(
    vendor="BoardBook, Sparq Meetings, BOEconnect (Sparq Data Solutions)",
    reads="an organization's meetings, agendas with items and attachments, minutes",
    checked="1 recorded response of Saint Paul schools, 2026; agendas from public readers' descriptions",
    amended="words such as “Amended” in a meeting's name; items and files by their own ids",
)
OPTIONS: frozenset[str] = frozenset()
MIN_DELAY = timedelta(seconds=1.5)

HOSTS = ("boardbook.org", "sparqdata.com", "boeconnect.net")
MARKS = (b"Sparq Data Solutions", b'id="PublicMeetingsTable"', b"sparqdata.com/SharedContent")
PUBLIC = re.compile(r"/public/(organization|agenda|minutes|downloadagenda|downloadminutes)/([^/]+)", re.IGNORECASE)
KINDS = {"agenda": "agenda", "minutes": "minutes", "downloadagenda": "packet", "downloadminutes": "minutes-file"}
FILE = re.compile(r"/documents/(?:downloadpdf/([\w-]+)|fileviewerorpublic/)", re.IGNORECASE)
NOTHING = re.compile(
    r"\b(?:there are )?no (?:public |upcoming )?meetings (?:(?:are|were|have been) )?"
    r"(?:available|found|scheduled|posted|listed|published|to (?:display|show)|at this time)\b[^.<]*",
    re.IGNORECASE,
)
LABEL = re.compile(r"^((?:\d{1,3}|[A-Z]{1,2}|[IVXL]{1,6})(?:\.(?:\d{1,3}|[A-Za-z]{1,2}))*[.)])\s+(?=\S)")
PARENT = re.compile(r"^agenda-item-children-of-(\d+)$")


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """The organization's list of meetings; any other page as it stands."""
    found = PUBLIC.search(pages.split(site.url).path)
    listing = found is not None and found[1].lower() == "organization"
    return (Request(site.url, why="BoardBook meetings", stable_key="meetings" if listing else ""),)


def link_id(href: str) -> str | None:
    """The stable name of what a link leads to, e.g. "agenda:743647", "file:2381887"; None for navigation."""
    parts = pages.split(href)
    given = {name.lower(): value for name, value in parse_qsl(parts.query)}
    if found := FILE.search(parts.path):
        ident = found[1] or given.get("file")
        return f"file:{ident}" if ident else None
    public = PUBLIC.search(parts.path)
    kind = KINDS.get(public[1].lower()) if public else None
    return f"{kind}:{given['meeting']}" if kind and given.get("meeting") else None


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is this vendor's (0 to 1)."""
    parts = pages.split(url)
    host = (parts.hostname or "").lower()
    public = PUBLIC.search(parts.path)
    if public and any(host == name or host.endswith(f".{name}") for name in HOSTS):
        return 0.95
    if response and any(mark in response.body for mark in MARKS):
        return 0.9
    return 0.5 if public else 0.0


def read(site: Site, response: Response) -> Reading:
    """Everything a BoardBook response says: list of meetings, agenda or published document.

    Raises LayoutChanged, EmptyReading or Unreadable rather than report nothing without the vendor's word for it.
    """
    if pages.is_document(response):
        return pages.read_document(response)
    page = pages.page_of(response)
    rows = page.select("tr.agenda-item-information")
    if rows or (link_id(response.url) or "").startswith("agenda:"):
        return read_agenda(page, rows, site, response)
    table = page.find(id="PublicMeetingsTable") or page.select_one("table:has(tr.row-for-board)")
    if not isinstance(table, Tag) and not any(mark in response.body for mark in MARKS):
        raise LayoutChanged("neither meetings nor an agenda: no page of BoardBook's", url=response.url)
    return read_list(page, table if isinstance(table, Tag) else None, site, response)


# ------------------------------------------------------------------------------------------------------- meetings


def read_list(page: BeautifulSoup, table: Tag | None, site: Site, response: Response) -> Reading:
    """The organization's meetings. EmptyReading where the page does not say that there are none."""
    body = organization(page, site)
    rows = [row for row in table.find_all("tr") if row.find("td")] if table else []
    meetings = tuple(meeting for row in rows if (meeting := meeting_of(row, body, site, response)))
    proof = None
    if not meetings:
        if any(link_id(url) for row in rows for _, url in pages.links(row, response.url)):
            raise LayoutChanged("no row of the list has a readable date", url=response.url)
        said = NOTHING.search(pages.seen(page.select_one("main") or page.body))
        if said is None:
            raise EmptyReading("the page shows no meeting and does not say that there is none", url=response.url)
        proof = said[0].strip()
    follow = following.from_listing(meetings, site, response.fetched_at)
    return Reading(Document(response.url, pages.seen(page.title), "listing"), meetings, follow=follow, proof=proof)


def organization(page: BeautifulSoup, site: Site) -> str:
    """Whose meetings these are, from the page's heading ("… Meetings") or its title."""
    headings = [pages.seen(tag) for tag in page.find_all(["h1", "h2"])]
    named = next((text for text in headings if text.lower().endswith(" meetings")), "")
    title = re.sub(r"\s+Public View\b.*$", "", pages.seen(page.title))
    return site.body or re.sub(r"\s+meetings$", "", named, flags=re.IGNORECASE) or title


def meeting_of(row: Tag, body: str, site: Site, response: Response) -> Meeting | None:
    """One row: "May 5, 2026 at 4:30 PM - Committee", its place, its links. None for a row without a date."""
    cells = row.find_all("td", recursive=False)
    line = pages.seen(cells[0].find("div") or cells[0]) if cells else ""
    start = marks.moment(line, site.jurisdiction.time_zone)
    if start is None:
        return None
    links: dict[str, Link] = {}
    for cell in cells[1:]:
        for label, url in pages.links(cell, response.url):
            if link := link_of(label, url, marks.revised_mark(line)):
                links.setdefault(link.id, link)
    called_off = " ".join(pages.seen(tag) for tag in row.select(".meeting-is-cancelled"))
    name = re.sub(r"\s*\bcancell?ed\b\s*$", "", line.partition(" - ")[2], flags=re.IGNORECASE)
    kind = pages.seen(cells[0]).partition("Meeting Type:")[2].strip()
    page = next((link for link in links.values() if link.kind == "agenda"), None)
    ident = next((link.id.partition(":")[2] for link in links.values() if ":" in link.id and link_id(link.url)), "")
    return Meeting(
        id=ident or f"{start.isoformat()}:{name}",
        body=body,
        title=name or kind,
        start=start,
        status=marks.status_of(start, response.fetched_at, line, called_off),
        location=place_of(cells[1]) if len(cells) > 1 else "",
        url=page.url if page else None,
        documents=tuple(links.values()),
    )


def link_of(label: str, url: str, revised: str | None) -> Link | None:
    """A published document of a meeting; None for maps."""
    identity = link_id(url)
    if identity is None:
        kind = marks.document_kind(label)
        if "map it" in label.lower() or kind == "other":
            return None if "stream" not in label.lower() else Link(url, url, label, "video")
        return Link(url, url, label, kind)
    kind = identity.partition(":")[0].removesuffix("-file")
    kind = marks.document_kind(label) if kind == "file" else kind
    return Link(identity, url, label, kind, revised if kind in ("agenda", "packet") else None)


def place_of(cell: Tag) -> str:
    """Room and address: the parts that the page marks as a location, else the cell's words without its map."""
    parts = [pages.seen(tag) for tag in cell.select("[id^=location]")]
    return ", ".join(filter(None, parts)) or re.sub(r"\[?\s*map it\s*\]?", "", pages.seen(cell)).strip()


# -------------------------------------------------------------------------------------------------------- agendas


def read_agenda(page: BeautifulSoup, rows: list[Tag], site: Site, response: Response) -> Reading:
    """An agenda's page: its items, each with its description and files."""
    listed = response.request.meeting
    text = pages.seen(page.select_one("main") or page.body)
    start = listed.start if listed else marks.moment(text[:3000], site.jurisdiction.time_zone)
    if start is None:
        raise LayoutChanged("the agenda's page has no readable date", url=response.url)
    if not rows and not re.search(r"\bagenda\b", text, re.IGNORECASE):
        raise LayoutChanged("the agenda's rows are missing", url=response.url)
    ident = (link_id(response.url) or "").removeprefix("agenda:") or (listed.id if listed else response.url)
    agenda, depths = outline.Outline(ident), {"0": 0}
    for row in rows:
        read_row(row, agenda, depths, response.url)
    items = agenda.items()
    if not items:
        raise EmptyReading("the agenda's page holds no item", url=response.url)
    packets = {link.id: link for label, url in pages.links(page, response.url) if (link := packet(label, url))}
    meeting = Meeting(
        id=ident,
        body=listed.body if listed else organization(page, site),
        title=listed.title if listed else "",
        start=start,
        status=listed.status if listed else marks.status_of(start, response.fetched_at, text[:300]),
        location=listed.location if listed else "",
        url=response.url,
        documents=(Link(f"agenda:{ident}", response.url, "Agenda", "agenda"), *packets.values()),
    )
    return Reading(
        document=Document(response.url, response.request.title or pages.seen(page.title), "meeting"),
        meetings=(meeting,),
        items=items,
        follow=following.from_meeting(meeting, items, (), site),
    )


def packet(label: str, url: str) -> Link | None:
    """The agenda with its files as one document."""
    identity = link_id(url) or ""
    return Link(identity, url, label, "packet") if identity.startswith("packet:") else None


def read_row(row: Tag, agenda: outline.Outline, depths: dict[str, int], base: str) -> None:
    """One item. A row's class names the item above it, its attribute itself."""
    ident = str(row.get("data-agendaitemid") or "")
    above = next((found[1] for name in pages.classes(row) if (found := PARENT.match(name))), "0")
    depth = depths.get(above, -1) + 1 if above != "0" else 0
    depths[ident] = depth
    head = row.select_one("div.form-check") or row.select_one("td") or row
    presenter = pages.seen(head.select_one("em"))
    heading = pages.seen(head).replace(presenter, "").strip()
    numbered = LABEL.match(heading)
    title = heading[numbered.end() :] if numbered else heading
    told = re.sub(r"^Description:\s*", "", pages.seen(row.select_one("div.Description")), flags=re.IGNORECASE)
    if not title:
        return
    agenda.add(
        title,
        depth=depth,
        number=numbered[1] if numbered else "",
        ident=ident,
        text="\n".join(filter(None, (presenter, told))),
        attachments=files(row, base),
    )


def files(row: Tag, base: str) -> list[Link]:
    """An item's files. A viewer's address is turned into that of the file itself."""
    found: dict[str, Link] = {}
    public = PUBLIC.search(pages.split(base).path)
    for anchor in row.find_all("a"):
        url = pages.address(anchor, base)
        given = str(anchor.get("data-documentid") or "")
        identity = f"file:{given}" if given else link_id(url) if url else None
        if identity is None or not identity.startswith("file:"):
            continue
        name = pages.seen(anchor.select_one(".fileNameValue")) or pages.seen(anchor)
        if public and (url is None or "downloadpdf" not in url.lower()):
            url = urljoin(base, f"/Documents/DownloadPDF/{identity.removeprefix('file:')}?org={public[2]}")
        if url:
            found.setdefault(identity, Link(identity, url, name))
    return list(found.values())
