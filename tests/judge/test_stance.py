"""The direction of a text is read clause by clause: what is turned twice points where it pointed before."""

from __future__ import annotations

import pytest

from watcher.judge.clauses import leaning
from watcher.judge.folding import fold
from watcher.judge.stance import stance_of, stance_of_change


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("No deputy shall notify immigration authorities of a release date.", "limits"),
        ("A county may not prohibit a deputy from notifying immigration authorities.", "expands"),
        ("No village shall adopt or enforce a sanctuary policy.", "expands"),
        ("The village declares itself a sanctuary city.", "limits"),
        ("The village is not a sanctuary city.", "expands"),
        ("Rescinding the sanctuary city ordinance", "expands"),
        ("Repeal of the rule by which the sheriff declines detainers", "expands"),
        ("No sheriff shall refuse access to the jail by federal agents, or refuse to honor a detainer.", "expands"),
        ("The clerk shall not: (1) hold a person for ICE; (2) provide office space to ICE; or (3) share records with ICE.", "limits"),
        ("Condemning raids by ICE, supporting our immigrant families", "limits"),
        ("The chief may cooperate with ICE only upon presentation of a judicial warrant.", "limits"),
        ("Approve the agreement with ICE for housing of detainees.", "expands"),
        ("The agreement with ICE for housing of detainees is terminated.", "limits"),
        ("Moratorium on detention centers will pause approvals", "limits"),
        ("Los agentes de la ciudad no deberán cooperar con ICE.", "limits"),
        ('"Detainer" means a request by ICE that an agency hold a person.', "unclear"),
        ("Presentation on ICE detainers", "unclear"),
        ("No official may forbid an employee from exchanging immigration status information with federal officials.", "expands"),
        ("A county that restricts the enforcement of immigration law is subject to loss of state revenue.", "expands"),
        ("An officer who assists ICE is subject to a civil penalty.", "limits"),
        ("The attorney general may sue a sheriff who refuses to comply with detainers.", "expands"),
        ("Rescinding the safe haven policy of the schools", "expands"),
        ("The mayor vetoed the ordinance limiting compliance with immigration detainers.", "expands"),
        ("The department shall notify ICE not later than 48 hours before release.", "expands"),
        ("Amend by inserting “shall not” in place of “may” before honor a detainer.", "limits"),
        ("The sheriff <s>shall not</s> <u>may</u> honor a detainer.", "expands"),
        ("The sheriff ((may)) <u>shall not</u> honor a detainer ((for forty-eight hours)).", "limits"),
    ],
)  # fmt: skip
def test_a_text_points_where_its_clauses_point(text: str, stance: str) -> None:
    assert stance_of(fold(text).low) == stance


def test_clauses_that_stand_on_both_sides_cancel_exactly() -> None:
    long = "no agent shall honor a detainer. " * 40
    assert stance_of_change(long, long + "the clerk shall post the agenda.") == "unclear"
    assert leaning(long + long) == tuple(2 * part for part in leaning(long))


def test_a_rule_that_only_loses_its_not_expands_and_the_other_way_limits() -> None:
    assert stance_of_change("staff shall not do so", "staff shall do so") == "expands"
    assert stance_of_change("staff may do so", "staff may not do so") == "limits"


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        (
            "No county may adopt a policy that limits, restricts or in any way impedes the enforcement of immigration law.",
            "expands",
        ),
        (
            "No agency; county, city or other subdivision shall have in effect a policy that bans the enforcement of federal immigration law.",
            "expands",
        ),
        (
            "Except as otherwise prohibited by federal law, a local entity may not in any way restrict an officer from sending information to ICE.",
            "expands",
        ),
        ("No restraint shall be placed upon any agency's cooperation with ICE.", "expands"),
        ("A local ordinance that limits cooperation with ICE is void.", "expands"),
        (
            "A jail shall not release the person named in an ICE detainer until forty-eight hours have passed.",
            "expands",
        ),
        ("A city that adopts a sanctuary policy is ineligible for grants until the policy is repealed.", "expands"),
        (
            "Except as required by federal law, no employee shall assist in the enforcement of immigration law.",
            "limits",
        ),
        ("This section does not limit compliance with a criminal warrant; no employee shall assist ICE.", "limits"),
        (
            "Nothing herein prohibits cooperation in criminal cases; provided that no city resources shall be used to assist ICE.",
            "limits",
        ),
        (
            "School officials shall not ask about immigration status and shall report to the board any requests to enforce immigration law.",
            "limits",
        ),
    ],
)
def test_a_rule_about_rules_points_where_it_leads(text: str, stance: str) -> None:
    assert stance_of(fold(text).low) == stance


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        (
            "Resolution rescinding Resolution 2019-44, which barred the police from honoring immigration detainers",
            "expands",
        ),
        ("The Police Department will no longer share license plate reader data with ICE.", "limits"),
        ("Removing the requirement of a judicial warrant before the jail transfers a person to ICE custody", "expands"),
        ("End the policy of requiring a judicial warrant to hold individuals for ICE", "expands"),
        ("Lift the ban on sharing booking information with ICE", "expands"),
        ("The suspension of the 287(g) program is lifted.", "expands"),
        ("The prohibition on sharing release dates with ICE is repealed.", "expands"),
        ("The keeper of the jail shall inform the Department of Homeland Security of the date of release.", "expands"),
        ("An officer who detains a person in reliance on an immigration detainer is not liable.", "expands"),
        ("Ordinance to restore the sheriff's authority to honor ICE holds", "expands"),
        ("Prohibit transfers to ICE without a judicial warrant", "limits"),
    ],
)
def test_what_undoes_a_limit_expands(text: str, direction: str) -> None:
    assert stance_of(fold(text).low) == direction
