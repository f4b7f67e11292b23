"""An alert as Telegram's HTML, within its limits for any text.

Limits: core.telegram.org/bots/api#sendmessage (1–4096 UTF-16 units after entity parsing, 100 entities).
"""

from __future__ import annotations

import html
from collections.abc import Iterable

from watcher.answers import BUTTONS, handle
from watcher.channels import (
    Alert,
    Channel,
    Message,
    Notice,
    Quote,
    apart,
    cut,
    excerpt,
    head,
    inert,
    latest_line,
    notice,
    overflows,
    plain_text,
    shortened,
    units,
)

LIMIT = 4_000  # of 4096: the rest is for the note that a topic is gone
ENTITIES = 90  # of 100; what is beyond is dropped silently
QUOTES = 8

Run = tuple[str, str]  # visible text, and its tag: "", b, s, i, code


def render(
    alert: Alert, channel: Channel, *, reply: bool = False, repeat: bool = False, latest: Alert | None = None
) -> Message:
    """HTML of at most 4000 visible UTF-16 units: texts are cut first and marked up after, so no tag is ever cut.

    Page text is neutralised: Telegram would turn @names, #tags, /commands and host names into links and mentions.
    With `latest`, the newest alert of the thread, it is the thread's root as it is edited to the current stage.
    """
    told = notice(alert, repeat=repeat, page=channel.page)
    now = latest_line(latest) if latest else ""
    room = 2_600
    runs = list(_runs(told, room, reply, now))
    while _length(runs) > LIMIT or len([run for run in runs if run[1]]) > ENTITIES:
        if room < 40:
            runs = _fitted(runs)
            break
        room //= 2
        runs = list(_runs(told, room, reply, now))
    long = len(told.quotes) > QUOTES or any(overflows(quoted.redline, _share(told, room)) for quoted in told.quotes)
    body: dict[str, object] = {"html": "".join(marked(text, tag) for text, tag in runs if text)}
    if channel.options.get("buttons", True) and alert.changes:
        body["buttons"] = [[words, f"{verb}:{handle(alert.key)}"] for verb, words in BUTTONS]
    if silent(alert, channel):
        body["silent"] = True
    return Message(plain_text(told), body, cut=long)


def silent(alert: Alert, channel: Channel) -> bool:
    """Whether the message comes without a sound."""
    said = channel.options.get("silent", "routine")
    return said == "always" or (said == "routine" and alert.urgency == "routine")


def _runs(told: Notice, room: int, reply: bool, now: str) -> Iterable[Run]:
    if told.repeat:
        yield told.repeat, "i"
        yield "\n", ""
    yield inert(shortened(told.headline, 400)), "b"
    yield f"\n{told.direction} · ", ""
    yield told.id, "b"
    if now:
        yield "\nNow: ", ""
        yield now, "b"
    told_by_root = ("Place", "Body", "Judged") if reply else ()
    for name, value in told.facts:
        if name not in (*told_by_root, "Direction", "Place"):
            yield f"\n{name}: {inert(cut(value, max(80, min(400, room // 4))))}", ""
    shown = told.quotes[:QUOTES]
    for quoted in shown:
        yield from _quoted(quoted, _share(told, room), told.url)
    if more := len(told.quotes) - len(shown):
        yield f"\n\nand {more} more change{'s' if more > 1 else ''}; see link", ""
    if told.url:
        yield "\n\nSource: ", ""
        yield told.url, "a"
    if told.office:
        yield f"\nOffice: {cut(told.office, 200)}", ""
    yield "\n", ""
    yield told.noticed, "i"


def _share(told: Notice, room: int) -> int:
    return max(30, room // max(1, len(told.quotes[:QUOTES])))


def _quoted(quoted: Quote, share: int, source: str | None) -> Iterable[Run]:
    yield "\n\n", ""
    if quoted.caption:
        yield inert(shortened(quoted.caption, max(60, min(240, share)))), "i"
        yield "\n", ""
    tags = {"=": "", "-": "s", "+": "b"}
    for mark, text in apart(excerpt(quoted.redline, share)):
        yield inert(text), tags[mark]
    for text, cue in quoted.evidence[: 3 if share > 200 else 1]:
        yield f"\n“{inert(cut(text, max(40, share // 4)))}” – {inert(cut(cue, 80))}", ""
    if quoted.url and quoted.url != source:
        yield "\nPage: ", ""
        yield quoted.url, "a"
    yield "\n", ""
    yield quoted.proof, "code"
    if quoted.page:
        yield "\nRedline: ", ""
        yield quoted.page, "a"


def marked(text: str, tag: str) -> str:
    """A run in mark-up."""
    said = html.escape(text, quote=True).replace("&#x27;", "'")  # of the named entities Telegram knows four
    if tag == "a":
        return f'<a href="{said}">{html.escape(head(text, 120), quote=False)}</a>'
    return f"<{tag}>{said}</{tag}>" if tag else said


def _length(runs: Iterable[Run]) -> int:
    return sum(units(text) for text, _ in runs)


def _fitted(runs: Iterable[Run]) -> list[Run]:
    """The runs up to the limit, the last one cut: for alerts that are long even when quoted at their shortest."""
    kept: list[Run] = []
    room, styled = LIMIT, 0
    for text, tag in runs:
        piece = text if units(text) <= room else "" if tag == "a" else cut(text, room)
        styled += bool(tag)
        kept.append((piece, tag if styled <= ENTITIES or tag == "a" else ""))
        room -= units(piece)
        if piece != text:
            break
    return kept
