"""How far a code was codified is a fact of its own, never a change of law."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.fakes.news import SITE
from watcher import diff
from watcher.alerts.wording import what_happened
from watcher.judge import builtin
from watcher.model import Change, Document, Passage, Reading, Request

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
URL = "https://code.example/detainers"
LAW = "The Sheriff shall not honor a civil immigration detainer from ICE."


def code(through: str, history: str = "(Ord. No. 9, 3-2-2020)", law: str = LAW) -> Reading:
    """A section of a code with its publisher's banner and history note."""
    passages = (
        Passage(through, ("Codified through",), "codified-through"),
        Passage("Sec. 9-1. - Immigration detainers.", (), "9-1"),
        Passage(law, ("Sec. 9-1. - Immigration detainers.",), "9-1"),
        Passage(history, ("Sec. 9-1. - Immigration detainers.", "History note"), "9-1:history"),
    )
    return Reading(Document(URL, "Immigration detainers", "code", passages))


def compared(before: Reading, after: Reading) -> tuple[Change, ...]:
    return diff.compare(
        before, after, site=SITE, request=Request(URL), now=NOW, last_seen=NOW, snapshots=("a" * 64, "b" * 64)
    )


def test_a_later_ordinance_in_the_banner_is_told_as_such_and_alerts_nobody() -> None:
    old, new = (
        code("Codified through Ordinance No. 11, passed May 4, 2026"),
        code("Codified through Ordinance No. 12, passed June 1, 2026", "(Ord. No. 9, 3-2-2020; Ord. No. 12, 6-1-2026)"),
    )
    (found,) = compared(old, new)
    assert (found.kind, found.key, found.heading) == ("reworded", "codified-through", ("Codified through",))
    assert "how far the code is codified" in what_happened(found, "code", "UTC")
    assert builtin().judge(found).label == "unrelated"


def test_what_the_law_itself_says_is_told_beside_it() -> None:
    old = code("Codified through Ordinance No. 11, passed May 4, 2026")
    new = code("Codified through Ordinance No. 12, passed June 1, 2026", law=LAW.replace("shall not", "shall"))
    assert [change.key for change in compared(old, new)] == ["codified-through", "9-1"]


def test_the_same_banner_or_one_that_comes_or_goes_is_nothing() -> None:
    old = code("Codified through Ordinance No. 11, passed May 4, 2026")
    assert compared(old, old) == ()
    assert compared(old, code("")) == ()
