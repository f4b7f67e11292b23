"""The front desk: all that the file of a channel may use, and how the rest of the house finds one.

The file's name is the word in sites.yaml: `kind: slack` is `channels/slack.py`. It holds

    Options   the pydantic model of the entry's keys (besides `kind`)
    render    the alert as this service shows it: pure, and within every limit of the service for any text
    Sender    talks to the service through its own SDK, one attempt a call, and says what a failure proves
"""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import ModuleType
from typing import ClassVar, Literal, Protocol, runtime_checkable

import pydantic

from watcher.alerts import (
    Notice,
    Quote,
    apart,
    cut,
    excerpt,
    head,
    inert,
    lines_within,
    notice,
    overflows,
    plain_text,
    private_parts_masked,
    short_id,
    shortened,
    units,
)
from watcher.alerts.wording import STAGES, local
from watcher.errors import DeliveryError
from watcher.lines import alert_line, change_line
from watcher.model import Alert, Channel, Message, Receipt
from watcher.settings import SecretRef

__all__ = [
    "Alert",
    "Channel",
    "ChannelKind",
    "DeliveryError",
    "Message",
    "Notice",
    "Pace",
    "Question",
    "Quote",
    "Receipt",
    "SecretRef",
    "Sender",
    "Threaded",
    "alert_line",
    "apart",
    "change_line",
    "cut",
    "excerpt",
    "head",
    "inert",
    "kinds",
    "latest_line",
    "leaves",
    "leaving",
    "lines_within",
    "load",
    "notice",
    "overflows",
    "plain_text",
    "private_parts_masked",
    "refusal",
    "retry_after",
    "short_id",
    "shortened",
    "unanswered",
    "units",
    "unreachable",
]

Question = Literal["unseen", "seen", "alive", "none"]
"""What `check` is for those at the other end: nobody sees it, their program does, it only tells that somebody answers, or
there is none."""

Pace = Sequence[tuple[int, float]]  # at most so many messages in so many seconds, for each of the rules


leaving: ContextVar[Callable[[], None] | None] = ContextVar("leaving", default=None)
"""What is to be done at the moment when the first byte of a message goes."""


def leaves() -> None:
    """Called by a sender with `says_when` as the first byte of a message is about to go: connected, nothing written.

    What is cut off before was never sent, so it needs no repeat. May raise, and then nothing must go.
    """
    if (act := leaving.get()) is not None:
        act()


class Sender(Protocol):
    """One connection to one destination. Every call is one attempt: repeating is the outbox's own affair.

    A sender that cannot ask may say `says_when = True`: it calls `leaves` as a message goes. One that says
    `beside = False` is handed one message at a time, however slow.
    """

    can_ask: bool  # whether `find` can ask the service what it already has
    question: Question
    pace: Pace
    address: str  # the registry's own word for where it writes, where a service may move that; else ""

    async def send(self, message: Message, *, key: str, thread: str | None) -> Receipt:
        """Posts the message, as a reply where `thread` names a root. `key` is the delivery's. Raises DeliveryError."""

    async def find(self, key: str, since: datetime, thread: str | None) -> Receipt | None:
        """The receipt of an earlier `send` with this key; None where the service has no such message (or cannot say)."""

    async def check(self) -> None:
        """A harmless question, on the way that messages take, to see whether they would be answered now. Raises
        DeliveryError."""

    async def close(self) -> None:
        """Lets go of the connection."""

    def move(self, to: str) -> None:
        """Sends to this address from now on: the service said that the old one has moved there."""


@runtime_checkable
class Threaded(Protocol):
    """A sender whose service keeps threads: what follows a reply. `render` of such a kind takes `latest` too."""

    async def edit(self, message: Message, sent: str) -> None:
        """Puts `message` in the place of what was sent as `sent`. Raises DeliveryError."""

    async def attach(self, name: str, page: bytes, root: str) -> None:
        """Posts a file into the thread of `root`. Raises DeliveryError."""


class ChannelKind(Protocol):
    """What every file in this folder holds."""

    Options: type[pydantic.BaseModel]
    Sender: ClassVar[type]

    def render(self, alert: Alert, channel: Channel, *, reply: bool, repeat: bool) -> Message:
        """The alert as this service shows it."""

    # Two things that a file may leave out:
    #     GROUPED       whether the items of one meeting are one message, with each item as a reply to it
    #     render_lines  (alert, channel, *, repeat) a digest, a meeting or a word to the operator; else plain text


def kinds() -> tuple[str, ...]:
    """The words that `kind:` may be: the names of the files in this folder."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def load(kind: str) -> ModuleType:
    """The file of one kind. Raises KeyError for a kind that has none."""
    if kind not in kinds():
        raise KeyError(kind)
    return importlib.import_module(f"{__name__}.{kind}")


def latest_line(latest: Alert) -> str:
    """Where a matter stands, for the root of its thread: stage, and when it came to that."""
    stage = STAGES.get(latest.stage, "stage not stated")
    return f"{stage} · since {local(latest.created_at, latest.time_zone)} · {short_id(latest.key)}"


def retry_after(headers: object) -> float | None:
    """Seconds of a Retry-After header (RFC 9110 section 10.2.3): whole or broken seconds, or a date as seen from the
    answer's own Date. None where it is absent or says nothing."""
    get = getattr(headers, "get", lambda _: None)
    value = str(get("Retry-After") or "")
    try:
        seconds = float(value)
    except ValueError:
        then, now = _moment(value), _moment(str(get("Date") or ""))
        seconds = (then - now).total_seconds() if then and now else math.nan
    return None if math.isnan(seconds) else max(0.0, seconds)


def _moment(value: str) -> datetime | None:
    """An HTTP date (RFC 9110 section 5.6.7), always in GMT."""
    try:
        return parsedate_to_datetime(value).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def refusal(channel: str, status: int, wait: float | None = None, *, page: bool = False) -> DeliveryError:
    """What an HTTP status proves where the service has no words of its own (RFC 9110 section 15). `wait`: Retry-After.

    `page`: it came as a page, which something in between may have put in the place of the answer.
    """
    code = f"http_{status}"
    if status == 429 or (status == 503 and wait is not None):
        return DeliveryError("asked to wait", channel=channel, code=code, scope="service", retry_after=wait or 60.0)
    if status in (401, 403, 404, 405, 410) or 300 <= status < 400:
        said = "we are refused there"
        return DeliveryError(said, channel=channel, code=code, scope="target", permanent=True, ambiguous=page)
    if status in (400, 413, 415, 422):
        said = "this message is refused"
        return DeliveryError(said, channel=channel, code=code, scope="message", permanent=True, ambiguous=page)
    unknown = status >= 500 or status < 300
    return DeliveryError("the other side is in trouble", channel=channel, code=code, scope="service", ambiguous=unknown)


def unanswered(channel: str) -> DeliveryError:
    """Nothing came back after the message went: it may have been taken."""
    return DeliveryError("not confirmed", channel=channel, code="no_answer", scope="service", ambiguous=True)


def unreachable(channel: str) -> DeliveryError:
    """No connection: nothing was sent."""
    return DeliveryError("no connection", channel=channel, code="unreachable", scope="service")
