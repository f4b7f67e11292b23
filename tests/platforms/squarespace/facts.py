"""How the manifest's facts of Squarespace pages show in the lines of `read`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

MENU = "the first is a glossary in the site's menu, written twice; the six others are papers of meetings"
WRONG = {"squarespace/friant-water-ca__agendas.html": {"first": MENU, "unique_links": MENU}}


def facts(expect: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    """The title, the papers, the last one; every event has a date and an address."""
    meetings = [line for line in lines if line["type"] == "meeting"]
    document = next(line for line in lines if line["type"] == "document")
    papers = {link["url"]: link["title"] for meeting in meetings for link in meeting["documents"]}
    yield "title", expect["title"], document["title"]
    yield "events", True, bool(meetings) and all(meeting["start"] and meeting["url"] for meeting in meetings)
    found = [url for url in papers if re.search(expect["link_pattern"], url)]
    yield "unique_links", expect["unique_links"], len(found)
    for name in ("first", "last"):
        url = urljoin(document["url"], expect[name]["href"])
        yield name, expect[name]["text"], papers.get(url)
