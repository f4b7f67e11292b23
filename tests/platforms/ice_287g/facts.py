"""How the manifest's facts of memoranda show in the lines of `read`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def facts(expect: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    """Yield (fact, the manifest's word, ours): only whether there is text can be told of a PDF in these lines."""
    passages = next((line["passages"] for line in lines if line["type"] == "document"), 0)
    yield "text_layer", expect["text_layer"], passages > 0
