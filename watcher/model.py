"""The nouns. Frozen values that every room speaks; no behaviour beyond what a value knows of itself.

Glossary (terms are Open Civic Data's and Legistar's; one word a thing)

    jurisdiction  a state, county or city; its slug is <state>-<name>, e.g. ma-boston
    body          the council, board or committee that meets
    site          one entry of sites.yaml: a body's page on one platform
    request       what to ask for next; `key` is the document's stable identity
    response      what came back, undecoded
    snapshot      the stored bytes of one response and where and when they were seen
    document      what a response says, as passages of text in reading order
    passage       a paragraph, row, field or section, with its trail of headings
    meeting       one sitting of a body, with the documents published for it
    agenda item   one line of business in a meeting
    matter        a bill, resolution, contract …: the file that travels through meetings
    reading       everything one response was found to say
    change        a difference between two readings of one document
    verdict       what the judge says of a change
    alert         the changes of one matter that people should hear of
    channel       a configured destination; delivery: one alert owed to one channel
    visit         one document visited once, with its outcome and the reason

Times are aware datetimes. Collections are tuples. Texts are plain Unicode without mark-up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal

NOTHING: Mapping[str, str] = MappingProxyType({})

# ---------------------------------------------------------------------------------------------- places and sites


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """A place with a government. `division` is its Open Civic Data id; `time_zone` an IANA name."""

    slug: str
    name: str
    state: str
    kind: str  # city | county | state | district | tribe | federal | other
    time_zone: str
    division: str | None = None
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """The body's own public office, never a private person's."""

    url: str | None = None
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class View:
    """Which part of a document a site watches: CSS to keep, CSS to drop, regular expressions to blank."""

    select: str | None = None
    ignore: tuple[str, ...] = ()
    ignore_text: tuple[str, ...] = ()


WHOLE = View()


@dataclass(frozen=True, slots=True)
class Site:
    """One entry of sites.yaml, checked and with the defaults filled in."""

    id: str
    jurisdiction: Jurisdiction
    platform: str
    url: str
    body: str | None = None
    kind: str = "agenda"  # agenda | ordinance | code | minutes | legislation | list
    every: timedelta = timedelta(hours=1)
    cron: str | None = None  # where set it stands instead of `every`
    near_meeting: timedelta = timedelta(minutes=15)
    min_delay: timedelta = timedelta(seconds=2)
    follow: tuple[str, ...] = ()  # of agendas, packets, attachments, minutes, legislation
    view: View = WHOLE
    render: str | None = None  # "browser", or None
    ocr: bool = False
    contact: Contact | None = None
    options: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    channels: tuple[str, ...] = ()
    enabled: bool = True
    note: str = ""


# ------------------------------------------------------------------------------------------------ fetch and store


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask for. `key` is the document's stable identity within its site (default: method and url)."""

    url: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    kind: str = "listing"  # listing | meeting | agenda | packet | minutes | attachment | legislation | document
    why: str = ""  # in words: what this is, for `read` and `why`
    title: str = ""
    stable_key: str = ""
    meeting: Meeting | None = None  # the meeting it belongs to, where known
    matter: Matter | None = None
    context: tuple[str, ...] = ()  # titles that the document itself may not repeat
    found_on: str = ""  # key of the document that lists this one; "" once it is listed no more
    optional: bool = False  # a wider look at the same listing: its refusal is no failure of the site

    @property
    def key(self) -> str:
        """Stable identity of the document this asks for."""
        return self.stable_key or (self.url if self.method == "GET" else f"{self.method} {self.url}")


@dataclass(frozen=True, slots=True)
class Validators:
    """What the server gave last time, for a conditional request (RFC 9110 section 13)."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """What came back. `body` is content-decoded bytes; `headers` has lower-case names; `charset` is the header's."""

    request: Request
    url: str  # after redirects
    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_at: datetime
    sent: tuple[tuple[str, str], ...] = ()  # the last request's own header fields, private ones left out

    @property
    def media_type(self) -> str:
        """Type and subtype of Content-Type in lower case, without parameters ("" where absent)."""
        return self.headers.get("content-type", "").split(";", 1)[0].strip().lower()

    @property
    def charset(self) -> str | None:
        """The charset parameter of Content-Type, or None."""
        for part in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = part.strip().partition("=")
            if name.strip().lower() == "charset":
                return value.strip().strip("\"'").lower() or None
        return None


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server said 304: the document is as it was."""

    request: Request
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Where and when some bytes were seen. `digest` is the sha-256 of the body and names the stored object."""

    site: str
    key: str
    url: str
    fetched_at: datetime
    status: int
    media_type: str
    charset: str | None
    digest: str
    size: int  # bytes of the body, decoded
    etag: str | None = None
    last_modified: str | None = None
    final_url: str = ""
    headers: tuple[tuple[str, str], ...] = ()  # as received, cookies left out
    sent: tuple[tuple[str, str], ...] = ()  # header fields of the request, private ones left out; () before it was kept

    @property
    def id(self) -> str:
        """Names one sighting: digest of site, document, time and content (first 16 hex digits)."""
        seen = "\n".join((self.site, self.key, self.fetched_at.isoformat(), self.digest))
        return hashlib.sha256(seen.encode()).hexdigest()[:16]


# ------------------------------------------------------------------------------------------------------- readings


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of text. `key` is the publisher's own id for it (section number, row id), or "" where it has none."""

    text: str
    heading: tuple[str, ...] = ()
    key: str = ""

    @property
    def aside(self) -> bool:
        """Whether a publisher of a code says this of the law, and it is none: a history note, foot-note or banner."""
        return self.key == "codified-through" or self.key.endswith((":history", ":footnote", ":note"))


@dataclass(frozen=True, slots=True)
class Document:
    """What one response says, in reading order."""

    url: str
    title: str
    kind: str
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A published document: of a meeting (`kind` agenda, packet, minutes, notice, video, other) or an attachment.

    `id` is the document's stable identity: the same where it is published again, if the vendor has such an id.
    `version` names what is published under it now (compilation, upload stamp, file id): another one is a revision.
    """

    id: str
    url: str
    title: str
    kind: str = "attachment"
    revised: str | None = None  # the clerk's own words that it is amended ("Amended Oct 7, 2020", "REVISED AGENDA")
    version: str = ""


@dataclass(frozen=True, slots=True)
class Meeting:
    """One sitting of a body. `start` and `end` carry the jurisdiction's own offset."""

    id: str
    body: str
    title: str = ""
    start: datetime | None = None
    end: datetime | None = None
    status: Literal["tentative", "confirmed", "cancelled", "passed"] = "confirmed"
    location: str = ""
    url: str | None = None
    documents: tuple[Link, ...] = ()
    attend: str = ""  # how to attend or comment, quoted from the source; "" where that does not say


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote as published: how many members on each side, whether it passed (None: not said), by which body and when.

    `names` are those of the members who voted, only where the source prints them all.
    """

    ayes: int
    noes: int
    abstained: int = 0
    absent: int = 0
    others: int = 0  # the third figure of "4-1-1": the source does not say whether abstaining or absent
    passed: bool | None = None
    body: str = ""
    date: datetime | None = None
    names: tuple[tuple[str, tuple[str, ...]], ...] = ()  # side: aye, no, abstain, absent


@dataclass(frozen=True, slots=True)
class Step:
    """One entry in a matter's history: when, by which body, what was done, with which result and count of votes."""

    date: datetime | None
    body: str
    action: str
    result: str = ""
    vote: Vote | None = None


@dataclass(frozen=True, slots=True)
class Matter:
    """The file that travels through meetings. `file` is its official number, `kind` the clerk's type of it."""

    id: str
    file: str
    kind: str = ""
    title: str = ""
    status: str = ""
    url: str | None = None
    history: tuple[Step, ...] = ()
    attachments: tuple[Link, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """One line of business. `matter` is the file number where the source gives one."""

    id: str
    meeting: str
    order: int
    number: str
    title: str
    text: str = ""
    matter: str | None = None
    action: str = ""
    section: str = ""
    consent: bool = False
    attachments: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything one response was found to say.

    `proof`   how we know that an empty reading is truly empty (the vendor's own words), else None
    `follow`  further documents, in the order of their worth
    `attend`  how to attend or comment, in the words of the agenda that was read
    """

    document: Document
    meetings: tuple[Meeting, ...] = ()
    items: tuple[AgendaItem, ...] = ()
    matters: tuple[Matter, ...] = ()
    follow: tuple[Request, ...] = ()
    proof: str | None = None
    attend: str = ""


# ------------------------------------------------------------------------------------------- changes and verdicts

Label = Literal["relevant", "unsure", "unrelated"]
Stance = Literal["limits", "expands", "mixed", "unclear"]
Urgency = Literal["now", "soon", "routine"]
ChangeKind = Literal["added", "removed", "reworded", "moved", "cancelled", "rescheduled", "revised"]
Redline = tuple[tuple[Literal["=", "-", "+"], str], ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quoted span that decided the verdict. Offsets count code points of that side's text."""

    side: Literal["before", "after", "context"]
    start: int
    end: int
    text: str
    cue: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge says. `score` is the probability of being relevant (0–1)."""

    label: Label
    score: float
    tier: Literal["core", "adjacent", "none"]
    topics: tuple[str, ...]
    stance: Stance
    stage: str
    evidence: tuple[Evidence, ...]
    reasons: tuple[str, ...]
    judge: str


@dataclass(frozen=True, slots=True)
class Change:
    """A difference between two readings of one document.

    `before` is "" for an added text, `after` is "" for a removed one. Joining the "=" and "-" parts of `redline`
    gives `before`; joining "=" and "+" gives `after`. `key` is the identity of the changed thing in its document.
    `context` holds texts that stand around it: titles, matter, attachment names, chapter.
    """

    id: str
    site: str
    url: str
    kind: ChangeKind
    key: str
    heading: tuple[str, ...]
    before: str
    after: str
    redline: Redline
    seen_at: datetime
    last_seen_unchanged_at: datetime | None = None
    meeting: Meeting | None = None
    matter: Matter | None = None
    context: tuple[str, ...] = ()
    verdict: Verdict | None = None
    snapshot_before: str | None = None  # digest
    snapshot_after: str | None = None  # digest
    votes: tuple[Vote, ...] = ()
    ordinances: tuple[Enactment, ...] = ()  # that a code's own note names for a change of its section, newest first


@dataclass(frozen=True, slots=True)
class Enactment:
    """The ordinance that changed a section, by the number in the code's note; `thread`, `title` of its watched matter."""

    number: str
    thread: str = ""  # as in `Tie`; "" where no matter of that number is known in the place
    title: str = ""


# ------------------------------------------------------------------------------------------------ alerts and mail


@dataclass(frozen=True, slots=True)
class Tie:
    """One name under which a matter goes ("file/170419") and the thread it belongs to ("file/170365").

    `confidence` (0-1) is 1 for the matter's own name, less where a text or only a like title ties it.
    """

    name: str
    thread: str
    title: str = ""
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Alert:
    """The changes of one matter (or meeting, or section) seen in one visit that people should hear of.

    `key` is content-derived: the same find gives the same key. `thread` is the key of the matter's thread, `ties` the
    names under which the matter is known.
    """

    key: str
    site: str
    jurisdiction: Jurisdiction
    label: Label
    headline: str
    changes: tuple[Change, ...]
    thread: str
    urgency: Urgency
    created_at: datetime
    body: str | None = None
    kind: str = "agenda"
    time_zone: str = "UTC"
    source_url: str = ""
    matter: Matter | None = None
    meeting: Meeting | None = None
    topics: tuple[str, ...] = ()
    stance: Stance = "unclear"
    stage: str = "unknown"
    tier: Literal["core", "adjacent", "none"] = "none"
    contact: Contact | None = None
    late: str = ""  # in words, where it is told later than the rhythm of its site allows
    lines: tuple[tuple[str, str], ...] = ()  # text and address: of a digest, of a meeting, of a word to the operator
    ties: tuple[Tie, ...] = ()

    @property
    def is_told_to_readers(self) -> bool:
        """Whether it is news of a site; a digest, a message for a meeting and a word to the operator are not."""
        return not self.lines and self.kind not in COMPOSED


@dataclass(frozen=True, slots=True)
class Stage:
    """One stop of a matter. `date` is the day it happened as the source says, else when it was noticed.

    `stage` is a code of the contract, `words` what it is called; `digest` the sha-256 of the stored document; `undoes`
    the date of the earlier stage that it took back.
    """

    stage: str
    words: str
    date: datetime
    noticed_at: datetime
    body: str
    meeting: Meeting | None
    votes: tuple[Vote, ...]
    change: str
    digest: str | None
    site: str
    url: str
    undoes: datetime | None = None


COMPOSED = ("digest", "meeting", "notice", "test")


@dataclass(frozen=True, slots=True)
class Channel:
    """A configured destination. Secrets are resolved by the settings and never shown."""

    name: str
    kind: str
    options: Mapping[str, object] = field(default_factory=lambda: NOTHING)
    secrets: Mapping[str, str] = field(default_factory=lambda: NOTHING, repr=False)
    page: str = ""  # where readers find the web page, for the links of messages; "": nowhere


@dataclass(frozen=True, slots=True)
class Route:
    """Who hears what. Empty conditions match all; `at_least` is the lowest label heard."""

    to: tuple[str, ...]
    at_least: Label = "relevant"
    states: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    stance: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    urgency: tuple[str, ...] = ()
    tier: tuple[str, ...] = ()
    digest: str | None = None
    quiet: str | None = None
    time_zone: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyEntry:
    """A cited status that an operator adds for what is not watched."""

    jurisdiction: str
    status: str
    title: str
    date: str
    url: str


@dataclass(frozen=True, slots=True)
class Paper:
    """One dated document and the status it sets, or with `ends` the end of one.

    `section` is the trail of headings it stands under, `digest` the sha-256 of the stored bytes and `change` the entry of
    the ledger (an empty status is a vote that does not say on what): a text found in force at the first visit has no `change`, an operator's citation neither.
    """

    status: str
    at: datetime
    title: str
    url: str
    thread: str = ""
    digest: str | None = None
    change: str | None = None
    ends: bool = False
    section: str = ""
    would: str = ""  # of a matter under consideration: the status that its text would set


DeliveryState = Literal["owed", "sending", "sent", "held", "withheld", "dead"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert owed to one channel. `key` = alert and channel; `receipt` is the service's own message id."""

    key: str
    alert: str
    channel: str
    state: DeliveryState
    reason: str
    attempts: int = 0
    receipt: str | None = None
    error: str | None = None
    next_attempt_at: datetime | None = None
    ambiguous: bool = False  # an earlier attempt may have arrived
    bundle: str = ""  # deliveries of one bundle and channel share one message; or the storm that holds it


@dataclass(frozen=True, slots=True)
class Message:
    """An alert as one service will show it: a plain text for every reader, and the service's own body.

    `cut`   not all of what was struck and inserted is in it
    `loud`  where it is a reply, the whole channel should see it
    """

    text: str
    body: Mapping[str, object] = field(default_factory=lambda: NOTHING)
    cut: bool = False
    loud: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """The service's own word that it took a message: its id there, and the root of the thread it went to.

    `aside` says that it went to another place than the configured one, and why; "" that it went where it should after
    one that did not; None that there is nothing new to say of it.
    """

    id: str
    thread: str | None = None
    aside: str | None = None


# ---------------------------------------------------------------------------------------------- visits and states

Outcome = Literal["baseline", "changed", "unchanged", "failed", "blocked"]


@dataclass(frozen=True, slots=True)
class Visit:
    """One document visited once. `reason` is a reason code of the README; `detail` says it in words."""

    site: str
    key: str
    url: str
    at: datetime
    outcome: Outcome
    reason: str
    status: int | None = None
    snapshot: str | None = None  # digest
    detail: str = ""


@dataclass(frozen=True, slots=True)
class DocumentState:
    """What the ledger knows of one document: the last good snapshot and what makes the next visit cheap.

    `silent`  first listed during its site's baseline (or by a document read silently): its first reading is no news
    `visited` has had a good visit
    """

    site: str
    key: str
    url: str
    request: Request
    first_listed_at: datetime
    silent: bool
    visited: bool = False
    snapshot: Snapshot | None = None
    fingerprint: str | None = None
    last_good_at: datetime | None = None
    last_visit_at: datetime | None = None
    failures: int = 0


FAILING_FROM = 3  # failures in a row
BLIND_AFTER = timedelta(hours=6)  # without one good visit

Health = Literal["new", "ok", "suspect", "failing", "blind"]


def health_of(failures: int, last_good_at: datetime | None, now: datetime) -> Health:
    """How a visited site is doing: ok, suspect (its last visit failed), failing (the last three did), blind (and nothing
    good was seen of it for six hours, or ever).
    """
    if failures < FAILING_FROM:
        return "suspect" if failures else "ok"
    seen = last_good_at is not None and now - last_good_at < BLIND_AFTER
    return "failing" if seen else "blind"


@dataclass(frozen=True, slots=True)
class SiteState:
    """What the ledger knows of one site. `url` is the one it was baselined under: a changed one starts anew.

    `health` is that of the last visit; `health_at` knows that a failing site turns blind with time alone.
    """

    site: str
    url: str
    health: Health = "new"
    baselined_at: datetime | None = None
    last_visit_at: datetime | None = None
    last_good_at: datetime | None = None
    last_outcome: Outcome | None = None
    reason: str | None = None
    failures: int = 0
    next_due: datetime | None = None
    next_meeting: datetime | None = None
    documents: int = 0

    def health_at(self, now: datetime) -> Health:
        """How the site is doing now."""
        return health_of(self.failures, self.last_good_at, now) if self.failures else self.health


@dataclass(frozen=True, slots=True)
class Mute:
    """Silence for a site, jurisdiction, topic or matter, with a reason, an author and a mandatory end."""

    what: str
    until: datetime
    reason: str
    by: str
    created_at: datetime


Said = Literal["relevant", "not_relevant", "missed"]


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a person says of a verdict, with the text it is about. It teaches the next judge and changes no alert.

    `missed` is a text that should have been told and was not; `label`, `score` and `judge` are those of the verdict.
    """

    said: Said
    before: str
    after: str
    context: tuple[str, ...]
    site: str
    url: str
    by: str
    note: str
    created_at: datetime
    change: str | None = None
    label: Label | None = None
    score: float | None = None
    judge: str | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """Trouble that the operator hears of once: site:<id>, channel:<name>, network, dead letters.

    `told_at` when it was told first, `said_at` when it was spoken of last (a reminder, a count).
    """

    what: str
    since: datetime
    words: str = ""
    told_at: datetime | None = None
    said_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """What a person did to the flow of alerts, and why: mute, unmute, release, drop, retry."""

    at: datetime
    by: str
    act: str
    about: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Damage:
    """Something stored that is no longer as it was written: which object, row or link, and what is wrong with it."""

    object: str
    problem: str
