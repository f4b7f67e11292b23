"""How the manifest's facts of Simbli show in the lines of `read`."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from typing import Any


def facts(expect: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    meetings = [line for line in lines if line["type"] == "meeting"]
    yield "records", expect["records"], len(meetings)
    for name, meeting in (("first", meetings[0]), ("last", meetings[-1])):
        said = expect[name]
        yield f"{name}.id", str(said["Master_MeetingID"]), meeting["id"]
        yield f"{name}.title", unescape(said["MM_MeetingTitle"]).strip(), meeting["title"]
        yield f"{name}.start", said["MM_DateTime"], meeting["start"][:19]
        yield f"{name}.place", True, said["MM_Address1"] in meeting["location"]
        yield f"{name}.address", True, said["MM_Address2"].rstrip(",") in meeting["location"]
        yield f"{name}.district", True, f"S={said['MM_DistrictID']}&" in meeting["url"]
