"""What the edits of a document's passages say to a reader: one change for each thing that is news."""

from __future__ import annotations

import operator
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import groupby

from watcher.diff.alignment import Pair
from watcher.diff.framing import PIECE, Frame
from watcher.diff.passages import Edit, Piece, edits, pieces
from watcher.diff.sameness import digest, fold
from watcher.model import Change, ChangeKind, Matter, Meeting, Passage

MOST_PIECES = 500  # added or removed changes of one document; above, each holds more text
MOST_MOVES = 200  # runs of passages that stand elsewhere; above, the document was re-sorted, and that is told once
SHORT = 80  # characters: a change this short is told with the passage above it …
NEIGHBOUR = 300  # … of which so much

_NUMBERED_ROW = re.compile(r"(\d{1,4}) \| (.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the passages belong: a document's own have nothing set, a matter's text has its matter."""

    key: str = ""
    heading: tuple[str, ...] = ()
    meeting: Meeting | None = None
    matter: Matter | None = None
    windowed: bool = (
        False  # a list that shows so many rows: what falls off one end for new ones at the other is no news
    )


def compare(
    frame: Frame, before: Sequence[Passage], after: Sequence[Passage], place: Place | None = None
) -> Iterator[Change]:
    """Yield the changes from one text to another, in the order of the new text."""
    place = place or Place()
    known: dict[str, str] = {}
    old, new = pieces(before, known), pieces(after, known)
    teller = _Teller(frame, place, old, new)
    steps = edits(old, new)
    if place.windowed:
        steps = _without_fallen_off(steps, old, new)
    yield from teller.tell(steps)


class _Teller:
    def __init__(self, frame: Frame, place: Place, before: Sequence[Piece], after: Sequence[Piece]) -> None:
        self.frame, self.place, self.before, self.after = frame, place, before, after
        counts = (Counter(piece.said for piece in side) for side in (before, after))
        self.times = reduce(operator.or_, counts)

    def tell(self, steps: Sequence[Edit]) -> Iterator[Change]:
        runs = list(self._runs(steps))
        moves = [run for run in runs if run[0].kind == "moved"]
        size = max(PIECE, sum(len(piece.text) for piece in (*self.before, *self.after)) // MOST_PIECES)
        for run in runs:
            kind = run[0].kind
            old, new = (run[0].before[0], run[-1].before[1]), (run[0].after[0], run[-1].after[1])
            if kind == "added":
                for start, end in _portions(self.after, new, size):
                    yield self._change("added", (old[0], old[0]), (start, end))
            elif kind == "removed":
                for start, end in _portions(self.before, old, size):
                    yield self._change("removed", (start, end), (new[0], new[0]))
            elif kind == "reworded" or (kind == "moved" and len(moves) <= MOST_MOVES):
                yield self._change(kind, old, new)
        if len(moves) > MOST_MOVES:
            yield self._resorted(moves)

    def _runs(self, steps: Sequence[Edit]) -> Iterator[list[Edit]]:
        """Put neighbours of one kind under one heading together; rewordings stay single."""
        same = self._renumbered(steps)
        news = [edit for edit in steps if edit.kind != "kept" and edit not in same and not self._elsewhere_too(edit)]
        number = 0

        def group(pair: tuple[int, Edit]) -> int:
            nonlocal number
            at, edit = pair
            if at and not self._follows(news[at - 1], edit):
                number += 1
            return number

        for _, run in groupby(enumerate(news), key=group):
            yield [edit for _, edit in run]

    def _renumbered(self, steps: Sequence[Edit]) -> set[Edit]:
        """Return the rows whose first cell alone changed, a number, by as much as that of another row: one more row
        above them. A single one may be an amount, and is told.
        """
        shifted: dict[int, list[Edit]] = {}
        for edit in steps:
            if edit.kind == "reworded":
                old = _NUMBERED_ROW.match(self.before[edit.before[0]].said)
                new = _NUMBERED_ROW.match(self.after[edit.after[0]].said)
                if old and new and old[2] == new[2] and edit.after[1] - edit.after[0] == 1:
                    shifted.setdefault(int(new[1]) - int(old[1]), []).append(edit)
        return {edit for edits in shifted.values() if len(edits) > 1 for edit in edits}

    def _elsewhere_too(self, edit: Edit) -> bool:
        """Say whether what moved is no more than a mark or a word that stands in many places ("Agenda", "None.")."""
        if edit.kind != "moved":
            return False
        said = self.after[edit.after[0]].said
        return self.times[said] > 1 or not any(letter.isalpha() for letter in said)

    def _follows(self, one: Edit, two: Edit) -> bool:
        if one.kind != two.kind or one.kind == "reworded":
            return False
        if one.kind != "removed" and (one.after[1] != two.after[0] or not _together(self.after, one.after, two.after)):
            return False
        return one.kind == "added" or (
            one.before[1] == two.before[0] and _together(self.before, one.before, two.before)
        )

    def _change(self, kind: ChangeKind, old: Pair, new: Pair) -> Change:
        gone, come = self.before[slice(*old)], self.after[slice(*new)]
        first = (come or gone)[0]
        own = first.key or digest(*first.heading, *(piece.said for piece in gone or come))
        return self.frame.change(
            kind,
            f"{self.place.key}/{own}" if self.place.key else own,
            _text(gone),
            _text(come),
            heading=(*self.place.heading, *first.heading),
            meeting=self.place.meeting,
            matter=self.place.matter,
            context=self._around(old, new),
        )

    def _around(self, old: Pair, new: Pair) -> Iterator[str]:
        """The headings it stood under before, and for a few words alone the passage above them."""
        gone, come = self.before[slice(*old)], self.after[slice(*new)]
        if gone and come and gone[0].heading != come[0].heading:
            yield f"Moved from: {' > '.join(gone[0].heading) or 'no heading'}"
            yield from gone[0].heading
        side, at = (self.after, new[0]) if come else (self.before, old[0])
        if at and len(_text(come or gone)) <= SHORT and side[at - 1].heading == side[at].heading:
            yield side[at - 1].text[:NEIGHBOUR]

    def _resorted(self, moves: Sequence[Sequence[Edit]]) -> Change:
        count = sum(len(run) for run in moves)
        key = "/".join(part for part in (self.place.key, "order") if part)
        order = digest(*(self.after[run[0].after[0]].said for run in moves))
        text = f"{count} passages stand in another order"
        return self.frame.change("moved", f"{key}:{order}", "", text, heading=self.place.heading)


def _text(run: Sequence[Piece]) -> str:
    words = ""
    for at, piece in enumerate(run):
        if at:
            words += " " if piece.source == run[at - 1].source else "\n"
        words += piece.text
    return words


def _portions(side: Sequence[Piece], run: Pair, size: int) -> Iterator[Pair]:
    start, length = run[0], 0
    for at in range(*run):
        if at > start and length + len(side[at].text) > size:
            yield start, at
            start, length = at, 0
        length += len(side[at].text) + 1
    yield start, run[1]


def _together(side: Sequence[Piece], one: Pair, two: Pair) -> bool:
    return side[one[0]].heading == side[two[0]].heading


def _without_fallen_off(steps: Sequence[Edit], before: Sequence[Piece], after: Sequence[Piece]) -> tuple[Edit, ...]:
    """Leave out what went from one end of its list (the pieces under one heading) while new ones came at the other."""
    stays: dict[tuple[str, ...], list[Edit]] = {}
    came: dict[tuple[str, ...], list[int]] = {}
    for edit in steps:
        if edit.kind == "added":
            came.setdefault(after[edit.after[0]].heading, []).append(edit.after[0])
        elif edit.kind != "removed":
            stays.setdefault(before[edit.before[0]].heading, []).append(edit)

    def fallen(edit: Edit) -> bool:
        heading = before[edit.before[0]].heading
        rest, new = stays.get(heading), came.get(heading)
        if edit.kind != "removed" or not rest or not new:
            return False
        last = max(other.before[0] for other in rest)
        first = min(other.before[0] for other in rest)
        on_top = any(a < min(other.after[0] for other in rest) for a in new)
        below = any(a > max(other.after[0] for other in rest) for a in new)
        return (edit.before[0] > last and on_top) or (edit.before[0] < first and below)

    return tuple(edit for edit in steps if not fallen(edit))


def lines(text: str) -> tuple[Passage, ...]:
    """Return the paragraphs of a field as passages."""
    return tuple(Passage(line) for line in text.splitlines() if fold(line))
