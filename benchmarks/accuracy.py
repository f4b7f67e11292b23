"""Writes docs/accuracy.md: the figures as tables, the mistakes with their evidence."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from benchmarks import figures
from benchmarks.figures import OPPOSITE, Share, Told
from benchmarks.labelled import ROOT, Labelled
from watcher.judge.scoring import RELEVANT, UNSURE
from watcher.model import Verdict

RIVALS = ROOT / "benchmarks/rivals.json"
QUOTE = 110  # characters of a text that are shown
WORST = 20
Lines = Sequence[tuple[str, str, Verdict, bool | None]]

HEAD = """# How right the judge is

Written by `make eval` on {today}, judge `{name}`. Bounds in brackets are 95 % (Wilson). A text counts as found when its label is
`relevant` or `unsure`; scores from {relevant} are `relevant`, from {unsure} `unsure`. The lexicon was written with *passages*, *changes* and
*agenda items* in view, so those figures flatter it; *own* texts were written before they were judged, by the people who
wrote the judge; h001 to h108 among them gave, before any rule was mended for them, precision .940 and recall .984 (found) and topics .74;
i001 to i072 1.000, .979 and .67, n001 to n044 .966, .933 and .84, and the changes q001 to q051 and q052 to q090 were rightly told
relevant or not in .90 and .97, their direction right in 13 of 26 and 18 of 29 (opposite 1 and 3). s001 to s091 were sought out where
directions are hardest (laws against local limits, saving clauses, repeals): of s001 to s047 35 pointed right and 8 the opposite way, of
s048 to s091, asked after the first were mended, 33 and 7, found 41 of 44, topics .74; c001 to c032 (context) were written with their rule.
Sources nobody had in view stand under "Side by side".
"""


def document(name: str, today: date, told: dict[str, Told], lines: Lines, speeds: Sequence[tuple[str, str]]) -> str:
    """The whole page."""
    passages = next((some for label, some in told.items() if label.startswith("passages")), ())
    parts = [
        HEAD.format(today=today, name=name, relevant=RELEVANT, unsure=UNSURE),
        "\n".join(_by_set(told, passages)),
        "\n".join(_ordinary(lines)),
        "\n".join(_side_by_side()),
        "\n".join(_topics(told)),
        "\n".join(_stance_and_stage(told)),
        "\n".join(_kinds(told)),
        "\n".join(_reliability(told)),
        "\n".join(_worst(told)),
        "\n".join(("## Speed", "", "One core's own time, after start-up.", "", *_table(("what", "figure"), speeds))),
    ]
    return "\n".join(part + "\n" for part in parts if part).rstrip("\n") + "\n"


WHAT = {  # set, as named_sets() begins its name → what a reader of the page is told of it
    "passages": "passages of policies, codes and agendas; the rules were written with these in view",
    "changes": "changes between two versions of a text; the rules were written with these in view",
    "agenda items": "items of council agendas; the rules were written with these in view",
    "own texts": "texts written by the makers of the judge before it judged them",
    "own changes": "changes written by the makers of the judge before it judged them",
}


def published(judge: str, today: date, told: dict[str, Told]) -> dict[str, object]:
    """The figures that the page shows (`watcher/judge/accuracy.json`): shares as hits, of, and their 95 % bounds."""

    def share(one: Share) -> dict[str, float]:
        low, high = one.bounds()
        return {"hits": one.hits, "of": one.of, "low": max(0.0, round(low, 3)), "high": min(1.0, round(high, 3))}

    sets = []
    for name, some in told.items():
        what = next((words for start, words in WHAT.items() if name.startswith(start)), None)
        if what is not None:
            both, (right, opposite) = figures.found(some), figures.stance(some)
            sets.append({
                "what": what, "texts": len(some), "relevant": sum(row.relevant for row, _ in some),
                "right": share(both.precision), "found": share(both.recall), "direction": share(right),
                "opposite": share(opposite),
            })  # fmt: skip
    return {"judge": judge, "date": today.isoformat(), "sets": sets}


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    return [f"| {' | '.join(map(str, row))} |" for row in (head, ["---"] * len(head), *rows)]


def _row(name: str, told: Told) -> tuple[object, ...]:
    both, alone = figures.found(told), figures.loud(told)
    ranked = figures.average_precision((v.score, row.relevant) for row, v in told)
    relevant = sum(row.relevant for row, _ in told)
    cells = (both.precision, both.recall, f"{both.f1:.3f}", alone.precision, alone.recall, f"{alone.f1:.3f}")
    return (name, f"{len(told)} ({relevant})", *cells, f"{ranked:.3f}" if relevant else "–")


def _by_set(told: dict[str, Told], passages: Told) -> Iterator[str]:
    yield "## By set and label\n"
    rows = []
    for name, some in told.items():
        rows.append(_row(name, some))
        if some is passages:
            cuts = {
                "without context-dependent ones": [(row, v) for row, v in some if not row.hidden],
                "context-dependent ones only": [(row, v) for row, v in some if row.hidden],
                "without policy descriptions": [(row, v) for row, v in some if row.kind != "policy_description"],
                "without New York City": [(row, v) for row, v in some if "New York City" not in row.source],
            }
            rows += [_row(f"– {cut}", kept) for cut, kept in cuts.items()]
    head = (
        "set",
        "texts (relevant)",
        "P found",
        "R found",
        "F1",
        "P relevant",
        "R relevant",
        "F1",
        "average precision",
    )
    yield from _table(head, rows)
    if passages and not any(row.kind == "policy_description" for row, _ in passages):
        yield "\nThe passages at hand hold no policy descriptions, so that line equals the first."


def _ordinary(lines: Lines) -> Iterator[str]:
    if not lines:
        return
    ordinary = [(verdict, truth) for _, _, verdict, truth in lines if truth is not True]
    loud = Share(sum(v.label == "relevant" for v, _ in ordinary), len(ordinary))
    unsure = Share(sum(v.label == "unsure" for v, _ in ordinary), len(ordinary))
    unread = sum(v.label != "unrelated" and truth is None for v, truth in ordinary)
    yield "## Base rate\n"
    yield (
        f"{len(lines):,} distinct lines of recorded agendas and codes, of {len({s for s, *_ in lines})} files: {len(lines) - len(ordinary)} are on "
        f"the subject by a reader's word. Of the others {loud.hits} are falsely `relevant` ({1000 * loud.value:.2f} in 1,000) and {unsure.hits} "
        f"falsely `unsure` ({200 * unsure.value:.2f} in 200). Flagged and not yet read by anyone, counted as false: {unread}."
    )
    for source, text, verdict, truth in lines:
        if truth is not True and verdict.label != "unrelated":
            yield f"\n* `{verdict.label}` {verdict.score:.2f}, {source}: {_quoted(text, verdict)}"


def _side_by_side() -> Iterator[str]:
    if not RIVALS.exists():
        return
    kept: dict[str, Any] = json.loads(RIVALS.read_text(encoding="utf-8"))
    yield "## Side by side\n"
    yield (
        f"Measured by `python -m benchmarks.rivals` on {kept['date']}, judge `{kept['judge']}`. A text is found by a score above the rival's own "
        f"threshold. Average precision counts equal scores at their worst."
    )
    titles = {
        "cross-validated": f"Cross-validation over {kept['texts']} passages and agenda items; what shares a repository, a host or a "
        f"jurisdiction is left out together ({kept['sources']} groups, 10 folds)",
        "unseen": f"Trained on those, asked about {kept.get('unseen texts')} texts of {kept.get('unseen sources')} other places and acts that were "
        "collected and labelled by one reader for this purpose (not shipped); half of them were then used to widen the lexicon",
        "own": f"Trained on those, asked about the {kept['own texts']} own texts",
    }
    for key, title in titles.items():
        if key in kept:
            head = ("rival", "precision", "recall", "F1", "average precision", "texts a second")
            yield f"\n{title}:\n"
            yield from _table(head, [list(row.values()) for row in kept[key]])
    yield from ("", *kept.get("remarks", ()))


def _topics(told: dict[str, Told]) -> Iterator[str]:
    yield "## Topics\n"
    yield (
        "On relevant texts, precision and recall of each topic; *all* is the micro-average. The layer that names topics, and a direction where no "
        "clause says one, learnt from *passages*: only the other sets tell how it does on texts it has not seen (micro-F1 .79 by cross-validation "
        "with whole sources left out, by wordings that were written with them in view).\n"
    )
    measured = {name: figures.topics(some) for name, some in told.items() if any(row.topics for row, _ in some)}
    names = sorted({topic for some in measured.values() for topic in some} - {"all"})
    rows = []
    for topic in (*names, "all"):
        cells: list[object] = []
        for some in measured.values():
            score = some.get(topic)
            cells += [score.precision, score.recall, f"{score.f1:.3f}"] if score else ["–", "–", "–"]
        rows.append((topic, *cells))
    yield from _table(("topic", *(f"{what} {name}" for name in measured for what in ("P", "R", "F1"))), rows)


def _stance_and_stage(told: dict[str, Told]) -> Iterator[str]:
    yield "## Stance and stage\n"
    yield "Stance: of the found ones labelled limits or expands. Stage: where label and judge both name one.\n"
    rows = []
    for name, some in told.items():
        cells: list[object] = []
        for wanted in OPPOSITE:
            right, opposite = figures.stance(some, wanted)
            cells += [right, f"{opposite.hits} of {opposite.of}"]
        if any(row.stance in OPPOSITE for row, _ in some):
            rows.append((name, *cells, figures.stage(some)))
    head = ("set", "limits right", "limits opposite", "expands right", "expands opposite", "stage right")
    yield from _table(head, rows)


def _kinds(told: dict[str, Told]) -> Iterator[str]:
    yield "## Kinds of text\n"
    rows = []
    for name, some in told.items():
        for kind in sorted({row.kind for row, _ in some}):
            kept = [(row, v) for row, v in some if row.kind == kind]
            both = figures.found(kept)
            if both.recall.of:
                rows.append((name, kind, len(kept), both.precision, both.recall, f"{both.f1:.3f}"))
    yield from _table(("set", "kind", "texts", "P found", "R found", "F1"), rows)


def _reliability(told: dict[str, Told]) -> Iterator[str]:
    yield "## Reliability\n"
    yield "Of texts with such a score, the share that is relevant: all sets together.\n"
    everything = [pair for some in told.values() for pair in some]
    rows = [
        (f"{low:.1f}–{low + 0.1:.1f}", f"{mean:.2f}", f"{share:.2f}", n)
        for low, mean, share, n in figures.reliability(everything)
    ]
    yield from _table(("score", "mean score", "relevant", "texts"), rows)


def _worst(told: dict[str, Told]) -> Iterator[str]:
    yield f"## The worst {WORST} mistakes\n"
    yield "Farthest from the truth first: one line of each text, and the cues that decided.\n"
    wrong = [
        (abs(row.relevant - v.score), name, row, v)
        for name, some in told.items()
        for row, v in some
        if row.relevant != (v.label != "unrelated")
    ]
    for _, name, row, verdict in sorted(wrong, key=lambda one: (-one[0], one[1], one[2].id))[:WORST]:
        truth = "relevant" if row.relevant else "not relevant"
        hidden = ", context-dependent" if row.hidden else ""
        cues = ", ".join(dict.fromkeys(seen.cue for seen in verdict.evidence)) or "no cue"
        yield f"* {row.id} ({name}): {truth}{hidden}, said `{verdict.label}` {verdict.score:.2f} ({cues}): {_quoted(_shown(row), verdict)}"


def _shown(row: Labelled) -> str:
    return f"{row.before} → {row.after}" if row.change else row.after


def _quoted(text: str, verdict: Verdict) -> str:
    """One line of the text, from a little before the first evidence."""
    start = max(min((seen.start for seen in verdict.evidence if seen.side == "after"), default=0) - 40, 0)
    plain = " ".join(text.split())
    start = start if start + QUOTE // 2 < len(plain) else 0
    cut = plain[start : start + QUOTE].replace("|", "¦").replace("`", "'")
    return f"“{'… ' if start else ''}{cut}{' …' if start + QUOTE < len(plain) else ''}”"
