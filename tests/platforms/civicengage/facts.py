"""How the manifest's facts of CivicEngage's calendar show in the lines of `read`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

FOLDERS = ("civicengage_calendar",)


def facts(expect: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    meetings = [line for line in lines if line["type"] == "meeting"]
    yield "title", expect["title"], next(line["title"] for line in lines if line["type"] == "document")
    yield "unique_links", expect["unique_links"], len({meeting["url"] for meeting in meetings})
    yield "links", expect["links"], 2 * len(meetings)  # the title and “More Details” of each
    yield "dated", len(meetings), sum(bool(meeting["start"] and meeting["end"]) for meeting in meetings)
    yield "first.text", expect["first"]["text"], meetings[0]["title"]
    for name, meeting in (("first", meetings[0]), ("last", meetings[-1])):
        yield f"{name}.href", True, meeting["url"].endswith(expect[name]["href"])
        yield f"{name}.id", re.findall(r"EID=(\d+)", expect[name]["href"]), [meeting["id"]]
