"""JSON answers as records."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from watcher.errors import LayoutChanged
from watcher.model import Request, Response
from watcher.reading import records

URL = "https://elmfalls.example.gov/api"
RESPONSE = Response(Request(URL), URL, 200, {}, b"[]", datetime(2026, 11, 24, 12, tzinfo=UTC))


@pytest.mark.parametrize("answer", [{"value": []}, "sorry", [{"id": 1}, {"name": "another program's"}], [7]])
def test_a_list_that_is_not_the_vendors_is_refused(answer: object) -> None:
    with pytest.raises(LayoutChanged):
        records.records(answer, RESPONSE, "id")


def test_a_field_is_words_whatever_its_type() -> None:
    record = {"a": None, "b": "  two \n words ", "c": 7, "d": True, "e": {"f": 1}, "g": "<b>Jail</b>&nbsp;contract"}
    assert records.text(record, "missing", "a", "b") == "two words"
    assert records.text(record, "c") == "7"
    assert records.text(record, "d", "e") == ""
    assert records.words(record, "g") == "Jail contract"
    assert records.inner(record, "e") == {"f": 1}
    assert records.inner(record, "a") == {}


def test_zero_and_minus_one_are_no_numbers_of_anything() -> None:
    assert records.number({"a": 0, "b": -1, "c": "12"}, "a", "b", "c") == "12"
    assert records.number({"a": 0, "b": None}, "a", "b") == ""


def test_a_list_inside_a_record_may_be_null() -> None:
    assert records.many({"files": None}, "files") == []
    assert records.many({"files": [{"id": 1}, None]}, "files") == [{"id": 1}]


def test_a_field_leads_somewhere_or_nowhere() -> None:
    record = {"a": "files/1.pdf", "b": "javascript:open()", "c": "http://[", "d": "https://store.example.net/1.pdf"}
    assert (
        records.address(record, "https://elmfalls.example.gov/api/", "a")
        == "https://elmfalls.example.gov/api/files/1.pdf"
    )
    assert records.address(record, URL, "d") == "https://store.example.net/1.pdf"
    assert [records.address(record, URL, name) for name in ("b", "c", "missing")] == ["", "", ""]
