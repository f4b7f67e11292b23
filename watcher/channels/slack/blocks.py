"""An alert as Block Kit, within all of Slack's limits for any text.

Limits: docs.slack.dev, "Block Kit" reference; the sum of all blocks is limited too, without being documented
(slackapi/bolt-js#2509).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

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
    latest_line,
    notice,
    overflows,
    plain_text,
    shortened,
    units,
)

HEADER, FIELD, TEXT = 150, 2_000, 3_000
BLOCKS, SERIALISED = 50, 12_000
QUOTES = 12  # changes shown of one alert
DECIDED = "decided"

Block = dict[str, Any]


def render(
    alert: Alert, channel: Channel, *, reply: bool = False, repeat: bool = False, latest: Alert | None = None
) -> Message:
    """Blocks within all of Slack's limits, and the fallback text that notifications and screen readers use.

    Page text stands in rich_text and plain_text, where nothing is parsed; elsewhere it is escaped, so it pings nobody.
    With `latest`, the newest alert of the thread, it is the thread's root as it is edited to the current stage.
    """
    told = notice(alert, repeat=repeat, page=channel.page)
    buttons = [_buttons(alert)] if channel.secrets.get("app_token") and alert.changes else []
    now = [context(f"*Now:* {escaped(latest_line(latest))}")] if latest else []
    room = 6_000
    blocks = _blocks(told, room, reply, now, buttons)
    while size(blocks) > SERIALISED and room > 50:
        room //= 2
        blocks = _blocks(told, room, reply, now, buttons)
    if size(blocks) > SERIALISED:
        blocks = [*_top(told), *now, *_bottom(told), *buttons]
    lead = f"{told.repeat}: " if told.repeat else ""
    fallback = cut_escaped(f"{lead}{told.headline} – {told.direction} · {told.id}", 1_000)
    share = max(40, room // max(1, len(told.quotes[:QUOTES])))
    long = len(told.quotes) > QUOTES or any(overflows(quoted.redline, share) for quoted in told.quotes)
    return Message(plain_text(told), {"text": fallback, "blocks": blocks}, cut=long)


def _blocks(told: Notice, room: int, reply: bool, now: list[Block], buttons: list[Block]) -> list[Block]:
    shown = told.quotes[:QUOTES]
    share = max(40, room // max(1, len(shown)))
    blocks = [*_top(told), *now, _fields(told, room, reply)]
    for quoted in shown:
        blocks += _quoted(quoted, share, told.url)
    if more := len(told.quotes) - len(shown):
        blocks.append(context(f"and {more} more change{'s' if more > 1 else ''}; see link"))
    end = [*_bottom(told), *buttons]
    return [*blocks[: BLOCKS - len(end)], *end]


def _top(told: Notice) -> list[Block]:
    heading = shortened(told.headline, HEADER) or told.id
    blocks: list[Block] = [{"type": "header", "text": {"type": "plain_text", "text": heading, "emoji": False}}]
    if told.repeat:
        blocks.insert(0, context(told.repeat))
    if heading != told.headline and told.headline:
        blocks.append({"type": "section", "text": _mrkdwn(cut_escaped(told.headline, 1_000))})
    return blocks


def _fields(told: Notice, room: int, reply: bool) -> Block:
    """Ten facts at most; a reply leaves out what its root already says."""
    told_by_root = ("Place", "Body", "Judged") if reply else ()
    facts = [(name, value) for name, value in told.facts if name not in told_by_root][:10]
    limit = max(60, min(FIELD - 50, room // 4))
    return {"type": "section", "fields": [_mrkdwn(f"*{name}*\n{cut_escaped(value, limit)}") for name, value in facts]}


def _quoted(quoted: Quote, share: int, source: str | None) -> Iterable[Block]:
    caption = shortened(quoted.caption, max(60, min(300, share)))
    words: list[Block] = []
    if caption:
        words.append({"type": "text", "text": caption + "\n", "style": {"italic": True}})
    styles = {"-": {"strike": True}, "+": {"bold": True}}
    for mark, text in apart(excerpt(quoted.redline, share)):
        for piece in pieces(text, TEXT):
            words.append({"type": "text", "text": piece} | ({"style": styles[mark]} if mark in styles else {}))
    elements: list[Block] = [{"type": "rich_text_section", "elements": words}] if words else []
    said = [f"“{cut(text, max(40, min(400, share // 4)))}” – {cut(cue, 100)}" for text, cue in quoted.evidence[:4]]
    if said:
        elements.append({"type": "rich_text_quote", "elements": [{"type": "text", "text": "\n".join(said)}]})
    if elements:
        yield {"type": "rich_text", "elements": elements}
    page = f"{link(quoted.url, 'Page')} · " if quoted.url and quoted.url != source else ""
    redline = f"{link(quoted.page, 'Redline')} · " if quoted.page else ""
    yield context(redline + page + escaped(quoted.proof))


def _bottom(told: Notice) -> list[Block]:
    source = f"{link(told.url, 'Source')} · " if told.url else ""
    office = [context(cut_escaped(f"Office: {told.office}", 500))] if told.office else []
    return [*office, context(f"{source}{escaped(told.noticed)} · {told.id}")]


def _buttons(alert: Alert) -> Block:
    """The buttons carry the alert's handle, so that they still work after a restart, or a year later."""
    named = handle(alert.key)
    return {"type": "actions", "elements": [_button(verb, words, named) for verb, words in BUTTONS]}


def _button(verb: str, words: str, named: str) -> Block:
    return {
        "type": "button",
        "action_id": verb,
        "value": named,
        "text": {"type": "plain_text", "text": words, "emoji": False},
    }


def decided(blocks: list[Block], words: str, named: str, *, undo: bool) -> list[Block]:
    """A message's own blocks with what was decided in words, and the buttons: the way back where `undo`, else all."""
    kept = [block for block in blocks if block.get("type") != "actions" and block.get("block_id") != DECIDED]
    said = context(cut_escaped(words, 400)) | {"block_id": DECIDED}
    buttons = [("unmute", "Hear it again")] if undo else BUTTONS
    actions = {"type": "actions", "elements": [_button(verb, label, named) for verb, label in buttons]}
    return [*kept[: BLOCKS - 2], said, actions]


def context(text: str) -> Block:
    """A line in small letters, of mark-up that is escaped already."""
    return {"type": "context", "elements": [_mrkdwn(text)]}


def _mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}  # verbatim: no links made of bare URLs and #names


def link(url: str, words: str) -> str:
    """A link in mrkdwn."""
    return f"<{escaped(url).replace('|', '%7C')}|{words}>"


def pieces(text: str, size: int) -> Iterable[str]:
    """The text in pieces of at most so many UTF-16 units."""
    for start in range(0, len(text), size // 2):  # half: an astral character is two UTF-16 units
        yield text[start : start + size // 2]


def escaped(text: str) -> str:
    """The three characters that Slack's mrkdwn gives a meaning to (docs.slack.dev, "Escaping text")."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


# mrkdwn knows no escape for what makes text bold, italic, struck or code: letters that look the same stand in for them
_FORMATS = re.compile(r"https?://\S+|(?<=\w)_(?=\w)|([*_~`])")
_ALIKE = {"*": "\u2217", "_": "\u02cd", "~": "\u223c", "`": "\u02cb"}


def unformatted(text: str) -> str:
    """Text in which mrkdwn finds nothing to format; addresses, and file_names, stay as they are."""
    return _FORMATS.sub(lambda found: _ALIKE[found[1]] if found[1] else found[0], text)


def cut_escaped(text: str, limit: int) -> str:
    """Unformatted and cut first, then escaped, so that no entity is ever cut in two; the escaped form holds the limit."""
    text, room = unformatted(text), limit
    while units(escaped(cut(text, room))) > limit:
        room = room * 3 // 4
    return escaped(cut(text, room))


def size(blocks: list[Block]) -> int:
    """Never less than what Slack counts."""
    return len(json.dumps(blocks))  # with \u escapes, as the SDK sends them
