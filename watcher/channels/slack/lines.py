"""What stands for several alerts, as Block Kit: a digest, the news of one meeting, a word to the operator."""

from __future__ import annotations

from typing import Any

from watcher.channels import Alert, Channel, Message, lines_within, notice, plain_text, shortened
from watcher.channels.slack.blocks import HEADER, SERIALISED, TEXT, context, cut_escaped, link, pieces, size

Block = dict[str, Any]


def render_lines(alert: Alert, channel: Channel, *, repeat: bool = False) -> Message:
    """A header, and one line for each alert in rich text, where nothing is parsed; all lines however many they are."""
    told = notice(alert, repeat=repeat)
    top: list[Block] = [context(told.repeat)] if told.repeat else []
    heading = {"type": "plain_text", "text": shortened(told.headline, HEADER) or told.id, "emoji": False}
    top.append({"type": "header", "text": heading})
    source = f"{link(told.url, 'Source')} · " if told.url else ""
    office = [context(cut_escaped(f"Office: {told.office}", 500))] if told.office else []
    late = f" · {cut_escaped(told.noticed, 300)}" if told.noticed else ""
    bottom = [*office, context(f"{source}{told.id}{late}")]
    room, links = 9_000, True
    blocks = [*top, *_listed(lines_within(told, room, links=links)), *bottom]
    while size(blocks) > SERIALISED:
        room, links = room * 4 // 5, links and room > 5_000
        blocks = [*top, *_listed(lines_within(told, room, links=links)), *bottom]
    lead = f"{told.repeat}: " if told.repeat else ""
    return Message(
        plain_text(told, 2_500), {"text": cut_escaped(f"{lead}{told.headline} · {told.id}", 1_000), "blocks": blocks}
    )


def _listed(lines: tuple[tuple[str, str | None], ...]) -> list[Block]:
    sections = []
    for text, url in lines:
        parts: list[Block] = [{"type": "text", "text": piece} for piece in pieces(f"• {text}", TEXT)]
        if url:
            parts += [{"type": "text", "text": " "}, {"type": "link", "url": url, "text": "page"}]
        sections.append({"type": "rich_text_section", "elements": [*parts, {"type": "text", "text": "\n"}]})
    return [{"type": "rich_text", "elements": sections}] if sections else []
