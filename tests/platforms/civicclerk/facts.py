"""How the manifest's facts of CivicClerk show in the lines of `read`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

KINDS = {"Agenda": "agenda", "Agenda Packet": "packet", "Minutes": "minutes"}


def facts(expect: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    meetings = [line for line in lines if line["type"] == "meeting"]
    more = [line for line in lines if line["type"] == "follow" and "skip" in line["url"].lower()]
    yield "events", expect["events"], len({meeting["id"] for meeting in meetings})
    yield "next_link", expect["next_link"], bool(more)
    yield "events_with_files", expect["events_with_files"], sum(bool(meeting["documents"]) for meeting in meetings)
    for name, meeting in (("first", meetings[0]), ("last", meetings[-1])):
        said = expect[name]
        yield f"{name}.id", str(said["id"]), meeting["id"]
        yield f"{name}.eventName", said["eventName"], meeting["title"]
        yield f"{name}.startDateTime", said["startDateTime"].rstrip("Z"), meeting["start"].rpartition("-")[0]
        if "categoryName" in said:
            yield f"{name}.categoryName", said["categoryName"], meeting["body"]
        files = [(f"file:{file['fileId']}", KINDS.get(file["type"], "other")) for file in said["files"]]
        yield f"{name}.files", files, [(paper["id"], paper["kind"]) for paper in meeting["documents"]]
