"""A change as the page shows it: pieces of text with what each is, long unchanged stretches folded. Pure.

What the bodies published is quoted with private contact data blotted out (`alerts.masked`), character for character, so
that the offsets of the evidence hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from watcher.alerts import clean, masked, masked_redline, one_line
from watcher.model import Change, Evidence, Redline

QUIET = 1_200  # characters of an unchanged stretch that are shown whole
EDGE = 400  # of a longer one, at each end
LOUD = 8_000  # characters of one struck or inserted stretch; Chromium paints long ones slowly
PIECES = 4_000  # of one redline
Side = Literal["before", "after"]
WHERE = {"before": "old text", "after": "new text", "around": "around the change"}
Why = Callable[[str], str]
Span = tuple[int, int, str]
SIDES: tuple[tuple[Side, str], ...] = (("before", "+"), ("after", "-"))  # each side, and the mark of what it has not


@dataclass(frozen=True, slots=True)
class Piece:
    """`op` is "=", "-", "+", or "…" for a stretch left out, whose length in characters is then its text."""

    op: str
    text: str
    cue: str = ""  # why the words count, where they are of those that decided


@dataclass(frozen=True, slots=True)
class Ground:
    """Words that decided, in which texts they stand, and why each cue in them counts."""

    words: str
    where: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A change in pieces: both sides in one as the diff gave it, and each side with what is only there marked."""

    inline: list[Piece]
    before: list[Piece]
    after: list[Piece]


def grounds(change: Change, why: Why) -> list[Ground]:
    """The words that decided, each stretch once, with the reasons of its cues; those around the change last."""
    evidence = change.verdict.evidence if change.verdict else ()
    found: dict[str, tuple[str, dict[str, None], dict[str, None]]] = {}
    for side, text in (("before", change.before), ("after", change.after)):
        quoted = masked(text)
        for start, end in _spans(evidence, side):
            words = one_line(quoted[start:end])
            inside = (one for one in evidence if one.side == side and start <= one.start and one.end <= end)
            _ground(found, words, side, (why(one.cue) for one in inside))
    for one in evidence:
        if one.side == "context":
            _ground(found, masked(one_line(one.text)), "around", (why(one.cue),))
    return [
        Ground(words, " and ".join(WHERE[side] for side in sides), tuple(reasons))
        for words, sides, reasons in found.values()
        if words
    ]


def _ground(
    found: dict[str, tuple[str, dict[str, None], dict[str, None]]], words: str, side: str, reasons: Iterable[str]
) -> None:
    _, sides, known = found.setdefault(words.casefold(), (words, {}, {}))
    sides[side] = None
    known.update(dict.fromkeys(reasons))


def shown(change: Change, why: Why = lambda cue: cue) -> Shown:
    """The change with the words that decided marked, in each of the three; `why` gives the reason of a cue."""
    parts = _masked_parts(change)
    both: Iterable[Piece] = (Piece(op, text) for op, text in parts)
    sides = []
    for which, other in SIDES:
        spans = _spans_in(change, which, other, why)
        both = _cut(both, spans, other) if spans else both
        sides.append(list(_folded(_cut((Piece(op, text) for op, text in parts if op != other), spans, other))))
    return Shown(list(_folded(both)), *sides)


def _masked_parts(change: Change) -> Redline:
    if change.redline:
        return masked_redline(change.redline, change.before, change.after)
    told: Redline = (("-", masked(change.before)), ("+", masked(change.after)))
    return tuple((op, text) for op, text in told if text)


def _spans_in(change: Change, which: Side, other: str, why: Why) -> list[Span]:
    """Places of the words that decided, where the redline holds that side character for character; else none."""
    said = "".join(text for op, text in change.redline if op != other)
    text = change.before if which == "before" else change.after
    evidence = change.verdict.evidence if change.verdict and (not change.redline or said == text) else ()
    return [
        (
            start,
            end,
            " ".join(
                dict.fromkeys(
                    why(one.cue) for one in evidence if one.side == which and start <= one.start and one.end <= end
                )
            ),
        )
        for start, end in _spans(evidence, which)
    ]


def _spans(evidence: Iterable[Evidence], which: str) -> list[tuple[int, int]]:
    """Places of the words that decided, in order, overlapping ones made one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted((seen.start, seen.end) for seen in evidence if seen.side == which):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        elif start < end:
            found.append((start, end))
    return found


def _cut(pieces: Iterable[Piece], spans: Sequence[Span], other: str) -> Iterator[Piece]:
    """The pieces cut at the edges of the spans, which count no piece of the `other` side."""
    at = 0
    for piece in pieces:
        if piece.op == other:
            yield piece
            continue
        text = piece.text
        edges = sorted({0, len(text), *(min(max(edge - at, 0), len(text)) for span in spans for edge in span[:2])})
        for start, end in pairwise(edges):
            cued = piece.cue or next(
                (why for first, last, why in spans if first <= at + start and at + end <= last), ""
            )
            yield Piece(piece.op, text[start:end], cued)
        at += len(text)


def _folded(pieces: Iterable[Piece]) -> Iterator[Piece]:
    for number, piece in enumerate(pieces):
        if number == PIECES:
            yield Piece("…", "the rest")
            return
        text = clean(piece.text)
        room, edge = (QUIET, EDGE) if piece.op == "=" else (LOUD, LOUD // 2)
        if len(text) <= room:
            yield Piece(piece.op, text, piece.cue)
            continue
        head, tail = _to_word(text[:edge], text[edge]), _to_word(text[: -edge - 1 : -1], text[-edge - 1])[::-1]
        yield Piece(piece.op, head, piece.cue)
        yield Piece("…", f"{len(text) - len(head) - len(tail):,} characters")
        yield Piece(piece.op, tail, piece.cue)


def _to_word(text: str, beyond: str) -> str:
    """The text without the part of a word at its end that goes on `beyond`, where there is a break not far before."""
    kept = text.rstrip() if beyond.isspace() else re.sub(r"(?<=\s)\S{1,60}\Z", "", text)
    return kept or text
