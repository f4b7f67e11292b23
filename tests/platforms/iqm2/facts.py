"""How the manifest's facts of IQM2 show in the lines of `read`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from watcher.platforms import marks

ZONE = "America/New_York"


def facts(expect: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    meetings = [line for line in lines if line["type"] == "meeting"]
    items = [line for line in lines if line["type"] == "item"]
    if "meeting_rows" in expect:
        yield from of_calendar(expect, meetings)
    else:
        yield from of_meeting(expect, meetings[0], items)


def of_calendar(expect: dict[str, Any], meetings: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    urls = [d["url"] for m in meetings for d in m["documents"] if "fileopen.aspx" in d["url"].lower()]
    yield "meeting_rows", expect["meeting_rows"], len(meetings)
    yield "unique_meeting_ids", expect["unique_meeting_ids"], len({meeting["id"] for meeting in meetings})
    yield "fileopen_links", expect["fileopen_links"], len(urls)
    yield "fileopen_types", expect["fileopen_types"], dict(Counter(re.findall(r"Type=(\d+)", " ".join(urls))))
    yield "cancelled_rows", expect["cancelled_rows"], sum(meeting["status"] == "cancelled" for meeting in meetings)
    yield "first_file", True, any(url.endswith(expect["first_file"]) for url in urls)
    yield "first_row_text", True, expect["first_row_text"].endswith(f"{meetings[0]['body']} - {meetings[0]['title']}")
    for name, meeting in (("first", meetings[0]), ("last", meetings[-1])):
        start = marks.moment(expect[name]["text"], ZONE)
        yield f"{name}.start", start.isoformat() if start else None, meeting["start"]
        yield f"{name}.url", True, meeting["url"].endswith(expect[name]["href"])


def of_meeting(
    expect: dict[str, Any], meeting: dict[str, Any], items: list[dict[str, Any]]
) -> Iterator[tuple[str, object, object]]:
    start = marks.moment(expect["date"], ZONE)
    yield "group", expect["group"], meeting["body"]
    yield "type", expect["type"], meeting["title"]
    yield "date", start.isoformat() if start else None, meeting["start"]
    hung = [link for item in items for link in item["attachments"]]
    found = {(link["title"], link["url"].rpartition("/")[2]) for link in (*meeting["documents"], *hung)}
    for title, href in expect["files"]:
        yield f"file {title}", True, (title, href.strip()) in found
    rows = expect["agenda_rows"]
    yield "agenda_rows", rows, len(items) + len(hung)
