"""Which members of two sequences stand in both, in the same order.

Equal ends are trimmed; short stretches are solved exactly (longest common subsequence, bit-parallel in rapidfuzz); in
long ones members that occur once on both sides are the anchors (patience diff, Bram Cohen), and what lies between two
anchors is solved in turn. Time and memory are bounded by sizes, never by a clock: the same input gives the same answer.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from rapidfuzz.distance import Indel

EXACT_CELLS = 1_000_000  # below: solved exactly at once (under a millisecond)
MOST_CELLS = 64_000_000  # above: no exact solution any more (8 MB of bits)
DEPTH = 12

Pair = tuple[int, int]
Stretch = tuple[int, int, int, int]  # before from, before to, after from, after to


def common(before: Sequence[int], after: Sequence[int]) -> list[Pair]:
    """Return index pairs of equal members, rising on both sides. Members are non-negative numbers."""
    matched: list[Pair] = []
    waiting: list[tuple[Stretch, int]] = [((0, len(before), 0, len(after)), 0)]
    while waiting:
        stretch, depth = waiting.pop()
        b0, b1, a0, a1 = _trimmed(before, after, stretch, matched)
        if b0 == b1 or a0 == a1:
            continue
        cells = (b1 - b0) * (a1 - a0)
        anchors = _anchors(before, after, (b0, b1, a0, a1)) if cells > EXACT_CELLS and depth < DEPTH else []
        if anchors:
            matched += anchors
            waiting += [(gap, depth + 1) for gap in gaps(anchors, (b0, b1, a0, a1))]
        elif cells <= MOST_CELLS:
            matched += _exact(before, after, (b0, b1, a0, a1))
        else:
            matched += _by_occurrence(before, after, (b0, b1, a0, a1))
    return sorted(matched)


def gaps(matched: Sequence[Pair], stretch: Stretch) -> list[Stretch]:
    """Return what lies between, before and behind `matched` pairs inside `stretch`; empty on both sides left out."""
    b0, b1, a0, a1 = stretch
    found: list[Stretch] = []
    for b, a in [*matched, (b1, a1)]:
        if b > b0 or a > a0:
            found.append((b0, b, a0, a))
        b0, a0 = b + 1, a + 1
    return found


def rising(values: Sequence[int]) -> list[int]:
    """Return the indices of a longest strictly rising subsequence, O(n log n)."""
    tails: list[int] = []
    last: list[int] = []
    previous: list[int] = []
    for index, value in enumerate(values):
        at = bisect_left(tails, value)
        previous.append(last[at - 1] if at else -1)
        if at == len(tails):
            tails.append(value)
            last.append(index)
        else:
            tails[at], last[at] = value, index
    chain: list[int] = []
    index = last[-1] if last else -1
    while index >= 0:
        chain.append(index)
        index = previous[index]
    return chain[::-1]


def _trimmed(before: Sequence[int], after: Sequence[int], stretch: Stretch, matched: list[Pair]) -> Stretch:
    b0, b1, a0, a1 = stretch
    while b0 < b1 and a0 < a1 and before[b0] == after[a0]:
        matched.append((b0, a0))
        b0, a0 = b0 + 1, a0 + 1
    while b0 < b1 and a0 < a1 and before[b1 - 1] == after[a1 - 1]:
        b1, a1 = b1 - 1, a1 - 1
        matched.append((b1, a1))
    return b0, b1, a0, a1


def _anchors(before: Sequence[int], after: Sequence[int], stretch: Stretch) -> list[Pair]:
    b0, b1, a0, a1 = stretch
    once_before = {member for member, count in Counter(before[b0:b1]).items() if count == 1}
    once_after = {member for member, count in Counter(after[a0:a1]).items() if count == 1}
    place = {after[a]: a for a in range(a0, a1) if after[a] in once_before and after[a] in once_after}
    pairs = [(b, place[before[b]]) for b in range(b0, b1) if before[b] in place]
    return [pairs[index] for index in rising([a for _, a in pairs])]


def _exact(before: Sequence[int], after: Sequence[int], stretch: Stretch) -> list[Pair]:
    b0, b1, a0, a1 = stretch
    matched: list[Pair] = []
    for step in Indel.opcodes(before[b0:b1], after[a0:a1]):
        if step.tag == "equal":
            matched += [
                (b0 + step.src_start + offset, a0 + step.dest_start + offset)
                for offset in range(step.src_end - step.src_start)
            ]
    return matched


def _by_occurrence(before: Sequence[int], after: Sequence[int], stretch: Stretch) -> list[Pair]:
    """Pair the n-th occurrence of a member with its n-th on the other side, and keep the longest rising chain."""
    b0, b1, a0, a1 = stretch
    seen: Counter[int] = Counter()
    place: dict[Pair, int] = {}
    for a in range(a0, a1):
        place[after[a], seen[after[a]]] = a
        seen[after[a]] += 1
    seen.clear()
    pairs: list[Pair] = []
    for b in range(b0, b1):
        a = place.get((before[b], seen[before[b]]), -1)
        seen[before[b]] += 1
        if a >= 0:
            pairs.append((b, a))
    return [pairs[index] for index in rising([a for _, a in pairs])]
