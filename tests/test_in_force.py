"""An ordinance that is watched from today on gives its place a status at the first visit, and loses it when it is gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.town import Desk, Town, a_town, of_type
from watcher.ledger import Ledger
from watcher.policy import paper, standing

SITES = """
version: 1
defaults: {{min_delay: 0s}}
channels:
  log: {{kind: console}}
operator: [log]
sites:
  - id: springfield-trust-act
    jurisdiction: {{name: Springfield, state: IL, kind: city, time_zone: America/Chicago}}
    platform: page
    kind: ordinance
    url: {base}/trust-act.html
"""
SECTION = "<h2>Sec. 9-2. Detainers</h2><p>No officer shall detain any person on the basis of a civil immigration detainer from ICE.</p>"
PAGE = "<html><head><title>Trust Act</title></head><body><h1>Trust Act</h1><h2>Sec. 9-1. Title</h2><p>This is the Trust Act of the city.</p>{}</body></html>"


@pytest.fixture
def town() -> Iterator[Town]:
    yield from a_town()


def test_the_status_begins_with_the_text_in_force_and_ends_with_it(town: Town, tmp_path: Path) -> None:
    town.put("/trust-act.html", PAGE.format(SECTION))
    desk = Desk(tmp_path)
    desk.sites(SITES.format(base=town.base))
    assert of_type(desk.lines("check"), "alert") == []
    with Ledger.open(desk.folder / "snapshots" / "ledger.sqlite3", read_only=True) as ledger:
        (first,) = ledger.papers()["il-springfield"]
        assert [first.digest] == [snapshot.digest for snapshot in ledger.snapshots()]
    assert (first.status, first.title) == ("limits", "Trust Act")
    assert "Sec. 9-2. Detainers" in first.section
    town.put("/trust-act.html", PAGE.format(""))
    desk.lines("check")
    with Ledger.open(desk.folder / "snapshots" / "ledger.sqlite3", read_only=True) as ledger:
        later = [found for alert in ledger.alerts() if (found := paper(alert))]
        assert ledger.papers()["il-springfield"] == [first]
    now = datetime.now(UTC)
    assert standing([first], now).status == "limits"
    assert standing([first, *later], now).status == "nothing on file"
