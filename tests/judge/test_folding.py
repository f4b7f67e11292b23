"""Folding levels typography and never loses its way back to the text as given."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.judge import builtin
from watcher.judge.folding import fold


@pytest.mark.parametrize(
    ("given_text", "seen"),
    [
        ("“Civil” immigration\u00a0detainers", '"Civil" immigration detainers'),
        ("immi-\ngration law", "immigration law"),
        ("immigra\u00adtion", "immigration"),
        ("I\u200bCE agents", "ICE agents"),
        ("U nited States I mmigration", "United States Immigration"),
        ("órdenes de retención", "ordenes de retencion"),
        ("a  b\r\n\tc", "a b c"),
        ("city—owned", "city-owned"),
        ("plan B immigration", "plan B immigration"),
    ],
)
def test_typography_is_levelled(given_text: str, seen: str) -> None:
    assert fold(given_text).text == seen


@pytest.mark.parametrize(
    "frozen",
    [
        "SNOW AND ICE REMOVAL",
        "ICE RINK",
        "POL ICE",
        "DO NOT ICE",
        "OFF ICE",
        "VO ICE VOTE",
        "ICE BofAML index",
        "BLACK ICE",
        "police",
        "ICE-SKATING",
    ],
)
def test_frozen_water_and_torn_words_are_not_the_agency(frozen: str) -> None:
    assert "ICE" not in fold(frozen).low


@pytest.mark.parametrize(
    "agency", ["ICE agents", "BAN ICE FROM GOVERNMENT PROPERTY", "(ICE)", "ICE-free zones", "ICE's", "ICE."]
)
def test_the_agencys_letters_keep_their_capitals(agency: str) -> None:
    assert "ICE" in fold(agency).low


ALPHABET = st.text(alphabet=st.sampled_from("abIC EU-\n\r\t\u00a0\u200b\u00ad“éñﬁ½İßnited States."), max_size=80)


@settings(deadline=None)
@given(ALPHABET)
def test_every_folded_character_leads_back_into_the_given_text(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.low)
    places = [(folded.start(i), folded.end(i + 1)) for i in range(len(folded.text))]
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert all(earlier[0] <= later[0] and earlier[1] <= later[1] for earlier, later in pairwise(places))
    for i, (start, end) in enumerate(places):
        if folded.text[i].isascii() and folded.text[i].isalpha() and text[start:end].isascii():
            assert folded.text[i] in text[start:end]


@settings(deadline=None)
@given(ALPHABET)
def test_folding_again_changes_no_word(text: str) -> None:
    once = fold(text).text
    assert fold(once).text.split() == once.split() or " " in once


@settings(deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_evidence_quotes_the_text_exactly(left: str, right: str) -> None:
    text = f"{left} No officer shall honor a “civil immi-\ngration detainer” or I\u200bCE warrant. {right}"
    verdict = builtin().judge_text(text)
    assert verdict.label == "relevant"
    for evidence in verdict.evidence:
        assert text[evidence.start : evidence.end] == evidence.text
        assert evidence.text


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("The independent cost estimate (ICE) for the detention center roof. ICE is due in May.", 0),
        ("Replace internal combustion engine (ICE) vehicles of the jail; ICE fleet list.", 0),
        ("The cost estimate by ICE, Immigration and Customs Enforcement, for jail beds.", 1),
        ("The jail shall not hold persons for ICE.", 1),
    ],
)
def test_a_text_that_says_what_else_its_letters_stand_for_is_believed(text: str, agency: int) -> None:
    assert fold(text).low.count("ICE") == agency


@pytest.mark.parametrize(
    "text", ["the sheriff >>shall<< not", "[[may]] shall", ">>A<<", "~~one~~ ++two++", "x >> y << z"]
)
def test_the_marks_of_a_draft_are_left_out_where_phrases_are_looked_for(text: str) -> None:
    bare = fold(text, unmarked=True)
    assert not {"~~", "++", "[[", ">>s", ">>A"} & {bare.text[at : at + width] for at in range(20) for width in (2, 3)}
    assert builtin().judge_text(text).label == "unrelated"


def test_what_else_ice_stands_for_is_told_by_the_words_before_it() -> None:
    assert "ICE" not in fold("Internal Combustion Engine (ICE) fleet. ICE trucks").low
    assert "ICE" in fold("The case of emergency. Later ICE detainers").low
    assert "ICE" in fold("In Case of Emergency (ICE) cards and U.S. Immigration and Customs Enforcement, ICE").low
