"""Apprise: one address for e-mail, Discord, Teams, Matrix, ntfy and a hundred more services.

The basic channel for all of them: text in the form that the service takes, no threads, no buttons. Apprise says of a
failure only that there was one; what it proves is read from its own log of that call.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Final

import pydantic

from watcher.channels import (
    Alert,
    Channel,
    DeliveryError,
    Message,
    Pace,
    Question,
    Receipt,
    SecretRef,
    cut,
    inert,
    notice,
    plain_text,
    refusal,
    shortened,
    unanswered,
    unreachable,
)

TITLE = 200
SECONDS = 60  # of one call, all of its steps together

_UNREACHABLE: Final = (
    "newconnectionerror", "connecttimeout", "connection refused", "nameresolutionerror", "name or service not known",
    "failed to resolve", "no route to host", "network is unreachable", "certificate verify failed", "sslerror",
    "[ssl: ", "errno 111]", "errno 113]", "gaierror",
)  # fmt: skip
_SIGN_IN: Final = ("smtpauthenticationerror", "authentication failed", "authentication unsuccessful", "login failed")

_SMTP = re.compile(
    r"(\{'[^']*': )?\((\d{3}), b['\"]"
)  # as smtplib's exceptions spell an answer, of one addressee or of all

_heard: ContextVar[list[str] | None] = ContextVar("heard", default=None)


class _Aside(logging.Filter):
    """Apprise's lines hold addresses, which are secrets here: they are read call by call, and go no further."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keeps the line for the call under way; passes none on."""
        heard = _heard.get()
        if heard is not None:
            heard.append(record.getMessage())
        return False


_log = logging.getLogger("apprise")
_log.setLevel(logging.DEBUG)
_log.addFilter(_Aside())


class Options(pydantic.BaseModel):
    """The service's Apprise address, which holds its secrets."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    url: SecretRef


def render(alert: Alert, channel: Channel, *, reply: bool = False, repeat: bool = False) -> Message:
    """The notice as title and text. Whatever the service makes of names and mark-up, page text pings nobody in it."""
    told = notice(alert, repeat=repeat, page=channel.page)
    text = plain_text(told)
    title = told.headline if told.repeat is None else f"{told.repeat}: {told.headline}"
    links = {link for quoted in told.quotes for link in (quoted.page, quoted.url) if link} | {told.url or ""}
    return Message(text, {"title": defused(shortened(title, TITLE)), "text": defused(text, links - {""})})


def render_lines(alert: Alert, channel: Channel, *, repeat: bool = False) -> Message:
    """The headline as title (the subject of a mail), and the lines as text."""
    told = notice(alert, repeat=repeat)
    text = plain_text(told, 2_500)
    title = told.headline if told.repeat is None else f"{told.repeat}: {told.headline}"
    links = {link for _, link in told.lines if link} | {told.url or ""}
    return Message(text, {"title": defused(shortened(title, TITLE)), "text": defused(text, links - {""})})


def defused(text: str, links: Iterable[str] = ()) -> str:
    """`inert` text without Slack's and Discord's marks for mentions. Our own `links` stay whole, where nothing in them could
    be taken for a mention."""
    kept = [re.escape(link) for link in links if not re.search(r"[@$<]", link)]
    parts = re.split(f"({'|'.join(sorted(kept, key=len, reverse=True))})", text) if kept else [text]
    return "".join(
        part if place % 2 else inert(part).replace("<!", "<\u2060!").replace("<@", "<\u2060@")
        for place, part in enumerate(parts)
    )


class Sender:
    """One address. Apprise's own repeats are off unless the address asks for them."""

    can_ask = False
    question: Question = "none"
    beside = False  # Apprise paces every service itself, and would turn the order around
    pace: Pace = ((1, 1.0),)
    address = ""

    def __init__(self, channel: Channel) -> None:
        self.name = channel.name
        import apprise  # its import costs every command a tenth of a second, and most have no such channel

        asset = apprise.AppriseAsset(interpret_emojis=False, interpret_escapes=False, storage_mode="memory")
        self._apprise: Any = apprise.Apprise(asset=asset)
        self._apprise.add(channel.secrets.get("url", ""))
        if len(self._apprise) != 1:
            said = "no service that Apprise knows" if not len(self._apprise) else "several services"
            raise DeliveryError(
                f"the address names {said}", channel=self.name, code="wrong_address", scope="token", permanent=True
            )

    async def send(self, message: Message, *, key: str, thread: str | None) -> Receipt:
        """Hands the message on, once."""
        service = self._apprise[0]
        first = shortened(message.text.strip().partition("\n")[0], TITLE)  # a mail without a subject is taken for spam
        title = str(message.body.get("title") or defused(first))
        text = str(message.body.get("text") or defused(message.text))
        room = max(100, int(service.body_maxlen) - len(title) - 10)  # where there are no titles it stands in the text
        said: list[str] = []
        mark = _heard.set(said)
        try:
            sent = await self._apprise.async_notify(
                body=cut(text, room), title=title, body_format="text", timeout=SECONDS
            )
        finally:
            _heard.reset(mark)
        if sent:
            return Receipt(key)
        raise self._known(said)

    def _known(self, said: Sequence[str]) -> DeliveryError:
        """What the log of a failed call proves. None of its words is passed on."""
        text = "\n".join(said).lower()
        status = re.findall(r"error=(\d{3})\b", text)
        if any(word in text for word in _SIGN_IN):
            said = "the service refuses the sign-in"
            return DeliveryError(said, channel=self.name, code="sign_in", scope="token", permanent=True)
        if status:
            return refusal(self.name, int(status[-1]))
        if mail := _SMTP.search(text):
            return self._mail_refused(int(mail[2]), addressee=mail[1] is not None)
        if any(word in text for word in _UNREACHABLE):
            return unreachable(self.name)
        return unanswered(self.name)

    def _mail_refused(self, answer: int, *, addressee: bool) -> DeliveryError:
        """What an answer of a mail server proves (RFC 5321 section 4.2.1): whatever it refused, it did not take."""
        code = f"smtp_{answer}"
        if answer in (530, 534, 535, 538):
            said = "the service refuses the sign-in"
            return DeliveryError(said, channel=self.name, code=code, scope="token", permanent=True)
        if answer < 500:
            return DeliveryError("the mail server asks to come later", channel=self.name, code=code, scope="service")
        said, scope = ("the addressee is refused", "target") if addressee else ("this message is refused", "message")
        return DeliveryError(said, channel=self.name, code=code, scope=scope, permanent=True)

    async def find(self, key: str, since: datetime, thread: str | None) -> Receipt | None:
        """Cannot be asked."""
        return None

    async def check(self) -> None:
        """There is no harmless question."""

    async def close(self) -> None:
        """Nothing to let go of: every call has its own connection."""

    def move(self, to: str) -> None:
        """An address of Apprise does not move."""
