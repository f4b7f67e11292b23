"""What else could judge a passage, measured side by side on sources that were left out of the training.

    python -m benchmarks.rivals         prints the table and keeps it in benchmarks/rivals.json for docs/accuracy.md

Needs scikit-learn (dependency group `rivals`), which the program itself does not. Folds leave out whole sources: what
shares a repository, a host or a jurisdiction is never on both sides. The rules are not trained here, but their phrases
were written with the passages in view, so their row flatters them; the rows beside "other places" do not (see `unseen`).
"""

from __future__ import annotations

import argparse
import json
import math
import re
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union

from benchmarks.figures import Score, average_precision, scored
from benchmarks.labelled import Labelled, by_source, named_sets, plain, rows
from benchmarks.train_words import Example, examples, fitted, ordinary_examples
from watcher.judge import Judge, Words, builtin, builtin_lexicon, builtin_words
from watcher.judge.folding import fold
from watcher.judge.scoring import UNSURE

KEPT = Path(__file__).with_name("rivals.json")
FOLDS = 10
SUBSTRINGS = ("ice", "immigration", "sanctuary")
WORDS = re.compile(
    r"\bICE\b|\b(?i:immigration|immigrants?|detainers?|deportation|sanctuary (?:city|county|polic\w+)|287\(g\)|customs enforcement)"
)
Model = Any  # a scikit-learn pipeline: it has fit and decision_function
Said = Callable[[Sequence[str]], list[float]]  # a score a text; above 0 is yes


def substrings(texts: Sequence[str]) -> list[float]:
    """Yes where a word stands anywhere, notice and office included."""
    return [1.0 if any(word in text.lower() for word in SUBSTRINGS) else -1.0 for text in texts]


def words(texts: Sequence[str]) -> list[float]:
    """Yes where a whole word stands, ICE in capitals only."""
    return [1.0 if WORDS.search(text) else -1.0 for text in texts]


def judged(judge: Judge) -> Said:
    """A judge's scores: above 0 is unsure or relevant."""
    return lambda texts: [_logit(judge.judge_text(text).score) - _logit(UNSURE) + 1e-9 for text in texts]


def tfidf() -> Model:
    """Words and pairs of words, weighed by rarity."""
    return make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2), _linear(20))


def letters() -> Model:
    """Hashed words, pairs of words and runs of letters."""
    shapes = (("word", (1, 2), 2**15), ("char_wb", (3, 5), 2**16))
    parts = [HashingVectorizer(analyzer=kind, ngram_range=span, n_features=size) for kind, span, size in shapes]
    return make_pipeline(make_union(*parts), _linear(50))


def small(train: Sequence[Labelled], lines: Sequence[Example]) -> Words:
    """The small model, fitted on these texts; where it raises was set by ordinary lines alone."""
    return fitted([*examples(train), *lines], raised=builtin_words().raised)


def hashed(train: Sequence[Labelled], lines: Sequence[Example]) -> Said:
    """The small model that ships, alone."""
    model = small(train, lines)
    return lambda texts: [model.lean(fold(text).low) for text in texts]


def both(train: Sequence[Labelled], lines: Sequence[Example]) -> Said:
    """The rules, and the small model where they are silent: the judge as it ships."""
    return judged(Judge(builtin_lexicon(), small(train, lines)))


def _linear(strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, class_weight="balanced", max_iter=2000, random_state=0)


def _logit(p: float) -> float:
    p = min(max(p, 1e-4), 1 - 1e-4)
    return math.log(p / (1 - p))


def trained(make: Callable[[], Model], train: Sequence[Labelled]) -> Said:
    """The model fitted on these texts."""
    model = make().fit([row.text() for row in train], [row.relevant for row in train])
    return lambda texts: [float(value) for value in model.decision_function(list(texts))]


def folds(labelled: Sequence[Labelled]) -> list[set[str]]:
    """Sources to leave out together, largest groups spread first."""
    group = by_source(labelled)
    sizes: dict[str, int] = {}
    for row in labelled:
        sizes[group[row.source]] = sizes.get(group[row.source], 0) + 1
    held: list[set[str]] = [set() for _ in range(FOLDS)]
    load = [0] * FOLDS
    for name in sorted(sizes, key=lambda name: (-sizes[name], name)):
        place = load.index(min(load))
        load[place] += sizes[name]
        held[place] |= {source for source, leader in group.items() if leader == name}
    return held


def cross(make: Callable[[Sequence[Labelled]], Said], labelled: Sequence[Labelled]) -> list[tuple[Labelled, float]]:
    """Each text with the score of a rival that never saw its source."""
    told = []
    for held in folds(labelled):
        said = make([row for row in labelled if row.source not in held])
        out = [row for row in labelled if row.source in held]
        told += list(zip(out, said([row.text() for row in out]), strict=True))
    return told


def row_of(name: str, told: Sequence[tuple[Labelled, float]], seconds: float) -> dict[str, Any]:
    """One row of the table."""
    score: Score = scored((row.relevant, value > 0) for row, value in told)
    return {
        "rival": name,
        "precision": str(score.precision),
        "recall": str(score.recall),
        "f1": round(score.f1, 3),
        "average precision": round(average_precision((value, row.relevant) for row, value in told), 3),
        "texts a second": round(len(told) / seconds),
    }


def rivals() -> dict[str, Callable[[Sequence[Labelled]], Said]]:
    """Name → how to make it from the texts it may learn from."""
    lines = ordinary_examples()
    return {
        "substring keywords": lambda _: substrings,
        "case-aware phrase list": lambda _: words,
        "TF-IDF + linear": lambda train: trained(tfidf, train),
        "hashed words and letters + linear": lambda train: trained(letters, train),
        "hashed words + linear": lambda train: hashed(train, lines),
        "rules": lambda _: judged(Judge(builtin_lexicon())),
        "rules + hashed words": lambda train: both(train, lines),
    }


def measured(train: Sequence[Labelled], test: Sequence[Labelled] | None = None) -> list[dict[str, Any]]:
    """The table: by cross-validation over `train`, or trained on all of it and asked about `test`."""
    table = []
    for name, make in rivals().items():
        if test is None:
            told = cross(make, train)
            said, texts = make(train), [row.text() for row in train]  # for its speed alone
        else:
            said, texts = make(train), [row.text() for row in test]
            told = list(zip(test, said(texts), strict=True))
        started = time.process_time()
        said(texts)
        table.append(row_of(name, told, time.process_time() - started))
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--unseen", type=Path, help="labelled lines of other places, in the form of labelled.jsonl")
    asked = parser.parse_args()
    sets = named_sets()
    train = [
        row
        for name, some in sets.items()
        if not name.startswith("own")
        for row in some
        if not row.change and not row.hidden
    ]
    kept = {
        "date": datetime.now(UTC).date().isoformat(),
        "judge": builtin().name,
        "cross-validated": measured(train),
        "texts": len(train),
    }
    kept["sources"] = len(set(by_source(train).values()))
    if asked.unseen:
        test = list(map(plain, rows(asked.unseen)))
        kept |= {"unseen": measured(train, test), "unseen texts": len(test)}
        kept["unseen sources"] = len({row.source for row in test})
    own = list(sets["own texts"])
    kept |= {"own": measured(train, own), "own texts": len(own)}
    KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(kept, indent=1))


if __name__ == "__main__":
    main()
