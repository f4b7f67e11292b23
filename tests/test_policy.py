"""The status of a place: what sets it, what ends it, and that it is dated and reversible."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from watcher.model import Alert, Change, Jurisdiction, PolicyEntry
from watcher.policy import STATUSES, cited, paper, standing
from watcher.registry.words import POLICY_STATUSES

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PLACE = Jurisdiction("mi-lansing", "Lansing", "MI", "city", "America/Detroit")


def an_alert(days_ago: int, stage: str, stance: Any = "limits", kind: str = "agenda", **more: Any) -> Alert:
    at = NOW - timedelta(days=days_ago)
    change = Change(
        id=f"c{days_ago}", site="s", url="https://example.org/r", kind=more.pop("what", "added"), key="item:1", heading=(),
        before="", after="x", redline=(("+", "x"),), seen_at=at, snapshot_after="ab" * 32,
    )  # fmt: skip
    return Alert(
        key=f"k{days_ago}", site="s", jurisdiction=PLACE, label=more.pop("label", "relevant"), headline="Resolution 1",
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
        ([an_alert(3, "unknown", "expands", "list", topics=("287g",))], "287(g) agreement"),
        ([an_alert(3, "adopted", "unclear")], "nothing on file"),
        ([an_alert(3, "adopted", "mixed")], "nothing on file"),
        ([an_alert(3, "adopted", label="unsure")], "nothing on file"),
        ([an_alert(3, "adopted", tier="adjacent")], "nothing on file"),
        ([an_alert(3, "in_force", "limits", "code")], "limits"),
        ([an_alert(9, "hearing"), an_alert(3, "tabled_withdrawn")], "nothing on file"),
        ([an_alert(9, "hearing"), an_alert(3, "vetoed", thread="file/2")], "under consideration"),
        ([an_alert(400, "hearing")], "nothing on file"),
        ([an_alert(9, "adopted"), an_alert(3, "hearing", thread="file/2")], "limits"),
    ],
)
def test_what_sets_a_status(alerts: list[Alert], expected: str) -> None:
    assert status(*alerts) == expected


def test_a_vote_that_was_taken_back_leaves_nothing_and_the_day_before_it_still_stood() -> None:
    adopted, rescinded = an_alert(9, "adopted"), an_alert(2, "repealed", "expands")
    assert status(adopted, rescinded) == "nothing on file"
    assert status(adopted, rescinded, now=NOW - timedelta(days=3)) == "limits"
    papers = [found for alert in (rescinded, adopted) if (found := paper(alert))]
    assert [one.change for one in standing(papers, NOW).papers] == ["c2", "c9"]


def test_a_text_gone_from_the_code_ends_what_it_set_and_a_listed_agreement_that_is_gone_ends_only_itself() -> None:
    assert status(an_alert(9, "in_force", "limits", "code"), an_alert(2, "in_force", "expands", "code", what="removed")) == "nothing on file"  # fmt: skip
    gone = an_alert(2, "unknown", "limits", "list", what="removed", topics=("287g",))
    assert status(an_alert(9, "adopted"), gone) == "limits"


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
