"""Trains the layer of watcher/judge/topics.py, which names the topics of texts on the subject and the way they point.

    python -m benchmarks.train_topics [--texts PATH ...]     writes watcher/judge/topics.bin

Needs scikit-learn (dependency group `rivals`). Learns from the relevant passages of ../shared, from lessons.jsonl beside this file
(texts written for it) and from further labelled lines where files are given; never from the project's own set, which measures it.
"""

from __future__ import annotations

import argparse
from array import array
from collections.abc import Sequence
from pathlib import Path

from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from benchmarks.labelled import ROOT, Labelled, named_sets, plain, rows
from watcher.judge import builtin_lexicon
from watcher.judge.cues import Finder
from watcher.judge.folding import fold
from watcher.judge.lexicon import TOPICS
from watcher.judge.topics import BITS, DIRECTIONS, Topics, features, words

OUT = ROOT / "watcher/judge/topics.bin"
LESSONS = Path(__file__).with_name("lessons.jsonl")
STRENGTH = {"limits": 3.0, "expands": 3.0}  # inverse of the ridge
OTHERS = 1.0  # the same for topics
WEIGHT = {"limits": 1.0, "expands": 2.0}  # two in three texts limit


def fitted(known: Sequence[Labelled]) -> Topics:
    """The layer fitted on these texts, its weights rounded to bytes."""
    lexicon = builtin_lexicon()
    finder = Finder(lexicon)
    said, worded = [], []
    for row in known:
        folded = fold(row.after or row.before)
        said.append(features(folded.low, finder.find(folded)))
        worded.append({**said[-1], **words(folded.low)})
    matrices = {False: _matrix(said), True: _matrix(worded)}
    bias: dict[str, float] = {}
    columns: list[list[float]] = []
    for name in (*TOPICS, *DIRECTIONS):
        truth = [name in row.topics or name == row.stance for row in known]
        linear = LogisticRegression(
            C=STRENGTH.get(name, OTHERS), class_weight={False: 1.0, True: WEIGHT.get(name, 1.0)}, max_iter=1000
        )
        linear.fit(matrices[name in DIRECTIONS], truth)
        bias[name] = round(float(linear.intercept_[0]), 4)
        columns.append([float(weight) for weight in linear.coef_[0]])
    scale = max(abs(weight) for column in columns for weight in column) / 127
    weights = array("b", [round(weight / scale) for row in zip(*columns, strict=True) for weight in row])
    return Topics(weights, scale=scale, bias=bias, entries=[entry.id for entry in lexicon.entries])


def _matrix(found: Sequence[dict[int, float]]) -> csr_matrix:
    starts = [0]
    for some in found:
        starts.append(starts[-1] + len(some))
    values = [value for some in found for value in some.values()]
    return csr_matrix((values, [place for some in found for place in some], starts), shape=(len(found), 1 << BITS))


def known_texts(further: Sequence[Path]) -> list[Labelled]:
    """The relevant texts with topics that may be learnt from."""
    some = [row for name, kept in named_sets().items() if not name.startswith("own") for row in kept]
    some += [plain(row) for path in (LESSONS, *further) for row in rows(path)]
    return [row for row in some if row.relevant and row.topics and not row.hidden and not row.change]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--texts", nargs="*", type=Path, default=[], help="labelled lines, in the form of labelled.jsonl"
    )
    known = known_texts(parser.parse_args().texts)
    OUT.write_bytes(fitted(known).written({"texts": len(known)}))
    print(len(known), "texts", OUT.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
