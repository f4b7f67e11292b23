"""The words: codes of the contract in plain neutral English, local times, short ids, and safe cutting of text."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from watcher import votes
from watcher.model import Alert, Change, Jurisdiction, Vote

MOSTLY = 0.995  # a judge that says more of itself says too much
STAGES = {
    "introduced": "introduced",
    "first_reading": "first reading",
    "second_reading": "second or final reading",
    "referred": "referred to a committee",
    "hearing": "hearing or discussion",
    "consent": "consent calendar",
    "amended": "amended",
    "adopted": "adopted",
    "vetoed": "vetoed",
    "tabled_withdrawn": "tabled, withdrawn or failed",
    "repealed": "repealed",
    "report": "report or information item",
    "in_force": "text in force",
}

DIRECTIONS = {
    "limits": "moves toward limiting cooperation",
    "expands": "moves toward expanding cooperation",
    "mixed": "moves in both directions",
    "unclear": "direction unclear",
}

TOPICS = {
    "detainer": "detainers",
    "warrant": "judicial and administrative warrants",
    "287g": "287(g) agreements",
    "info_sharing": "sharing of information",
    "release_notification": "notice of release dates",
    "jail_access": "access to jails",
    "resources": "staff, money and equipment",
    "joint_ops": "joint operations",
    "detention_facility": "detention facilities and contracts",
    "data_alpr": "licence-plate and surveillance data",
    "sensitive_locations": "schools, courts, hospitals, libraries",
    "non_inquiry": "questions about immigration status",
    "property_staging": "use of public property",
    "agent_id": "identification of agents",
    "designation": "sanctuary, welcoming and trust acts",
    "preemption": "state pre-emption",
    "funding_conditions": "funding conditions",
    "litigation": "litigation",
    "reporting": "reports and forums",
    "status_check": "checks of immigration status",
    "vendor": "contractors and data brokers",
    "legal_defense": "legal defence funds",
    "position": "positions on enforcement",
}

URGENCIES = {
    "now": "now: within 48 hours, altered late, or just adopted",
    "soon": "soon: within 14 days",
    "routine": "routine",
}

# What a text can carry that a reader does not see but a screen obeys: C0/C1 controls, bidirectional overrides and
# isolates (Unicode TR 36, section 2.5), zero-width space, joiner of words, byte-order mark, tag characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_ESCAPE_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")  # ECMA-48


def clean(text: str) -> str:
    """The text without terminal escapes, control, bidirectional and zero-width characters; lone surrogates replaced."""
    text = text.encode("utf-8", "replace").decode("utf-8", "replace") if not _encodable(text) else text
    text = _ESCAPE_SEQUENCE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n"))
    return _UNSEEN.sub("", text)


def one_line(text: str) -> str:
    """Cleaned, with runs of white space made one blank."""
    return " ".join(clean(text).split())


def units(text: str) -> int:
    """Length in UTF-16 code units, as Telegram counts (an emoji is two) and Slack at most counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def head(text: str, limit: int) -> str:
    """The longest beginning of at most `limit` UTF-16 units that does not cut through a visible character."""
    if units(text) <= limit:
        return text
    used = end = 0
    for end, character in enumerate(text):  # noqa: B007 - the place where the budget ran out is what is wanted
        used += 2 if ord(character) > 0xFFFF else 1
        if used > limit:
            break
    while end > 0 and (_joins(text[end]) or text[end - 1] == "\u200d"):
        end -= 1
    return text[:end]


def cut(text: str, limit: int) -> str:
    """The text in at most `limit` UTF-16 units; what is left out is counted: "… (N more characters; see link)"."""
    if units(text) <= limit:
        return text
    room = max(0, limit - units(left_out(len(text))))
    kept = _whole_words(head(text, room))
    said = kept.rstrip() + left_out(len(text) - len(kept))
    return said if units(said) <= limit else head(text, max(0, limit - 1)) + "…"


def shortened(text: str, limit: int) -> str:
    """For headings: the text in at most `limit` UTF-16 units, ended by "…" where something is left out."""
    return text if units(text) <= limit else _whole_words(head(text, max(0, limit - 1))).rstrip() + "…"


def inert(text: str) -> str:
    """Text that no service makes links, mentions or commands of: a word joiner (U+2060) parts what looks like one."""
    # at the end of a piece too: the next piece of a redline may begin with what makes a link of it
    return re.sub(r"(?<=\w)\.(?=[^\W\d_]{2}|\Z)", ".\u2060", re.sub(r"([@#/$])(?!\s)", "\\1\u2060", text))


def left_out(characters: int) -> str:
    """The words that stand for text left out."""
    return f" … ({characters} more character{'s' if characters != 1 else ''}; see link)"


def short_id(key: str) -> str:
    """Five base32 characters of the alert's key, as "#A7F3K": what people call the alert when they speak of it."""
    return "#" + base64.b32encode(hashlib.sha256(key.encode("utf-8", "replace")).digest()).decode()[:5]


def place(jurisdiction: Jurisdiction) -> str:
    """As people write it: "Boston, MA", "San Diego County, CA", "Colorado"."""
    name = one_line(jurisdiction.name)
    if jurisdiction.kind == "state":
        return name
    if jurisdiction.kind == "county" and not re.search(r"\b(county|parish|borough)\b", name, re.IGNORECASE):
        name = f"{name} County"
    return f"{name}, {jurisdiction.state}"


def local(moment: datetime, zone: str, *, abbreviation: bool = True) -> str:
    """Local wall time: "Tue 1 Dec 2026, 4:00 PM EST". Falls back to the moment's own offset for an unknown zone."""
    try:
        there = moment.astimezone(ZoneInfo(zone))
    except (KeyError, ValueError, OSError):
        there = moment
    hour = there.hour % 12 or 12
    said = f"{there:%a} {there.day} {there:%b} {there.year}, {hour}:{there:%M} {'AM' if there.hour < 12 else 'PM'}"
    return f"{said} {there:%Z}" if abbreviation else said


def subject(change: Change) -> tuple[str, str, str]:
    """What changed: (item | matter | meeting | passage, its name, the part of it), as `diff` spells it in the key."""
    word, _, rest = change.key.partition(":")
    if word not in ("item", "matter", "meeting") or not rest:
        return "passage", change.key, ""
    name, part = rest, ""
    if found := _PART.search(rest):
        name, part = rest[: found.start()], found.group(1)
    return word, name, part


def likely(score: float) -> str:
    """A probability in words that promise no certainty: "97% likely", "more than 99% likely"."""
    return f"{'more than 99%' if score > MOSTLY else 'less than 1%' if score < 1 - MOSTLY else f'{score:.0%}'} likely"


def what_happened(change: Change, kind: str, zone: str) -> str:
    """The kind of change in words, never more than was seen: "item added to the agenda of Tue 1 Dec 2026, 4:00 PM".

    `kind` is the site's. A text that is gone is "no longer on" the page, never "repealed": the page does not say why.
    The counts of the votes it tells of stand behind, and the ordinance that a code names for its new words.
    """
    return "; ".join((_kind(change, kind, zone), *voted(change, zone), *enacted(change)))


def voted(change: Change, zone: str) -> list[str]:
    """Each vote a change tells of: "passed 5–2 on Tue 1 Dec 2026 (City Council)"."""
    return list(dict.fromkeys(" ".join((votes.told(vote), *_sitting(vote, change, zone))) for vote in change.votes))


def _sitting(vote: Vote, change: Change, zone: str) -> list[str]:
    said = [f"on {local(vote.date, zone, abbreviation=False).rpartition(',')[0]}"] if vote.date else []
    told = change.meeting.body if change.meeting else ""  # stands at the head of the alert
    return [*said, f"({one_line(vote.body)})"] if vote.body and vote.body != told else said


def enacted(change: Change) -> list[str]:
    """The ordinance that a code's own note names for a section's new words: "by Ordinance 2024-15"."""
    return [f"by Ordinance {one.number}" for one in change.ordinances[:1]]


def _kind(change: Change, kind: str, zone: str) -> str:
    start = change.meeting.start if change.meeting else None
    when = f" of {local(start, zone, abbreviation=False)}" if start else ""
    what, _, part = subject(change)
    if change.kind == "cancelled":
        return f"meeting{when} cancelled"
    if change.kind == "rescheduled":
        return f"meeting now set for {local(start, zone, abbreviation=False)}" if start else "meeting rescheduled"
    if change.key == "codified-through":
        return "the note of how far the code is codified changed (no change of law by itself)"
    if what == "meeting":
        return f"{_MEETING.get(part) or _MEETING[change.kind]}{when}"
    if what == "matter":
        return _MATTER.get(part) or _MATTER[change.kind]
    if what == "item" and kind == "list":
        return f"entry {_VERBS[change.kind]} {_PAGES[kind]}"
    if what == "item":
        where = f"the agenda{when}"
        said = _ITEM.get(part) or _marked(change, part) or f"item {_VERBS[change.kind]}"
        return f"{said} {where}{_consent(change, part)}"
    where = f"a document for the meeting{when}" if change.meeting else _PAGES.get(kind, "the document")
    return f"text {_VERBS[change.kind]} {where}".replace("no longer on", "no longer in").replace(
        "reworded on", "reworded in"
    )


def _consent(change: Change, part: str) -> str:
    """Whether an item was moved to or from consent: `diff` writes the standing as the first line of both sides."""
    stood, stands = (text.partition("\n")[0] for text in (change.before, change.after))
    if part != "section" or stood == stands or "consent agenda" not in stands:
        return ""
    return ", to consent" if stands.startswith("On ") else ", from consent"


def _marked(change: Change, part: str) -> str | None:
    """What the title of a listed item newly says has become of it: only what is written, and only if it was not before."""
    if part != "title" or change.kind != "reworded":
        return None
    return next((said for mark, said in _MARKS if mark.search(change.after) and not mark.search(change.before)), None)


def interval(alert: Alert) -> str:
    """When it was noticed and when the page was last seen unchanged: an interval, never a guessed time."""
    seen = max(change.seen_at for change in alert.changes) if alert.changes else alert.created_at
    before = [change.last_seen_unchanged_at for change in alert.changes if change.last_seen_unchanged_at]
    said = f"noticed {local(seen, alert.time_zone)}"
    said += f", page last seen unchanged {local(max(before), alert.time_zone)}" if before else ", first seen then"
    return f"{said}; {alert.late}" if alert.late else said


def span(time: timedelta) -> str:
    """A length of time in its largest two units: "3 d 4 h", "2 h 5 min", "1 min"."""
    minutes = max(int(time.total_seconds()) // 60, 0)
    parts = ((minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "min"))
    told = [f"{number} {unit}" for number, unit in parts if number]
    return " ".join(told[:2]) or "less than 1 min"


# A portion of a long item is spelled out ("portion-1"): vendors' ids hold bare numbers after a colon ("event:494/7990").
_PART = re.compile(r":(portion-\d+|title|section|action|attachments|documents|status|text)(?:/.*)?$", re.DOTALL)
_VERBS = {
    "added": "added to",
    "removed": "no longer on",
    "reworded": "reworded on",
    "moved": "moved within",
    "revised": "revised on",
}
_ITEM = {"action": "action recorded for an item on", "attachments": "attachments changed for an item on"}
# What a clerk writes before or behind an item that stays listed: "WITHDRAWN - …", "… (continued to January 5)".
_MARKS = tuple(
    (
        re.compile(
            rf"(?:^\W{{0,9}}(?:[\w.-]{{1,20}}\s?:\s*)?|[(\[*–—]\s*|\s-\s*)(?:item\s+)?(?:{words})\b",
            re.IGNORECASE,
        ),
        said,
    )
    for words, said in (
        (
            r"withdrawn|pulled|(?:removed|deleted|stricken)(?=\s+from\b|\W*$|\s*[-–—:*)\]])",
            "item marked as withdrawn on",
        ),
        (r"continued|deferred|postponed|tabled", "item marked as put off on"),
        (
            r"(?:proposed\s+|committee\s+|floor\s+)?substitute(?!\s+(?:teach|staff|nurs|judge|employ|driver))",
            "item marked as a substitute on",
        ),
    )
)
_MEETING = {
    "documents": "documents published or revised for the meeting",
    "title": "title changed of the meeting",
    "added": "meeting announced: that",
    "removed": "no longer listed: the meeting",
    "reworded": "entry reworded of the meeting",
    "moved": "entry moved of the meeting",
    "revised": "entry revised of the meeting",
}
_MATTER = {
    "status": "status of the file changed",
    "title": "title of the file changed",
    "text": "text of the file changed",
    "attachments": "attachments of the file changed",
    "added": "file listed",
    "removed": "file no longer listed",
    "reworded": "file reworded",
    "moved": "file moved",
    "revised": "file revised",
}
_PAGES = {
    "agenda": "the agenda",
    "ordinance": "the ordinance",
    "code": "the code",
    "minutes": "the minutes",
    "legislation": "the legislation",
    "list": "the list",
}


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _joins(character: str) -> bool:
    return (
        bool(unicodedata.combining(character))
        or character in "\u200d\ufe0f\ufe0e"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )


def _whole_words(text: str) -> str:
    shorter = text.rsplit(None, 1)[0] if text and not text[-1].isspace() and " " in text[-40:] else text
    return shorter or text
