"""Code Publishing (General Code, ICC): a chapter as one static page.

    /{ST}/{City}/html/{City}09/{City}0904.html              a chapter, a title's contents
    /{ST}/{City}/#!/{City}09/{City}0904.html#9.04.010       the page that people read; its static page is asked for
    /{ST}/{City}/?{City}09/{City}0904.html                  the same, older
    {city}.municipal.codes/Code/9.04                        the publisher's newer pages: an article.type-Section a section

With a section behind the second # only that section is watched. Headings are known by their class (Cite) or their words.
Checked against how such pages are described and one page's text of contents; never seen live.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from urllib.parse import unquote

from bs4.element import Tag

from watcher.platforms import About, LayoutChanged, Reading, Request, Response, Site, codes, pages

ABOUT = About(
    vendor="Code Publishing (General Code)",
    reads="a chapter by section, or one section of it; a title's contents",
    checked="written from documentation, never seen live",
    amended="the text itself",
    of="code",
)
OPTIONS: frozenset[str] = frozenset()
MIN_DELAY = timedelta(seconds=2.7)

ROOT = re.compile(r"\A(?P<root>/[a-z]{2}/[^/]+)/", re.IGNORECASE)
LEAF = re.compile(r"([\w-]+\.html(?:#[\w.-]+)?|#[\w.-]*\d[\w.-]*)\Z")
NUMBERED = re.compile(r"(?:§\s*)?\d+[A-Z]?(?:[.-]\d+[A-Z]?){1,3}\.?\s+\S")
CONTENT = "#mainContent, #codeContent, #main, #content, main, body"
STYLED = re.compile(rb"class=[\"']?(?:CiteTOC|TOC|CH|Title)\b")
OWN = re.compile(
    rb"codepublishing|codebook|class=[\"']?(?:Cite|CHTitle|CH|TitleTitle|CiteTOC|TOC)\b|\btype-(?:Section|Chapter|Title)\b",
    re.IGNORECASE,
)
NEWER = re.compile(r"(?:\A|\.)(?:municipal|county|tribal)\.codes\Z")
PART = re.compile(r"type-(\w+)")
ASIDES = ((re.compile(r"toc\b", re.IGNORECASE), "minitoc"), (re.compile(r"\bfn\d*\b", re.IGNORECASE), "footnote"))
BELOW = re.compile(r"/[\w.-]+/([\w.-]*\d[\w.-]*)\Z")  # /Code/9.04.010 on a newer page


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """The static page of the watched chapter."""
    return (Request(static(site.url), kind="legislation", why="the watched chapter", stable_key="code"),)


def static(url: str) -> str:
    """The static page of an address with #! or ?; a page's own address as it stands."""
    parts = pages.split(url)
    root = ROOT.match(parts.path)
    path = parts.fragment.removeprefix("!").lstrip("/") if parts.fragment.startswith("!") else unquote(parts.query)
    path = path.split("#", 1)[0].strip("/")
    if root is None or not path or parts.path.endswith(".html") or "=" in path:
        return url.split("#", 1)[0]
    if not path.endswith(".html"):
        path = f"{path}/{path.rsplit('/', 1)[-1]}.html" if "/" not in path else f"{path}.html"
    return f"{parts.scheme}://{parts.netloc}{root['root']}/html/{path}"


def section_of(url: str) -> str:
    """The section that an address watches: what stands behind its last #."""
    tail = pages.split(url).fragment.removeprefix("!").rpartition("#")[2]
    return tail if re.match(r"[\w-]*\d[\w.-]*\Z", tail) and "/" not in tail and not tail.endswith(".html") else ""


def read(site: Site, response: Response) -> Reading:
    """A chapter, a section of it, or a title's contents.

    Raises LayoutChanged for another page or where the watched section is gone, EmptyReading for one without words.
    """
    if codes.is_paper(response):
        return pages.read_document(response)
    page = pages.page_of(response)
    current = next((text for text, _ in codes.lines(page) if codes.note_of(text) == codes.BANNER), "")
    for chrome in page.select("header, footer, nav, script, style, .navbar, #breadcrumbs, .breadcrumb"):
        chrome.decompose()
    for mark in page.select("h1 sup, h2 sup, h3 sup, h4 sup, h5 sup, h6 sup, .Cite sup, .CH sup"):
        mark.decompose()  # the mark of a foot-note
    for name in page.select("[class*=type-] > :is(h1, h2, h3, h4, h5, h6) > .num"):
        name.insert_after(" ")
    root = page.select_one(CONTENT) or page
    for line in root.select("[class]"):
        line["class"] = [
            *pages.classes(line),
            *(said for name, said in ASIDES if name.search(" ".join(pages.classes(line)))),
        ]
    blocks = list(codes.from_page(root, heading))
    if current and not any(codes.note_of(block.text) == codes.BANNER for block in blocks):
        blocks.append(codes.Block(current, note=codes.BANNER))
    below = codes.contents(root, LEAF) or codes.contents(root, BELOW)
    sections = any(block.level == codes.SECTION for block in blocks)
    if not OWN.search(response.body) or not (sections or (below and STYLED.search(response.body))):
        raise LayoutChanged("the page has no chapter of Code Publishing's (class Cite)", url=response.url)
    if wanted := section_of(site.url):
        blocks = list(cut(blocks, wanted))
        if not blocks:
            raise LayoutChanged(f"the watched section {wanted} is not in the chapter", url=response.url)
    title = next((block.text for block in blocks if block.level), "") or pages.seen(page.title)
    return Reading(codes.document(response.url, title, blocks, contents=below))


def heading(text: str, tag: Tag) -> tuple[int, str] | None:
    """Level and number of a heading: a section by its class (Cite) or its number, a wider one by its words."""
    if codes.is_contents(tag) or len(text) > codes.LONGEST_HEADING:
        return None
    if found := newer(tag):
        return found
    names = [name.lower() for name in pages.classes(tag)]
    if any("toc" in name for name in names):
        return None
    head = tag.name in ("h1", "h2", "h3", "h4", "h5")
    level = codes.level_of(text) if head or names else 0
    if "cite" in names or (head and not level and NUMBERED.match(text)):
        level = codes.SECTION
    if not level:
        return (2, "") if "title" in " ".join(names) and head else None
    return level, codes.number_of(text) if level == codes.SECTION else ""


def newer(tag: Tag) -> tuple[int, str] | None:
    """Level and number of a heading of the newer pages, by the article that it opens (type-Section, its id the number)."""
    article = tag.parent
    found = PART.search(" ".join(pages.classes(article))) if article is not None else None
    if article is None or found is None or tag.name not in ("h1", "h2", "h3", "h4", "h5", "h6"):
        return None
    return codes.LEVELS.get(found[1].lower(), codes.SECTION), str(article.get("id") or "")


def cut(blocks: Iterable[codes.Block], wanted: str) -> Iterator[codes.Block]:
    """One section with its heading, and the wider headings above it."""
    inside = False
    for block in blocks:
        if block.level == codes.SECTION:
            inside = block.id == wanted or codes.number_of(block.text) == wanted
        if inside:
            yield block


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is Code Publishing's (0 to 1)."""
    host, body = (pages.split(url).hostname or "").lower(), response.body if response else b""
    if host == "codepublishing.com" or host.endswith(".codepublishing.com") or NEWER.search(host):
        return 0.95
    if re.search(rb"\btype-(?:Section|Chapter)\b", body) and b"<article" in body and b'class="num"' in body:
        return 0.85
    if re.search(rb"class=[\"']?Cite\b", body) and b"codepublishing" in body.lower():
        return 0.9
    return 0.0
