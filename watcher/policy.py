"""Policy status of a place: a pure reading of dated papers, newest last. Never more than the papers say.

    alerts ─ paper ─▶ Paper*  +  cited entries of sites.yaml ─ cited ─▶ Paper*  ─ standing ─▶ Standing

A text adopted or in force sets a status, its repeal or removal ends it, an item on an agenda is under consideration until
it is withdrawn, voted on, or forgotten for `FORGOTTEN`. So a status is dated and reversible: adopted on 3 April, rescinded
on 12 April. A change whose direction is unclear or mixed sets none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from watcher.model import Alert, PolicyEntry

LIMITS, EXPANDS, AGREEMENT = "limits", "requires or expands", "287(g) agreement"
CONSIDERED, NOTHING = "under consideration", "nothing on file"
STATUSES = (LIMITS, EXPANDS, AGREEMENT, CONSIDERED, NOTHING)

FORGOTTEN = timedelta(days=180)  # a matter that nobody moved for so long is no longer called under consideration
ENACTED = frozenset({"adopted", "in_force"})
ENDED = frozenset({"tabled_withdrawn", "vetoed"})
TEXTS = frozenset({"ordinance", "code"})  # kinds of site whose text is the rule itself
PENDING = frozenset({
    "introduced", "referred", "first_reading", "second_reading", "hearing", "consent", "amended", "unknown",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Paper:
    """One dated document and the status it sets, or with `ends` the end of one.

    `digest` is the sha-256 of the stored bytes and `change` the entry of the ledger; an operator's citation has neither.
    """

    status: str
    at: datetime
    title: str
    url: str
    thread: str = ""
    digest: str | None = None
    change: str | None = None
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """The status of a place with the papers behind it, newest first, and what is under consideration beside it."""

    status: str
    papers: tuple[Paper, ...] = ()
    pending: tuple[Paper, ...] = ()


def paper(alert: Alert) -> Paper | None:
    """What an alert says of its place's status; None where it says nothing of it."""
    if alert.label != "relevant" or alert.tier != "core" or not alert.changes:
        return None
    found = _meaning(alert)
    if found is None:
        return None
    status, ends = found
    lead = alert.changes[0]
    return Paper(
        status,
        max(change.seen_at for change in alert.changes),
        alert.headline,
        alert.source_url or lead.url,
        alert.thread,
        lead.snapshot_after or lead.snapshot_before,
        lead.id,
        ends,
    )


def _meaning(alert: Alert) -> tuple[str, bool] | None:
    removed = all(change.kind == "removed" for change in alert.changes)
    if alert.kind == "list":  # a list of agreements in force: ICE's own, or a body's
        return (AGREEMENT, removed) if "287g" in alert.topics else None
    if alert.stage == "repealed" or (removed and alert.kind in TEXTS):
        return NOTHING, True
    if alert.stage in ENDED:
        return CONSIDERED, True
    if alert.stage in ENACTED or alert.kind in TEXTS:
        if alert.stance == "limits":
            return LIMITS, False
        if alert.stance == "expands":
            return (AGREEMENT if "287g" in alert.topics else EXPANDS), False
        return None
    if alert.stage in PENDING and not removed:
        return CONSIDERED, False
    return None


def cited(entry: PolicyEntry) -> Paper:
    """An operator's citation of sites.yaml as a paper of its date."""
    return Paper(entry.status, datetime.fromisoformat(entry.date).replace(tzinfo=UTC), entry.title, entry.url)


def standing(papers: Iterable[Paper], now: datetime) -> Standing:
    """The status at `now`, from the papers dated until then, in the order of their dates."""
    holds: list[Paper] = []
    ended: list[Paper] = []
    pending: dict[str, Paper] = {}
    for one in sorted((one for one in papers if one.at <= now), key=lambda one: one.at):
        thread = one.thread or one.url
        if one.status == CONSIDERED:
            pending.pop(thread, None)
            if not one.ends:
                pending[thread] = one
            continue
        pending.pop(thread, None)
        if one.ends or one.status == NOTHING:
            gone = [held for held in holds if one.status in (NOTHING, held.status)]
            holds = [held for held in holds if held not in gone]
            ended = [one, *gone]
        else:
            holds = [*(held for held in holds if held.status == one.status), one]
            ended = []
    open_ = tuple(one for one in list(pending.values())[::-1] if now - one.at <= FORGOTTEN)
    if holds:
        return Standing(holds[-1].status, tuple(holds[::-1]), open_)
    if open_:
        return Standing(CONSIDERED, open_, open_)
    return Standing(NOTHING, tuple(ended))
