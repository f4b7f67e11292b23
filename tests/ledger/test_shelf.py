"""Searching: a ledger on a server answers as one that is a file does, and whoever shares it finds the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.ledger.conftest import Place
from tests.ledger.things import OHIO, change, snapshot
from watcher import web
from watcher.ledger import Ledger
from watcher.ledger.desk import address
from watcher.ledger.shelf import LOCK
from watcher.model import Site, Snapshot
from watcher.web import Index, entries
from watcher.web.entries import Searchable
from watcher.web.tsvector import Shared

SITES = {"lima": Site("lima", OHIO, "page", "https://lima.example/1")}
LONG = "word " * 20_000 + "the very last words"
SAID = (
    "No officer shall honor a detainer. File 26-0412, under section 287(g)/WSO.",
    "Los agentes no cumplirán una orden de detención",
    "Nothing here, detainers aside; <script>alert(1)</script> café snake_case",
    LONG,
)


@pytest.fixture
def index(ledger: Ledger, tmp_path: Path) -> Searchable:
    said = [replace(change(n), before="", after=words, heading=(f"Item {n}",), matter=None) for n, words in enumerate(SAID)]  # fmt: skip
    said[1] = replace(said[1], verdict=None)
    ledger.record(changes=said)
    made = web.index_of(ledger, tmp_path)
    assert made.search("officer") == entries.Found((), 0, False)  # nothing is there yet
    assert made.catch_up(ledger, SITES, None) is False
    return made


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("detainer", [0]),
        ("DETAINER* officer", [0]),
        ("detain*", [2, 0]),
        ('"honor a detainer"', [0]),
        ('"a honor detainer"', []),
        ("26-0412", [0]),
        ("0412", [0]),
        ("287(g)", [0]),
        ("wso", [0]),
        ("detencion cumplirán", [1]),
        ("cafe", [2]),
        ("cafe\u0301", [2]),
        ("snake", [2]),
        ('"very last words"', [3]),
        ('"very last wor"', []),
        ('"word the very"', [3]),
        ('"Item 3 word"', []),  # a title and a text are not in a row
        ("item", [3, 2, 1, 0]),
        ("item' | nothing:*", [2]),
        ("' & !(", []),
        ("labelrelevant", []),
    ],
)
def test_both_indexes_understand_the_same_questions(index: Searchable, words: str, found: list[int]) -> None:
    got = index.search(words)
    assert [int(hit.ref[:8], 16) for hit in got.hits] == found
    assert got.total == len(found)


def test_filters_pages_and_marks(index: Searchable) -> None:
    assert index.search("item", ("stateoh", "labelrelevant")).total == 3
    assert index.search("item", ("statema",)).total == 0
    assert index.search("item", page=2).hits == ()
    (hit,) = index.search('"shall honor" detain*', ("kindchange",)).hits
    assert (hit.kind, hit.site, hit.title, hit.url) == ("change", "lima", "Item 0", "https://lima.example/1")
    assert "".join(words for words, _ in hit.pieces) == SAID[0]
    marked = " ".join(words for words, found in hit.pieces if found)
    assert marked == "shall honor detainer"
    (hit,) = index.search("last words").hits  # deep in a long text
    shown = "".join(words for words, _ in hit.pieces)
    assert shown.startswith("… word")
    assert len(shown) < 400
    assert [words for words, found in hit.pieces if found][-1] == "words"


def test_a_document_seen_anew_is_found_by_what_it_says_now_and_stands_in_front(
    ledger: Ledger, index: Searchable
) -> None:
    texts = {f"{1:064x}": "Agenda\nthe old \udc80 item", f"{2:064x}": "Agenda\nthe new \0 item " + "x" * 3_000}

    def text_of(site: Site, seen: Snapshot) -> str:
        return texts[seen.digest]

    for digest in texts:
        ledger.record(snapshots=[snapshot(7, digest=digest)])
        index.catch_up(ledger, SITES, text_of)
    assert index.search("old").total == 0
    assert index.search("item").hits[0].ref == "lima\ndoc-7"
    assert index.search("item", ("kinddocument", "stateoh")).total == 1


def test_of_a_ledger_on_a_server_every_process_finds_the_same(place: Place, index: Searchable, tmp_path: Path) -> None:
    with Ledger.open(place, read_only=True) as reader:
        if isinstance(index, Index):
            assert reader.shelf() is None
            return
        other = web.index_of(reader, tmp_path / "of another machine")
        assert isinstance(other, Shared)
        assert other.search("detain*") == index.search("detain*")
        assert other.search("detain*").total == 2


def test_only_one_process_puts_entries_there_and_another_form_is_made_anew(
    place: Place, ledger: Ledger, index: Searchable, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if not isinstance(index, Shared):
        return
    engine = create_engine(address(place))
    ledger.record(changes=[replace(change(9), after="a newcomer")])
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": LOCK})
        assert index.catch_up(ledger, SITES, None) is False
        assert index.search("newcomer").total == 0
    assert index.catch_up(ledger, SITES, None) is False
    assert index.search("newcomer").total == 1
    monkeypatch.setattr("watcher.web.tsvector.FORM", "another")
    monkeypatch.setattr(entries, "STEP", 3)
    assert index.catch_up(ledger, SITES, None) is True
    assert index.search("newcomer").total == 0
    while index.catch_up(ledger, SITES, None):
        pass
    assert index.search("newcomer").total == 1
    engine.dispose()
