"""Struck words of a PDF: PDF has no mark for them, only a thin line drawn across, or an annotation that says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ctypes import byref, c_float
from typing import NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

MOST_OBJECTS = 20_000  # of a page; more are a map or a drawing
MOST_POINTS = 400  # of one path
DEEPEST = 3  # forms within forms
THIN = 3.0  # points
SHORTEST = 2.0
# How high above a letter's foot a line crosses it, as a share of the letter: from p to T.
CROSSES = (0.22, 0.82)
MOST_CROSSED = 0.6  # of the letters that a line passes, or it is an underline or a border

Box = tuple[float, float, float, float]  # left, bottom, right, top in points
Matrix = tuple[float, float, float, float, float, float]


class Stroke(NamedTuple):
    """A thin horizontal line. Points, from the lower left corner of the page."""

    left: float
    right: float
    height: float


def strokes(page: pdfium.PdfPage) -> list[Stroke]:
    """Return the thin horizontal lines drawn on a page, and the middles of what an annotation strikes out."""
    count = pdfium_c.FPDFPage_CountObjects(page.raw)
    found = [*_annotated(page)]
    if count <= MOST_OBJECTS:
        objects = (pdfium_c.FPDFPage_GetObject(page.raw, number) for number in range(count))
        found += (stroke for one in objects for stroke in _of(one, (1, 0, 0, 1, 0, 0), DEEPEST))
    return found


def struck(text: str, boxes: Sequence[Box | None], lines: Sequence[Stroke]) -> str:
    """Return a line of text with what is struck between tildes. `boxes` are its letters' own, None for white space."""
    crossed = [False] * len(text)
    for line in lines:
        passed = [
            (place, (line.height - box[1]) / max(box[3] - box[1], 0.1))
            for place, box in enumerate(boxes)
            if box and line.left - 0.5 <= (box[0] + box[2]) / 2 <= line.right + 0.5 and text[place].isalnum()
        ]
        through = sum(CROSSES[0] <= height <= CROSSES[1] for _, height in passed)
        if passed and through >= MOST_CROSSED * len(passed):
            for place, box in enumerate(boxes):
                if box and line.left - 0.5 <= (box[0] + box[2]) / 2 <= line.right + 0.5:
                    crossed[place] = True
    return marked(text, crossed) if any(crossed) else text


def marked(text: str, crossed: Sequence[bool]) -> str:
    """Return the text with each crossed stretch between tildes; spaces within one belong to it."""
    parts: list[str] = []
    stretch = ""
    spaces = ""
    for letter, is_crossed in zip(text, crossed, strict=True):
        if is_crossed:
            stretch += spaces + letter
            spaces = ""
        elif stretch and letter.isspace():
            spaces += letter
        else:
            parts.append(_between(stretch) + spaces + letter)
            stretch = spaces = ""
    return "".join((*parts, _between(stretch), spaces))


def _between(stretch: str) -> str:
    return f"~~{stretch}~~" if any(letter.isalnum() for letter in stretch) else stretch


def _of(one: pdfium_c.FPDF_PAGEOBJECT, above: Matrix, depth: int) -> Iterator[Stroke]:
    kind = pdfium_c.FPDFPageObj_GetType(one)
    if kind == pdfium_c.FPDF_PAGEOBJ_FORM and depth:
        inside = _times(_matrix(one), above)
        for number in range(min(pdfium_c.FPDFFormObj_CountObjects(one), MOST_OBJECTS)):
            yield from _of(pdfium_c.FPDFFormObj_GetObject(one, number), inside, depth - 1)
    elif kind == pdfium_c.FPDF_PAGEOBJ_PATH:
        yield from _lines_of(one, _times(_matrix(one), above))


def _lines_of(path: pdfium_c.FPDF_PAGEOBJECT, matrix: Matrix) -> Iterator[Stroke]:
    """Each part of a path that is long and thin: a line, or a rectangle filled as one."""
    part: list[tuple[float, float]] = []
    for number in range(min(pdfium_c.FPDFPath_CountSegments(path), MOST_POINTS)):
        segment = pdfium_c.FPDFPath_GetPathSegment(path, number)
        kind = pdfium_c.FPDFPathSegment_GetType(segment)
        if kind == pdfium_c.FPDF_SEGMENT_MOVETO:
            yield from _thin(part)
            part = []
        elif kind != pdfium_c.FPDF_SEGMENT_LINETO:
            return  # a curve
        x, y = c_float(), c_float()
        pdfium_c.FPDFPathSegment_GetPoint(segment, byref(x), byref(y))
        a, b, c, d, e, f = matrix
        part.append((a * x.value + c * y.value + e, b * x.value + d * y.value + f))
    yield from _thin(part)


def _thin(part: Sequence[tuple[float, float]]) -> Iterator[Stroke]:
    if len(part) > 1:
        across, up = [x for x, _ in part], [y for _, y in part]
        if max(up) - min(up) <= THIN and max(across) - min(across) >= max(SHORTEST, max(up) - min(up)):
            yield Stroke(min(across), max(across), (min(up) + max(up)) / 2)


def _matrix(one: pdfium_c.FPDF_PAGEOBJECT) -> Matrix:
    found = pdfium_c.FS_MATRIX()
    if not pdfium_c.FPDFPageObj_GetMatrix(one, byref(found)):
        return (1, 0, 0, 1, 0, 0)
    return (found.a, found.b, found.c, found.d, found.e, found.f)


def _times(inner: Matrix, outer: Matrix) -> Matrix:
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _annotated(page: pdfium.PdfPage) -> Iterator[Stroke]:
    for number in range(min(pdfium_c.FPDFPage_GetAnnotCount(page.raw), MOST_OBJECTS)):
        note = pdfium_c.FPDFPage_GetAnnot(page.raw, number)
        if not note:
            continue
        if pdfium_c.FPDFAnnot_GetSubtype(note) == pdfium_c.FPDF_ANNOT_STRIKEOUT:
            for place in range(pdfium_c.FPDFAnnot_CountAttachmentPoints(note)):
                quad = pdfium_c.FS_QUADPOINTSF()
                if pdfium_c.FPDFAnnot_GetAttachmentPoints(note, place, byref(quad)):
                    across, up = (quad.x1, quad.x2, quad.x3, quad.x4), (quad.y1, quad.y2, quad.y3, quad.y4)
                    yield Stroke(min(across), max(across), (min(up) + max(up)) / 2)
        pdfium_c.FPDFPage_CloseAnnot(note)
