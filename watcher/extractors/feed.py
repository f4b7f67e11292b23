"""RSS and Atom through feedparser, and any other XML by its elements through lxml."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace

import feedparser
from lxml import etree

from watcher.errors import Unreadable
from watcher.extractors.html import plain
from watcher.extractors.text import blank, tidy
from watcher.model import WHOLE, Document, Passage, View

MEDIA_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/xml", "text/xml"}
)

FEED = re.compile(rb"<(?:[a-z]+:)?(?:rss|feed|RDF)[\s>]", re.I)
HEAD = 4_096  # bytes in which a feed's root element stands
LABELS = frozenset({"num", "number", "heading", "head", "title", "name", "label", "enum", "caption"})
# Elements of prose, whose name tells a reader nothing beside their text.
PROSE = frozenset({"p", "para", "paragraph", "text", "content", "li", "item", "entry", "td", "span", "div", "line"})
ENUMERATOR = 8  # characters; a label this short is "(a)" or "3." and belongs to its text
IDS = ("id", "{http://www.w3.org/XML/1998/namespace}id", "guid", "identifier")


def extract(
    body: bytes, url: str, *, charset: str | None = None, view: View = WHOLE, kind: str = "document"
) -> Document:
    """Return a feed's entries (keyed by guid or id; title with date, then summary), or an XML document's texts.

    Raises Unreadable for what is no XML. Entities are not expanded and nothing is loaded (OWASP, XML external
    entities).
    """
    document = _feed(body, url, charset) if FEED.search(body[:HEAD]) else _xml(body, url, kind)
    if not view.ignore_text:
        return document
    blanked = (replace(passage, text=blank(passage.text, view)) for passage in document.passages)
    return replace(document, passages=tuple(passage for passage in blanked if passage.text))


def _feed(body: bytes, url: str, charset: str | None) -> Document:
    # A stream, never the bytes: feedparser would try them as a file's name.
    headers = {"content-type": f"application/xml; charset={charset}"} if charset else {}
    parsed = feedparser.parse(io.BytesIO(body), response_headers=headers)
    if not parsed.get("version") and not parsed.entries:
        raise Unreadable("not a feed that can be read", url=url)
    passages: list[Passage] = []
    for entry in parsed.entries:
        title = tidy(plain(entry.get("title", "")))
        key = entry.get("id") or entry.get("link") or ""
        dated = tidy(entry.get("published") or "")
        passages.append(Passage(" | ".join(filter(None, (title, dated))), (), key))
        texts = [entry.get("summary", ""), *(content.get("value", "") for content in entry.get("content", ()))]
        for text in dict.fromkeys(texts):
            lines = [line for line in plain(text).split("\n") if line and line != title]
            passages += (Passage(line, (title,) if title else ()) for line in lines)
    kept = tuple(passage for passage in passages if passage.text)
    # A feed is a window: an entry that falls off its end was not withdrawn.
    return Document(url=url, title=tidy(plain(parsed.feed.get("title", ""))), kind="list", passages=kept)


def _xml(body: bytes, url: str, kind: str) -> Document:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, recover=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"not XML: {str(error)[:120]}", url=url) from None
    if root is None:
        raise Unreadable("not XML", url=url)
    etree.strip_tags(root, etree.Entity)
    passages = tuple(_Elements().walk(root, ()))
    return Document(
        url=url, title=_label(root) or (passages[0].text[:160] if passages else ""), kind=kind, passages=passages
    )


class _Elements:
    """Reads elements in document order; what only enumerates is put before the text it enumerates."""

    def __init__(self) -> None:
        self.enumerator = ""

    def walk(self, element: etree._Element, trail: tuple[str, ...]) -> Iterator[Passage]:
        if _is_text(element):
            yield from self._text(element, trail)
            return
        label = _label(element)
        if label and len(label) <= ENUMERATOR:
            self.enumerator = f"{self.enumerator} {label}".strip()
        elif label:
            yield Passage(f"{self.enumerator} {label}".strip(), trail, _id(element))
            self.enumerator = ""
            trail = (*trail, label)
        for child in element:
            if not (_tag(child) in LABELS and _is_text(child)):
                yield from self.walk(child, trail)

    def _text(self, element: etree._Element, trail: tuple[str, ...]) -> Iterator[Passage]:
        text = "".join(str(part) for part in element.itertext())
        lines = [line for line in plain(text).split("\n") if line] if "<" in text else [tidy(text)]
        name = _tag(element)
        for line in filter(None, lines):
            heading = trail if name in PROSE else (*trail, name)
            yield Passage(f"{self.enumerator} {line}".strip(), heading, _id(element) if len(lines) == 1 else "")
            self.enumerator = ""


def _is_text(element: etree._Element) -> bool:
    """True where the element's own words stand in it, between its children or alone."""
    if (element.text or "").strip():
        return True
    return len(element) == 0 or any((child.tail or "").strip() for child in element)


def _label(element: etree._Element) -> str:
    parts = (
        tidy("".join(map(str, child.itertext()))) for child in element if _tag(child) in LABELS and _is_text(child)
    )
    return " ".join(filter(None, parts))


def _id(element: etree._Element) -> str:
    for name in IDS:
        found = element.get(name)
        if found:
            return str(found)
    return ""


def _tag(element: etree._Element) -> str:
    # lxml's own QName refuses names such as ":" that its recovering parser lets in
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
