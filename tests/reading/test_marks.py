"""How clerks write."""

from __future__ import annotations

import pytest

from watcher.reading import marks


@pytest.mark.parametrize("name", ["Finance Committee", "FINANCE COMMITTEE - CANCELED", "Amended: Finance  Committee"])
def test_a_meeting_keeps_its_name_when_it_is_cancelled_or_amended(name: str) -> None:
    assert marks.lasting_name(name) == "finance committee"
