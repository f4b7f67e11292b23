"""What is and what is not local cooperation with ICE. Short public-record wordings and our own."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.judge import builtin

RELEVANT = [
    ("The sheriff shall honor every immigration detainer.", "detainer"),
    ("Approve a 287(g) Memorandum of Agreement with U.S. Immigration and Customs Enforcement.", "287g"),
    ("No employee shall inquire into the immigration status of a person who seeks police assistance.", "non_inquiry"),
    (
        "Intergovernmental Service Agreement (IGSA) with ICE for housing detainees at the county jail.",
        "detention_facility",
    ),
    ("RESOLUTION TO BAN ICE FROM GOVERNMENT PROPERTY", "property_staging"),
    (
        "Prohibiting the use of City parking lots as staging areas for civil immigration enforcement.",
        "property_staging",
    ),
    ("TRUTH Act Community Forum regarding the Sheriff", "reporting"),
    ("Exchange of citizenship status information under 8 U.S.C. § 1373", "info_sharing"),
    (
        "School staff shall not admit immigration officers to non-public areas without a judicial warrant.",
        "sensitive_locations",
    ),
    ("License plate reader data shall not be shared with federal agencies for immigration purposes.", "data_alpr"),
    ("Accept the FY 2024 Operation Stonegarden grant.", "joint_ops"),
    ("Prohibiting the city from contracting with entities engaged in immigration enforcement", "vendor"),
    ("Appropriating money for an Immigration Legal Defense Fund", "legal_defense"),
    ("Los empleados no podrán preguntar sobre el estatus migratorio de ninguna persona.", "non_inquiry"),
    ("No se cumplirán órdenes de retención migratoria sin una orden judicial.", "detainer"),
    (
        "The jailer shall verify whether a foreign national was lawfully admitted and notify Homeland Security.",
        "status_check",
    ),
    ("Housing of juvenile inmates for the U.S. Marshal's Service at $200 per diem", "detention_facility"),
    ("Moratorium on facilities for the detention of people held by federal law enforcement", "detention_facility"),
    ("All officers, including federal agents, shall visibly display identification.", "agent_id"),
    ("Motor vehicle records shall not be given to immigration enforcement without a court order.", "data_alpr"),
    ("Ten detectives will be deputized to make immigration arrests.", "287g"),
    ("Solicitudes de notificación del ICE sobre la fecha de salida de un detenido", "release_notification"),
    ("Deputies may not tell ICE the release date of a person in custody.", "release_notification"),
]
UNRELATED = [
    "Award of contract for ice rink chiller renovations.",
    "SNOW AND ICE REMOVAL SERVICES CONTRACT WITH THE POLICE DEPARTMENT PROPERTY DIVISION",
    "The ICE BofAML 1-3 Year Treasury Index is the benchmark; securities are held in custody by a third party.",
    "The Independent Cost Estimate (ICE) for the jail roof was prepared by the federal agent.",
    "Internal combustion engine (ICE) vehicles of the sheriff's fleet shall be replaced.",
    "DO NOT ICE THE WALKWAY OF THE DETENTION CENTER. OFF ICE OF THE SHERIFF. VO ICE VOTE",
    "The landlord may bring an action in unlawful detainer.",
    "The stormwater detention facility shall hold runoff for 48 hours.",
    "Proclaiming June as Immigrant Heritage Month.",
    "Each applicant shall be a citizen or an alien lawfully admitted, with an alien number issued by the Department of Homeland Security.",
    "The contractor shall register with E-Verify.",
    "The entire city is designated as a bird sanctuary.",
    "Personal deportment of police officers.",
    "Resolution calling for Temporary Protected Status for nationals of Haiti.",
    "Memorandum of Understanding for the regional fugitive task force with the U.S. Marshals Service.",
    "Authorize a lease with Customs and Border Protection at the airport.",
    "The permittee shall hold harmless and indemnify the city.",
    "Servicio de traducción disponible en la oficina de la policía; aviso público.",
    "Sec. 74-287(g). CODE COMPARATIVE TABLE",
    "Purchase of twelve Flock license plate readers.",
    "Fire Marshal service fees and inspection of detention doors.",
    "Purchase of two ICE voting machines, contract with the vendor, federal election grant.",
    "Secure communities initiative: neighborhood watch and street lights.",
    "Library policy: patron records are disclosed only upon a judicial warrant or court order.",
    "CRYSTAL SPRINGS ICE Paid Chk# 082873 SHERIFF'S PETTY CASH",
    "",
    "   ",
]


@pytest.mark.parametrize(("text", "topic"), RELEVANT)
def test_a_text_on_the_subject_is_relevant_with_its_topic(text: str, topic: str) -> None:
    verdict = builtin().judge_text(text)
    assert verdict.label == "relevant", verdict
    assert topic in verdict.topics
    assert verdict.evidence
    assert verdict.reasons
    assert verdict.judge == builtin().name


@pytest.mark.parametrize("text", UNRELATED)
def test_a_neighbouring_text_is_unrelated(text: str) -> None:
    verdict = builtin().judge_text(text)
    assert verdict.label == "unrelated", verdict
    assert verdict.topics == ()
    assert verdict.reasons


def test_the_bare_letters_in_a_title_are_worth_a_look() -> None:
    assert builtin().judge_text("Discussion on ICE in Westchester County").label == "unsure"


def test_an_item_inherits_from_its_attachments_and_a_line_of_procedure_does_not() -> None:
    context = ("CONSENT CALENDAR", "ICE detention agreement with the County Jail.pdf")
    alone = builtin().judge_text("25G - Agreement - Inmate Housing")
    judged = builtin().judge_text("25G - Agreement for inmate housing, five years, not to exceed $105 per day", context)
    assert (alone.label, judged.label) == ("unrelated", "relevant")
    assert {evidence.side for evidence in judged.evidence} == {"context"}
    joined = "\n".join(context)
    assert all(joined[evidence.start : evidence.end] == evidence.text for evidence in judged.evidence)
    assert builtin().judge_text("Roll Call", context).label != "relevant"
    assert builtin().judge_text("Hearing Transcript - Stated Meeting 10-9-25.pdf", context).label == "unsure"


@pytest.mark.parametrize(
    "text",
    [
        "Street sweeping contract award",
        "Award the annual street sweeping contract to Acme Services for $120,000",
        "Rezoning of twelve acres on Oak Road from agricultural to residential",
        "Proclamation recognizing National Library Week in the City of Springfield",
    ],
)
def test_an_item_with_a_subject_of_its_own_inherits_nothing_from_the_item_above_it(text: str) -> None:
    assert builtin().judge_text(text, ("CONSENT CALENDAR", "Resolution on ICE detainers")).label == "unrelated"
    with_paper = builtin().judge_text(text, ("ICE detention agreement.pdf",))
    assert with_paper.label == "unsure", "its own paper is worth a look, whatever the item is called"


@pytest.mark.parametrize(
    "text",
    [
        "The sheriff may not comply with such a request.",
        "(c) The prohibition in this section shall apply to contractors and volunteers as well.",
        "Motion by Supervisor Okafor, seconded by Lind, carried 4-1",
        "Referred to the Committee on Parks, Streets and Public Property",
    ],
)
def test_what_speaks_of_the_law_or_the_matter_above_it_inherits(text: str) -> None:
    assert builtin().judge_text(text, ("Detainers issued by Immigration and Customs Enforcement",)).label == "relevant"


def test_a_change_in_the_next_item_of_a_list_is_not_the_neighbours_news() -> None:
    text = "ICE detainer policy, report. Sidewalk repair on Elm Street, {}."
    assert builtin().judge_pair(text.format("$40,000"), text.format("$45,000")).label == "unrelated"


def test_a_repeal_that_only_cites_sections_inherits_from_them() -> None:
    verdict = builtin().judge_text(
        "Sections 4-1 and 4-2 of this chapter are repealed.", ("Chapter 4. Civil immigration detainers",)
    )
    assert (verdict.label, verdict.stage) == ("relevant", "repealed")


@settings(max_examples=30, deadline=None)
@given(st.permutations([text for text, _ in RELEVANT] + UNRELATED))
def test_order_and_repetition_change_no_verdict(texts: list[str]) -> None:
    judge = builtin()
    assert [judge.judge_text(text) for text in texts] == [FRESH[text] for text in texts]


FRESH = {text: builtin().judge_text(text) for text in [text for text, _ in RELEVANT] + UNRELATED}


def test_the_score_is_a_probability_that_agrees_with_the_label() -> None:
    for verdict in FRESH.values():
        assert 0 <= verdict.score <= 1
        assert (verdict.label == "relevant") == (verdict.score >= 0.6)


def test_a_cue_deep_in_a_long_text_is_found_where_it_stands() -> None:
    filler = "The applicant shall submit a site plan for the stormwater detention basin. " * 5000
    text = filler + "No officer shall honor an ICE detainer." + filler
    verdict = builtin().judge_text(text)
    assert verdict.label == "relevant"
    assert any(text[e.start : e.end] == e.text == "ICE detainer" for e in verdict.evidence)


def test_hostile_repetition_takes_no_exponential_time() -> None:
    import time

    started = time.process_time()
    for text in (
        "immigration " * 20_000,
        "ICE " * 20_000,
        "shall not " * 20_000,
        "(" * 50_000,
        "detainer hold federal immigration office " * 3_000,
    ):
        builtin().judge_text(text)
        builtin().judge_pair(text, text + " shall not apply")
    assert time.process_time() - started < 60


TITLE = "Ordinance amending Section 9.20.030 to permit officers to honor civil immigration detainers"


def test_a_line_that_only_its_context_makes_news_is_about_what_stands_around_it() -> None:
    verdict = builtin().judge_text("Action: adopted on second reading (Pass)", [TITLE])
    assert (verdict.label, verdict.topics, verdict.stage) == ("relevant", ("detainer",), "adopted")
    assert verdict.stance == "expands"
    step = builtin().judge_pair("Status: Agenda Ready", "Status: Adopted", [TITLE])
    assert (step.topics, step.stage) == (("detainer",), "adopted")


def test_a_direction_guessed_from_words_never_contradicts_the_clauses_it_stands_under() -> None:
    recital = "WHEREAS, U.S. Immigration and Customs Enforcement asks the City to honor civil immigration detainers"
    title = "Resolution approving an agreement under which the City Jail will hold persons on immigration detainers"
    assert builtin().judge_text(recital, [title]).stance != "limits"


def test_a_staff_report_is_no_reporting() -> None:
    cues = {found.cue for found in builtin().judge_text("Staff report: detainer agreement with ICE").evidence}
    assert "any-reporting" not in cues
