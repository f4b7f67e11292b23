"""Trains the small model of watcher/judge/words.py from the labelled passages beside the repository.

    python -m benchmarks.train_words [--feedback PATH]     writes watcher/judge/words.bin

Needs scikit-learn (dependency group `rivals`). Learns from the passages and agenda items of ../shared, from feedback where
a file is given, and from ordinary lines as examples of what is not on the subject; never from the project's own set,
which measures it. A text is raised to `unsure` by a lean that no ordinary line reaches when its source is left out.
"""

from __future__ import annotations

import argparse
import math
from array import array
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from benchmarks.labelled import ROOT, Labelled, named_sets, plain, rows
from benchmarks.ordinary import answers, digest, ordinary
from watcher.judge import Judge, builtin_lexicon
from watcher.judge.folding import fold
from watcher.judge.words import BITS, Words, features, near

OUT = ROOT / "watcher/judge/words.bin"
MARGIN = 0.01  # log odds
STRENGTH = 2.0  # inverse of the ridge
Example = tuple[str, str, bool]  # source, folded text, relevant


def examples(labelled: Sequence[Labelled]) -> list[Example]:
    """What can be learnt from labelled texts: a change says what it inserted or struck."""
    return [(row.source, fold(row.after or row.before).low, row.relevant) for row in labelled if not row.hidden]


def ordinary_examples() -> list[Example]:
    """The ordinary lines that the model would be asked about and the rules do not flag."""
    rules, read = Judge(builtin_lexicon()), answers()
    found = [(source, text, fold(text).low) for source, text in ordinary()]
    return [
        (source, low, False)
        for source, text, low in found
        if near(low) and not read.get(digest(text), False) and rules.judge_text(text).label == "unrelated"
    ]


def fitted(known: Sequence[Example], name: str = "words", raised: float = math.inf) -> Words:
    """The model fitted on these examples, its weights rounded to bytes."""
    places = [sorted(features(low)) for _, low, _ in known]
    values = [1 / math.sqrt(len(some)) for some in places for _ in some]
    starts = [0]
    for some in places:
        starts.append(starts[-1] + len(some))
    matrix = csr_matrix((values, [place for some in places for place in some], starts), shape=(len(known), 1 << BITS))
    linear = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=3000, random_state=0)
    linear.fit(matrix, [truth for _, _, truth in known])
    weights = [float(weight) for weight in linear.coef_[0]]
    scale = max(abs(weight) for weight in weights) / 127
    rounded = array("b", [round(weight / scale) for weight in weights])
    return Words(name, rounded, scale=scale, bias=float(linear.intercept_[0]), raised=raised)


def leans(known: Sequence[Example], lines: Sequence[Example], folds: int = 5) -> list[float]:
    """The leans of ordinary lines, each by a model that saw no line of its source. Highest first."""
    sources = sorted({source for source, _, _ in lines})
    told: list[float] = []
    for fold_ in range(folds):
        held = set(sources[fold_::folds])
        model = fitted([*known, *(line for line in lines if line[0] not in held)])
        told += [model.lean(low) for source, low, _ in lines if source in held]
    return sorted(told, reverse=True)


def trained(known: Sequence[Example], lines: Sequence[Example], name: str = "words") -> Words:
    """The whole recipe: the threshold from ordinary lines of left-out sources, the weights from everything."""
    return fitted([*known, *lines], name, leans(known, lines)[0] + MARGIN)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feedback", type=Path, help="what `watcher export --feedback` wrote")
    asked = parser.parse_args()
    labelled = [
        row for name, some in named_sets().items() if not name.startswith("own") for row in some if not row.change
    ]
    if asked.feedback:
        labelled += map(plain, rows(asked.feedback))
    known, lines = examples(labelled), ordinary_examples()
    model = trained(known, lines, f"words@{datetime.now(UTC).date().isoformat()}")
    OUT.write_bytes(model.written({"texts": len(known), "ordinary lines": len(lines)}))
    print(
        model.name,
        "raised from",
        model.raised,
        "texts",
        len(known),
        "ordinary lines",
        len(lines),
        OUT.stat().st_size,
        "bytes",
    )


if __name__ == "__main__":
    main()
