"""What stands for several alerts, as Telegram's HTML: a digest, the news of one meeting, a word to the operator."""

from __future__ import annotations

from watcher.channels import Alert, Channel, Message, inert, lines_within, notice, plain_text, shortened, units
from watcher.channels.telegram.marks import LIMIT, Run, marked, silent


def render_lines(alert: Alert, channel: Channel, *, repeat: bool = False) -> Message:
    """A line for each alert, all of them however many they are. No line is a link: Telegram counts 100 entities."""
    told = notice(alert, repeat=repeat)
    top: list[Run] = [(told.repeat + "\n", "i")] if told.repeat else []
    top += [(inert(shortened(told.headline, 400)), "b"), (f" · {told.id}\n", "")]
    bottom: list[Run] = [("\nSource: ", ""), (told.url, "a")] if told.url else []
    bottom += [(f"\nOffice: {shortened(told.office, 200)}", "")] if told.office else []
    bottom += [(f"\n{inert(shortened(told.noticed, 300))}", "i")] if told.noticed else []
    room = LIMIT - sum(units(text) for text, _ in (*top, *bottom))
    said: list[Run] = []
    while not said or sum(units(text) for text, _ in said) > LIMIT - 200 - sum(
        units(text) for text, _ in (*top, *bottom)
    ):
        said = [(f"\n• {inert(text)}", "") for text, _ in lines_within(told, room, links=False)] or [("\n", "")]
        room = room * 4 // 5
    body: dict[str, object] = {"html": "".join(marked(text, tag) for text, tag in (*top, *said, *bottom) if text)}
    if silent(alert, channel):
        body["silent"] = True
    return Message(plain_text(told, 3_500), body)
