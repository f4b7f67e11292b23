"""How the manifest's facts of CivicWeb show in the lines of `read`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

FOLDERS = ("civicweb_diligent",)
KINDS = {"1": "agenda", "4": "minutes"}


def facts(expect: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    meetings = [line for line in lines if line["type"] == "meeting"]
    if "docs" in expect:
        yield from of_documents(expect, meetings, lines)
        return
    yield "meetings", expect["meetings"], len({meeting["id"] for meeting in meetings})
    for name, meeting in (("first", meetings[0]), ("last", meetings[-1])):
        said = expect[name]
        yield f"{name}.Id", str(said["Id"]), meeting["id"]
        yield f"{name}.Name", said["Name"], meeting["title"]
        yield f"{name}.MeetingDateTime", said["MeetingDateTime"].replace(" ", "T"), meeting["start"][:16]
        if "MeetingTypeName" in said:
            yield f"{name}.MeetingTypeName", said["MeetingTypeName"], meeting["body"]


def of_documents(
    expect: dict[str, Any], meetings: list[dict[str, Any]], lines: list[dict[str, Any]]
) -> Iterator[tuple[str, object, object]]:
    papers = meetings[0]["documents"]
    yield "documents", expect["documents"], len(papers)
    yield "html", any(expect["html_lengths"]), any(line["type"] == "item" for line in lines)
    for said, paper in zip(expect["docs"], papers, strict=True):
        yield "Id", f"document:{said['Id']}", paper["id"]
        yield "Name", said["Name"], paper["title"]
        yield "MeetingId", said["MeetingId"], meetings[0]["id"]
        yield "DocumentType", KINDS.get(said["DocumentType"], "other"), paper["kind"]
