"""The project's own labelled set: whole, and judged no worse than the figures recorded for it."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from benchmarks.figures import Share, average_precision, found, loud, recorded, reliability, scored, stance
from benchmarks.judge_eval import RECORDED, told_of
from benchmarks.labelled import OWN, Labelled, by_source, named_sets, plain, rows
from watcher.judge import builtin
from watcher.judge.lexicon import TOPICS
from watcher.model import Verdict

SETS = {name: told_of(builtin(), some) for name, some in named_sets().items() if name.startswith("own")}
KEPT = json.loads(RECORDED.read_text(encoding="utf-8"))
FIGURES = [(name, figure) for name, figures in KEPT.items() for figure in figures]


@pytest.mark.parametrize(("name", "figure"), FIGURES, ids=[f"{name}: {figure}" for name, figure in FIGURES])
def test_no_recorded_figure_falls(name: str, figure: str) -> None:
    """`python -m benchmarks.judge_eval --record` keeps better ones."""
    assert recorded(SETS[name])[figure] >= KEPT[name][figure]


def test_every_set_has_its_figures() -> None:
    assert set(KEPT) == set(SETS)


def test_the_set_covers_the_field() -> None:
    own = [plain(row) for row in rows(OWN)]
    assert len({row.id for row in own}) == len(own)
    texts = [row for row in own if not row.change]
    assert len(texts) >= 150
    assert sum(row.change for row in own) >= 40
    assert set(TOPICS) == {topic for row in own for topic in row.topics}
    assert sum(not row.relevant for row in texts) >= 80
    assert min(Counter(row.stance for row in texts if row.stance in ("limits", "expands")).values()) >= 20
    stages = {"introduced", "first_reading", "second_reading", "referred", "hearing", "consent", "amended", "adopted"}
    assert stages | {"vetoed", "tabled_withdrawn", "repealed", "report"} <= {row.stage for row in texts}
    assert all(row.topics for row in own if row.relevant)


# ------------------------------------------------------------------------------------------- the figures themselves


def labelled(name: str, relevant: bool, source: str = "", direction: str = "") -> Labelled:
    return Labelled(name, "", name, False, (), relevant, frozenset(), direction, "", "", source)


def verdict(label: str, score: float, direction: str = "unclear") -> Verdict:
    return Verdict(label, score, "none", (), direction, "unknown", (), (), "rules@1")  # type: ignore[arg-type]


TOLD = [
    (labelled("a", True, direction="limits"), verdict("relevant", 0.9, "expands")),
    (labelled("b", True, direction="limits"), verdict("unsure", 0.3, "limits")),
    (labelled("c", True), verdict("unrelated", 0.01)),
    (labelled("d", False), verdict("unsure", 0.3)),
]


def test_precision_recall_and_stance_of_a_small_set_by_hand() -> None:
    assert (found(TOLD).precision, found(TOLD).recall) == (Share(2, 3), Share(2, 3))
    assert (loud(TOLD).precision, loud(TOLD).recall) == (Share(1, 1), Share(1, 3))
    assert found(TOLD).f1 == pytest.approx(2 / 3)
    assert stance(TOLD) == (Share(1, 2), Share(1, 2))
    assert reliability(TOLD)[-1] == (0.9, 0.9, 1.0, 1)


def test_wilson_bounds_are_those_of_the_textbook() -> None:
    low, high = Share(8, 10).bounds()
    assert [low, high] == pytest.approx([0.4902, 0.9433], abs=1e-3)
    assert Share(0, 0).bounds() == (0.0, 1.0)


def test_equal_scores_rank_at_their_worst() -> None:
    assert average_precision([(0.5, True), (0.5, False)]) == 0.5
    assert average_precision([(0.9, True), (0.5, False)]) == 1.0


def test_nothing_said_is_no_division_by_zero() -> None:
    assert scored([(True, False)]).f1 == 0.0


def test_what_shares_a_repository_or_a_place_is_one_source() -> None:
    group = by_source(
        [labelled("a", True, "repo\nOslo"), labelled("b", True, "site\nOslo"), labelled("c", True, "far\nBonn")]
    )
    assert group["repo\nOslo"] == group["site\nOslo"] != group["far\nBonn"]
