"""How people may attend a meeting or comment on its business, in the words of the agenda or of the vendor's own fields.

Whole sentences are quoted, none is put together: who may come, the link, the number to call, until when comments are taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from bs4 import BeautifulSoup

from watcher.model import Passage

HEAD, END = 60, 40  # passages at the beginning and end of an agenda in which clerks say so
MOST = 5  # sentences
LONGEST = 700  # characters of all
SHORTEST_SENTENCE, LONGEST_SENTENCE = 20, 450

# "Jan. 5", "No. 3" and "a.m." end no sentence; an address of a page goes on behind its full stops anyway.
_SENTENCE = re.compile(
    r"(?<=[.!?:])(?<!\b[ap]\.m\.)(?<!\b(?:No|St|Rm|Dr|Mr|Ms|Ph)\.)(?<!\bU\.S\.)\s+(?=[A-Z¿“\"(*•])|\n+"
)
# What one may do, by the letters each word begins with: a text without any of them says nothing and is not looked through.
_WORDS = {
    "attend": "attend", "join": "join", "particip": r"particip(?:at\w+|ar)", "watch": "watch(?:ed)?", "view": "view(?:ed)?",
    "listen": "listen", "observe": "observe", "live": r"live ?stream\w*", "stream": "stream(?:ed|ing)?", "broadcast": "broadcast",
    "televised": "televised", "zoom": "zoom", "web": "webex|webinar", "teleconference": "teleconference",
    "dial": "dial(?:[- ]?in)?", "call": "call(?:ing)?[- ]in", "comment": "comments?", "speak": "speak(?:ers?)?",
    "address": "address the", "testi": "testi(?:fy|mony)", "be ": "be heard", "asistir": "asistir", "comentario": "comentarios?",
    "unirse": "unirse", "transmisi": "transmisi[oó]n", "teams.": r"teams\.(?:microsoft|live)\.com", "goto": "gotomeet(?:ing)?",
}  # fmt: skip
_WHAT = re.compile(rf"\b(?:{'|'.join(_WORDS.values())})\b")
_MEANS = re.compile(
    r"https?://|\bwww\.|[\w.+-]@[\w-]+\.\w|\b(?:\d{3}[-. )]+){2}\d{4}\b|\b(?:meeting|webinar) id\b|\bzoom\b|\bin[- ]person\b|\bchannel \d"
    r"|\bspeaker(?:['’]?s)? (?:card|slip|form)|\brequest[- ]to[- ]speak|\bsign[- ]?(?:up|in)\b|\bregister\b|\b(?:e-?mail|mail(?:ed)?|in writing|written)\b"
    r"|\b(?:two|three|four|five|\d{1,2}) (?:\(\d\) )?minutes\b|\blive ?stream\w*|\byoutube\b|\bfacebook\b|\ben persona\b|\bcorreo\b",
)
_WHOM = re.compile(
    r"\b(?:public|persons?|people|residents?|citizens?|members?|anyone|any(?:body| individual)|individuals?|interested|those|wish\w*|may|can|will|must|should|shall"
    r"|please|you|to (?:join|attend|watch|view|listen|participate|comment|speak|submit)|p[uú]blico|personas?|puede[n]?|join|meeting id|webinar id)\b",
)
# A link into a meeting room says all, whatever stands around it ("Virtual meeting - https://…").
_ROOM = re.compile(
    r"https?://(?:[\w-]+\.)*(?:zoom(?:gov)?\.(?:us|com)/(?:j|w|s|my|wc|webinar|meeting)/|webex\.com/|teams\.(?:microsoft|live)\.com/(?:l/meetup|meet)"
    r"|gotomeet(?:ing)?\.(?:com|me)/|meet\.google\.com/)"
)
_BLOCKS = "p, div, li, tr, td, th, h1, h2, h3, h4, h5, h6"
_NOT = re.compile(
    r"\b(?:disabilit\w+|accommodations?|americans with|\bada\b|minutes of the|discriminat\w+|record(?:ed|ing) of)\b|^\W*(?:approv|adopt|resolution|ordinance)"
    r"|^\W*(?:the )?(?:committee|council|board|commission)(?= (?:will|may|shall|can) (?!take|accept|hear|receive|be|meet|also be))",
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


def told(*texts: str, join: str = "") -> str:
    """Return the same out of what a vendor's fields say of one meeting: a remark, a description, a place; plain or mark-up.

    `join` is the address in a field that the vendor keeps for a link to join by; it stands behind "Join:".
    """
    passages = [Passage(f"Join: {join.strip()}")] if re.match(r"https?://\S+\Z", join.strip()) else []
    for text in texts:
        if any(letters in text.lower() for letters in _WORDS):
            passages += [Passage(line) for line in (_lines(text) if "<" in text else text.splitlines())]
    return attending(passages)


def both(first: str, second: str) -> str:
    """Return what two sources say of one meeting, each sentence once."""
    return "\n".join(dict.fromkeys([*first.splitlines(), *second.splitlines()]))


def _lines(markup: str) -> list[str]:
    """The lines of some mark-up; a link into a meeting room stands behind the words that lead there."""
    root = BeautifulSoup(markup, "lxml")
    for link in root.select("a[href]"):
        href = str(link["href"]).strip()
        if _ROOM.match(href.lower()) and href not in link.get_text():
            link.append(f" {href}")
    for newline in root.find_all("br"):
        newline.replace_with("\n")
    for block in root.select(_BLOCKS):
        block.append("\n")
    return root.get_text().splitlines()


def _edges(passages: Sequence[Passage]) -> Iterable[Passage]:
    return passages if len(passages) <= HEAD + END else (*passages[:HEAD], *passages[-END:])


def _sentences(passages: Iterable[Passage]) -> Iterator[str]:
    texts = [(passage.text, passage.text.lower()) for passage in passages if len(passage.text) >= SHORTEST_SENTENCE]
    whole = "\n".join(low for _, low in texts)
    begun = [letters for letters in _WORDS if letters in whole]  # an agenda has some of them
    for text, low in texts:
        # most passages are titles of items: not worth splitting
        if any([letters in low for letters in begun]) and _WHAT.search(low):  # noqa: C419 - a list is faster
            for sentence in _SENTENCE.split(text):
                yield " ".join(sentence.split())


def _says(sentence: str) -> bool:
    if not SHORTEST_SENTENCE <= len(sentence) <= LONGEST_SENTENCE:
        return False
    low = sentence.lower()  # the patterns are of small letters: without a flag they run in half the time
    says = low.startswith("join: http") or _ROOM.search(low) or all(p.search(low) for p in (_WHAT, _WHOM, _MEANS))
    return bool(says) and not _NOT.search(low)
