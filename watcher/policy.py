"""Policy status of a place: a pure reading of dated papers, newest last. Never more than the papers say.

    alerts ─ paper ─▶ Paper*  +  texts in force ─ in_force ─▶ Paper*  +  entries of sites.yaml ─ cited ─▶ Paper*
        ─ standing ─▶ Standing

A text adopted or in force sets a status, its repeal or removal ends it, an item on an agenda is under consideration until
it is withdrawn or taken off before its meeting, voted on, or forgotten for `FORGOTTEN`. So a status is dated and reversible: adopted on 3 April, rescinded
on 12 April. A bare record of a vote ("Adopted") sets what the text of the same matter said on the agenda. A text whose direction is
unclear or mixed sets none, nor does anything without a stored, hashed document.

A list speaks of other places than its publisher: an entry of a federal office's own list belongs to the one place that it
names (`place_of`), and the list of anybody else labels nobody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from watcher.model import Alert, Jurisdiction, Paper, PolicyEntry, Reading, Site, Snapshot, Verdict

__all__ = [
    "AGREEMENT", "CONSIDERED", "EXPANDS", "LIMITS", "NOTHING", "STATUSES", "Paper", "Standing", "agreed", "cited", "in_force",
    "paper", "place_of", "standing",
]  # fmt: skip

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
class Standing:
    """The status of a place with the papers behind it, newest first, and what is under consideration beside it."""

    status: str
    papers: tuple[Paper, ...] = ()
    pending: tuple[Paper, ...] = ()


def paper(alert: Alert) -> Paper | None:
    """What an alert says of the status of its place (`place_of`); None where it says nothing of any."""
    if alert.label != "relevant" or alert.tier != "core" or not alert.changes:
        return None
    lead = alert.changes[0]
    digest = lead.snapshot_after or lead.snapshot_before
    found = _listed(alert) if alert.kind == "list" else _meaning(alert)
    if found is None or digest is None:
        return None
    status, ends = found
    return Paper(
        status,
        max(change.seen_at for change in alert.changes),
        alert.headline,
        alert.source_url or lead.url,
        alert.thread,
        digest,
        lead.id,
        ends,
        _trail(lead.heading),
        (_direction(alert.stance, alert.topics) or "") if status == CONSIDERED and not ends else "",
    )


def _listed(alert: Alert) -> tuple[str, bool] | None:
    """An entry of a federal office's list: an agreement in force, or one applied for."""
    if alert.jurisdiction.kind != "federal" or "287g" not in alert.topics:
        return None
    lead = alert.changes[0]
    removed = all(change.kind == "removed" for change in alert.changes)
    applied_for = re.search(r"\bpending\b", " ".join((*lead.heading, lead.after or lead.before)), re.IGNORECASE)
    return (CONSIDERED if applied_for else AGREEMENT), removed


def _meaning(alert: Alert) -> tuple[str, bool] | None:
    removed = all(change.kind == "removed" for change in alert.changes)
    if alert.stage == "repealed" or (removed and alert.kind in TEXTS):
        return NOTHING, True
    if alert.stage in ENDED:
        return CONSIDERED, True
    if alert.stage in ENACTED or alert.kind in TEXTS:
        status = _direction(alert.stance, alert.topics)
        if status is None and alert.stage == "adopted" and alert.stance == "unclear":
            return "", False
        return (status, False) if status else None
    if alert.stage in PENDING and (not removed or _off_the_agenda(alert)):
        return CONSIDERED, removed
    return None


def _off_the_agenda(alert: Alert) -> bool:
    """Whether it is an item that was taken off before its meeting: put on another agenda, it is under consideration again."""
    return all(change.key.startswith("item:") for change in alert.changes)


def _direction(stance: str, topics: Iterable[str]) -> str | None:
    if stance == "limits":
        return LIMITS
    if stance == "expands":
        return AGREEMENT if "287g" in topics else EXPANDS
    return None


def _trail(heading: Iterable[str]) -> str:
    return " › ".join(part for part in heading if part.strip())


def place_of(alert: Alert, places: Iterable[Jurisdiction], states: Mapping[str, str]) -> Jurisdiction | None:
    """The place whose status an alert speaks of: its own, or the one among `places` that an entry of a federal list names.

    `states` gives a state's name by its code. A county's agency is the county's, a town's police the town's; an agency that
    fits no watched place, or two of them, labels none (None).
    """
    if alert.kind != "list" or alert.jurisdiction.kind != "federal":
        return alert.jurisdiction
    lead = alert.changes[0]
    entry = " ".join((lead.after or lead.before).casefold().split())
    found = [one for one in places if one.kind in PARTS and _named(one, entry, states)]
    return found[0] if len({one.slug for one in found}) == 1 else None


def _named(one: Jurisdiction, entry: str, states: Mapping[str, str]) -> bool:
    name = one.name.casefold()
    bare = re.sub(r"\s+(?:county|parish|borough)\Z", "", name) if one.kind == "county" else name
    if one.state not in states or not entry.startswith(f"{states[one.state].casefold()} · "):
        return False
    agency = entry.split(" · ")[1]
    return re.search(rf"(?:\A|\bof ){re.escape(bare)} {PARTS[one.kind]}", agency) is not None


PARTS = {  # how the agency of a place goes on behind the place's name
    "county": r"(?:county|parish|borough)\b",
    "city": r"(?:city |town |township |village |borough )?(?:police|public safety|dept|department|marshal|pd)\b",
}


def in_force(
    site: Site, snapshot: Snapshot, reading: Reading, judge_text: Callable[[str, Sequence[str]], Verdict]
) -> Paper | None:
    """The paper that a site's own text is when it is first seen in force; None where it gives no direction.

    Only a site that is a rule's text (`TEXTS`) has any. The document is judged whole; `section` is the heading of the
    passage that says it most clearly.
    """
    if site.kind not in TEXTS:
        return None
    law = [passage for passage in reading.document.passages if not passage.aside]
    verdict = judge_text("\n".join(passage.text for passage in law), (reading.document.title,))
    status = _direction(verdict.stance, verdict.topics)
    if verdict.label != "relevant" or verdict.tier != "core" or status is None:
        return None
    clearest = max(law, key=lambda passage: judge_text(passage.text, passage.heading).score)
    url = snapshot.final_url or snapshot.url
    title = reading.document.title or url
    return Paper(status, snapshot.fetched_at, title, url, digest=snapshot.digest, section=_trail(clearest.heading))


def agreed(papers: Iterable[Paper | None]) -> tuple[Paper, ...]:
    """The papers of one code where all point one way; none where its parts point two ways."""
    found = tuple(paper for paper in papers if paper)
    return found if len({paper.status for paper in found}) == 1 else ()


def cited(entry: PolicyEntry) -> Paper:
    """An operator's citation of sites.yaml as a paper of its date."""
    return Paper(entry.status, datetime.fromisoformat(entry.date).replace(tzinfo=UTC), entry.title, entry.url)


def standing(papers: Iterable[Paper], now: datetime) -> Standing:
    """The status at `now`, from the papers dated until then, in the order of their dates."""
    holds: list[Paper] = []
    ended: list[Paper] = []
    pending: dict[str, Paper] = {}
    for one in sorted((found for found in papers if found.at <= now), key=lambda found: found.at):
        thread = one.thread or one.url
        if one.status == CONSIDERED:
            before = pending.pop(thread, None)
            if not one.ends:
                pending[thread] = one if one.would or before is None else replace(one, would=before.would)
            continue
        before = pending.pop(thread, None)
        if not one.status:
            if before is None or not before.would:
                continue
            one = replace(one, status=before.would)
        if one.ends or one.status == NOTHING:
            gone = [held for held in holds if one.status in (NOTHING, held.status)]
            gone = [held for held in gone if thread in (held.thread, held.url)] or gone  # one agreement of several
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
