"""The judge's one story: from a change, or a text, to a verdict with its reasons.

    texts ─ fold ─▶ Folded ─ find ─▶ Cue* ─ scoring ─▶ score ─▶ label
    a text without a cue ─ words ─▶ score below relevant: the trained model ranks it, and may make it unsure
    before, after ─ hunks ─▶ Hunk* (cosmetic … substantive) ─ which cues lie in them? what stands around them? ─▶ score
    what was found ─ topics ─▶ topics: a trained layer over cues, families of wording and words
    changed sentences ─ stance ─▶ limits | expands | mixed | unclear        changed words ─ stage ─▶ stage

Only what was changed can make a change relevant. Cues that stand unchanged on both sides carry a *substantive* change
or a step of the matter (shall → may, a struck "not", other hours, a repeal, "Vetoed"), never a cosmetic one.

Evidence of side "context" counts code points of `"\\n".join(context)`; for a Change the context is `context_of(change)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal

from watcher.judge.cues import Cue, Finder
from watcher.judge.edits import RANK, Hunk, Kind, hunks
from watcher.judge.folding import Folded, fold, is_marked
from watcher.judge.kinship import ATTACHED, BESIDE, STRANGER, is_business, is_paper, kinship
from watcher.judge.lexicon import TOPICS, Entry, Lexicon
from watcher.judge.places import bounds_at, clause_at, direction_at, softened
from watcher.judge.scoring import ORDINARY, RELEVANT, UNSURE, score, silent
from watcher.judge.stage import STEP, stage, stage_under
from watcher.judge.stance import stance_of, stance_of_change
from watcher.judge.topics import Topics
from watcher.judge.words import Words, near
from watcher.model import Change, Evidence, Label, Stance, Verdict

VERSION = 3
Side = Literal["before", "after", "context"]
WINDOW = 700  # characters on either side of a change that speak for it
NEAR = 150  # the same for what it is about
ITEM = 400  # the same for a status word in a list of items
LONG = 12_000  # of a longer text only the surroundings of its cues are asked for stance and stage
SHORT = 2500  # a text up to this length is one passage
EVIDENCE = 12  # spans shown

_LEGAL = re.compile(
    r"\b(?:shall|may|must|section|subsection|subdivision|paragraph|chapter|this ordinance|this resolution|notwithstanding|means?)\b"
)
# Lines that belong to any matter, or to the meeting; and papers that say that a matter moves, not where to.
_PROCEDURE = re.compile(
    r"^\W*(?:roll call|adjourn\w*|pledge\b.{0,60}|invocation|call to order|public comment\w*|approval of (?:the )?(?:\w+ )?(?:minutes|agenda)\b.{0,60}|page \d+|[\d/: -]+)\W*$"
)
_BOILERPLATE = re.compile(
    r"^\W*(?:(?:[\w .,()#'&-]{0,60}\b)?(?:transcript|testimony|minutes|agenda|presentation|video|committee report|fiscal impact (?:statement|note)|"
    r"hearing notice|correspondence)\b[^.;]{0,60}(?:\.\w{3,4})?|(?:sponsors?|co-sponsors?):?.{0,400}|attachments?:?.{0,60})\W*$"
)
_WEIGHTY = re.compile(r"\b(?:proposed|amend\w*|substitute|veto|repeal\w*|final version|redline\w*)\b")


@dataclass(frozen=True, slots=True)
class _Seen:
    """One side, folded, with its cues."""

    side: Side
    given: str
    folded: Folded
    cues: tuple[Cue, ...]

    def inside(self, spans: Iterable[tuple[int, int]]) -> tuple[Cue, ...]:
        """The cues that overlap one of the spans."""
        wanted = list(spans)
        return tuple(cue for cue in self.cues if any(cue.start < end and start < cue.end for start, end in wanted))


@dataclass(frozen=True, slots=True)
class _Finding:
    """What was decided, before it is written out."""

    score: float
    cues: tuple[tuple[_Seen, Cue], ...]
    stance: Stance
    stage: str
    reasons: tuple[str, ...]
    said: str = ""  # the folded words that its topics are read from


def context_of(change: Change) -> tuple[str, ...]:
    """The texts that stand around a change: its headings, its matter's title, and what the reading gave as context."""
    title = (change.matter.title,) if change.matter is not None and change.matter.title else ()
    return tuple(dict.fromkeys((*change.heading, *title, *change.context)))


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
PAPERS_CARRY = 0.3  # how far a new paper inherits from the file it lies in


class Judge:
    """Judges changes and texts by a lexicon. Holds no state: the same text gets the same verdict, in any order."""

    def __init__(self, lexicon: Lexicon, words: Words | None = None, topics: Topics | None = None) -> None:
        """With `words`, the trained model ranks the texts that the lexicon is silent on; with `topics`, a trained layer
        names the topics of what is found, without it those of its cues stand."""
        self._finder = Finder(lexicon)
        self._words = words
        self._topics = topics
        self._reasons = {entry.id: entry.reason for entry in lexicon.entries}
        self.name = _name(lexicon, words, topics)

    def why(self, cue: str) -> str:
        """Why a cue counts, in the words of the lexicon; the cue's own name where it has no entry (any more)."""
        return self._reasons.get(cue) or in_words(cue)

    def judge(self, change: Change) -> Verdict:
        """The verdict on one change in its context; offsets count code points of `change.before` and `change.after`."""
        return self.judge_pair(change.before, change.after, context_of(change))

    def judge_text(self, text: str, context: Sequence[str] = ()) -> Verdict:
        """The verdict on a text as it stands; evidence of the text itself has side "after"."""
        return self.judge_pair("", text, context)

    def judge_pair(self, before: str, after: str, context: Sequence[str] = ()) -> Verdict:
        """The verdict on the change from `before` to `after` ("" where the text is new or gone)."""
        around = self._see("context", "\n".join(context))
        old, new = self._see("before", before), self._see("after", after)
        if not old.folded.low.strip() or not new.folded.low.strip():
            finding = _whole(new if new.folded.low.strip() else old, around, self._words, self._topics)
        else:
            finding = _reworded(old, new, around, hunks(old.folded, new.folded))
        return _verdict(finding, self.name, self._topics)

    def _see(self, side: Side, text: str) -> _Seen:
        folded = fold(text)
        if not is_marked(text):
            return _Seen(side, text, folded, self._finder.find(folded))
        bare = fold(text, unmarked=True)
        found = (
            replace(cue, start=folded.within(bare.start(cue.start)), end=folded.within(bare.end(cue.end)))
            for cue in self._finder.find(bare)
        )
        return _Seen(side, text, folded, tuple(found))


# --------------------------------------------------------------------------------------------- a text new, or gone


def _whole(seen: _Seen, around: _Seen, words: Words | None, layer: Topics | None) -> _Finding:
    own, there = score(seen.cues), score(around.cues)
    cues = tuple((seen, cue) for cue in seen.cues)
    reasons = [f"The text itself: {_listed(seen.cues)}."] if own >= UNSURE and seen.cues else []
    value = own
    if there >= UNSURE and own < RELEVANT:
        both = score((*seen.cues, *around.cues))
        carried = PAPERS_CARRY if _papers(seen.given) else _carries(seen, around)
        value = max(own, min(both, there) * carried)
        if value > own:
            cues += tuple((around, cue) for cue in around.cues)
            reasons.append(f"It belongs to a passage on the subject ({_listed(around.cues)}).")
            if carried < 1:
                reasons.append("The text itself adds little to that.")
    if value < UNSURE and words is not None:
        value, telling = _by_words(seen, words)
        if value >= UNSURE:
            cues = (*cues, *telling)
            reasons.append("No phrase of the subject stands in it; its words are those of texts on the subject.")
    if value < UNSURE:
        return _Finding(value, cues, "unclear", "unknown", tuple(reasons))
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
        if stance_of(around.folded.low) == _reversed(direction):
            direction = "unclear"  # a guess from words has no say against the clauses it stands under
        if direction != "unclear":
            reasons.append("No clause of it says which way it points; texts of such words do.")
    if seen.side == "before":
        direction = _reversed(direction)
        reasons.append("The text was taken out, so its direction is reversed.")
    # a line that only its context makes news ("Action: approved") is about what stands around it
    about = said if seen.cues else f"{around.folded.low}\n{said}"
    return _Finding(value, cues, direction, step, tuple(reasons), about)


_WORDS = Entry(
    "words", None, "adjacent", "likely", (), (), False, None, (), 0, None, None, None,
    "Words that texts on the subject use, by the trained model.", "", "",
)  # fmt: skip


def _by_words(seen: _Seen, words: Words) -> tuple[float, tuple[tuple[_Seen, Cue], ...]]:
    """The score of a text that the rules are silent on, and the words that speak for it."""
    low = seen.folded.low
    if not near(low):
        return ORDINARY, ()
    value = silent(words.lean(low) - words.raised)
    telling = words.telling(low) if value >= UNSURE else ()
    return value, tuple((seen, Cue(_WORDS, start, end)) for start, end in telling)


def _about(seen: _Seen) -> str:
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


def _papers(text: str) -> bool:
    """Whether a text does nothing but name papers of a file: they say that it moves, not where to."""
    lines = text.splitlines()
    return bool(lines) and all(line.startswith("Attachment:") for line in lines if line.strip())


def _carries(seen: _Seen, around: _Seen) -> float:
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
        told = any(pattern.search(low) for pattern in (_LEGAL, _WEIGHTY, STEP))
        return 1.0 if told else 0.55 if words >= 3 else 0.3
    near = 1.0 if seen.cues else kinship(low, trail)
    if own_paper:
        return 1.0 if near >= BESIDE else max(near, ATTACHED)
    return near


def _telling_lines(around: _Seen) -> tuple[str, ...]:
    """The headings, titles and names of a context that say something on the subject."""
    given = around.given
    places = [around.folded.start(cue.start) for cue in around.cues if cue.entry.strength != "against"]
    return tuple(dict.fromkeys(given[given.rfind("\n", 0, at) + 1 :].split("\n", 1)[0] for at in places))


def _reversed(direction: Stance) -> Stance:
    return {"limits": "expands", "expands": "limits"}.get(direction, direction)  # type: ignore[return-value]


# ------------------------------------------------------------------------------------------------------- a rewording


def _reworded(old: _Seen, new: _Seen, around: _Seen, changed: tuple[Hunk, ...]) -> _Finding:
    kind: Kind = max((hunk.kind for hunk in changed), key=RANK.__getitem__, default="cosmetic")
    listed = kind != "cosmetic" and _papers(old.given) and _papers(new.given)
    if listed:
        kind = "paper"
    if kind == "cosmetic":
        why = (
            "Only spelling, punctuation, numbering, white space, counters or notes changed."
            if changed
            else "The words are the same."
        )
        return _Finding(0.02, (), "unclear", "unknown", (why,))
    real = [hunk for hunk in changed if hunk.kind != "cosmetic"]
    touched = (
        *((old, cue) for cue in old.inside(h.struck for h in real)),
        *((new, cue) for cue in new.inside(h.inserted for h in real)),
    )
    direct = score(cue for _, cue in touched) if kind != "paper" else score(cue for _, cue in touched) * 0.4
    carriers, local = _carriers(old, new, around, real, kind)
    if max(direct, local) < UNSURE:  # off the subject whichever way it points: most changes are
        return _Finding(
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
        reasons.append(f"Changed words: {_listed(cue for _, cue in touched)}.")
    if carried > direct and carriers:
        reasons.append(f"They stand in a passage on the subject ({_listed(cue for _, cue in carriers)}).")
    cues = touched if direct >= carried else (*touched, *carriers)
    changed_words = " . ".join(
        _surroundings(seen.folded.low, spans, NEAR)
        for seen, spans in ((old, [h.struck for h in real]), (new, [h.inserted for h in real]))
    )
    if kind == "step" and not touched:  # it is about what took the step
        changed_words = f"{around.folded.low}\n{changed_words}"
    return _Finding(max(direct, carried), tuple(dict.fromkeys(cues)), direction, step, tuple(reasons), changed_words)


def _direction(old: _Seen, new: _Seen, said: list[Hunk], around: _Seen) -> Stance:
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


_KIND_WORDS: dict[Kind, str] = {
    "cosmetic": "Only form changed.",
    "paper": "A paper, a sponsor or a procedural line was added or taken away.",
    "date": "Only dates changed.",
    "small": "A few words changed.",
    "step": "The matter took a step.",
    "substantive": "What the text says changed.",
}


def _carriers(
    old: _Seen, new: _Seen, around: _Seen, changed: list[Hunk], kind: Kind
) -> tuple[tuple[tuple[_Seen, Cue], ...], float]:
    """The cues that stand around the changed places, and how far on topic they make them."""
    best: tuple[tuple[_Seen, Cue], ...] = tuple((around, cue) for cue in around.cues)
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


def _stands_alone(old: _Seen, new: _Seen, hunk: Hunk) -> bool:
    """Whether a hunk is an item of its own in a list, which neighbours do not speak for."""
    struck, inserted = hunk.struck, hunk.inserted
    if struck[0] < struck[1] and inserted[0] < inserted[1]:
        return False
    seen, (start, end) = (new, inserted) if inserted[0] < inserted[1] else (old, struck)
    text = seen.folded.low
    body = text[start:end]
    opens = start == 0 or bool(re.search(r"(?:[.;:)\]]|\n)[ (]{0,3}$", text[max(start - 4, 0) : start]))
    return hunk.kind == "substantive" and opens and len(body.split()) >= 5 and not _LEGAL.search(body)


def _in_a_neighbour(old: _Seen, new: _Seen, hunk: Hunk) -> bool:
    """Whether all that changed lies in a sentence with a subject of its own, which holds no cue: the next item of a list."""
    return all(
        not seen.inside([bounds_at(seen.folded.low, span)]) and is_business(clause_at(seen.folded.low, span))
        for seen, span in ((old, hunk.struck), (new, hunk.inserted))
        if span[0] < span[1]
    )


def _passages(old: _Seen, new: _Seen, changed: list[Hunk]) -> tuple[str, str]:
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


def _of_the_matter(old: _Seen, new: _Seen, around: _Seen, changed: list[Hunk]) -> Stance:
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
    return direction if now > was else _reversed(direction)


def _without(low: str, spans: list[tuple[int, int]]) -> str:
    parts, done = [], 0
    for start, end in spans:
        parts.append(low[done:start])
        done = end
    return " ".join((*parts, low[done:]))


def _step(old: _Seen, new: _Seen, changed: list[Hunk], around: _Seen) -> str:
    # A status may share words with the one before it ("Laid Over in Committee"): its neighbours are read too.
    margin = {"step": 24}
    inserted = " . ".join(
        new.folded.low[max(h.inserted[0] - margin.get(h.kind, 0) // 2, 0) : h.inserted[1] + margin.get(h.kind, 0)]
        for h in changed
    )
    return stage(inserted, new.folded.low[:2000] + "\n" + around.folded.low)


# ----------------------------------------------------------------------------------------------------- writing it out


def _listed(cues: Iterable[Cue]) -> str:
    names = dict.fromkeys(in_words(cue.entry.id) for cue in cues if cue.entry.strength != "against")
    shown = list(names)[:6]
    return ", ".join(shown) if shown else "no phrase of the subject"


def in_words(cue: str) -> str:
    """The name of a lexicon's entry as a person reads it."""
    return cue.removeprefix("any-").replace("-", " ").replace("_", " ").strip()


def _written(entry: Entry) -> str:
    around = (entry.needs, entry.not_left, entry.not_right, entry.not_near)
    patterns = [part.pattern for part in (*entry.patterns, *around) if part is not None]
    told = (entry.id, entry.topic, entry.tier, entry.strength, entry.words, entry.case, entry.need_words, entry.within)
    return repr((told, patterns, [part is None for part in around]))


def _name(lexicon: Lexicon, words: Words | None, topics: Topics | None) -> str:
    """Name and version: the rules', and the first digits of what the lexicon (a user's own terms too) and model hold."""
    content = sha256("\n".join(map(_written, lexicon.entries)).encode())
    if words is not None:
        content.update(words.written({}))
    if topics is not None:
        content.update(topics.written({}))
    return f"{'rules' if words is None else 'rules+words'}@{VERSION}.{content.hexdigest()[:8]}"


def _verdict(finding: _Finding, name: str, layer: Topics | None) -> Verdict:
    value = round(finding.score, 4)
    label: Label = "relevant" if value >= RELEVANT else "unsure" if value >= UNSURE else "unrelated"
    if label == "unrelated":
        reasons = finding.reasons or ("No phrase of the subject stands in it.",)
        return Verdict(label, value, "none", (), "unclear", finding.stage, _evidence(finding.cues), reasons, name)
    speaking = [cue for _, cue in finding.cues if cue.entry.strength != "against"]
    own = {cue.entry.topic for cue in speaking}
    topics = tuple(topic for topic in TOPICS if topic in own) if layer is None else layer.of(finding.said, speaking)
    core = any(cue.entry.tier == "core" and cue.entry.strength == "alone" for cue in speaking) or not any(
        cue.entry.tier == "adjacent" for cue in speaking
    )
    return Verdict(
        label,
        value,
        "core" if core else "adjacent",
        topics,
        finding.stance,
        finding.stage,
        _evidence(finding.cues),
        finding.reasons,
        name,
    )


def _evidence(cues: Sequence[tuple[_Seen, Cue]]) -> tuple[Evidence, ...]:
    """The spans of the texts as given, strongest first kept, in reading order."""
    order = {"alone": 0, "likely": 1, "hint": 2, "against": 3}
    kept = sorted(
        cues, key=lambda pair: (order[pair[1].entry.strength], pair[0].side, pair[1].start, pair[1].entry.id)
    )[:EVIDENCE]
    found = []
    for seen, cue in sorted(kept, key=lambda pair: (pair[0].side, pair[1].start, pair[1].entry.id)):
        start, end = seen.folded.start(cue.start), seen.folded.end(cue.end)
        found.append(Evidence(seen.side, start, end, seen.given[start:end], cue.entry.id))
    return tuple(found)
