"""What the manifest says of Municode's recorded pages, found in the lines of `read`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Fact = tuple[str, object, object]
Lines = list[dict[str, Any]]


def facts(expect: dict[str, Any], lines: Lines) -> Iterator[Fact]:
    """Rows, first row, files by kind; of a calendar its last entry."""
    meetings = [line for line in lines if line["type"] == "meeting"]
    document = next(line for line in lines if line["type"] == "document")
    if expect.get("title"):
        yield "title", expect["title"], document["title"]
    if "tr" in expect:
        yield from files(expect, meetings)
    if "last" in expect:
        last = meetings[-1]
        yield "last", (expect["last"]["text"], True), (last["title"], last["url"].endswith(expect["last"]["href"]))


def files(expect: dict[str, Any], meetings: Lines) -> Iterator[Fact]:
    """The files of a publish page or of one meeting."""
    links = [link for meeting in meetings for link in meeting["documents"] if "mccmeetings" in link["url"]]
    for kind in ("agenda", "packet", "minutes"):
        yield f"{kind}_blobs", expect[f"{kind}_blobs"], sum(link["kind"] == kind for link in links)
    yield "blob_links", expect["blob_links"], len(links)
    yield "first_blob", expect["first_blob"], links[0]["url"]
    if expect["tr"]:
        yield "rows", expect["tr"] - 2, len(meetings)  # one heads the table, one turns its pages
        first, row = meetings[0], expect["first_row_text"]
        start = first["start"]
        yield "first row", (True, True), (first["title"] in row, first["location"] in row)
        yield "first day", True, any(shape in row for shape in days(start))
    yield "each meeting has a date", True, all(meeting["start"] for meeting in meetings)


def days(start: str) -> tuple[str, str]:
    """The two ways in which the rows write a day."""
    year, month, day = (int(part) for part in start[:10].split("-"))
    names = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ]
    return f"{month}/{day}/{year}", f"{names[month - 1]} {day}, {year}"
