"""Quality Code (qcode.us): a title, chapter or section by its topic.

    /codes/{slug}/view.php?topic=14-14_10-14_10_110&frames=on     the page that people read, in frames
    …&frames=off                                                  the same topic alone, which is asked for

A topic names its place: title, chapter, section. Where a page only lists what stands below, its topics are followed.
Written from the addresses that other pages use; never seen live.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlencode, urljoin, urlunsplit

from bs4 import BeautifulSoup
from bs4.element import Tag

from watcher.platforms import About, LayoutChanged, Reading, Request, Response, Site, codes, pages

ABOUT = About(
    vendor="Quality Code (qcode.us)",
    reads="a title, chapter or section by its topic",
    checked="written from documentation, never seen live",
    amended="the text itself",
    of="code",
)
OPTIONS: frozenset[str] = frozenset()
OWN_LINK = re.compile(rb"""(?:href|src)=["']?(?:/codes/[\w-]+/)?view\.php\?topic=""")  # not a link to it from elsewhere
MIN_DELAY = timedelta(seconds=2.7)

TOPIC = re.compile(r"[?&;]topic=([\w.-]+)")
NUMBERED = re.compile(r"(?:§\s*)?\d+[A-Z]?(?:[.-]\d+[A-Z]?){1,3}\.?\s+\S")
STEPS = re.compile(  # links that lead around the code, on a line of every page
    r"[«»<>|\s]*(?:up|previous|prev|next|main|search|print|collapse|expand|(?:no )?frames|home|back|top)[«»<>|\s]*\Z",
    re.IGNORECASE,
)
CONTENT = "#content, #main, .content, td.content, main, body"


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """The watched topic without its frames."""
    return (ask(site.url, "the watched part of the code", "code"),)


def ask(url: str, why: str, key: str) -> Request:
    """A topic without its frames."""
    parts = pages.split(url)
    asked = {name: value for name, value in parse_qsl(parts.query) if name not in ("frames", "highlightWords")}
    if "topic" in asked:
        asked["frames"] = "off"
    url = urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(asked), ""))
    return Request(url, kind="legislation", why=why, title=why, stable_key=key)


def read(site: Site, response: Response) -> Reading:
    """A title, chapter or section; a frameset leads to the frame that holds the code.

    Raises LayoutChanged for another page, EmptyReading for one without words.
    """
    if codes.is_paper(response):
        return pages.read_document(response)
    page = pages.page_of(response)
    if page.find("frameset"):
        return read_frames(page, response)
    own = TOPIC.search(response.body.decode("utf-8", "replace")) or re.search(
        rb"qcode|quality code", response.body, re.I
    )
    for chrome in page.select("script, style, header, footer, nav, form, .breadcrumb, #breadcrumb, .navigation, #nav"):
        chrome.decompose()
    for link in page.find_all("a"):
        if STEPS.match(pages.seen(link)):
            link.decompose()
    root = page.select_one(CONTENT) or page
    topic = pages.parameter(response.url, "topic")
    blocks = list(codes.from_page(root, heading))
    topics = codes.contents(root, TOPIC)
    if not own or not (topics or any(block.level for block in blocks)):
        raise LayoutChanged("the page has no code of Quality Code's (view.php?topic=)", url=response.url)
    title = next((block.text for block in blocks if block.level), "") or pages.seen(page.title)
    found = codes.document(response.url, title, blocks, topic, topics)
    lists = all(passage.aside or passage.heading == ("Contents",) for passage in found.passages[1:])
    return Reading(found, follow=tuple(below(page, topic, response)) if lists else ())


def read_frames(page: BeautifulSoup, response: Response) -> Reading:
    """A frameset: the frame with the topic is the page."""
    frames = [str(frame.get("src") or "") for frame in page.find_all("frame")]
    inner = next((src for src in frames if TOPIC.search(src)), None)
    if inner is None:
        raise LayoutChanged("the frames hold no topic of a code", url=response.url)
    found = codes.document(response.url, pages.seen(page.title), [codes.Block(pages.seen(page.title) or "Code", 1)])
    return Reading(found, follow=(ask(urljoin(response.url, inner), "the frame with the code", "frame"),))


def heading(text: str, tag: Tag) -> tuple[int, str] | None:
    """Level and number of a heading: by its words, where it is set as one (h1…, bold, class heading)."""
    if codes.is_contents(tag) or len(text) > codes.LONGEST_HEADING:
        return None
    names = " ".join(pages.classes(tag)).lower()
    bold = tag.find(["b", "strong"])
    whole = isinstance(bold, Tag) and pages.seen(bold) == text
    if not (
        tag.name in ("h1", "h2", "h3", "h4", "h5")
        or whole
        or re.search(r"head|title|cite|section|chapter|article|part", names)
    ):
        return None
    level = codes.level_of(text) or (codes.SECTION if NUMBERED.match(text) else 0)
    return (level, codes.number_of(text) if level == codes.SECTION else "") if level else None


def below(page: Tag, topic: str, response: Response) -> Iterator[Request]:
    """The topics one step under the watched one."""
    seen: set[str] = set()
    for words, url in pages.links(page, response.url):
        found = TOPIC.search(url)
        if topic and found and found[1].startswith(f"{topic}-") and found[1] not in seen and len(seen) < 60:
            seen.add(found[1])
            yield ask(url, words, f"topic:{found[1]}")


def link_id(href: str) -> str | None:
    """The topic that a link leads to."""
    found = TOPIC.search(href)
    return found[1] if found else None


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is Quality Code's (0 to 1)."""
    parts = pages.split(url)
    host, body = (parts.hostname or "").lower(), response.body if response else b""
    if host in ("qcode.us", "www.qcode.us"):
        return 0.95
    if OWN_LINK.search(body) and re.search(rb"qcode|quality code", body, re.IGNORECASE):
        return 0.9
    return 0.4 if parts.path.endswith("/view.php") and TOPIC.search(url) else 0.0
