"""What a pattern requires: asked for first, it must never keep a match from being found."""

from __future__ import annotations

import re

import pytest

from watcher.judge.lexicon import builtin_lexicon
from watcher.judge.required import missing, required


@pytest.mark.parametrize(
    ("pattern", "groups"),
    [
        (
            r"\bfund\w* (?:for )?(?:the )?detention (?:beds|cent(?:er|re)s?)",
            ((" detention ",), ("fund",), ("beds", "center", "centre")),
        ),
        (r"\bhono[u]?rs? detainers\b", (("honor detainers", "honors detainers", "honour detainers", "honours detainers"),)),
        (r"jail(?: services)?", (("jail",),)),
        (r"(?:detain|custod)\w+", (("custod", "detain"),)),
        (r"(?:detain|\w+) here", ((" here",),)),
        (r"(?:abc){2,}x?", (("abc",),)),
        (r"(?=lookahead)\w+(?!never)", ()),
        (r"(?i:any case) and so", ((" and so",),)),
        (r"[a-z]{3}\d+", ()),
    ],
)  # fmt: skip
def test_the_literals_that_must_stand(pattern: str, groups: tuple[tuple[str, ...], ...]) -> None:
    assert required(re.compile(pattern)) == groups


def test_nothing_is_required_without_regard_to_case() -> None:
    assert required(re.compile("detainer", re.IGNORECASE)) == ()


def test_a_text_with_a_literal_of_each_group_is_searched_and_others_are_not() -> None:
    groups = (("jail", "prison"), ("bed",))
    assert not missing(groups, "a prison with a hundred beds")
    assert missing(groups, "a jail")
    assert missing(groups, "a bed")


def test_no_pattern_of_the_lexicon_misses_what_it_matches_in_the_examples() -> None:
    entries = builtin_lexicon().entries
    texts = [text.lower() for entry in entries for text in (entry.example, entry.counter)]
    texts += [text for entry in entries for text in (entry.example, entry.counter)]
    found = 0
    for pattern in (pattern for entry in entries for pattern in entry.patterns):
        groups = required(pattern)
        for text in texts:
            if pattern.search(text):
                found += 1
                assert not missing(groups, text), (pattern.pattern, groups, text)
    assert found > len(entries)
