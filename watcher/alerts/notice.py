"""An alert in words: what every channel says of it, before any channel's limits and mark-up.

Texts in a `Notice` are cleaned (no control, bidirectional or zero-width characters, no terminal escapes) and masked
(no private contact data), but not cut and not escaped: that is each service's own affair.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import quote, urlsplit

from watcher.alerts import timing
from watcher.alerts.privacy import masked, masked_redline
from watcher.alerts.wording import (
    DIRECTIONS,
    STAGES,
    TOPICS,
    URGENCIES,
    clean,
    cut,
    head,
    interval,
    left_out,
    likely,
    local,
    one_line,
    place,
    short_id,
    shortened,
    units,
    what_happened,
)
from watcher.model import Alert, Change, Contact, Evidence, Redline

Part = tuple[Literal["=", "-", "+"], str]
SHORTEST = 24  # units of a line of a digest, before only the ids are told
CONTEXT = 160  # characters of unchanged text kept on each side of a change
REPEATED = 60  # letters from which words told already are pointed at and not told again
AS_ABOVE = "[as above]"


@dataclass(frozen=True, slots=True)
class Quote:
    """One change: what it is and where it stands, the redline, the words that decided and the cue each of them gave."""

    change: str
    caption: str
    redline: Redline
    evidence: tuple[tuple[str, str], ...]
    url: str | None
    before: str | None  # digest of the snapshot
    after: str | None
    page: str | None = None  # where the web page shows it

    @property
    def proof(self) -> str:
        """Where both versions are kept and how to see them: shortened sha-256 digests and the command."""
        sides = [f"{side} {digest[:12]}" for side, digest in (("before", self.before), ("after", self.after)) if digest]
        return (
            f"snapshots sha-256 {', '.join(sides)} · watcher show {self.change}"
            if sides
            else f"watcher show {self.change}"
        )


@dataclass(frozen=True, slots=True)
class Notice:
    """The alert as people read it, top to bottom."""

    id: str
    headline: str
    facts: tuple[tuple[str, str], ...]
    quotes: tuple[Quote, ...]
    url: str | None
    office: str | None  # the body's own public office
    noticed: str
    repeat: str | None  # set where the same alert may have arrived before
    lines: tuple[tuple[str, str | None], ...] = ()  # of a digest, a meeting, a word to the operator: text, address

    @property
    def direction(self) -> str:
        """The neutral words for the direction."""
        return dict(self.facts).get("Direction", DIRECTIONS["unclear"])


def notice(alert: Alert, *, repeat: bool = False, page: str = "") -> Notice:
    """The alert in words. `repeat` marks a message that may be a second copy; `page` is where the web page is found."""
    shown = short_id(alert.key)
    if not alert.is_told_to_readers:
        return _of_lines(alert, shown, repeat)
    return Notice(
        id=shown,
        headline=masked(one_line(alert.headline)),
        facts=tuple(_facts(alert)),
        quotes=tuple(_said_once(_quote(alert, change, page) for change in alert.changes)),
        url=web_address(alert.source_url),
        office=_office(alert.contact),
        noticed=interval(alert),
        repeat=f"↻ possible repeat of {shown}" if repeat else None,
    )


def _of_lines(alert: Alert, shown: str, repeat: bool) -> Notice:
    """What stands for several alerts, or is a word to the operator."""
    return Notice(
        id=shown,
        headline=masked(one_line(alert.headline)),
        facts=(),
        quotes=(),
        url=web_address(alert.source_url) if alert.source_url else None,
        office=_office(alert.contact),
        noticed=alert.late,
        repeat=f"↻ possible repeat of {shown}" if repeat else None,
        lines=tuple((masked(one_line(text)), web_address(url) if url else None) for text, url in alert.lines),
    )


def lines_within(told: Notice, limit: int, *, links: bool = True) -> tuple[tuple[str, str | None], ...]:
    """The lines in at most `limit` UTF-16 units: all shortened alike, each keeping its id at the end, none left out."""
    longest = max((units(text) for text, _ in told.lines), default=0)
    while longest > SHORTEST:
        lines = tuple((_kept_end(text, longest), url if links else None) for text, url in told.lines)
        if sum(units(text) + units(url or "") + 4 for text, url in lines) <= limit:
            return lines
        longest = longest * 4 // 5
        links = links and longest > 60
    ids = " ".join(text.rpartition(" · ")[2] for text, _ in told.lines)
    return ((cut(ids, limit), None),)


def _kept_end(text: str, limit: int) -> str:
    """Cut before the id that a line ends with."""
    words, dot, shown = text.rpartition(" · ")
    return (
        text if units(text) <= limit or not dot else f"{shortened(words, max(1, limit - units(shown) - 3))} · {shown}"
    )


def _facts(alert: Alert) -> Iterable[tuple[str, str]]:
    yield "Place", place(alert.jurisdiction)
    if alert.body:
        yield "Body", masked(one_line(alert.body))
    if alert.meeting is not None and alert.meeting.start is not None:
        where = masked(one_line(alert.meeting.location))
        note = f" ({alert.meeting.status})" if alert.meeting.status in ("tentative", "cancelled") else ""
        yield "Meeting", local(alert.meeting.start, alert.time_zone) + note + (f", {where}" if where else "")
    if alert.matter is not None and (alert.matter.file or alert.matter.title):
        parts = (alert.matter.file, alert.matter.kind, alert.matter.title)
        yield "Matter", masked(" · ".join(one_line(part) for part in parts if part))
    if alert.changes:
        happened = dict.fromkeys(what_happened(change, alert.kind, alert.time_zone) for change in alert.changes)
        before = dict.fromkeys(timing.told(change, alert.jurisdiction) for change in alert.changes)
        yield "What", "; ".join(filter(None, (*happened, *before)))
    if alert.urgency != "routine":
        yield "Urgency", URGENCIES[alert.urgency]
    yield "Stage", STAGES.get(alert.stage, "not stated")
    yield "Direction", DIRECTIONS.get(alert.stance, DIRECTIONS["unclear"])
    if alert.topics:
        yield "Topics", "; ".join(TOPICS.get(topic, topic.replace("_", " ")) for topic in alert.topics)
    yield "Judged", f"{alert.label}{_score(alert)}"


def _office(contact: Contact | None) -> str | None:
    known = (contact.phone, contact.email, web_address(contact.url or "")) if contact else ()
    return " · ".join(one_line(part) for part in known if part) or None


def _score(alert: Alert) -> str:
    scores = [change.verdict.score for change in alert.changes if change.verdict]
    return f" ({likely(max(scores))})" if scores else ""


def _quote(alert: Alert, change: Change, page: str) -> Quote:
    evidence = _telling(change.verdict.evidence) if change.verdict else ()
    heading = masked(" › ".join(one_line(part) for part in change.heading if part.strip()))
    happened = "" if len(alert.changes) == 1 else what_happened(change, alert.kind, alert.time_zone)
    return Quote(
        change=change.id,
        caption=" – ".join(part for part in (happened, heading) if part),
        redline=tuple(
            (mark, shown)
            for mark, text in masked_redline(change.redline or _whole(change), change.before, change.after)
            if (shown := clean(text))
        ),
        evidence=tuple(
            dict.fromkeys((masked(one_line(seen.text)), masked(_cue(seen))) for seen in evidence if seen.text.strip())
        ),
        url=web_address(change.url),
        before=change.snapshot_before,
        after=change.snapshot_after,
        page=web_address(f"{page}/changes/{change.id}") if page else None,
    )


def _cue(seen: Evidence) -> str:
    """The cue in words: no reader knows "any-detainer"; words from around the change are said to be that."""
    words = one_line(seen.cue).removeprefix("any-").replace("-", " ")
    return f"{words}, in what it belongs to" if seen.side == "context" else words


def _telling(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence without what stands within a longer piece of it: a reader needs the words once."""
    return [
        one
        for number, one in enumerate(evidence)
        if not any(
            other.side == one.side
            and other.start <= one.start
            and one.end <= other.end
            and (other.end - other.start > one.end - one.start or place < number)
            for place, other in enumerate(evidence)
            if place != number
        )
    ]


def _said_once(quotes: Iterable[Quote]) -> Iterator[Quote]:
    """The quotes, without what an earlier one said in the same words: one item stands on a page, in a paper, in a file."""
    said: list[Part] = []
    seen: set[tuple[str, str]] = set()
    for quoted in quotes:
        yield replace(
            quoted,
            redline=tuple((mark, _pointed(mark, text, said)) for mark, text in quoted.redline),
            evidence=tuple(one for one in quoted.evidence if one not in seen),
        )
        said += [part for part in quoted.redline if part[0] != "=" and len(part[1]) >= REPEATED]
        seen.update(quoted.evidence)


def _pointed(mark: str, text: str, said: list[Part]) -> str:
    longest = max((told for side, told in said if side == mark and told in text), key=len, default="")
    return text.replace(longest, AS_ABOVE, 1) if longest else text


def _whole(change: Change) -> Redline:
    parts: Redline = (("-", change.before), ("+", change.after))
    return tuple((mark, text) for mark, text in parts if text)


def web_address(url: str) -> str | None:
    """The address where it is http or https and safe to stand inside mark-up, else None (javascript:, data:, file:)."""
    spelled = quote(clean(url).strip(), safe="%/:=&?~#+!$,;'@()*[]")
    try:
        parts = urlsplit(spelled)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or len(spelled) > 2000:
        return None
    return parts.scheme + spelled[len(parts.scheme) :]  # some services know a link by its small letters only


def excerpt(redline: Redline, limit: int) -> Redline:
    """The redline in at most `limit` UTF-16 units: unchanged stretches shortened first, then the end cut and counted.

    What was left out at the end is said as a last unchanged part: " … (N more characters; see link)".
    """
    shortened = [part for part in (_near(redline, place) for place in range(len(redline))) if part[1]]
    if sum(units(text) for _, text in shortened) <= limit:
        return tuple(shortened)
    total = sum(len(text) for _, text in shortened)
    room = max(0, limit - units(left_out(total)))
    kept: list[Part] = []
    for mark, text in shortened:
        piece = head(text, room)
        if piece:
            kept.append((mark, piece))
        room -= units(piece)
        if piece != text:
            break
    kept.append(("=", left_out(total - sum(len(text) for _, text in kept))))
    return tuple(kept)


def apart(redline: Redline) -> Redline:
    """For mark-up in which struck and inserted words would run together: a blank between the two where there is none."""
    parts: list[Part] = []
    for mark, text in redline:
        meets = mark == "+" and bool(parts) and parts[-1][0] == "-"
        if meets and not parts[-1][1][-1:].isspace() and not text[:1].isspace():
            parts.append(("=", " "))
        parts.append((mark, text))
    return tuple(parts)


def overflows(redline: Redline, limit: int) -> bool:
    """Whether `excerpt` leaves out more than unchanged stretches."""
    return sum(units(_near(redline, place)[1]) for place in range(len(redline))) > limit


def _near(redline: Redline, place: int) -> Part:
    mark, text = redline[place]
    first, last = place == 0, place == len(redline) - 1
    if mark != "=" or len(text) <= CONTEXT * (1 if first or last else 2) or (first and last):
        return mark, text
    front = "" if first else text[:CONTEXT].rsplit(" ", 1)[0]
    back = "" if last else text[-CONTEXT:].split(" ", 1)[-1]
    return mark, f"{front} … {back}"


def plain_text(told: Notice, limit: int = 20_000, redline: int = 4_000) -> str:
    """The whole notice for a reader without mark-up: struck text as [-…-], added text as {+…+}, at most `limit` units.

    What cannot be done without stands first: what, where, when, the link and the id survive any cut.
    """
    if told.lines or not told.facts:
        return _plain_lines(told, limit)
    lines = [told.repeat, told.headline, f"{told.direction} · {told.id}" + (f" · {told.url}" if told.url else ""), ""]
    lines += [f"{name}: {value}" for name, value in told.facts]
    for quoted in told.quotes:
        lines += ["", quoted.caption] if quoted.caption else [""]
        lines.append("".join(_MARKED[mark].format(text) for mark, text in excerpt(quoted.redline, redline)))
        lines += [f"  “{cut(text, 300)}” – {cue}" for text, cue in quoted.evidence[:5]]
        lines += [f"  {quoted.url}"] if quoted.url and quoted.url != told.url else []
        lines.append(f"  {quoted.proof}")
        lines += [f"  {quoted.page}"] if quoted.page else []
    lines += ["", f"Office: {told.office}"] if told.office else [""]
    lines.append(told.noticed)
    return cut("\n".join(line for line in lines if line is not None), limit)


def _plain_lines(told: Notice, limit: int) -> str:
    top = [told.repeat, f"{told.headline} · {told.id}", told.url, ""]
    bottom = [f"Office: {told.office}" if told.office else None, told.noticed or None]
    room = limit - sum(units(line or "") + 1 for line in (*top, *bottom))
    said = [f"• {text}" + (f"\n  {url}" if url else "") for text, url in lines_within(told, room)]
    return cut("\n".join(line for line in (*top, *said, *bottom) if line is not None), limit)


_MARKED = {"=": "{}", "-": "[-{}-]", "+": "{{+{}+}}"}
