from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from tests.ledger.things import NOON, alert, change, delivery, document, snapshot, state, visit
from watcher.errors import StoreError
from watcher.ledger import Ledger
from watcher.ledger.tables import instant, storable
from watcher.ledger.values import ALERT, CHANGE, REQUEST, SNAPSHOT, dump_request, load_request
from watcher.model import Alert, Change, Feedback, Mute, Request, Snapshot


def test_what_was_recorded_comes_back_equal(ledger: Ledger) -> None:
    ledger.record(
        [visit()],
        states=[state()],
        documents=[document()],
        snapshots=[snapshot()],
        changes=[change()],
        alerts=[alert()],
        deliveries=[delivery()],
    )
    assert ledger.visits("lima") == [visit()]
    assert ledger.site_states() == {"lima": state()}
    assert ledger.site_state("lima") == state()
    assert ledger.documents("lima") == {"doc-0": document()}
    assert ledger.snapshots("lima", "doc-0") == [snapshot()]
    assert ledger.snapshots("lima")[0].id == snapshot().id
    assert ledger.changes() == [change()]
    assert ledger.alert("alert-0") == alert()
    assert ledger.deliveries(alert_key="alert-0") == [delivery()]


def test_a_site_never_visited_has_no_state(ledger: Ledger) -> None:
    assert ledger.site_state("lima") is None
    assert ledger.documents("lima") == {}
    assert ledger.alert("alert-0") is None


def test_recording_again_adds_nothing_and_settled_deliveries_stay_settled(ledger: Ledger) -> None:
    for _ in range(2):
        ledger.record(snapshots=[snapshot()], changes=[change()], alerts=[alert()], deliveries=[delivery()])
        ledger.settle(replace(delivery(), state="dead", reason="no such channel"), None, NOON)
    assert len(ledger.snapshots()) == len(ledger.changes()) == len(ledger.alerts()) == 1
    assert [sent.state for sent in ledger.deliveries()] == ["dead"]
    assert ledger.head()[0] == 4  # one each
    assert list(ledger.verify()) == []


def test_one_call_may_hold_the_same_snapshot_twice(ledger: Ledger) -> None:
    ledger.record(snapshots=[snapshot(), snapshot(1), snapshot()])
    assert ledger.snapshots() == [snapshot(), snapshot(1)]
    assert list(ledger.verify()) == []


def test_states_are_replaced_and_forgotten_documents_dropped(ledger: Ledger) -> None:
    ledger.record(states=[state()], documents=[document(), document(1), document(2)])
    later = replace(document(1), failures=3, snapshot=None)
    ledger.record(states=[replace(state(), health="blind", failures=9)], documents=[later], forgotten=[document(2)])
    assert ledger.documents("lima") == {"doc-0": document(), "doc-1": later}
    assert ledger.site_states()["lima"].health == "blind"


def test_a_record_that_fails_leaves_nothing_of_itself(ledger: Ledger) -> None:
    with pytest.raises(IntegrityError):  # a delivery of an alert that nobody recorded
        ledger.record([visit()], states=[state()], snapshots=[snapshot()], deliveries=[delivery(5)])
    assert ledger.visits() == []
    assert ledger.snapshots() == []
    assert ledger.site_states() == {}
    ledger.record(snapshots=[snapshot()])
    assert list(ledger.verify()) == []


def test_order_is_that_of_recording_even_when_the_clock_is_set_back(ledger: Ledger) -> None:
    ledger.record([visit(50)], changes=[change(50)], alerts=[alert(50)], snapshots=[snapshot(50)])
    ledger.record([visit(1)], changes=[change(1)], alerts=[alert(1)], snapshots=[snapshot(1)])
    assert [found.key for found in ledger.visits("lima")] == ["doc-50", "doc-1"]
    assert [found.key for found in ledger.changes()] == ["item-50", "item-1"]
    assert [found.key for found in ledger.alerts()] == ["alert-50", "alert-1"]
    assert [found.key for found in ledger.changes(limit=1)] == ["item-1"]
    assert [found.key for found in ledger.visits("lima", limit=1)] == ["doc-1"]
    assert list(ledger.verify()) == []


def test_changes_are_asked_for_by_site_time_and_relevance(ledger: Ledger) -> None:
    ledger.record(
        changes=[change(1), change(2, label="unrelated"), change(3, site="dayton"), change(4, label=None), change(5)]
    )
    assert [found.key for found in ledger.changes(relevant=True)] == ["item-1", "item-3", "item-5"]
    assert [found.key for found in ledger.changes(site="lima", since=NOON + timedelta(minutes=2))] == [
        "item-2",
        "item-4",
        "item-5",
    ]
    assert ledger.counts()["changes"] == {"relevant": 3, "unrelated": 1, "unjudged": 1}


def test_a_change_is_found_by_an_unambiguous_beginning_of_its_id(ledger: Ledger) -> None:
    ledger.record(
        changes=[replace(change(1), id="ab12"), replace(change(2), id="ab1234"), replace(change(3), id="cd_x")]
    )
    assert ledger.change("cd") == replace(change(3), id="cd_x")
    assert ledger.change("ab12") == replace(change(1), id="ab12")
    assert ledger.change("cd%") is None
    assert ledger.change("c_") is None
    assert ledger.change("") is None
    with pytest.raises(StoreError, match="several changes begin with ab: ab12, ab1234"):
        ledger.change("ab")


def test_mutes_end_by_themselves_or_by_hand(ledger: Ledger) -> None:
    week = Mute("lima", NOON + timedelta(days=7), "redesign", "ana", NOON)
    ledger.add_mute(week)
    ledger.add_mute(Mute("topic:budget", NOON + timedelta(days=1), "noise", "ana", NOON))
    assert [mute.what for mute in ledger.mutes(NOON)] == ["topic:budget", "lima"]
    assert ledger.mutes(NOON + timedelta(days=2)) == [week]
    longer = replace(week, until=NOON + timedelta(days=9))
    ledger.add_mute(longer)
    assert ledger.mutes(NOON + timedelta(days=2)) == [longer]
    assert ledger.remove_mute("lima")
    assert not ledger.remove_mute("lima")


def test_two_threads_record_side_by_side(ledger: Ledger) -> None:
    def work(site: str) -> None:
        for n in range(20):
            ledger.record([visit(n, site=site)], snapshots=[snapshot(n, site=site)], states=[state(site)])

    threads = [threading.Thread(target=work, args=(f"site-{n}",)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledger.counts()["total"]["visits"] == 60
    assert ledger.head()[0] == 120  # of each record a snapshot's and the visit's
    assert list(ledger.verify()) == []
    assert list(ledger.verify()) == []


def test_hostile_text_is_stored_and_what_cannot_be_is_replaced(ledger: Ledger) -> None:
    nasty = "it's \ud83d alone, \0 NUL, \U0001f9ca ice, ‮ rtl"
    ledger.record(
        [replace(visit(), detail=nasty, url="https://x/\udcff")],
        changes=[replace(change(), before=nasty, heading=(nasty,), site="lima\udcff")],
        snapshots=[replace(snapshot(), headers=(("x", "\udce9"),))],
        documents=[replace(document(), request=Request("https://x", title=nasty))],
    )
    assert ledger.visits()[0].detail == "it's \ufffd alone, \ufffd NUL, \U0001f9ca ice, ‮ rtl"
    assert ledger.changes()[0].heading == (storable(nasty),)
    assert ledger.snapshots()[0].headers == (("x", "\ufffd"),)
    assert ledger.documents("lima")["doc-0"].request.title == storable(nasty)
    assert list(ledger.verify()) == []


anything = st.text(st.characters())


@given(anything)
def test_storable_text_is_encodable_and_stays_so(text: str) -> None:
    stored = storable(text)
    stored.encode()
    assert "\0" not in stored
    assert storable(stored) == stored


@given(st.text())
def test_proper_text_without_nul_is_stored_as_it_is(text: str) -> None:
    assert storable(text.replace("\0", "")) == text.replace("\0", "")


day_zero = datetime(2000, 1, 1, tzinfo=UTC)
aware = st.timedeltas(timedelta(days=-700_000), timedelta(days=2_900_000)).flatmap(
    lambda distance: st.sampled_from([UTC, timezone(timedelta(hours=-7))]).map((day_zero + distance).astimezone)
)


@given(aware, aware)
def test_stored_times_sort_as_they_read(a: datetime, b: datetime) -> None:
    assert (a < b) == (instant(a) < instant(b))
    assert datetime.fromisoformat(instant(a)) == a


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=40, deadline=None)
@given(st.builds(Change), st.builds(Snapshot), st.builds(Request))
def test_any_value_survives_its_json(changed: Change, seen: Snapshot, request_: Request) -> None:
    assert CHANGE.load(CHANGE.dump(changed)) == changed
    assert SNAPSHOT.load(SNAPSHOT.dump(seen)) == seen
    assert load_request(*dump_request(request_)) == request_


def test_an_alert_survives_its_json_with_the_offset_of_its_meeting() -> None:
    meeting = replace(alert().changes[0].meeting, start=datetime(2026, 3, 8, 19, tzinfo=timezone(timedelta(hours=-5))))  # type: ignore[type-var]  # it has one
    value: Alert = replace(alert(), meeting=meeting)
    back = ALERT.load(ALERT.dump(value))
    assert back == value
    assert back.meeting is not None
    assert back.meeting.start is not None
    assert back.meeting.start.isoformat() == "2026-03-08T19:00:00-05:00"
    assert REQUEST.load(REQUEST.dump(Request("https://x"))) == Request("https://x")


def test_feedback_is_kept_in_order_and_nothing_said_before_is_lost(ledger: Ledger) -> None:
    first = Feedback("not_relevant", "shall", "may", ("Jail",), "lima", "https://lima.example/1", "ana", "", NOON, "c1")
    again = replace(first, said="relevant", note="read it again", label="unsure", score=0.3, judge="rules@1")
    missed = Feedback("missed", "", "Inmate housing \ud83d", (), "", "", "bo", "", NOON)
    ledger.add_feedback([first])
    ledger.add_feedback([again, missed])
    assert ledger.feedback() == [first, again, replace(missed, after="Inmate housing \ufffd")]


def test_alerts_are_found_by_the_beginning_of_their_key(ledger: Ledger) -> None:
    ledger.record(alerts=[alert(1), alert(12), alert(2)])
    assert ledger.alerts_named("alert-1") == [alert(1), alert(12)]
    assert ledger.alerts_named("alert-2") == [alert(2)]
    assert ledger.alerts_named("alert%") == []
    assert ledger.alerts_named("") == []
