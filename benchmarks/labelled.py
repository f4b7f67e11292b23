"""Labelled texts and changes: the project's own, those beside the repository, and what people said of verdicts.

A line is {"id", "text"} or {"id", "before", "after"} with "relevant", and may have "context", "topics", "stance", "stage",
"kind" and "place": the form of tests/judge/labelled.jsonl, which `watcher export --feedback` writes too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from watcher.judge import Judge
from watcher.model import Verdict

ROOT = Path(__file__).parents[1]
SHARED = ROOT / "../shared"
OWN = ROOT / "tests/judge/labelled.jsonl"
TURNED = {"more limits": "limits", "fewer limits": "expands"}


@dataclass(frozen=True, slots=True)
class Labelled:
    """One text, or one change, as a person labelled it. `source` is what cross-validation leaves out as a whole."""

    id: str
    before: str
    after: str
    change: bool
    context: tuple[str, ...]
    relevant: bool
    topics: frozenset[str]
    stance: str
    stage: str
    kind: str
    source: str
    hidden: bool = False  # a human could not tell from the passage alone

    def judged(self, judge: Judge) -> Verdict:
        """What the judge says of it."""
        if self.change:
            return judge.judge_pair(self.before, self.after, self.context)
        return judge.judge_text(self.after, self.context)

    def text(self) -> str:
        """All its words, for those who compare words only."""
        return " ".join((*self.context, self.before, self.after))


def rows(path: Path) -> list[dict[str, Any]]:
    """The objects of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def plain(row: dict[str, Any]) -> Labelled:
    """A line of our own form."""
    place = row.get("place") or row.get("source") or "?"
    return Labelled(
        str(row["id"]), row.get("before", ""), row.get("after", row.get("text", "")), "before" in row, tuple(row.get("context", ())),
        bool(row["relevant"]), frozenset(row.get("topics", ())), row.get("stance", ""), row.get("stage", ""), row.get("kind", ""), place,
    )  # fmt: skip


def _passage(row: dict[str, Any]) -> Labelled:
    found = row["source"]
    source = f"{found.get('repo') or urlsplit(found.get('url', '')).hostname}\n{row['jurisdiction']}"
    return Labelled(
        row["id"], "", row["text"], False, (), row["relevant"], frozenset(row["topics"]), row["stance"], row["stage"], row["kind"],
        source, row["context_dependent"],
    )  # fmt: skip


def _pair(row: dict[str, Any]) -> Labelled:
    return Labelled(
        row["id"], row["before"], row["after"], True, (), row["change_relevant"], frozenset(row["topics"]),
        TURNED.get(row["stance_change"], ""), "", row["kind"], row["jurisdiction"],
    )  # fmt: skip


def _item(row: dict[str, Any]) -> Labelled:
    return Labelled(
        f"item {row['n']}", "", row["item"], False, (), row["topic"] == "yes", frozenset(), "", "", "agenda_item", row["portal"]
    )  # fmt: skip


def named_sets(extra: Iterable[Path] = ()) -> dict[str, tuple[Labelled, ...]]:
    """Name → its labelled texts, of every set that is at hand."""
    items = sorted((SHARED / "corpus/legistar_api").glob("*labelled*.jsonl"))
    forms: list[tuple[str, Path, Callable[[dict[str, Any]], Labelled]]] = [
        ("passages (relevance/dev)", SHARED / "relevance/dev.jsonl", _passage),
        ("changes (relevance/pairs_dev)", SHARED / "relevance/pairs_dev.jsonl", _pair),
        *((f"agenda items ({path.parent.name})", path, _item) for path in items),
    ]
    sets = {name: tuple(map(form, _clear(rows(path)))) for name, path, form in forms if path.exists()}
    own = tuple(map(plain, rows(OWN)))
    sets["own texts"] = tuple(row for row in own if not row.change)
    sets["own changes"] = tuple(row for row in own if row.change)
    for path in extra:
        sets[path.name] = tuple(map(plain, rows(path)))
    return sets


def _clear(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the items labelled adjacent, which are neither yes nor no."""
    return [row for row in found if row.get("topic") != "adjacent"]


def by_source(labelled: Iterable[Labelled]) -> dict[str, str]:
    """Source → the fold it belongs to: what shares a repository, a host or a jurisdiction stays together."""
    leader: dict[str, str] = {}

    def first(name: str) -> str:
        while leader.setdefault(name, name) != name:
            name = leader[name]
        return name

    found = sorted({row.source for row in labelled})
    for source in found:
        parts = source.split("\n")
        for part in parts[1:]:
            leader[first(part)] = first(parts[0])
    return {source: first(source.split("\n")[0]) for source in found}
