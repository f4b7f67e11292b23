"""What the manifest says of AgendaQuick's recorded month, found in the lines of `read`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

FOLDERS = ("destiny_agendaquick",)


def facts(expect: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    """Title, links to agendas and files, first and last of them with their days."""
    document = next(line for line in lines if line["type"] == "document")
    meetings = [line for line in lines if line["type"] == "meeting"]
    pattern = re.compile(expect["link_pattern"])
    links = [(meeting, link) for meeting in meetings for link in meeting["documents"] if pattern.search(link["url"])]
    yield "title", expect["title"], document["title"]
    yield "links", expect["links"], len(links)
    yield "unique_links", expect["unique_links"], len({link["url"] for _, link in links})
    for name, (meeting, link) in (("first", links[0]), ("last", links[-1])):
        parts = urlsplit(link["url"])
        yield name, expect[name]["href"], f"{parts.path.rpartition('/')[2]}?{parts.query}"
        yield f"{name} day", expect[name]["text"], day(meeting["start"])
    yield (
        "cancelled where it says so",
        True,
        all((meeting["status"] == "cancelled") == ("CANCELED" in meeting["title"]) for meeting in meetings),
    )


def day(start: str) -> str:
    """A day as the rows write it."""
    names = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October"]
    year, month, number = (int(part) for part in start[:10].split("-"))
    return f"{[*names, 'November', 'December'][month - 1]} {number}, {year}"
