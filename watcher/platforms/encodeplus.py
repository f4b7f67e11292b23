"""enCodePlus (online.encodeplus.com): the server-rendered view of a part of a code.

    /regs/{slug}/doc-view.aspx?tocid=001.004 | ?secid=N      #thePage with nested <section data-secid>
    /regs/{slug}/doc-viewer.aspx?… #secid-N                  the page that people read: its doc-view is asked for

A tocid is a place that moves; sections are keyed by their data-secid.

Checked against a Markdown rendering of Somerville's whole code and of one section (2026); the HTML is read as the open
program that made that rendering describes it, and was never seen live.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import urlencode, urlunsplit

from bs4.element import Tag

from watcher.platforms import About, LayoutChanged, Reading, Request, Response, Site, codes, pages

ABOUT = About(
    vendor="enCodePlus",
    reads="a part of a code by section (doc-view), Markdown renderings",
    checked="2 Markdown renderings of Somerville's code, 2026; the HTML never seen live",
    amended="the text itself",
    of="code",
)
OPTIONS: frozenset[str] = frozenset()
MIN_DELAY = timedelta(seconds=2.7)

VIEWER = re.compile(r"/doc-view(?:er)?\.aspx\Z", re.IGNORECASE)
SECID = re.compile(r"<!--\s*secid:(\d+)\s*-->")
COMMENT = re.compile(r"<!--.*?-->")
CHROME = "#sectionBanner, .mini-TOC, .miniTOC, script, style, noscript"


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """The server-rendered view of the watched part."""
    parts = pages.split(site.url)
    secid = pages.parameter(site.url, "secid") or next(iter(re.findall(r"secid-(\d+)", parts.fragment)), "")
    tocid = pages.parameter(site.url, "tocid") or next(iter(re.findall(r"tocid-([\d.]+)", parts.fragment)), "")
    url = site.url
    if VIEWER.search(parts.path) and (secid or tocid):
        asked = {"secid": secid, "ajax": "0"} if secid else {"tocid": tocid}
        path = VIEWER.sub("/doc-view.aspx", parts.path)
        url = urlunsplit((parts.scheme, parts.netloc, path, urlencode(asked), ""))
    return (Request(url, kind="legislation", why="the watched part of the code", stable_key="code"),)


def read(site: Site, response: Response) -> Reading:
    """A part of a code. Raises LayoutChanged where the view is not there, EmptyReading where it says nothing."""
    if codes.is_paper(response):
        return pages.read_document(response)
    if not pages.is_html(response):
        return read_markdown(response)
    page = pages.page_of(response)
    root = page.select_one("#thePage")
    if root is None or not root.find("section"):
        raise LayoutChanged("the page has no part of a code of enCodePlus's (#thePage, section)", url=response.url)
    crumbs = [pages.seen(link) for link in page.select(".breadCrumbs a")]
    for chrome in root.select(CHROME):
        chrome.decompose()
    title = pages.seen(page.title)
    return Reading(codes.document(response.url, title, under(crumbs, codes.from_page(root, heading))))


def under(crumbs: list[str], blocks: Iterator[codes.Block]) -> Iterator[codes.Block]:
    """The blocks without a heading that only says again what the part stands under."""
    first = next(blocks, None)
    if first is not None and not (first.level and first.text in crumbs[:-1]):
        yield first
    yield from blocks


def heading(text: str, tag: Tag) -> tuple[int, str] | None:
    """Level of a heading, and the secid of the section that it heads."""
    if tag.name not in ("h1", "h2", "h3", "h4", "h5", "h6"):
        return None
    section = tag.find_parent("section")
    return int(tag.name[1]), str(section.get("data-secid") or "") if section else ""


def read_markdown(response: Response) -> Reading:
    """A rendering in Markdown with the publisher's ids as comments (<!-- secid:N -->)."""
    text = pages.decoded(response)
    blocks = tuple(markdown(text))
    if not any(block.level for block in blocks):
        raise LayoutChanged("the text has no heading", url=response.url)
    if not SECID.search(text) and not any(codes.level_of(block.text) for block in blocks if block.level):
        raise LayoutChanged("the text has no section of a code (secid, Sec.)", url=response.url)
    title = next(line.strip() for line in text.lstrip("\ufeff").splitlines() if line.strip())
    return Reading(codes.document(response.url, title, blocks))


def markdown(text: str) -> Iterator[codes.Block]:
    """Headings and lines. A secid belongs to the heading that comes next; a paragraph's own is not kept."""
    secid = ""
    preface = "<!-- tocid:" in text  # who rendered it, when and from where
    for line in text.splitlines():
        preface = preface and "<!-- tocid:" not in line
        if found := SECID.search(line):
            secid = found[1]
        line = COMMENT.sub("", line).replace("**", "").strip()
        if not line or line == "---":
            continue
        marks = len(line) - len(line.lstrip("#"))
        if preface:
            yield codes.Block(line, note=codes.NOTE)
        elif 0 < marks <= 6 and line[marks : marks + 1] == " ":
            yield codes.Block(line[marks:].strip(" #"), marks, secid)
        else:
            yield codes.Block(re.sub(r"\A(?:\d{1,3}\.|[-*])\s+(?=\()", "", line))
        secid = ""


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is enCodePlus's (0 to 1)."""
    parts = pages.split(url)
    host, body = (parts.hostname or "").lower(), response.body if response else b""
    if host == "encodeplus.com" or host.endswith(".encodeplus.com"):
        return 0.95
    if b"thePage" in body and b"data-secid" in body:
        return 0.9
    return 0.4 if VIEWER.search(parts.path) else 0.0
