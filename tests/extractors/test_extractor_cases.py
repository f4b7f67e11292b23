"""Walks watcher/extractors and tests/extractors/<type>/<case>/: no saved case, no entry.

case.json       {"media_type": "text/html", "charset": null, "url": "…", "kind": "…",
                 "select": "…", "ignore": [], "ignore_text": []}     all optional
body.*          the bytes
reading.json    the golden document, [heading trail, text, key] for each passage; or {"error", "reason", "message"}.
                The first run writes it and fails; a person reads it and commits it.
"""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import pytest

from watcher import extractors
from watcher.errors import ReadError
from watcher.model import View

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("*/*/case.json"))


@pytest.mark.parametrize("name", extractors.names())
def test_every_extractor_has_the_right_shape_and_a_saved_case(name: str) -> None:
    extractor = extractors.load(name)
    assert isinstance(extractor.MEDIA_TYPES, frozenset)
    assert list(inspect.signature(extractor.extract).parameters) == ["body", "url", "charset", "view", "kind"]
    assert any(case.parent.name == name for case in CASES), f"tests/extractors/{name}/ has no case"


def test_every_folder_of_cases_belongs_to_an_extractor() -> None:
    folders = {path.name for path in HERE.iterdir() if path.is_dir() and not path.name.startswith(("_", "."))}
    assert folders <= set(extractors.names())


def test_no_media_type_is_claimed_twice() -> None:
    claimed = [kind for name in extractors.names() for kind in extractors.load(name).MEDIA_TYPES]
    assert len(claimed) == len(set(claimed))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_saved_body_is_read_as_a_person_accepted_it(case: Path) -> None:
    found = read(case, json.loads((case / "case.json").read_text()))
    golden = case / "reading.json"
    if not golden.exists():
        golden.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
        pytest.fail(f"{golden} was missing and is proposed now: read it, and commit it if it is right")
    assert found == json.loads(golden.read_text())


def read(case: Path, told: dict[str, Any]) -> dict[str, object]:
    body = next(case.glob("body.*")).read_bytes()
    view = View(told.get("select"), tuple(told.get("ignore", ())), tuple(told.get("ignore_text", ())))
    try:
        document = extractors.extract(
            body,
            told.get("media_type", ""),
            told.get("url", "https://elmfalls.example/"),
            charset=told.get("charset"),
            view=view,
            kind=told.get("kind", "document"),
        )
    except ReadError as refusal:
        return {"error": type(refusal).__name__, "reason": refusal.reason, "message": str(refusal)}
    passages = [[list(passage.heading), passage.text, passage.key] for passage in document.passages]
    return {"title": document.title, "kind": document.kind, "passages": passages}
