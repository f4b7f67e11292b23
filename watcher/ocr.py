"""Scanned PDFs read by tesseract, where a site asks for it (`ocr: true`).

    recognised(response, folder) ─▶ the same response with the words on its pages as plain text, marked as OCR

Pages become pictures behind the wall; each is recognised once and its text kept under the picture's sha-256. tesseract
is a program of its own (apt-get install tesseract-ocr): it runs with limits of time and memory and no shell, and ends
with us.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from watcher import wall
from watcher.errors import Unreadable
from watcher.extractors._picture import pictures
from watcher.model import Response

MARK = "Text recognised by OCR in a scanned document: words may be misread."
MOST_PAGES = 200
AT_ONCE = 4  # pages drawn in one call of the wall
PAGE_SECONDS = 60
SECONDS = 900  # for one document
MEMORY = 2_000_000_000  # bytes of address space
# What runs for a moment before it becomes tesseract: limits that hold from its first instruction, and on Linux a kill where
# the thread that waits for it is gone (PR_SET_PDEATHSIG, kept by execve: prctl(2)). A preexec_fn may deadlock with threads.
BECOMING = """
import contextlib, ctypes, os, resource, sys
parent, seconds, memory, *program = sys.argv[1:]
for what, most in ((resource.RLIMIT_CPU, int(seconds)), (resource.RLIMIT_AS, int(memory)), (resource.RLIMIT_CORE, 0)):
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(what, (most, most))
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, 9, 0, 0, 0)
if os.getppid() == int(parent):
    os.execv(program[0], program)
"""


def missing() -> str:
    """Return why no scan can be read here, or "" where it can."""
    return "" if shutil.which("tesseract") else "tesseract is not installed"


def recognised(response: Response, folder: Path) -> Response:
    """Return the response with the text of its pages in place of the scan; its title says OCR.

    `folder` keeps what was recognised; one that cannot be written costs time, nothing else. Raises Unreadable:
    tesseract is missing, too slow, or finds no words.
    """
    program = shutil.which("tesseract")
    if program is None:
        raise Unreadable("scanned, and tesseract is not installed to read it", url=response.url)
    began = time.monotonic()
    texts: list[str] = []
    count = 0
    for picture, count in _pages(response):  # noqa: B007 - how many there are is told with each
        if time.monotonic() - began > SECONDS:
            raise Unreadable(f"scanned, and recognising it took longer than {SECONDS} s", url=response.url)
        texts.append(_text(program, picture, folder, response.url))
    if not any(letter.isalpha() for text in texts for letter in text):
        raise Unreadable("scanned, and tesseract finds no words in it", url=response.url)
    if count > MOST_PAGES:
        texts.append(f"Pages after the {MOST_PAGES}th were not recognised.")
    request = replace(response.request, title=f"{response.request.title or 'Scanned document'} (OCR)")
    return replace(
        response,
        request=request,
        headers={**response.headers, "content-type": "text/plain; charset=utf-8"},
        body="\n\n".join((MARK, *texts)).encode(),
    )


def _pages(response: Response) -> Iterator[tuple[bytes, int]]:
    """Yield each page's picture, MOST_PAGES at most, and how many pages there are."""
    first, count = 0, 1
    while first < min(count, MOST_PAGES):
        last = min(first + AT_ONCE, MOST_PAGES)
        count, drawn = wall.run(pictures, response.body, first, last, response.url, url=response.url)
        for picture in drawn:
            yield picture, count
        first = last


def _text(program: str, picture: bytes, folder: Path, url: str) -> str:
    kept = folder / f"{hashlib.sha256(picture).hexdigest()}.txt"
    with contextlib.suppress(OSError):
        return kept.read_text(encoding="utf-8")
    text = _run(program, picture, url)
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = kept.with_suffix(f".{os.getpid()}.tmp")
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(kept)
    return text


def _run(program: str, picture: bytes, url: str) -> str:
    limits = (str(os.getpid()), str(PAGE_SECONDS), str(MEMORY))
    with subprocess.Popen(  # noqa: S603 - our own words and no shell; the picture is its input
        [sys.executable, "-I", "-S", "-c", BECOMING, *limits, program, "stdin", "stdout", "-l", "eng"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env={"PATH": os.environ.get("PATH", ""), "OMP_THREAD_LIMIT": "1", "LC_ALL": "C"},
        start_new_session=True,
    ) as process:
        try:
            written, _ = process.communicate(picture, timeout=PAGE_SECONDS)
        except subprocess.TimeoutExpired:
            raise Unreadable(f"scanned, and a page took tesseract longer than {PAGE_SECONDS} s", url=url) from None
        finally:
            process.kill()
    if process.returncode:
        raise Unreadable(f"scanned, and tesseract ended with {process.returncode}", url=url)
    return written.decode("utf-8", "replace").replace("\f", "\n").strip()
