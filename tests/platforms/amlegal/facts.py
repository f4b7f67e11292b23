"""What the manifest says of American Legal's ordinance table, as the lines of `read` show it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def facts(expect: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    """The row on the topic, by number and by words; each number once."""
    matters = [line for line in lines if line["type"] == "matter"]
    number, _, words = expect["on_topic_row"].partition(" ")
    row = [matter["title"] for matter in matters if matter["file"] == number]
    yield "on_topic_row", 1, sum(words in title for title in row)
    yield "each number once", len(matters), len({matter["file"] for matter in matters})
    for match, count in expect["matches"].items():
        yield match, count, sum(match in matter["title"] for matter in matters)
    yield "first_line", [expect["first_line"]], [line["title"] for line in lines if line["type"] == "document"]
