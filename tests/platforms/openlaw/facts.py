"""What the manifest says of laws of the Open Law Library, as the lines of `read` show it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

FOLDERS = ("openlawlib_dc",)


def facts(expect: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    """The section's heading, the act's short title."""
    document = next(line for line in lines if line["type"] == "document")
    if "heading" in expect:
        yield "heading", True, expect["heading"] in document["title"]
    if "short_title" in expect:
        yield "short_title", True, expect["short_title"] in document["title"]
        yield "matter", [expect["short_title"]], [line["title"] for line in lines if line["type"] == "matter"]
    yield "passages", True, document["passages"] > 10
