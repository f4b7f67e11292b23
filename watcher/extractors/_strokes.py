"""Struck and underlined words of a PDF: it has no mark for them, only a thin line drawn, or an annotation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ctypes import byref, c_float
from statistics import median
from typing import NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from watcher.extractors._drafting import ENDS, NEW

MOST_OBJECTS = 20_000  # of a page; more are a map or a drawing
MOST_POINTS = 400  # of one path
DEEPEST = 3  # forms within forms
THIN = 3.0  # points
SHORTEST = 2.0
# How high above a letter's foot a line crosses it, as a share of the letter: from p to T.
CROSSES = (0.22, 0.82)
MOST_CROSSED = 0.6  # of the letters that a line passes, or it is an underline or a border
# How far from the foot of its letters an underline stands, as a share of the line's height.
UNDER = (-0.3, 0.06)
BEYOND = 4.0  # points: a line that goes on further than its words is a border, or is filled in by hand
SPACE = 0.7  # of the letters' height: the widest space that is underlined with its word (that of a typewriter's face)
TOUCHES = 1.0  # points that a line may reach into the next word
HANG = frozenset("gjpqyQ,;()[]{}_/|§")  # letters that reach below the foot of the others

Box = tuple[float, float, float, float]  # left, bottom, right, top in points
Matrix = tuple[float, float, float, float, float, float]


class Stroke(NamedTuple):
    """A thin horizontal line. Points, from the lower left corner of the page."""

    left: float
    right: float
    height: float


class Drawn(NamedTuple):
    """What is drawn on a page that may strike or underline, and where links lie, which are underlined anyway."""

    strokes: tuple[Stroke, ...]
    links: tuple[Box, ...]


def drawn(page: pdfium.PdfPage) -> Drawn:
    """Return the thin horizontal lines drawn on a page, what annotations strike and underline, and its links."""
    count = pdfium_c.FPDFPage_CountObjects(page.raw)
    found, links = _annotated(page)
    if count <= MOST_OBJECTS:
        objects = (pdfium_c.FPDFPage_GetObject(page.raw, number) for number in range(count))
        found += (stroke for one in objects for stroke in _of(one, (1, 0, 0, 1, 0, 0), DEEPEST))
    return Drawn(tuple(found), tuple(links))


def revised(text: str, boxes: Sequence[Box | None], lines: Sequence[Stroke], links: Sequence[Box]) -> str:
    """Return a line of text with what is struck between tildes, what is underlined between NEW and ENDS.

    `boxes` are its letters' own, None for white space. Words of a link are not marked as underlined.
    """
    boxed = [(place, box) for place, box in enumerate(boxes) if box]
    if not boxed:
        return text
    feet = [box[1] for place, box in boxed if text[place] not in HANG] or [box[1] for _, box in boxed]
    foot, high = median(feet), max(box[3] for _, box in boxed) - min(box[1] for _, box in boxed)
    look = [""] * len(text)
    for line in lines:
        over = [(place, box) for place, box in boxed if line.left - 0.5 <= (box[0] + box[2]) / 2 <= line.right + 0.5]
        letters = [(line.height - box[1]) / max(box[3] - box[1], 0.1) for place, box in over if text[place].isalnum()]
        if not letters:
            continue
        beyond = BEYOND if _open_ended(line, boxed, over) else max(BEYOND, SPACE * high)
        fits = line.left >= over[0][1][0] - beyond and line.right <= over[-1][1][2] + beyond
        if sum(CROSSES[0] <= height <= CROSSES[1] for height in letters) >= MOST_CROSSED * len(letters):
            for place, _ in over:
                look[place] = "-"
        elif fits and UNDER[0] <= (line.height - foot) / high <= UNDER[1]:
            for place, box in over:
                look[place] = look[place] or ("" if _within(box, links) else "+")
    return marked(text, look) if any(look) else text


def _open_ended(line: Stroke, boxed: Sequence[tuple[int, Box]], over: Sequence[tuple[int, Box]]) -> bool:
    """Return whether a line runs on past the next word on either side, where no underlined space explains it."""
    first, last = boxed.index(over[0]), boxed.index(over[-1])
    past_before = first > 0 and line.left < boxed[first - 1][1][2] - TOUCHES
    past_after = last + 1 < len(boxed) and line.right > boxed[last + 1][1][0] + TOUCHES
    return past_before or past_after


def _within(box: Box, links: Sequence[Box]) -> bool:
    across, up = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return any(link[0] <= across <= link[2] and link[1] <= up <= link[3] for link in links)


def marked(text: str, look: Sequence[str]) -> str:
    """Return the text with each stretch of one look marked ("-" struck, "+" underlined); spaces within belong to it."""
    parts: list[str] = []
    stretch = spaces = now = ""
    for letter, own in zip(text, look, strict=True):
        if own and own == now:
            stretch += spaces + letter
            spaces = ""
        elif not own and stretch and letter.isspace():
            spaces += letter
        else:
            parts.append(_between(stretch, now) + spaces + ("" if own else letter))
            stretch, spaces, now = (letter if own else ""), "", own
    return "".join((*parts, _between(stretch, now), spaces))


def _between(stretch: str, look: str) -> str:
    if not any(letter.isalnum() for letter in stretch):
        return stretch
    return f"~~{stretch}~~" if look == "-" else f"{NEW}{stretch}{ENDS}"


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


def _annotated(page: pdfium.PdfPage) -> tuple[list[Stroke], list[Box]]:
    found: list[Stroke] = []
    links: list[Box] = []
    for number in range(min(pdfium_c.FPDFPage_GetAnnotCount(page.raw), MOST_OBJECTS)):
        note = pdfium_c.FPDFPage_GetAnnot(page.raw, number)
        if not note:
            continue
        kind = pdfium_c.FPDFAnnot_GetSubtype(note)
        if kind in (pdfium_c.FPDF_ANNOT_STRIKEOUT, pdfium_c.FPDF_ANNOT_UNDERLINE):
            for place in range(pdfium_c.FPDFAnnot_CountAttachmentPoints(note)):
                quad = pdfium_c.FS_QUADPOINTSF()
                if pdfium_c.FPDFAnnot_GetAttachmentPoints(note, place, byref(quad)):
                    across, up = (quad.x1, quad.x2, quad.x3, quad.x4), (quad.y1, quad.y2, quad.y3, quad.y4)
                    share = 0.5 if kind == pdfium_c.FPDF_ANNOT_STRIKEOUT else 0.12
                    found.append(Stroke(min(across), max(across), min(up) + share * (max(up) - min(up))))
        elif kind == pdfium_c.FPDF_ANNOT_LINK:
            place_of = pdfium_c.FS_RECTF()
            if pdfium_c.FPDFAnnot_GetRect(note, byref(place_of)):
                links.append((place_of.left, place_of.bottom, place_of.right, place_of.top))
        pdfium_c.FPDFPage_CloseAnnot(note)
    return found, links
