"""How people may attend a meeting or comment on its business, in the words of the agenda itself.

Whole sentences are quoted, none is put together: who may come, the link, the number to call, until when comments are taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from watcher.model import Passage

HEAD, END = 60, 40  # passages at the beginning and end of an agenda in which clerks say so
MOST = 5  # sentences
LONGEST = 700  # characters of all
LONGEST_SENTENCE = 450

# "Jan. 5", "No. 3" and "a.m." end no sentence; an address of a page goes on behind its full stops anyway.
_SENTENCE = re.compile(
    r"(?<=[.!?:])(?<!\b[ap]\.m\.)(?<!\b(?:No|St|Rm|Dr|Mr|Ms|Ph)\.)(?<!\bU\.S\.)\s+(?=[A-Z¿“\"(*•])|\n+"
)
_WHAT = re.compile(
    r"\b(?:attend|join|participat\w+|watch(?:ed)?|view(?:ed)?|listen|observe|live ?stream\w*|stream(?:ed|ing)?|broadcast|televised|zoom|webex"
    r"|webinar|teleconference|dial(?:[- ]?in)?|call(?:ing)?[- ]in|comments?|speak(?:ers?)?|address the|testi(?:fy|mony)|be heard"
    r"|asistir|participar|comentarios?|unirse|transmisi[oó]n)\b",
    re.IGNORECASE,
)
_STEMS = (  # of `_WHAT`: a text without any of them says nothing
    "attend", "join", "particip", "watch", "view", "listen", "observe", "stream", "broadcast", "televised", "zoom", "webex",
    "webinar", "teleconference", "dial", "call", "comment", "coment", "speak", "address the", "testi", "be heard", "asistir",
    "unirse", "transmisi",
)  # fmt: skip
_MEANS = re.compile(
    r"https?://|\bwww\.|[\w.+-]+@[\w-]+\.\w|\b(?:\d{3}[-. )]+){2}\d{4}\b|\b(?:meeting|webinar) id\b|\bzoom\b|\bin[- ]person\b|\bchannel \d"
    r"|\bspeaker(?:['’]?s)? (?:card|slip|form)|\brequest[- ]to[- ]speak|\bsign[- ]?(?:up|in)\b|\bregister\b|\b(?:e-?mail|mail(?:ed)?|in writing|written)\b"
    r"|\b(?:two|three|four|five|\d{1,2}) (?:\(\d\) )?minutes\b|\blive ?stream\w*|\byoutube\b|\bfacebook\b|\ben persona\b|\bcorreo\b",
    re.IGNORECASE,
)
_WHOM = re.compile(
    r"\b(?:public|persons?|people|residents?|citizens?|members?|anyone|any(?:body| individual)|individuals?|interested|those|wish\w*|may|can|will|must|should|shall"
    r"|please|you|to (?:join|attend|watch|view|listen|participate|comment|speak|submit)|p[uú]blico|personas?|puede[n]?|join|meeting id|webinar id)\b",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:disabilit\w+|accommodations?|americans with|\bada\b|minutes of the|discriminat\w+|record(?:ed|ing) of)\b|^\W*(?:approv|adopt|resolution|ordinance)"
    r"|^\W*(?:the )?(?:committee|council|board|commission)(?= (?:will|may|shall|can) (?!take|accept|hear|receive|be|meet|also be))",
    re.IGNORECASE,
)


def attending(passages: Sequence[Passage]) -> str:
    """Return the sentences of an agenda that say how to attend or comment, one a line; "" where it does not say."""
    found: dict[str, None] = {}
    for sentence in _sentences(_edges(passages)):
        if sentence not in found and _says(sentence) and sum(map(len, found)) + len(sentence) <= LONGEST:
            found[sentence] = None
        if len(found) == MOST:
            break
    return "\n".join(found)


def _edges(passages: Sequence[Passage]) -> Iterable[Passage]:
    return passages if len(passages) <= HEAD + END else (*passages[:HEAD], *passages[-END:])


def _sentences(passages: Iterable[Passage]) -> Iterator[str]:
    for passage in passages:
        low = passage.text.lower()
        if not any(stem in low for stem in _STEMS):
            continue  # most passages are titles of items: not worth splitting
        for sentence in _SENTENCE.split(passage.text):
            yield " ".join(sentence.split())


def _says(sentence: str) -> bool:
    if not 20 <= len(sentence) <= LONGEST_SENTENCE or _NOT.search(sentence):
        return False
    return all(pattern.search(sentence) for pattern in (_WHAT, _MEANS, _WHOM))
