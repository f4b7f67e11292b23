"""What the manifest says of govAccess's recorded pages, found in the lines of `read`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

FOLDERS = ("govaccess_vision",)
Fact = tuple[str, object, object]
Lines = list[dict[str, Any]]


def facts(expect: dict[str, Any], lines: Lines) -> Iterator[Fact]:
    """Title; events of a month, rows of a list, documents of a folder, the one event of its own page."""
    document = next(line for line in lines if line["type"] == "document")
    meetings = [line for line in lines if line["type"] == "meeting"]
    yield "title", expect["title"], document["title"]
    yield "each has a day", True, all(meeting["start"] for meeting in meetings)
    if "selector" in expect:
        yield from rows(expect, meetings)
    elif "Event/" in expect["link_pattern"]:
        yield "unique_links", expect["unique_links"], len(meetings)
        for name, meeting in (("first", meetings[0]), ("last", meetings[-1])):
            yield name, expect[name]["text"], meeting["title"]
            yield f"{name} link", True, meeting["url"].endswith(expect[name]["href"])
    elif "document" in expect["link_pattern"]:
        links = [link for meeting in meetings for link in meeting["documents"]]
        yield "last", expect["last"]["text"], links[-1]["title"]
        yield "last link", True, links[-1]["url"].endswith(expect["last"]["href"])
        yield "documents of meetings", expect["unique_links"] - 1, len(links)  # the first one is a policy
    else:
        number = expect["last"]["href"].partition("ID=")[2].partition("&")[0]
        yield "the event", [number], [meeting["id"] for meeting in meetings]


def rows(expect: dict[str, Any], meetings: Lines) -> Iterator[Fact]:
    """Rows below the heading; name, link and hours of the first."""
    yield "matches", expect["matches"], len(meetings) + 1
    for name, meeting in (("first_text", meetings[0]), ("last_text", meetings[-1])):
        start = datetime.fromisoformat(meeting["start"])
        hour = f"{start:%m/%d/%Y} {start.hour % 12 or 12}:{start:%M %p}"
        yield name, (True, True), (meeting["title"] in expect[name], hour in expect[name])
    yield "first_links", True, meetings[0]["url"].endswith(expect["first_links"][0])
