"""The lexicon fires where its examples say and stays silent where its counter-examples say."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from watcher.errors import RegistryError
from watcher.judge import Judge, Lexicon, builtin, builtin_lexicon, parse_lexicon
from watcher.judge.cues import Finder, find
from watcher.judge.folding import fold
from watcher.judge.lexicon import TOPICS, Entry

ENTRIES = builtin_lexicon().entries


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_an_entry_fires_on_its_example(entry: Entry) -> None:
    assert entry.id in {cue.entry.id for cue in find(builtin_lexicon(), entry.example)}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_an_entry_stays_silent_on_its_counter_example(entry: Entry) -> None:
    assert entry.id not in {cue.entry.id for cue in find(builtin_lexicon(), entry.counter)}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_the_literals_of_an_entry_hide_nothing_that_its_patterns_find(entry: Entry) -> None:
    bare = Lexicon((replace(entry, words=(), need_words=()),))
    for other in ENTRIES:
        for text in (other.example, other.counter):
            found = [(cue.start, cue.end) for cue in find(bare, text)]
            assert [(cue.start, cue.end) for cue in find(Lexicon((entry,)), text)] == found, text


def test_every_topic_of_the_taxonomy_has_an_entry() -> None:
    assert set(TOPICS) <= {entry.topic for entry in ENTRIES}


def test_no_counter_example_alone_makes_a_text_relevant_beside_neighbouring_subjects() -> None:
    heard = [
        entry.id
        for entry in ENTRIES
        if entry.strength == "against" and builtin().judge_text(entry.example).label == "relevant"
    ]
    assert heard == []


OWN = """version: 1
entries:
  - id: regional-jail-pact
    topic: detention_facility
    strength: alone
    word: [bluegrass pact]
    pattern: ['\\bbluegrass pact\\b']
    reason: What our county calls its bed contract.
    example: Renewal of the Bluegrass Pact.
    counter: A pact on bluegrass seed.
"""


def test_a_users_own_terms_join_the_built_in_ones() -> None:
    own = parse_lexicon(OWN, "my-terms.yaml")
    judge = Judge(builtin_lexicon().joined(own))
    assert judge.judge_text("Renewal of the Bluegrass Pact").topics == ("detention_facility",)
    assert builtin().judge_text("Renewal of the Bluegrass Pact").label == "unrelated"


def test_an_own_entry_with_a_built_in_id_replaces_it() -> None:
    own = parse_lexicon(OWN.replace("regional-jail-pact", "sanctuary"), "my-terms.yaml")
    judge = Judge(builtin_lexicon().joined(own))
    assert judge.judge_text("A sanctuary city resolution").label == "unrelated"


@pytest.mark.parametrize(
    ("mistake", "line", "says"),
    [
        (("strength: alone", "strength: strong"), 5, "“strong” is not one of alone, likely, hint, against"),
        (("topic: detention_facility", "topic: detention_facilities"), 4, "did you mean detention_facility?"),
        (("reason:", "reasons:"), 8, "did you mean reason?"),
        (("'\\bbluegrass pact\\b'", "'\\b(bluegrass pact'"), 7, "is not a regular expression"),
        (("'\\bbluegrass pact\\b'", "'<fedd> pact'"), 7, "did you mean fed"),
        (("version: 1", "version: 2"), 1, "must be 1"),
        (("    counter: A pact on bluegrass seed.\n", ""), 3, "counter: is missing"),
        (("entries:\n", "entries: none\nother:\n"), 2, "must be a list"),
        (("strength: alone", "strength: alone\n    tier: centre"), 6, "“centre” is not one of core, adjacent"),
        (
            ("strength: alone", "strength: alone\n    needs: {within: near, pattern: jail}"),
            6,
            "must be a number of characters",
        ),
        (("strength: alone", "strength: alone\n    not: {before: jail}"), 6, "is not a key of the lexicon"),
        (("    topic: detention_facility", "    id: again"), 4, "stands twice"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_line(mistake: tuple[str, str], line: int, says: str) -> None:
    text = OWN.replace(*mistake)
    assert text != OWN
    with pytest.raises(RegistryError) as caught:
        parse_lexicon(text, "my-terms.yaml")
    assert any(str(p).startswith(f"my-terms.yaml:{line}:") and says in str(p) for p in caught.value.problems), str(
        caught.value
    )


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(RegistryError) as caught:
        parse_lexicon(
            OWN.replace("strength: alone", "strength: strong").replace("version: 1", "version: 2"), "my-terms.yaml"
        )
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("text", ["", "entries: [", "- a\n- b", "entries: []", "entries:\n  - 7\n"])
def test_what_is_no_lexicon_is_refused(text: str) -> None:
    with pytest.raises(RegistryError):
        parse_lexicon(text, "my-terms.yaml")


SHARED = Path(__file__).parents[2] / "../shared/relevance/dev.jsonl"


def test_the_literals_hide_nothing_in_real_texts_either() -> None:
    if not SHARED.exists():
        pytest.skip(f"no labelled texts at {SHARED}")
    texts = [fold(json.loads(line)["text"]) for line in SHARED.read_text(encoding="utf-8").splitlines()]
    for entry in ENTRIES:
        quick, bare = Finder(Lexicon((entry,))), Finder(Lexicon((replace(entry, words=(), need_words=()),)))
        for text in texts:
            if len(text.low) < 3000:
                assert quick.find(text, support=True) == tuple(
                    replace(cue, entry=entry) for cue in bare.find(text, support=True)
                ), entry.id
