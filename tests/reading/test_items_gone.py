"""A program's list of items that comes back empty."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.platforms.test_cases import response_of
from watcher import platforms
from watcher.errors import ReadError
from watcher.watch.look import refuse_sudden_emptiness

CASES = Path(__file__).parent.parent / "platforms"


@pytest.mark.parametrize(
    ("case", "emptied"),
    [
        ("legistar/api_event_items", lambda _: []),
        ("civicclerk/items", lambda answer: {**answer, "items": []}),
    ],
)
def test_a_bare_empty_list_takes_no_items_off_an_agenda(case: str, emptied: Callable[[Any], object]) -> None:
    told = json.loads((CASES / case / "case.json").read_text())
    site, full = response_of(CASES / case, told)
    read = platforms.load(site.platform).read
    nothing = read(site, replace(full, body=json.dumps(emptied(json.loads(full.body))).encode()))
    assert nothing.proof
    refuse_sudden_emptiness(None, nothing)  # an agenda that is not written yet
    refuse_sudden_emptiness(nothing, nothing)
    before = read(site, full)
    with pytest.raises(ReadError) as trouble:
        refuse_sudden_emptiness(before, nothing)
    assert trouble.value.reason == "empty"
    refuse_sudden_emptiness(before, replace(nothing, proof="No records to display."))
