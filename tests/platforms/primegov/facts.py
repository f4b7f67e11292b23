"""How the manifest's facts of PrimeGov show in the lines of `read`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def facts(expect: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    meetings = [line for line in lines if line["type"] == "meeting"]
    yield "meetings", expect["meetings"], len({meeting["id"] for meeting in meetings})
    yield "with_documents", expect["with_documents"], sum(bool(meeting["documents"]) for meeting in meetings)
    for name, meeting in (("first", meetings[0]), ("last", meetings[-1])):
        said = expect[name]
        yield f"{name}.id", str(said["id"]), meeting["id"]
        yield f"{name}.title", said["title"], meeting["title"]
        yield f"{name}.start", said["dateTime"], meeting["start"].rpartition("-")[0]
        papers = {(paper["title"], paper["id"]) for paper in meeting["documents"]}
        for paper in said["documents"]:
            ident = f"template:{paper['templateId']}:{paper['compileOutputType']}"
            yield f"{name} {paper['templateName']}", True, (paper["templateName"], ident) in papers
            url = f"meetingTemplateId={paper['templateId']}"
            yield f"{name} {ident}", True, any(url in found["url"] for found in meeting["documents"])
