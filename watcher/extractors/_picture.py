"""Pages of a PDF as pictures, for what reads scanned ones. Run it in the wall."""

from __future__ import annotations

from math import sqrt

import pypdfium2 as pdfium

from watcher.errors import Unreadable

DPI = 300  # what tesseract is trained for
MOST_PIXELS = 12_000_000  # a letter page at 300 dpi has 8.4 million


def pictures(body: bytes, first: int, last: int, url: str) -> tuple[int, tuple[bytes, ...]]:
    """Return how many pages there are, and those from `first` (0) to before `last` as grey pictures (Netpbm PGM).

    Raises Unreadable: password, damaged.
    """
    try:
        document = pdfium.PdfDocument(body)
    except pdfium.PdfiumError:
        raise Unreadable("not a PDF that can be read: damaged or cut off", url=url) from None
    try:
        count = len(document)
        return count, tuple(_picture(document, number) for number in range(first, min(last, count)))
    finally:
        document.close()


def _picture(document: pdfium.PdfDocument, number: int) -> bytes:
    try:
        page = document[number]
    except pdfium.PdfiumError:
        return b"P5 1 1 255\n\xff"  # one damaged page does not hide the others
    width, height = page.get_size()
    scale = min(DPI / 72, sqrt(MOST_PIXELS / max(width * height, 1.0)))
    bitmap = page.render(scale=scale, grayscale=True)
    rows = bytes(bitmap.buffer)
    wide, high, stride = bitmap.width, bitmap.height, bitmap.stride
    bitmap.close()
    page.close()
    body = rows if stride == wide else b"".join(rows[row * stride : row * stride + wide] for row in range(high))
    return f"P5 {wide} {high} 255\n".encode() + body
