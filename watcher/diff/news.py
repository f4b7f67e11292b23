"""What the edits of a document's passages say to a reader: one change for each thing that is news."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from watcher.diff.framing import PIECE, Frame
from watcher.diff.passages import Edit, Piece, edits, pieces
from watcher.diff.sameness import digest, fold
from watcher.model import Change, ChangeKind, Matter, Meeting, Passage

MOST_PIECES = 500  # added or removed changes of one document; above, each holds more text
MOST_MOVES = 200  # runs of passages that stand elsewhere; above, the document was re-sorted, and that is told once
SHORT = 80  # characters: a change this short is told with its neighbour


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
    old, new = pieces(before), pieces(after)
    teller = _Teller(frame, place, old, new)
    steps = edits(old, new)
    if place.windowed:
        steps = _without_fallen_off(steps, old, new)
    yield from teller.tell(steps)


class _Teller:
    def __init__(self, frame: Frame, place: Place, before: Sequence[Piece], after: Sequence[Piece]) -> None:
        self.frame, self.place, self.before, self.after = frame, place, before, after

    def tell(self, steps: Sequence[Edit]) -> Iterator[Change]:
        runs = list(self._runs(steps))
        moves = [run for run in runs if run[0].kind == "moved"]
        size = max(PIECE, sum(len(piece.text) for piece in (*self.before, *self.after)) // MOST_PIECES)
        for run in runs:
            kind = run[0].kind
            if kind == "added":
                for lines in _portions([self.after[edit.after[0]] for edit in run], size):
                    yield self._change("added", (), lines)
            elif kind == "removed":
                for lines in _portions([self.before[edit.before[0]] for edit in run], size):
                    yield self._change("removed", lines, ())
            elif kind == "reworded" or (kind == "moved" and len(moves) <= MOST_MOVES):
                yield self._change(kind, self._old(run), self._new(run))
        if len(moves) > MOST_MOVES:
            yield self._resorted(moves)

    def _runs(self, steps: Sequence[Edit]) -> Iterator[list[Edit]]:
        """Put neighbours of one kind under one heading together; rewordings stay single."""
        news = [edit for edit in steps if edit.kind != "kept"]
        number = 0

        def group(pair: tuple[int, Edit]) -> int:
            nonlocal number
            at, edit = pair
            if at and not self._follows(news[at - 1], edit):
                number += 1
            return number

        for _, run in groupby(enumerate(news), key=group):
            yield [edit for _, edit in run]

    def _follows(self, one: Edit, two: Edit) -> bool:
        if one.kind != two.kind or one.kind == "reworded":
            return False
        if one.kind != "removed" and (one.after[1] != two.after[0] or not _together(self.after, one.after, two.after)):
            return False
        return one.kind == "added" or (
            one.before[1] == two.before[0] and _together(self.before, one.before, two.before)
        )

    def _old(self, run: Sequence[Edit]) -> Sequence[Piece]:
        return self.before[run[0].before[0] : run[-1].before[1]]

    def _new(self, run: Sequence[Edit]) -> Sequence[Piece]:
        return self.after[run[0].after[0] : run[-1].after[1]]

    def _change(self, kind: ChangeKind, old: Sequence[Piece], new: Sequence[Piece]) -> Change:
        first = (new or old)[0]
        before, after = _text(old), _text(new)
        return self.frame.change(
            kind,
            self._key(first, old, new),
            before,
            after,
            heading=(*self.place.heading, *first.heading),
            meeting=self.place.meeting,
            matter=self.place.matter,
            context=self._around(kind, old, new),
        )

    def _key(self, first: Piece, old: Sequence[Piece], new: Sequence[Piece]) -> str:
        own = first.key or digest(*first.heading, *(piece.said for piece in old or new))
        return f"{self.place.key}/{own}" if self.place.key else own

    def _around(self, kind: ChangeKind, old: Sequence[Piece], new: Sequence[Piece]) -> Iterator[str]:
        if kind == "moved" and old[0].heading != new[0].heading:
            yield f"Moved from: {' > '.join(old[0].heading) or 'no heading'}"
        if old and new and old[0].heading != new[0].heading:
            yield from old[0].heading
        if sum(len(piece.text) for piece in (new or old)) <= SHORT:
            side, piece = (self.after, new[0]) if new else (self.before, old[0])
            at = side.index(piece) if len(side) <= 2_000 else 0
            if at and side[at - 1].heading == piece.heading:
                yield side[at - 1].text[:300]

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


def _portions(run: Sequence[Piece], size: int) -> Iterator[Sequence[Piece]]:
    start, length = 0, 0
    for at, piece in enumerate(run):
        if at > start and length + len(piece.text) > size:
            yield run[start:at]
            start, length = at, 0
        length += len(piece.text) + 1
    yield run[start:]


def _together(side: Sequence[Piece], one: tuple[int, int], two: tuple[int, int]) -> bool:
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
