from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.ledger.things import NOON, snapshot, visit
from watcher.ledger import Ledger
from watcher.model import Mute

DAY = timedelta(days=1)


def test_old_visits_go_but_for_the_last_of_each_document(ledger: Ledger) -> None:
    often = [replace(visit(1), at=NOON + DAY * n) for n in range(5)]
    once = replace(visit(2), at=NOON)
    ledger.record([*often, once])

    assert ledger.spent(NOON + 3 * DAY)["visits"] == 3
    assert ledger.forget(NOON + 3 * DAY)["visits"] == 3
    assert ledger.visits() == [*often[3:], once]
    assert ledger.forget(NOON + 30 * DAY)["visits"] == 1  # all but the last of either
    assert ledger.visits() == [often[4], once]


def test_mutes_go_when_they_ended_and_the_chain_stays(ledger: Ledger) -> None:
    ledger.record(snapshots=[snapshot(1), snapshot(2)])
    for what, days in (("lima", 1), ("287g", 9)):
        ledger.add_mute(Mute(what, NOON + DAY * days, "moving house", "ann", NOON))
    assert ledger.forget(NOON + 2 * DAY)["mutes"] == 1
    assert [mute.what for mute in ledger.mutes(NOON)] == ["287g"]
    assert len(ledger.acts()) == 2  # who muted what is remembered
    assert ledger.digests() == {snapshot(1).digest, snapshot(2).digest}
    assert list(ledger.verify()) == []
