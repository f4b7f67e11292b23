"""A change as the page shows it: pieces of text with what each is, long unchanged stretches folded. Pure.

What the bodies published is quoted with private contact data blotted out (`alerts.masked`), character for character, so
that the offsets of the evidence hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from watcher.alerts import clean, masked, masked_redline
from watcher.model import Change, Evidence, Redline

QUIET = 1_200  # characters of an unchanged stretch that are shown whole
EDGE = 400  # of a longer one, at each end
LOUD = 40_000  # characters of one struck or inserted stretch
PIECES = 4_000  # of one redline
Side = Literal["before", "after"]


@dataclass(frozen=True, slots=True)
class Piece:
    """`op` is "=", "-", "+", or "…" for a stretch left out, whose length in characters is then its text."""

    op: str
    text: str
    cue: bool = False


def inline(change: Change) -> list[Piece]:
    """Both sides in one, struck and inserted, as the diff gave it."""
    return list(_folded(Piece(op, text) for op, text in _masked_parts(change)))


def side(change: Change, which: Side) -> list[Piece]:
    """One side, what is only there marked, and the words that decided."""
    op = "-" if which == "before" else "+"
    parts = [(mark, text) for mark, text in _masked_parts(change) if mark in ("=", op)]
    evidence = change.verdict.evidence if change.verdict else ()
    whole = "".join(text for _, text in parts) == masked(change.before if which == "before" else change.after)
    spans = _spans(evidence, which) if whole else []
    return list(_folded(_cut(parts, spans)))


def _masked_parts(change: Change) -> Redline:
    if change.redline:
        return masked_redline(change.redline, change.before, change.after)
    told: Redline = (("-", masked(change.before)), ("+", masked(change.after)))
    return tuple((op, text) for op, text in told if text)


def _spans(evidence: Iterable[Evidence], which: Side) -> list[tuple[int, int]]:
    """Places of the words that decided, in order, overlapping ones made one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted((seen.start, seen.end) for seen in evidence if seen.side == which):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        elif start < end:
            found.append((start, end))
    return found


def _cut(parts: Iterable[tuple[str, str]], spans: Sequence[tuple[int, int]]) -> Iterator[Piece]:
    at = 0
    for op, text in parts:
        edges = sorted({0, len(text), *(min(max(edge - at, 0), len(text)) for span in spans for edge in span)})
        for start, end in pairwise(edges):
            cued = any(first <= at + start and at + end <= last for first, last in spans)
            yield Piece(op, text[start:end], cued)
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
        yield Piece(piece.op, text[:edge], piece.cue)
        yield Piece("…", f"{len(text) - 2 * edge:,} characters")
        yield Piece(piece.op, text[-edge:], piece.cue)
