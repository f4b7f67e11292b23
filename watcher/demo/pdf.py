"""Writes plain text as a small PDF, for the pretend council's agendas (ISO 32000-1, sections 7.5 and 9.4)."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

LINES_A_PAGE = 48
WIDTH = 88  # characters of 11 point Helvetica that fit a letter page with one-inch margins


def written(lines: Iterable[str]) -> bytes:
    """One PDF of letter pages with these lines, long ones wrapped. What Windows-1252 lacks becomes a question mark."""
    pages = list(batches([piece for line in lines for piece in textwrap.wrap(line, WIDTH) or [""]]))
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, page in enumerate(pages):
        stream = content(page)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> "
            + f"/Contents {5 + 2 * number} 0 R >>".encode()
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream")
    return assembled(objects)


def batches(lines: Sequence[str]) -> Iterator[list[str]]:
    """The lines of each page; an empty document still has one page."""
    rest = iter(lines or [""])
    while page := list(islice(rest, LINES_A_PAGE)):
        yield page


def content(lines: Iterable[str]) -> bytes:
    """The drawing instructions of one page."""
    shown = (line.encode("cp1252", "replace") for line in lines)
    texts = (line.replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)") for line in shown)
    return b"BT /F1 11 Tf 13.5 TL 72 720 Td\n" + b"\n".join(b"(" + text + b") Tj T*" for text in texts) + b"\nET"


def assembled(objects: Sequence[bytes]) -> bytes:
    """The file: objects numbered from one, their offsets, the trailer."""
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)
