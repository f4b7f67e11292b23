"""One matter, one thread, under whatever number it comes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tests.fakes.news import BOSTON, MATTER, MEETING, NOON, SITE, change
from watcher.alerts import compose
from watcher.alerts.ties import originals, successors
from watcher.ledger import Ledger
from watcher.model import Alert, Change, Matter, Meeting, Site, Tie

DADE = replace(SITE, jurisdiction=replace(BOSTON, slug="fl-miami-dade-county", state="FL"))
TITLE = "Resolution directing the Mayor to honor immigration detainer requests of the Department of Homeland Security"


def item(id: str, file: str | None, text: str, title: str = TITLE, meeting: Meeting = MEETING) -> Change:
    matter = Matter(file, file, title=title) if file else None
    return change(id, after=text, matter=matter, key=f"item:{id}", meeting=meeting)


class Story:
    """The same council visited again and again; the ledger remembers what its matters are called."""

    def __init__(self, folder: Path) -> None:
        self.ledger = Ledger.open(folder / "ledger.sqlite3")
        self.day = NOON

    def visit(self, *changes: Change, site: Site = DADE, later: timedelta = timedelta(days=7)) -> list[Alert]:
        self.day += later
        told = compose(site, changes, self.day, self.ledger.matters(site.jurisdiction.slug))
        self.ledger.record(changes=changes, alerts=told)
        return list(told)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path)
    yield told
    told.ledger.close()


def test_a_substitute_keeps_the_thread_of_the_file_it_replaces_and_so_does_the_next(story: Story) -> None:
    (first,) = story.visit(item("a", "170365", f"{TITLE}. Withdrawn"))
    (second,) = story.visit(item("b", "170419", f"{TITLE} (SUBSTITUTE FOR FILE NO. 170365)", "Another title"))
    (third,) = story.visit(item("c", "170440", f"{TITLE}. Alternate to Item No. 170419", "Yet another"))
    (last,) = story.visit(item("d", "170440", f"{TITLE}. Adopted by a vote of 9-3", "Yet another"))
    assert {alert.thread for alert in (first, second, third, last)} == {"fl-miami-dade-county/file/170365"}
    assert [tie.confidence for tie in second.ties] == [0.95, 0.95]
    assert [alert.key for alert in story.ledger.alerts_in(first.thread)] == [
        a.key for a in (first, second, third, last)
    ]


def test_both_numbers_seen_in_one_visit_are_one_thread_whichever_stands_first(story: Story) -> None:
    new, old = item("b", "170419", f"{TITLE} substitute for 170365"), item("a", "170365", f"{TITLE}. Withdrawn")
    assert {alert.thread for alert in story.visit(new, old)} == {"fl-miami-dade-county/file/170365"}


def test_a_file_that_names_its_successor_takes_it_into_its_thread(story: Story) -> None:
    story.visit(item("a", "170365", f"{TITLE}. Replaced by Item No. 170419"))
    (told,) = story.visit(item("b", "170419", TITLE, "Another title"))
    assert told.thread == "fl-miami-dade-county/file/170365"


def test_an_item_without_a_number_keeps_its_thread_through_two_new_titles(story: Story) -> None:
    titles = [TITLE, TITLE.replace("honor", "decline"), "Ordinance on holds by the Department of Corrections for ICE"]
    (first,) = story.visit(item("a", None, titles[0]))
    heard = [first]
    for number, (before, after) in enumerate(pairwise(titles)):
        heard += story.visit(change(f"t{number}", after=after, before=before, key="item:a:title"))
    heard += story.visit(change("gone", after="", before=titles[-1], key="item:a"))
    assert len(heard) == 4
    assert {alert.thread for alert in heard} == {first.thread}


def test_the_same_title_before_another_body_is_the_same_matter_with_less_confidence(story: Story) -> None:
    (one,) = story.visit(item("a", "2026-0412", TITLE))
    committee = replace(MEETING, id="m2", body="Public Safety Committee")
    (two,) = story.visit(item("b", None, f"First reading: {TITLE}", f"First reading: {TITLE}", committee))
    assert two.thread == one.thread
    assert 0.75 < two.ties[0].confidence < 1


def test_titles_that_differ_in_a_name_or_come_a_year_later_are_two_matters(story: Story) -> None:
    (one,) = story.visit(item("a", None, TITLE))
    (other,) = story.visit(item("b", None, TITLE.replace("Mayor", "Sheriff")))
    (late,) = story.visit(item("c", "2027-0100", TITLE), later=timedelta(days=360))
    assert len({one.thread, other.thread, late.thread}) == 3


def test_entries_of_a_list_are_never_tied_by_their_words(story: Story) -> None:
    site = replace(DADE, kind="list")
    entry = "FLORIDA · Sheriff's Office · 287(g) agreement: Task Force Model · County · signed 2/26/2025"
    (one,) = story.visit(replace(item("a", None, entry), meeting=None), site=site)
    (two,) = story.visit(replace(item("b", None, entry + " second"), meeting=None), site=site)
    assert one.thread != two.thread


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        ("SUBSTITUTE FOR FILE NO. 170365", ("170365",), ()),
        ("This item is a substitute for Item No. 2A1 of Legistar 170365", (), ()),
        ("Alternate to Legislative Item #170419", ("170419",), ()),
        ("[SEE ORIGINAL ITEM UNDER FILE NO. 170365]", ("170365",), ()),
        ("replacing File 2024-0113", ("2024-0113",), ()),
        ("Substituted by Council Bill CB 120435", (), ("CB 120435",)),
        ("See 170440 for final version", (), ("170440",)),
        ("Substitute Ordinance No. 170419 relating to housing", (), ()),
        ("supersedes Resolution R-12-98", (), ()),
        ("a substitute for 2026 policy", (), ()),
    ],
)
def test_numbers_are_tied_only_where_the_text_says_that_one_stands_for_the_other(
    text: str, old: tuple[str, ...], new: tuple[str, ...]
) -> None:
    assert (originals(text), successors(text)) == (old, new)


def test_names_of_other_places_are_not_ours(story: Story) -> None:
    story.visit(item("a", "170365", TITLE))
    boston: list[tuple[Tie, datetime]] = story.ledger.matters("ma-boston")
    assert boston == []
    assert compose(SITE, [change(matter=MATTER)], NOON)[0].thread == "ma-boston/file/2026-0412"
