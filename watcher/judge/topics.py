"""What a text that is on the subject is about, and which way it points where its clauses do not say: a small trained layer.

    wordings of a topic (themes.py), cues found, families of wording ─▶ one weight for each topic ─▶ topics
    these, and words and pairs of words ─▶ one weight for each direction ─▶ direction

A topic's own cue is a strong sign and no proof: a text may name detainers and be about a report. The layer is asked only
about texts already found, so its families may be as wide as "beds" or "badge". Single words have no say in topics: they are
those of the places learnt from. Weights are those of one logistic regression a topic or direction, made by
`benchmarks/train_topics.py`; `topics.bin` is a line of JSON, then a signed byte for each (feature, topic or direction).
"""

from __future__ import annotations

import json
import math
import re
from array import array
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Self
from zlib import crc32

from watcher.judge.cues import Cue
from watcher.judge.lexicon import TOPICS
from watcher.judge.themes import NARROW, WIDE
from watcher.model import Stance

BITS = 14
LONGEST = 3000  # characters: the first passages say what a text is about
EVEN = 0.4  # the probability from which a topic is named
LEAST = 0.03  # where none comes so far, the likeliest is named from here: a text on the subject has one
SURE = 0.75  # the probability from which a direction is said, where the other is as unlikely
DIRECTIONS: tuple[Stance, ...] = ("limits", "expands")
WORDS = 4.8  # what all words together weigh before training
NARROW_SAID, WIDE_SAID, EARLY, AGAIN = 2.0, 1.4, 1.0, 0.7  # a wording of a topic; near the beginning; more than once
ALONE, CUE, FAMILY = 1.0, 0.5, 0.6
BEGINNING = 250  # characters

_TOKEN = re.compile(r"\d+\(g\)|[^\W\d_]{2,}")
_ENDING = re.compile(r"(?:ations?|ings?|ed|es|s|ers?|ors?)$")
# Families of wording: each says something of what a text is about once it is known to be on the subject.
_FAMILIES = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("lawyers", r"\b(?:lawyer|attorney|counsel\b|legal aid|legal (?:defen|represent|serv)|public defender|represent|abogad|defensa)"),
        ("schools", r"\b(?:school|campus|pupil|student|principal|superintendent|classroom|educat|escuela|escolar|plantel|teacher|enrol)"),
        ("courts", r"\b(?:courthouse|courtroom|witness|to or from court|chief judge|clerk of court)"),
        ("care", r"\b(?:hospital|clinic|patient|nurse|health|treatment area|worship|church|librar|shelter)"),
        ("held past release", r"\b(?:hold|held|holding|kept?|detain|prolong|retain|retendr|retencion)\w*\b.{0,80}\b(?:past|beyond|after|release|hours?|request|pick-?up|due|liber|salida)"),
        ("hours", r"\b(?:48|forty-eight|24|72)\b.{0,12}hours"),
        ("time of release", r"\b(?:date|time|hour|when|day)\b.{0,40}\b(?:release|discharg|walk out|leav|freed)|\b(?:release|discharge)\b.{0,30}\b(?:date|time|hour)|ahead of the (?:release|discharge)"),
        ("told", r"\b(?:notif|tell|told|alert|inform (?:ICE|imm|fed)|let .{0,40} know|give (?:ICE|notice)|notice)"),
        ("jail", r"\b(?:jail|inmate|prison|booking|intake|lockup|correction|detention (?:cent|facil|staff)|custody|carcel)"),
        ("let into the jail", r"\b(?:interview|desk|office|access|entry|unescorted|enter)\w*\b.{0,80}\b(?:jail|custody|booking|inmate|intake|detention)|\b(?:jail|custody|booking|inmate|intake)\w*\b.{0,80}\b(?:interview|desk|office|access|entry)"),
        ("beds", r"\b(?:beds?|per diem|day rate|inmate day|boards? |hous(?:e|ing)|bed rate|camas|igsa|jail services)"),
        ("papers", r"\b(?:contract|agreement|lease|license|mou|moa|memorandum|acuerdo|convenio|contrato)"),
        ("land use", r"\b(?:zoning|moratori|prohibited use|special permit|land use|warehouse|conditional use)"),
        ("cameras", r"\b(?:plate|alpr|lpr|flock|camera|facial|face recogn|drone|footage|surveil|gang database|dmv|motor vehicle|driver)"),
        ("records", r"\b(?:data|record|information|address|informacion|datos|expedientes|disclos|shar|subpoena)"),
        ("faces and badges", r"\b(?:mask|face cover|conceal|identif|badge|insignia|credential|uniform|impersonat|unmarked|unidentified|name tag)"),
        ("asked for status", r"\b(?:ask|inquir|question|interrog|pregunt|indag|require proof)\w*\b.{0,80}\b(?:status|citizenship|birth|estatus|immigration|nationality)"),
        ("status verified", r"\b(?:verif|check|determin|establish|run)\w*\b.{0,80}\b(?:status|citizenship|unlawfully|nationality|legal)"),
        ("ground", r"\b(?:propert|parking|garage|park |lot\b|land\b|building|premises|facilit|lease|fairground|stag)"),
        ("signs", r"\bsign(?:s|age)\b"),
        ("counted and published", r"\b(?:forum|report|quarter|annual|monthly|statistic|register|log\b|publish|foro|informe|records? of|audit)"),
        ("courts of law", r"\b(?:lawsuit|suit\b|litigat|amicus|complaint|plaintiff|closed session|v\. |legal counsel)"),
        ("grants", r"\b(?:grant|award|fund|jag|byrne|hud|cops)\b"),
        ("conditions", r"\b(?:condition|certif|withh|comply|loss of)"),
        ("state acts", r"\b(?:senate bill|house bill|assembly bill|sb ?\d|hb ?\d|ab ?\d|attorney general|general assembly|legislature|governor|statute)"),
        ("localities", r"\b(?:local (?:entity|agency|government|law enforcement)|municipalit|count(?:y|ies),? (?:city|municipal)|localit|political subdivision|each county|university)"),
        ("a word for or against", r"\b(?:urg|condemn|denounc|oppos|support of|in support|letter|call(?:s|ing)? (?:up)?on|congress|resolution|petition|object|express)"),
        ("designations", r"\b(?:sanctuary|welcoming|refuge|santuario|safe haven|trust act)"),
        ("side by side", r"\b(?:joint|task force|stonegarden|overtime|hsi|homeland security investig|border patrol|patrols|raids|perimeter)"),
        ("lent powers", r"287|deputi[sz]|immigration functions|warrant service|task force model|jail enforcement|1357|functions of an immigration|memorandum of agreement"),
        ("means", r"\b(?:resources|funds?|money|staff|personnel|hours|time|vehicle|equipment|recursos|fondos)\b"),
        ("help", r"\b(?:assist|help|aid|cooperat|collabor|participat|support|enforc|colabor|cooper)"),
        ("companies", r"\b(?:vendor|compan|corporation|procure|bidder|airline|flight|divest|invest|pension|business|broker|contractor)"),
        ("a judge's paper", r"\b(?:judicial|signed by a judge|federal judge|magistrate|orden judicial|article iii)"),
        ("an officer's paper", r"\b(?:administrative (?:warrant|order)|i-20|immigration warrant|warrant of removal|ncic|civil warrant|document signed)"),
        ("local staff", r"\b(?:employee|officer|deput|official|agent of the city|staff)\b"),
        ("transfer", r"\btransfer"),
        ("detainers", r"detainer|i-247|immigration hold|civil hold"),
    )
)  # fmt: skip


def _place(kind: str, name: str) -> int:
    """Words live in the upper half of the places, so that none of them ever speaks for a topic's own wording."""
    half = 1 << (BITS - 1)
    return (crc32(f"{kind} {name}".encode()) & (half - 1)) + (half if kind == "word" else 0)


def _stem(word: str) -> str:
    return word if len(word) < 6 else _ENDING.sub("", word)


def features(low: str, cues: Iterable[Cue]) -> dict[int, float]:
    """Hashed feature → its weight, of a folded text and the cues found in it or around it: what topics are read from."""
    low = low[:LONGEST]
    found: dict[int, float] = {}
    said = 0
    for topic, pattern in NARROW:
        places = [match.start() for match in pattern.finditer(low)]
        if not places:
            continue
        said += 1
        found[_place("said", topic)] = NARROW_SAID
        if places[0] < BEGINNING:
            found[_place("early", topic)] = EARLY
        if len(places) > 1:
            found[_place("again", topic)] = AGAIN
    for topic, pattern in WIDE:
        if pattern.search(low):
            found[_place("wide", topic)] = WIDE_SAID
    for cue in cues:
        found[_place("cue", cue.entry.id)] = CUE
        if cue.entry.topic:
            found[_place(f"topic {cue.entry.strength == 'alone'}", cue.entry.topic)] = ALONE
    for name, pattern in _FAMILIES:
        if pattern.search(low):
            found[_place("family", name)] = FAMILY
    if low:
        found[_place("length", "")] = len(low) / (LONGEST / 2)
    if said:
        found[_place("topics said", "")] = said / 4
    return found


def words(low: str) -> dict[int, float]:
    """Hashed word or pair of words → its weight: what a direction is read from, besides."""
    stems = [_stem(word.lower()) for word in _TOKEN.findall(low[:LONGEST])]
    parts = {*stems, *(f"{one} {two}" for one, two in pairwise(stems))}
    found: dict[int, float] = {}
    for part in parts:
        place = _place("word", part)
        found[place] = found.get(place, 0.0) + WORDS / math.sqrt(len(parts))
    return found


class Topics:
    """The layer. Entries of the lexicon that it was not trained with (a user's own) name their topic by themselves."""

    def __init__(
        self, weights: Sequence[int], *, scale: float, bias: Mapping[str, float], entries: Sequence[str]
    ) -> None:
        """`weights` holds, feature by feature, a byte for each topic or direction of `bias`, in its order."""
        self._weights = weights
        self._scale = scale
        self._bias = dict(bias)
        self._entries = frozenset(entries)

    @classmethod
    def read(cls, content: bytes) -> Self:
        """The layer that a file holds."""
        head, _, body = content.partition(b"\n")
        said = json.loads(head)
        return cls(array("b", body), scale=said["scale"], bias=said["bias"], entries=said["entries"])

    def written(self, trained_on: Mapping[str, int]) -> bytes:
        """The file that `read` reads."""
        head = {"scale": self._scale, "bias": self._bias, "entries": sorted(self._entries), **trained_on}
        return json.dumps(head).encode() + b"\n" + array("b", self._weights).tobytes()

    def likely(self, low: str, cues: Sequence[Cue]) -> dict[str, float]:
        """Topic or direction → its probability (0–1), of a folded text on the subject and its cues."""
        wide = len(self._bias)
        sums = [0.0] * wide
        for place, value in {**features(low, cues), **words(low)}.items():
            for column, weight in enumerate(self._weights[place * wide : (place + 1) * wide]):
                sums[column] += weight * value
        odds = (bias + self._scale * total for bias, total in zip(self._bias.values(), sums, strict=True))
        return {topic: 1 / (1 + math.exp(-odd)) for topic, odd in zip(self._bias, odds, strict=True)}

    def of(self, low: str, cues: Sequence[Cue]) -> tuple[str, ...]:
        """The topics of a folded text on the subject, in the taxonomy's order: all that come near even odds, or else the likeliest."""
        likely = {name: p for name, p in self.likely(low, cues).items() if name not in DIRECTIONS}
        named = {topic for topic, p in likely.items() if p >= EVEN}
        if not named:
            best = max(likely, key=lambda topic: (likely[topic], topic))
            named = {best} if likely[best] >= LEAST else set()
        named |= {cue.entry.topic for cue in cues if cue.entry.topic and cue.entry.id not in self._entries}
        return tuple(topic for topic in TOPICS if topic in named)

    def direction(self, low: str, cues: Sequence[Cue]) -> Stance:
        """The way that texts of such words point, or `unclear` where they point either way or neither."""
        likely = self.likely(low, cues)
        for one, other in (DIRECTIONS, DIRECTIONS[::-1]):
            if likely[one] >= SURE and likely[other] < 1 - SURE:
                return one
        return "unclear"


@lru_cache(maxsize=1)
def builtin_topics() -> Topics:
    """The layer that ships with the program. Read once."""
    return Topics.read(files("watcher.judge").joinpath("topics.bin").read_bytes())
