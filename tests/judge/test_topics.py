"""Topics are read from what a text is about, by a layer that stays the same however often and in whatever order it is asked."""

from __future__ import annotations

import pytest

from watcher.judge import Judge, Topics, builtin, builtin_lexicon, builtin_topics, builtin_words, parse_lexicon
from watcher.judge.cues import Finder
from watcher.judge.folding import fold
from watcher.judge.lexicon import TOPICS
from watcher.judge.topics import BITS, DIRECTIONS, LONGEST, features

FINDER = Finder(builtin_lexicon())
JAIL = "No inmate shall be kept past the hour of release for immigration agents."


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        (JAIL, "detainer"),
        ("Jail staff shall not tell ICE the hour at which an inmate walks out.", "release_notification"),
        ("A fund to give lawyers to residents held by ICE", "legal_defense"),
        (
            "Signs shall say that no parking lot of the city may be used for immigration enforcement.",
            "property_staging",
        ),
        ("Immigration agents shall show a badge and wear no mask.", "agent_id"),
    ],
)
def test_a_topic_is_named_where_no_cue_of_it_needs_to_stand(text: str, topic: str) -> None:
    assert topic in builtin().judge_text(text).topics


def test_without_the_layer_the_topics_of_the_cues_stand() -> None:
    judge = Judge(builtin_lexicon(), builtin_words())
    assert judge.judge_text("The sheriff shall honor every immigration detainer.").topics == ("detainer",)
    assert judge.name != builtin().name


def test_what_is_written_is_read_again() -> None:
    layer = builtin_topics()
    again = Topics.read(layer.written({"texts": 1}))
    folded = fold(JAIL)
    cues = FINDER.find(folded)
    assert again.likely(folded.low, cues) == layer.likely(folded.low, cues)
    assert set(layer.likely(folded.low, cues)) == {*TOPICS, *DIRECTIONS}
    assert all(0 <= p <= 1 for p in layer.likely(folded.low, cues).values())


def test_a_direction_is_said_where_no_clause_says_one_and_taken_out_it_is_reversed() -> None:
    text = "Library Board: staff procedure for visits by immigration enforcement officers"
    new, gone = builtin().judge_pair("", text), builtin().judge_pair(text, "")
    assert (new.stance, gone.stance) == ("limits", "expands")
    assert any("texts of such words" in reason for reason in new.reasons)
    assert builtin().judge_text("Presentation on ICE detainers").stance == "unclear"


def test_an_entry_of_a_user_names_its_topic_by_itself() -> None:
    own = parse_lexicon(
        """
entries:
  - {id: our-jail, topic: vendor, tier: core, strength: alone, word: [blue jail], pattern: ['blue jail'], reason: Ours.,
     example: The blue jail., counter: A red jail.}
""",
        "own.yaml",
    )
    judge = Judge(builtin_lexicon().joined(own), None, builtin_topics())
    assert "vendor" in judge.judge_text("The blue jail is painted.").topics


def test_features_are_bounded_and_the_end_of_a_long_text_has_no_say() -> None:
    long = JAIL.lower() * 200
    assert features(long, ()) == features(long[:LONGEST], ())
    assert all(0 <= place < 1 << BITS for place in features(long, ()))
    assert features("", ()) == {}
