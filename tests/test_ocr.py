"""Scanned PDFs: read by tesseract where a site asks for it, each page once, marked as OCR, or refused by name."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import time
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from tests.diff.readings import SITE
from watcher import app, ocr
from watcher.demo.pdf import assembled, written
from watcher.errors import Scanned, Unreadable
from watcher.model import Request, Response
from watcher.snapshots import Objects
from watcher.watch.stored import read

AGENDA = [
    "TOWN BOARD AGENDA",
    "December 1, 2026",
    "1. Roll call",
    "2. Agreement with ICE on the county jail",
    "3. Adjournment",
]
FAKE = """#!/bin/sh
echo x >> {log}
cat > /dev/null
printf 'TOWN BOARD AGENDA\\n\\n1. Roll call\\n\\n2. Agreement with ICE\\n\\n3. Adjournment\\n\\f'
"""


def scan(lines: list[str]) -> bytes:
    """A PDF whose one page is a picture of these lines."""
    document = pdfium.PdfDocument(written(lines))
    bitmap = document[0].render(scale=200 / 72, grayscale=True)
    wide, high, stride = bitmap.width, bitmap.height, bitmap.stride
    rows = bytes(bitmap.buffer)
    document.close()
    picture = zlib.compress(b"".join(rows[row * stride : row * stride + wide] for row in range(high)))
    content = b"q 612 0 0 792 0 0 cm /I1 Do Q"
    return assembled([
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /XObject << /I1 5 0 R >> >> /Contents 4 0 R >>",
        b"<< /Length %d >>\nstream\n" % len(content) + content + b"\nendstream",
        f"<< /Type /XObject /Subtype /Image /Width {wide} /Height {high} /ColorSpace /DeviceGray /BitsPerComponent 8 ".encode()
        + b"/Filter /FlateDecode /Length %d >>\nstream\n" % len(picture) + picture + b"\nendstream",
    ])  # fmt: skip


def response(body: bytes) -> Response:
    request = Request("https://council.example/a.pdf", kind="agenda", title="Agenda")
    return Response(
        request, request.url, 200, {"content-type": "application/pdf"}, body, datetime(2026, 11, 24, tzinfo=UTC)
    )


def with_tesseract(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    program = folder / "bin" / "tesseract"
    program.parent.mkdir()
    program.write_text(script)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")


def test_a_scan_is_refused_where_the_site_does_not_ask_for_ocr(tmp_path: Path) -> None:
    with pytest.raises(Scanned, match="OCR is off"):
        asyncio.run(read(SITE, response(scan(AGENDA)), Objects(tmp_path)))


def test_a_page_is_recognised_once_and_its_document_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "runs"
    with_tesseract(monkeypatch, tmp_path, FAKE.format(log=log))
    site = replace(SITE, ocr=True)
    for _ in range(2):
        reading = asyncio.run(read(site, response(scan(AGENDA)), Objects(tmp_path)))
        assert reading.document.passages[0].text == ocr.MARK
        assert [item.title for item in reading.items] == ["Roll call", "Agreement with ICE", "Adjournment"]
    assert log.read_text() == "x\n"


def test_without_tesseract_the_refusal_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "tesseract" in app.vocabulary().lacking["ocr"]
    with pytest.raises(Unreadable, match="tesseract is not installed"):
        ocr.recognised(response(scan(AGENDA)), tmp_path / "ocr")


@pytest.mark.parametrize(
    ("script", "words"),
    [("#!/bin/sh\nexit 3\n", "ended with 3"), ("#!/bin/sh\ncat > /dev/null\n", "no words"), ("#!/bin/sh\nexec sleep 60\n", "longer than")],
    ids=["fails", "finds nothing", "hangs"],
)  # fmt: skip
def test_trouble_of_tesseract_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, words: str
) -> None:
    with_tesseract(monkeypatch, tmp_path, script)
    monkeypatch.setattr(ocr, "PAGE_SECONDS", 1)
    with pytest.raises(Unreadable, match=words):
        ocr.recognised(response(scan(AGENDA)), tmp_path / "ocr")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it ends with its limit")
def test_tesseract_ends_with_us(tmp_path: Path) -> None:
    program, mark = tmp_path / "tesseract", tmp_path / "pid"
    program.write_text(f"#!/bin/sh\necho $$ > {mark}.tmp\nmv {mark}.tmp {mark}\nexec sleep 60\n")
    program.chmod(0o755)
    ours = subprocess.Popen([sys.executable, "-c", f"from watcher import ocr; ocr._run({str(program)!r}, b'', '')"])
    deadline = time.monotonic() + 30
    while not mark.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    ours.kill()
    ours.wait()
    deadline = time.monotonic() + 1
    stat = Path(f"/proc/{mark.read_text().strip()}/stat")
    while stat.exists() and ") Z " not in stat.read_text():  # no one may be there to wait for it
        assert time.monotonic() < deadline, "tesseract outlived us"
        time.sleep(0.01)


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_tesseract(monkeypatch, tmp_path, FAKE.format(log=tmp_path / "runs"))
    (tmp_path / "file").write_text("")
    found = ocr.recognised(response(scan(AGENDA)), tmp_path / "file" / "ocr")
    assert found.request.title == "Agenda (OCR)"
    assert b"Agreement with ICE" in found.body


@pytest.mark.skipif(not shutil.which("tesseract"), reason="tesseract is not installed")
def test_tesseract_itself_reads_the_agenda(tmp_path: Path) -> None:
    reading = asyncio.run(read(replace(SITE, ocr=True), response(scan(AGENDA)), Objects(tmp_path)))
    assert [item.title for item in reading.items] == [
        "Roll call",
        "Agreement with ICE on the county jail",
        "Adjournment",
    ]
