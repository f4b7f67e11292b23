"""How the manifest's facts of NovusAGENDA show in the lines of `read`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from watcher.platforms import marks


def facts(expect: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    meetings = [line for line in lines if line["type"] == "meeting"]
    pdfs = [d["url"] for meeting in meetings for d in meeting["documents"] if "DisplayAgendaPDF" in d["url"]]
    day, kind, place = expect["first_cells"][:3]
    start = marks.moment(day, "America/New_York")
    yield "rows of meetings", dict(expect["grids"])["SearchAgendasMeetings_radGridMeetings_ctl00"], len(meetings)
    yield "first day", start.isoformat() if start else None, meetings[0]["start"]
    yield "first type", kind, meetings[0]["title"]
    yield "first place", place, meetings[0]["location"]
    yield "agenda_pdf_links", expect["agenda_pdf_links"], len(pdfs)
    yield "first_agenda", True, pdfs[0].endswith(expect["first_agenda"])
