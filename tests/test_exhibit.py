"""A change as a page to file: when it can have happened, what was there before and after, how to check it."""

from __future__ import annotations

from dataclasses import replace

from tests.fakes.news import NOON, SITE, WORDS, change
from watcher.exhibit import as_html, as_text, facts


def test_the_interval_within_which_it_happened_is_told_and_no_time_is_guessed() -> None:
    told = dict(facts(change(), SITE))
    assert told["Happened"] == "after Tue 24 Nov 2026, 6:00 AM EST and before Tue 24 Nov 2026, 7:00 AM EST"
    first = replace(change(), last_seen_unchanged_at=None)
    assert dict(facts(first, SITE))["Happened"] == "before Tue 24 Nov 2026, 7:00 AM EST"


def test_the_time_before_the_meeting_stands_beside_the_rule_of_the_place() -> None:
    told = dict(facts(change(), SITE))["Timing"]
    assert told.startswith("revised 7 days before the meeting; regular notice in Massachusetts is 48 h")
    assert "Timing" not in dict(facts(replace(change(), seen_at=NOON.replace(year=2027)), SITE))


def test_the_page_holds_both_texts_their_hashes_and_how_to_check_them_and_asks_nobody_for_anything() -> None:
    page = as_html(change(before="It may. " + WORDS), SITE)
    for digest in ("a" * 64, "b" * 64):
        assert f"objects/{digest[:2]}/{digest[2:]}.zst | sha256sum" in page
    assert "<del>It may. The Boston" in page
    for word in ("<script", "<img", "<link", "@import", "url("):
        assert word not in page
    assert "Happened" in as_text(change(), SITE)
