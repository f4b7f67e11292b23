"""The seams of a line that lost its breaks are the same whether each space is tried or only those before a mark."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from watcher.reading.agenda_words import SEAM, seams, tells_what_was_done

PARTS = st.sampled_from(
    [" ", "  ", "\n", "1.", "12)", "(a)", "A.", "word", "No.", "item ", "section ", "iv.", "abcd.", "abcde.", "é.", ")"]
)


@given(st.lists(PARTS, max_size=16).map("".join))
def test_every_seam_is_found_and_no_other(text: str) -> None:
    assert [seam.span() for seam in seams(text)] == [seam.span() for seam in SEAM.finditer(text)]


def test_what_was_done_is_known_in_any_case() -> None:
    assert tells_what_was_done("Councilor Ames MOVED TO approve the minutes")
    assert tells_what_was_done("The meeting was called to order at 7 PM")
    assert not tells_what_was_done("Motion to approve the minutes")
