"""Plain text and Markdown. Also the charset rules that every text format here shares."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

import charset_normalizer

from watcher.errors import Unreadable
from watcher.model import WHOLE, Document, Passage, View

MEDIA_TYPES = frozenset({"text/plain", "text/markdown", "text/x-markdown", "text/csv", "text/tab-separated-values"})

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# What browsers mean by a label (WHATWG Encoding Standard, section 4.2), where Python takes it at its word.
BROWSER_LABELS = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "ansi_x3.4-1968": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "l1": "cp1252",
    "x-cp1252": "cp1252",
    "iso-8859-9": "cp1254",
    "latin5": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
}

# Zero-width and soft-hyphen characters are layout, not words; a page may shed or gain them at any visit.
INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff\x00"
ODD = re.compile("[\ufffd\x00-\x08\x0e-\x1a\x1c-\x1f]")
DETECTION_SAMPLE = 64_000  # bytes; charset-normalizer is linear and slow
LONG_LINE = 1_200  # characters; prose lines of public records are shorter, glued tables are not
WRAP = 140  # characters; text wrapped for reading or printing has hardly a longer line
SHORT = 60  # characters: a shorter line in capitals is a heading, a longer one may go on in the next
SENTENCE = 40  # characters; a shorter sentence of an over-long line stays with the next ("Sec. 5.", "No.")

MARKDOWN_HEADING = re.compile(r"(#{1,6})\s+(\S.{0,300})\Z")
LIST_START = re.compile(
    r"(?:[-*+•▪◦·]\s|\*(?=[A-Z])|\(?(?:\d{1,3}[A-Za-z]?|[A-Za-z]|[ivxlcIVXLC]{1,6})[.)](?:\s|\Z)|§+\s*\d|(?:Section|SECTION|Sec\.)\s+\d"
    r"|\d{1,3}(?:\.(?:[\dA-Z]{1,3}|[a-z])){1,3}\.?\s+(?=[A-Z“\"])|[IVX]{1,5}(?:\.[\dA-Z]{1,2}){1,3}\.?\s|ITEM\s+(?:NO\.?\s*)?\d"
    r"|(?:Agenda |AGENDA )?(?:Item|ITEM)\s*(?:[Nn][Oo]\.?\s*|#\s*)?\d{1,3}[A-Za-z]?(?:\s*[.:)–—-](?!\d)|\s*\Z|\s+(?=[A-Z“\"]))|(?:\d{2}|20\d\d)-\d{3,5}\s+\d{1,3}[.)]\s)"
)
# "CONSENT AGENDA: All items …": a heading, whatever stands behind it on its line.
CAPITALS = re.compile(r"[^\Wa-z\d_][^a-z]{6,80}?(?::(?=\s|\Z)|\Z)")


def extract(
    body: bytes, url: str, *, charset: str | None = None, view: View = WHOLE, kind: str = "document"
) -> Document:
    """Return the paragraphs of plain text or Markdown; Markdown headings become the heading trail.

    A paragraph ends at a blank line or where a list entry begins. An over-long line (a table dump without line
    breaks) is cut into rows where rows can be told, else into sentences. Raises Unreadable for binary bytes.
    """
    text = decode(body, charset)
    if looks_binary(text):
        raise Unreadable("the bytes are not text", url=url)
    passages: list[Passage] = []
    trail: list[tuple[int, str]] = []
    for level, paragraph in paragraphs(text):
        paragraph = blank(paragraph, view)
        if not paragraph:
            continue
        if level:
            trail = [heading for heading in trail if heading[0] < level]
        passages.append(Passage(paragraph, tuple(words for _, words in trail)))
        if level:
            trail.append((level, paragraph))
    title = next((passage.text for passage in passages), "")
    return Document(url=url, title=title[:200], kind=kind, passages=tuple(passages))


def decode(body: bytes, charset: str | None = None, declared: str | None = None) -> str:
    """Return the text of `body`. Never fails: what cannot be read becomes U+FFFD.

    Order (HTML standard, "determining the character encoding"): byte order mark, the header's `charset`, what the
    document itself declares (`declared`), then UTF-8 if it fits, then detection. A document called UTF-8 that holds
    no single valid multi-byte sequence is Windows-1252 under a wrong label, a common fault of older portals.
    """
    for bom, encoding in BOMS:
        if body.startswith(bom):
            return body.decode(encoding, errors="replace").lstrip("\ufeff")
    for label in (charset, declared):
        encoding_name = _encoding(label)
        if encoding_name == "utf-8":
            return _utf8(body)
        if encoding_name:
            return body.decode(encoding_name, errors="replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    found = charset_normalizer.from_bytes(body[:DETECTION_SAMPLE]).best()
    return body.decode(_encoding(found.encoding if found else None) or "cp1252", errors="replace")


def _encoding(label: str | None) -> str | None:
    if not label:
        return None
    label = label.strip().lower()
    try:
        name = codecs.lookup(BROWSER_LABELS.get(label, label))
    except (LookupError, ValueError):
        return None
    # codecs such as "hex" or "rot13" do not turn bytes into text
    return name.name if getattr(name, "_is_text_encoding", True) else None


def _utf8(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        loose = body.decode("utf-8", errors="replace")
        if any(ord(letter) > 0x7F and letter != "\ufffd" for letter in loose):
            return loose
        return body.decode("cp1252", errors="replace")


def looks_binary(text: str) -> bool:
    """True where the first part of a text is mostly control or replacement characters."""
    head = text[:4_000]
    return len(ODD.findall(head)) * 10 > len(head)


def tidy(text: str) -> str:
    """Return the text with every run of white space (no-break spaces too) as one space and no invisible letters."""
    return " ".join(visible(text).split())


def shouted(text: str) -> bool:
    """True for a short line all in capitals: it heads what follows, where a document has no better mark of it."""
    letters = [letter for letter in text if letter.isalpha()]
    return len(text) <= 90 and len(letters) >= 5 and all(letter.isupper() for letter in letters)


def visible(text: str) -> str:
    """Return the text without letters that take no room. Replaced one by one: twenty times as fast as translate."""
    if text.isascii():
        return text
    for letter in INVISIBLE:
        if letter in text:
            text = text.replace(letter, "")
    return text


def blank(text: str, view: View) -> str:
    """Return the text with what the view's regular expressions match taken out."""
    for pattern in view.ignore_text:
        text = re.sub(pattern, " ", text)
    return "\n".join(line for line in map(tidy, text.split("\n")) if line) if view.ignore_text else text


def paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Yield (Markdown heading level or 0, paragraph).

    Lines are joined where they look wrapped at a width; where they run longer, each line is a paragraph.
    """
    text = visible(text)
    shapes = _row_shapes(text)
    held: list[str] = []
    short = False
    above: bool | None = None  # whether the line before was a heading in capitals, None where there is none
    lines = text.splitlines()
    wrapped = sum(len(line) > WRAP for line in lines) * 20 <= len(lines)
    for line in lines:
        heading = MARKDOWN_HEADING.match(line.strip())
        rows = _rows(line, shapes)
        begins = not line.strip() or heading or len(rows) > 1 or len(line) > LONG_LINE or LIST_START.match(line.strip())
        capitals = _is_heading(line)
        if (begins or (above is not None and (above != capitals or (capitals and short)))) and held:
            yield 0, tidy(" ".join(held))
            held = []
        if heading:
            yield len(heading[1]), tidy(heading[2].rstrip("# ")) or "#"
        elif len(rows) > 1 or len(line) > LONG_LINE:
            yield from ((0, piece) for row in rows for piece in cut(tidy(row)))
        elif line.strip():
            held.append(line)
            if not wrapped:
                yield 0, tidy(" ".join(held))
                held = []
        # a bare number waits for its words, and a short line in capitals is a heading of its own
        above = capitals if held and not (LIST_START.fullmatch(line.strip()) and len(held) == 1) else None
        short = len(line.strip()) < SHORT
    if held:
        yield 0, tidy(" ".join(held))


def _is_heading(line: str) -> bool:
    words = CAPITALS.match(line.strip())
    return words is not None and sum(letter.isalpha() for letter in words[0]) >= 5


# ------------------------------------------------------------------------- tables without breaks, over-long lines

# Where a table was written out without separators, a row's last word runs into the next row's first number.
GLUED = re.compile(r"(?:(?<=[a-z)\]\"”’])|(?<=[A-Z]{3})|(?<=,\d\d\d))(?=\d)")
SENTENCE_END = re.compile(r"(?<=[.;:?!])\s+(?=[A-Z\"“(§\d])")
ROW_START = 24  # characters that tell how a row begins
ROWS = 5  # seams of one shape that make a table; fewer may be chance


def cut(line: str) -> Iterator[str]:
    """Yield a line, an over-long one in pieces whose edges depend on the text beside them only.

    So a sentence that is added, removed or reworded leaves nearly all other pieces as they were.
    """
    if len(line) <= LONG_LINE:
        yield from (line,) if line else ()
        return
    held = ""
    for sentence in SENTENCE_END.split(line):
        held = f"{held} {sentence}".strip()
        if len(held) >= SENTENCE:
            yield held
            held = ""
    if held:
        yield held


def _row_shapes(text: str) -> frozenset[str]:
    """Return how the rows of a glued table begin: shapes of two or more numbers that return at many seams.

    One number alone is a footnote mark or "pm2.5", whatever its count.
    """
    counts: dict[str, int] = {}
    for seam in GLUED.finditer(text):
        shape = _shape(text[seam.start() : seam.start() + ROW_START])
        counts[shape] = counts.get(shape, 0) + 1
    return frozenset(shape for shape, count in counts.items() if count >= ROWS and shape.count("9") >= 2)


def _rows(line: str, shapes: frozenset[str]) -> list[str]:
    if not shapes:
        return [line]
    seams = (seam.start() for seam in GLUED.finditer(line))
    starts = [seam for seam in seams if _shape(line[seam : seam + ROW_START]) in shapes]
    return [line[start:end] for start, end in zip([0, *starts], [*starts, len(line)], strict=True)]


def _shape(text: str) -> str:
    """Return how a row begins up to its first letter, each run of digits as one 9 ("9-9/9/9")."""
    return re.sub(r"\d+", "9", re.split(r"[^\W\d_]", text, maxsplit=1)[0]).strip()
