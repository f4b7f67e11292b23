"""What buttons and commands answer, from values alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.news import BOSTON, NOON, SITE, alert
from watcher.alerts import short_id, units
from watcher.answers import BUTTONS, HELP, LENGTH, Answer, Known, Question, answer, asked, handle, heard, named
from watcher.model import Delivery, Mute, Route, SiteState

TOLD = alert("k1")
WIDE = Known(
    now=NOON,
    sites={"boston-council": SITE, "salem-council": replace(SITE, id="salem-council", enabled=False)},
    states={"boston-council": SiteState("boston-council", SITE.url, health="blind", reason="wall", last_good_at=NOON)},
    owed=3,
    oldest=timedelta(minutes=12),
    last=TOLD,
    parked={"field": "parked: kicked"},
)
ABOUT = replace(
    WIDE, alert=TOLD, deliveries=(Delivery("k1/log", "k1", "log", "withheld", "route 2: hears stage adopted"),)
)


def ask(text: str, known: Known = WIDE, **more: Any) -> Answer:
    who: dict[str, Any] = {"who": "Ada (U1)", "allowed": True, "where": "newsroom"} | more
    return answer(asked(text, **who), known)


def test_status_says_how_the_watching_goes() -> None:
    text = ask("/status").text
    assert "1 site watched: 1 blind." in text
    assert f"Last alert: Tue 24 Nov 2026, 7:00 AM EST {short_id('k1')}" in text
    assert "still to send: 3, the oldest for 12 min" in text
    assert "Channel field waits: parked: kicked" in text


def test_sites_shows_those_in_trouble_or_by_name() -> None:
    assert ask("sites").text == "boston-council: blind (wall), last good visit Tue 24 Nov 2026, 12:00 PM UTC"
    assert ask("sites salem").text == "salem-council: off, no good visit yet"
    assert ask("sites nowhere").text == "No site has “nowhere” in its id or place."
    assert ask("sites", replace(WIDE, states={})).text == "No site is in trouble."
    many = {f"s{n}": replace(SITE, id=f"s{n}") for n in range(40)}
    assert ask("sites boston", replace(WIDE, sites=many)).text.endswith("and 25 more")


def test_why_gives_words_cues_snapshots_and_every_channel() -> None:
    text = ask("why #ANY", ABOUT).text
    for part in (
        short_id("k1"), "Judged: relevant (93% likely)", "“civil immigration detainer” – detainer requests", "- a cue",
        "snapshots sha-256 after aaaaaaaaaaaa", "log: withheld, route 2: hears stage adopted", "noticed Tue 24 Nov",
    ):  # fmt: skip
        assert part in text
    assert ask("why boston-council").text.startswith("boston-council: blind")
    assert "Nothing is called “zzz”" in ask("why zzz").text
    assert ask("why").text.startswith("Say of what")


def test_a_mute_has_an_end_a_reason_and_an_author() -> None:
    said = ask("mute #K1 12h on it", ABOUT)
    assert said.mute == Mute(TOLD.thread, NOON + timedelta(hours=12), "on it", "Ada (U1)", NOON)
    assert "Muted by Ada (U1) until Wed 25 Nov 2026, 12:00 AM UTC: matter 2026-0412." in said.text
    assert (ask("mute boston-council 2w moving").mute or TOLD).what == "boston-council"  # type: ignore[union-attr]
    assert (ask(f"mute {BOSTON.slug} 1d why").mute or TOLD).what == BOSTON.slug  # type: ignore[union-attr]
    assert (ask("mute detainer 1d why").mute or TOLD).what == "detainer"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text", ["mute #K1", "mute #K1 7d", "mute #K1 200d why", "mute #K1 0d why", "mute #K1 soon why"]
)
def test_a_mute_without_end_or_reason_or_for_ever_is_not_made(text: str) -> None:
    said = ask(text, ABOUT)
    assert said.mute is None
    assert "Say how long (at most 90 days) and why" in said.text


def test_the_button_mutes_for_seven_days() -> None:
    said = ask(f"mute:{handle('k1')}", ABOUT, button=True)
    assert said.mute is not None
    assert said.mute.until == NOON + timedelta(days=7)
    assert said.mute.reason == "button in newsroom"


def test_what_is_muted_can_be_heard_again() -> None:
    mute = Mute(TOLD.thread, NOON + timedelta(days=1), "r", "b", NOON)
    assert ask("unmute #K1", replace(ABOUT, mutes=(mute,))).unmute == TOLD.thread
    assert ask("unmute #K1", ABOUT).unmute is None
    assert "is not muted" in ask("unmute salem-council").text


def test_not_relevant_is_feedback_and_no_mute() -> None:
    said = ask("not_relevant:k1", ABOUT, button=True)
    (word,) = said.feedback
    assert (word.said, word.change, word.by, word.note) == ("not_relevant", "c-k1", "Ada (U1)", "button in newsroom")
    assert said.mute is None


@pytest.mark.parametrize("verb", ["mute", "unmute", "not_relevant"])
def test_whoever_is_not_allowed_gets_a_polite_no(verb: str) -> None:
    said = ask(f"{verb} k1 7d why", ABOUT, allowed=False)
    assert not said.decided
    assert said.text.startswith("Sorry, only people whom the operator lists may do that, and you (Ada (U1))")


def test_subscribe_says_what_a_chat_hears_and_how_it_is_made_to() -> None:
    assert "- route 1: all" in ask("subscribe", replace(WIDE, hears=("route 1: all",))).text
    stranger = ask("/start", where="", entry="  new: {kind: telegram, chat: -5}").text
    assert "  new: {kind: telegram, chat: -5}" in stranger
    assert heard(Route(("a",), states=("MA",), digest="hourly")) == "states MA; hourly; relevant alerts"


def test_an_unknown_word_and_none_get_the_list() -> None:
    assert ask("dance").text == ask("").text == HELP
    assert asked("/status@the_bot").verb == "status"


def test_alerts_are_named_by_key_handle_and_short_id() -> None:
    keys = ["f" * 64, "e" * 64]
    assert named("e" * 64, keys) == named("e" * 12, keys) == named(short_id("e" * 64), keys) == "e" * 64
    assert named(short_id("e" * 64).lstrip("#").lower(), keys) == "e" * 64
    assert named("e", keys) is named("", keys) is named("#", keys) is None


@given(st.text(max_size=200))
def test_a_handle_fits_into_telegrams_button(key: str) -> None:
    assert all(len(f"{verb}:{handle(key)}".encode()) <= 64 for verb in ("unmute", *dict(BUTTONS)))
    assert key.startswith(handle(key))


@given(st.text(max_size=300), st.booleans(), st.booleans())
def test_any_words_get_an_answer_that_fits(text: str, allowed: bool, button: bool) -> None:
    question: Question = asked(text, button=button, who=text[:20], allowed=allowed)
    assert 1 <= units(answer(question, ABOUT).text) <= LENGTH
