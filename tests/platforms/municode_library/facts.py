"""What the manifest says of Municode's plain-text exports, as the lines of `read` show it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def facts(expect: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    """The first line is the title; every chapter has more passages than a heading and a paragraph."""
    documents = [line for line in lines if line["type"] == "document"]
    yield "documents", 1, len(documents)
    yield "first_line", expect["first_line"], documents[0]["title"]
    yield "is a code", "code", documents[0]["kind"]
    yield "passages", True, expect["lines"] * 0.4 < documents[0]["passages"] <= expect["lines"]
