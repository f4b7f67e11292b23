"""Feeds: Atom (RFC 4287) of what is relevant, and a calendar (RFC 5545) of the meetings that have to do with it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html import escape
from typing import Any

from icalendar import Calendar, Event
from lxml import etree

from watcher.alerts import excerpt, masked_redline, offices_kept, web_address
from watcher.alerts.wording import DIRECTIONS, STAGES, TOPICS, clean, local, one_line
from watcher.model import Change, Meeting, Redline
from watcher.web.board import News

ATOM = "http://www.w3.org/2005/Atom"
NAMESPACES: Any = {None: ATOM}  # the default one, which the stubs of lxml do not know
ENTRIES = 50  # of a feed
REDLINE = 3_000  # UTF-16 units of a redline in a feed
SITTING = timedelta(hours=3)  # the length a calendar shows for a meeting that does not say when it ends


def atom(title: str, path: str, page: str, news: Sequence[News], redlines: Mapping[str, str], base: str) -> bytes:
    """A feed of `news`, newest first. `path` is its own address under `base`, `page` that of the page that shows the same.

    `redlines` are those of the leading changes, `marked` up, by id. Ids do not depend on `base`, so that a copy elsewhere is the
    same feed.
    """
    feed = etree.Element(f"{{{ATOM}}}feed", nsmap=NAMESPACES)
    _say(feed, "id", f"tag:ordinance-watcher,2026:{path}")
    _say(feed, "title", title)
    _say(feed, "updated", _stamp(max((one.at for one in news), default=datetime(2026, 1, 1, tzinfo=UTC))))
    etree.SubElement(feed, f"{{{ATOM}}}link", rel="self", type="application/atom+xml", href=f"{base}{path}")
    etree.SubElement(feed, f"{{{ATOM}}}link", rel="alternate", type="text/html", href=f"{base}{page}")
    author = etree.SubElement(feed, f"{{{ATOM}}}author")
    _say(author, "name", "Ordinance Watcher")
    for one in news:
        _entry(feed, one, redlines.get(one.change), base)
    return bytes(etree.tostring(feed, xml_declaration=True, encoding="utf-8"))


def _entry(feed: etree._Element, one: News, redline: str | None, base: str) -> None:
    entry = etree.SubElement(feed, f"{{{ATOM}}}entry")
    _say(entry, "id", f"tag:ordinance-watcher,2026:alert/{one.key}")
    _say(entry, "title", one.headline)
    for name in ("published", "updated"):
        _say(entry, name, _stamp(one.at))
    etree.SubElement(entry, f"{{{ATOM}}}link", rel="alternate", type="text/html", href=f"{base}/changes/{one.change}")
    if source := web_address(one.url):
        etree.SubElement(entry, f"{{{ATOM}}}link", rel="via", href=source)
    for topic in one.topics:
        etree.SubElement(entry, f"{{{ATOM}}}category", term=topic, label=TOPICS.get(topic, topic))
    etree.SubElement(entry, f"{{{ATOM}}}category", term=f"state-{one.state}", label=one.state)
    _say(entry, "summary", _summary(one))
    if redline is not None:
        content = etree.SubElement(entry, f"{{{ATOM}}}content", type="html")
        content.text = _xml(f"<p>{escape(_summary(one))}</p><p>{redline}</p>")


def marked(change: Change) -> str:
    """The redline as mark-up for a reader of feeds, in which all that was published is escaped."""
    whole: Redline = (("-", change.before), ("+", change.after))
    redline = masked_redline(change.redline or whole, change.before, change.after)
    names = {"-": "del", "+": "ins"}
    said = []
    for mark, text in excerpt(redline, REDLINE):
        shown = escape(clean(text)).replace("\n", "<br>")
        said.append(f"<{names[mark]}>{shown}</{names[mark]}>" if mark in names and shown else shown)
    return "".join(said)


def _summary(one: News) -> str:
    said = [one.place, DIRECTIONS[one.stance]]
    if one.stage in STAGES:
        said.append(f"stage: {STAGES[one.stage]}")
    if one.meeting and one.meeting.start:
        said.append(f"meeting {local(one.meeting.start, one.zone)}")
    return "; ".join([*said, f"noticed {local(one.at, one.zone)}"]) + "."


def _say(parent: etree._Element, name: str, words: str) -> None:
    etree.SubElement(parent, f"{{{ATOM}}}{name}").text = _xml(words)


def _xml(words: str) -> str:
    """Text that XML 1.0 can hold."""
    return "".join(letter for letter in clean(words) if letter not in "\ufffe\uffff")


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _business(one: News, base: str) -> str:
    return f"{one.matter or one.headline}\n{f'{base}/changes/{one.change}' if base else one.url}"


def calendar(name: str, meetings: Iterable[tuple[Meeting, Sequence[News]]], base: str, now: datetime) -> bytes:
    """The meetings with the items that are relevant; times in UTC, which every calendar shows in its reader's zone.

    `base` is the address of the page that shows the changes, "" where there is none: then the source itself is linked.
    """
    made = Calendar()
    made.add("prodid", "-//Ordinance Watcher//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", name)
    for meeting, news in meetings:
        if meeting.start is None or not news:
            continue
        event = Event()
        event.add("uid", sha256(f"{news[0].site}\n{meeting.id}".encode()).hexdigest()[:32] + "@ordinance-watcher")
        event.add("dtstamp", max(one.at for one in news).astimezone(UTC))
        event.add("dtstart", meeting.start.astimezone(UTC))
        event.add("dtend", (meeting.end or meeting.start + SITTING).astimezone(UTC))
        event.add("summary", one_line(f"{news[0].place}: {meeting.body or 'meeting'}"))
        items = {
            one.thread: one for one in sorted(news, key=lambda one: one.at)
        }  # of each matter what was noticed last
        told = [_business(one, base) for one in reversed(items.values())]
        if meeting.attend:
            told.append(f"To attend or comment, in the words of the source:\n{offices_kept(meeting.attend)}")
        event.add("description", _xml("\n\n".join(told)))
        if meeting.location:
            event.add("location", _xml(one_line(meeting.location)))
        if meeting.url and (address := web_address(meeting.url)):
            event.add("url", address)
        status = {"cancelled": "CANCELLED", "tentative": "TENTATIVE"}.get(meeting.status, "CONFIRMED")
        event.add("status", status)
        made.add_component(event)
    return bytes(made.to_ical())
