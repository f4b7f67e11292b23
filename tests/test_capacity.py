"""`watcher capacity`: what the registry asks of each host group in a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.town import Desk, Town, a_town, of_type
from watcher.model import Jurisdiction, Site
from watcher.schedule import visits_a_day

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PLACE = Jurisdiction("ma-elm-falls", "Elm Falls", "MA", "city", "America/New_York")
SITE = Site(
    "elm-falls", PLACE, "page", "https://elm.example/", every=timedelta(hours=2), near_meeting=timedelta(minutes=15)
)
REGISTRY = """
version: 1
sites:
  - {{id: one, jurisdiction: {{name: Elm Falls, state: MA, kind: city}}, platform: page, kind: ordinance, url: {base}/a, every: 1h, min_delay: 3s}}
  - {{id: two, jurisdiction: one, platform: page, kind: ordinance, url: {base}/b, every: 1m, min_delay: 4s, near_meeting: 1m}}
"""


@pytest.fixture
def town() -> Iterator[Town]:
    yield from a_town()


@pytest.mark.parametrize(
    ("cron", "often"), [(None, 12), ("0 */2 * * *", 12), ("0 8 * * 1-5", 5 / 7), ("* * * * *", 1440)]
)
def test_visits_a_day_by_interval_and_by_cron(cron: str | None, often: float) -> None:
    assert visits_a_day(replace(SITE, cron=cron), NOW) == pytest.approx(often, rel=0.02)


def test_before_a_meeting_the_shorter_interval_counts() -> None:
    assert visits_a_day(SITE, NOW, near=True) == 96
    assert visits_a_day(replace(SITE, cron="* * * * *"), NOW, near=True) == pytest.approx(1440, rel=0.02)


def test_requests_are_held_against_the_pauses_of_their_host_group(town: Town, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.sites(REGISTRY.format(base=town.base))
    for path in ("/a", "/b"):
        town.put(path, "<html><body><h1>Code</h1><p>Fees are ten dollars for each permit.</p></body></html>")
    (planned,) = of_type(desk.lines("capacity"), "capacity")  # before the first visit too
    assert planned["requests"] == 24 + 1440
    assert desk.run("check").returncode == 0
    said = desk.lines("capacity")
    (group,) = of_type(said, "capacity")
    assert (group["sites"], group["delay"], group["requests"]) == (2, 4, 24 + 1440)
    assert group["limit"] == 86_400 / 4
    assert group["share"] == pytest.approx((24 * 3 + 1440 * 4) / 86_400, abs=1e-4)
    (machine,) = of_type(said, "machine")
    assert machine["documents_read"] == 2
    assert machine["seconds_a_document"] > 0
    assert "1464 requests a day" in desk.run("capacity").stdout
