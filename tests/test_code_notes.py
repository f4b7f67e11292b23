"""Notes of a code's publisher are no law, by each vendor; the ordinance that they name is linked to the words it changed."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.platforms.test_cases import response_of
from tests.town import Desk, Town, a_town, of_type
from watcher import diff, platforms
from watcher.alerts import linked
from watcher.alerts.wording import what_happened
from watcher.diff.notes import cited
from watcher.exhibit import as_text
from watcher.lines import change_line
from watcher.model import Change, Tie

SAVED = Path(__file__).parent / "platforms"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
# case of the vendor · its history note before and after the supplement · the number that is new
PUBLISHED = [
    ("amlegal/section", "passed 9-3-2019)", "passed 9-3-2019; Am. Ord. 2026-31, passed 10-6-2026)", "2026-31"),
    ("code_publishing/chapter", "§ 1, 2019; prior", "§ 1, 2019; Ord. 2631 § 4, 2026; prior", "2631"),
    ("ecode360/section_page", "L.L. No. 3-2019]", "L.L. No. 3-2019; 10-6-2026 by L.L. No. 31-2026]", "31-2026"),
    ("encodeplus/chapter", "9-3-2019)", "9-3-2019; Ord. No. 2026-31, 10-6-2026)", "2026-31"),
    ("municode_library/watched_article", "9-3-2019)", "9-3-2019; Ord. No. 26-31, § 2, 10-6-2026)", "26-31"),
    ("municode_library/plain_text_export", "9-3-2019 )", "9-3-2019 ; Ord. No. 26-31, § 2, 10-6-2026 )", "26-31"),
    ("openlaw/section", "Law 19-194, § 2<", "Law 19-194, § 2; Oct. 6, 2026, D.C. Law 26-31, § 2<", "26-31"),
    ("qcode/section", "§ 1, 2019)", "§ 1, 2019; Ord. 2631 § 4, 2026)", "2631"),
]
LAW = ("The chief shall report each request", "The chief need not report any request")


def changes(case: str, *edits: tuple[str, str]) -> tuple[Change, ...]:
    """What is told when the saved page of a vendor comes again with these edits."""
    folder = SAVED / case
    site, response = response_of(folder, json.loads((folder / "case.json").read_text("utf-8")))
    body = response.body.decode()
    for old, new in edits:
        assert body.count(old) == 1, old
        body = body.replace(old, new)
    reader = platforms.load(site.platform)
    before, after = (reader.read(site, one) for one in (response, dataclasses.replace(response, body=body.encode())))
    snapshots = ("a" * 64, "b" * 64)
    return diff.compare(before, after, site=site, request=response.request, now=NOW, last_seen=NOW, snapshots=snapshots)


@pytest.mark.parametrize(("case", "old", "new", "number"), PUBLISHED, ids=[row[0] for row in PUBLISHED])
def test_a_supplement_that_adds_to_a_history_note_changes_no_law(case: str, old: str, new: str, number: str) -> None:
    assert changes(case, (old, new)) == ()


@pytest.mark.parametrize(("case", "old", "new", "number"), PUBLISHED, ids=[row[0] for row in PUBLISHED])
def test_the_ordinance_of_the_new_words_is_the_one_that_the_note_newly_names(
    case: str, old: str, new: str, number: str
) -> None:
    (found,) = changes(case, (old, new), LAW)
    assert [one.number for one in found.ordinances] == [number]
    (alone,) = changes(case, LAW)
    assert alone.ordinances == ()


FORMATTED = [
    ("ecode360/section_page", "See also Ch. 40.", "See also Chs. 40 and 41."),
    ("municode_library/watched_article", "Cross reference— Offenses, ch. 18.", "Cross reference— Offenses, ch. 19."),
    ("municode_library/plain_text_export", "--- (5) ---", "--- (6) ---"),
    ("encodeplus/chapter", "Cross reference(s) – Police, § 11-1", "Cross reference(s) – Police, § 11-2"),
    ("code_publishing/one_section", "has the official version", "keeps the official version"),
]


@pytest.mark.parametrize(("case", "old", "new"), FORMATTED, ids=[row[0] for row in FORMATTED])
def test_foot_notes_references_and_disclaimers_change_no_law(case: str, old: str, new: str) -> None:
    assert changes(case, (old, new)) == ()


@pytest.mark.parametrize(
    ("case", "old", "new", "number"),
    [
        (
            "municode_library/newest_supplement",
            "Ordinance No. 26-18, enacted March 3",
            "Ordinance No. 26-31, enacted October 6",
            "26-31",
        ),
        ("code_publishing/one_section", "Ordinance 2618", "Ordinance 2631", "2631"),
        ("amlegal/newest_version", "Ord. 2026-18, passed 3-3-2026", "Ord. 2026-31, passed 10-6-2026", "2026-31"),
    ],
)
def test_the_banner_names_the_ordinance_too(case: str, old: str, new: str, number: str) -> None:
    (found,) = changes(case, (old, new))
    assert found.key == "codified-through"
    assert [one.number for one in found.ordinances] == [number]


@pytest.mark.parametrize(
    ("note", "numbers"),
    [
        ("(Ord. No. 9, 3-2-2020; Ord. No. 12, 6-1-2026)", ("9", "12")),
        ("(Ord. 2024-15, § 2)", ("2024-15",)),
        ("(Ord. 123, 124 and 130; Code 1980, § 4)", ("123", "124", "130")),
        ("(Ord. No. O-2024-15, § 1, 2024)", ("O-2024-15",)),
        ("(Ord. 5-2-2020)", ()),
        ("(Code 1980, § 2-61)", ()),
    ],
)
def test_numbers_are_read_from_notes(note: str, numbers: tuple[str, ...]) -> None:
    assert cited(note) == numbers


@pytest.mark.parametrize(
    ("name", "title", "is_it"),
    [
        ("file/26-31", "An ordinance on detainers", True),
        ("file/ORD 26-31", "An ordinance on detainers", True),
        ("file/2026-0412", "Ordinance No. 26-31 on detainers", True),
        ("words/abc", "ORDINANCE 26-31 ON DETAINERS", True),
        ("file/26-310", "An ordinance on detainers", False),
        ("file/126-31", "Ordinance No. 26-310 on detainers", False),
    ],
)
def test_the_matter_of_that_number_is_linked_and_told(name: str, title: str, is_it: bool) -> None:
    case, old, new, _ = PUBLISHED[4]
    tie = Tie(name, f"thread/{name}", title)
    (found,) = linked(changes(case, (old, new), LAW), [Tie("file/1", "file/1", "Pool fees"), tie])
    (one,) = found.ordinances
    assert (one.thread, one.title) == ((tie.thread, title) if is_it else ("", ""))
    assert what_happened(found, "code", "UTC").endswith("; by Ordinance 26-31")
    assert (title in as_text(found, None)) == is_it
    assert change_line(found)["ordinances"] == [
        {"number": "26-31", "thread": one.thread or None, "title": one.title or None}
    ]


SITES = """
version: 1
defaults: {{min_delay: 0s, channels: [log]}}
channels: {{log: {{kind: console}}}}
sites:
  - id: ordinances
    jurisdiction: {{name: Elm Falls, state: MA, kind: city, time_zone: America/New_York}}
    platform: page
    kind: legislation
    url: {base}/ordinances
  - id: code
    jurisdiction: ordinances
    platform: qcode
    kind: code
    url: {base}/codes/elmfalls/view.php?topic=9-9_04-9_04_010&frames=off
"""
CODE = (
    '<html><head><title>Elm Falls Municipal Code</title><link rel="stylesheet" href="/codes/qcode.css"></head><body>'
    '<div class="content"><div class="heading">9.04.010 Civil detainers.</div>'
    "<p>A. {law} hold a person on a civil immigration detainer from ICE. (Ord. 1911 § 1, 2019{note})</p></div></body></html>"
)
ORDINANCE = (
    "<p>Ordinance 2631 amending chapter 9.04: officers may hold persons on civil immigration detainers from ICE.</p>"
)


@pytest.fixture
def town() -> Iterator[Town]:
    yield from a_town()


def test_an_ordinance_watched_first_is_named_when_the_code_takes_it_up(town: Town, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.sites(SITES.format(base=town.base))
    code = "/codes/elmfalls/view.php?topic=9-9_04-9_04_010&frames=off"
    town.put("/ordinances", "<html><body><main><h1>Ordinances</h1><p>Ordinance 2618 on pools.</p></main></body></html>")
    town.put(code, CODE.format(law="No officer shall", note=""))
    desk.lines("check")
    town.put(
        "/ordinances",
        f"<html><body><main><h1>Ordinances</h1><p>Ordinance 2618 on pools.</p>{ORDINANCE}</main></body></html>",
    )
    (passed,) = of_type(desk.lines("check", "--no-deliver"), "alert")
    town.put(code, CODE.format(law="An officer may", note="; Ord. 2631 § 4, 2026"))
    lines = desk.lines("check", "--no-deliver")
    (told,) = of_type(lines, "alert")
    (law,) = of_type(lines, "change")
    assert "by Ordinance 2631" in told["headline"]
    (one,) = law["ordinances"]
    assert one["number"] == "2631"
    assert f"ma-elm-falls/{one['thread']}" == passed["thread"]
    assert "amending chapter 9.04" in one["title"]
