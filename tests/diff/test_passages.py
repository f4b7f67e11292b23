"""Passages of a document: laws by hypothesis, and what a reader would call a change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.diff.readings import SITE, compare, page, told
from watcher.diff.passages import Edit, Piece, edits, pieces
from watcher.model import Passage

SENTENCES = (
    "The sheriff shall not honor a civil detainer.",
    "The sheriff may honor a civil detainer.",
    "The sheriff may honor a civil detainer signed by a judge.",
    "Call to order and roll call.",
    "Approve the minutes of the last meeting.",
    "Award of a contract for janitorial services.",
    "Reserved.",
    "Yes",
    "No",
    "Public comment on items not on the agenda. Three minutes each.",
)
PASSAGES = st.lists(
    st.builds(
        Passage,
        st.one_of(st.sampled_from(SENTENCES), st.text(max_size=40)),
        st.sampled_from([(), ("Consent",), ("Consent", "Contracts"), ("Hearings",)]),
        st.sampled_from(["", "", "", "1", "2", "3-1", "3-2"]),
    ),
    max_size=14,
)


def applied(before: Sequence[Piece], after: Sequence[Piece], steps: Sequence[Edit]) -> list[str]:
    """What `before` becomes: kept and moved words are taken from it, new ones from `after`."""
    become: list[str] = []
    for step in sorted(steps, key=lambda step: step.after):
        old, new = before[slice(*step.before)], after[slice(*step.after)]
        if step.kind in ("kept", "moved"):
            become += [piece.said for piece in old]
        elif step.kind in ("reworded", "added"):
            become += [piece.said for piece in new]
    return become


@given(PASSAGES, PASSAGES)
def test_the_edits_applied_to_before_give_after(before: list[Passage], after: list[Passage]) -> None:
    old, new = pieces(before), pieces(after)
    steps = edits(old, new)
    # A paragraph broken elsewhere is the same words, so words are compared, not breaks.
    assert " ".join(applied(old, new, steps)).split() == " ".join(piece.said for piece in new).split()


@given(PASSAGES, PASSAGES)
def test_every_passage_of_both_sides_stands_in_exactly_one_edit(before: list[Passage], after: list[Passage]) -> None:
    old, new = pieces(before), pieces(after)
    steps = edits(old, new)
    assert sorted(at for step in steps for at in range(*step.before)) == list(range(len(old)))
    assert sorted(at for step in steps for at in range(*step.after)) == list(range(len(new)))


@given(PASSAGES, PASSAGES)
def test_the_changes_hold_every_word_that_went_and_every_word_that_came(
    before: list[Passage], after: list[Passage]
) -> None:
    """As a multiset of words: before, less what the changes strike, plus what they put in, is after."""
    changes = compare(page(*before), page(*after))

    def words(texts: list[str]) -> list[str]:
        return sorted(word for piece in pieces([Passage(text) for text in texts]) for word in piece.said.split())

    struck = words([line for change in changes for line in change.before.split("\n")])
    put_in = words([line for change in changes for line in change.after.split("\n")])
    rest = words([line for p in before for line in p.text.split("\n")])
    come = words([line for p in after for line in p.text.split("\n")])
    assert sorted(rest + put_in) == sorted(come + struck)


@given(PASSAGES)
def test_nothing_changed_gives_nothing(passages: list[Passage]) -> None:
    assert compare(page(*passages), page(*passages)) == ()


@given(PASSAGES, PASSAGES)
def test_ids_are_stable_and_name_one_change_each(before: list[Passage], after: list[Passage]) -> None:
    once, twice = compare(page(*before), page(*after)), compare(page(*before), page(*after))
    assert once == twice
    assert len({change.id for change in once}) == len(once)


@given(st.permutations(range(12)), st.booleans())
def test_reordering_keyed_passages_yields_only_moves(order: list[int], keyed: bool) -> None:
    rows = [
        Passage(f"Contract {n} with vendor {n * 7} of the county", (), f"row-{n}" if keyed else "") for n in range(12)
    ]
    changes = compare(page(*rows), page(*(rows[n] for n in order)))
    assert {change.kind for change in changes} <= {"moved"}
    assert bool(changes) == (order != sorted(order))


@given(st.text(), st.text())
def test_the_redline_of_every_change_joins_to_its_texts(before: str, after: str) -> None:
    for change in compare(page(before), page(after)):
        assert "".join(text for mark, text in change.redline if mark != "+") == change.before
        assert "".join(text for mark, text in change.redline if mark != "-") == change.after


# ------------------------------------------------------------------------------------------------- what is no change


def test_reencoded_text_is_no_change() -> None:
    before = page("The “Sheriff’s Office” – of\u00a0Springfield – will o\ufb03cially co\u00adoperate…")
    after = page('The  "Sheriff\'s Office" - of Springfield - will officially cooperate...')
    assert compare(before, after) == ()


def test_letter_case_alone_is_no_change() -> None:
    assert compare(page("CALL TO ORDER", "Roll call"), page("Call to Order", "ROLL CALL")) == ()


def test_digits_and_inner_punctuation_are_a_change() -> None:
    for before, after in (
        ("within 24 hours of release", "within 48 hours of release"),
        ("under section 287(g) of the Act", "under section 287g of the Act"),
        ("a fine of 10.00 dollars is due", "a fine of 1000 dollars is due"),
        ("10\u00b2 metres of fence", "102 metres of fence"),
        ("no detention, without a warrant", "no detention without a warrant"),
    ):
        assert told(compare(page(before), page(after))) == [("reworded", before, after)]


def test_renumbered_lines_are_no_change() -> None:
    before = page("1. Call to order", "2. Approve the minutes", "(a) March", "3.1 Adopt the budget", "Item 4. Adjourn")
    after = page("2. Call to order", "3. Approve the minutes", "(b) March", "4.1 Adopt the budget", "Item 5. Adjourn")
    assert compare(before, after) == ()


def test_one_more_row_renumbers_a_table_and_is_one_addition() -> None:
    rows = [f"Award contract {n * 31} to vendor {n} | Staff report" for n in range(9)]
    more = [*rows[:3], "Agreement with ICE | Staff report", *rows[3:]]
    for row in ("{}. | {}", "{} | {}"):
        before = page(*(row.format(n, text) for n, text in enumerate(rows, start=1)))
        after = page(*(row.format(n, text) for n, text in enumerate(more, start=1)))
        new = row.format(4, "Agreement with ICE | Staff report")
        assert told(compare(before, after)) == [("added", "", new)]


def test_an_amount_in_the_first_cell_of_a_row_is_a_change() -> None:
    before, after = page("12 | detention beds", "7 | deputies"), page("50 | detention beds", "7 | deputies")
    assert told(compare(before, after)) == [("reworded", "12 | detention beds", "50 | detention beds")]


def test_a_line_that_begins_with_a_quantity_is_not_a_number_in_a_list() -> None:
    assert len(compare(page("24 hours before release"), page("48 hours before release"))) == 1
    assert len(compare(page("5.1 percent of the levy"), page("5.2 percent of the levy"))) == 1


def test_a_paragraph_broken_elsewhere_is_no_change() -> None:
    before = page("First part of a long sentence that goes on", "and ends here.", "Next.")
    after = page("First part of a long sentence", "that goes on and ends here.", "Next.")
    assert compare(before, after) == ()


def test_keys_that_are_new_at_every_visit_are_no_change() -> None:
    before = page(*(Passage(f"Agenda of meeting {n}", (), f"row{n}a") for n in range(5)))
    after = page(*(Passage(f"Agenda of meeting {n}", (), f"row{n}b") for n in range(5)))
    assert compare(before, after) == ()


# --------------------------------------------------------------------------------------------------- what is a change


def test_a_reworded_passage_keeps_its_headings_and_document_as_context() -> None:
    trail = ("Title 5", "Chapter 12")
    (change,) = compare(
        page("Purpose.", Passage("Officers shall not ask about status.", trail, "5-12-3")),
        page("Purpose.", Passage("Officers may ask about status.", trail, "5-12-3")),
    )
    assert (change.kind, change.key, change.heading) == ("reworded", "5-12-3", trail)
    assert "Springfield City Council" in change.context
    assert (change.snapshot_before, change.snapshot_after) == ("a" * 64, "b" * 64)


def test_identical_text_elsewhere_is_moved_not_removed_and_added() -> None:
    rows = [f"Passage number {n} says something of its own." for n in range(8)]
    assert told(compare(page(*rows), page(*rows[1:6], rows[0], *rows[6:]))) == [("moved", rows[0], rows[0])]


def test_a_passage_moved_under_another_heading_says_from_where() -> None:
    text = "Agreement with the Department of Homeland Security for detention space"
    rest = [Passage(f"Other line number {n}", ("Regular",)) for n in range(4)]
    (change,) = compare(
        page(*rest, Passage(text, ("Regular",)), Passage("Flag purchase", ("Consent",))),
        page(Passage(text, ("Consent",)), *rest, Passage("Flag purchase", ("Consent",))),
    )
    assert (change.kind, change.heading) == ("moved", ("Consent",))
    assert "Moved from: Regular" in change.context


def test_one_more_section_renumbers_keys_and_is_one_addition() -> None:
    texts = [f"Provision about subject {n}, which is long enough to be known by itself." for n in range(6)]
    before = page(*(Passage(text, (), f"s-{n}") for n, text in enumerate(texts)))
    after = page(
        *(Passage(text, (), f"s-{n}") for n, text in enumerate([texts[0], "Detainers are not honored.", *texts[1:]]))
    )
    assert told(compare(before, after)) == [("added", "", "Detainers are not honored.")]


def test_short_cells_are_known_by_their_key() -> None:
    before = page(Passage("Yes", (), "row-1"), Passage("No", (), "row-2"))
    after = page(Passage("No", (), "row-1"), Passage("Yes", (), "row-2"))
    assert told(compare(before, after)) == [("reworded", "Yes", "No"), ("reworded", "No", "Yes")]


def test_one_sentence_of_a_very_long_paragraph_is_one_small_change() -> None:
    sentences = [f"Sentence {n} of the ordinance speaks of subject {n * 13}." for n in range(200)]
    changed = [*sentences[:99], "The city shall not enter a 287(g) agreement.", *sentences[99:]]
    assert told(compare(page(" ".join(sentences)), page(" ".join(changed)))) == [
        ("added", "", "The city shall not enter a 287(g) agreement.")
    ]


def test_a_reworded_paragraph_that_is_also_broken_in_two_is_one_rewording() -> None:
    before = page(
        "Alpha.", "The sheriff shall not honor a detainer. Records are kept for two years by the clerk.", "Omega."
    )
    after = page(
        "Alpha.", "The sheriff may honor a detainer.", "Records are kept for two years by the clerk.", "Omega."
    )
    (change,) = compare(before, after)
    assert change.kind == "reworded"
    assert ("-", "shall not") in change.redline


def test_a_new_document_is_told_in_portions_under_its_headings() -> None:
    lines = [
        Passage(f"Line {n} of a long agenda with some words in it", (f"Section {n // 100}",)) for n in range(3_000)
    ]
    changes = compare(None, page(*lines))
    assert {change.kind for change in changes} == {"added"}
    assert 30 <= len(changes) < 300
    assert [len(change.heading) for change in changes] == [1] * len(changes)
    assert "\n".join(change.after for change in changes) == "\n".join(line.text for line in lines)


def test_a_resorted_table_is_told_once() -> None:
    rows = [f"Row {n} of contract {n * 17}" for n in range(2_000)]
    changes = compare(page(*rows), page(*(rows[n * 787 % 2_000] for n in range(2_000))))
    assert [(change.kind, change.before) for change in changes] == [("moved", "")]


def test_two_unrelated_documents_give_a_bounded_number_of_changes() -> None:
    before = page(*(f"{n} alpha {n * n} beta {n * 31}" for n in range(20_000)))
    after = page(*(f"gamma {n * 7} delta {n * n * 3}" for n in range(20_000)))
    assert len(compare(before, after)) < 2_000


def test_a_list_that_shows_so_many_rows_loses_its_last_without_news() -> None:
    rows = [f"Press release {n}: the council did thing {n * 3}" for n in range(20)]
    before, after = page(*rows, kind="list"), page("Press release new: ICE agreement signed", *rows[:-1], kind="list")
    assert told(compare(before, after)) == [("added", "", "Press release new: ICE agreement signed")]
    assert len(compare(page(*rows), page("Press release new", *rows[:-1]))) == 2
    assert len(compare(before, after, site=replace(SITE, kind="list"))) == 1
    shortened = page(*rows[:7], *rows[8:], kind="list")
    assert [change.kind for change in compare(before, shortened)] == ["removed"]
