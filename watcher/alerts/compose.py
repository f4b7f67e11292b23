"""From judged changes to alerts: one matter, one alert.

    judged changes ─ told ─▶ relevant and unsure ─ gather ─▶ by file number, item or section ─ fold ─▶ Alert*

The same business is often published three times: on the meeting page, in the agenda document, on the file's own page.
`fold` makes that one find.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rapidfuzz import fuzz

from watcher.alerts import timing
from watcher.alerts.privacy import masked
from watcher.alerts.ties import Threads, file_key
from watcher.alerts.wording import one_line, place, shortened, span, subject, what_happened
from watcher.model import Alert, Change, Label, Meeting, Site, Stance, Tie, Urgency, Verdict

NOW = timedelta(hours=48)
SOON = timedelta(days=14)
LATE = timedelta(hours=6)  # a shorter time out of sight is a retry, not a failure of ours
IN_SESSION = timedelta(hours=6)  # a meeting that began this long ago may still be sitting

TITLE = 180  # UTF-16 units of what the change is about, in the headline
ALIKE = 92.0  # of 100, rapidfuzz partial_ratio: the shorter text stands almost word for word in the longer one
ENOUGH = 60  # characters; shorter texts are alike by accident
TELLING = 4  # characters of a file number that identify it in running text
COMPARED = (1_500, 20_000)  # characters of the shorter and of the longer text that are compared

# The order in which a matter usually travels: an alert of several changes shows the furthest.
_STAGE_ORDER = (
    "unknown", "report", "in_force", "introduced", "referred", "first_reading", "hearing", "consent",
    "second_reading", "amended", "tabled_withdrawn", "vetoed", "adopted", "repealed",
)  # fmt: skip
_LABELS: tuple[Label, ...] = ("unrelated", "unsure", "relevant")
# What numbers a section of a code: § 24-211.07, Sec. 12H.2, 9.04.010. Its words may change, it stays the same section.
_SECTION = re.compile(
    r"\W*(?:(?:§+|(?i:sec(?:tions?|s)?\b\.?))\s*)?(?P<number>(?:[A-Z]{1,3}-?)?\d+[A-Z]{0,2}(?:[-.:][A-Z]?\d+[A-Za-z]?)+)(?![\w/])"
)
HEADING = 200  # characters; what is longer is no heading
_FILE_MENTION = re.compile(
    r"\b(?:council |legislative |city )?(?:file|docket)\s*(?:#|no\.?|number)\s*:?\s*([A-Z]{0,6}[ -]?\d[\w-]*)",
    re.IGNORECASE,
)


def compose(
    site: Site, changes: Sequence[Change], now: datetime, known: Iterable[tuple[Tie, datetime]] = ()
) -> tuple[Alert, ...]:
    """The alerts of one visit, in the order in which their changes were found; `unrelated` changes make none.

    `known` are the names of the jurisdiction's matters so far, each with when it was heard last. Keys depend on
    jurisdiction, thread and change ids alone: a re-run over the same snapshots gives the same keys.
    """
    threads = Threads(known, now)
    told = [change for change in changes if change.verdict is not None and change.verdict.label != "unrelated"]
    return tuple(_alert(site, find, now, threads) for find in _fold(_gather(told)))


@dataclass(slots=True)
class _Find:
    """Changes that are about one thing."""

    about: tuple[str, ...]  # what ties them: file number; else meeting and item; else document and section
    changes: list[Change] = field(default_factory=list)

    @property
    def file(self) -> str | None:
        return self.about[1] if self.about[0] == "file" else None

    @property
    def lead(self) -> Change:
        return max(self.changes, key=_weight)


def _gather(changes: Iterable[Change]) -> list[_Find]:
    finds: dict[tuple[str, ...], _Find] = {}
    for change in changes:
        about = _about(change)
        finds.setdefault(about, _Find(about)).changes.append(change)
    return list(finds.values())


def _about(change: Change) -> tuple[str, ...]:
    what, name, _ = subject(change)
    meeting = change.meeting.id if change.meeting is not None else ""
    if what == "meeting":
        return ("meeting", name)
    if file := _file(change):
        return ("file", file)
    if what != "passage":
        return (what, meeting, name)
    section = _section(change)
    return ("passage", meeting, change.url, section) if meeting else ("section", change.url, section)


def _section(change: Change) -> str:
    """What ties the changes of one section: its number, else its headings. A heading that changes is its own section's."""
    line = (change.before or change.after).partition("\n")[0]
    for heading in (*reversed(change.heading), line):
        if number := _section_number(heading):
            return number
    return " › ".join(change.heading)


def _section_number(heading: str) -> str:
    """2-1187.1 of "Sec. 2-1187.1. - Immigration"; "" for a text that is no heading of a numbered section."""
    line = heading.partition("\n")[0]
    found = _SECTION.match(line) if len(line) <= HEADING else None
    return found["number"] if found else ""


def _file(change: Change) -> str | None:
    if change.matter is not None and change.matter.file:
        return file_key(change.matter.file)
    mentioned = {
        file_key(number)
        for text in (change.after or change.before, *change.heading)
        for number in _FILE_MENTION.findall(text)
    }
    return mentioned.pop() if len(mentioned) == 1 else None  # a passage that names several is about none of them


def _fold(finds: list[_Find]) -> list[_Find]:
    """Finds without a file number join the find they repeat; those with different numbers never join."""
    kept: list[_Find] = []
    for find in (find for find in finds if find.file):
        twin = next((other for other in kept if _one_number(find, other) and _repeats(find, other)), None)
        if twin:
            twin.changes.extend(find.changes)
        else:
            kept.append(find)
    for find in (find for find in finds if not find.file):
        home = _home(find, kept)
        if home is None:
            kept.append(find)
        else:
            home.changes.extend(find.changes)
    order = {id(find): index for index, find in enumerate(finds)}
    return sorted(kept, key=lambda find: order[id(find)])


def _one_number(find: _Find, other: _Find) -> bool:
    """Whether one number is the other with its kind in front: a paper says "Resolution 26-118", the system 26-118."""
    short, long = sorted((find.file or "", other.file or ""), key=len)
    return len(short) >= TELLING and long.endswith(f" {short}")


def _home(find: _Find, others: Sequence[_Find]) -> _Find | None:
    if find.about[0] == "meeting":
        return None
    return _named_by(find, others) or next((other for other in others if _repeats(find, other)), None)


def _named_by(find: _Find, others: Sequence[_Find]) -> _Find | None:
    text = " ".join(_texts(find)).upper()
    named = [other for other in others if other.file and _names(text, other.file)]
    return named[0] if len(named) == 1 else None


def _names(text: str, file: str) -> bool:
    """Whether an upper-case text names the file. Numbers of three characters stand anywhere by accident."""
    return len(file) >= TELLING and re.search(rf"(?<![\w-]){re.escape(file)}(?![\w-])", text) is not None


def _repeats(find: _Find, other: _Find) -> bool:
    """Whether one find is the other again in another document: never two lines of one document, nor of two meetings."""
    if other.about[0] == "meeting" or {change.url for change in find.changes} & {
        change.url for change in other.changes
    }:
        return False
    meetings = [{change.meeting.id for change in side.changes if change.meeting} for side in (find, other)]
    if all(meetings) and not meetings[0] & meetings[1]:
        return False
    return any(
        one.kind == two.kind and alike(one.after or one.before, two.after or two.before)
        for one in find.changes
        for two in other.changes
    )


def alike(one: str, two: str) -> bool:
    """Whether the shorter text stands in the longer one almost word for word, with all of its numbers."""
    short, long = sorted((_plain(one), _plain(two)), key=len)
    if len(short) < ENOUGH or not set(re.findall(r"\d+", short)) <= set(re.findall(r"\d+", long)):
        return False
    return fuzz.partial_ratio(short[: COMPARED[0]], long[: COMPARED[1]], score_cutoff=ALIKE) >= ALIKE


def _plain(text: str) -> str:
    return re.sub(r"[^\w]+", " ", text.casefold()).strip()


def _texts(find: _Find) -> Iterable[str]:
    for change in find.changes:
        yield from (change.before, change.after, *change.heading, *change.context)


def _alert(site: Site, find: _Find, now: datetime, threads: Threads) -> Alert:
    lead = find.lead
    verdicts = [change.verdict for change in find.changes if change.verdict]
    meeting = _meeting(find.changes, now)
    matter = next((change.matter for change in [lead, *find.changes] if change.matter), None)
    label = max((verdict.label for verdict in verdicts), key=_LABELS.index)
    # a paper's cover sheet that may be on the subject says nothing of the topics and stage of the item that is
    surest = [verdict for verdict in verdicts if verdict.label == label]
    stage = max((verdict.stage for verdict in surest), key=_stage_rank)
    name = _name(find)
    # the entries of a list are alike though they are different things
    called = "" if site.kind == "list" else (matter.title if matter else "") or title(lead)
    ties = threads.tie(name, called, list(_texts(find)), _renamed(find))
    thread = f"{site.jurisdiction.slug}/{ties[0].thread}"
    return Alert(
        key=_digest(site.jurisdiction.slug, thread, *sorted({change.id for change in find.changes})),
        site=site.id,
        jurisdiction=site.jurisdiction,
        label=label,
        headline=_headline(site, lead, meeting),
        changes=tuple(sorted(find.changes, key=_weight, reverse=True)),
        thread=thread,
        urgency="now" if _is_late(site, find.changes) else urgency(meeting, stage, now),
        created_at=now,
        body=(meeting.body if meeting and meeting.body else site.body),
        kind=site.kind,
        time_zone=site.jurisdiction.time_zone,
        source_url=(matter.url if matter else None) or (meeting.url if meeting else None) or lead.url,
        matter=matter,
        meeting=meeting,
        topics=tuple(dict.fromkeys(topic for verdict in [*_own(lead), *surest] for topic in verdict.topics)),
        stance=_stance(verdicts),
        stage=stage,
        tier=min((verdict.tier for verdict in verdicts), key=("core", "adjacent", "none").index),
        contact=site.contact,
        late=_late(site, find.changes),
        ties=ties,
    )


def _late(site: Site, changes: Sequence[Change]) -> str:
    """In words, where a site was out of sight for longer than its rhythm: nobody knows when in that time it changed."""
    gaps = [change.seen_at - change.last_seen_unchanged_at for change in changes if change.last_seen_unchanged_at]
    due = timedelta(days=7) if site.cron else site.every
    if not gaps or min(gaps) <= max(3 * due, LATE):
        return ""
    return f"late: the page was out of sight for {span(min(gaps))}"


def _headline(site: Site, lead: Change, meeting: Meeting | None) -> str:
    who = place(site.jurisdiction)
    if body := (meeting.body if meeting and meeting.body else site.body):
        who = f"{who} – {one_line(body)}"
    happened = what_happened(lead, site.kind, site.jurisdiction.time_zone)
    return f"{who}: {happened}: {shortened(masked(one_line(title(lead))), TITLE)}"


def title(change: Change) -> str:
    """What the change is about: the matter's title, the item's first line, or the heading with the words under it."""
    what, _, part = subject(change)
    words = change.after or change.before
    if what == "meeting" and change.meeting is not None:
        return change.meeting.title or change.meeting.body or words
    if change.matter is not None and change.matter.title:
        return change.matter.title
    if what == "item" and part in ("", "title"):
        return words.partition("\n")[0]
    heading = next((part for part in reversed(change.heading) if part.strip()), "")
    return (
        heading
        if heading and (what != "passage" or change.kind == "reworded")
        else ": ".join(part for part in (heading, words) if part) or change.url
    )


def urgency(meeting: Meeting | None, stage: str, now: datetime) -> Urgency:
    """now: a meeting within 48 hours, or adopted (or altered late: `_is_late`); soon: a meeting within 14 days; else routine."""
    ahead = meeting.start - now if meeting is not None and meeting.start is not None else None
    if stage == "adopted" or (ahead is not None and -IN_SESSION <= ahead <= NOW):
        return "now"
    return "soon" if ahead is not None and NOW < ahead <= SOON else "routine"


def _is_late(site: Site, changes: Sequence[Change]) -> bool:
    """Whether an agenda was altered when the notice of its meeting, as the place's own rule counts it, had begun to run."""
    altered = (change for change in changes if change.kind != "added" or change.last_seen_unchanged_at)
    return any(timing.is_late(change, site.jurisdiction) for change in altered)


def _meeting(changes: Sequence[Change], now: datetime) -> Meeting | None:
    """The next meeting the changes speak of, else the latest that is past, else one without a date."""
    known = [change.meeting for change in changes if change.meeting is not None]
    dated = [(meeting.start, meeting) for meeting in known if meeting.start is not None]
    ahead = [pair for pair in dated if pair[0] >= now - IN_SESSION]
    if ahead:
        return min(ahead, key=lambda pair: pair[0])[1]
    if dated:
        return max(dated, key=lambda pair: pair[0])[1]
    return known[0] if known else None


def _name(find: _Find) -> str:
    """What later news of the same matter will find again: file number, else section, else the words themselves."""
    match find.about:
        case ("file", number):
            return f"file/{number}"
        case ("section", url, section):
            return f"section/{_digest(url)[:12]}/{section if _section_number(section) else _plain(section)[:80]}"
        case _:
            lead = find.lead
            renamed = subject(lead)[2] == "title" and lead.before
            return _words(lead.before if renamed else title(lead))


def _renamed(find: _Find) -> list[str]:
    """The name by which an item without a file number is found from now on, where its title was reworded."""
    titles = (change for change in find.changes if subject(change)[2] == "title" and change.before and change.after)
    return [_words(change.after) for change in titles] if find.about[0] == "item" else []


def _words(text: str) -> str:
    return f"words/{_digest(_plain(text)[:300])[:16]}"


def _stance(verdicts: Sequence[Verdict]) -> Stance:
    strongest = max((verdict.label for verdict in verdicts), key=_LABELS.index)
    said: set[Stance] = {
        verdict.stance for verdict in verdicts if verdict.label == strongest and verdict.stance != "unclear"
    }
    if len(said) > 1:
        return "mixed"
    return said.pop() if said else "unclear"


def _own(change: Change) -> list[Verdict]:
    return [change.verdict] if change.verdict else []


def _stage_rank(stage: str) -> int:
    return _STAGE_ORDER.index(stage) if stage in _STAGE_ORDER else 0


def _weight(change: Change) -> tuple[int, bool, float, bool, bool]:
    """Business on an agenda says more of what happens than a paper that repeats it, however many cues that holds."""
    label = _LABELS.index(change.verdict.label) if change.verdict else 0
    score = change.verdict.score if change.verdict else 0.0
    item = subject(change)[0] == "item"
    return (label, item, score, change.matter is not None, change.meeting is not None)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()
