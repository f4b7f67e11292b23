from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.ledger.conftest import Place
from tests.ledger.things import NOON, alert, delivery
from watcher.ledger import Ledger
from watcher.model import Delivery, DeliveryState, Receipt

MINUTE = timedelta(minutes=1)


def owe(ledger: Ledger, *owed: Delivery) -> None:
    numbers = sorted({int(one.alert.removeprefix("alert-")) for one in owed})
    ledger.record(alerts=[alert(n) for n in numbers], deliveries=owed)


def keys(ledger: Ledger, limit: int = 100, *, after: timedelta = timedelta()) -> list[str]:
    return [found.key for found, _ in ledger.owed(NOON + after, limit)]


def test_the_oldest_promise_comes_first_with_its_alert(ledger: Ledger) -> None:
    owe(ledger, delivery(2), delivery(0), delivery(1))
    assert ledger.owed(NOON, 2) == [(delivery(2), alert(2)), (delivery(0), alert(0))]


def test_a_retry_waits_for_its_time(ledger: Ledger) -> None:
    owe(ledger, replace(delivery(), next_attempt_at=NOON + 5 * MINUTE))
    assert keys(ledger, after=4 * MINUTE) == []
    assert keys(ledger, after=5 * MINUTE) == ["alert-0:newsroom"]


def test_what_quiet_hours_held_goes_out_when_they_end(ledger: Ledger) -> None:
    owe(
        ledger,
        replace(delivery(), state="held", next_attempt_at=NOON + 60 * MINUTE),
        replace(delivery(1), state="held"),
    )
    assert keys(ledger) == []
    assert keys(ledger, after=60 * MINUTE) == ["alert-0:newsroom"]


def test_a_clock_set_back_does_not_hold_a_promise_for_years(ledger: Ledger) -> None:
    owe(
        ledger,
        replace(delivery(0), next_attempt_at=NOON + timedelta(days=900)),
        replace(delivery(1), state="held", next_attempt_at=NOON + timedelta(days=900)),
        replace(delivery(2), state="held", next_attempt_at=NOON + timedelta(days=7)),
    )
    assert keys(ledger) == ["alert-0:newsroom", "alert-1:newsroom"]


@pytest.mark.parametrize("state", ["sent", "withheld", "dead"])
def test_what_is_settled_is_not_owed(ledger: Ledger, state: DeliveryState) -> None:
    owe(ledger, replace(delivery(), state=state))
    assert keys(ledger) == []
    assert ledger.mark_sending(["alert-0:newsroom"], NOON) == ()
    assert [found.state for found in ledger.deliveries()] == [state]


def test_what_is_under_way_here_is_not_owed_again(ledger: Ledger) -> None:
    owe(ledger, delivery(0), delivery(1))
    assert ledger.mark_sending(["alert-0:newsroom"], NOON) == ("alert-0:newsroom",)
    assert keys(ledger) == ["alert-1:newsroom"]
    [first] = ledger.deliveries(state="sending")
    assert (first.attempts, first.ambiguous) == (1, False)


def test_what_a_crash_cut_off_comes_back_as_it_was_marked_and_its_next_attempt_is_ambiguous(
    ledger: Ledger, place: Place
) -> None:
    owe(ledger, delivery())
    ledger.mark_sending([delivery().key], NOON)
    with Ledger.open(place) as next_life:
        [(found, _)] = next_life.owed(NOON, 10)
        assert found == replace(delivery(), state="sending", attempts=1)
        next_life.mark_sending([found.key], NOON)
        [stored] = next_life.deliveries()
        assert (stored.attempts, stored.ambiguous) == (2, True)


def test_an_attempt_that_was_never_settled_is_taken_up_again(ledger: Ledger) -> None:
    owe(ledger, delivery())
    ledger.mark_sending([delivery().key], NOON)
    assert keys(ledger, after=14 * MINUTE) == []
    assert keys(ledger, after=16 * MINUTE) == [delivery().key]


def test_a_receipt_settles_for_good_and_roots_the_thread(ledger: Ledger) -> None:
    owe(ledger, delivery())
    ledger.mark_sending([delivery().key], NOON)
    ledger.settle(replace(delivery(), attempts=1, error="503"), Receipt("1700.1", thread="1699.9"), NOON)
    assert ledger.deliveries() == [replace(delivery(), state="sent", attempts=1, receipt="1700.1")]
    assert ledger.thread_root("newsroom", alert().thread) == "1699.9"
    assert keys(ledger) == []


def test_a_failed_attempt_is_owed_again_at_its_time(ledger: Ledger) -> None:
    owe(ledger, delivery())
    ledger.mark_sending([delivery().key], NOON)
    later = replace(delivery(), attempts=1, error="time-out", ambiguous=True, next_attempt_at=NOON + MINUTE)
    ledger.settle(later, None, NOON)
    assert keys(ledger) == []
    assert ledger.owed(NOON + MINUTE, 5) == [(later, alert())]


def test_settling_what_was_never_promised_is_a_bug(ledger: Ledger) -> None:
    with pytest.raises(KeyError):
        ledger.settle(delivery(), None, NOON)


def test_a_parked_channel_keeps_its_promises_and_does_not_block_others(ledger: Ledger) -> None:
    owe(ledger, delivery(0), delivery(1, "field"), replace(delivery(2), state="held", reason="parked"))
    ledger.park("newsroom", "channel_not_found", NOON)
    assert ledger.parked() == {"newsroom": (NOON, "channel_not_found", None)}
    assert keys(ledger, 1) == ["alert-1:field"]
    assert ledger.oldest_undelivered(NOON + 3 * MINUTE) == 3 * MINUTE
    assert ledger.unpark("newsroom")
    assert not ledger.unpark("newsroom")
    assert keys(ledger) == ["alert-0:newsroom", "alert-1:field", "alert-2:newsroom"]


def test_a_channel_parked_for_a_time_is_tried_again_after_it(ledger: Ledger) -> None:
    owe(ledger, delivery())
    ledger.park("newsroom", "not_in_channel", NOON, until=NOON + 30 * MINUTE)
    assert keys(ledger) == []
    assert keys(ledger, after=30 * MINUTE) == [delivery().key]


def test_the_age_of_the_oldest_promise(ledger: Ledger) -> None:
    assert ledger.oldest_undelivered(NOON) is None
    owe(ledger, delivery(0), delivery(5))
    assert ledger.oldest_undelivered(NOON + 7 * MINUTE) == 7 * MINUTE
    assert ledger.oldest_undelivered(NOON - 7 * MINUTE) == timedelta()
    ledger.settle(delivery(0), Receipt("1"), NOON)
    assert ledger.oldest_undelivered(NOON + 7 * MINUTE) == 2 * MINUTE
    ledger.settle(replace(delivery(5), state="dead"), None, NOON)
    assert ledger.oldest_undelivered(NOON) is None
    assert ledger.counts()["deliveries"] == {"sent": 1, "dead": 1}


def test_threads_and_moved_chats_are_remembered(ledger: Ledger) -> None:
    assert ledger.thread_root("field", "oh-lima/2026-114") is None
    ledger.set_thread_root("field", "oh-lima/2026-114", "41")
    ledger.set_thread_root("field", "oh-lima/2026-114", "42")
    assert ledger.thread_root("field", "oh-lima/2026-114") == "42"
    ledger.move("field", "-1001", NOON)
    ledger.move("field", "-1002", NOON)
    assert ledger.moved() == {"field": "-1002"}
