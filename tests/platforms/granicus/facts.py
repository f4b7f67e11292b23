"""How the manifest's facts of Granicus show in the lines of `read`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from watcher.platforms import marks

FOLDERS = ("granicus_viewpublisher",)
ZONE = "America/New_York"


def facts(expect: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    meetings = [line for line in lines if line["type"] == "meeting"]
    papers = [document for meeting in meetings for document in meeting["documents"]]
    listings = [line["title"] for line in lines if line["type"] == "document"]
    yield "title", expect["title"], listings[0]
    agendas = [paper["url"] for paper in papers if "agendaviewer.php" in paper["url"].lower()]
    if "rows" in expect:
        yield from of_recordings(expect, meetings)
    else:
        yield "agenda_links", expect["agenda_links"], len(agendas)
        yield "unique_agenda_links", expect["unique_agenda_links"], len(set(agendas))
        yield "minutes_links", expect["minutes_links"], sum("minutesviewer" in p["url"].lower() for p in papers)
        yield "unique_clip_ids", expect["unique_clip_ids"], len(set(re.findall(r"clip_id=(\d+)", " ".join(agendas))))
        yield "unique_event_ids", expect["unique_event_ids"], len(set(re.findall(r"event_id=(\d+)", " ".join(agendas))))
        first, last = expect["first_agenda_url"], expect["last_agenda_url"]
        yield "first_agenda_url", True, agendas[0].endswith(first)
        yield "last_agenda_url", True, agendas[-1].endswith(last)
        if expect["listing_rows"]:
            yield "listing_rows", expect["listing_rows"], len(meetings)
    yield "dated", len(meetings), sum(meeting["start"] is not None for meeting in meetings)
    for name, meeting in zip(("first", "last"), (meetings[:1] + meetings[-1:]), strict=False):
        if text := expect.get(f"{name}_row_text"):
            start = marks.moment(text.replace(meeting["title"], " ", 1), ZONE)
            yield f"{name}.start", start.isoformat() if start else None, meeting["start"]
            yield f"{name}.title", True, bool(meeting["title"]) and text.startswith(meeting["title"])


def of_recordings(expect: dict[str, Any], meetings: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    yield "rows", expect["rows"], len(meetings)
    yield "unique_clip_ids", expect["unique_clip_ids"], len({meeting["id"] for meeting in meetings})
    yield "first_clip_id", f"clip:{expect['first_clip_id']}", meetings[0]["id"]
