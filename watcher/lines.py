"""The JSON face of the nouns: one flat object a line, as the public interface fixes them.

Pure. `type` comes first, times are ISO 8601 with their offset, absent values are null. The command line prints these,
the webhook channel sends them and the web API serves them, so the three can never disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from watcher.model import (
    AgendaItem,
    Alert,
    Change,
    Delivery,
    Document,
    Link,
    Matter,
    Meeting,
    Reading,
    Request,
    Site,
    SiteState,
    Stage,
    Verdict,
    Visit,
    Vote,
)

Line = dict[str, object]


def stamp(at: datetime | None) -> str | None:
    """ISO 8601 with offset, to the second; None for None."""
    return at.isoformat(timespec="seconds") if at else None


def visit_line(visit: Visit) -> Line:
    """`visit`: one document visited once."""
    return {
        "type": "visit",
        "site": visit.site,
        "url": visit.url,
        "at": stamp(visit.at),
        "outcome": visit.outcome,
        "reason": visit.reason,
        "status": visit.status,
        "snapshot": visit.snapshot,
        "detail": visit.detail or None,
    }


def verdict_object(verdict: Verdict) -> Line:
    """The verdict object inside a change."""
    return {
        "label": verdict.label,
        "score": round(verdict.score, 4),
        "tier": verdict.tier,
        "topics": list(verdict.topics),
        "stance": verdict.stance,
        "stage": verdict.stage,
        "evidence": [
            {"side": seen.side, "start": seen.start, "end": seen.end, "text": seen.text, "cue": seen.cue}
            for seen in verdict.evidence
        ],
        "reasons": list(verdict.reasons),
        "judge": verdict.judge,
    }


def change_line(change: Change) -> Line:
    """`change`: one difference, with its redline and verdict."""
    return {
        "type": "change",
        "id": change.id,
        "site": change.site,
        "url": change.url,
        "kind": change.kind,
        "heading": list(change.heading),
        "before": change.before,
        "after": change.after,
        "redline": [list(part) for part in change.redline],
        "meeting": meeting_object(change.meeting) if change.meeting else None,
        "matter": matter_object(change.matter) if change.matter else None,
        "verdict": verdict_object(change.verdict) if change.verdict else None,
        "seen_at": stamp(change.seen_at),
        "last_seen_unchanged_at": stamp(change.last_seen_unchanged_at),
        "context": list(change.context),
        "votes": [vote_object(vote) for vote in change.votes],
        "ordinances": [
            {"number": one.number, "thread": one.thread or None, "title": one.title or None}
            for one in change.ordinances
        ],
        "snapshots": {"before": change.snapshot_before, "after": change.snapshot_after},
    }


def vote_object(vote: Vote) -> Line:
    """The count of one vote."""
    return {
        "passed": vote.passed,
        "ayes": vote.ayes,
        "noes": vote.noes,
        "abstained": vote.abstained,
        "absent": vote.absent,
        "others": vote.others,
        "body": vote.body or None,
        "date": stamp(vote.date),
        "names": {side: list(names) for side, names in vote.names},
    }


def stage_line(matter: str, stage: Stage) -> Line:
    """`stage`: one stop of a matter on its way."""
    return {
        "type": "stage",
        "matter": matter,
        "stage": stage.stage,
        "words": stage.words,
        "date": stamp(stage.date),
        "noticed_at": stamp(stage.noticed_at),
        "body": stage.body or None,
        "meeting": meeting_object(stage.meeting) if stage.meeting else None,
        "votes": [vote_object(vote) for vote in stage.votes],
        "undoes": stamp(stage.undoes),
        "change": stage.change,
        "snapshot": stage.digest,
        "site": stage.site,
        "url": stage.url,
    }


def alert_line(alert: Alert, deliveries: Iterable[Delivery]) -> Line:
    """`alert`: what people hear of, and who hears it."""
    return {
        "type": "alert",
        "key": alert.key,
        "site": alert.site,
        "jurisdiction": alert.jurisdiction.slug,
        "label": alert.label,
        "headline": alert.headline,
        "changes": [change.id for change in alert.changes],
        "matter": alert.matter.file or alert.matter.id if alert.matter else None,
        "urgency": alert.urgency,
        "deliveries": [
            {"channel": delivery.channel, "state": delivery.state, "reason": delivery.reason} for delivery in deliveries
        ],
        "topics": list(alert.topics),
        "stance": alert.stance,
        "stage": alert.stage,
        "url": alert.source_url or None,
        "thread": alert.thread,
        "created_at": stamp(alert.created_at),
    }


def delivery_line(delivery: Delivery) -> Line:
    """`delivery`: one alert owed to one channel."""
    return {
        "type": "delivery",
        "alert": delivery.alert,
        "channel": delivery.channel,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "receipt": delivery.receipt,
        "error": delivery.error,
        "reason": delivery.reason,
        "next_attempt_at": stamp(delivery.next_attempt_at),
    }


def site_line(site: Site, state: SiteState | None, now: datetime) -> Line:
    """`site`: how one site is doing."""
    return {
        "type": "site",
        "site": site.id,
        "jurisdiction": site.jurisdiction.slug,
        "platform": site.platform,
        "enabled": site.enabled,
        "health": state.health_at(now) if state else "new",
        "last_good": stamp(state.last_good_at) if state else None,
        "last_outcome": state.last_outcome if state else None,
        "reason": state.reason if state else None,
        "next_due": stamp(state.next_due) if state else None,
        "documents": state.documents if state else 0,
        "note": site.note or None,
    }


# -------------------------------------------------------------------------------------------------- what is read


def link_object(link: Link) -> Line:
    """A document of a meeting."""
    return {
        "id": link.id,
        "kind": link.kind,
        "url": link.url,
        "title": link.title,
        "revised": link.revised,
        "version": link.version or None,
    }


def meeting_object(meeting: Meeting) -> Line:
    """A meeting without its `type`; with `attend` where the source says how to."""
    told: Line = {"attend": meeting.attend} if meeting.attend else {}
    return {
        "id": meeting.id,
        "body": meeting.body,
        "title": meeting.title,
        "start": stamp(meeting.start),
        "end": stamp(meeting.end),
        "status": meeting.status,
        "location": meeting.location,
        "url": meeting.url,
        "documents": [link_object(link) for link in meeting.documents],
        **told,
    }


def matter_object(matter: Matter) -> Line:
    """A matter without its `type`."""
    return {
        "id": matter.id,
        "file": matter.file,
        "kind": matter.kind,
        "title": matter.title,
        "status": matter.status,
        "url": matter.url,
    }


def item_line(item: AgendaItem) -> Line:
    """`item`: one line of business."""
    return {
        "type": "item",
        "id": item.id,
        "meeting": item.meeting,
        "order": item.order,
        "number": item.number,
        "title": item.title,
        "text": item.text,
        "matter": item.matter,
        "attachments": [{"id": link.id, "url": link.url, "title": link.title} for link in item.attachments],
        "consent": item.consent,
        "section": item.section or None,
        "action": item.action or None,
    }


def document_line(document: Document) -> Line:
    """`document`: its passages are counted."""
    return {
        "type": "document",
        "url": document.url,
        "title": document.title,
        "kind": document.kind,
        "passages": len(document.passages),
    }


def follow_line(request: Request) -> Line:
    """`follow`: a further document to ask for."""
    return {"type": "follow", "method": request.method, "url": request.url, "why": request.why or request.kind}


def reading_lines(reading: Reading) -> Iterator[Line]:
    """All lines of one reading, in the order of the interface."""
    for meeting in reading.meetings:
        yield {"type": "meeting", **meeting_object(meeting)}
    for item in reading.items:
        yield item_line(item)
    for matter in reading.matters:
        yield {
            "type": "matter",
            **matter_object(matter),
            "history": [
                {
                    "date": stamp(step.date),
                    "body": step.body,
                    "action": step.action,
                    "result": step.result,
                    **({"vote": vote_object(step.vote)} if step.vote else {}),
                }
                for step in matter.history
            ],
            "attachments": [link_object(link) for link in matter.attachments],
        }
    yield document_line(reading.document)
    for request in reading.follow:
        yield follow_line(request)
    if reading.proof is not None:
        yield {"type": "empty", "proof": reading.proof}


def error_line(error: str, reason: str, **more: object) -> Line:
    """`error`: a refusal by name, with the reason in words."""
    return {"type": "error", "error": error, "reason": reason, **more}


def reason_line(site: str, what: str, reason: str, at: datetime | None = None, **more: object) -> Line:
    """`reason`: one yes or no of `why`."""
    return {"type": "reason", "site": site, "what": what, "reason": reason, "at": stamp(at), **more}


def damage_line(subject: str, problem: str) -> Line:
    """`damage`: a stored thing that is not what it was."""
    return {"type": "damage", "object": subject, "problem": problem}


TABLE = (
    "id", "seen_at", "jurisdiction", "state", "place", "body", "site", "kind", "label", "score", "stance", "stage", "topics",
    "meeting_start", "matter", "matter_title", "heading", "before", "after", "url", "last_seen_unchanged_at", "snapshot_before",
    "snapshot_after", "votes", "ordinances",
)  # fmt: skip


def flat(line: Line, site: Site | None) -> Line:
    """A change as one row: what is nested becomes a few plain columns."""
    verdict, meeting, matter, snapshots = line["verdict"], line["meeting"], line["matter"], line["snapshots"]
    votes, laws = line["votes"], line["ordinances"]
    row: Line = dict.fromkeys(TABLE) | {name: line[name] for name in TABLE if name in line}
    if site:
        town = site.jurisdiction
        row |= {"jurisdiction": town.slug, "state": town.state, "place": town.name, "body": site.body}
    if isinstance(snapshots, dict):
        row |= {f"snapshot_{side}": digest for side, digest in snapshots.items()}
    row["votes"] = "; ".join(_tally(vote) for vote in votes) if isinstance(votes, list) else ""
    row["ordinances"] = " ".join(one["number"] for one in laws) if isinstance(laws, list) else ""
    row["heading"] = " › ".join(line["heading"]) if isinstance(line["heading"], list) else ""
    for name in ("label", "score", "stance", "stage"):
        row[name] = verdict[name] if isinstance(verdict, dict) else None
    row["topics"] = " ".join(verdict["topics"]) if isinstance(verdict, dict) else ""
    row["meeting_start"] = meeting["start"] if isinstance(meeting, dict) else None
    row["matter"] = matter["file"] if isinstance(matter, dict) else None
    row["matter_title"] = matter["title"] if isinstance(matter, dict) else None
    if isinstance(meeting, dict) and not row["body"]:
        row["body"] = meeting["body"]
    return row


def _tally(vote: Mapping[str, object]) -> str:
    done = {True: "passed ", False: "failed "}.get(vote["passed"] is True, "") if vote["passed"] is not None else ""
    return f"{done}{vote['ayes']}-{vote['noes']}" + (f" on {str(vote['date'])[:10]}" if vote["date"] else "")


def as_table(rows: Sequence[Mapping[str, object]]) -> tuple[tuple[str, ...], list[list[object]]]:
    """Header and rows of a flat table for CSV: nested values are left to their ids, formulas are defused.

    A cell that a spreadsheet would run (=, +, -, @, tab, return at its start) is quoted with an apostrophe (OWASP,
    "CSV Injection").
    """
    header = tuple(dict.fromkeys(name for row in rows for name in row))

    def cell(value: object) -> object:
        if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
            return "'" + value
        return value

    return header, [[cell(row.get(name)) for name in header] for row in rows]
