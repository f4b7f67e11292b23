"""Municipal Code Online ({slug}.municipalcodeonline.com): the print view of a book or of one chapter.

    /book?type=ordinances#name=CHAPTER_10-30_SIGNS            the page that people read
    /book/print?type=ordinances&name=CHAPTER_10-30_SIGNS      the same as one static page, which is asked for

A heading is a `div.phx-name`, its text a `div.phx-docs`; ordinances appear as links to signed PDFs.
Written from what open readers of the print view say of it; never seen live.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlencode, urlunsplit

from bs4.element import Tag

from watcher.platforms import About, LayoutChanged, Reading, Request, Response, Site, codes, pages

ABOUT = About(
    vendor="Municipal Code Online",
    reads="the print view of a book or chapter by section, signed ordinances linked in it",
    checked="written from documentation, never seen live",
    amended="the text itself",
    of="code",
)
OPTIONS: frozenset[str] = frozenset()
MIN_DELAY = timedelta(seconds=2.7)

BOOK = re.compile(r"/book(?:/print)?/?\Z", re.IGNORECASE)
GONE = re.compile(r"(?:book|node)[^.<]{0,30}does not exist", re.IGNORECASE)


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """The print view of the watched chapter, or of the whole book where none is named."""
    parts = pages.split(site.url)
    url = site.url
    if BOOK.search(parts.path):
        asked = dict(parse_qsl(parts.query)) | dict(parse_qsl(parts.fragment))
        url = urlunsplit((parts.scheme, parts.netloc, BOOK.sub("/book/print", parts.path), urlencode(asked), ""))
    return (Request(url, kind="legislation", why="the watched part of the code", stable_key="code"),)


def read(site: Site, response: Response) -> Reading:
    """A book or chapter. Raises LayoutChanged for another page, EmptyReading for one that says nothing."""
    if codes.is_paper(response):
        return pages.read_document(response)
    page = pages.page_of(response)
    if not page.select_one(".phx-name, .phx-docs"):
        gone = GONE.search(pages.seen(page))
        said = (
            f"the publisher says: “{gone.group(0)}”" if gone else "the page has no part of a code (phx-name, phx-docs)"
        )
        raise LayoutChanged(said, url=response.url)
    for chrome in page.select("header, footer, nav, .navbar, .k-toolbar, script, style"):
        chrome.decompose()
    title = pages.seen(page.select_one(".phx-name")) or pages.seen(page.title)
    found = codes.document(response.url, title, codes.from_page(page.body or page, heading))
    return Reading(found, follow=tuple(signed(page, site, response)))


def heading(text: str, tag: Tag) -> tuple[int, str] | None:
    """A phx-name: its level by its words or by how deep it stands, its id the node's name where the page gives one."""
    holder = next((each for each in (tag, *list(tag.parents)[:3]) if "phx-name" in pages.classes(each)), None)
    if holder is None or len(text) > codes.LONGEST_HEADING:
        return None
    level = codes.level_of(text) or codes.SECTION
    return level, codes.number_of(text) if level == codes.SECTION else ""


def signed(page: Tag, site: Site, response: Response) -> list[Request]:
    """The signed ordinances that the text links to."""
    if "attachments" not in site.follow:
        return []
    found: dict[str, Request] = {}
    for words, url in pages.links(page, response.url):
        path = pages.split(url).path
        if path.lower().endswith(".pdf"):
            name = path.rsplit("/", 1)[-1]
            request = Request(
                url, kind="attachment", why=f"signed ordinance {words}", title=words, stable_key=f"pdf:{name}"
            )
            found.setdefault(name, request)
    return list(found.values())[:60]


def link_id(href: str) -> str | None:
    """The path of a signed ordinance, without the signature of its address."""
    path = href.split("#", 1)[0].split("?", 1)[0]
    return path if path.lower().endswith(".pdf") else None


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is Municipal Code Online's (0 to 1)."""
    parts = pages.split(url)
    host, body = (parts.hostname or "").lower(), response.body if response else b""
    if host == "municipalcodeonline.com" or host.endswith(".municipalcodeonline.com"):
        return 0.95
    if b"phx-name" in body and b"phx-docs" in body:
        return 0.9
    return 0.3 if BOOK.search(parts.path) and "type=" in parts.query else 0.0
