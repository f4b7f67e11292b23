"""The judge's one story: from a change, or a text, to a verdict with its reasons.

    texts ─ fold ─▶ Folded ─ find ─▶ Cue* ─ scoring ─▶ score ─▶ label
    a text without a cue ─ words ─▶ score below relevant: the trained model ranks it, and may make it unsure
    before, after ─ hunks ─▶ Hunk* (cosmetic … substantive) ─ which cues lie in them? what stands around them? ─▶ score
    what was found ─ topics ─▶ topics: a trained layer over cues, families of wording and words
    changed sentences ─ stance ─▶ limits | expands | mixed | unclear        changed words ─ stage ─▶ stage

Only what was changed can make a change relevant. Cues that stand unchanged on both sides carry a *substantive* change
or a step of the matter (shall → may, a struck "not", other hours, a repeal, "Vetoed"), never a cosmetic one.

`whole` decides of a text that is new or gone, `reworded` of one that reads otherwise than before; here both are put in
order and written out.

Evidence of side "context" counts code points of `"\\n".join(context)`; for a Change the context is `context_of(change)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from watcher.judge.cues import Cue, Finder
from watcher.judge.edits import hunks
from watcher.judge.folding import fold, is_marked
from watcher.judge.lexicon import TOPICS, Entry, Lexicon
from watcher.judge.reworded import reworded
from watcher.judge.scoring import RELEVANT, UNSURE
from watcher.judge.seen import Finding, Seen, Side, in_words
from watcher.judge.topics import Topics
from watcher.judge.whole import whole
from watcher.judge.words import Words
from watcher.model import Change, Evidence, Label, Verdict

VERSION = 3
EVIDENCE = 12  # spans shown


def context_of(change: Change) -> tuple[str, ...]:
    """The texts that stand around a change: its headings, its matter's title, and what the reading gave as context."""
    title = (change.matter.title,) if change.matter is not None and change.matter.title else ()
    return tuple(dict.fromkeys((*change.heading, *title, *change.context)))


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
            finding = whole(new if new.folded.low.strip() else old, around, self._words, self._topics)
        else:
            finding = reworded(old, new, around, hunks(old.folded, new.folded))
        return _verdict(finding, self.name, self._topics)

    def _see(self, side: Side, text: str) -> Seen:
        folded = fold(text)
        if not is_marked(text):
            return Seen(side, text, folded, self._finder.find(folded))
        bare = fold(text, unmarked=True)
        found = (
            replace(cue, start=folded.within(bare.start(cue.start)), end=folded.within(bare.end(cue.end)))
            for cue in self._finder.find(bare)
        )
        return Seen(side, text, folded, tuple(found))


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


def _verdict(finding: Finding, name: str, layer: Topics | None) -> Verdict:
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


def _evidence(cues: Sequence[tuple[Seen, Cue]]) -> tuple[Evidence, ...]:
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
