"""PDF with a text layer, through pypdfium2. Read it in the wall: PDFium is C++ and a file may be hostile or endless.

PDFium gives characters in the order of the file's drawing commands; here they become lines with places, lines are put
in reading order, what repeats at the edges of pages is left out, and lines are joined into paragraphs by layout.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil
from statistics import median

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from watcher.errors import Scanned, Unreadable
from watcher.extractors import _drafting, _strokes
from watcher.extractors._drafting import ENDS, NEW
from watcher.extractors.text import LIST_START, blank, shouted, tidy
from watcher.model import WHOLE, Document, Passage, View

MEDIA_TYPES = frozenset({"application/pdf", "application/x-pdf"})

MAX_PAGES = 3_000
EDGE = 4  # lines at the top and the bottom of a page among which running ones are looked for
MOST_STACKED = 6  # lines of a table's cell to the left of another
SCANNED = 12  # letters a page; fewer are a stamp on a picture
PAGE_NUMBER = re.compile(
    r"(?:page|pg\.?|p\.)?\s*[-–]?\s*(?:\d{1,4}|[ivxl]{1,6})\s*[-–]?(?:\s*(?:of|/)\s*\d{1,4})?", re.I
)
MARKS = (ENDS, "~~")
CUT = "\ufffe"  # what PDFium writes for a hyphen at a line's end, and the lines' own break with it
SOFT_HYPHENS = "\x02\u00ad" + CUT
LINE_END = re.compile(f"(\r\n|{CUT})")
# Parts of words that keep their hyphen more often than not.
PREFIXES = frozenset({"co", "non", "self", "ex", "mid", "pro", "quasi", "semi", "cross", "post", "pre", "anti", "all"})
# Words that begin a compound ("short-term", "two-year", "third-party"), before another word and not before its own ending.
BEGINNING = re.compile(
    r"(?:short|long|full|part|high|low|well|one|two|three|four|five|six|seven|eight|nine|ten|first|second|third|half|single|double"
    r"|multi|year|month|week|day|hour|large|small|mixed|fixed|real|zero|cost|court|state|city|county|federal|law|tax|public)"
)
ENDING = re.compile(
    r"(?:abl[ey]|ages?|[ae]nces?|ers?|est|ful|fully|hood|houses?|ings?|ish|ists?|ity|ized?|less|light|ly|ments?|ness|payers?|rooms?"
    r"|ships?|[st]ions?|some|suits?|wards?|ways?|wide|wise|works?|writing|yers?|ners?|nership)"
)
# First words of what is written in one: "there-" and "fore" are no compound, though both are words.
GROWN = re.compile(
    r"(?:not|there|any|with|over|under|every|some|where|what|who|how|here|out|for|never|none|other|after|super|inter)"
)
SPLIT_NUMBER = re.compile(
    r"(?<![\w-])(?:[A-Z]{1,4}-?)?\d{1,4}-\Z"
)  # "26-" above "787": a file's number in a narrow column
WORD = re.compile(rf"\w+(?:-\w+)*+(?![\w{SOFT_HYPHENS}-])")
RULE = re.compile(r"[_=\-–—.·•*\s]{5,}")

# A number in a count: "A-4 …", "No. 4 …", "#4", "4 26-114 …".
COUNTED = re.compile(
    r"(?P<lead>[A-Z]-?|(?:No\.?|NO\.?|[#№])\s?|)(?P<at>\d{1,3})(?:[.:)]*\s+(?=[A-Z“\"(*$\[–—-]|(?:\d{2}|20\d\d)-\d{3})|[.:)]*\Z)"
)

# A line that ends so goes on below, whatever the layout says.
UNFINISHED = re.compile(
    r"(?:[,§(&–—/]|\b(?:and|or|of|the|to|by|for|a|an|in|with|on|under|from|at|that|any|another|such|no\.|section|sec\.))\Z",
    re.I,
)

# "Recommended action: …", "Attachments: …"
LABEL = re.compile(r"[A-Z][\w’'/&-]*(?: [\w’'/&-]+){0,3}:(?:\s|\Z)")

# U nited States, I mmigration: a capital on its own before small letters.
TORN = re.compile(r"(?<![^\s(“\"])[A-Z] (?=[a-z]{2})")
MOST_SPACES = 40  # of a line are looked at

# PDFium is not thread-safe (its public/fpdfview.h: "not thread-safe").
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text and its box in points, counted from the lower left corner of the page."""

    text: str
    left: float
    bottom: float
    right: float
    top: float

    @property
    def height(self) -> float:
        """Height of the line's letters, at least one point."""
        return max(1.0, self.top - self.bottom)


def extract(
    body: bytes, url: str, *, charset: str | None = None, view: View = WHOLE, kind: str = "document"
) -> Document:
    """Return the paragraphs in reading order; a line in capitals heads what follows.

    Running headers (after their first page), running footers and page numbers are left out; words hyphenated at a
    line's end are joined. Struck words stand as "~~struck~~"; in drafting style underlined ones stand as "++new++".
    Raises Unreadable: password, damaged, too many pages, or scanned without a text layer.
    """
    with _one_at_a_time:
        pages = _pages(body, url)
    letters = sum(letter.isalpha() for page in pages for line in page for letter in line.text)
    if letters < SCANNED * len(pages):
        raise Scanned("scanned, no text layer (OCR is off)", url=url)
    passages: list[Passage] = []
    heading: tuple[str, ...] = ()
    for paragraph in _rejoined(_without_running_lines(pages)):
        text = blank(paragraph, view)
        if not text:
            continue
        if shouted(text):
            passages.append(Passage(text))
            heading = (_drafting.plain(text),)
        else:
            passages.append(Passage(text, heading))
    title = next((passage.text for passage in passages), "")
    return _drafting.settled(Document(url=url, title=_drafting.plain(title)[:200], kind=kind, passages=tuple(passages)))


# ------------------------------------------------------------------------------------------------ pages and lines


def _pages(body: bytes, url: str) -> list[list[Line]]:
    try:
        document = pdfium.PdfDocument(body)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise Unreadable("password protected", url=url) from None
        raise Unreadable("not a PDF that can be read: damaged or cut off", url=url) from None
    try:
        count = len(document)
        if count > MAX_PAGES:
            raise Unreadable(f"more than {MAX_PAGES} pages", url=url)
        if not count:
            raise Unreadable("a PDF without pages", url=url)
        return [_in_reading_order(_lines(document, number)) for number in range(count)]
    finally:
        document.close()


def _lines(document: pdfium.PdfDocument, number: int) -> list[Line]:
    try:
        page = _with_form(document, number)
    except pdfium.PdfiumError:
        return []  # one damaged page does not hide the others
    layer = page.get_textpage()
    try:
        drawn = _strokes.drawn(page)
        found: list[Line] = []
        place = 0
        pieces = LINE_END.split(layer.get_text_range())
        for text, end in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
            line = _line(layer, text, place, drawn)
            place += _units(text + end)
            if line and end == CUT:
                line = replace(line, text=_with_cut(line.text))
            if line and found and _goes_on(found[-1], line):
                found[-1] = _with_rest(found[-1], line)
            elif line and found and (row := _row_of(found, line)):
                found[row:] = [_joined(_stacked(found[row:]), line)]
            elif line:
                found.append(line)
        return found
    finally:
        layer.close()
        page.close()


def _with_cut(text: str) -> str:
    """Return a line that ends within a word; the sign for that stands within a struck or underlined stretch."""
    end = next((end for end in MARKS if text.endswith(end)), "")
    return text.removesuffix(end) + CUT + end


def _with_form(document: pdfium.PdfDocument, number: int) -> pdfium.PdfPage:
    """Return a page, the values of its form fields made part of its text (agreements are often filled-in forms)."""
    page = document[number]
    if document.get_formtype() and pdfium_c.FPDFPage_GetAnnotCount(page.raw):
        pdfium_c.FPDFPage_Flatten(page.raw, pdfium_c.FLAT_NORMALDISPLAY)
        page.close()
        page = document[number]
    return page


def _line(layer: pdfium.PdfTextPage, text: str, place: int, drawn: _strokes.Drawn) -> Line | None:
    """Return a line with its box, struck and underlined words marked; `place` is its offset in the page's text, in UTF-16 units."""
    words = text.strip()
    if not words or RULE.fullmatch(words):
        return None
    start = place + _units(text[: len(text) - len(text.lstrip())])
    first = pdfium_c.FPDFText_GetCharIndexFromTextIndex(layer.raw, start)
    last = pdfium_c.FPDFText_GetCharIndexFromTextIndex(layer.raw, start + _units(words) - 1)
    if first < 0 or last < 0:
        return Line(words, 0, 0, 0, 0)
    left, bottom, _, top = layer.get_charbox(first, loose=True)
    _, end_bottom, right, end_top = layer.get_charbox(last, loose=True)
    torn = set(_torn(layer, words, start))
    whole = "".join(letter for place, letter in enumerate(words) if place not in torn)
    line = Line(whole, left, min(bottom, end_bottom), max(left, right), max(top, end_top))
    lowest = line.bottom - 0.1 * line.height  # an underline may stand below the letters' own box
    across = [
        stroke
        for stroke in drawn.strokes
        if lowest < stroke.height < line.top and stroke.right > line.left and stroke.left < line.right
    ]
    if not across:
        return line
    boxes = [box for place, box in enumerate(_boxes(layer, words, start)) if place not in torn]
    return replace(line, text=_strokes.revised(whole, boxes, across, drawn.links))


def _torn(layer: pdfium.PdfTextPage, words: str, start: int) -> Iterator[int]:
    """Yield the places of spaces that nobody wrote: PDFium's own, for a capital kerned away from its word.

    Only in a line that writes most of its other spaces out: where they are PDFium's, any may part two words.
    """
    found = [match.end() - 1 for match in TORN.finditer(words)]
    if not found:
        return

    def made_up(place: int) -> bool:
        at = pdfium_c.FPDFText_GetCharIndexFromTextIndex(layer.raw, start + _units(words[:place]))
        return at >= 0 and bool(pdfium_c.FPDFText_IsGenerated(layer.raw, at) == 1)

    others = [place for place, letter in enumerate(words) if letter == " " and place not in found][:MOST_SPACES]
    written = sum(not made_up(place) for place in others)
    if written > 1 and written > len(others) / 2:
        yield from (place for place in found if made_up(place))


def _boxes(layer: pdfium.PdfTextPage, words: str, start: int) -> Iterator[_strokes.Box | None]:
    for letter in words:
        at = pdfium_c.FPDFText_GetCharIndexFromTextIndex(layer.raw, start)
        start += _units(letter)
        yield None if letter.isspace() or at < 0 else layer.get_charbox(at)


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _beside(one: Line, two: Line) -> bool:
    """True where two pieces stand on one line, the second to the right."""
    shared = min(one.top, two.top) - max(one.bottom, two.bottom)
    return shared > 0.6 * min(one.height, two.height) and two.left >= one.right - 1


def _row_of(found: Sequence[Line], line: Line) -> int:
    """Return the place from the end of the line that another stands beside, 0 where none.

    In a table's row it may be one further up: the cell to its left has several lines ("5. File", "No.", "26-787").
    """
    for back in range(1, min(len(found), MOST_STACKED) + 1):
        if found[-back].right > line.left + 1:
            return 0
        if _beside(found[-back], line):
            return -back if back == 1 or LIST_START.match(found[-back].text) else 0
    return 0


def _stacked(lines: Sequence[Line]) -> Line:
    """Return the lines of a cell as one, in the place of the first."""
    return replace(lines[0], text=" ".join(line.text for line in lines), right=max(line.right for line in lines))


def _goes_on(one: Line, two: Line) -> bool:
    """True where a number divided at its hyphen goes on directly below."""
    near = -one.height < one.bottom - two.bottom - one.height < one.height
    return near and two.left < one.right and two.text[0].isdigit() and bool(SPLIT_NUMBER.search(_uncut(one.text)))


def _uncut(text: str) -> str:
    """Return a line with a plain hyphen where its last word is cut."""
    return f"{text[:-1]}-" if text.endswith(CUT) else text


def _with_rest(one: Line, two: Line) -> Line:
    """Return a line and the rest of its number; where that is all, the line stays where it is, for what is beside it."""
    whole = f"{_uncut(one.text)}{two.text}"
    if two.text.isdigit():
        return replace(one, text=whole)
    return Line(whole, min(one.left, two.left), two.bottom, max(one.right, two.right), one.top)


def _joined(one: Line, two: Line) -> Line:
    return Line(f"{one.text} {two.text}", one.left, min(one.bottom, two.bottom), two.right, max(one.top, two.top))


def _in_reading_order(lines: list[Line]) -> list[Line]:
    """Return the lines from the top of the page down.

    The file's order is kept among lines that overlap in height (columns, tables); only whole runs that stand clear
    above or below others are moved, such as a footer that is drawn first.
    """
    runs: list[list[Line]] = []
    for line in lines:
        if runs and line.top <= runs[-1][-1].top + 0.5 * line.height:
            runs[-1].append(line)
        else:
            runs.append([line])
    bands: list[tuple[float, float, list[Line]]] = []
    for run in runs:
        top, bottom = max(line.top for line in run), min(line.bottom for line in run)
        for band in [band for band in bands if band[0] > bottom + 2 and top > band[1] + 2]:
            bands.remove(band)
            top, bottom, run = max(top, band[0]), min(bottom, band[1]), [*band[2], *run]
        bands.append((top, bottom, run))
    return [line for band in sorted(bands, key=lambda band: -band[0]) for line in band[2]]


# ---------------------------------------------------------------------------------------- headers, footers, numbers


def _without_running_lines(pages: Sequence[list[Line]]) -> list[list[Line]]:
    def shape(line: Line) -> str:
        return re.sub(r"\d+", "9", tidy(_bare(line.text)).casefold())

    tops = Counter(mark for page in pages for mark in {shape(line) for line in page[:EDGE]})
    ends = Counter(mark for page in pages for mark in {shape(line) for line in page[-EDGE:]})
    often = max(3, len(pages) * 0.6) if len(pages) > 2 else len(pages) + 1
    seen: set[str] = set()
    kept: list[list[Line]] = []
    for page in pages:
        left: list[Line] = []
        for place, line in enumerate(page):
            mark = shape(line)
            at_top, at_end = place < EDGE, place >= len(page) - EDGE
            numbered = (place < 2 or place >= len(page) - 2) and PAGE_NUMBER.fullmatch(_bare(line.text).strip())
            header = at_top and tops[mark] >= often
            footer = at_end and ends[mark] >= often
            if (len(pages) > 1 and numbered) or (footer and not header) or (header and mark in seen):
                continue
            if header:
                seen.add(mark)
            left.append(line)
        kept.append(left)
    return kept


# ------------------------------------------------------------------------------------------------------ paragraphs


def _rejoined(pages: Sequence[list[Line]]) -> Iterator[str]:
    """Yield paragraphs: lines joined by layout, within a page and across the break."""
    whole = set(_words(pages))
    margins = sorted(max(line.right for line in page) for page in pages if page)
    usual = margins[ceil(0.8 * (len(margins) - 1))] if margins else 0.0  # a few pages may lie on their side
    held = ""
    for page in pages:
        for paragraph in _paragraphs(page, usual):
            text = ""
            for line in paragraph:
                text = _continued(text, line.text, whole)
            text = text.translate(dict.fromkeys(map(ord, SOFT_HYPHENS)))
            above = _bare(held)
            goes_on = _bare(text)[:1].islower() and above[-1:] not in tuple(".!?:;")
            if held and (goes_on or UNFINISHED.search(above)):
                held = _continued(held, text, whole)
                continue
            if tidy(held):
                yield tidy(held)
            held = text
    if tidy(held):
        yield tidy(held)


def _words(pages: Sequence[list[Line]]) -> Iterator[str]:
    """Yield the document's words in small letters, but for the halves of those cut at a line's end."""
    for page in pages:
        cut = False
        for line in page:
            found = WORD.findall(line.text.casefold())
            yield from found[1:] if cut else found
            cut = line.text.endswith(("-", *SOFT_HYPHENS))


def _continued(text: str, line: str, whole: set[str]) -> str:
    """Return text and the next line; a word cut at the line's end is one word again.

    Its hyphen stays where the document writes the word with a hyphen elsewhere ("non-profit").
    """
    if not text:
        return line
    for begin, end in ((NEW, ENDS), ("~~", "~~")):  # a stretch that goes on below is one stretch
        if text.endswith(end) and line.startswith(begin):
            text, line = text.removesuffix(end), line.removeprefix(begin)
    cut = text[-1] in SOFT_HYPHENS
    if (cut or text[-1] == "-") and text[-2:-1].isalnum() and (line[:1].isdigit() or line[:1].isupper()):
        return f"{text[:-1]}-{line}"  # Miami-Dade, COVID-19, 26-787
    if not cut and not (text[-1] == "-" and text[-2:-1].isalpha() and line[:1].islower()):
        return f"{text} {line}"
    start, rest = re.search(r"[\w-]*\Z", text[:-1]), re.match(r"[\w-]*", line)
    first, second = (start[0] if start else "").casefold(), (rest[0] if rest else "").casefold()
    return f"{text[:-1]}{'-' if _compound(first, second, whole) else ''}{line}"


def _compound(first: str, second: str, words: set[str]) -> bool:
    """Say whether two halves keep the hyphen between them; `words` are the document's own."""
    if f"{first}-{second}" in words:
        return True
    if first + second in words:
        return False
    if "-" in first + second or first in PREFIXES:
        return True
    if len(second) < 4 or ENDING.fullmatch(second) or GROWN.fullmatch(first):
        return False
    return bool(BEGINNING.fullmatch(first)) or (len(first) > 2 and first in words and second in words)


def _paragraphs(lines: list[Line], usual_margin: float) -> Iterator[list[Line]]:
    if not lines:
        return
    # a page of short lines does not show its margin; most others do
    margin = max(usual_margin, *(line.right for line in lines))
    pitches = [one.bottom - two.bottom for one, two in pairwise(lines) if one.bottom > two.bottom]
    pitch = median(pitches) if pitches else 0.0
    held = [lines[0]]
    counted = _counted(lines[0])
    for line in lines[1:]:
        following = _counted(line)
        if _is_next(counted, following) or _begins(line, held, margin, pitch):
            yield held
            held = []
        held.append(line)
        counted = following if not counted or _is_next(counted, following) else counted
    yield held


def _counted(line: Line) -> re.Match[str] | None:
    return COUNTED.match(_bare(line.text))


def _is_next(one: re.Match[str] | None, two: re.Match[str] | None) -> bool:
    """True where a line bears the number after another's, written alike: "A-5", "No. 5", "5" below "A-4", "No. 4", "4"."""
    return (
        one is not None
        and two is not None
        and one["lead"].casefold() == two["lead"].casefold()
        and int(two["at"]) == int(one["at"]) + 1
    )


def _begins(line: Line, held: list[Line], margin: float, pitch: float) -> bool:
    """True where a line begins a paragraph, told by what a typesetter would have done otherwise."""
    last, words = held[-1], _bare(line.text)
    above = _bare(last.text)
    step = last.bottom - line.bottom
    if step < -line.height or step > 1.45 * max(pitch, line.height):
        return True
    if UNFINISHED.search(above):
        return False
    if shouted(words) != shouted(above) or LABEL.match(words):
        return True
    if LIST_START.match(words) or not 0.8 < line.height / last.height < 1.25:
        return True
    if words[:1].islower() or above[-1:] in tuple(SOFT_HYPHENS) or (words[:1].isdigit() and SPLIT_NUMBER.search(above)):
        return False
    # The next word would have fitted on the line above: the break was meant.
    letter = (last.right - last.left) / max(1, len(above))
    word = len(words.split(" ", 1)[0]) + 1
    if last.right + word * letter < margin - 0.03 * (margin - held[0].left):
        return True
    # A first-line indent, or a return to the margin.
    shift = line.left - last.left
    return shift > 9 or (len(held) > 1 and shift < -9)


def _bare(text: str) -> str:
    """Return the words without marks: layout is told from the words."""
    return _drafting.plain(text).replace("~~", "") if NEW in text or "~" in text else text
