"""A web page as rows: a table row, a list entry or a line of text with the links in it and what stands above them.

Clerks publish agendas on pages without structure; what belongs together is what stands in one row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urldefrag

from bs4.element import Comment, NavigableString, PageElement, Tag

from watcher.reading import pages

SKIPPED = frozenset(
    ("script", "style", "noscript", "template", "svg", "select", "option", "head", "iframe", "button", "form")
)
BLOCKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt"),
        *("fieldset", "figure", "footer", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary"),
        *("table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
    }
)
HEADINGS = {f"h{level}": level for level in range(1, 7)}
LIST = 7  # the depth of what a list's own entry says above the list inside it; headings are 1 to 6
PUBLISHED = re.compile(r"publish|updated|entry-date|posted|modified", re.IGNORECASE)


@dataclass(slots=True)
class Anchor:
    """A link: what it says, where it leads, the header of its column, the line it stands in."""

    label: str
    url: str
    header: str = ""
    line: str = ""
    begins: int = 0  # how many letters of its row stand before it
    shown: bool = True  # whether a reader sees the label: an icon's link only has a title


@dataclass(slots=True)
class Row:
    """What stands together.

    `cells` are (header, text) of a table row, `stamp` is a machine-readable moment in it; `broken` says that it goes
    on after a line break, `listed` that it stands in a list inside the entry that is its last heading.
    """

    headings: tuple[str, ...]
    text: str = ""
    anchors: list[Anchor] = field(default_factory=list)
    cells: list[tuple[str, str]] = field(default_factory=list)
    stamp: str = ""
    broken: bool = False
    listed: bool = False


def rows_of(root: Tag, base: str) -> Iterator[Row]:
    """The rows of a page or a part of it, in reading order. Links are resolved against `base`, without fragments."""
    return _Walk(base).walk(root)


class _Walk:
    def __init__(self, base: str) -> None:
        self.base = base
        self.trail: list[tuple[int, str]] = []
        self.words: list[str] = []
        self.anchors: list[Anchor] = []
        self.stamp = ""
        self.broken = False
        self.row: Row | None = None  # the table row that is being read, where it is one row and no frame for others
        self.headers: list[list[str]] = []
        self.cell = ""
        self.column = 0
        self.cell_words: list[str] = []

    def walk(self, root: Tag) -> Iterator[Row]:
        stack: list[tuple[Tag, Iterator[PageElement]]] = [(root, iter(root.children))]
        while stack:
            tag, children = stack[-1]
            child = next(children, None)
            if child is None:
                stack.pop()
                yield from self._leave(tag)
            elif isinstance(child, Tag):
                if child.name not in SKIPPED:
                    yield from self._enter(child)
                    stack.append((child, iter(child.children)))
            elif isinstance(child, NavigableString) and not isinstance(child, Comment):
                self.words.append(str(child))
        yield from self._flush()

    def _enter(self, tag: Tag) -> Iterator[Row]:
        name = tag.name
        if name == "br" or name in BLOCKS or name in HEADINGS:
            above = " ".join("".join(self.words).split())
            below = self._not_begun(tag)
            yield from self._flush()
            self.anchors += below
            if name in ("ul", "ol") and tag.find_parent("li") is not None and above:
                self.trail.append((LIST + len(list(tag.find_parents("li"))), above))
            self.broken = name == "br"
        if name == "table":
            self.headers.append([])
        elif name == "tr" and self.row is None and _is_row(tag):
            self.row = Row(self._headings())
            self.column = 0
        elif name in ("td", "th") and self.row is not None:
            self.cell = self._header(tag)
            self.cell_words = []
        elif name == "a":
            self._link(tag)
        elif not self.stamp and not PUBLISHED.search(" ".join(tag.get_attribute_list("class", ""))):
            self.stamp = _stamp(tag)

    def _leave(self, tag: Tag) -> Iterator[Row]:
        name = tag.name
        if name in HEADINGS:
            yield from self._heading(HEADINGS[name])
        elif name in BLOCKS:
            yield from self._flush()
            self.broken = False
        if name in ("ul", "ol") and self.trail and self.trail[-1][0] > LIST:
            depth = LIST + len(list(tag.find_parents("li")))
            self.trail = [pair for pair in self.trail if pair[0] < depth or pair[0] <= LIST]
        elif name in ("td", "th") and self.row is not None:
            self.row.cells.append((self.cell, " ".join(self.cell_words)))
            self.column += 1
        elif name == "tr" and self.row is not None and _is_row(tag):
            yield from self._end_row(tag)
        elif name == "table" and self.headers:
            self.headers.pop()

    def _heading(self, level: int) -> Iterator[Row]:
        text = " ".join("".join(self.words).split())
        yield from self._flush()
        if text:
            self.trail = [pair for pair in self.trail if pair[0] < level]
            self.trail.append((level, text))

    def _link(self, tag: Tag) -> None:
        url = pages.address(tag, self.base)
        if not url:
            return
        url, said = urldefrag(url).url, "".join(self.words)
        last = self.anchors[-1] if self.anchors else None
        if last and last.url == url and last.label == " ".join(said[last.begins :].split()):
            # An editor's two halves of one link: "<a>May</a><a> 07, 2026 – Minutes</a>".
            last.label = " ".join(f"{said[last.begins :]}{tag.get_text()}".split())
            return
        shown = pages.seen(tag)
        label = shown or str(tag.get("title") or tag.get("aria-label") or "").strip()
        header = self.cell if self.row is not None else ""
        self.anchors.append(Anchor(label, url, header, begins=len(said), shown=bool(shown)))

    def _not_begun(self, tag: Tag) -> list[Anchor]:
        """The link that a line break stands in before its first word: it belongs to the line below."""
        last = self.anchors[-1] if self.anchors else None
        if last and tag.name == "br" and tag.find_parent("a") and not "".join(self.words)[last.begins :].strip():
            self.anchors.pop()
            last.begins = 0
            return [last]
        return []

    def _flush(self) -> Iterator[Row]:
        text = " ".join("".join(self.words).split())
        anchors, stamp = self.anchors, self.stamp
        self.words, self.anchors = [], []
        for anchor in anchors:
            anchor.line = text
        if self.row is not None:
            self.row.anchors += anchors
            self.row.stamp = self.row.stamp or stamp
            self.stamp = ""
            if text:
                self.cell_words.append(text)
        elif text or anchors:
            self.stamp = ""
            listed = bool(self.trail) and self.trail[-1][0] > LIST
            yield Row(self._headings(), text, anchors, stamp=stamp, broken=self.broken, listed=listed)

    def _end_row(self, tag: Tag) -> Iterator[Row]:
        row, self.row, self.cell = self.row, None, ""
        if row is None:
            return
        row.text = " | ".join(text for _, text in row.cells if text)
        headers = self.headers[-1] if self.headers else []
        heads = tag.find("td", recursive=False) is None
        if heads or (not headers and not row.anchors and not _dated(row.text)):
            headers[:] = [text for _, text in row.cells]
        elif row.text or row.anchors:
            yield row

    def _header(self, cell: Tag) -> str:
        if told := cell.get("data-th") or cell.get("data-label") or cell.get("data-title"):
            return str(told).strip().rstrip(":")
        headers = self.headers[-1] if self.headers else []
        return headers[self.column] if self.column < len(headers) else ""

    def _headings(self) -> tuple[str, ...]:
        return tuple(text for _, text in self.trail)


def _is_row(tag: Tag) -> bool:
    """Whether a table row says one thing: it frames no other table, list of papers or headings."""
    return len(tag.find_all(("td", "th"), recursive=False)) > 1 and tag.find(("table", "h1", "h2", "h3")) is None


def _dated(text: str) -> bool:
    return bool(re.search(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2}|\b[A-Z][a-z]{2,8}\.? \d{1,2}\b", text))


def _stamp(tag: Tag) -> str:
    """The moment that a page writes for machines: <time datetime>, or RDFa's content beside a shown date."""
    told = tag.get("datetime") if tag.name == "time" else tag.get("content")
    return str(told).strip() if told and re.match(r"\d{4}-\d\d-\d\d", str(told).strip()) else ""
