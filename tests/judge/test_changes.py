"""The change is judged, not the page."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.judge import builtin, context_of
from watcher.judge.edits import hunks
from watcher.judge.folding import fold
from watcher.model import Change, Matter

DETAINER = "(b) The department shall not honor a civil immigration detainer for more than 24 hours, unless a judge has signed a warrant. "
STATUS = "Int 12-2025 | A Local Law in relation to contracting with entities engaged in immigration enforcement | Status: {} | Version: *"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (DETAINER, DETAINER.replace("department", "departmant")),
        (DETAINER, DETAINER.replace("hours, unless", "hours; unless")),
        (DETAINER, DETAINER.replace("(b)", "(c)")),
        (DETAINER, DETAINER.replace(" ", "\n")),
        (DETAINER, DETAINER.replace("civil immigration", "Civil Immigration")),
        (DETAINER + "Views: 1,204", DETAINER + "Views: 1,377"),
        (DETAINER + "(Ord. No. 12-5, 1, 2012)", DETAINER + "(Ord. No. 12-5, § 1, 3-5-2012; Ord. No. 15-2, 2015)"),
        (DETAINER + "(Ord. 1820 § 1, 2017)", DETAINER + "(Ord. 1820 § 1, 2017; Ord. 1911 § 2, 2025)"),
        (DETAINER + "[2017 c. 440 § 2]", DETAINER + "[2019 c. 12 § 4; 2017 c. 440 § 2]"),
        (DETAINER + "Sponsors: A. Diaz, B. Lee", DETAINER + "Sponsors: A. Diaz, B. Lee, C. Okafor"),
        (
            DETAINER + "For temporary addition of this section, see section 2.",
            DETAINER + "For temporary (90 days) addition of this section, see section 2.",
        ),
        (DETAINER, DETAINER),
    ],
)
def test_a_cosmetic_edit_in_a_detainer_section_is_unrelated(before: str, after: str) -> None:
    verdict = builtin().judge_pair(before, after)
    assert verdict.label == "unrelated", verdict
    assert verdict.reasons


@pytest.mark.parametrize(
    ("before", "after", "stance"),
    [
        ("shall not honor", "shall honor", "expands"),
        ("24 hours", "48 hours", "expands"),
        ("48 hours", "24 hours", "limits"),
        (", unless a judge has signed a warrant", "", "limits"),
        ("shall not honor", "may honor", "expands"),
    ],
)
def test_a_small_word_of_force_is_relevant_and_has_a_direction(before: str, after: str, stance: str) -> None:
    text = DETAINER.replace("24 hours", "48 hours") if before == "48 hours" else DETAINER
    verdict = builtin().judge_pair(text, text.replace(before, after))
    assert (verdict.label, verdict.stance) == ("relevant", stance), verdict


@pytest.mark.parametrize(
    ("status", "then", "stage"),
    [
        ("Introduced", "Laid Over in Committee", "referred"),
        ("Reported from Committee", "Vetoed", "vetoed"),
        ("Committee", "Adopted", "adopted"),
        ("Laid Over in Committee", "Filed (End of Session)", "tabled_withdrawn"),
    ],
)
def test_a_step_of_an_on_topic_matter_is_relevant(status: str, then: str, stage: str) -> None:
    verdict = builtin().judge_pair(STATUS.format(status), STATUS.format(then))
    assert (verdict.label, verdict.stage) == ("relevant", stage), verdict


@pytest.mark.parametrize(
    ("before", "after", "stance"),
    [
        ("Interviews of persons held are permitted during business hours.", "Interviews of persons held are permitted only upon presentation of a judicial warrant.", "limits"),
        ("The agreement with ICE for housing of detainees is renewed.", "The agreement with ICE for housing of detainees is terminated effective June 30.", "limits"),
        ("ICE may search the county database only with a court order.", "ICE may search the county database.", "expands"),
    ],
)  # fmt: skip
def test_a_word_of_force_weighs_more_than_the_papers_or_steps_it_stands_among(
    before: str, after: str, stance: str
) -> None:
    verdict = builtin().judge_pair(before, after, ("Cooperation with federal immigration authorities",))
    assert (verdict.label, verdict.stance) == ("relevant", stance), verdict


LIMIT = "An ordinance prohibiting the sheriff from honoring immigration detainers"


def test_an_adoption_has_the_direction_of_what_was_adopted_and_says_so() -> None:
    for context, line in (((LIMIT,), "Status: {}"), ((), LIMIT + " | Status: {}")):
        there = builtin().judge_pair(line.format("Introduced"), line.format("Adopted"), context)
        back = builtin().judge_pair(line.format("Adopted"), line.format("Introduced"), context)
        assert (there.stance, there.stage, back.stance) == ("limits", "adopted", "expands")
        assert any("direction is that of the matter" in reason for reason in there.reasons)
    assert builtin().judge_pair("Status: Introduced", "Status: Vetoed", (LIMIT,)).stance == "unclear"
    new = builtin().judge_pair("", "March 3, 2026, Common Council, Adopted", (LIMIT,))
    assert (new.stance, new.stage) == ("limits", "adopted")


def test_a_new_version_letter_is_an_amendment() -> None:
    verdict = builtin().judge_pair(STATUS.format("Committee"), STATUS.format("Committee").replace("*", "A"))
    assert (verdict.label, verdict.stage) == ("relevant", "amended")


MATTER = ("Int 12-2025", "Prohibiting an office on jail property by federal immigration authorities")


@pytest.mark.parametrize(
    ("paper", "label"),
    [
        ("Hearing Transcript 12/18/25", "unsure"),
        ("December 18, 2025 - Stated Meeting Agenda", "unsure"),
        ("Fiscal Impact Statement - Finance Division", "unsure"),
        ("Proposed Int. No. 12-A", "relevant"),
        ("Mayor's Veto Message", "relevant"),
        ("Laid Over by Committee", "relevant"),
    ],
)
def test_a_new_paper_of_an_on_topic_matter_weighs_what_it_is(paper: str, label: str) -> None:
    assert builtin().judge_pair("", paper, MATTER).label == label


@pytest.mark.parametrize(
    "line",
    [
        "Attachment: Fiscal Impact Statement - OMB",
        "Attachment: Hearing Testimony 4/10/25",
        "May 10, 2025, Committee on Public Safety, Amended by Committee",
    ],
)
def test_a_line_without_a_word_on_the_subject_points_nowhere(line: str) -> None:
    title = "A Local Law in relation to the honoring of civil immigration detainers by the police department"
    verdict = builtin().judge_pair("", line, (title,))
    assert verdict.label != "unrelated"
    assert verdict.stance == "unclear"


def test_a_step_of_another_matter_is_unrelated() -> None:
    other = "Int 13-2025 | A Local Law in relation to ice cream trucks | Status: {} | Version: *"
    assert builtin().judge_pair(other.format("Introduced"), other.format("Vetoed")).label == "unrelated"


AGENDA = "C.1 Approval of minutes. C.2 Agreement with ICE for housing of federal detainees. C.3 Street resurfacing."


def test_a_new_item_beside_an_unchanged_on_topic_item_is_unrelated() -> None:
    assert (
        builtin().judge_pair(AGENDA, AGENDA + " C.4 Award of contract to Acme Paving for sidewalks.").label
        == "unrelated"
    )


def test_a_new_on_topic_item_in_an_ordinary_agenda_is_relevant() -> None:
    plain = "C.1 Approval of minutes. C.3 Street resurfacing."
    verdict = builtin().judge_pair(plain, AGENDA)
    assert verdict.label == "relevant"
    assert {evidence.side for evidence in verdict.evidence} == {"after"}


def test_a_definition_inherits_from_its_chapter() -> None:
    before = '"Covered crime" means a felony for which the person was convicted within five years.'
    after = '"Covered crime" means a felony or misdemeanor, except petty offenses.'
    assert builtin().judge_pair(before, after).label == "unrelated"
    verdict = builtin().judge_pair(
        before, after, ("Chapter 9", "Persons not to be detained on a civil immigration detainer")
    )
    assert verdict.label == "relevant"
    assert {evidence.side for evidence in verdict.evidence} == {"context"}


def test_a_moved_hearing_date_is_worth_a_look_and_no_more() -> None:
    item = "H.3 Restricting ICE from using City owned land. Meeting Date: {} 2026"
    assert builtin().judge_pair(item.format("January 26,"), item.format("February 9,")).label == "unsure"


def test_what_is_taken_out_points_the_other_way() -> None:
    rule = "No agency shall honor an immigration detainer."
    assert builtin().judge_pair("", rule).stance == "limits"
    assert builtin().judge_pair(rule, "").stance == "expands"
    assert builtin().judge_pair(rule, "[Repealed.]").stance == "expands"


def test_bracketed_matter_is_struck_matter() -> None:
    text = "The department shall not honor an immigration detainer [unless the mayor may by order authorize the department to comply with it]."
    assert builtin().judge_text(text).stance == "limits"


PHRASES = st.sampled_from(
    [
        "The department shall not honor an immigration detainer.", "The sheriff shall comply with ICE detainers.",
        "The city may enter into an agreement with ICE.", "No funds shall be used for immigration enforcement.",
        "Nothing herein shall prohibit cooperation required by federal law.", "This section is repealed.",
        "Hold for 24 hours.", "Hold for 48 hours.", "Street resurfacing.", "except as provided in section 2", "unless a judge signs",
        "Status: Vetoed", "Status: Approved", "(c) snow and ice", "January 5, 2026",
    ]
)  # fmt: skip
PASSAGES = st.lists(PHRASES, max_size=6).map(" ".join)
SWAPPED = {"limits": "expands", "expands": "limits"}


@settings(deadline=None, max_examples=300)
@given(PASSAGES, PASSAGES, st.sampled_from([(), ("Civil immigration detainers",)]))
def test_swapping_before_and_after_swaps_limits_and_expands(before: str, after: str, context: tuple[str, ...]) -> None:
    there = builtin().judge_pair(before, after, context)
    back = builtin().judge_pair(after, before, context)
    assert back.stance == SWAPPED.get(there.stance, there.stance)
    assert back.label == there.label
    assert back.score == there.score


@settings(deadline=None)
@given(PASSAGES, PASSAGES)
def test_hunks_are_mirrored_when_the_sides_are(before: str, after: str) -> None:
    there, back = hunks(fold(before), fold(after)), hunks(fold(after), fold(before))
    assert tuple(hunk.mirrored() for hunk in back) == there


@settings(deadline=None)
@given(PASSAGES)
def test_cues_that_stand_unchanged_never_make_a_change(text: str) -> None:
    assert builtin().judge_pair(text, text).label == "unrelated" or not text
    noise = builtin().judge_pair(f"{text} Views: 12", f"{text} Views: 13")
    assert noise.label == "unrelated"


@settings(deadline=None)
@given(PASSAGES, PASSAGES)
def test_evidence_quotes_its_side_exactly(before: str, after: str) -> None:
    context = ("Título “uno”", "Immigration detainers")
    sides = {"before": before, "after": after, "context": "\n".join(context)}
    for evidence in builtin().judge_pair(before, after, context).evidence:
        assert sides[evidence.side][evidence.start : evidence.end] == evidence.text


def test_a_change_is_judged_with_its_headings_and_its_matter() -> None:
    change = Change(
        id="c", site="s", url="https://example.org", kind="reworded", key="k", heading=("Article 14",),
        before="Persons held for 24 hours shall be released.", after="Persons held for 48 hours shall be released.",
        redline=(), seen_at=datetime(2026, 1, 1, tzinfo=UTC),
        matter=Matter(id="1", file="25-1", title="Honoring of immigration detainers"), context=("Article 14",),
    )  # fmt: skip
    assert context_of(change) == ("Article 14", "Honoring of immigration detainers")
    verdict = builtin().judge(change)
    assert (verdict.label, verdict.stance, verdict.topics) == ("relevant", "expands", ("detainer",))


def test_steps_of_a_matter_are_no_history_notes_and_papers_are_no_steps() -> None:
    title = ("An ordinance on civil immigration detainers and cooperation with federal immigration authorities",)
    steps = builtin().judge_pair(
        "Status: In Committee",
        "Status: Held Over\nMarch 3, 2026, Public Safety Committee, Hearing Held\nMarch 3, 2026, Public Safety Committee, Amended by Committee",
        title,
    )
    assert steps.label == "relevant"
    for before, after in (
        ("", "Attachment: Fiscal Note - Clerk\nAttachment: Fiscal Note - Budget Office, revised after the committee"),
        ("Attachment: Staff Report 3/3/26", "Attachment: Staff Report 3/3/26 (put in place of an earlier document)"),
    ):
        assert builtin().judge_pair(before, after, title).label == "unsure"


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("Section 7-12 is amended by striking “shall not” and inserting “may”.", "expands"),
        (
            "Section 7-12 is amended by deleting the word 'may' and substituting 'shall not' before honor detainers.",
            "limits",
        ),
        ("Amend by removing the phrase “shall not hold a person on an ICE detainer”.", "expands"),
        ("An ordinance to require deputies to honor ICE detainers", "expands"),
        ("An ordinance directing deputies not to honor ICE detainers", "limits"),
    ],
)
def test_an_amending_act_that_says_its_edit_in_words_is_resolved_first(text: str, stance: str) -> None:
    assert builtin().judge_text(text, ("Civil immigration detainers",)).stance == stance


CLAUSES = st.sampled_from(
    [
        "No officer shall honor an ICE detainer.",
        "The sheriff shall hold a person named in an immigration detainer for 48 hours.",
        "City funds shall not be used to enforce immigration law.",
        "The clerk shall keep the minutes.",
        "Deputies may assist ICE at the county jail.",
        "No county may adopt a policy that limits cooperation with ICE.",
        "Snow and ice shall be removed within 24 hours.",
        "The employee shall not ask about immigration status — “never”.",
        "Los agentes no podrán preguntar sobre el estatus migratorio.",
        "Sidewalk repair, U nited States grant, $40,000.",
    ]
)
TEXTS = st.lists(CLAUSES, max_size=4).map(" ".join)
CONTEXTS = st.lists(
    st.sampled_from(["Article 4. ICE detainers", "CONSENT CALENDAR", "Detención — ICE.pdf"]), max_size=2
)
OTHER = {"limits": "expands", "expands": "limits"}


@settings(max_examples=25, deadline=None)
@given(TEXTS, TEXTS, CONTEXTS)
def test_evidence_is_a_quotation_of_the_side_it_names(before: str, after: str, context: list[str]) -> None:
    sides = {"before": before, "after": after, "context": "\n".join(context)}
    for found in builtin().judge_pair(before, after, context).evidence:
        assert sides[found.side][found.start : found.end] == found.text != ""


@settings(max_examples=25, deadline=None)
@given(TEXTS, TEXTS, CONTEXTS)
def test_swapping_the_sides_swaps_the_direction_and_nothing_else(before: str, after: str, context: list[str]) -> None:
    there, back = builtin().judge_pair(before, after, context), builtin().judge_pair(after, before, context)
    assert (there.label, there.score) == (back.label, back.score)
    assert back.stance == OTHER.get(there.stance, there.stance)


@settings(max_examples=20, deadline=None)
@given(
    TEXTS,
    st.sampled_from(
        [
            ("The clerk", "(b) The clerk"),
            (". ", ".\n"),
            ("(Ord. 12, 2019)", "(Ord. 12, 2019; Ord. 14, 2021)"),
            ("minutes", "minuts"),
        ]
    ),
)
def test_form_alone_makes_no_unchanged_cue_news(text: str, form: tuple[str, str]) -> None:
    before = f"{text} The clerk kept the minutes. (Ord. 12, 2019)"
    assert builtin().judge_pair(before, before.replace(*form)).label == "unrelated"


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_neither_order_nor_company_changes_a_verdict(pairs: list[tuple[str, str]], chance: Random) -> None:
    alone = {pair: builtin().judge_pair(*pair) for pair in pairs}
    shuffled = [*pairs, ("", "Award of the ice rink contract."), *pairs]
    chance.shuffle(shuffled)
    assert all(
        builtin().judge_pair(*pair) == verdict for pair, verdict in ((p, alone.get(p)) for p in shuffled) if verdict
    )
