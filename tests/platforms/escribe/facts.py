"""How the manifest's facts of eSCRIBE show in the lines of `read`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def facts(expect: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    meetings = [line for line in lines if line["type"] == "meeting"]
    meeting, said = meetings[0], expect["first"]
    yield "meetings", expect["meetings"], len({meeting["id"] for meeting in meetings})
    yield "ID", said["ID"], meeting["id"]
    yield "MeetingName", said["MeetingName"], meeting["title"]
    yield "MeetingType", said["MeetingType"], meeting["body"]
    yield "Location", said["Location"], meeting["location"]
    yield "StartDate", said["StartDate"].replace("/", "-").replace(" ", "T"), meeting["start"].rpartition("-")[0]
    yield "HasAgenda", said["HasAgenda"], any(paper["kind"] == "agenda" for paper in meeting["documents"])
    papers = {(paper["title"], paper["url"].rpartition("/")[2]) for paper in meeting["documents"]}
    yield "documents", len(expect["documents"]), len(papers)
    for paper in expect["documents"]:
        yield paper["Url"], True, (paper["Title"], paper["Url"]) in papers
