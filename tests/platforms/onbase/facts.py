"""What the manifest says of OnBase's recorded lists, found in the lines of `read`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit


def facts(expect: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    """Title, meetings by id, the first link; and that each meeting has a name, a body, a day and an agenda."""
    meetings = [line for line in lines if line["type"] == "meeting"]
    document = next(line for line in lines if line["type"] == "document")
    yield "title", expect["title"], document["title"]
    yield "unique_meeting_ids", expect["unique_meeting_ids"], sorted(meeting["id"] for meeting in meetings)
    first = urlsplit(meetings[0]["documents"][0]["url"])
    yield "first_link", expect["first_link"], f"{first.path}?{first.query}"
    whole = all(meeting["title"] and meeting["body"] and meeting["start"] for meeting in meetings)
    yield "names, bodies and days", True, whole
    kinds = [{link["kind"] for link in meeting["documents"]} for meeting in meetings]
    yield "agendas", True, all("agenda" in each for each in kinds)
