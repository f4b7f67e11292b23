"""What the manifest says of Revize's recorded page, found in the lines of `read`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def facts(expect: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    """Title, PDFs, the first and the last of them, what is amended by its title."""
    document = next(line for line in lines if line["type"] == "document")
    meetings = [line for line in lines if line["type"] == "meeting"]
    links = [link for meeting in meetings for link in meeting["documents"]]
    papers = [link for link in links if link["url"].lower().partition("?")[0].endswith(".pdf")]
    yield "title", expect["title"], document["title"]
    yield "pdf_links", expect["pdf_links"], len(papers)
    yield "unique_pdf_links", expect["unique_pdf_links"], len({link["url"] for link in papers})
    for name, paper in (("first_pdf", papers[0]), ("last_pdf", papers[-1])):
        yield name, (expect[name]["text"], True), (paper["title"], paper["url"].endswith(expect[name]["href"]))
    amended = [meeting["title"] for meeting in meetings if "amended" in meeting["title"].lower()]
    yield "amended_titles", expect["amended_titles"], amended
    yield "each has a day", True, all(meeting["start"] for meeting in meetings)
