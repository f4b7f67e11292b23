"""Whoever edits, deletes or adds by hand is found."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.ledger.conftest import Place
from tests.ledger.things import alert, change, delivery, snapshot, visit
from watcher.errors import StoreError
from watcher.ledger import Ledger
from watcher.model import Damage


class Shelf:
    """An object store that lacks what it is told to lack."""

    def __init__(self, lacking: Sequence[str] = ()) -> None:
        self.lacking = lacking

    def has(self, digest: str) -> bool:
        if len(digest) != 64:
            raise StoreError("an object's name is 64 hexadecimal digits")
        return digest not in self.lacking


@pytest.fixture
def filled(place: Place) -> Place:
    with Ledger.open(place) as ledger:
        for n in range(4):
            ledger.record(snapshots=[snapshot(n)], changes=[change(n)])
        every = range(4)
        ledger.record(
            [visit(n) for n in every], alerts=[alert(n) for n in every], deliveries=[delivery(n) for n in every]
        )
    return place


def damage(place: Place, *statements: str, objects: Shelf | None = None) -> list[Damage]:
    """What `verify` finds after another hand ran `statements`."""
    connect = sqlite3.connect(place) if isinstance(place, Path) else psycopg.connect(place)
    with closing(connect) as connection, connection:
        for statement in statements:
            assert connection.execute(statement).rowcount > 0, f"changed nothing: {statement}"
    with Ledger.open(place, read_only=True) as ledger:
        return list(ledger.verify(objects))


def test_an_untouched_ledger_is_clean(filled: Place) -> None:
    assert damage(filled, objects=Shelf()) == []


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE changes SET value = replace(value, 'shall not', 'shall') WHERE seq = 2",
        "UPDATE changes SET label = 'unrelated' WHERE seq = 2",
        "UPDATE changes SET seen_at = 'never' WHERE seq = 2",
        "UPDATE changes SET label = NULL WHERE seq = 2",
    ],
)
def test_an_edited_change_is_named(filled: Place, edit: str) -> None:
    assert damage(filled, edit) == [Damage("change 00000001cafe", "was edited after it was recorded (link 4)")]


def test_an_edit_that_is_no_text_is_named(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.record(changes=[change()])
    found = damage(path, "UPDATE changes SET site = x'00ff' WHERE seq = 1")
    assert found == [Damage("change 00000000cafe", "was edited after it was recorded (link 1)")]


def test_an_edited_snapshot_is_named(filled: Place) -> None:
    found = damage(filled, f"UPDATE snapshots SET digest = '{'e' * 64}' WHERE seq = 1")
    assert found == [Damage(f"snapshot {snapshot().id}", "was edited after it was recorded (link 1)")]


def test_a_deleted_row_is_named(filled: Place) -> None:
    assert damage(filled, "DELETE FROM changes WHERE seq = 3") == [
        Damage("change 00000002cafe", "was deleted (link 6 names it)")
    ]


def test_a_row_put_in_by_hand_has_no_link(filled: Place) -> None:
    copy = "INSERT INTO changes (id, site, kind, seen_at, value) SELECT 'forged', site, kind, seen_at, value FROM changes LIMIT 1"
    assert [found.object for found in damage(filled, copy)] == ["change forged"]


def test_an_edit_that_mends_its_own_link_breaks_the_next(filled: Place) -> None:
    found = damage(filled, f"UPDATE links SET digest = '{'0' * 64}' WHERE seq = 4")
    assert Damage("link 4", "is broken: it does not follow from the link before it") in found
    found = damage(filled, f"UPDATE links SET link = '{'0' * 64}' WHERE seq = 4")
    assert Damage("link 5", "is broken: it does not follow from the link before it") in found


def test_a_deleted_link_is_named_with_the_row_that_lost_it(filled: Place) -> None:
    found = damage(filled, "DELETE FROM links WHERE seq = 3")
    assert [one.object for one in found] == ["link 3", f"snapshot {snapshot(1).id}"]


def test_a_run_of_deleted_links_is_named_once(filled: Place) -> None:
    found = damage(filled, "DELETE FROM links WHERE seq IN (3, 4)", "DELETE FROM changes WHERE seq = 2")
    assert [one.object for one in found] == ["link 3", f"snapshot {snapshot(1).id}"]
    assert found[0].problem == "is missing (up to 4)"


def test_cutting_off_the_end_with_its_rows_is_noticed(filled: Place) -> None:
    found = damage(filled, "DELETE FROM links WHERE seq >= 8", "DELETE FROM changes WHERE seq = 4", "DELETE FROM visits",
                   "DELETE FROM deliveries", "DELETE FROM alerts")  # fmt: skip
    assert found == [Damage("chain", "its end was changed: 7 links, but the head was written at 11")]


def test_emptying_everything_is_noticed(filled: Place) -> None:
    found = damage(filled, "DELETE FROM links", "DELETE FROM changes", "DELETE FROM snapshots")
    assert [one.object for one in found] == ["visits", "alerts", "deliveries", "chain"]


def test_losing_the_head_is_noticed(filled: Place) -> None:
    assert [one.object for one in damage(filled, "DELETE FROM heads")] == ["chain"]


def test_a_snapshot_whose_object_is_gone_is_named(filled: Place) -> None:
    gone = snapshot(2).digest
    assert damage(filled, objects=Shelf([gone])) == [Damage(gone, f"is missing (snapshot {snapshot(2).id})")]


def test_a_delivery_without_its_alert_is_damage(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.record(alerts=[alert()], deliveries=[delivery()])
    found = damage(path, "DELETE FROM alerts WHERE seq = 1")
    assert found[0] == Damage("ledger", "a row of deliveries refers to one that is gone")


def test_a_long_chain_is_walked_over_every_stride(place: Place) -> None:
    with Ledger.open(place) as ledger:
        ledger.record(snapshots=[snapshot(n) for n in range(1203)])
        ledger.record(snapshots=[snapshot(n) for n in range(1203)], changes=[change()])
        assert ledger.head()[0] == 1204
        assert list(ledger.verify()) == []
    found = damage(place, "UPDATE snapshots SET site = 'x' WHERE seq IN (500, 501, 1203)")
    assert [one.problem for one in found] == [f"was edited after it was recorded (link {n})" for n in (500, 501, 1203)]


def test_flipped_bits_in_the_file_are_damage_and_never_a_crash(path: Path) -> None:
    with Ledger.open(path) as ledger:
        for n in range(4):
            ledger.record([visit(n)], snapshots=[snapshot(n)], changes=[change(n)])
    whole = path.read_bytes()
    for at in range(4096, len(whole) - 600, 6007):
        path.write_bytes(whole[:at] + bytes(byte ^ 0xFF for byte in whole[at : at + 600]) + whole[at + 600 :])
        try:
            with Ledger.open(path, read_only=True) as ledger:
                found = list(ledger.verify())
        except StoreError as error:  # the damage is where the schema stands
            found = [Damage("ledger", str(error))]
        assert found or whole[at : at + 600].strip(b"\0") == b"", f"600 flipped bytes at {at} went unnoticed"
