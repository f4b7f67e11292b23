"""Judges whether a change concerns local cooperation with ICE, which way it points, how far it has come, and why.

    builtin()                        the judge with the lexicon that ships
    parse_lexicon(text, name)        a user's own lexicon (RegistryError with file and line of every mistake)
    builtin_words()                  the trained model that ships
    accuracy()                       how right it was when last measured
    builtin_topics()                 the trained layer that names topics
    Judge(lexicon, words, topics)    .name, .judge(change), .judge_text(text, context), .judge_pair(before, after, context)

Context is a sequence of titles, headings and names; evidence of side "context" counts in `"\\n".join(context)`.
"""

from __future__ import annotations

from functools import lru_cache

from watcher.judge.accuracy import Accuracy, accuracy
from watcher.judge.judge import Judge, context_of
from watcher.judge.lexicon import Lexicon, builtin_lexicon, parse_lexicon
from watcher.judge.topics import Topics, builtin_topics
from watcher.judge.words import Words, builtin_words

__all__ = [
    "Accuracy", "Judge", "Lexicon", "Topics", "Words", "accuracy", "builtin", "builtin_lexicon", "builtin_topics", "builtin_words",
    "context_of", "parse_lexicon",
]  # fmt: skip


@lru_cache(maxsize=1)
def builtin() -> Judge:
    """The judge with the lexicon and the models that ship. Made once; it holds no state."""
    return Judge(builtin_lexicon(), builtin_words(), builtin_topics())
