"""The way of a matter: dated stages across bodies and meetings, forward and back, under any of its numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.fakes.news import MEETING, NOON, alert, change, verdict
from tests.town import Desk, Town, a_town, of_type
from watcher import web
from watcher.alerts import stages
from watcher.ledger import Ledger
from watcher.model import Alert, Vote

DAY = timedelta(days=1)


def stop(
    stage: str, days: int, after: str = "ICE agreement", body: str = "City Council", vote: Vote | None = None
) -> Alert:
    seen = NOON + days * DAY
    met = replace(MEETING, id=f"m{days}", body=body, start=seen - timedelta(hours=3))
    one = change(
        f"c{days}", after=after, meeting=met, seen_at=seen, verdict=verdict(stage=stage),
        votes=(replace(vote, body=body, date=met.start),) if vote else (), snapshot_after=f"{days:064d}",
    )  # fmt: skip
    return alert(f"k{days}", one, stage=stage, body=body)


def test_stages_are_told_in_the_order_of_their_dates_with_body_vote_and_document() -> None:
    adopted, hearing = stop("adopted", 9, vote=Vote(5, 2, passed=True)), stop("hearing", 2, body="Rules Committee")
    one, two = stages([adopted, hearing])
    assert [(found.stage, found.body) for found in (one, two)] == [
        ("hearing", "Rules Committee"),
        ("adopted", "City Council"),
    ]
    assert (two.votes[0].ayes, two.digest, two.change) == (5, f"{9:064d}", "c9")
    assert two.date == NOON + 9 * DAY - timedelta(hours=3)


@pytest.mark.parametrize("back", ["repealed", "vetoed", "tabled_withdrawn"])
def test_what_takes_an_adoption_back_names_it_and_an_override_names_that(back: str) -> None:
    first, second, third = stages([stop("adopted", 1), stop(back, 5), stop("adopted", 9)])
    assert first.undoes is None
    assert second.undoes == first.date
    assert third.undoes == second.date


def test_a_vote_reconsidered_takes_the_adoption_back_until_it_is_adopted_again() -> None:
    text = "ICE agreement. Motion to reconsider the vote carried 4-3."
    _, again, last = stages([stop("adopted", 1), stop("hearing", 3, after=text), stop("adopted", 5)])
    assert (again.words, again.undoes) == ("reconsidered", NOON + DAY - timedelta(hours=3))
    assert last.undoes == again.date
    _, asked = stages([stop("adopted", 1), stop("hearing", 3, after="ICE agreement. A motion to reconsider was made.")])
    assert asked.undoes is None


def test_what_tells_of_no_stage_is_none() -> None:
    assert stages([stop("unknown", 1)]) == ()


def test_a_stage_without_a_day_of_its_own_has_that_of_the_notice() -> None:
    ahead = replace(MEETING, start=NOON + 5 * DAY)
    (one,) = stages([alert("k", change(meeting=ahead, verdict=verdict(stage="introduced")), stage="introduced")])
    assert one.date == NOON


SITES = """
version: 1
defaults: {{min_delay: 0s, channels: [log]}}
channels: {{log: {{kind: console}}}}
sites:
  - id: file
    jurisdiction: {{name: Elm Falls, state: MA, kind: city, time_zone: America/New_York}}
    body: City Council
    platform: legistar
    kind: legislation
    url: {base}/matters/0502.json
"""
TITLE = "Ordinance prohibiting officers from honoring civil immigration detainers from ICE, substitute for file 26-0400"


def matter(status: str, *steps: dict[str, object]) -> str:
    return json.dumps({
        "ID": 5502, "GUID": "M5502", "File": "26-0502", "Name": "Detainers", "Title": TITLE, "TypeName": "Ordinance",
        "StatusName": status, "BodyName": "City Council", "Version": "A", "History": list(steps), "Attachments": [],
    })  # fmt: skip


def step(number: int, day: str, body: str, action: str, tally: str = "") -> dict[str, object]:
    return {"ID": number, "Date": f"{day}T00:00:00Z", "BodyName": body, "Action": action, "PassedFlagName": "Pass" if tally else "", "Tally": tally}  # fmt: skip


@pytest.fixture
def town() -> Iterator[Town]:
    yield from a_town()


def test_the_way_of_a_file_over_http_from_referral_to_repeal(town: Town, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.sites(SITES.format(base=town.base))
    way = [
        step(1, "2026-09-01", "City Council", "Referred to Committee"),
        step(2, "2026-09-15", "Rules Committee", "Approved by Committee", "3:1"),
        step(3, "2026-10-06", "City Council", "Adopted", "5:2"),
        step(4, "2026-11-17", "City Council", "Repealed", "4:3"),
    ]
    for number, status in ((0, "Filed"), (1, "Committee"), (3, "Adopted"), (4, "Repealed")):
        town.put("/matters/0502.json", matter(status, *way[:number]), Content_Type="application/json")
        desk.lines("check", "--no-deliver")
    found = of_type(desk.lines("history", "ma-elm-falls/26-0502"), "stage")
    assert [one["stage"] for one in found][-2:] == ["adopted", "repealed"]
    adopted, repealed = found[-2:]
    assert adopted["date"].startswith("2026-10-06")
    assert [(vote["ayes"], vote["noes"], vote["body"]) for vote in adopted["votes"]][-1] == (5, 2, "City Council")
    assert [one["body"] for one in found] == ["City Council"] * 3
    assert repealed["undoes"] == adopted["date"]
    assert len({one["snapshot"] for one in found}) == len(found)
    assert of_type(desk.lines("history", "ma-elm-falls/26-0400"), "stage")[-1]["change"] == repealed["change"]
    assert desk.run("history", "ma-elm-falls/26-9999").returncode == 1


async def test_the_way_is_served_as_json_too(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite3") as ledger:
        one = stop("adopted", 1, vote=Vote(5, 2, passed=True))
        ledger.record(changes=one.changes, alerts=(one,))
        view = web.View(ledger, {}, lambda: NOON)
        transport = httpx.ASGITransport(web.create(view))
        async with httpx.AsyncClient(transport=transport, base_url="http://page") as client:
            found = (await client.get("/api/v1/matters/ma-boston/k1")).json()
            unknown = await client.get("/api/v1/matters/ma-boston/k2")
    assert found["thread"] == one.thread
    assert [(each["stage"], each["votes"][0]["ayes"]) for each in found["items"]] == [("adopted", 5)]
    assert unknown.status_code == 404
