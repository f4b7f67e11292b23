"""The status of a place: what sets it, what ends it, and that it is dated and reversible."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from watcher.judge import builtin
from watcher.model import Alert, Change, Document, Jurisdiction, Paper, Passage, PolicyEntry, Reading, Site, Snapshot
from watcher.policy import STATUSES, agreed, cited, in_force, paper, place_of, standing
from watcher.registry.words import POLICY_STATUSES

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PLACE = Jurisdiction("mi-lansing", "Lansing", "MI", "city", "America/Detroit")
ICE = Jurisdiction("us-united-states", "United States", "US", "federal", "America/New_York")
STATES = {"MI": "Michigan", "FL": "Florida", "US": "United States"}
ENTRY = "MICHIGAN · Lansing Police Department · 287(g) agreement: Task Force Model · Municipality · signed 7/1/2026"
PENDING = ENTRY.replace("agreement", "application pending")


def an_alert(days_ago: int, stage: str, stance: Any = "limits", kind: str = "agenda", **more: Any) -> Alert:
    at = NOW - timedelta(days=days_ago)
    change = Change(
        id=f"c{days_ago}", site="s", url="https://example.org/r", kind=more.pop("what", "added"), key="item:1", heading=more.pop("heading", ()),
        before="", after=(text := more.pop("text", ENTRY)), redline=(("+", text),), seen_at=at,
        snapshot_after=more.pop("digest", "ab" * 32),
    )  # fmt: skip
    return Alert(
        key=f"k{days_ago}", site="s", jurisdiction=more.pop("by", PLACE), label=more.pop("label", "relevant"), headline="Resolution 1",
        changes=(change,), thread=more.pop("thread", "file/1"), urgency="routine", created_at=at, kind=kind,
        stance=stance, stage=stage, tier=more.pop("tier", "core"), **more,
    )  # fmt: skip


def status(*alerts: Alert, entries: tuple[PolicyEntry, ...] = (), now: datetime = NOW) -> str:
    papers = [found for alert in alerts if (found := paper(alert))]
    return standing([*papers, *map(cited, entries)], now).status


def test_the_statuses_are_those_of_the_registry() -> None:
    assert STATUSES == POLICY_STATUSES


@pytest.mark.parametrize(
    ("alerts", "expected"),
    [
        ([], "nothing on file"),
        ([an_alert(3, "introduced")], "under consideration"),
        ([an_alert(3, "adopted")], "limits"),
        ([an_alert(3, "adopted", "expands")], "requires or expands"),
        ([an_alert(3, "adopted", "expands", topics=("287g",))], "287(g) agreement"),
        ([an_alert(3, "unknown", "expands", "list", topics=("287g",), by=ICE)], "287(g) agreement"),
        ([an_alert(3, "unknown", "expands", "list", topics=("287g",), by=ICE, text=PENDING)], "under consideration"),
        ([an_alert(3, "unknown", "expands", "list", topics=("287g",))], "nothing on file"),
        ([an_alert(3, "adopted", digest=None)], "nothing on file"),
        ([an_alert(3, "adopted", "unclear")], "nothing on file"),
        ([an_alert(3, "adopted", "mixed")], "nothing on file"),
        ([an_alert(3, "adopted", label="unsure")], "nothing on file"),
        ([an_alert(3, "adopted", tier="adjacent")], "nothing on file"),
        ([an_alert(3, "in_force", "limits", "code")], "limits"),
        ([an_alert(9, "hearing"), an_alert(3, "tabled_withdrawn")], "nothing on file"),
        ([an_alert(9, "hearing"), an_alert(3, "vetoed", thread="file/2")], "under consideration"),
        ([an_alert(400, "hearing")], "nothing on file"),
        ([an_alert(9, "adopted"), an_alert(3, "hearing", thread="file/2")], "limits"),
        ([an_alert(9, "introduced", "expands"), an_alert(3, "adopted", "unclear")], "requires or expands"),
        (
            [
                an_alert(9, "introduced", "expands"),
                an_alert(6, "hearing", "unclear"),
                an_alert(3, "adopted", "unclear"),
            ],
            "requires or expands",
        ),
        (
            [an_alert(9, "introduced", "expands", thread="file/2"), an_alert(3, "adopted", "unclear")],
            "under consideration",
        ),
        ([an_alert(9, "introduced", "unclear"), an_alert(3, "adopted", "unclear")], "nothing on file"),
    ],
)
def test_what_sets_a_status(alerts: list[Alert], expected: str) -> None:
    assert status(*alerts) == expected


def test_an_item_taken_off_its_agenda_is_considered_no_longer_until_it_is_put_on_another() -> None:
    put_on, off = an_alert(9, "hearing"), an_alert(6, "hearing", what="removed")
    assert status(put_on, off) == "nothing on file"
    assert status(put_on, an_alert(6, "hearing", what="removed", thread="file/2")) == "under consideration"
    assert status(put_on, off, an_alert(3, "hearing")) == "under consideration"
    line = replace(off, changes=(replace(off.changes[0], key="3f2a"),))  # of a paper: reworded agendas lose lines
    assert status(put_on, line) == "under consideration"
    assert status(an_alert(12, "adopted"), off) == "limits"


def test_a_vote_that_was_taken_back_leaves_nothing_and_the_day_before_it_still_stood() -> None:
    adopted, rescinded = an_alert(9, "adopted"), an_alert(2, "repealed", "expands")
    assert status(adopted, rescinded) == "nothing on file"
    assert status(adopted, rescinded, now=NOW - timedelta(days=3)) == "limits"
    papers = [found for alert in (rescinded, adopted) if (found := paper(alert))]
    assert [one.change for one in standing(papers, NOW).papers] == ["c2", "c9"]


def test_a_text_gone_from_the_code_ends_what_it_set_and_a_listed_agreement_that_is_gone_ends_only_itself() -> None:
    assert status(an_alert(9, "in_force", "limits", "code"), an_alert(2, "in_force", "expands", "code", what="removed")) == "nothing on file"  # fmt: skip
    gone = an_alert(2, "unknown", "limits", "list", what="removed", topics=("287g",), by=ICE)
    assert status(an_alert(9, "adopted"), gone) == "limits"


def test_the_end_of_one_agreement_of_several_leaves_the_others() -> None:
    one, two = (an_alert(9, "unknown", "expands", "list", topics=("287g",), by=ICE, thread=name) for name in "ab")
    ended = an_alert(2, "unknown", "limits", "list", what="removed", topics=("287g",), by=ICE, thread="a")
    assert status(one, two, ended) == "287(g) agreement"
    assert status(one, ended) == "nothing on file"


def test_a_citation_of_the_operator_is_a_paper_of_its_date() -> None:
    entry = PolicyEntry("mi-lansing", "limits", "Trust Act", "2014-08-20", "https://example.org/act")
    assert status(entries=(entry,)) == "limits"
    assert status(an_alert(3, "repealed"), entries=(entry,)) == "nothing on file"
    found = standing([cited(entry)], NOW).papers[0]
    assert (found.digest, found.change, found.url) == (None, None, "https://example.org/act")


def test_every_paper_from_the_ledger_names_its_bytes_and_its_change() -> None:
    found = paper(an_alert(3, "adopted"))
    assert found is not None
    assert (found.digest, found.change) == ("ab" * 32, "c3")


def test_a_paper_names_the_section_it_stands_in() -> None:
    found = paper(an_alert(3, "adopted", heading=("Chapter 9", "Sec. 9-1. - Detainers")))
    assert found is not None
    assert found.section == "Chapter 9 › Sec. 9-1. - Detainers"


def the(slug: str, name: str, kind: str, state: str = "FL") -> Jurisdiction:
    return Jurisdiction(slug, name, state, kind, "America/New_York")


@pytest.mark.parametrize(
    ("agency", "expected"),
    [
        ("Gulf County Sheriff's Office", "fl-gulf-county"),
        ("Tampa Police Department", "fl-tampa"),
        ("City of Tampa Police Department", "fl-tampa"),
        ("Baker County Sheriff's Office", None),
        ("Orange County Sheriff's Office", "fl-orange-county"),
        ("Orange City Police Department", None),
        ("West Gulf County Sheriff's Office", None),
    ],
)
def test_an_entry_of_the_federal_list_belongs_to_the_one_place_it_names(agency: str, expected: str | None) -> None:
    places = [
        the("fl-gulf-county", "Gulf", "county"), the("fl-tampa", "Tampa", "city"), the("ca-gulf", "Gulf", "county", "CA"),
        the("fl-orange-county", "Orange County", "county"), PLACE,
    ]  # fmt: skip
    entry = f"FLORIDA · {agency} · 287(g) agreement: Task Force Model · County · signed 7/1/2026"
    found = place_of(an_alert(3, "unknown", kind="list", by=ICE, text=entry), places, STATES)
    assert (found.slug if found else None) == expected


def test_an_alert_of_a_body_is_of_its_own_place_and_a_name_that_fits_two_places_labels_neither() -> None:
    assert place_of(an_alert(3, "adopted"), [], STATES) is PLACE
    twins = [the("fl-tampa", "Tampa", "city"), the("fl-tampa-2", "Tampa", "city")]
    entry = "FLORIDA · Tampa Police Department · 287(g) agreement"
    assert place_of(an_alert(3, "unknown", kind="list", by=ICE, text=entry), twins, STATES) is None


SEEN = Snapshot("s", "k", "https://example.org/code", NOW, 200, "text/html", None, "cd" * 32, 9)
LIMITING = "Officers shall not detain any person on the basis of a civil immigration detainer from ICE."
EXPANDING = "The Sheriff shall honor every civil immigration detainer request from ICE."


def text_in_force(kind: str, *sections: str) -> Paper | None:
    site = Site("s", PLACE, "page", "https://example.org/code", kind=kind)
    law = [Passage("The chair presides over meetings.", ("Sec. 1",))]
    law += [Passage(words, (f"Sec. {number}",)) for number, words in enumerate(sections, 2)]
    reading = Reading(Document("https://example.org/code", "Chapter 9", kind, tuple(law)))
    return in_force(site, SEEN, reading, builtin().judge_text)


def test_a_text_in_force_at_the_first_visit_is_a_paper_with_its_section_and_bytes() -> None:
    found, other = text_in_force("ordinance", LIMITING), text_in_force("code", EXPANDING)
    assert found is not None
    assert other is not None
    assert (found.status, found.section, found.digest, found.change) == ("limits", "Sec. 2", "cd" * 32, None)
    assert (found.at, found.title, standing([found], NOW).status) == (NOW, "Chapter 9", "limits")
    assert other.status == "requires or expands"
    assert agreed([found, None, found]) == (found, found)
    assert agreed([found, other]) == ()


def test_a_text_that_says_nothing_of_it_or_both_or_is_no_rule_is_none() -> None:
    assert text_in_force("ordinance") is None
    assert text_in_force("agenda", LIMITING) is None
    assert text_in_force("ordinance", LIMITING, EXPANDING) is None
