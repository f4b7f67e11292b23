"""How the manifest's facts of Digital Towpath's pages show in the lines of `read`."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote


def facts(expect: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    """How many bodies, meetings or files there are, the first and the last."""
    meetings = [line for line in lines if line["type"] == "meeting"]
    found: list[tuple[str, str]]
    if expect["kind"].endswith("categories"):
        asked = [line for line in lines if line["type"] == "follow"]
        found = [(line["why"].removeprefix("meetings of "), line["url"]) for line in asked]
    elif expect["kind"].endswith("year"):
        found = [(f"{day(meeting)}: {meeting['title']}", meeting["url"]) for meeting in meetings]
        yield "bodies", {"Town Board"}, {meeting["body"] for meeting in meetings}
    else:
        (meeting,) = meetings
        found = [(link["title"], link["url"]) for link in meeting["documents"]]
        yield "place", True, bool(meeting["location"]) and meeting["start"][11:16] != "00:00"
    yield "unique_links", expect["unique_links"], len(found)
    for name, pair in (("first", found[0]), ("last", found[-1])):
        yield name, (expect[name]["text"], unquote(expect[name]["href"])), (pair[0], unquote(pair[1]))


def day(meeting: dict[str, Any]) -> str:
    """The day as the list writes it: "January 8, 2025"."""
    year, month, number = meeting["start"][:10].split("-")
    return f"{calendar.month_name[int(month)]} {int(number)}, {year}"
