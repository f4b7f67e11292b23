"""The words of the recorded documents beside the repository, as their manifest tells them."""

from __future__ import annotations

import json
import mimetypes
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from watcher import platforms, wall
from watcher.model import Jurisdiction, Request, Response, Site

CORPUS = Path(__file__).parents[3] / "../shared/corpus"
FOLDERS = ("pdf_agenda", "civicplus_agenda_text")


def entries() -> list[dict[str, Any]]:
    manifest = CORPUS / "MANIFEST.jsonl"
    lines = manifest.read_text("utf-8").splitlines() if manifest.exists() else []
    return [entry for entry in map(json.loads, lines) if entry["file"].split("/")[0] in FOLDERS]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared/corpus is not here: recorded documents are not checked")
@pytest.mark.parametrize("entry", entries(), ids=lambda entry: str(entry["file"]))
def test_a_recorded_document_says_what_its_manifest_tells(entry: dict[str, Any]) -> None:
    expect, words = entry["expect"], text_of(entry)
    start = letters(expect.get("first_page_text_starts") or expect["first_line"])
    assert letters(words).startswith(start)
    for pattern, times in expect.get("matches", {}).items():
        assert len(re.findall(pattern, words)) == times


def text_of(entry: dict[str, Any]) -> str:
    url = f"https://www.elmfalls.example/{entry['file']}"
    place = Jurisdiction("xx-place", "Place", "XX", "city", "America/New_York")
    kind = mimetypes.guess_type(entry["file"])[0] or ""
    body = (CORPUS / entry["file"]).read_bytes()
    response = Response(Request(url), url, 200, {"content-type": kind}, body, datetime(2026, 8, 1, tzinfo=UTC))
    try:
        reading = wall.run(platforms.load("page").read, Site("page", place, "page", url), response)
    finally:
        wall.close()
    return " ".join(passage.text for passage in reading.document.passages)


def letters(text: str) -> str:
    """What is left when line breaks and marks are gone: a PDF's words are cut anywhere."""
    return re.sub(r"[\W_]+", "", text)
