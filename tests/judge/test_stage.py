"""Stages are read from the field's own words and never guessed."""

from __future__ import annotations

import pytest

from watcher.judge.stage import stage

STAGES = [
    ("status: introduced", "introduced"),
    ("first reading of ordinance no. 12", "first_reading"),
    ("11a - 2nd read ord. - sanctuary city", "second_reading"),
    ("unfinished business-final passage", "second_reading"),
    ("laid over in committee", "referred"),
    ("noticed public hearing: truth act community forum", "hearing"),
    ("consent calendar", "consent"),
    ("committee substitute", "amended"),
    ("status: passed", "adopted"),
    ("approved by council", "adopted"),
    ("vetoed by mayor", "vetoed"),
    ("status: failed to pass", "tabled_withdrawn"),
    ("this item has been withdrawn from consideration", "tabled_withdrawn"),
    ("[repealed.]", "repealed"),
    ("annual report (information only)", "report"),
    ("veto overridden; became law november 20", "adopted"),
    ("disposition: adopted", "adopted"),
    ("the board of supervisors unanimously approved the contract", "adopted"),
    ("resolution 12 not adopted", "tabled_withdrawn"),
    ("motion failed 2-3", "tabled_withdrawn"),
    ("hearing on an ordinance to prohibit masks", "hearing"),
    ("foro comunitario", "hearing"),
    ("the parking lot is full", "unknown"),
    ("", "unknown"),
]


@pytest.mark.parametrize(("text", "code"), STAGES)
def test_a_stage_is_what_the_text_states(text: str, code: str) -> None:
    assert stage(text) == code


def test_filed_is_introduced_in_most_places_and_dead_in_new_york_city() -> None:
    assert stage("filed") == "introduced"
    assert stage("filed", "a local law to amend the administrative code of the city of new york") == "tabled_withdrawn"
