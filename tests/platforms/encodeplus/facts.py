"""What the manifest says of Markdown renderings of an enCodePlus code, as the lines of `read` show it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def facts(expect: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    """The first line is the title; about every second line is a passage."""
    documents = [line for line in lines if line["type"] == "document"]
    yield "first_line", [expect["first_line"]], [line["title"] for line in documents]
    yield "passages", True, expect["lines"] * 0.4 < documents[0]["passages"] <= expect["lines"]
