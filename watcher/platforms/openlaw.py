"""Open Law Library (District of Columbia and others): sections, containers and acts as XML, and the pages made of them.

    …/us/dc/council/code/titles/24/sections/24-211.07.xml     a section
    …/us/dc/council/periods/23/laws/23-282.xml                an act with its votes and its sections
    …/us/dc/council/code/sections/24-211.07                   the page that people read

With the option `api` (a place that serves the XML as the public repository law-xml has it, on any host) the XML of the
page's section is asked for. Emergency and temporary acts make a section exist twice; annotations are the publisher's notes.

Checked against a section of the District's code (2019, 2020) and an act (2020) as XML; the pages were never seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from bs4 import BeautifulSoup
from bs4.element import Tag

from watcher.platforms import (
    About,
    Document,
    EmptyReading,
    LayoutChanged,
    Matter,
    Reading,
    Request,
    Response,
    Site,
    Step,
    Unreadable,
    codes,
    marks,
    pages,
)

ABOUT = About(
    vendor="Open Law Library (DC law)",
    reads="sections, containers and acts as XML with votes and dates; pages of a section",
    checked="a section of the District's code (2 states) and an act, as XML, 2019 to 2020",
    amended="the text itself; annotations and citations are no change",
    of="code",
)
OPTIONS = frozenset({"api"})
MIN_DELAY = timedelta(seconds=2.7)

SCHEMA = b"/schemas/dc-library"
SECTION_PAGE = re.compile(r"(?P<root>.*?/code)/sections/(?P<number>(?P<title>\d+[A-Z]?)[-:][\w.:-]+?)(?:\.html)?/?\Z")


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """The watched address, or with the option `api` the XML of its section."""
    url, parts = site.url, pages.split(site.url)
    found = SECTION_PAGE.match(parts.path)
    if (api := site.options.get("api", "").rstrip("/")) and not parts.path.endswith(".xml"):
        path = f"{found['root']}/titles/{found['title']}/sections/{found['number']}.xml" if found else parts.path
        url = api + path
    return (Request(url, kind="legislation", why="the watched law", stable_key="law"),)


def read(site: Site, response: Response) -> Reading:
    """A section, a container or an act.

    Raises LayoutChanged for what is not the library's, EmptyReading for a section without words, Unreadable for half a file.
    """
    if codes.is_paper(response):
        return pages.read_document(response)
    if pages.is_html(response):
        return read_page(response)
    text = pages.decoded(response)
    if SCHEMA not in response.body[:4000]:
        raise LayoutChanged("the answer is no law of the Open Law Library's (schema dc-library)", url=response.url)
    root = BeautifulSoup(text, "xml").find(["section", "document", "container"])
    if not isinstance(root, Tag) or not text.rstrip().endswith(f"</{root.name}>"):
        raise Unreadable("the XML stops half way: its end is missing", url=response.url)
    if root.name == "document":
        return read_act(root, site, response)
    found = codes.document(response.url, titled(root), blocks_of(root, codes.SECTION if root.name == "section" else 1))
    return Reading(found, follow=tuple(included(root, response)) if root.name == "container" else ())


def read_page(response: Response) -> Reading:
    """The page made of a section: headings and lines."""
    page = pages.page_of(response)
    root = page.select_one("main, article, #content, .content, body")
    if root is None or not page.select_one(".line-start, .line-text, .line-group"):
        raise LayoutChanged("the page has no law of the Open Law Library's (line-text)", url=response.url)
    for chrome in root.select("nav, header, footer, aside, .toolbar"):
        chrome.decompose()
    found = codes.document(response.url, pages.seen(page.title), codes.from_page(root, page_heading))
    return Reading(found)


def page_heading(text: str, tag: Tag) -> tuple[int, str] | None:
    """Level and number of a heading on a page; "Annotations" and what stands under it are the publisher's."""
    if tag.name not in ("h1", "h2", "h3", "h4") or not (level := codes.level_of(text.replace("–", "-"))):
        return None
    return level, codes.number_of(text.replace("–", "-")) if level == codes.SECTION else ""


# ------------------------------------------------------------------------------------------------------------- XML


def children(tag: Tag, *names: str) -> Iterator[Tag]:
    """The elements right under one, by name in the library's own namespace."""
    for child in tag.find_all(list(names) if names else True, recursive=False):
        if isinstance(child, Tag):
            yield child


def said(tag: Tag, name: str) -> str:
    """The words of the first child of that name."""
    found = next(children(tag, name), None)
    return " ".join(found.get_text("").split()) if found else ""


def titled(tag: Tag) -> str:
    """A heading as the library prints it: § 24-211.07. District compliance …, Chapter 2A. …"""
    number, name, prefix = said(tag, "num"), said(tag, "heading"), said(tag, "prefix")
    lead = f"{prefix} {number}".strip() if prefix or tag.name != "section" else f"§ {number}"
    return ". ".join(part for part in (lead, name) if part.strip("§ "))


def blocks_of(tag: Tag, level: int) -> Iterator[codes.Block]:
    """A section or container with its paragraphs, what they quote, and its annotations."""
    number = said(tag, "num")
    yield codes.Block(
        titled(tag), level, number if tag.name == "section" else f"{said(tag, 'prefix')} {number}".strip()
    )
    yield from lines_of(tag, level)


def lines_of(tag: Tag, level: int) -> Iterator[codes.Block]:
    """What stands under a heading, in order."""
    for child in children(tag):
        if child.name in ("section", "container"):
            deeper = codes.SECTION if child.name == "section" else min(level + 1, codes.SECTION - 1)
            yield from blocks_of(child, deeper)
        elif child.name == "para":
            yield from paragraph(child)
        elif child.name == "include":
            yield from quoted(child)
        elif child.name == "annotations":
            yield from notes_of(child)
        elif child.name == "table":
            yield from (codes.Block(text) for text, _ in codes.lines(child))
        elif child.name in ("text", "aftertext"):
            yield from words(child)


def words(tag: Tag) -> Iterator[codes.Block]:
    """A text; a full stop after a quotation is none."""
    text = " ".join(tag.get_text("").split())
    if any(letter.isalnum() for letter in text):
        yield codes.Block(text)


def paragraph(tag: Tag) -> Iterator[codes.Block]:
    """A numbered paragraph and those inside it; a number without words of its own goes before the first of them."""
    lead = " ".join(filter(None, (said(tag, "num"), said(tag, "heading"), said(tag, "text"))))
    yield codes.Block(lead)
    first = True
    for child in children(tag):
        if child.name == "text" and first:
            first = False
        elif child.name == "para":
            yield from paragraph(child)
        elif child.name == "include":
            yield from quoted(child)
        elif child.name in ("text", "aftertext"):
            yield from words(child)


def quoted(tag: Tag) -> Iterator[codes.Block]:
    """The words that an act puts into the code. They stand in the act's section, not as sections of their own."""
    for child in children(tag):
        if child.name == "para":
            yield from paragraph(child)
        elif child.name in ("section", "container"):
            yield codes.Block(titled(child))
            yield from quoted(child)
        elif child.name == "include":
            yield from quoted(child)
        elif child.name in ("text", "aftertext"):
            yield from words(child)


def notes_of(tag: Tag) -> Iterator[codes.Block]:
    """History, emergency legislation, editor's notes."""
    for note in tag.find_all("annotation"):
        kind = str(note.get("type") or "Note")
        text = " ".join(note.get_text("").split())
        if text:
            yield codes.Block(f"{kind}: {text}", note=codes.HISTORY if kind == "History" else codes.NOTE)


def included(root: Tag, response: Response) -> Iterator[Request]:
    """The files that a container is made of."""
    for link in list(root.find_all("include", href=True))[:60]:
        if url := pages.joined(response.url, str(link["href"])):
            name = pages.split(url).path.rsplit("/", 1)[-1].removesuffix(".xml")
            yield Request(url, kind="legislation", why=f"§ {name}", title=f"§ {name}", stable_key=f"section:{name}")


# ------------------------------------------------------------------------------------------------------------ acts


def read_act(root: Tag, site: Site, response: Response) -> Reading:
    """An act: its names and numbers, its way through the council, and its sections."""
    name = str(root.get("id") or "").strip() or f"Act {said(root, 'num')}"
    headings = {str(tag.get("type") or ""): " ".join(tag.get_text("").split()) for tag in children(root, "heading")}
    short = headings.get("short") or headings.get("") or ""
    meta = root.find("meta")
    steps = steps_of(meta, site) if isinstance(meta, Tag) else ()
    history = tuple(sorted(steps, key=lambda step: step.date.timestamp() if step.date else 0))
    source = meta.find("history", url=True) if isinstance(meta, Tag) else None
    blocks = [codes.Block(f"{name}. {short}".strip(". "), 1, name), codes.Block(headings.get("long", ""))]
    blocks += lines_of(root, 1)
    passages = codes.passages(block for block in blocks if block.text)
    if len(passages) < 2 and not history:
        raise EmptyReading("the act has no words", url=response.url)
    matter = Matter(
        id=name,
        file=name,
        kind="Act",
        title=short or headings.get("long", ""),
        url=str(source["url"]) if isinstance(source, Tag) else None,
        history=history,
    )
    return Reading(Document(response.url, f"{name} {short}".strip(), "legislation", passages), matters=(matter,))


def steps_of(meta: Tag, site: Site) -> Iterator[Step]:
    """When the act was introduced, voted on, enacted and became law."""
    zone = site.jurisdiction.time_zone
    for tag in meta.find_all(["introduced", "vote", "enacted", "effective", "expires", "expired"]):
        reading = str(tag.get("reading") or "")
        day = marks.moment(str(tag.get("date") or tag.get_text("")), zone)
        if day:
            yield Step(day, site.body or "", f"{reading} reading vote".strip() if tag.name == "vote" else tag.name)


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is the Open Law Library's (0 to 1)."""
    parts = pages.split(url)
    host, body = (parts.hostname or "").lower(), response.body if response else b""
    if host in ("code.dccouncil.gov", "code.dccouncil.us") or host.endswith("openlaw.org"):
        return 0.95
    if SCHEMA in body[:4000]:
        return 0.95
    return 0.4 if SECTION_PAGE.match(parts.path) and "/council/" in parts.path else 0.0
