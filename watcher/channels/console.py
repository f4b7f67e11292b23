"""The console: on stderr, for a person at a terminal and for a log file alike. Nothing to configure, nothing to break."""

from __future__ import annotations

import sys
from datetime import datetime

import pydantic
from rich.console import Console
from rich.text import Text

from watcher.channels import (
    Alert,
    Channel,
    DeliveryError,
    Message,
    Pace,
    Question,
    Receipt,
    excerpt,
    notice,
    plain_text,
)

REDLINE = 2_000  # units of each redline shown
_STYLES = {"=": "", "-": "red strike", "+": "green bold"}


class Options(pydantic.BaseModel):
    """Nothing to set."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


def render(alert: Alert, channel: Channel, *, reply: bool = False, repeat: bool = False) -> Message:
    """The notice as lines of (text, style). `text` is the same without colour, with [-struck-] and {+added+} marks."""
    told = notice(alert, repeat=repeat, page=channel.page)
    lines: list[list[tuple[str, str]]] = [[(told.repeat, "bold yellow")]] if told.repeat else []
    lines.append([(told.headline, "bold"), (f"  {told.id}", "dim")])
    lines += [[(f"{name + ':':<11}", "dim"), (value, "")] for name, value in told.facts]
    for quoted in told.quotes:
        lines += [[("  " + quoted.caption, "italic")]] if quoted.caption else []
        lines.append([(text, _STYLES[mark]) for mark, text in excerpt(quoted.redline, REDLINE)])
        lines += [
            [("  evidence:  ", "dim"), (f"“{text}”", ""), (f" – {cue}", "dim")] for text, cue in quoted.evidence[:5]
        ]
        lines += [[("  page:      ", "dim"), (quoted.url, "")]] if quoted.url and quoted.url != told.url else []
        lines.append([(f"  {quoted.proof}", "dim")])
        lines += [[("  redline:   ", "dim"), (quoted.page, "")]] if quoted.page else []
    lines += [[("Source:    ", "dim"), (told.url, "")]] if told.url else []
    lines += [[("Office:    ", "dim"), (told.office, "")]] if told.office else []
    lines.append([(told.noticed, "dim")])
    return Message(plain_text(told, redline=REDLINE), {"lines": lines})


class Sender:
    """Writes to stderr; stdout belongs to the JSON lines."""

    can_ask = False
    question: Question = "none"
    pace: Pace = ()
    address = ""

    def __init__(self, channel: Channel) -> None:
        self.name = channel.name

    async def send(self, message: Message, *, key: str, thread: str | None) -> Receipt:
        """Prints the message at once. Raises DeliveryError where nobody holds the other end of stderr any more."""
        try:
            if sys.stderr.isatty() and "lines" in message.body:
                self._print(message.body["lines"])
            else:
                sys.stderr.write(message.text + "\n\n")
            sys.stderr.flush()
        except (OSError, ValueError):
            raise DeliveryError("stderr is closed", channel=self.name, code="closed", scope="target") from None
        return Receipt(key, thread)

    def _print(self, lines: object) -> None:
        screen = Console(stderr=True, highlight=False)
        for line in lines if isinstance(lines, list) else ():
            screen.print(Text.assemble(*line), soft_wrap=True)
        screen.print()

    async def find(self, key: str, since: datetime, thread: str | None) -> Receipt | None:
        """A terminal cannot be asked."""
        return None

    async def check(self) -> None:
        """Always there."""

    async def close(self) -> None:
        """Nothing to let go of."""

    def move(self, to: str) -> None:
        """A terminal does not move."""
