"""How the manifest's facts of BoardBook show in the lines of `read`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

FOLDERS = ("boardbook_sparq",)


def facts(expect: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    meetings = [line for line in lines if line["type"] == "meeting"]
    links = [d for meeting in meetings for d in meeting["documents"] if expect["link_pattern"] in d["url"]]
    (document,) = (line for line in lines if line["type"] == "document")
    yield "title", expect["title"], document["title"]
    yield "meetings", expect["links"], len(meetings)
    yield "links", expect["links"], len(links)
    yield "unique_links", expect["unique_links"], len({link["url"] for link in links})
    for name, link in (("first", links[0]), ("last", links[-1])):
        yield f"{name}.text", expect[name]["text"], link["title"]
        yield f"{name}.href", True, link["url"].endswith(expect[name]["href"])
