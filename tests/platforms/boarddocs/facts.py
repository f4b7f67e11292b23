"""How the manifest's facts of BoardDocs show in the lines of `read`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def facts(expect: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    meetings = [line for line in lines if line["type"] == "meeting"]
    if "fragment" in expect["kind"]:
        yield "meetings", 1, len(meetings)
        yield "first_text", True, f"{meetings[0]['title']} Monday, February 19, 2024" in expect["first_text"]
        yield "start", "2024-02-19T19:00:00-05:00", meetings[0]["start"]
        return
    items = [line for line in lines if line["type"] == "item"]
    yield "meetings", expect["meetings"], len(meetings)
    for name, meeting in (("first", meetings[0]), ("last", meetings[-1])):
        said = expect[name]
        yield f"{name}.id", said.get("id") or said["unique"], meeting["id"]
        yield f"{name}.name", said["name"], meeting["title"]
        yield f"{name}.date", (said.get("date") or said["numberdate"]).replace("-", ""), day(meeting)
    if "items_total" in expect:
        yield "items_total", expect["items_total"], len(items)


def day(meeting: dict[str, Any]) -> str:
    return str(meeting["start"])[:10].replace("-", "")
