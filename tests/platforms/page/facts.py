"""How the manifest's facts of single documents show in the lines of `read`: of one document, its title and its passages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

FOLDERS = ("pdf_agenda", "civicplus_agenda_text", "static_html", "custom_json", "openmedia_omp", "trim_webdrawer")


def facts(expect: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    """The document is read; a list has a passage for every entry at least; links to documents are followed."""
    yield "errors", [], [line["reason"] for line in lines if line["type"] == "error"]
    documents = [line for line in lines if line["type"] == "document"]
    passages = documents[0]["passages"] if documents else 0
    if "title" in expect:
        yield "title", expect["title"] or "", documents[0]["title"]
    least = expect.get("records") or expect.get("contained_records") or 1
    yield "passages", True, passages >= least
    followed = [line for line in lines if line["type"] == "follow"]
    if "contained_records" in expect:
        yield "records", expect["contained_records"], len(followed)
    if expect["kind"] == "hand-made HTML":
        yield "follow", True, bool(followed)
    yield "links", True, len(followed) <= expect.get("unique_links", len(followed))
