"""Alerts, deliveries and visits are in the chain too: whoever edits, deletes or adds one by hand is found."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.ledger.conftest import Place
from tests.ledger.test_chain import damage
from tests.ledger.things import NOON, alert, change, delivery, snapshot, visit
from watcher.ledger import Ledger
from watcher.model import Damage, Receipt

WAS = "edited, deleted or added to after they were recorded (link {})"


@pytest.fixture
def told(place: Place) -> Place:
    """Two transactions of each kind; the first delivery sent, the second dead, revived and sent, the third owed."""
    with Ledger.open(place) as ledger:
        ledger.record([visit(0), visit(1)], alerts=[alert(0), alert(1)], deliveries=[delivery(0), delivery(1)])
        ledger.record(
            [visit(2)], snapshots=[snapshot(2)], changes=[change(2)], alerts=[alert(2)], deliveries=[delivery(2)]
        )
        ledger.record([visit(3)])
        for n in (0, 1):
            ledger.mark_sending([delivery(n).key], NOON)
        ledger.settle(delivery(0), Receipt("first"), NOON)
        ledger.settle(replace(delivery(1), state="dead", reason="no such channel"), None, NOON)
        ledger.settle(delivery(1), Receipt("second"), NOON + timedelta(hours=1))
    return place


def test_what_the_program_does_itself_is_no_damage(told: Place) -> None:
    assert damage(told) == []


@pytest.mark.parametrize(
    ("edit", "found"),
    [
        ("UPDATE alerts SET value = replace(value, 'shall not', 'shall') WHERE seq = 2", Damage("alerts 1 to 2", WAS.format(2))),
        ("UPDATE alerts SET label = 'unrelated' WHERE seq = 3", Damage("alerts 3", WAS.format(7))),
        ("UPDATE visits SET outcome = 'unchanged', detail = 'x' WHERE seq = 3", Damage("visits 3", WAS.format(6))),
        ("DELETE FROM visits WHERE seq = 4", Damage("visits 4", WAS.format(9))),
        ("UPDATE deliveries SET channel = 'other' WHERE seq = 3", Damage("deliveries 3", WAS.format(8))),
        ("DELETE FROM deliveries WHERE seq = 3", Damage("deliveries 3", WAS.format(8))),
    ],
)  # fmt: skip
def test_a_row_of_another_hand_is_named(told: Place, edit: str, found: Damage) -> None:
    assert damage(told, edit) == [found]


@pytest.mark.parametrize(
    "edit", ["receipt = 'other'", "state = 'owed'", "settled_at = '2020-01-01T00:00:00.000000+00:00'"]
)
def test_what_became_of_a_delivery_cannot_be_rewritten(told: Place, edit: str) -> None:
    (found,) = damage(told, f"UPDATE deliveries SET {edit} WHERE seq = 1")
    assert found == Damage(f"delivery {delivery(0).key}", "was edited after it was sent (link 10)")


def test_a_delivery_that_was_never_made_cannot_be_claimed(told: Place) -> None:
    (found,) = damage(told, "UPDATE deliveries SET state = 'sent', receipt = '1' WHERE seq = 3")
    assert found == Damage(
        f"delivery {delivery(2).key}", "says that it was sent, and has no link in the chain that says so"
    )


def test_a_visit_that_was_never_made_is_noticed(told: Place) -> None:
    (found,) = damage(
        told,
        "INSERT INTO visits (site, key, url, at, outcome, reason, detail) SELECT site, key, url, at, outcome, reason, detail FROM visits WHERE seq = 1",
    )
    assert found == Damage("visits", "1 have no link in the chain: added by another hand")


def test_pruning_is_no_damage_and_what_it_left_stays_guarded(told: Place) -> None:
    with Ledger.open(told) as ledger:
        ledger.record([visit(1), visit(3)])
        assert ledger.forget(visit(3).at + timedelta(days=1))["visits"] == 2
        ledger.record([visit(0), visit(9)])
    assert damage(told) == []
    with Ledger.open(told) as ledger:
        assert ledger.forget(visit(9).at + timedelta(days=1))["visits"] > 0  # the older visits of the same documents
    assert damage(told) == []
    (found,) = damage(told, "UPDATE visits SET detail = 'nothing happened' WHERE seq = (SELECT max(seq) FROM visits)")
    assert found.object.startswith("visits 1 to ")


def test_a_ledger_of_before_there_were_seals_is_clean_and_guarded_from_then_on(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.record([visit(0)], snapshots=[snapshot()], alerts=[alert(0)], deliveries=[delivery(0)])
    with closing(sqlite3.connect(path)) as connection, connection:  # as schema 0006 left it
        connection.execute("DELETE FROM links WHERE seq > 1")
        connection.execute("UPDATE heads SET seq = 1, link = (SELECT link FROM links)")
        connection.execute("UPDATE alembic_version SET version_num = '0006'")
    with Ledger.open(path) as ledger:
        assert list(ledger.verify()) == []
        ledger.settle(delivery(0), Receipt("first"), NOON)
        ledger.record([visit(1)], alerts=[alert(1)], deliveries=[delivery(1)])
        assert list(ledger.verify()) == []
    assert damage(path, "UPDATE alerts SET label = 'x' WHERE seq = 2") == [Damage("alerts 2", WAS.format(5))]
    assert damage(path, 'UPDATE links SET ref = \'{"visits": 9, "alerts": 9, "deliveries": 9}\' WHERE kind = \'since\'')
