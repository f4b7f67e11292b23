"""Counts of votes are read as clerks write them, belong to the matter they are about, and are told wherever it is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.fakes.news import BOSTON, MATTER, MEETING, NOON, SITE, change, verdict
from tests.town import Desk, Town, a_town, of_type
from watcher import diff, votes
from watcher.alerts.wording import what_happened
from watcher.exhibit import facts
from watcher.lines import change_line, flat
from watcher.model import Change, Document, Evidence, Reading, Request, Step

HELD = replace(MEETING, start=datetime(2026, 11, 23, 23, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Motion passed 5-2.", "passed 5–2"),
        ("The motion carried 7–0 on roll call", "passed 7–0"),
        ("Second by Diaz. Motion carried unanimously (9-0).", "passed 9–0"),
        ("approved by a vote of five to two", "passed 5–2"),
        ("The measure failed 3-4-1", "failed 3–4–1"),
        ("taken up on a 5–2 vote", "vote 5–2"),
        ("voted 4 to 1 to terminate the agreement", "vote 4–1"),
        ("The motion carried by the following vote:\nAye: 3 - Ada, Bo and Cy\nNay: 2 - Di and Ed", "passed 3–2"),
        ("Ayes: 5; Nays: 0; Absent: 1", "vote 5–0"),
        ("Motion failed. Ayes - 3, Noes - 4", "failed 3–4"),
        ("Yeas – 11, Nays – 2", "vote 11–2"),
        ("In Favor: 6 Opposed: 1 Abstained: 1", "vote 6–1, 1 abstaining"),
        ("AYES 5 NAYS 2 ABSENT 0", "vote 5–2"),
        ("Roll call vote: Yes 4, No 1", "vote 4–1"),
    ],
)
def test_a_count_is_read_as_it_is_written(text: str, told: str) -> None:
    (found,) = votes.of(change(after=text, meeting=None))
    assert votes.told(found) == told


@pytest.mark.parametrize(
    "text",
    [
        "Ordinance passed 12-6-2024",
        "approved 9-30-24",
        "Resolution No. 5-2 approved 3-4 Main Street",
        "The meeting begins at 5:30; vote by mail",
        "Section 5-2 vote centers",
        "Ordinance No: 5 for: 12 parks",
        "passed unanimously",
        "No: 2 parking spaces",
    ],
)
def test_what_is_no_count_is_none(text: str) -> None:
    assert votes.of(change(after=text, meeting=None)) == ()


def test_names_are_those_printed_behind_the_count_and_only_where_all_are() -> None:
    text = (
        "AYES: Council Members Ortiz, O'Neil and Vice Mayor De La Cruz\nNOES: Council Member Kim\nABSENT: None\n"
        "Speakers: Jane Roe."
    )
    (found,) = votes.of(change(after=text))
    assert found.names == (("aye", ("Ortiz", "O'Neil", "De La Cruz")), ("no", ("Kim",)))
    assert (found.ayes, found.noes, found.absent) == (3, 1, 0)
    (short,) = votes.of(change(after="AYES: 5 - Ortiz and others. NOES: 0"))
    assert (short.ayes, short.names) == (5, ())


def test_of_several_votes_only_that_of_the_business_that_is_news_is_told() -> None:
    first = "4. Agreement with ICE on detainers.\nMotion by Ortiz. Motion passed 5-2."
    text = f"3. Pool fees.\nMotion passed 7-0.\n{first}\n5. Trees.\nMotion passed 6-1."
    at = text.index("ICE")
    seen = (Evidence("after", at, at + 3, "ICE", "cue"),)
    (found,) = votes.of(change(after=text, verdict=verdict(evidence=seen)))
    assert (found.ayes, found.noes) == (5, 2)
    postponed = text.replace("\nMotion by Ortiz. Motion passed 5-2.", "")
    assert votes.of(change(after=postponed, verdict=verdict(evidence=seen))) == ()


def test_the_sentence_names_count_day_and_body() -> None:
    one = change(after="ICE agreement. Motion passed 5-2.", meeting=HELD)
    one = replace(one, votes=votes.of(one))
    assert what_happened(one, "minutes", BOSTON.time_zone).endswith("; passed 5–2 on Mon 23 Nov 2026")
    assert ("Votes", "passed 5–2 on Mon 23 Nov 2026") in facts(one, SITE)
    row = flat(change_line(one), SITE)
    assert row["votes"] == "passed 5-2 on 2026-11-23"


def test_a_vote_that_an_agenda_of_a_coming_meeting_reports_has_no_day_of_ours() -> None:
    (found,) = votes.of(change(after="Committee recommended approval; motion passed 5-2."))
    assert (found.body, found.date) == ("", None)


def matter(*steps: Step) -> Reading:
    return Reading(Document("https://c.example/7", "7", "legislation"), matters=(replace(MATTER, history=steps),))


def compared(before: Reading, after: Reading) -> tuple[Change, ...]:
    return diff.compare(
        before, after, site=SITE, request=Request("https://c.example/7"), now=NOON, last_seen=NOON, snapshots=("a", "b")
    )


def test_a_step_of_a_matters_history_tells_the_vote_with_body_and_day() -> None:
    day = datetime(2026, 11, 20, 5, tzinfo=UTC)
    taken = Step(day, "City Council", "Adopted", "Pass", votes.read("5:2", "Pass"))
    (found,) = compared(matter(), matter(taken))
    (vote,) = found.votes
    assert (vote.ayes, vote.noes, vote.passed, vote.body, vote.date) == (5, 2, True, "City Council", day)
    assert "Adopted (Pass, 5–2)" in found.after
    assert compared(matter(replace(taken, vote=None)), matter(taken)) == ()  # counted later: the same step


PAGE = "<html><body><main><h1>Minutes of November 2</h1><p>3. Pool fees were set.</p><p>{more}</p></main></body></html>"


@pytest.fixture
def town() -> Iterator[Town]:
    yield from a_town()


def test_minutes_watched_over_http_tell_the_vote_in_alert_and_export(town: Town, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.sites(f"""
version: 1
defaults: {{min_delay: 0s, channels: [log]}}
channels: {{log: {{kind: console}}}}
sites:
  - id: minutes
    jurisdiction: {{name: Elm Falls, state: OH, kind: city, time_zone: America/New_York}}
    body: City Council
    platform: page
    kind: minutes
    url: {town.base}/minutes
""")
    town.put("/minutes", PAGE.format(more="4. Trees."))
    desk.lines("check")
    more = (
        "4. Trees.</p><p>5. Resolution 26-118 ending the 287(g) agreement with U.S. Immigration and Customs Enforcement"
        " was adopted.</p><p>AYES: Ortiz, Lee, Kim. NOES: Cole. ABSENT: None."
    )
    town.put("/minutes", PAGE.format(more=more))
    lines = desk.lines("check", "--no-deliver")
    (alert,) = of_type(lines, "alert")
    assert "passed 3–1" in alert["headline"]
    (told,) = (change["votes"] for change in of_type(lines, "change") if change["votes"])
    assert (told[0]["ayes"], told[0]["noes"]) == (3, 1)
