"""How the manifest's facts of Minneapolis LIMS show in the lines of `read`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

FOLDERS = ("lims_minneapolis",)


def facts(expect: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    meetings = [line for line in lines if line["type"] == "meeting"]
    yield "records", expect["records"], len({meeting["id"] for meeting in meetings})
    for name, meeting in (("first", meetings[0]), ("last", meetings[-1])):
        said = {field.lower(): value for field, value in expect[name].items()}
        yield f"{name}.id", str(said["id"]), meeting["id"]
        yield f"{name}.committeename", said["committeename"], meeting["body"]
        if "meetingdate" in said:
            yield f"{name}.meetingdate", said["meetingdate"][:10], meeting["start"][:10]
        if agenda := said.get("agendaid"):
            papers = [paper["url"] for paper in meeting["documents"] if paper["kind"] == "agenda"]
            yield f"{name}.agendaid", True, any(url.endswith(f"/{said['abbreviation']}/{agenda}") for url in papers)
