"""The small trained model ranks what the rules are silent on, raises a passage to unsure at most, and always says the same."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from watcher.judge import Judge, Words, builtin, builtin_lexicon, builtin_words
from watcher.judge.folding import fold
from watcher.judge.words import BITS, features, near

ON_TOPIC = "Receive a staff report on the role of the city with respect to federal immigration actions in the county"
BESIDE = "Contract for inmate telephone services at the county jail, second renewal"
ORDINARY = "Approve the repaving of Elm Street and the purchase of two road graders"
EVERYTHING = Words("all", [127] * (1 << BITS), scale=1.0, bias=50.0, raised=0.0)


def test_it_ranks_what_the_rules_are_silent_on() -> None:
    scores = [builtin().judge_text(text).score for text in (ON_TOPIC, BESIDE, ORDINARY)]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3


def test_it_never_makes_a_text_relevant_however_sure_it_is() -> None:
    verdict = Judge(builtin_lexicon(), EVERYTHING).judge_text(BESIDE)
    assert (verdict.label, verdict.topics, verdict.tier) == ("unsure", (), "adjacent")
    assert verdict.evidence
    assert all(BESIDE[e.start : e.end] == e.text and e.cue == "words" for e in verdict.evidence)
    assert "its words are those of texts on the subject" in " ".join(verdict.reasons)


@pytest.mark.parametrize("text", [ORDINARY, "Section 9. Enforcement.", "", "jail " * 2000])
def test_it_is_not_asked_about_headings_books_and_what_is_far_from_the_subject(text: str) -> None:
    assert Judge(builtin_lexicon(), EVERYTHING).judge_text(text).label == "unrelated"


def test_where_the_rules_speak_it_has_no_say() -> None:
    text = "The sheriff shall honor every immigration detainer."
    alone, both = Judge(builtin_lexicon()).judge_text(text), Judge(builtin_lexicon(), EVERYTHING).judge_text(text)
    assert (alone.label, alone.score, alone.evidence) == (both.label, both.score, both.evidence)


def test_without_it_the_rules_stand_alone_and_say_so_in_every_verdict() -> None:
    alone = Judge(builtin_lexicon())
    assert alone.judge_text(ON_TOPIC).judge == alone.name
    assert alone.name.startswith("rules@")
    assert builtin().name.startswith("rules+words@")


def test_it_is_read_as_it_was_written_and_says_the_same_in_another_process() -> None:
    model = builtin_words()
    low = fold(ON_TOPIC).low
    assert Words.read(model.written({})).lean(low) == model.lean(low)
    code = f"from watcher.judge import builtin; print(builtin().judge_text({ON_TOPIC!r}).score, builtin().name)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert told == [str(builtin().judge_text(ON_TOPIC).score), builtin().name]


def test_it_is_small_and_loads_in_milliseconds() -> None:
    content = builtin_words().written({})
    assert len(content) < 300_000
    started = time.process_time()
    Words.read(content)
    assert time.process_time() - started < 0.1


def test_the_same_words_twice_weigh_once_and_a_text_without_words_leans_by_the_bias() -> None:
    assert features("jail jail jail") == features("jail jail")
    assert features("... 12 .") == frozenset()
    assert EVERYTHING.lean("... 12 .") == 50.0
    assert not near("a jail")
