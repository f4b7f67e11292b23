"""eCode360 (General Code, ICC): a chapter or section, its print view, and the list of New Laws.

    /{guid}, /print/{CLIENT}?guid={guid}&children=true    chapters and sections; the print view holds them whole
    /{CLIENT}                                             the code's table of contents
    /{CLIENT}/laws                                        adopted, not yet codified, each with its PDF

Written from the vendor's help pages and from open readers of these pages; never seen live. The vendor refuses most
programs by their TLS fingerprint (403): that is told as blocked.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from urllib.parse import urlencode, urljoin

from bs4 import BeautifulSoup
from bs4.element import Tag

from watcher.platforms import (
    About,
    Document,
    EmptyReading,
    LayoutChanged,
    Matter,
    Passage,
    Reading,
    Request,
    Response,
    Site,
    Step,
    codes,
    marks,
    pages,
)

ABOUT = About(
    vendor="eCode360 (General Code, ICC)",
    reads="chapters and sections, print view, table of contents, New Laws with their PDFs",
    checked="written from documentation, never seen live",
    amended="the text itself; a new entry among the New Laws",
    of="code",
)
OPTIONS: frozenset[str] = frozenset()
MIN_DELAY = timedelta(seconds=2.7)

CLIENT = re.compile(r"/(?:print/)?(?P<client>[A-Z]{2}\d{4})(?=[/?#]|\Z)")
GUID = re.compile(r"(?<!\d)\d{5,}(?!\d)")
LEAF = re.compile(r"/(\d{5,})(?=[#?]|\Z)")
CONTENT = "#codeContent, #pageContent, .contentContainer, #contentArea, main, #content, body"
CHROME = "footer, nav, script, .breadcrumb, .breadcrumbs, #toc, .toolbar, .printOptions, .noprint"
HEADINGS = ".titleLinkContainer, [data-full-title], .contentTitle"  # a <header> that holds one heads a section
TITLE = re.compile(
    r"(?P<kind>title|division|part|subpart|chapter|subchapter|article|subarticle|section|appendix|subtitle)Title\Z"
)
MARKS = re.compile(rb"ecode360|generalcode\.com", re.IGNORECASE)
PARTS = re.compile(rb"(?:section|chapter|article)(?:_content|Title)|titleLink|litem_number|New Laws", re.IGNORECASE)
NO_LAWS = re.compile(
    r"(?:there (?:are|is) (?:currently |presently )?no|no) (?:new )?(?:laws?|legislation)\b[^.]*", re.I
)


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """The New Laws, where the address names the client, and the watched page."""
    here = Request(site.url, kind="legislation", why="the watched part of the code", stable_key="code")
    client = CLIENT.search(pages.split(site.url).path)
    if client is None or pages.split(site.url).path.rstrip("/").endswith("/laws"):
        return (here,)
    return (laws_of(site.url, client["client"]), here)


def laws_of(url: str, client: str) -> Request:
    """The list of New Laws."""
    return Request(urljoin(url, f"/{client}/laws"), why="New Laws, not yet codified", stable_key="laws", optional=True)


def read(site: Site, response: Response) -> Reading:
    """A part of the code, its table of contents, the New Laws, or a law's PDF.

    Raises LayoutChanged for a page that is not eCode360's, EmptyReading for one without words.
    """
    if codes.is_paper(response):
        return pages.read_document(response)
    page = pages.page_of(response)
    if not MARKS.search(response.body) or not PARTS.search(response.body):
        raise LayoutChanged(
            "the page has no part of a code of eCode360's (chapterTitle, section_content)", url=response.url
        )
    if pages.split(response.url).path.rstrip("/").endswith("/laws"):
        return read_laws(page, site, response)
    return read_code(page, response)


def read_code(page: BeautifulSoup, response: Response) -> Reading:
    """Chapters, articles and sections; where only titles are shown, the print view that holds their texts is followed."""
    title = pages.seen(page.title)
    client = CLIENT.search(pages.split(response.url).path) or CLIENT.search(response.body.decode("utf-8", "replace"))
    guid = pages.parameter(response.url, "guid") or next(iter(GUID.findall(pages.split(response.url).path)), "")
    for chrome in (*page.select(CHROME), *(tag for tag in page.find_all("header") if not tag.select_one(HEADINGS))):
        chrome.decompose()
    for name in page.select(".titleNumber, .titleTitle"):
        name.insert_after(" ")
    root = page.select_one(CONTENT) or page
    found = codes.document(response.url, title, codes.from_page(root, heading), guid, codes.contents(root, LEAF))
    follow: list[Request] = []
    if client and guid and "/print/" not in response.url and not page.select_one(".section_content, .para, .litem"):
        path = f"/print/{client['client']}?" + urlencode({"guid": guid, "children": "true"})
        follow.append(
            Request(urljoin(response.url, path), kind="legislation", why="print view", stable_key=f"print:{guid}")
        )
    if client and not CLIENT.search(pages.split(response.url).path):
        follow.append(laws_of(response.url, client["client"]))
    return Reading(found, follow=tuple(follow))


def heading(text: str, tag: Tag) -> tuple[int, str] | None:
    """Level and guid of a heading: by its class (chapterTitle), else by its words where it is set as a heading."""
    kinds = [found["kind"] for name in pages.classes(tag) if (found := TITLE.match(name))]
    level = max((codes.LEVELS.get(kind, codes.SECTION) for kind in kinds), default=0)
    if not level and (tag.name in ("h1", "h2", "h3", "h4") or "title" in pages.classes(tag) or is_titled(tag)):
        level = codes.level_of(text) or (codes.SECTION if is_titled(tag) and codes.number_of(text) else 0)
    if not level:
        return None
    links = [str(link.get("href")) for link in tag.find_all("a", href=True)]
    inner = [str(part["data-guid"]) for part in tag.select("[data-guid]")]
    named = [str(tag.get(name) or "") for name in ("id", "data-guid")] + inner + links
    return level, next((GUID.findall(name)[-1] for name in named if GUID.search(name)), "")


def is_titled(tag: Tag) -> bool:
    """Whether a block is set as a title by its parts: a number (titleNumber) within what the vendor calls a title."""
    return tag.select_one(".titleNumber") is not None and (
        tag.has_attr("data-full-title") or "titleLinkContainer" in pages.classes(tag) or tag.name == "header"
    )


def read_laws(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """The table of New Laws, read by the words over its columns."""
    matters: list[Matter] = []
    for table in page.find_all("table"):
        heads = [pages.seen(cell).lower() for cell in table.find_all("th")]
        for row in table.find_all("tr"):
            cells = row.find_all("td", recursive=False)
            if len(cells) > 1 and (matter := law_of(dict(zip(heads, cells, strict=False)), cells, site, response)):
                matters.append(matter)
    said = NO_LAWS.search(pages.seen(page))
    if not matters and not said:
        raise EmptyReading("no New Laws, and no word that there are none", url=response.url)
    follow = tuple(
        Request(
            matter.url or "", kind="attachment", why=f"New Law {matter.file}", title=f"{matter.file} {matter.title}".strip(),
            stable_key=f"law:{matter.id}", matter=matter,
        )
        for matter in matters
        if matter.url and "attachments" in site.follow
    )  # fmt: skip
    passages = tuple(Passage(f"{matter.file} {matter.title}".strip(), ("New Laws",), matter.id) for matter in matters)
    document = Document(response.url, pages.seen(page.title) or "New Laws", "listing", passages)
    return Reading(
        document, matters=tuple(matters), follow=follow[:60], proof=said.group(0) if said and not matters else None
    )


def law_of(row: dict[str, Tag], cells: list[Tag], site: Site, response: Response) -> Matter | None:
    """One New Law: its title leads to the PDF, the other columns say when it was adopted and what it is about."""

    def cell(*words: str) -> Tag | None:
        return next((tag for head, tag in row.items() if any(word in head for word in words)), None)

    name = cell("title", "law", "number") or cells[0]
    url = next((address for _, address in pages.links(name, response.url)), None)
    if not pages.seen(name):
        return None
    adopted = marks.moment(pages.seen(cell("adopt", "date", "enact")), site.jurisdiction.time_zone)
    subject = pages.seen(cell("subject", "description", "topic"))
    affects = pages.seen(cell("affect", "chapter"))
    return Matter(
        id=pages.split(url).path.rsplit("/", 1)[-1].split(".")[0] if url else pages.seen(name),
        file=pages.seen(name),
        kind="New Law",
        title=subject,
        url=url,
        history=(Step(adopted, site.body or "", "adopted"),) if adopted else (),
        text=f"Affects: {affects}" if affects else "",
    )


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is eCode360's (0 to 1)."""
    parts = pages.split(url)
    host, body = (parts.hostname or "").lower(), response.body if response else b""
    if host == "ecode360.com" or host.endswith(".ecode360.com"):
        return 0.95
    if MARKS.search(body) and re.search(rb"section_content|chapterTitle|sectionTitle|titleLink|litem_number", body):
        return 0.9
    return 0.4 if CLIENT.search(parts.path) else 0.0
