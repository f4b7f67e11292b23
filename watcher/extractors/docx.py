"""Word documents (DOCX): the text as it stands once every tracked change is accepted. Behind the wall.

Read straight from the XML (ECMA-376 part 1, section 17): python-docx leaves out inserted runs and has no word for
struck ones.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from watcher.errors import Unreadable
from watcher.extractors import _drafting
from watcher.extractors import _package as package
from watcher.extractors._drafting import ENDS, NEW
from watcher.extractors._numbers import Numbering, numbering
from watcher.extractors._package import attribute, child, local
from watcher.extractors.text import blank, shouted, tidy
from watcher.model import WHOLE, Document, Passage, View

MEDIA_TYPES = frozenset(
    {
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.ms-word.document.macroenabled.12",
    }
)

MAX_PASSAGES = 200_000
SHOUTED = 10  # a heading by its capitals stands below those by their style
CELL = 1_000  # characters: a row whose cells hold more, in paragraphs, arranges the page and is no row of a table
GONE = frozenset(
    {"del", "moveFrom", "Fallback", "instrText", "delText", "delInstrText", "pPr", "rPr", "sdtPr", "sdtEndPr"}
)
SPACES = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
OFF = frozenset({"0", "false", "off"})


@dataclass(frozen=True, slots=True)
class Style:
    """What a style says of its text: depth as a heading (from 1, None for none), struck, underlined, hidden, its list."""

    level: int | None = None
    struck: bool | None = None
    underlined: bool | None = None
    hidden: bool | None = None
    list_id: str | None = None
    depth: int | None = None  # in its list


@dataclass(slots=True)
class Paragraph:
    """A paragraph being read: its runs ("-" struck, "+" underlined, ""), and what stands in boxes anchored to it."""

    runs: list[tuple[str, str]] = field(default_factory=list)
    boxes: list[tuple[str, int | None]] = field(default_factory=list)


def extract(
    body: bytes, url: str, *, charset: str | None = None, view: View = WHOLE, kind: str = "document"
) -> Document:
    """Return the paragraphs and table rows in order, footnotes last; headings make the trail, by style or by capitals.

    Tracked insertions are kept, tracked deletions left out; text struck by hand stands as "~~struck~~", in drafting
    style underlined text as "++new++". Left out: headers and footers, comments, hidden text. Raises Unreadable:
    password, damaged, too large.
    """
    held = package.opened(body, url)
    main = package.part_named(held, r"word/document\d*\.xml")
    if main is None:
        raise Unreadable("a damaged Office document: there is no text in it", url=url)
    reader = _Reader(_styles(held, url), numbering(held, url))
    text = package.child(package.tree_of(held, main, url), "body")
    found = [*reader.blocks(text if text is not None else ()), *_notes(held, reader, url)]
    passages: list[Passage] = []
    trail: list[tuple[int, str]] = []
    for words, level in found:
        words = blank(words, view)
        if not words:
            continue
        depth = level or (SHOUTED if shouted(words) else None)
        if depth:
            trail = [above for above in trail if above[0] < depth]
        passages.append(Passage(words, tuple(above for _, above in trail)))
        if depth:
            trail.append((depth, _drafting.plain(words)))
    if len(passages) > MAX_PASSAGES:
        raise Unreadable(f"more than {MAX_PASSAGES} paragraphs", url=url)
    title = next((passage.text for passage in passages), "")
    return _drafting.settled(Document(url=url, title=_drafting.plain(title)[:200], kind=kind, passages=tuple(passages)))


def _notes(held: zipfile.ZipFile, reader: _Reader, url: str) -> Iterator[tuple[str, int | None]]:
    for part in ("word/footnotes.xml", "word/endnotes.xml"):
        if part in held.namelist():
            for note in package.tree_of(held, part, url):
                if attribute(note, "type") in (None, "normal"):
                    yield from reader.blocks(note)


# -------------------------------------------------------------------------------------------------------- styles


def _styles(held: zipfile.ZipFile, url: str) -> dict[str, Style]:
    if "word/styles.xml" not in held.namelist():
        return {}
    raw = {attribute(style, "styleId") or "": style for style in package.tree_of(held, "word/styles.xml", url)}
    return {name: _inherited(name, raw) for name in raw}


def _inherited(name: str, raw: dict[str, etree._Element]) -> Style:
    level, struck, underlined, hidden, list_id, depth = None, None, None, None, None, None
    for _ in range(len(raw)):
        style = raw.get(name)
        if style is None:
            break
        level = level or _outline(style)
        struck = _struck(child(style, "rPr")) if struck is None else struck
        underlined = _underlined(child(style, "rPr")) if underlined is None else underlined
        hidden = _on(child(style, "rPr", "vanish")) if hidden is None else hidden
        list_id = attribute(child(style, "pPr", "numPr", "numId"), "val") if list_id is None else list_id
        depth = _depth(child(style, "pPr")) if depth is None else depth
        name = attribute(child(style, "basedOn"), "val") or ""
    return Style(level, struck, underlined, hidden, list_id, depth)


def _depth(properties: etree._Element | None) -> int | None:
    said = attribute(child(properties, "numPr", "ilvl"), "val") or ""
    return int(said) if said.isdecimal() else None


def _outline(style: etree._Element) -> int | None:
    said = attribute(child(style, "pPr", "outlineLvl"), "val") or ""
    if said.isdecimal():
        return int(said) + 1 if int(said) < 9 else None  # 9 is body text (17.3.1.20)
    name = (attribute(child(style, "name"), "val") or "").lower()
    named = re.fullmatch(r"heading (\d)", name)
    return int(named[1]) if named else 1 if name == "title" else None


def _on(toggle: etree._Element | None) -> bool | None:
    return None if toggle is None else attribute(toggle, "val") not in OFF


def _struck(properties: etree._Element | None) -> bool | None:
    one, two = _on(child(properties, "strike")), _on(child(properties, "dstrike"))
    return None if one is None and two is None else bool(one or two)


def _underlined(properties: etree._Element | None) -> bool | None:
    line = child(properties, "u")
    return None if line is None else attribute(line, "val") not in (None, "none")


# ---------------------------------------------------------------------------------------------------------- text


class _Reader:
    def __init__(self, styles: dict[str, Style], lists: Numbering) -> None:
        self.styles = styles
        self.lists = lists

    def blocks(self, holder: Iterable[etree._Element]) -> Iterator[tuple[str, int | None]]:
        """Yield (text, depth as a heading or None) of paragraphs and table rows, through what only wraps them."""
        held = Paragraph()
        for element in holder:
            name = local(element)
            if name == "p":
                self._fill(held, element, "")
                if child(element, "pPr", "rPr", "del") is not None:
                    continue  # its end was struck: what follows goes on in it
                yield self._numbered(element, _words(held.runs)), self._level(element)
                yield from held.boxes
                held = Paragraph()
            elif name == "tbl":
                for row in element:
                    yield from self._row(row)
            elif name not in GONE:
                yield from self.blocks(element)
        if held.runs:
            yield _words(held.runs), None
            yield from held.boxes

    def _row(self, row: etree._Element) -> Iterator[tuple[str, int | None]]:
        if local(row) != "tr":
            if local(row) not in GONE:
                for inner in row:
                    yield from self._row(inner)
            return
        if child(row, "trPr", "del") is not None:
            return
        cells = [[block for block in self.blocks(cell) if block[0]] for cell in _cells(row)]
        filled = [cell for cell in cells if cell]
        arranges = len(filled) == 1 or any(len(cell) > 2 and sum(len(t) for t, _ in cell) > CELL for cell in filled)
        if arranges:
            for cell in filled:
                yield from cell
        else:
            yield " | ".join(" ".join(text for text, _ in cell) for cell in filled), None

    def _numbered(self, paragraph: etree._Element, words: str) -> str:
        """Return a paragraph's words after the number that its list gives it; an empty one counts and is nothing."""
        properties = child(paragraph, "pPr")
        style = self.styles.get(attribute(child(properties, "pStyle"), "val") or "", Style())
        own, depth = attribute(child(properties, "numPr", "numId"), "val"), _depth(properties)
        list_id = style.list_id if own is None else own
        if not list_id or list_id == "0":  # 0 takes a paragraph out of its style's list (17.9.18)
            return words
        number = self.lists.next(list_id, (style.depth or 0) if depth is None else depth)
        return f"{number} {words}" if number and words else words

    def _level(self, paragraph: etree._Element) -> int | None:
        properties = child(paragraph, "pPr")
        own = attribute(child(properties, "outlineLvl"), "val") or ""
        if own.isdecimal():
            return int(own) + 1 if int(own) < 9 else None
        style = attribute(child(properties, "pStyle"), "val") or ""
        return self.styles.get(style, Style()).level

    def _fill(self, held: Paragraph, element: etree._Element, mark: str, *, linked: bool = False) -> None:
        for inner in element:
            name = local(inner)
            if name == "t":
                held.runs.append((inner.text or "", mark))
            elif name in SPACES:
                held.runs.append((SPACES[name], mark))
            elif name == "txbxContent":
                held.boxes.extend(self.blocks(inner))
            elif name == "r":
                look = self._look(inner)
                if not look.hidden:
                    new = look.underlined and not linked
                    self._fill(held, inner, "-" if look.struck else "+" if new else "", linked=linked)
            elif name and name not in GONE:
                self._fill(held, inner, mark, linked=linked or name == "hyperlink")

    def _look(self, run: etree._Element) -> Style:
        properties = child(run, "rPr")
        style = self.styles.get(attribute(child(properties, "rStyle"), "val") or "", Style())
        struck, underlined, hidden = _struck(properties), _underlined(properties), _on(child(properties, "vanish"))
        return Style(
            struck=style.struck if struck is None else struck,
            underlined=style.underlined if underlined is None else underlined,
            hidden=style.hidden if hidden is None else hidden,
        )


def _cells(row: etree._Element) -> Iterator[etree._Element]:
    for inner in row:
        if local(inner) == "tc":
            yield inner
        elif local(inner) not in GONE:
            yield from _cells(inner)


def _words(runs: Iterable[tuple[str, str]]) -> str:
    """Return a paragraph's text, its struck and underlined stretches marked."""
    text = stretch = now = ""
    for words, mark in (*runs, ("", "")):
        blank_run = not words.strip()
        if stretch and words and (mark == now or blank_run):
            stretch += words
        else:
            text += _marked(stretch, now)
            stretch, now = (words, mark) if mark and not blank_run else ("", "")
            text += "" if stretch else words
    return "\n".join(line for line in map(tidy, text.split("\n")) if line)


def _marked(stretch: str, mark: str) -> str:
    inner = stretch.strip()
    begin, end = ("~~", "~~") if mark == "-" else (NEW, ENDS)
    return stretch.replace(inner, f"{begin}{' '.join(inner.split())}{end}", 1) if inner else stretch
