"""What people say of verdicts: kept with the text, given out as labelled lines. It never changes an alert."""

from __future__ import annotations

import enum
import getpass
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated

import typer

from watcher.alerts import masked
from watcher.app import App
from watcher.cli.frame import application, refuse
from watcher.cli.reports import counted
from watcher.judge import context_of
from watcher.lines import Line, stamp
from watcher.model import Change, Feedback, Said


class Word(enum.StrEnum):
    """What can be said of a change."""

    relevant = "relevant"
    not_relevant = "not-relevant"
    missed = "missed"


def feedback(
    what: Annotated[str | None, typer.Argument(metavar="ALERT|CHANGE", help="Its id, or its first characters.")] = None,
    said: Annotated[Word | None, typer.Argument(metavar="SAID", help="relevant, not-relevant or missed.")] = None,
    note: Annotated[str, typer.Option("--note", metavar="WORDS", help="Why.")] = "",
    by: Annotated[str, typer.Option("--by", metavar="WHO", help="Who says so (default: your login).")] = "",
    missed: Annotated[bool, typer.Option("--missed", help="A text that no change shows: give --text.")] = False,
    text: Annotated[str, typer.Option("--text", metavar="TEXT", help="The missed text, or - to read it.")] = "",
    url: Annotated[str, typer.Option("--url", metavar="URL", help="Where the missed text stands.")] = "",
) -> None:
    """Say whether a verdict was right; kept with its text.

    It changes no alert: `watcher export --feedback PATH` gives it out as labelled lines, for `make eval` and for training.
    """
    if missed == (what is not None):
        refuse("say which: feedback CHANGE relevant|not-relevant|missed, or feedback --missed --text TEXT --url URL")
    if not missed and said is None:
        refuse("say what it is: relevant, not-relevant or missed")
    if not missed and (text or url):
        refuse("--text and --url are for --missed: a change has its own")
    words = sys.stdin.read() if missed and text == "-" else text
    if missed and not words.strip():
        refuse("--missed needs the text: --text TEXT, or --text - to read it")
    with application("feedback", beside=True) as app:
        who, now = by or getpass.getuser(), app.now()
        if missed:
            kept = [Feedback("missed", "", words.strip(), (), "", url, who, note.strip(), now)]
        else:
            meant: Said = (
                "not_relevant" if said == Word.not_relevant else "missed" if said == Word.missed else "relevant"
            )
            kept = [_about(change, meant, who, note.strip(), now) for change in _named(app, str(what))]
        app.ledger.add_feedback(kept)
        told = kept[0].said.replace("_", " ")
        typer.echo(f"{told}: kept for {counted(len(kept), 'text')}; alerts stay as they are")


def _named(app: App, name: str) -> Sequence[Change]:
    """The change of that id, or the changes of that alert."""
    change = app.ledger.change(name)
    if change is not None:
        return [change]
    alerts = app.ledger.alerts_named(name)
    if len(alerts) > 1:
        refuse(f"several alerts begin with {name}: " + ", ".join(alert.key[:12] for alert in alerts), code=1)
    if not alerts:
        refuse(f"no change or alert {name!r} in the ledger; `watcher changes` and `watcher why SITE` list them", code=1)
    return alerts[0].changes


def _about(change: Change, said: Said, by: str, note: str, now: datetime) -> Feedback:
    verdict = change.verdict
    return Feedback(
        said,
        change.before,
        change.after,
        context_of(change),
        change.site,
        change.url,
        by,
        note,
        now,
        change=change.id,
        label=verdict.label if verdict else None,
        score=verdict.score if verdict else None,
        judge=verdict.judge if verdict else None,
    )


def labelled(said: Sequence[Feedback]) -> Iterator[Line]:
    """The last word of each person on each text, as labelled lines (the form of tests/judge/labelled.jsonl).

    Private contact data is masked: the lines are made to be passed on.
    """
    last = {(one.change or f"{one.url}\n{one.after}", one.by): one for one in said}
    for number, one in enumerate(last.values(), 1):
        sides: Line = (
            {"before": masked(one.before), "after": masked(one.after)} if one.before else {"text": masked(one.after)}
        )
        yield {
            "id": f"feedback-{number}",
            **sides,
            "context": [masked(part) for part in one.context],
            "relevant": one.said != "not_relevant",
            "kind": "feedback",
            "place": one.site,
            "source": one.url,
            "note": masked(one.note),
            "said": one.said,
            "by": one.by,
            "at": stamp(one.created_at),
            "change": one.change,
            "verdict": {"label": one.label, "score": one.score, "judge": one.judge},
        }
