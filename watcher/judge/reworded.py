"""A text that reads otherwise than before: which cues the changed words touch, what stands around them, which way they point."""

from __future__ import annotations

import re

from watcher.judge.cues import Cue
from watcher.judge.edits import RANK, Hunk, Kind
from watcher.judge.kinship import STRANGER, is_business
from watcher.judge.places import bounds_at, clause_at, direction_at, softened
from watcher.judge.scoring import UNSURE, score
from watcher.judge.seen import LEGAL, LONG, PAPERS_CARRY, WINDOW, Finding, Seen, cue_names, names_papers, turned_round
from watcher.judge.stage import stage
from watcher.judge.stance import stance_of, stance_of_change
from watcher.model import Stance

NEAR = 150  # characters on either side of a change that say what it is about
ITEM = 400  # that speak for a status word in a list of items
SHORT = 2500  # a text up to this length is one passage
_ENDS = {"adopted": 1, "repealed": -1}  # what a step does to the direction of its matter
# How far a change inherits from what stands around it.
_CARRIES: dict[Kind, float] = {
    "cosmetic": 0.0,
    "paper": 0.07,
    "date": 0.45,
    "small": 0.55,
    "step": 1.0,
    "substantive": 1.0,
}
_KIND_WORDS: dict[Kind, str] = {
    "cosmetic": "Only form changed.",
    "paper": "A paper, a sponsor or a procedural line was added or taken away.",
    "date": "Only dates changed.",
    "small": "A few words changed.",
    "step": "The matter took a step.",
    "substantive": "What the text says changed.",
}


def reworded(old: Seen, new: Seen, around: Seen, changed: tuple[Hunk, ...]) -> Finding:
    """What is decided of a text that stands on both sides and differs in `changed`."""
    kind: Kind = max((hunk.kind for hunk in changed), key=RANK.__getitem__, default="cosmetic")
    listed = kind != "cosmetic" and names_papers(old.given) and names_papers(new.given)
    if listed:
        kind = "paper"
    if kind == "cosmetic":
        why = (
            "Only spelling, punctuation, numbering, white space, counters or notes changed."
            if changed
            else "The words are the same."
        )
        return Finding(0.02, (), "unclear", "unknown", (why,))
    real = [hunk for hunk in changed if hunk.kind != "cosmetic"]
    touched = (
        *((old, cue) for cue in old.inside(h.struck for h in real)),
        *((new, cue) for cue in new.inside(h.inserted for h in real)),
    )
    direct = score(cue for _, cue in touched) if kind != "paper" else score(cue for _, cue in touched) * 0.4
    carriers, local = _carriers(old, new, around, real, kind)
    if max(direct, local) < UNSURE:  # off the subject whichever way it points: most changes are
        return Finding(
            max(direct, local * _CARRIES[kind]), touched, "unclear", _step(old, new, real, around), (_KIND_WORDS[kind],)
        )
    said = [hunk for hunk in real if hunk.kind in ("small", "substantive")]
    direction = _direction(old, new, said or [hunk for hunk in real if hunk.kind == "date"], around)
    # A few words that say which way they point are more than a few words.
    weight: Kind = "substantive" if kind == "small" and direction in ("limits", "expands") else kind
    carried = local * (PAPERS_CARRY if listed else _CARRIES[weight])
    step = _step(old, new, real, around)
    reasons = [_KIND_WORDS[kind]]
    if kind == "step" and direction == "unclear":
        direction = _of_the_matter(old, new, around, real)
        if direction != "unclear":
            reasons.append("The direction is that of the matter, as its title or text says it.")
    if touched:
        reasons.append(f"Changed words: {cue_names(cue for _, cue in touched)}.")
    if carried > direct and carriers:
        reasons.append(f"They stand in a passage on the subject ({cue_names(cue for _, cue in carriers)}).")
    cues = touched if direct >= carried else (*touched, *carriers)
    changed_words = " . ".join(
        _surroundings(seen.folded.low, spans, NEAR)
        for seen, spans in ((old, [h.struck for h in real]), (new, [h.inserted for h in real]))
    )
    if kind == "step" and not touched:  # it is about what took the step
        changed_words = f"{around.folded.low}\n{changed_words}"
    return Finding(max(direct, carried), tuple(dict.fromkeys(cues)), direction, step, tuple(reasons), changed_words)


def _direction(old: Seen, new: Seen, said: list[Hunk], around: Seen) -> Stance:
    """By what was said more and less; where the words do not tell, by where they stand."""
    if not said:
        return "unclear"
    before, after = old.folded.low, new.folded.low
    direction = softened(before, after, said)
    if direction == "unclear":
        direction = stance_of_change(*_passages(old, new, said))
    if direction == "unclear" and len(before) + len(after) <= 2 * LONG:
        direction = direction_at(before, after, said, around.folded.low)
    return direction


def _carriers(
    old: Seen, new: Seen, around: Seen, changed: list[Hunk], kind: Kind
) -> tuple[tuple[tuple[Seen, Cue], ...], float]:
    """The cues that stand around the changed places, and how far on topic they make them."""
    best: tuple[tuple[Seen, Cue], ...] = tuple((around, cue) for cue in around.cues)
    value = score(around.cues)
    if all(_stands_alone(old, new, hunk) for hunk in changed):
        return best, value
    if kind in ("small", "substantive", "date") and all(_in_a_neighbour(old, new, hunk) for hunk in changed):
        return best, value * STRANGER
    for seen, spans in ((old, [h.struck for h in changed]), (new, [h.inserted for h in changed])):
        text = seen.folded.low
        reach = ITEM if kind == "step" else WINDOW
        whole = len(text) <= SHORT and kind != "step"
        windows = (
            [(0, len(text))]
            if whole
            else [(max(start - reach, 0), end + (reach if kind != "step" else reach // 2)) for start, end in spans]
        )
        near = seen.inside(windows)
        if score(near) > value:
            best, value = tuple((seen, cue) for cue in near), score(near)
    return best, value


def _stands_alone(old: Seen, new: Seen, hunk: Hunk) -> bool:
    """Whether a hunk is an item of its own in a list, which neighbours do not speak for."""
    struck, inserted = hunk.struck, hunk.inserted
    if struck[0] < struck[1] and inserted[0] < inserted[1]:
        return False
    seen, (start, end) = (new, inserted) if inserted[0] < inserted[1] else (old, struck)
    text = seen.folded.low
    body = text[start:end]
    opens = start == 0 or bool(re.search(r"(?:[.;:)\]]|\n)[ (]{0,3}$", text[max(start - 4, 0) : start]))
    return hunk.kind == "substantive" and opens and len(body.split()) >= 5 and not LEGAL.search(body)


def _in_a_neighbour(old: Seen, new: Seen, hunk: Hunk) -> bool:
    """Whether all that changed lies in a sentence with a subject of its own, which holds no cue: the next item of a list."""
    return all(
        not seen.inside([bounds_at(seen.folded.low, span)]) and is_business(clause_at(seen.folded.low, span))
        for seen, span in ((old, hunk.struck), (new, hunk.inserted))
        if span[0] < span[1]
    )


def _passages(old: Seen, new: Seen, changed: list[Hunk]) -> tuple[str, str]:
    """The passage before and after, or of long texts the surroundings of what changed."""
    before, after = old.folded.low, new.folded.low
    if len(before) + len(after) <= 2 * LONG:
        return before, after
    return _surroundings(before, [h.struck for h in changed]), _surroundings(after, [h.inserted for h in changed])


def _surroundings(low: str, spans: list[tuple[int, int]], reach: int = WINDOW) -> str:
    parts: list[str] = []
    done = 0
    for start, end in spans:
        left = max(start - reach, done)
        done = max(end + reach, done)
        parts.append(low[left:done])
    return " ".join(parts)


def _of_the_matter(old: Seen, new: Seen, around: Seen, changed: list[Hunk]) -> Stance:
    """The direction of an adoption is that of what was adopted, of a repeal the reverse; of any other step none is said."""
    sides = ((old, [h.struck for h in changed]), (new, [h.inserted for h in changed]))
    was, now = (
        _ENDS.get(stage(" . ".join(seen.folded.low[max(a - 12, 0) : b + 24] for a, b in spans)), 0)
        for seen, spans in sides
    )
    if was == now:
        return "unclear"
    # What both sides share is the same from either side, save for its punctuation.
    shared = min(_without(seen.folded.low, spans) for seen, spans in sides)
    direction = stance_of(around.folded.low)
    if direction == "unclear" and len(shared) <= SHORT:
        direction = stance_of(shared)
    return direction if now > was else turned_round(direction)


def _without(low: str, spans: list[tuple[int, int]]) -> str:
    parts, done = [], 0
    for start, end in spans:
        parts.append(low[done:start])
        done = end
    return " ".join((*parts, low[done:]))


def _step(old: Seen, new: Seen, changed: list[Hunk], around: Seen) -> str:
    # A status may share words with the one before it ("Laid Over in Committee"): its neighbours are read too.
    margin = {"step": 24}
    inserted = " . ".join(
        new.folded.low[max(h.inserted[0] - margin.get(h.kind, 0) // 2, 0) : h.inserted[1] + margin.get(h.kind, 0)]
        for h in changed
    )
    return stage(inserted, new.folded.low[:2000] + "\n" + around.folded.low)
