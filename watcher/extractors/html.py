"""HTML, read with selectolax (lexbor, the parsing rules of the HTML standard) by one walk over the tree.

Hidden elements are read: agendas keep words in collapsed panels. What never is public text is not: scripts, styles,
templates, navigation, and the state of forms.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from watcher.errors import LayoutChanged, Unreadable
from watcher.extractors import _drafting
from watcher.extractors._drafting import ENDS, NEW
from watcher.extractors.text import LONG_LINE, blank, cut, decode, looks_binary, tidy, visible
from watcher.model import WHOLE, Document, Passage, View

MEDIA_TYPES = frozenset({"text/html", "application/xhtml+xml"})

SKIPPED = (
    *("script", "style", "template", "noscript", "head", "nav", "svg", "canvas", "iframe", "object", "embed"),
    *("select", "textarea", "datalist", "audio", "video", "map"),
)
BLOCKS = frozenset(
    [
        "address",
        "button",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "frameset",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "search",
    ]
)
TELLING = BLOCKS | {"a", "br"}  # elements that part, join or name the words around them; the others are passed through
HEADINGS = {f"h{level}": level for level in range(1, 7)}
AROUND = frozenset({"tr", "li", "p", "dd", "dt"})
CELLS = frozenset({"td", "th"})
DOCUMENT_LINK = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|rtf|odt|ods|csv|zip)\Z", re.I)

STRUCK = (
    's, strike, del, [style*="line-through"], .strikethrough, .strike, .line-through, .text-decoration-line-through'
)
# What a page calls inserted: Word's own class, and those of bills on line (amendmentInsertedText).
INSERTED = 'ins, .msoIns, [class*="nserted"], .diff-added'
REVISED = f"{STRUCK}, {INSERTED}"
UNDERLINED = f'{INSERTED}, u, [style*="underline"], .underline, .underlined, .text-decoration-underline, .underscored'
STRETCH = re.compile(r"\S(?:[^\r]*\S)?")
BETWEEN_STRUCK = re.compile(r"~~([^\S\r]*)~~")
BETWEEN_NEW = re.compile(f"{ENDS}([^\\S\\r]*){NEW}")

MAX_BYTES = 32_000_000
# lexbor is quadratic in depth: 20,000 nested elements take 4.8 s, 3,000 a tenth of one. Real pages stay below 200.
MAX_DEPTH = 3_000
DEEP = 400
ROW = 1_500  # characters of a table row that still reads as one passage although its cells hold paragraphs
WINDOW = 4_096  # bytes counted at a time by the cheap estimate of depth

# An element's id that its publisher keeps when others come and go: a section number, a node of a code, a database
# id. Row numbers, generated ids and random digits are no identity.
STABLE_ID = re.compile(
    r"(?:sec(?:tion)?|s|art(?:icle)?|ch(?:apter)?|title|rid|jd|ord)?[-_.]?\d+[a-z]?(?:[-.:]\d+[a-z]?)+"
    r"|[A-Z]{2,}[A-Z0-9]*(?:_[A-Z0-9.\-]*\d[A-Z0-9.\-]*)+"
    r"|(?:(?:post|node|event|meeting|file|doc|document|matter|sec|section|article|rid|ord)[-_])?\d{4,9}",
    re.I,
)
LONGEST_ID = 80  # characters
META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([a-zA-Z0-9_:.\-]{2,40})", re.I)


def extract(
    body: bytes, url: str, *, charset: str | None = None, view: View = WHOLE, kind: str = "document"
) -> Document:
    """Return the page's visible text in reading order.

    One passage a paragraph, list entry, heading or table row (cells joined by " | "); single line breaks stay as
    newlines; struck words stand as "~~struck~~", in drafting style underlined ones as "++new++". A passage's key is
    its element's own id where that is a publisher's. Raises LayoutChanged where `view.select` finds nothing,
    Unreadable above the limits of size and depth.
    """
    page = _page(body, charset, view)
    passages = [passage for root in page.roots for passage in _Walk().walk(root)]
    if _drafting.states_underlining(passages):
        passages = [passage for root in page.roots for passage in _Walk(underlined=True).walk(root)]
    if view.ignore_text:
        passages = [replace(passage, text=blank(passage.text, view)) for passage in passages]
    kept = _unique_keys(passage for passage in passages if passage.text)
    inserted = any(NEW in passage.text for passage in kept) and any(root.css_first(INSERTED) for root in page.roots)
    return _drafting.settled(Document(url=url, title=page.title, kind=kind, passages=kept), drafted=inserted)


def fingerprint(
    body: bytes,
    *,
    charset: str | None = None,
    view: View = WHOLE,
    link_id: Callable[[str], str | None] | None = None,
) -> str:
    """Return a digest of the visible words in their order and of the stable ids of the links.

    `link_id` names what a link leads to, free of session tokens (None = of no interest); by default the path of a
    link to an office document. Raises as `extract` does.
    """
    page = _page(body, charset, view)
    name = link_id or document_path
    words = [page.title]
    for root in page.roots:
        if view.ignore_text:
            words += (blank(passage.text, view) for passage in _Walk().walk(root))
        else:
            words.append(" ".join(visible(root.text(separator="\n")).split()))
        words += (f"~~{tidy(node.text())}" for node in root.css(STRUCK))  # the same words, struck now, are news
        links = (node.attributes.get("href") for node in root.css("a[href]"))
        words += (found for link in links if link and (found := _named(link, name)))
    return hashlib.blake2b("\n".join(words).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _named(href: str, name: Callable[[str], str | None]) -> str | None:
    try:
        return name(href)
    except ValueError:  # no address at all ("http://[…"): a clerk's slip, not the reader's
        return href


def links(
    body: bytes, wanted: Callable[[str], object], *, charset: str | None = None, view: View = WHOLE
) -> Iterator[tuple[str, str, str]]:
    """Yield (address as written, its words, the words around it) for each `wanted` link in the watched part of a page.

    Around it: its list entry, table row or paragraph, where "Agenda" gets its date. Raises as `extract` does.
    """
    for root in _page(body, charset, view).roots:
        known: dict[int, str] = {}  # a row that holds a hundred links is read once
        for node in root.css("a[href]"):
            address = node.attributes.get("href") or ""
            if not wanted(address):
                continue
            around = node.parent
            while around is not None and around.tag not in AROUND and around.mem_id != root.mem_id:
                around = around.parent
            place = around.mem_id if around is not None and around.tag in AROUND else 0
            if around is not None and place and place not in known:
                known[place] = tidy(around.text(separator=" ")[:ROW])
            words = tidy(node.text()) or tidy(node.attributes.get("title") or node.attributes.get("aria-label") or "")
            yield address, words, known.get(place, "")


def document_path(href: str) -> str | None:
    """Return the path of a link to an office document, without query and fragment; None for all other links."""
    path = href.split("#", 1)[0].split("?", 1)[0]
    if not DOCUMENT_LINK.search(path):
        return None
    try:
        parts = urlsplit(path)
    except ValueError:
        return path
    return f"{parts.netloc.lower()}{parts.path}"


def plain(markup: str) -> str:
    """Return the text of an HTML snippet as it stands inside JSON or a feed; blocks are parted by newlines."""
    if "<" not in markup and "&" not in markup:
        return "\n".join(line for line in map(tidy, markup.splitlines()) if line)
    whole = markup.encode("utf-8", "replace")
    if depth(whole) > MAX_DEPTH:
        return tidy(re.sub(r"<[^>]*>", " ", markup))
    tree = LexborHTMLParser(whole)
    tree.strip_tags(list(SKIPPED))
    if tree.root is None:
        return ""
    found = _drafting.settled(Document("", "", "document", tuple(_Walk().walk(tree.root))))
    return "\n".join(passage.text for passage in found.passages)


def depth(body: bytes) -> int:
    """Return an estimate of how deep the elements nest, never less than an honest count of open tags.

    Linear: counts of "<" and "</" by window bound the depth from above; only a page that looks deep is counted tag
    by tag, leaving out elements that never stay open.
    """
    open_tags = deepest = 0
    for start in range(0, len(body), WINDOW):
        tags, closed = body.count(b"<", start, start + WINDOW), body.count(b"</", start, start + WINDOW)
        deepest = max(deepest, open_tags + tags - closed)
        open_tags += tags - 2 * closed
    return _counted_depth(body) if deepest > DEEP else deepest


OPENED_OR_CLOSED = re.compile(rb"<(/?)([a-zA-Z][^\s/>]*)")
NEVER_DEEP = frozenset(
    b"area base br col embed hr img input link meta param source track wbr p li dt dd td th tr tbody thead tfoot option"
    b" optgroup body html head".split()
)


def _counted_depth(body: bytes) -> int:
    open_tags = deepest = 0
    for found in OPENED_OR_CLOSED.finditer(body):
        if found[2].lower() in NEVER_DEEP:
            continue
        open_tags = max(0, open_tags - 1) if found[1] else open_tags + 1
        deepest = max(deepest, open_tags)
    return deepest


@dataclass(frozen=True, slots=True)
class _Page:
    """A parsed page: its title and the elements that are watched. Read-only from here on."""

    tree: LexborHTMLParser  # holds the memory that the roots point into
    title: str
    roots: tuple[LexborNode, ...]


@lru_cache(maxsize=1)  # fingerprint, text and links of one page are asked for one after the other
def _page(body: bytes, charset: str | None, view: View) -> _Page:
    tree = _parse(body, charset)
    title = tree.css_first("head > title")
    return _Page(tree, tidy(title.text()) if title else "", tuple(_roots(tree, view)))


def _parse(body: bytes, charset: str | None) -> LexborHTMLParser:
    if len(body) > MAX_BYTES:
        raise Unreadable(f"a page of more than {MAX_BYTES // 1_000_000} MB")
    if depth(body) > MAX_DEPTH:
        raise Unreadable(f"elements nested more than {MAX_DEPTH} deep")
    text = decode(body, charset, _meta_charset(body))
    if looks_binary(text):
        raise Unreadable("the bytes are not HTML")
    return LexborHTMLParser(text)


def _meta_charset(body: bytes) -> str | None:
    found = META_CHARSET.search(body[:4_096])
    if not found:
        return None
    label = found[1].decode("ascii").lower()
    # HTML standard, "prescan a byte stream": a page that could be read so far is not UTF-16.
    return "utf-8" if label.startswith("utf-16") else label


def _roots(tree: LexborHTMLParser, view: View) -> list[LexborNode]:
    """Return the elements that are watched, outermost only, with all that is skipped cut out of the tree."""
    tree.strip_tags(list(SKIPPED))
    for selector in view.ignore:
        for node in _select(tree, selector):
            node.decompose()
    if not view.select:
        root = tree.body or tree.root
        return [root] if root else []
    chosen = _select(tree, view.select)
    if not chosen:
        raise LayoutChanged(f"select: nothing on the page matches {view.select!r}")
    inside = {node.mem_id for node in chosen}
    return [node for node in chosen if not any(outer in inside for outer in _ancestors(node))]


def _select(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    try:
        return tree.css(selector)
    except (SelectolaxError, ValueError) as error:
        raise LayoutChanged(f"not a CSS selector: {selector!r}") from error


def _ancestors(node: LexborNode) -> Iterator[int]:
    above = node.parent
    while above is not None:
        yield above.mem_id
        above = above.parent


def _unique_keys(passages: Iterator[Passage]) -> tuple[Passage, ...]:
    """An id given twice identifies nothing."""
    kept = tuple(passages)
    counts = Counter(passage.key for passage in kept if passage.key)
    if all(count == 1 for count in counts.values()):
        return kept
    return tuple(replace(passage, key="") if counts[passage.key] > 1 else passage for passage in kept)


@dataclass(slots=True)
class _Row:
    """A table row being read: the passages found in it so far, by cell."""

    cells: list[list[Passage]] = field(default_factory=lambda: [[]])
    key: str = ""
    inner: int = 0  # rows of tables inside the present cell
    layout: bool = False  # holds headings or tables of several rows: it arranges the page, it does not tabulate

    def arranges(self) -> bool:
        """True where the row's cells are read as a flow of text rather than as one line of a table."""
        filled = [cell for cell in self.cells if cell]
        if self.layout or (len(filled) == 1 and len(filled[0]) > 1):
            return True
        blocks = max(map(len, filled), default=0)
        return blocks > 2 and sum(len(passage.text) for cell in filled for passage in cell) > ROW


class _Walk:
    """One walk over a tree, in document order, without recursion (a page may nest thousands deep)."""

    def __init__(self, *, underlined: bool = False) -> None:
        """With `underlined`, underlining is marked although no word is struck and none is called inserted."""
        self.done: list[Passage] = []
        self.rows: list[_Row] = []
        self.trail: list[tuple[int, str]] = []
        self.heading: tuple[str, ...] = ()  # the words of the trail
        self.run: list[str] = []  # inline text of the block being read
        self.key = ""
        self.after_link = False
        self.struck = self.new = self.linked = 0  # elements around that strike their words, underline or link them
        self.underlined = underlined

    def walk(self, root: LexborNode) -> list[Passage]:
        above: list[tuple[LexborNode, str]] = []  # the elements around, outermost first
        node, tag = root, root.tag or ""
        marked = self.underlined or root.css_first(REVISED) is not None
        striking = {node.mem_id for node in root.css(STRUCK)} if marked else set()
        adding = {node.mem_id for node in root.css(UNDERLINED)} if marked else set()
        while True:
            child = None
            if tag == "-text":
                text = node.text_content
                if text and (self.run or not text.isspace()):
                    self._text(text, above)
            elif tag != "-comment":
                if tag in TELLING:
                    self._enter(node, tag)
                if marked:
                    self._count(1, tag, node.mem_id in striking, node.mem_id in adding)
                child = node.first_child
            if child is not None:
                above.append((node, tag))
                node, tag = child, child.tag or ""
                continue
            while True:
                if marked and tag[:1] != "-":
                    self._count(-1, tag, node.mem_id in striking, node.mem_id in adding)
                if tag in TELLING:
                    self._leave(tag)
                if not above:
                    self._flush()
                    return self.done
                beside = node.next
                if beside is not None:
                    node, tag = beside, beside.tag or ""
                    break
                node, tag = above.pop()

    def _count(self, step: int, tag: str, strikes: bool, adds: bool) -> None:
        self.struck += step * strikes
        self.new += step * adds
        self.linked += step * (tag == "a")

    def _text(self, text: str, above: list[tuple[LexborNode, str]]) -> None:
        blank = text.isspace()
        if "\n" in text and above and above[-1][1] == "pre":
            text = text.replace("\n", "\r")
        if (self.struck or self.new) and not blank:
            text = self._marked(text)
        self.run.append(text)
        self.after_link = self.after_link and blank

    def _marked(self, text: str) -> str:
        """Return text between marks, line by line; the white space around it stays outside."""
        if self.struck:
            return STRETCH.sub(r"~~\g<0>~~", text)
        return text if self.linked else STRETCH.sub(rf"{NEW}\g<0>{ENDS}", text)

    def _enter(self, node: LexborNode, tag: str) -> None:
        if tag in BLOCKS:
            if self.run:
                self._flush()
            found = node.id
            self.key = found if found and len(found) <= LONGEST_ID and STABLE_ID.fullmatch(found) else ""
            if tag == "tr":
                self.rows.append(_Row(key=self.key))
            elif tag in CELLS and self.rows:
                self.rows[-1].cells.append([])
                self.rows[-1].inner = 0
        elif tag == "br":
            self.run.append("\r")
        elif tag == "a" and self.after_link:
            self.run.append(" ")

    def _leave(self, tag: str) -> None:
        if tag == "a":
            self.after_link = True
        elif tag in BLOCKS:
            if self.run:
                self._flush(HEADINGS.get(tag, 0))
            if tag == "tr" and self.rows:
                self._end_row(self.rows.pop())

    def _flush(self, level: int = 0) -> None:
        if not self.run:
            return
        text = "".join(self.run)
        if "~~" in text:
            text = BETWEEN_STRUCK.sub(r"\1", text)
        if ENDS in text:
            text = BETWEEN_NEW.sub(r"\1", text)
        self.run.clear()
        self.after_link = False
        key, self.key = self.key, ""
        if text.isspace():
            return
        if "\r" not in text and len(text) <= LONG_LINE:  # nearly every run
            if line := tidy(text):
                self._put(Passage(line, self.heading, key), level)
            return
        for paragraph in _paragraphs(text):
            self._put(Passage(paragraph, self.heading, key), level)
            key = ""

    def _put(self, passage: Passage, level: int) -> None:
        if level:
            self.trail = [heading for heading in self.trail if heading[0] < level]
            passage = replace(passage, heading=tuple(words for _, words in self.trail))
            self.trail.append((level, _drafting.plain(passage.text.replace("\n", " "))))
            self.heading = tuple(words for _, words in self.trail)
            if self.rows:
                self.rows[-1].layout = True
        if self.rows:
            self.rows[-1].cells[-1].append(passage)
        else:
            self.done.append(passage)

    def _end_row(self, row: _Row) -> None:
        found = [passage for cell in row.cells for passage in cell]
        outer = self.rows[-1] if self.rows else None
        if not found:
            return
        if row.arranges():
            if outer:
                outer.layout = True
        else:
            cells = (" ".join(passage.text.replace("\n", " ") for passage in cell) for cell in row.cells if cell)
            key = row.key or next((passage.key for passage in found if passage.key), "")
            found = [Passage(" | ".join(cells), found[0].heading, key)]
        if outer:
            outer.inner += 1
            outer.layout = outer.layout or outer.inner > 1
            outer.cells[-1].extend(found)
        else:
            self.done.extend(found)


def _paragraphs(text: str) -> Iterator[str]:
    """Yield the paragraphs of a run of inline text, where a line break is written as a carriage return."""
    lines = [tidy(line) for line in text.split("\r")]
    held: list[str] = []
    for line in [*lines, ""]:
        if line:
            held.append(line)
        elif held:
            # A whole agenda written as one paragraph with line breaks is cut at them.
            yield from (
                ["\n".join(held)] if sum(map(len, held)) <= LONG_LINE else [part for one in held for part in cut(one)]
            )
            held = []
