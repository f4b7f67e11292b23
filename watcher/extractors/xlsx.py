"""Spreadsheets (XLSX) through python-calamine: one passage a row, its cells joined as a table's are. Behind the wall."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import python_calamine as calamine

from watcher.errors import Unreadable
from watcher.extractors import _package as package
from watcher.extractors.text import blank, tidy
from watcher.model import WHOLE, Document, Passage, View

MEDIA_TYPES = frozenset(
    {
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.ms-excel.sheet.macroenabled.12",
    }
)

MAX_PASSAGES = 200_000
MOST_CELLS = 16_000_000  # of the rectangle around all written cells, which calamine lays out in full, 24 bytes each
EDGE = 100_000  # bytes of one piece of a sheet looked at again with the next: more than a cell takes
# A written cell beyond column ZZ, beyond column Z: how wide the sheet is then taken to be.
FAR = ((16_384, re.compile(rb'r="[A-Z]{3}\d+"[^>]*[^/]>')), (702, re.compile(rb'r="[A-Z]{2}\d+"[^>]*[^/]>')))
PLACE = re.compile(rb'r="[A-Z]{1,3}(\d{1,7})"')
CLOSED = re.compile(rb"</(?:\w+:)?sheetData>|<(?:\w+:)?sheetData\s*/>")
LINK = re.compile(rb"<(?:\w+:)?hyperlink\s([^>]*)>")
REFERENCE = re.compile(rb'(?<![\w:])ref="([A-Z]{1,3})(\d{1,7})')
RELATION = re.compile(rb'(?<!\w)id="([^"]{1,80})"')
Value = str | int | float | bool | date | datetime | time | timedelta


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's rows, and where their first cell stands (row, column, from 0)."""

    name: str
    rows: list[list[Value]]
    start: tuple[int, int]
    links: dict[tuple[int, int], str]  # where the hyperlink on a cell leads, by (row, column)


def extract(
    body: bytes, url: str, *, charset: str | None = None, view: View = WHOLE, kind: str = "document"
) -> Document:
    """Return the rows of every sheet in order, hidden ones too; a sheet's name heads its rows where there are several.

    Dates as 2026-11-24, whole numbers without a fraction, empty cells and rows left out. Raises Unreadable: password,
    damaged, more rows or cells than are read.
    """
    found = [(sheet.name, _rows(sheet, view)) for sheet in sheets(body, url)]
    filled = [(name, rows) for name, rows in found if rows]
    passages = [Passage(row, (name,) if len(filled) > 1 and name else ()) for name, rows in filled for row in rows]
    if len(passages) > MAX_PASSAGES:
        raise Unreadable(f"more than {MAX_PASSAGES} rows", url=url)
    title = next((passage.text for passage in passages), "")
    return Document(url=url, title=title[:200], kind=kind, passages=tuple(passages))


def _rows(sheet: Sheet, view: View) -> list[str]:
    texts = (" | ".join(filter(None, map(said, row))) for row in sheet.rows)
    return [text for text in (blank(row, view) for row in texts) if text]


def said(value: Value) -> str:
    """Return a cell's value as a reader sees it."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    return tidy(str(value))


def sheets(body: bytes, url: str, *, links: bool = False) -> Iterator[Sheet]:
    """Yield the sheets with typed cells, and with the hyperlinks on them where asked for. Raises Unreadable."""
    held = package.opened(body, url)
    parts = _parts(held, url)
    try:
        book = calamine.load_workbook(io.BytesIO(body))
        for about in book.sheets_metadata:
            if about.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            part = parts.get(about.name, "")
            behind = _scan(package.pieces(body, held.getinfo(part)), url) if part else b""
            leads = _links(held, part, behind, url) if part and links else {}
            sheet = book.get_sheet_by_name(about.name)
            yield Sheet(about.name, [list(row) for row in sheet.iter_rows()], sheet.start or (0, 0), leads)
    except calamine.PasswordError:
        raise Unreadable("password protected", url=url) from None
    except (calamine.CalamineError, calamine.WorksheetNotFound, KeyError, ValueError):
        raise Unreadable("a damaged Office document: its sheets cannot be read", url=url) from None


def _parts(held: zipfile.ZipFile, url: str) -> dict[str, str]:
    """Return the part that holds each sheet, by the sheet's name."""
    book = package.part_named(held, r"xl/workbook\d*\.xml")
    if book is None:
        raise Unreadable("a damaged Office document: there is no workbook in it", url=url)
    places = dict(package.targets(held, book, url))
    found = {}
    listed = package.child(package.tree_of(held, book, url), "sheets")
    for sheet in () if listed is None else listed:
        target = places.get(package.attribute(sheet, "id") or "", "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if part in held.namelist():
            found[package.attribute(sheet, "name") or ""] = part
    return found


def _scan(pieces: Iterable[bytes], url: str) -> bytes:
    """Return what stands behind a sheet's cells, read in pieces.

    Raises Unreadable where the written cells lie so far apart that laying them out would take all memory.
    """
    rows, columns = 0, 26
    behind, edge = b"", b""
    for piece in pieces:
        text = edge + piece
        closed = CLOSED.search(text)
        end = closed.start() if closed else len(text)
        last = max(text.rfind(b"v>", 0, end), text.rfind(b"t>", 0, end))
        if places := PLACE.findall(text, max(0, last - EDGE), max(0, last)):
            rows = int(places[-1])
        for width, far in FAR:
            columns = width if columns < width and far.search(text) else columns
        if behind or closed:
            behind += piece if behind else text[end:]
        edge = text[-EDGE:]
    if rows * columns > MOST_CELLS:
        raise Unreadable("its cells lie too far apart: more than 16 million between the first and the last", url=url)
    return behind


def _links(held: zipfile.ZipFile, part: str, behind: bytes, url: str) -> dict[tuple[int, int], str]:
    places = dict(package.targets(held, part, url))
    found = {}
    for link in LINK.finditer(behind):
        reference, relation = REFERENCE.search(link[1]), RELATION.search(link[1])
        if reference and relation and (target := places.get(relation[1].decode("utf-8", "replace"))):
            found[int(reference[2]) - 1, _column(reference[1])] = target
    return found


def _column(letters: bytes) -> int:
    """Return a column's number from 0: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1
