"""How publishers of codes write: headings, numbered lines, and their own notes around the law.

A reader of a code turns a page or an answer into blocks; `passages` makes passages of them: one for each heading and
paragraph, with the trail of headings, keyed by the publisher's id of its section. What is the publisher's own and no law
(history notes, foot-notes, editor's notes, "codified through Ordinance No. …") is told apart by its key (`Passage.aside`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from bs4.element import NavigableString, PreformattedString, Tag

from watcher.errors import EmptyReading
from watcher.model import Document, Passage, Response
from watcher.reading import pages

SECTION = 9  # the level of a section; wider headings are 1 (title) to 8
CODIFIED = "codified-through"

HISTORY, FOOTNOTE, NOTE, BANNER = "History note", "Footnote", "Note", "Codified through"
SUFFIX = {HISTORY: "history", FOOTNOTE: "footnote", NOTE: "note"}

LEVELS = {
    "title": 1, "appendix": 1, "exhibit": 1, "part": 2, "subtitle": 2, "chapter": 3, "subchapter": 4, "subpart": 4,
    "article": 4, "subarticle": 5, "division": 5, "subdivision": 6,
}  # fmt: skip
_WIDE = re.compile(
    rf"(?P<kind>{'|'.join(LEVELS)})\s+(?P<number>(?-i:[IVXLC]+|[A-Z])|\d[\w.-]*\w|\d)(?!\w)\.?:?(?P<name>\s*[-–—:]\s*\S.*|\s+(?-i:[A-Z\[“\"]).*|)\Z",
    re.IGNORECASE | re.DOTALL,
)
_SECTION = re.compile(
    r"(?:secs?\.|sections?\b|§{1,2})\s*(?P<number>\d[\w.:-]*[\w]|\d|[A-Z]-?\d[\w.:-]*[\w]|[IVXLC]+-\d[\w.-]*)(?P<rest>[\s\S]*)\Z",
    re.IGNORECASE,
)
_AFTER_SECTION = re.compile(r"\.?:?(?:\s*[-–—]+\s*\S|\s*\[|\.?\s+[A-Z“\"(\d]|\.?\Z)|\.(?=[A-Z])|,\s+\d|\s*[—–-]\s*\d")
_NUMBER = re.compile(r"(?:[A-Z]{1,3}-?)?\d+[A-Z]?(?:[.:-]\d*[A-Z]?\d+[A-Z]?|[.:-][A-Z](?!\w))*", re.IGNORECASE)
_DOTTED = re.compile(r"\d+[A-Z]?(?:[.:-]\d+[A-Z]?){1,4}\.?[-–—]? [-–—] (?=[A-Z“\"\[])")  # 2.04.010 - Meetings.
_EXPORTED = re.compile(
    r"^\s*(?:(?:Secs?\.|Sections?) \S+|\d+[A-Z]?(?:[.:-]\d+[A-Z]?){1,4}\.?) - [A-Z“\"\[]", re.MULTILINE
)
# What stands before and behind the chapters of a code: CHARTER[1], STATUTORY REFERENCE TABLE, PREFACE.
_FRONT = re.compile(
    r"(?:charter|preface|adopting ordinance|supplement history|checklist|[A-Z ,’'-]*\btables?\b|code of (?:ordinances|laws)"
    r"|related laws|special acts|local acts|(?:current )?officials)\b[A-Z ,’'—–\[\]\d-]*\Z",
    re.IGNORECASE,
)
LONGEST_HEADING = 300
MARK = re.compile(r"\s*(?:\[\d{1,3}\]|\[\*\])(?=\s*\Z)")  # the foot-note mark behind a heading: ADMINISTRATION[1]
ENUMERATOR = re.compile(r"(?:\(?(?:\d{1,3}|[A-Za-z]{1,3}|[ivxlcIVXLC]{1,6})[.)]|\((?:\d{1,3}|[A-Za-z]{1,5})\)|[•*])\Z")

_FOOTNOTES = re.compile(r"foot-?notes?(?:\(s\))?\s*:?\Z", re.IGNORECASE)
_CITED = re.compile(
    r"\b(?:ord(?:s|inances?)?|code|laws?|acts?|resolutions?|res|amended|added|adopted|enacted|repealed|passed|renumbered"
    r"|formerly|approved|l\.l|p\.l|c\.o|bylaws?|[as]\.?t\.?m|stat|bill|measure|prop|motion|minutes)\b",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"\d{1,2}[-/]\d{1,2}[-/]\d{2,4}|\b(?:1[89]|20)\d\d\b|\bno[s.]*\s*\S?\d|§\s*\d|\bord\w*\.?\s*\S?\d|\d+-\d+", re.I
)
_BINDING = re.compile(r"\b(?:shall|must|may not|is unlawful|prohibited)\b", re.IGNORECASE)
_TRAILING = re.compile(
    r"(?<=[.;:!?)”\"\w])\s*(?P<note>[(\[](?:(?:editorially |am(?:ended|\.)?|added|adopted|enacted|repealed|prior|former(?:ly)?|as) )*"
    r"(?:ords?\b|ordinances?\b|prior code|code (?:19|20)|res\b|resolution|added|amended|repealed|adopted|l\.l\.|local law|renumbered|formerly)"
    r"[^()\[\]]*(?:[(\[][^()\[\]]*[)\]][^()\[\]]*)*[)\]]\.?)\s*\Z",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"(?:(?:editor(?:ial)?|publisher|codifier|compiler|reviser|revisor|annotator|drafting)['’]?s?['’]? notes?|notes?"
    r"|cross[- ]?references?|(?:state|federal|charter|code|statutory|local|county) (?:law |constitution )?references?"
    r"|(?:state|federal) (?:law|constitution)s?[^.:—–-]{0,40}references?|legal analysis|annotations?|statutory authority"
    r"|(?:legislative )?history|source|derivation|amendment note|related laws?|effective on|disclaimer)(?:\(s\))?\s*(?:[—–:-]|\Z)"
    r"|penalty(?: provisions?)?,? see\b",
    re.IGNORECASE,
)
_LIST_LABEL = re.compile(r"(?:sub)?(?:sections|chapters|articles|divisions|parts|titles)\s*:?\Z", re.IGNORECASE)
_ADOPTED = re.compile(
    r"(?:re)?(?:adopted|amended|enacted|repealed|added)(?: (?:and|&) \w+)? by (?:ord|res|ordinance|resolution)\b",
    re.IGNORECASE,
)
_HISTORY_LABEL = re.compile(r"\[?(?:legislative )?history\b|source\b|derivation\b", re.IGNORECASE)
_BANNER = re.compile(
    r"\A.{0,80}?\b(?:codified|current|updated|up[- ]to[- ]date)\b(?: \w+){0,3} (?:through|thru|as of)\b.{0,80}?"
    r"(?:\bord(?:inances?|s)?\b|\blegislation\b|\bresolutions?\b|\blocal laws?\b|\bsupp|\bpassed\b|\b(?-i:[A-Z])[a-z]+ \d{1,2}, \d{4}|\d[/-]\d)"
    r"|\A\W*(?:supp(?:lement)?\.? (?:no\b|number)|online content updated)",
    re.IGNORECASE | re.DOTALL,
)
_YEAR = re.compile(r"\b(?:1[89]|20)\d\d\b|\d{1,2}[-/]\d{1,2}[-/]\d{2,4}")
LONGEST_BANNER = 400


@dataclass(frozen=True, slots=True)
class Block:
    """A heading (level 1 to 9) or a paragraph (0) in reading order.

    `id` is the publisher's own id of a heading. `note` says what of the publisher's own it is (HISTORY, FOOTNOTE …);
    "" leaves that to its words.
    """

    text: str
    level: int = 0
    id: str = ""
    note: str = ""


def passages(blocks: Iterable[Block], key: str = "") -> tuple[Passage, ...]:
    """One passage for each heading and paragraph; `key` stands for what comes before the first heading."""
    trail: list[tuple[int, str, str]] = []  # level, words, key
    found: list[Passage] = []
    for block in _joined(blocks):
        if block.level:
            trail = [heading for heading in trail if heading[0] < block.level]
            words = MARK.sub("", block.text).strip()
            own = block.id or _key_of(block, words, [heading[2] for heading in trail])
            found.append(Passage(words, tuple(heading[1] for heading in trail), own))
            trail.append((block.level, words, own))
            continue
        place = trail[-1][2] if trail else key
        above = tuple(heading[1] for heading in trail)
        law, note, kind = _parted(block)
        if law:
            found.append(Passage(law, above, place))
        if note:
            found.append(Passage(note, (*above, kind), key_of_note(place, kind)))
    return tuple(found)


def key_of_note(place: str, kind: str) -> str:
    """The key by which a note is told from the law: 2-6:history; the banner belongs to the whole code."""
    return CODIFIED if kind == BANNER else f"{place}:{SUFFIX[kind]}"


def note_of(text: str) -> str:
    """What of the publisher's own a paragraph is (HISTORY, FOOTNOTE, NOTE, BANNER), "" where it is law."""
    if _FOOTNOTES.match(text) or re.match(r"-{3}\s*\(\d+\)\s*-{3}\Z", text):
        return FOOTNOTE
    if _is_history(text):
        return HISTORY
    if _LABELLED.match(text) and not (text[:4].lower() == "note" and _BINDING.search(text)):
        return HISTORY if _HISTORY_LABEL.match(text) else NOTE
    if len(text) <= LONGEST_BANNER and _BANNER.search(text) and not _BINDING.search(text):
        return BANNER
    return NOTE if _LIST_LABEL.match(text) else ""


def level_of(text: str) -> int:
    """The level of a line that heads a part of a code by its words ("Sec. 2-6. - Title", "ARTICLE IV. - …"); 0 else."""
    if len(text) > LONGEST_HEADING:
        return 0
    if found := _SECTION.match(text):
        return SECTION if _AFTER_SECTION.match(found["rest"]) and not _BINDING.search(text) else 0
    if _DOTTED.match(text):
        return 0 if _BINDING.search(text) else SECTION
    found = _WIDE.match(text)
    if not found or (text[0].islower() and text[0].isalpha()):
        return 0
    return LEVELS[found["kind"].lower()]


def number_of(text: str) -> str:
    """The number in a section's heading: 2-6 of "Sec. 2-6. - Title", 9.04.010 of "9.04.010 Title"; "" without one."""
    if found := _SECTION.match(text):
        return found["number"].rstrip(".:")
    numbered = _NUMBER.match(text)
    return numbered.group().rstrip(".:-") if numbered else ""


def is_export(text: str) -> bool:
    """Whether a plain text is a publisher's export of a code: a heading first, or several sections as exports write them."""
    first = next((" ".join(line.split()) for line in text.lstrip("\ufeff").splitlines() if line.strip()), "")
    headed = level_of(MARK.sub("", first)) > 0 or _FRONT.match(first) is not None
    return headed or len(_EXPORTED.findall(text)) > 2


def from_text(text: str) -> Iterator[Block]:
    """The blocks of a plain-text export: a heading or paragraph a line, foot-notes under "Footnotes:"."""
    footnotes = told = False
    for line in text.splitlines():
        line = " ".join(line.split())
        if not line:
            footnotes = footnotes and not told  # a blank line ends the foot-notes, not their first line
            continue
        if _FOOTNOTES.match(line):
            footnotes, told = True, False
        level = level_of(MARK.sub("", line))
        if level:
            footnotes = False
        told = footnotes and not _FOOTNOTES.match(line)
        yield Block(line, level, note=FOOTNOTE if footnotes else "")


def from_page(root: Tag, heading: Callable[[str, Tag], tuple[int, str] | None]) -> Iterator[Block]:
    """The blocks of a page's part; `heading` tells the level and id of a heading, None for a paragraph.

    A line that is nothing but links into the code is its table of contents, and no law.
    """
    for text, tag in lines(root):
        found = heading(text, tag)
        if found:
            yield Block(text, *found)
        else:
            yield Block(text, note=note_by_class(tag, root) or (NOTE if is_contents(tag) else ""))


def is_contents(tag: Tag) -> bool:
    """Whether a block is nothing but a link, as in a list of the sections below."""
    links = [link for link in tag.find_all("a", href=True) if link.get_text(strip=True)]
    if not links or tag.name in ("h1", "h2", "h3", "h4", "h5", "h6"):
        return False
    linked = sum(len(link.get_text("", strip=True)) for link in links)
    return linked >= 0.8 * len("".join(tag.get_text("", strip=True).split(" ")))


def contents(root: Tag, href: re.Pattern[str]) -> tuple[Passage, ...]:
    """A table of contents: the words of the links that lead into the code, keyed by what the pattern finds in them."""
    found: dict[str, Passage] = {}
    for link in root.find_all("a", href=True):
        text, named = " ".join(link.get_text(" ").split()), href.search(str(link["href"]))
        if text and named:
            found.setdefault(named[named.lastindex or 0], Passage(text, ("Contents",), named[named.lastindex or 0]))
    return tuple(found.values())


def document(
    url: str, title: str, blocks: Iterable[Block], key: str = "", contents: tuple[Passage, ...] = ()
) -> Document:
    """A part of a code as a document; its headings and table of contents where it shows no more. EmptyReading for none."""
    known = list(blocks)
    found = passages(known, key)
    law = [passage for passage in found if not passage.aside]
    if len(law) <= sum(block.level > 0 for block in known):  # headings alone
        listed = {passage.text for passage in contents}
        found = (*(passage for passage in found if passage.text not in listed), *contents) if contents else found
    if all(passage.aside for passage in found):
        raise EmptyReading("nothing of the code is on the page", url=url)
    return Document(url, title or found[0].text, "code", found)


# Headings, and elements of XML, under which a publisher's own words stand.
_NOTES_ABOVE = re.compile(
    r"(?:(?:section|cross|state law|statutory)[ -]references?|effects? of amendments?|(?:emergency|temporary) legislation"
    r"|(?:legislative|amendment|statutory|source)?[ -]?(?:history|histories)(?: notes?| of .{1,40})?|prior codifications?|derivations?"
    r"|(?:case|(?:editor|revisor|reviser|codifier|compiler|publisher)(?:ial|['’]?s?['’]?)|historical(?: and statutory)?)[ -]?notes?"
    r"|notes of decisions|annotations?|foot-?notes?|source ?credits?|law review .{1,40})\W*\Z",
    re.IGNORECASE,
)
_ELEMENTS = frozenset({"annotation", "annotations", "footnote", "sourceCredit", "editorialNote"})


def noted(document: Document) -> Document:
    """A watched page as a reader of codes would give it: what its publisher says of the law, told apart by its key.

    On a page of a kind other than a code "History" may head the way of a bill, and "(adopted 3-2-2026)" be news: there
    only an element of that name and "codified through" are told apart.
    """
    whole = document.kind == "code"
    found: list[Passage] = []
    for passage in document.passages:
        place = passage.key or "/".join(passage.heading)[-200:]
        if any(part in _ELEMENTS or (whole and _NOTES_ABOVE.match(part)) for part in passage.heading):
            found.append(replace(passage, key=key_of_note(place, HISTORY if _CITED.search(passage.text) else NOTE)))
            continue
        law, note, kind = _parted(Block(passage.text))
        if not note or not (whole or kind == BANNER):
            found.append(passage)
            continue
        if law:
            found.append(replace(passage, text=law))
        found.append(Passage(note, (*passage.heading, kind), key_of_note(place, kind)))
    return replace(document, passages=tuple(found))


def is_paper(response: Response) -> bool:
    """Whether this is a paper beside a code (an ordinance's PDF) rather than a part of the code itself."""
    if response.request.kind == "document":
        response = replace(response, request=replace(response.request, kind="legislation"))
    return pages.is_document(response)


BLOCKS = frozenset({
    "p", "div", "li", "dd", "dt", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "section", "article",
    "table", "tbody", "ul", "ol", "dl", "td", "th", "caption", "body",
})  # fmt: skip
SILENT = frozenset({"script", "style", "noscript", "template", "button", "select", "nav", "head"})
ROW = 1_000  # characters: a longer row of a table is read as a flow of paragraphs


def lines(root: Tag) -> Iterator[tuple[str, Tag]]:
    """Each block of text under a tag with the element that holds it, in order; a table's row is one block."""
    owner: Tag | None = None
    run: list[str] = []
    rows: dict[int, bool] = {}
    for node in root.descendants:
        if isinstance(node, Tag):
            if node.name == "br":
                run.append(" ")
            elif node.name in ("td", "th") and owner is not None and node.parent is owner:
                run.append(" | ")
            continue
        if isinstance(node, PreformattedString) or not isinstance(node, NavigableString):
            continue
        if not run and node.isspace():
            continue
        holder = _holder(node, root, rows)
        if holder is None:
            continue
        if holder is not owner:
            if owner is not None and (text := _tidy(run)):
                yield text, owner
            owner, run = holder, []
        run.append(str(node))
    if owner is not None and (text := _tidy(run)):
        yield text, owner


_BY_CLASS = (
    (HISTORY, ("history",)),
    (FOOTNOTE, ("footnote",)),
    (
        NOTE,
        ("ednote", "editor", "crossref", "statref", "refnote", "annotation", "publishernote", "analysis", "minitoc"),
    ),
)


def note_by_class(tag: Tag, root: Tag) -> str:
    """What the publisher's style sheet calls a block or what holds it (historynote0, footnote-content); "" for law."""
    for holder in (tag, *tag.parents):
        if holder is root:
            break
        names = " ".join(holder.get("class") or ()).lower().replace("-", "").replace("_", "")
        for kind, words in _BY_CLASS:
            if any(word in names for word in words):
                return kind
    return ""


def _holder(node: NavigableString, root: Tag, rows: dict[int, bool]) -> Tag | None:
    """The block that a text belongs to: the nearest one, or the row of a table; None where it is not shown."""
    nearest: Tag | None = None
    for parent in node.parents:
        if parent.name in SILENT:
            return None
        if nearest is None and (parent.name in BLOCKS or parent is root):
            nearest = parent
        if parent.name == "tr":
            if id(parent) not in rows:
                rows[id(parent)] = _is_row(parent)
            if rows[id(parent)]:
                return parent
        if parent is root:
            break
    return nearest or root


def _is_row(row: Tag) -> bool:
    cells = [cell for cell in row.find_all(["td", "th"], recursive=False) if cell.get_text(strip=True)]
    return len(cells) > 1 and not row.find(["table", "h1", "h2", "h3", "h4"]) and len(row.get_text()) <= ROW


def _tidy(run: list[str]) -> str:
    return " ".join("".join(run).replace("\u200b", "").replace("\ufeff", "").split()).strip("| ")


def _joined(blocks: Iterable[Block]) -> Iterator[Block]:
    """Put an enumerator that stands on a line of its own before its text: "(a)", "No person …"."""
    held: list[str] = []
    for block in blocks:
        text = " ".join(block.text.split())
        if not text:
            continue
        if not block.level and not block.note and ENUMERATOR.match(text):
            held.append(text)
            continue
        if held and (block.level or block.note or note_of(text)):
            yield Block(" ".join(held))
            held = []
        yield Block(" ".join((*held, text)), block.level, block.id, block.note)
        held = []
    if held:
        yield Block(" ".join(held))


def _parted(block: Block) -> tuple[str, str, str]:
    """(law, note, kind of note) of a paragraph: a history note may stand at the end of the law's own lines."""
    kind = block.note or note_of(block.text)
    if kind:
        return "", block.text, kind
    if (found := _TRAILING.search(block.text)) and _YEAR.search(found["note"]) and found.start() > 0:
        return block.text[: found.start()].rstrip(), found["note"], HISTORY
    return block.text, "", ""


def _is_history(text: str) -> bool:
    """Whether a paragraph is nothing but citations: (Ord. No. 12, 3-2-09), [Amended 2020 …], Adopted by Ord. 26-31 on …"""
    if len(text) <= LONGEST_BANNER and _ADOPTED.match(text) and _DATED.search(text):
        return not _BINDING.search(text)
    if text[:1] not in "([" or len(text) > 2_000 or _BINDING.search(text):
        return False
    if re.match(r"\(\w{1,4}\)\s", text) or not (_CITED.search(text) and _DATED.search(text)):
        return False
    depth = 0
    for letter in text:
        if letter in "([":
            depth += 1
        elif letter in ")]":
            depth = max(0, depth - 1)
        elif depth == 0 and letter.isalpha():
            return re.search(r"[)\]]\s*Penalty,? see\b", text) is not None
    return True


def _key_of(block: Block, words: str, above: list[str]) -> str:
    """The name of a heading without the publisher's id: a section's number, else the numbers of its trail."""
    number = number_of(words) if block.level == SECTION or level_of(words) == SECTION else ""
    if not number.isalnum() and number:
        return number  # 2-6, 9.04.010: one in the whole code; a bare 4 only in its chapter
    found = _WIDE.match(words)
    own = f"{found['kind'].title()} {found['number'].upper()}" if found else number or words[:60]
    return "/".join((*above[-1:], own))
