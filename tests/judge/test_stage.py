"""Stages are read from the field's own words and never guessed."""

from __future__ import annotations

import pytest

from watcher.judge.stage import stage, stage_under

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
    ("action: adopted on second reading (pass)", "adopted"),
    ('section 9.20.030 is amended by striking "shall not" and inserting "may".', "unknown"),
    ("chapter 4 is hereby amended to read as follows", "unknown"),
    ("the ordinance was amended in committee", "amended"),
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
    ("passed first reading 6-1, second reading set for may 5", "first_reading"),
    ("ordinance read for the first time by title only", "first_reading"),
    ("primera lectura de la ordenanza", "first_reading"),
    ("segunda lectura: ordenanza", "second_reading"),
    ("motion to refer the resolution to the judiciary committee carried", "referred"),
    ("assigned to committee on public safety", "referred"),
    ("proposed int. no. 912-b", "amended"),
    ("committee reported the bill with amendments", "amended"),
    ("ordinance 25-9 adopted", "adopted"),
    ("march 3, 2026, common council, adopted", "adopted"),
    ("june 14, 2025, administration, city charter rule adopted", "adopted"),
    ("voted 4-1 to end the agreement", "adopted"),
    ("became effective without the mayor's signature", "adopted"),
    ("la resolucion fue adoptada por unanimidad", "adopted"),
    ("returned unsigned by the mayor with her objections", "vetoed"),
    ("vetado por el alcalde", "vetoed"),
    ("item pulled from the agenda", "tabled_withdrawn"),
    ("the resolution was defeated 2-5", "tabled_withdrawn"),
    ("an ordinance repealing chapter 2.60", "repealed"),
    ("se deroga el capitulo 5", "repealed"),
    ("quarterly report from the sheriff", "report"),
    ("federal aliens referred to it by ICE shall be housed", "unknown"),
    ("no person shall be held after bail is approved", "unknown"),
    ("applications filed with the clerk shall be kept", "unknown"),
    ("the clerk shall submit a report each quarter", "unknown"),
    ("the parking lot is full", "unknown"),
    ("", "unknown"),
]


@pytest.mark.parametrize(("text", "code"), STAGES)
def test_a_stage_is_what_the_text_states(text: str, code: str) -> None:
    assert stage(text) == code


def test_filed_is_introduced_in_most_places_and_dead_in_new_york_city() -> None:
    assert stage("filed") == "introduced"
    assert stage("filed", "a local law to amend the administrative code of the city of new york") == "tabled_withdrawn"


@pytest.mark.parametrize(
    ("headings", "code"),
    [
        ("City Council, June 8\nCONSENT AGENDA", "consent"),
        ("VII. Public Hearings:", "hearing"),
        ("CONSENT CALENDAR\nB. Ordinances for Second Reading", "second_reading"),
        ("Ordinances on first reading", "first_reading"),
        ("Consent decree monitor's report on the jail", "unknown"),
        ("Public hearing room rental", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_part_of_the_agenda_is_the_stage_of_what_stands_under_it(headings: str, code: str) -> None:
    assert stage_under(headings) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("referred to public safety: withdrawal of the police from the hsi task force", "referred"),
        ("mayor signed an executive order on detainers", "adopted"),
        ("voted: so passed", "adopted"),
        ("by a vote of 5-2 the board ended the contract with ICE", "adopted"),
        ("discussion and direction regarding options for restricting ICE", "introduced"),
        ("annual submission of data on ICE access (information only). receive public comment", "report"),
        ("this bill would require the department to report annually: annual report on detainers", "unknown"),
        ("terminated the 287(g) agreement", "repealed"),
        ("urging repeal of senate bill 1070 as amended by house bill 2162", "unknown"),
        ("consent: authorize the chief to sign the certifications", "consent"),
    ],
)
def test_minutes_and_indexes_say_it_in_their_own_order(text: str, code: str) -> None:
    assert stage(text) == code
