"""How clerks write."""

from __future__ import annotations

import pytest

from watcher.reading import marks


@pytest.mark.parametrize("name", ["Finance Committee", "FINANCE COMMITTEE - CANCELED", "Amended: Finance  Committee"])
def test_a_meeting_keeps_its_name_when_it_is_cancelled_or_amended(name: str) -> None:
    assert marks.lasting_name(name) == "finance committee"


@pytest.mark.parametrize(
    ("title", "off"),
    [
        ("Notice of Cancellation", True),
        ("CANCELLATION NOTICE", True),
        ("Agenda - Canceled", True),
        ("Cancellation", True),
        ("Agenda", False),
        ("Cancellation of the lease with Harbor LLC", False),
        ("Deferred items", False),
    ],
)
def test_a_papers_title_calls_a_meeting_off(title: str, off: bool) -> None:
    assert bool(marks.called_off(["Agenda packet", title])) is off
