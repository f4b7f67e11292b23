"""What a button or a command answers. A thinking room: words and values of the ledger in, words and decisions out.

    "mute #A7F3K 7d on holiday" ─ asked ─▶ Question ─ answer(question, known) ─▶ Answer(text, mute | unmute | feedback)

Every service's buttons and commands end here, so Slack and Telegram can never disagree. Answers hold page text as it is:
whoever sends them escapes it in the service's own way.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from watcher.alerts import cut, notice, one_line, short_id
from watcher.alerts.wording import TOPICS, local
from watcher.judge import context_of
from watcher.model import Alert, Change, Delivery, Feedback, Mute, Route, Site, SiteState

BUTTONS: Final = (("mute", "Mute 7 days"), ("not_relevant", "Not relevant"), ("why", "Why?"))
"""Verb and words of the buttons under every alert."""

MUTED_FOR = timedelta(days=7)  # by the button
LONGEST_MUTE = timedelta(days=90)
SHOWN = 15  # sites in one answer
LENGTH = 2_900  # UTF-16 units of an answer: within a Slack section and a Telegram message
LEAST_HANDLE = 8  # characters of a key that name an alert
HANDLE = 48  # bytes: with its verb it must fit into Telegram's callback_data of 64

TROUBLE = ("suspect", "failing", "blind")
HELP = """\
status – how the watching goes
sites [NAME] – sites in trouble, or those with NAME in their id or place
why ID – why an alert was sent, or how a site is doing
mute WHAT TIME REASON – silence a matter (by an alert's id such as #A7F3K), site, jurisdiction or topic: mute #A7F3K 7d on it
unmute WHAT – hear it again
subscribe – what this chat hears, and how it is made to hear more"""


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks what, and where. `about` is what the verb speaks of; `said` the words after it."""

    verb: str
    about: str = ""
    said: str = ""
    who: str = ""
    allowed: bool = False  # to mute
    where: str = ""  # the channel's name, or "" for a chat that is none
    entry: str = ""  # how this chat would stand in sites.yaml
    button: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger and the registry know, as far as the question needs it."""

    now: datetime
    sites: Mapping[str, Site] = field(default_factory=dict)
    states: Mapping[str, SiteState] = field(default_factory=dict)
    mutes: Sequence[Mute] = ()
    parked: Mapping[str, str] = field(default_factory=dict)  # channel -> reason
    owed: int = 0
    oldest: timedelta | None = None
    last: Alert | None = None  # the newest alert
    alert: Alert | None = None  # the one the question is about
    deliveries: Sequence[Delivery] = ()  # of that alert
    hears: Sequence[str] = ()  # what the chat's channel hears, in words


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to the one who asked, and what is to be written down."""

    text: str
    mute: Mute | None = None
    unmute: str | None = None
    feedback: tuple[Feedback, ...] = ()

    @property
    def decided(self) -> bool:
        """Whether something changes by it."""
        return bool(self.mute or self.unmute or self.feedback)


def handle(key: str) -> str:
    """The beginning of an alert's key that a button carries."""
    return key.encode()[:HANDLE].decode(errors="ignore")


def named(name: str, keys: Sequence[str]) -> str | None:
    """The first of `keys` (newest first) that people or buttons call `name`: itself, its handle, its short id (#A7F3K)."""
    if name in keys:
        return name
    shown = "#" + name.lstrip("#").upper()
    long = len(name) >= LEAST_HANDLE
    return next((key for key in keys if (long and key.startswith(name)) or short_id(key) == shown), None)


def asked(text: str, *, button: bool = False, **who: str | bool) -> Question:
    """The question in the words of a command ("mute #A7F3K 7d on it") or of a button ("mute:<handle>")."""
    if button:
        verb, _, about = text.partition(":")
        return Question(verb, about, button=True, **who)  # type: ignore[arg-type]
    verb, _, rest = one_line(text).partition(" ")
    verb = verb.lstrip("/").partition("@")[0].casefold()  # Telegram: /status@the_bot
    about, _, said = rest.partition(" ")
    return Question(verb or "help", about, said, **who)  # type: ignore[arg-type]


def answer(question: Question, known: Known) -> Answer:
    """The answer; one that decides something only for those who are allowed to."""
    match question.verb:
        case "status":
            return _said(_status(known))
        case "sites":
            return _said(_sites(question.about, known))
        case "why":
            return _said(_why(question.about, known))
        case "subscribe" | "start":
            return _said(_subscribe(question, known))
        case "mute" | "unmute" | "not_relevant" if not question.allowed:
            return _said([_not_allowed(question)])
        case "mute":
            return _mute(question, known)
        case "unmute":
            return _unmute(question, known)
        case "not_relevant":
            return _not_relevant(question, known)
    return _said([HELP])


def _said(lines: Sequence[str]) -> Answer:
    return Answer(cut("\n".join(lines), LENGTH))


def _not_allowed(question: Question) -> str:
    return (
        f"Sorry, only people whom the operator lists may do that, and you ({question.who}) are not among them. "
        "The operator adds your id to `allowed` of this channel in sites.yaml."
    )


# ------------------------------------------------------------------------------------------------------- looking


def _status(known: Known) -> list[str]:
    watched = [site for site in known.sites.values() if site.enabled]
    health = Counter(_health(site, known) for site in watched)
    told = ", ".join(f"{health[word]} {word}" for word in ("ok", *TROUBLE, "new") if health[word])
    sites = "1 site" if len(watched) == 1 else f"{len(watched)} sites"
    lines = [f"{sites} watched: {told or 'none visited yet'}."]
    if known.last is not None:
        lines.append(f"Last alert: {local(known.last.created_at, known.last.time_zone)} {short_id(known.last.key)}")
    waiting = f", the oldest for {_span(known.oldest)}" if known.oldest else ""
    lines.append(f"Messages still to send: {known.owed}{waiting}.")
    lines += [f"Channel {name} waits: {reason}" for name, reason in known.parked.items()]
    lines += [f"Muted until {local(mute.until, 'UTC')}: {mute.what} ({mute.reason})" for mute in known.mutes[:SHOWN]]
    return lines


def _sites(name: str, known: Known) -> list[str]:
    word = name.casefold()
    found = [site for site in known.sites.values() if word in _searched(site)] if word else list(known.sites.values())
    shown = found if word else [site for site in found if site.enabled and _health(site, known) in TROUBLE]
    if not shown:
        return [f"No site has “{name}” in its id or place."] if word else ["No site is in trouble."]
    lines = [_site_line(site, known) for site in shown[:SHOWN]]
    return [*lines, f"and {len(shown) - SHOWN} more"] if len(shown) > SHOWN else lines


def _searched(site: Site) -> str:
    place = site.jurisdiction
    return f"{site.id} {place.slug} {place.name} {place.state} {site.body or ''}".casefold()


def _site_line(site: Site, known: Known) -> str:
    state = known.states.get(site.id)
    good = (
        f"last good visit {local(state.last_good_at, 'UTC')}" if state and state.last_good_at else "no good visit yet"
    )
    why = f" ({state.reason})" if state and state.reason and _health(site, known) in TROUBLE else ""
    return f"{site.id}: {_health(site, known)}{why}, {good}"


def _health(site: Site, known: Known) -> str:
    if not site.enabled:
        return "off"
    state = known.states.get(site.id)
    return state.health_at(known.now) if state else "new"


def _why(name: str, known: Known) -> list[str]:
    if known.alert is None:
        site = known.sites.get(name)
        return [_site_line(site, known)] if site else [_nothing(name)]
    told = notice(known.alert)
    lines = [f"{told.id} {told.headline}", *(f"{name}: {value}" for name, value in told.facts if name in _REASONS)]
    for change, quoted in zip(known.alert.changes[:5], told.quotes, strict=False):
        lines += [f"“{cut(text, 200)}” – {cue}" for text, cue in quoted.evidence[:5]]
        lines += [f"- {one_line(reason)}" for reason in (change.verdict.reasons if change.verdict else ())[:5]]
        lines.append(quoted.proof)
    lines.append(told.noticed)
    lines += [f"{sent.channel}: {sent.state}, {one_line(sent.reason)}" for sent in known.deliveries]
    return lines


_REASONS = ("Stage", "Direction", "Topics", "Judged", "Urgency")


def _subscribe(question: Question, known: Known) -> list[str]:
    if question.where:
        hears = [f"- {words}" for words in known.hears] or ["- the relevant alerts of the sites that name it"]
        return [f"This chat is the channel “{question.where}” of sites.yaml. It hears", *hears]
    return [
        "This chat hears nothing yet. Who hears what is written in sites.yaml; the operator adds this under `channels:`",
        question.entry,
        "and names it in `routes:`, in `defaults:` or at a site.",
    ]


def heard(route: Route) -> str:
    """What a route hears, in words."""
    conditions = {
        "states": route.states, "jurisdictions": route.jurisdictions, "topics": route.topics, "stance": route.stance,
        "stage": route.stage, "kind": route.kind, "urgency": route.urgency, "tier": route.tier,
    }  # fmt: skip
    said = [f"{name} {', '.join(wanted)}" for name, wanted in conditions.items() if wanted]
    said += [route.digest] if route.digest else []
    said += [f"quiet {route.quiet}"] if route.quiet else []
    return "; ".join([*said, f"{route.at_least} and above" if route.at_least != "relevant" else "relevant alerts"])


def _nothing(name: str) -> str:
    if not name:
        return "Say of what: the id of an alert (#A7F3K), or of a site."
    return f"Nothing is called “{one_line(name)[:80]}”: give the id of an alert (#A7F3K), or of a site."


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} days"


# ------------------------------------------------------------------------------------------------------ deciding


def _mute(question: Question, known: Known) -> Answer:
    what = _subject(question, known)
    if what is None:
        return _said([_nothing(question.about)])
    if question.button:
        span, reason = MUTED_FOR, f"button in {question.where or 'a chat'}"
    else:
        first, _, reason = question.said.partition(" ")
        span = length(first) or timedelta()
    if not timedelta() < span <= LONGEST_MUTE or not reason.strip():
        return _said([f"Say how long (at most {LONGEST_MUTE.days} days) and why: mute {question.about} 7d on holiday"])
    mute = Mute(what, known.now + span, reason.strip(), question.who, known.now)
    told = f"Muted by {question.who} until {local(mute.until, 'UTC')}: {_called(what, known)}."
    return Answer(f"{told} It is still watched and recorded.", mute=mute)


def _unmute(question: Question, known: Known) -> Answer:
    what = _subject(question, known) or question.about
    if not any(mute.what.casefold() == what.casefold() for mute in known.mutes):
        return _said([f"{_called(what, known)} is not muted."])
    return Answer(f"{_called(what, known)} is heard again, says {question.who}.", unmute=what)


def _not_relevant(question: Question, known: Known) -> Answer:
    if known.alert is None:
        return _said([_nothing(question.about)])
    note = f"button in {question.where or 'a chat'}"
    said = tuple(_feedback(change, question.who, note, known.now) for change in known.alert.changes)
    shown = short_id(known.alert.key)
    return Answer(f"Noted by {question.who}: {shown} is not relevant. Nothing is muted by that.", feedback=said)


def _feedback(change: Change, who: str, note: str, now: datetime) -> Feedback:
    verdict = change.verdict
    return Feedback(
        "not_relevant", change.before, change.after, context_of(change), change.site, change.url, who, note, now,
        change=change.id,
        label=verdict.label if verdict else None,
        score=verdict.score if verdict else None,
        judge=verdict.judge if verdict else None,
    )  # fmt: skip


def _subject(question: Question, known: Known) -> str | None:
    """What a mute of it is called: the matter's thread, or the site, jurisdiction or topic as it stands."""
    if known.alert is not None:
        return known.alert.thread
    places = {site.jurisdiction.slug for site in known.sites.values()}
    return question.about if question.about in known.sites or question.about in {*places, *TOPICS} else None


def _called(what: str, known: Known) -> str:
    if known.alert is not None and what == known.alert.thread:
        matter = known.alert.matter
        return f"matter {matter.file or matter.id}" if matter else f"the matter of {short_id(known.alert.key)}"
    return what


def length(text: str) -> timedelta | None:
    """The span that "12h", "7d" or "2w" names, else None."""
    found = re.fullmatch(r"(\d{1,4})\s*([hdw])", text.strip().casefold())
    units = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
    return int(found.group(1)) * units[found.group(2)] if found else None
