"""Judges whether a change concerns local cooperation with ICE, which way it points, how far it has come, and why.

    builtin()                        the judge with the lexicon that ships
    parse_lexicon(text, name)        a user's own lexicon (RegistryError with file and line of every mistake)
    Judge(lexicon)                   .judge(change), .judge_text(text, context), .judge_pair(before, after, context)

Context is a sequence of titles, headings and names; evidence of side "context" counts in `"\\n".join(context)`.
"""

from __future__ import annotations

from functools import lru_cache

from watcher.judge.judge import NAME, Judge, context_of
from watcher.judge.lexicon import Lexicon, builtin_lexicon, parse_lexicon

__all__ = ["NAME", "Judge", "Lexicon", "builtin", "builtin_lexicon", "context_of", "parse_lexicon"]


@lru_cache(maxsize=1)
def builtin() -> Judge:
    """The judge with the lexicon that ships. Made once; it holds no state."""
    return Judge(builtin_lexicon())
