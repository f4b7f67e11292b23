"""ICE's lists through diff and judge: who joined and who left is news with a direction, how a row is spelt is none."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from watcher import judge, platforms
from watcher.diff import compare
from watcher.errors import ReadError
from watcher.model import AgendaItem, Change, Document, Jurisdiction, Reading, Request, Response, Site
from watcher.platforms.ice_287g import lists

HERE = Path(__file__).parent / "ice_287g"
SERIES = Path(__file__).parents[2] / "../shared/timeseries"
PLACE = Jurisdiction("dc-united-states", "United States", "DC", "federal", "America/New_York")
SITE = Site("ice-287g", PLACE, "ice_287g", "https://www.ice.gov/identify-and-arrest/287g", kind="list")
ICE = platforms.load("ice_287g")


def response_of(body: bytes, url: str, kind: str = "document") -> Response:
    asked = Request(url, kind=kind, stable_key="participating")
    return Response(asked, url, 200, {}, body, datetime(2026, 11, 24, tzinfo=UTC))


def changes(before: Response, after: Response) -> tuple[Change, ...]:
    return judged(ICE.read(SITE, before), ICE.read(SITE, after))


def judged(before: Reading, after: Reading) -> tuple[Change, ...]:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    request = Request(SITE.url, stable_key="participating")
    found = compare(before, after, site=SITE, request=request, now=now, last_seen=None, snapshots=(None, None))
    return tuple(replace(change, verdict=judge.builtin().judge(change)) for change in found)


def case(name: str) -> Response:
    body = (HERE / name / "response.xlsx").read_bytes()
    return response_of(body, json.loads((HERE / name / "case.json").read_text())["url"])


def told(found: tuple[Change, ...]) -> Counter[tuple[str, str, str]]:
    return Counter((c.kind, c.verdict.label, c.verdict.stance) for c in found if c.verdict)


def test_an_agreement_added_expands_and_one_gone_limits() -> None:
    found = changes(case("participating"), case("participating_a_day_later"))
    assert told(found) == {
        ("added", "relevant", "expands"): 1,
        ("removed", "relevant", "limits"): 1,
        ("reworded", "unrelated", "unclear"): 1,  # Greens Forks, Green Forks
    }
    assert all(c.verdict.topics == ("287g",) for c in found if c.verdict and c.verdict.label == "relevant")


def test_a_new_name_alone_is_reworded_and_another_agency_in_its_place_is_news() -> None:
    def named(agency: str) -> Reading:
        title = f"FLORIDA · {agency} · 287(g) agreement: Task Force Model · State Agency · signed 2/14/2025"
        item = AgendaItem(agency, "", 1, "", title, section="287(g) participating agencies / FLORIDA")
        return Reading(Document(SITE.url, "287(g) participating agencies", "list"), items=(item,))

    def verdict(before: str, after: str) -> list[tuple[str, str]]:
        return [(c.kind, c.verdict.label) for c in judged(named(before), named(after)) if c.verdict]

    assert verdict("Alder State Police", "Alder State Police Department") == [("reworded", "unsure")]
    assert verdict("Fish and Game Commission of Alder", "Department of Parks, Division of Law Enforcement") == [
        ("reworded", "relevant")
    ]


def test_another_layout_file_name_date_and_spelling_are_no_agreement() -> None:
    found = changes(case("participating"), case("participating_in_another_layout"))
    assert {change.kind for change in found} <= {"reworded"}
    assert not any(c.verdict and c.verdict.label == "relevant" for c in found)


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9, 0.99])
def test_a_list_that_was_cut_off_is_no_list(cut: float) -> None:
    whole = case("participating")
    with pytest.raises(ReadError):
        ICE.read(SITE, replace(whole, body=whole.body[: int(len(whole.body) * cut)]))


@pytest.mark.parametrize(
    ("url", "body", "sure"),
    [
        ("https://www.ice.gov/identify-and-arrest/287g", b"", True),
        ("http://127.0.0.1:9000/x/participatingAgencies07032025pm.xlsx", b"", True),
        ("http://127.0.0.1:9000/", b'<a href="/doclib/pendingAgencies07032025pm.xlsx">', True),
        ("https://www.ice.gov/detain", b"", False),
        ("https://elmfalls.example.gov/287g-faq", b"<html>", False),
        ("http://[", b"", False),
    ],
)
def test_the_lists_are_known_by_host_or_name(url: str, body: bytes, sure: bool) -> None:
    assert (ICE.detect(url, response_of(body, url)) >= platforms.SURE) is sure


def recorded() -> list[dict[str, str]]:
    if not SERIES.is_dir():
        return []
    return [json.loads(line) for line in (SERIES / "MANIFEST.jsonl").read_text("utf-8").splitlines()]


STEPS = [entry for entry in recorded() if entry["type"] == "pair" and entry["series"] == "ice_participating"]


@pytest.mark.skipif(not SERIES.is_dir(), reason="the recorded series are not beside this repository")
@pytest.mark.parametrize("step", STEPS, ids=lambda step: str(step["to"]))
def test_the_recorded_lists_tell_what_a_person_found(step: dict[str, str]) -> None:
    urls = {entry["file"]: entry["original_url"] for entry in recorded() if entry["type"] == "snapshot"}
    old, new = (response_of((SERIES / file).read_bytes(), urls[file]) for file in (step["from"], step["to"]))
    found = changes(old, new)
    relevant = [change for change in found if change.verdict and change.verdict.label == "relevant"]
    if step["should_alert"] == "yes":
        assert relevant
    if step["change_class"] == "noise_only":
        assert found == ()
    rows = int(step["rows_to"]) - int(step["rows_from"])
    if "rows_added" in step["change_class"] and rows > 0:
        assert sum(change.kind == "added" for change in relevant) >= rows
    kinds = Counter(change.kind for change in found)
    assert kinds["added"] - kinds["removed"] == rows


@pytest.mark.parametrize(
    "head",
    [
        ["STATE", "LAW ENFORCEMENT\nAGENCY", "TYPE", "COUNTY", "SUPPORT TYPE", "SIGNED", "MOA"],
        ["State/Territory", "Agency Name", "Agency Type", "County", "287(g) Model", "Date Signed", "MOA Link"],
        ["STATE ", "LAW ENFORCEMENT AGENCY (LEA)", "COUNTY", "SUPPORT  TYPES*"],
        ["Type of support", "LEA", "State"],
    ],
)
def test_the_columns_are_known_by_more_than_one_name(head: list[str]) -> None:
    top, columns = lists._columns([["287(g) participating agencies", "", ""], head])
    assert top == 1
    assert set(columns) >= set(lists.NEEDED)
