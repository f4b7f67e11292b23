"""The redline of one text, by words."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.diff import redline, redlining
from watcher.model import Redline

WORDS = st.lists(
    st.sampled_from(
        ["sheriff", "shall", "not", "may", "detain", "287", "(", "g", ")", " ", "\n\n", "\t", ", ", "漢字", "don't"]
    )
)
TEXTS = st.one_of(st.text(), WORDS.map("".join))


def sides(parts: Redline) -> tuple[str, str]:
    return (
        "".join(text for mark, text in parts if mark != "+"),
        "".join(text for mark, text in parts if mark != "-"),
    )


@given(TEXTS, TEXTS)
def test_what_was_kept_and_struck_is_before_and_what_was_kept_and_put_in_is_after(before: str, after: str) -> None:
    assert sides(redline(before, after)) == (before, after)


@given(TEXTS, TEXTS)
def test_the_same_texts_give_the_same_redline(before: str, after: str) -> None:
    assert redline(before, after) == redline(before, after)


@given(TEXTS)
def test_equal_texts_have_nothing_struck_and_nothing_put_in(text: str) -> None:
    assert redline(text, text) == ((("=", text),) if text else ())


@given(TEXTS, TEXTS)
def test_no_part_is_empty_and_neighbours_have_different_marks(before: str, after: str) -> None:
    parts = redline(before, after)
    assert all(text for _, text in parts)
    assert all(one[0] != two[0] for one, two in pairwise(parts))


def test_whole_words_are_struck_never_letters_of_them() -> None:
    parts = redline("The sheriff shall not detain any person.", "The sheriff may detain any person.")
    assert parts == (("=", "The sheriff "), ("-", "shall not"), ("+", "may"), ("=", " detain any person."))


def test_a_number_with_its_marks_is_one_word() -> None:
    assert redline("not more than $1,000.00 a day", "not more than $1,500.00 a day") == (
        ("=", "not more than $"),
        ("-", "1,000.00"),
        ("+", "1,500.00"),
        ("=", " a day"),
    )


def test_white_space_is_kept_as_it_stands() -> None:
    assert sides(redline("a\n\n  b\tc", "a\n  b\t\td")) == ("a\n\n  b\tc", "a\n  b\t\td")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x" * 300_000, "y" * 300_000),
        ("ab " * 50_000, "ba " * 50_000),
        (";." * 50_000, ".;;" * 40_000),
        (" ".join(f"w{i}" for i in range(50_000)), " ".join(f"v{i}" for i in range(50_000))),  # letters run out
    ],
    ids=["one word", "periodic", "punctuation", "more words than letters"],
)
def test_hostile_texts_get_a_plain_and_lawful_redline(before: str, after: str) -> None:
    parts = redline(before, after)
    assert sides(parts) == (before, after)
    assert len(parts) <= redlining.MOST_PARTS


def test_a_plain_replacement_splits_no_word() -> None:
    before = "common start " + " ".join(f"w{i}x" for i in range(50_000)) + " common end"
    after = "common start " + " ".join(f"w{i}y" for i in range(50_000)) + " common end"
    (_, head), (_, struck), (_, put_in), (_, tail) = redline(before, after)
    assert (head, tail) == ("common start ", " common end")
    assert struck.startswith("w0x ")
    assert put_in.endswith(" w49999y")
