"""A text that is new or gone: what stands in it, what it inherits from around it, which way it points."""

from __future__ import annotations

import re

from watcher.judge.cues import Cue
from watcher.judge.kinship import ATTACHED, BESIDE, STRANGER, is_business, is_paper, kinship
from watcher.judge.lexicon import Entry
from watcher.judge.scoring import ORDINARY, RELEVANT, UNSURE, score, silent
from watcher.judge.seen import LEGAL, LONG, PAPERS_CARRY, WINDOW, Finding, Seen, cue_names, names_papers, turned_round
from watcher.judge.stage import STEP, stage, stage_under
from watcher.judge.stance import stance_of
from watcher.judge.topics import Topics
from watcher.judge.words import Words, near

# Lines that belong to any matter, or to the meeting; and papers that say that a matter moves, not where to.
_PROCEDURE = re.compile(
    r"^\W*(?:roll call|adjourn\w*|pledge\b.{0,60}|invocation|call to order|public comment\w*|approval of (?:the )?(?:\w+ )?(?:minutes|agenda)\b.{0,60}|page \d+|[\d/: -]+)\W*$"
)
_BOILERPLATE = re.compile(
    r"^\W*(?:(?:[\w .,()#'&-]{0,60}\b)?(?:transcript|testimony|minutes|agenda|presentation|video|committee report|fiscal impact (?:statement|note)|"
    r"hearing notice|correspondence)\b[^.;]{0,60}(?:\.\w{3,4})?|(?:sponsors?|co-sponsors?):?.{0,400}|attachments?:?.{0,60})\W*$"
)
_WEIGHTY = re.compile(r"\b(?:proposed|amend\w*|substitute|veto|repeal\w*|final version|redline\w*)\b")


def whole(seen: Seen, around: Seen, words: Words | None, layer: Topics | None) -> Finding:
    """What is decided of a text that stands on one side only, in its context."""
    own, there = score(seen.cues), score(around.cues)
    cues = tuple((seen, cue) for cue in seen.cues)
    reasons = [f"The text itself: {cue_names(seen.cues)}."] if own >= UNSURE and seen.cues else []
    value = own
    if there >= UNSURE and own < RELEVANT:
        both = score((*seen.cues, *around.cues))
        carried = PAPERS_CARRY if names_papers(seen.given) else _carries(seen, around)
        value = max(own, min(both, there) * carried)
        if value > own:
            cues += tuple((around, cue) for cue in around.cues)
            reasons.append(f"It belongs to a passage on the subject ({cue_names(around.cues)}).")
            if carried < 1:
                reasons.append("The text itself adds little to that.")
    if value < UNSURE and words is not None:
        value, telling = _by_words(seen, words)
        if value >= UNSURE:
            cues = (*cues, *telling)
            reasons.append("No phrase of the subject stands in it; its words are those of texts on the subject.")
    if value < UNSURE:
        return Finding(value, cues, "unclear", "unknown", tuple(reasons))
    said = _about(seen)
    direction = stance_of(said)
    step = stage(said, around.folded.low)
    if step == "unknown" and seen.side == "after":
        step = stage_under(around.given)
    if direction == "unclear" and step == "adopted" and there >= UNSURE:
        direction = stance_of(around.folded.low)
        if direction != "unclear":
            reasons.append("The direction is that of the matter, as its title or text says it.")
    if direction == "unclear" and layer is not None and seen.cues:  # a line without a cue of its own points nowhere
        direction = layer.direction(said, [cue for cue_of, cue in cues if cue_of is seen])
        if stance_of(around.folded.low) == turned_round(direction):
            direction = "unclear"  # a guess from words has no say against the clauses it stands under
        if direction != "unclear":
            reasons.append("No clause of it says which way it points; texts of such words do.")
    if seen.side == "before":
        direction = turned_round(direction)
        reasons.append("The text was taken out, so its direction is reversed.")
    # a line that only its context makes news ("Action: approved") is about what stands around it
    about = said if seen.cues else f"{around.folded.low}\n{said}"
    return Finding(value, cues, direction, step, tuple(reasons), about)


_WORDS = Entry(
    "words", None, "adjacent", "likely", (), (), False, None, (), 0, None, None, None,
    "Words that texts on the subject use, by the trained model.", "", "",
)  # fmt: skip


def _by_words(seen: Seen, words: Words) -> tuple[float, tuple[tuple[Seen, Cue], ...]]:
    """The score of a text that the rules are silent on, and the words that speak for it."""
    low = seen.folded.low
    if not near(low):
        return ORDINARY, ()
    value = silent(words.lean(low) - words.raised)
    telling = words.telling(low) if value >= UNSURE else ()
    return value, tuple((seen, Cue(_WORDS, start, end)) for start, end in telling)


def _about(seen: Seen) -> str:
    """The text, or of a long one the surroundings of its cues: what a whole code says elsewhere has no say here."""
    low = seen.folded.low
    if len(low) <= LONG:
        return low
    spans: list[tuple[int, int]] = []
    for cue in seen.cues:
        start, end = max(cue.start - WINDOW, 0), cue.end + WINDOW
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return " . ".join(low[start:end] for start, end in spans)[:LONG]


def _carries(seen: Seen, around: Seen) -> float:
    """How far a new text inherits from its context: the law under a heading does, boilerplate and a neighbour do not."""
    low = seen.folded.low
    words = len(low.split())
    if words <= 14 and _PROCEDURE.match(low):
        return STRANGER
    if words <= 14 and _BOILERPLATE.match(low):
        return PAPERS_CARRY
    trail = _telling_lines(around)
    own_paper = any(map(is_paper, trail))
    if words < 8:  # too little to say much of a subject: only another's is seen
        if is_business(low) and not seen.cues:
            return ATTACHED if own_paper else STRANGER
        told = any(pattern.search(low) for pattern in (LEGAL, _WEIGHTY, STEP))
        return 1.0 if told else 0.55 if words >= 3 else 0.3
    near = 1.0 if seen.cues else kinship(low, trail)
    if own_paper:
        return 1.0 if near >= BESIDE else max(near, ATTACHED)
    return near


def _telling_lines(around: Seen) -> tuple[str, ...]:
    """The headings, titles and names of a context that say something on the subject."""
    given = around.given
    places = [around.folded.start(cue.start) for cue in around.cues if cue.entry.strength != "against"]
    return tuple(dict.fromkeys(given[given.rfind("\n", 0, at) + 1 :].split("\n", 1)[0] for at in places))
