"""Matters: status, steps, titles, texts and attachments of a file."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from tests.diff.readings import compare, page, reading, told
from watcher.model import AgendaItem, Link, Matter, Passage, Reading, Step

DAY = datetime(2026, 11, 20, 10, tzinfo=UTC)
INTRODUCED = Step(DAY, "City Council", "Introduced by Council")
BILL = Matter("77", "Int 1412-2026", "Introduction", "A Local Law on detainers", "In Committee", history=(INTRODUCED,))


def changed(before: Matter, after: Matter) -> list[tuple[str, str, str]]:
    return told(compare(reading(matters=(before,)), reading(matters=(after,))))


def test_a_new_file_is_added_with_title_status_and_its_last_steps() -> None:
    (change,) = compare(reading(), reading(matters=(BILL,)))
    assert (change.kind, change.heading, change.matter) == ("added", ("Int 1412-2026",), BILL)
    assert change.after == (
        "A Local Law on detainers\nStatus: In Committee\nNovember 20, 2026, City Council, Introduced by Council"
    )


def test_a_file_that_fell_off_the_listing_is_no_change() -> None:
    assert (
        compare(reading(matters=(BILL,)), reading(matters=(replace(BILL, id="78", file="Int 1"),)))[0].kind == "added"
    )
    assert compare(reading(matters=(BILL, replace(BILL, id="78", file="Int 1"))), reading(matters=(BILL,))) == ()


def test_a_new_status_is_told_with_the_step_that_made_it() -> None:
    step = Step(DAY, "Committee on Immigration", "Approved by Committee", "Pass")
    (change,) = compare(
        reading(matters=(BILL,)), reading(matters=(replace(BILL, status="Passed", history=(step, INTRODUCED)),))
    )
    assert (change.before, change.heading) == ("Status: In Committee", ("Int 1412-2026", "A Local Law on detainers"))
    assert change.after == ("Status: Passed\nNovember 20, 2026, Committee on Immigration, Approved by Committee (Pass)")


def test_a_status_alone_is_reworded() -> None:
    assert changed(BILL, replace(BILL, status="Passed")) == [("reworded", "Status: In Committee", "Status: Passed")]


def test_a_step_edited_in_place_is_no_step() -> None:
    corrected = replace(INTRODUCED, date=datetime(2026, 11, 21, tzinfo=UTC), result="Filed")
    assert changed(BILL, replace(BILL, history=(corrected,))) == []


def test_the_same_step_taken_again_is_a_step() -> None:
    again = replace(INTRODUCED, date=datetime(2026, 11, 23, tzinfo=UTC))
    assert len(changed(BILL, replace(BILL, history=(INTRODUCED, again)))) == 1


def test_title_text_and_attachments_are_changes_of_their_own() -> None:
    text = "Section 1. No officer shall honor a detainer.\nSection 2. This local law takes effect in 90 days."
    before = replace(BILL, text=text)
    memo = Link("1", "https://council.example/1", "Fiscal impact")
    after = replace(
        BILL, title="A Local Law on civil detainers", text=text.replace("shall", "may"), attachments=(memo,)
    )
    assert changed(before, after) == [
        ("reworded", BILL.title, "A Local Law on civil detainers"),
        ("reworded", "Section 1. No officer shall honor a detainer.", "Section 1. No officer may honor a detainer."),
        ("revised", "", "Attachment: Fiscal impact"),
    ]


def test_a_file_is_known_by_its_number_where_the_id_changed() -> None:
    assert changed(BILL, replace(BILL, id="900")) == []


def test_an_item_on_an_agenda_tells_its_matter_once() -> None:
    item = AgendaItem("5", "m", 1, "", BILL.title, matter=BILL.file)
    changes = compare(reading(), reading(items=(item,), matters=(BILL,)))
    assert [(change.kind, change.matter) for change in changes] == [("added", BILL)]


def test_passages_that_repeat_the_matter_are_not_told_twice() -> None:
    def detail(matter: Matter) -> Reading:
        fields = Passage(matter.status, ("Status",), "status"), Passage(matter.title, ("Title",), "title")
        return replace(page(*fields), matters=(matter,))

    assert [c.key for c in compare(detail(BILL), detail(replace(BILL, status="Passed")))] == [
        "matter:Int 1412-2026:status"
    ]
