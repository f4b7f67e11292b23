"""How the manifest's facts of Legistar show in what `watcher read` prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

FOLDERS = ("legistar_insite", "legistar_api")
WRONG = {
    "legistar_insite/chicago-il__events.html": {
        "rows with an agenda": "the last row's agenda is a PDF on media.legistar.com; only View.ashx links were counted",
        "last agenda": "the same",
    },
}

Line = dict[str, Any]
CALENDAR, MATTERS = "ctl00_ContentPlaceHolder1_gridCalendar_ctl00", "ctl00_ContentPlaceHolder1_gridMain_ctl00"


def facts(expect: Mapping[str, Any], lines: Sequence[Line]) -> Iterator[tuple[str, object, object]]:
    """Yield (name, what the manifest says, what was found)."""
    grids = {grid["id"]: grid for grid in expect.get("grids", ())}
    if CALENDAR in grids:
        yield from meetings(grids[CALENDAR], [line for line in lines if line["type"] == "meeting"])
    elif MATTERS in grids:
        yield from matters(grids[MATTERS], [line for line in lines if line["type"] == "matter"])
    elif "records" in expect and "Histories" in expect["kind"]:
        (document,) = (line for line in lines if line["type"] == "document")
        yield "records", expect["records"], document["passages"]
    elif "body" in expect:
        yield "body", expect["body"], next(line["body"] for line in lines if line["type"] == "meeting")
    else:  # people, rows as another program parsed them, a list of labels: no page that is watched
        watched = any(line["type"] in ("meeting", "matter") for line in lines)
        yield "read or refused", True, watched or any(line["type"] == "error" for line in lines)


def meetings(grid: Mapping[str, Any], found: Sequence[Line]) -> Iterator[tuple[str, object, object]]:
    """The rows of a calendar."""
    yield "rows", grid["rows"], len(found)
    yield "rows with an agenda", grid["rows_with_agenda"], sum(bool(agenda(line)) for line in found)
    for name, line in (("first", found[0]), ("last", found[-1])):
        row = grid[name]
        when = next(cell for cell in row["cells"] if cell.count("/") == 2)
        start = datetime.fromisoformat(line["start"])
        yield f"{name} date", when, f"{start.month}/{start.day}/{start.year}"
        yield f"{name} time", True, f"{start.hour % 12 or 12}:{start:%M %p}" in row["cells"]
        yield f"{name} place", True, line["location"] in row["cells"]
        yield f"{name} details", tail(row["detail_url"]), tail(line["url"])
        yield f"{name} agenda", tail(row["agenda_url"]), tail(agenda(line))


def matters(grid: Mapping[str, Any], found: Sequence[Line]) -> Iterator[tuple[str, object, object]]:
    """The rows of a list of legislation."""
    yield "rows", grid["rows"], len(found)
    if found:
        for name, line in (("first", found[0]), ("last", found[-1])):
            yield f"{name} file", grid[name]["cells"][0], line["file"]
            yield f"{name} details", tail(grid[name]["detail_url"]), tail(line["url"])


def agenda(line: Line) -> str | None:
    """The address of a meeting's agenda."""
    return next((link["url"] for link in line["documents"] if link["kind"] == "agenda"), None)


def tail(url: str | None) -> str | None:
    """The last part of an address: the manifest keeps some of them as they are written on the page."""
    return url.rsplit("/", 1)[-1] if url else None
