"""How the manifest's facts of calendar feeds show in the lines of `read`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def facts(expect: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    """Every event is a meeting, dated and named."""
    meetings = [line for line in lines if line["type"] == "meeting"]
    yield "BEGIN:VEVENT", expect["matches"]["BEGIN:VEVENT"], len(meetings)
    yield "told", True, all(meeting["start"] and meeting["title"] and meeting["id"] for meeting in meetings)
