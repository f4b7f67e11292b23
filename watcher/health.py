"""What the operator should hear of sites, channels and dead letters: once, late enough, and when it is over. Pure.

a site       3 failures in a row and 6 hours, before a word; one message for all sites of a host; a reminder a week;
             a note when it recovers
the network  many hosts out of reach at once are our own trouble: one message, and silence about the sites
a channel    as soon as it is parked, to the operator's other channels; and when it takes messages again; once, where its
             messages go to another place than the registry says
dead letters once a day, while there are more of them
life         once a week, so that silence can be told from death
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from watcher.model import BLIND_AFTER, FAILING_FROM, Incident, Site, SiteState

REMINDER, DAY = timedelta(days=7), timedelta(days=1)
UNREACHED = frozenset({"unreachable", "timeout", "tls"})
HOSTS, SHARE, TWICE = 3, 0.3, 2  # so many hosts, more than this share of all, and so often in a row
NETWORK, DEAD_LETTERS = "network", "dead letters"
SHOWN = 40  # lines of one message


@dataclass(frozen=True, slots=True)
class Word:
    """One message to the operator. Words of one `thread` hang together; `not_to` is the channel that is broken."""

    thread: str
    headline: str
    lines: tuple[str, ...] = ()
    not_to: str = ""


@dataclass(slots=True)
class Outlook:
    """What is to be said, what stands from now on, and what is over."""

    words: list[Word] = field(default_factory=list)
    standing: dict[str, Incident] = field(default_factory=dict)
    over: set[str] = field(default_factory=set)


def of_sites(
    sites: Iterable[Site],
    states: Mapping[str, SiteState],
    known: Mapping[str, Incident],
    now: datetime,
    host_of: Callable[[str], str],
    span: Callable[[timedelta], str],
) -> Outlook:
    """The outlook on the enabled sites. `host_of` names an address's host group, `span` says a length of time."""
    seen = {site.id: (site, states[site.id]) for site in sites if site.enabled and site.id in states}
    hosts = {name: host_of(site.url) for name, (site, _) in seen.items()}
    outlook = Outlook()
    ours, was = _is_ours(seen, hosts), known.get(NETWORK)
    _network(outlook, ours, was, hosts, now, span)
    for name, (_, state) in seen.items():
        what = f"site:{name}"
        if not state.failures:
            continue
        incident = known.get(what) or Incident(what, state.last_visit_at or now, hosts[name])
        if incident.told_at is None and (ours or was):
            incident = replace(incident, since=now)  # the time that the network was down says nothing of the site
        outlook.standing[what] = incident
    if not ours:
        _tell_failing(outlook, seen, now, span)
    _tell_recovered(outlook, known, now, span)
    _remind(outlook, now, span)
    return outlook


def _is_ours(seen: Mapping[str, tuple[Site, SiteState]], hosts: Mapping[str, str]) -> tuple[str, ...]:
    """The hosts that are out of reach, where they are so many that it must be our own network; else none."""
    reached = {
        hosts[name] for name, (_, state) in seen.items() if state.failures < TWICE or state.reason not in UNREACHED
    }
    unreached = sorted(set(hosts.values()) - reached)
    return tuple(unreached) if len(unreached) >= HOSTS and len(unreached) > SHARE * len(set(hosts.values())) else ()


def _network(
    outlook: Outlook,
    ours: Sequence[str],
    was: Incident | None,
    hosts: Mapping[str, str],
    now: datetime,
    span: Callable[[timedelta], str],
) -> None:
    if ours:
        outlook.standing[NETWORK] = was or Incident(NETWORK, now, f"{len(ours)} hosts", now, now)
        if was is None:
            told = f"{len(ours)} of {len(set(hosts.values()))} hosts cannot be reached: it looks like our own network or DNS"
            outlook.words.append(Word(NETWORK, told, ("nothing is said of single sites until it is over", *ours)))
    elif was is not None:
        outlook.over.add(NETWORK)
        outlook.words.append(Word(NETWORK, f"the network is back after {span(now - was.since)}"))


def _tell_failing(
    outlook: Outlook, seen: Mapping[str, tuple[Site, SiteState]], now: datetime, span: Callable[[timedelta], str]
) -> None:
    open_hosts = {incident.words for incident in outlook.standing.values() if incident.told_at}
    due: dict[str, list[Incident]] = {}
    for what, incident in outlook.standing.items():
        name = what.removeprefix("site:")
        if name not in seen or incident.told_at or now - incident.since < BLIND_AFTER:
            continue
        if seen[name][1].failures >= FAILING_FROM:
            due.setdefault(incident.words, []).append(incident)
    for host, incidents in due.items():
        for incident in incidents:
            outlook.standing[incident.what] = replace(incident, told_at=now, said_at=now)
        if host in open_hosts:
            continue  # the host is told of already; the weekly reminder names them all
        lines = tuple(_failing(*seen[incident.what.removeprefix("site:")], now, span) for incident in incidents)
        sites = _counted(len(incidents), "site")
        outlook.words.append(Word(f"host/{host}", f"{sites} of {host} cannot be read", lines[:SHOWN]))


def _failing(site: Site, state: SiteState, now: datetime, span: Callable[[timedelta], str]) -> str:
    how = f"{state.health_at(now)}, {state.last_outcome} ({state.reason})"
    return f"{site.id}: {how}, {_counted(state.failures, 'failure')} in a row, {_seen(state, now, span)}"


def _seen(state: SiteState, now: datetime, span: Callable[[timedelta], str]) -> str:
    return f"last good visit {span(now - state.last_good_at)} ago" if state.last_good_at else "never read yet"


def _tell_recovered(
    outlook: Outlook, known: Mapping[str, Incident], now: datetime, span: Callable[[timedelta], str]
) -> None:
    back: dict[str, list[str]] = {}
    for what, incident in known.items():
        if not what.startswith("site:") or what in outlook.standing:
            continue
        outlook.over.add(what)
        if incident.told_at:
            words = f"{what.removeprefix('site:')}: read again, or taken out, after {span(now - incident.since)}"
            back.setdefault(incident.words, []).append(words)
    for host, lines in back.items():
        told = f"{_counted(len(lines), 'site')} of {host} recovered"
        outlook.words.append(Word(f"host/{host}", told, tuple(lines[:SHOWN])))


def _remind(outlook: Outlook, now: datetime, span: Callable[[timedelta], str]) -> None:
    late = [one for one in outlook.standing.values() if one.said_at and now - one.said_at >= REMINDER]
    for incident in late:
        outlook.standing[incident.what] = replace(incident, said_at=now)
    if late:
        lines = tuple(f"{one.what.removeprefix('site:')}: for {span(now - one.since)}" for one in late)
        told = f"still not read: {_counted(len(late), 'site')}"
        outlook.words.append(Word("reminder", told, lines[:SHOWN]))


def of_channels(
    parked: Mapping[str, tuple[datetime, str, datetime | None]],
    waiting: Callable[[str], int],
    known: Mapping[str, Incident],
    now: datetime,
    span: Callable[[timedelta], str],
) -> Outlook:
    """The outlook on channels: `parked` as the ledger says it, `waiting` how many deliveries a channel holds up."""
    outlook = Outlook()
    dead = {name: (since, reason) for name, (since, reason, _) in parked.items() if reason.startswith("parked: ")}
    for name, (since, reason) in dead.items():
        what = f"channel:{name}"
        outlook.standing[what] = known.get(what) or Incident(what, since, reason, now, now)
        if what not in known:
            lines = (f"{_counted(waiting(name), 'delivery')} waiting; all go out in order when it is mended",)
            outlook.words.append(Word(f"channel/{name}", f"channel {name} is {reason}", lines, not_to=name))
    for what, incident in known.items():
        name = what.removeprefix("channel:")
        # a channel that only rests was not mended: it is heard of when it takes a message again
        if what.startswith("channel:") and name not in parked:
            outlook.over.add(what)
            told = f"channel {name} takes messages again, after {span(now - incident.since)}"
            outlook.words.append(Word(f"channel/{name}", told))
        elif what.startswith("channel:"):
            outlook.standing.setdefault(what, incident)
    return outlook


def of_moves(moved: Mapping[str, str], known: Mapping[str, Incident], now: datetime) -> Outlook:
    """The outlook on channels whose messages go elsewhere: "<channel> <address>" -> where to, or "<channel> topic" ->
    why not there ("" where they do again). Each is said once."""
    outlook = Outlook()
    for place, where in moved.items():
        what, (name, _, address) = f"moved:{place}", place.partition(" ")
        before = known.get(what)
        if not where and before is not None:
            outlook.over.add(what)
            outlook.words.append(Word(f"channel/{name}", f"channel {name}: its topic takes messages again"))
        elif where and (before is None or before.words != where):
            outlook.standing[what] = Incident(what, now, where, now, now)
            told = where if address == "topic" else f"{address} has moved to {where}: correct it in the registry"
            outlook.words.append(Word(f"channel/{name}", f"channel {name}: {told}"))
    return outlook


def of_dead_letters(dead: int, known: Mapping[str, Incident], now: datetime) -> Outlook:
    """The outlook on dead letters: said when there are more than were said, once a day at most."""
    outlook, before = Outlook(), known.get(DEAD_LETTERS)
    if not dead:
        outlook.over = {DEAD_LETTERS} & known.keys()
        return outlook
    said = int(before.words) if before else 0
    if dead > said and (before is None or before.said_at is None or now - before.said_at >= DAY):
        since = before.since if before else now
        outlook.standing[DEAD_LETTERS] = Incident(DEAD_LETTERS, since, str(dead), now, now)
        told = f"{_counted(dead, 'dead letter')}: not delivered, and not tried again"
        outlook.words.append(Word(DEAD_LETTERS, told, ("`watcher deadletter list` shows them; retry or drop",)))
    return outlook


def of_life(
    sites: Sequence[Site],
    states: Mapping[str, SiteState],
    alerts: int,
    withheld: int,
    now: datetime,
    span: Callable[[timedelta], str],
) -> Word:
    """The weekly sign of life."""
    watched = [site for site in sites if site.enabled]
    blind = [site.id for site in watched if site.id in states and states[site.id].health_at(now) == "blind"]
    found = f"{_counted(alerts, 'relevant alert')} from" if alerts else "nothing relevant in"
    lines = [f"blind: {name}, {_seen(states[name], now, span)}" for name in blind[:SHOWN]]
    lines += [f"{_counted(withheld, 'alert')} withheld by mutes, by level or by routes"] if withheld else []
    return Word("life", f"this week: {found} {_counted(len(watched), 'site')}, {len(blind)} blind", tuple(lines))


def _counted(number: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"
