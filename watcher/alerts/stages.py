"""The way of one matter: its stages, dated, forward and back, across bodies and meetings, each with the document that says so.

alerts of one thread ─ stages ─▶ Stage*      oldest first; what a later stage undid is named with it
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from watcher.alerts.wording import STAGES
from watcher.model import Alert, Change, Stage, Vote

DONE = frozenset({"adopted", "in_force"})
BACK = frozenset({"repealed", "vetoed", "tabled_withdrawn"})
_RECONSIDERED_WORDS = "reconsidered"
_RECONSIDERED = re.compile(
    r"\b(?:reconsidered\b|(?:motion to reconsider|reconsideration)\b[^.;]{0,60}\b(?:carried|passed|approved|adopted|prevailed)\b"
    r"|(?:voted|agreed) to reconsider\b)",
    re.IGNORECASE,
)


def stages(alerts: Iterable[Alert]) -> tuple[Stage, ...]:
    """The stages that the alerts of one matter tell of, by date; an alert that tells of none (an attachment) is none."""
    found = [stage for alert in alerts if (stage := _stage(alert))]
    way: list[Stage] = []
    standing: Stage | None = None  # what is adopted, as far as is known
    blocked: Stage | None = None  # a veto or withdrawal that an override can still take back
    for stage in sorted(found, key=lambda stage: stage.date):
        back = stage.stage in BACK or stage.words == _RECONSIDERED_WORDS
        if back and standing:
            stage, blocked, standing = replace(stage, undoes=standing.date), stage, None
        elif back:
            blocked = stage
        elif stage.stage in DONE:
            stage, blocked, standing = replace(stage, undoes=blocked.date if blocked else None), None, stage
        way.append(stage)
    return tuple(way)


def _stage(alert: Alert) -> Stage | None:
    lead = next((change for change in alert.changes if _of(change) == alert.stage), None)
    if lead is None or alert.stage not in STAGES:
        return None
    reconsidered = alert.stage not in BACK and any(_RECONSIDERED.search(change.after) for change in alert.changes)
    votes = tuple(dict.fromkeys(vote for change in alert.changes for vote in change.votes))
    last = max((vote for vote in votes if vote.date), key=lambda vote: vote.date or lead.seen_at, default=None)
    return Stage(
        alert.stage,
        _RECONSIDERED_WORDS if reconsidered else STAGES[alert.stage],
        _date(lead, votes),
        lead.seen_at,
        (last.body if last else "") or (lead.meeting.body if lead.meeting else alert.body or ""),
        lead.meeting,
        votes,
        lead.id,
        lead.snapshot_after or lead.snapshot_before,
        alert.site,
        alert.source_url or lead.url,
    )


def _of(change: Change) -> str:
    return change.verdict.stage if change.verdict else ""


def _date(lead: Change, votes: tuple[Vote, ...]) -> datetime:
    """The day of the vote, else of a step that the file's own history adds, else of the meeting held, else of the notice."""
    dated = [vote.date for vote in votes if vote.date]
    if dated:
        return max(dated)
    steps = [
        step.date for step in (lead.matter.history if lead.matter else ()) if step.date and step.action in lead.after
    ]
    if steps:
        return max(steps)
    start = lead.meeting.start if lead.meeting else None
    return start if start and start <= lead.seen_at else lead.seen_at
