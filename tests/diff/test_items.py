"""Agenda items: put on, taken off, reworded, moved; numbers and order alone are nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.diff.readings import NOW, REQUEST, compare, reading, told
from watcher.model import AgendaItem, Link, Matter, Meeting

AHEAD = Meeting("m", "City Council", "Regular", NOW + timedelta(days=2))
BEGUN = replace(AHEAD, start=NOW - timedelta(hours=3))


def item(id: str, title: str, **more: object) -> AgendaItem:
    return replace(AgendaItem(id, "m", 0, "", title), **more)  # type: ignore[arg-type]


AGENDA = (
    item("1", "Call to order"),
    item("2", "Approve the minutes of the last meeting"),
    item("3", "Agreement with ICE for detention space", matter="26-0101", section="Hearings"),
    item("4", "Award of a janitorial contract", matter="26-0102", section="Consent"),
)


def changed(before: AgendaItem, after: AgendaItem) -> list[tuple[str, str, str]]:
    return told(compare(reading(meetings=(AHEAD,), items=(before,)), reading(meetings=(AHEAD,), items=(after,))))


def test_a_new_item_is_added_with_its_matter_meeting_and_context() -> None:
    memo = Link("F:1", "https://council.example/memo.pdf", "Sheriff memo")
    new = item(
        "5", "Memorandum with DHS", text="Task force model.", matter="26-0103", attachments=(memo,), section="New"
    )
    known = Matter("26-0103", "26-0103", "Resolution", "Memorandum with DHS")
    (change,) = compare(
        reading(meetings=(AHEAD,), items=AGENDA), reading(meetings=(AHEAD,), items=(*AGENDA, new), matters=(known,))
    )
    assert (change.kind, change.before, change.after) == ("added", "", "Memorandum with DHS\nTask force model.")
    assert (change.heading, change.matter, change.meeting) == (("New",), known, AHEAD)
    assert {"Sheriff memo", "Resolution", "26-0103", "City Council"} <= set(change.context)


def test_the_only_file_of_an_agenda_is_that_of_its_own_item_and_of_no_other() -> None:
    only = Matter("26-0101", "26-0101", "Resolution", "Agreement with ICE for detention space")
    before, after = AGENDA[:3], (*AGENDA[:3], item("5", "Memorandum with DHS"))
    (change,) = compare(
        reading(meetings=(AHEAD,), items=before, matters=(only,)),
        reading(meetings=(AHEAD,), items=after, matters=(only,)),
    )
    assert (change.after, change.matter) == ("Memorandum with DHS", None)


def test_an_item_taken_off_before_the_meeting_is_removed_and_after_it_began_is_not() -> None:
    for meeting, kinds in ((AHEAD, ["removed"]), (BEGUN, [])):
        changes = compare(reading(meetings=(meeting,), items=AGENDA), reading(meetings=(meeting,), items=AGENDA[:-1]))
        assert [change.kind for change in changes] == kinds
    changes = compare(reading(items=AGENDA), reading(items=AGENDA[:-1]), request=replace(REQUEST, meeting=BEGUN))
    assert changes == ()


def test_items_whose_meeting_left_the_listing_are_not_removed() -> None:
    other = replace(AHEAD, id="n", start=NOW + timedelta(days=1))
    assert (
        compare(reading(meetings=(AHEAD, other), items=AGENDA), reading(meetings=(other,)), now=AHEAD.start or NOW)
        == ()
    )


def test_a_reworded_title_is_one_change_that_keeps_its_matter() -> None:
    assert changed(AGENDA[2], replace(AGENDA[2], title="Agreement with DHS for detention space")) == [
        ("reworded", "Agreement with ICE for detention space", "Agreement with DHS for detention space")
    ]


def test_a_reworded_item_is_found_again_under_another_id() -> None:
    by_likeness = replace(AGENDA[1], id="99", title="Approve the minutes of the March meeting")
    by_file = replace(AGENDA[2], id="98", title="Something else altogether, amended")
    assert [kind for kind, _, _ in changed(AGENDA[1], by_likeness)] == ["reworded"]
    assert [kind for kind, _, _ in changed(AGENDA[2], by_file)] == ["reworded"]


def test_entries_of_a_register_are_one_where_only_the_name_was_respelt() -> None:
    entry = item("walker", "Walker County Sheriff's Office · Task Force Model, 287(g) · signed 3/7/2025", meeting="")
    respelt = replace(entry, id="walkr", title=entry.title.replace("Sheriff's Office", "Sheriffs Department"))
    another = replace(entry, id="waller", title=entry.title.replace("Walker", "Waller").replace("3/7", "5/16"))
    undated = replace(entry, title="Walker County Sheriff's Office · Task Force Model")
    assert [kind for kind, _, _ in changed(entry, respelt)] == ["reworded"]
    assert [kind for kind, _, _ in changed(entry, another)] == ["added", "removed"]
    assert [kind for kind, _, _ in changed(undated, replace(undated, id="x", title="Waller" + undated.title[6:]))] == [
        "added",
        "removed",
    ]


def test_an_entry_of_a_register_that_stood_under_the_wrong_state_is_corrected_not_gone_and_new() -> None:
    entry = item(
        "tx-ellis", "TEXAS · Ellis County Sheriff's Office · Task Force Model, 287(g) · signed 7/7/2025", meeting=""
    )
    entry = replace(entry, section="Participating / TEXAS")
    moved = replace(
        entry, id="ks-ellis", title=entry.title.replace("TEXAS", "KANSAS"), section="Participating / KANSAS"
    )
    later = replace(moved, title=moved.title.replace("7/7", "7/14"))
    assert [kind for kind, _, _ in changed(entry, moved)] == ["reworded", "moved"]
    assert [kind for kind, _, _ in changed(entry, later)] == ["added", "removed"]


def test_numbers_and_order_alone_are_nothing() -> None:
    after = tuple(replace(one, number=f"{n}.1", order=n) for n, one in enumerate(reversed(AGENDA)))
    assert compare(reading(meetings=(AHEAD,), items=AGENDA), reading(meetings=(AHEAD,), items=after)) == ()


def test_one_more_item_where_ids_are_places_is_one_addition() -> None:
    titles = [one.title for one in AGENDA]
    before = tuple(item(f"m-{n}", title) for n, title in enumerate(titles))
    after = tuple(item(f"m-{n}", title) for n, title in enumerate([titles[0], "Proclamation", *titles[1:]]))
    assert told(compare(reading(meetings=(AHEAD,), items=before), reading(meetings=(AHEAD,), items=after))) == [
        ("added", "", "Proclamation")
    ]


def test_moved_to_consent_is_moved_and_says_so() -> None:
    assert changed(AGENDA[2], replace(AGENDA[2], consent=True, section="Consent")) == [
        ("moved", "Not on the consent agenda\nSection: Hearings", "On the consent agenda\nSection: Consent")
    ]
    assert changed(AGENDA[2], replace(AGENDA[2], section="4. Hearings")) == []


def test_what_was_done_at_the_meeting_is_told() -> None:
    assert changed(AGENDA[2], replace(AGENDA[2], action="approved (Pass)")) == [
        ("added", "", "Action: approved (Pass)")
    ]


def test_a_new_attachment_on_a_known_item_is_named() -> None:
    memo = Link("F:1", "https://council.example/memo.pdf", "Sheriff memo")
    assert changed(AGENDA[2], replace(AGENDA[2], attachments=(memo,))) == [("revised", "", "Attachment: Sheriff memo")]
    assert changed(
        replace(AGENDA[2], attachments=(memo,)),
        replace(AGENDA[2], attachments=(replace(memo, title="Memo - updated"),)),
    ) == [("revised", "Attachment: Sheriff memo", "Attachment: Memo - updated")]


def test_a_new_agenda_is_told_item_by_item() -> None:
    changes = compare(None, reading(meetings=(AHEAD,), items=AGENDA), request=replace(REQUEST, meeting=AHEAD))
    assert [(change.kind, change.after) for change in changes] == [("added", one.title) for one in AGENDA]
    assert len({change.key for change in changes}) == 4


ITEMS = st.lists(
    st.builds(
        item,
        st.sampled_from("abcdef"),
        st.sampled_from(["Call to order", "Adopt budget", "Adopt the budget", "Detainer policy", ""]),
        matter=st.sampled_from([None, "26-1", "26-2"]),
        consent=st.booleans(),
        action=st.sampled_from(["", "Passed"]),
    ),
    unique_by=lambda one: one.id,
).map(tuple)


@given(ITEMS, ITEMS)
def test_laws_hold_for_any_two_agendas(before: tuple[AgendaItem, ...], after: tuple[AgendaItem, ...]) -> None:
    assert compare(reading(meetings=(AHEAD,), items=before), reading(meetings=(AHEAD,), items=before)) == ()
    shuffled = tuple(reversed(before))
    assert compare(reading(meetings=(AHEAD,), items=before), reading(meetings=(AHEAD,), items=shuffled)) == ()
    changes = compare(reading(meetings=(AHEAD,), items=before), reading(meetings=(AHEAD,), items=after))
    assert changes == compare(reading(meetings=(AHEAD,), items=before), reading(meetings=(AHEAD,), items=after))
    assert len({change.id for change in changes}) == len(changes)
