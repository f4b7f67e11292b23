"""How the manifest's facts of Chicago's eLMS show in the lines of `read`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

FOLDERS = ("elms_chicago",)


def facts(expect: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    meetings = [line for line in lines if line["type"] == "meeting"]
    yield "records", expect["records"], len({meeting["id"] for meeting in meetings})
    for name, meeting in (("first", meetings[0]), ("last", meetings[-1])):
        said = expect[name]
        yield f"{name}.meetingId", said["meetingId"], meeting["id"]
        yield f"{name}.body", said["body"], meeting["body"]
        yield f"{name}.comment", said["comment"], meeting["title"]
        yield f"{name}.location", said["location"], meeting["location"]
        at = datetime.fromisoformat(meeting["start"])
        yield f"{name}.date", datetime.fromisoformat(said["date"]), at
        yield f"{name}.status", False, meeting["status"] == "cancelled"
