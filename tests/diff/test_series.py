"""Real pages some days apart, read by their own platforms: what is noise stays silent, what fell off is not removed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from tests.diff.readings import SITE, compare
from watcher import platforms
from watcher.model import Change, Request, Response

SERIES = Path(__file__).parents[2] / "../shared/timeseries"
TYPES = {
    ".html": "text/html",
    ".json": "application/json",
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".xml": "text/xml",
}
SILENT = {"noise_only", "identical", "metadata", "formatting"}
READERS = {"municode_library": "municode_library", "openlawlib_dc": "openlaw", "amlegal": "amlegal"}

pytestmark = pytest.mark.skipif(not SERIES.is_dir(), reason="the recorded series are not beside this repository")


def manifest() -> list[dict[str, str]]:
    if not SERIES.is_dir():
        return []
    return [json.loads(line) for line in (SERIES / "MANIFEST.jsonl").read_text("utf-8").splitlines()]


def pairs() -> list[dict[str, str]]:
    return [entry for entry in manifest() if entry["type"] == "pair" and Path(entry["to"]).suffix in TYPES]


def reader(pair: dict[str, str]) -> str:
    """Return the platform that reads a pair."""
    vendor = next(entry["platform"] for entry in manifest() if entry.get("file") == pair["to"])
    return "legistar" if vendor.startswith("legistar") else READERS.get(vendor, "page")


def by_page(pair: dict[str, str]) -> bool:
    return reader(pair) == "page"


def changes(pair: dict[str, str]) -> tuple[Change, ...]:
    """Read both sides as the site's platform would and compare them at the time of the later one."""
    snapshots = {entry["file"]: entry for entry in manifest() if entry["type"] == "snapshot"}
    platform = reader(pair)
    url = snapshots[pair["to"]]["original_url"].split(" ")[0]
    site = replace(SITE, platform=platform, url=url)
    request = Request(url, kind="listing" if platform == "legistar" else "document")
    readings = []
    for file in (pair["from"], pair["to"]):
        at = datetime.fromisoformat(snapshots[file]["captured"])
        headers = {"content-type": TYPES[Path(file).suffix]}
        response = Response(request, url, 200, headers, (SERIES / file).read_bytes(), at)
        readings.append(platforms.load(platform).read(site, response))
    return compare(*readings, site=site, request=request, now=at)


@pytest.mark.parametrize(
    "pair",
    [pair for pair in pairs() if pair["should_alert"] == "none" and set(pair["change_class"].split("+")) <= SILENT],
    ids=lambda pair: pair["to"],
)
def test_noise_is_no_change(pair: dict[str, str]) -> None:
    assert changes(pair) == ()


@pytest.mark.parametrize(
    "pair",
    [pair for pair in pairs() if pair["change_class"] in ("formatting_only", "annotation_only") and not by_page(pair)],
    ids=lambda pair: pair["to"],
)
def test_a_publishers_notes_and_formatting_are_no_change_of_law(pair: dict[str, str]) -> None:
    assert changes(pair) == ()


@pytest.mark.parametrize("pair", [p for p in pairs() if p["should_alert"] == "yes"], ids=lambda pair: pair["to"])
def test_news_is_a_change_and_every_redline_is_lawful(pair: dict[str, str]) -> None:
    found = changes(pair)
    assert found
    for change in found:
        assert "".join(text for mark, text in change.redline if mark != "+") == change.before
        assert "".join(text for mark, text in change.redline if mark != "-") == change.after


@pytest.mark.parametrize("pair", [p for p in pairs() if "albuquerque" in p["series"]], ids=lambda pair: pair["to"])
def test_files_that_fell_off_a_full_list_are_not_removed(pair: dict[str, str]) -> None:
    found = changes(pair)
    assert "removed" not in [change.kind for change in found]
    new = [change for change in found if change.kind == "added" and not change.key.endswith(":title")]
    assert len(new) == 24
    introduced = [c for c in found if c.after == "Status: In Council - To Be Introduced"]
    assert {c.before for c in introduced} == {"Status: For President's Introduction"}


@pytest.mark.parametrize(
    "pair", [p for p in pairs() if p["change_class"].split("+")[-1] == "sponsors"], ids=lambda p: p["to"]
)
def test_more_names_under_a_bill_are_no_change(pair: dict[str, str]) -> None:
    if set(pair["change_class"].split("+")) <= {"sponsors", "metadata", "formatting"}:
        assert changes(pair) == ()
