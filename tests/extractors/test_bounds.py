"""Documents without measure: read behind the wall in bounded time and memory, or refused by name."""

from __future__ import annotations

import io
import os
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from watcher.demo.pdf import assembled, written
from watcher.errors import Unreadable
from watcher.extractors import extract
from watcher.wall import Wall, WallLimits

URL = "https://council.example/packet"
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def wall() -> Iterator[Wall]:
    walled = Wall(children=1)
    yield walled
    walled.close()


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


def test_a_packet_of_a_thousand_pages_is_read_in_bounded_time(wall: Wall) -> None:
    lines = [f"{number}. Item {number} of the consent agenda, to approve a contract" for number in range(48_000)]
    began = time.monotonic()
    document = wall.run(extract, written(lines), "application/pdf", URL)
    assert time.monotonic() - began < WallLimits().seconds
    assert sum(len(passage.text.split()) for passage in document.passages) > 400_000


def bomb_of_a_page(megabytes: int) -> bytes:
    content = zlib.compress(b"BT /F1 11 Tf (A) Tj ET\n" * (megabytes * MEGABYTE // 23), 9)
    return assembled([
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents 5 0 R >>",
        b"<< /Filter /FlateDecode /Length %d >>\nstream\n" % len(content) + content + b"\nendstream",
    ])  # fmt: skip


def test_a_page_that_unpacks_without_end_is_refused_by_name(wall: Wall) -> None:
    limits = WallLimits(seconds=10, cpu_seconds=8, memory=300 * MEGABYTE)
    before, began = resident(), time.monotonic()
    with pytest.raises(Unreadable, match=r"memory|processor time|longer than|more than|crashed"):
        wall.run(extract, bomb_of_a_page(600), "application/pdf", URL, limits=limits)
    assert time.monotonic() - began < 2 * limits.seconds
    assert resident() - before < 50 * MEGABYTE


def test_a_drawing_of_a_million_lines_costs_bounded_time(wall: Wall) -> None:
    content = b"BT /F1 11 Tf 72 720 Td (The council shall meet.) Tj ET\n" + b"1 1 m 9 1 l S\n" * 1_000_000
    page = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents 5 0 R >>",
        b"<< /Length %d >>\nstream\n" % len(content) + content + b"\nendstream",
    ]
    try:
        document = wall.run(extract, assembled(page), "application/pdf", URL)
    except Unreadable as refusal:
        assert "MB of memory" in str(refusal) or "took" in str(refusal)  # noqa: PT017 - both ends are right
    else:
        assert [passage.text for passage in document.passages] == ["The council shall meet."]


def test_a_zip_bomb_is_refused_before_it_is_unpacked(wall: Wall) -> None:
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file,
        file.open("agenda.txt", "w", force_zip64=True) as member,
    ):
        for _ in range(500):
            member.write(b" " * MEGABYTE)
    with pytest.raises(Unreadable, match="unpacks to more than 400 MB"):
        wall.run(extract, packed.getvalue(), "application/zip", URL)


def test_a_zip_that_lies_about_its_size_is_refused(wall: Wall) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("agenda.txt", b" " * 100 * MEGABYTE)
    size = (100 * MEGABYTE).to_bytes(4, "little")
    lying = packed.getvalue().replace(size, (1_000).to_bytes(4, "little"))
    with pytest.raises(Unreadable, match="not as large as it says"):
        wall.run(extract, lying, "application/zip", URL)


def test_the_main_process_does_not_grow_over_five_hundred_documents(wall: Wall) -> None:
    bodies = [written(f"{n}. Item {n} of {k}: to approve a contract" for n in range(60)) for k in range(10)]

    def read(count: int) -> None:
        for number in range(count):
            assert len(wall.run(extract, bodies[number % 10], "application/pdf", URL).passages) > 50

    read(100)
    after_a_hundred = resident()
    read(400)
    assert resident() < 1.1 * after_a_hundred
