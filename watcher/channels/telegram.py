"""Telegram, through the Bot API.

Limits: core.telegram.org/bots/api#sendmessage (1–4096 UTF-16 units after entity parsing, 100 entities) and
core.telegram.org/bots/faq (one message a second in a chat, 20 a minute in a group). The API has no idempotency key and
no read-back: after an attempt of unknown end nobody can be asked.
"""

from __future__ import annotations

import html
import logging
import os
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx
import pydantic
from telegram import Bot, LinkPreviewOptions, ReplyParameters
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from watcher.channels import (
    Alert,
    Channel,
    DeliveryError,
    Message,
    Notice,
    Pace,
    Quote,
    Receipt,
    SecretRef,
    cut,
    excerpt,
    head,
    notice,
    plain_text,
    shortened,
    units,
)

os.environ.setdefault("PTB_TIMEDELTA", "1")  # since 22.2 PTB warns of each RetryAfter in whole seconds
# At INFO both write every URL, and the URL holds the token; at ERROR PTB writes what it could not parse.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)
logging.getLogger("telegram").setLevel(logging.CRITICAL)

log = logging.getLogger(__name__)

API = "https://api.telegram.org/bot"
READ_TIMEOUT = 60.0  # seconds: long, because it turns most attempts of unknown end into an answer
LIMIT, PLAIN = 4096, 4000
ENTITIES = 90  # of 100; what is beyond is dropped silently
QUOTES = 8
GENERAL = 1  # the General topic of a forum; naming it is refused ("message thread not found")

TARGET_DEAD = (
    "chat not found", "chat_write_forbidden", "not enough rights", "channel_private", "bot was kicked", "bot was blocked",
    "user is deactivated", "not a member", "have no rights", "need administrator rights", "peer_id_invalid",
    "group chat was deactivated", "chat_restricted", "topic_deleted",
)  # fmt: skip
TOPIC_GONE = ("message thread not found", "topic_closed", "topic_deleted", "topic_id_invalid")
REPLY_GONE = ("message to be replied not found", "replied message not found", "reply message not found")


class Options(pydantic.BaseModel):
    """A bot's token and the chat it writes to."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    token: SecretRef
    chat: int | str = pydantic.Field(description="the chat's number, or @name of a public channel")
    topic: int | None = pydantic.Field(None, ge=1, description="the topic of a forum group")
    base_url: str = pydantic.Field(API, pattern=r"^https?://", description="a Bot API server, with /bot at its end")


# -------------------------------------------------------------------------------------------------------- rendering

Run = tuple[str, str]  # visible text, and its tag: "", b, s, i, code


def render(alert: Alert, channel: Channel, *, reply: bool = False, repeat: bool = False) -> Message:
    """HTML of at most 4096 visible UTF-16 units: texts are cut first and marked up after, so no tag is ever cut.

    Page text is neutralised: Telegram would turn @names, #tags, /commands and host names into links and mentions.
    """
    told = notice(alert, repeat=repeat)
    room = 2_600
    runs = list(_runs(told, room, reply))
    while _length(runs) > LIMIT or len([run for run in runs if run[1]]) > ENTITIES:
        if room < 40:
            runs = _fitted(runs)
            break
        room //= 2
        runs = list(_runs(told, room, reply))
    return Message(plain_text(told), {"html": "".join(_marked(text, tag) for text, tag in runs if text)})


def _runs(told: Notice, room: int, reply: bool) -> Iterable[Run]:
    if told.repeat:
        yield told.repeat, "i"
        yield "\n", ""
    yield _inert(shortened(told.headline, 400)), "b"
    yield f"\n{told.direction} · ", ""
    yield told.id, "b"
    told_by_root = ("Place", "Body", "Judged") if reply else ()
    for name, value in told.facts:
        if name not in (*told_by_root, "Direction", "Place"):
            yield f"\n{name}: {_inert(cut(value, max(80, min(400, room // 4))))}", ""
    shown = told.quotes[:QUOTES]
    for quoted in shown:
        yield from _quoted(quoted, max(30, room // max(1, len(shown))), told.url)
    if more := len(told.quotes) - len(shown):
        yield f"\n\nand {more} more change{'s' if more > 1 else ''}; see link", ""
    if told.url:
        yield "\n\nSource: ", ""
        yield told.url, "a"
    if told.office:
        yield f"\nOffice: {cut(told.office, 200)}", ""
    yield "\n", ""
    yield told.noticed, "i"


def _quoted(quoted: Quote, share: int, source: str | None) -> Iterable[Run]:
    yield "\n\n", ""
    if quoted.caption:
        yield _inert(shortened(quoted.caption, max(60, min(240, share)))), "i"
        yield "\n", ""
    tags = {"=": "", "-": "s", "+": "b"}
    for mark, text in excerpt(quoted.redline, share):
        yield _inert(text), tags[mark]
    for text, cue in quoted.evidence[: 3 if share > 200 else 1]:
        yield f"\n“{_inert(cut(text, max(40, share // 4)))}” – {_inert(cut(cue, 80))}", ""
    if quoted.url and quoted.url != source:
        yield "\nPage: ", ""
        yield quoted.url, "a"
    yield "\n", ""
    yield quoted.proof, "code"


def _inert(text: str) -> str:
    """Page text that Telegram makes nothing of: a word joiner (U+2060) parts what it would take for a link."""
    # at the end of a piece too: the next piece of a redline may begin with what makes a link of it
    return re.sub(r"(?<=\w)\.(?=[^\W\d_]{2}|\Z)", ".\u2060", re.sub(r"([@#/$])(?!\s)", "\\1\u2060", text))


def _marked(text: str, tag: str) -> str:
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


# ---------------------------------------------------------------------------------------------------------- sending


class Sender:
    """One chat. PTB repeats nothing by itself."""

    can_ask = False

    def __init__(self, channel: Channel) -> None:
        self.name = channel.name
        self._token = channel.secrets.get("token", "")
        self._chat = channel.options.get("chat", "")
        self.address = str(self._chat)
        topic = channel.options.get("topic")
        self._topic = int(str(topic)) if topic not in (None, GENERAL) else None
        base_url = str(channel.options.get("base_url") or API)
        self._request = _connection()
        self._unused = _connection()  # for getUpdates, which is never asked
        try:
            self._bot = Bot(self._token, base_url=base_url, request=self._request, get_updates_request=self._unused)
        except InvalidToken:
            raise DeliveryError(
                "Telegram token is empty", channel=self.name, code="no_token", scope="token", permanent=True
            ) from None
        is_person = str(self._chat).isdigit()
        self.pace: Pace = ((1, 1.0),) if is_person else ((1, 1.0), (20, 60.0))

    async def send(self, message: Message, *, key: str, thread: str | None) -> Receipt:
        """Posts once; into the main chat where the topic is gone or closed, for that answer proves nothing was sent."""
        try:
            return await self._post(message, thread, self._topic)
        except DeliveryError as trouble:
            if self._topic is None or not _any(TOPIC_GONE, trouble.code):
                raise
            log.warning("channel %s: the topic is gone or closed, telling the main chat", self.name)
            self._topic = None
            return await self._post(message, None, None)

    async def _post(self, message: Message, thread: str | None, topic: int | None) -> Receipt:
        marked_up: Mapping[str, Any] = message.body
        text, mode = (str(marked_up["html"]), "HTML") if marked_up else (cut(message.text, PLAIN), None)
        try:
            posted = await self._bot.send_message(
                chat_id=self._chat if isinstance(self._chat, int) else str(self._chat),
                text=text,
                parse_mode=mode,
                message_thread_id=topic,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                reply_parameters=ReplyParameters(int(thread), allow_sending_without_reply=True) if thread else None,
            )
        except (TelegramError, KeyError, TypeError, ValueError, AttributeError) as trouble:
            raise self._known(trouble) from None
        return Receipt(str(posted.message_id), thread or str(posted.message_id))

    async def find(self, key: str, since: datetime, thread: str | None) -> Receipt | None:
        """The Bot API cannot be asked what a chat holds."""
        return None

    async def check(self) -> None:
        """getMe: does the service answer, and does it know us."""
        try:
            await self._bot.get_me()
        except (KeyError, TypeError, ValueError, AttributeError):
            return  # it answered, if oddly
        except TelegramError as trouble:
            raise self._known(trouble) from None

    async def close(self) -> None:
        """Closes the connections."""
        await self._request.shutdown()
        await self._unused.shutdown()

    def move(self, to: str) -> None:
        """The group became a supergroup: its number changed."""
        self._chat = int(to)

    def _known(self, trouble: Exception) -> DeliveryError:
        """What an exception of PTB proves. BadRequest and TimedOut are NetworkErrors, so the order matters."""
        said = re.sub(r"\d{6,}:[\w-]{20,}", "…", str(trouble).replace(self._token, "…")).lower()[:120]
        match trouble:
            case RetryAfter():
                wait = trouble.retry_after
                seconds = wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
                return self._error("Telegram asks to wait", "retry_after", "service", retry_after=seconds)
            case ChatMigrated():
                return self._error("the chat has moved", "chat_migrated", "target", moved_to=str(trouble.new_chat_id))
            case InvalidToken():
                return self._error("Telegram refuses the token", "invalid_token", "token", permanent=True)
            case Forbidden():
                return self._error("Telegram refuses the chat", said, "target", permanent=True)
            case BadRequest() if _any(TARGET_DEAD, said) and not _any(TOPIC_GONE, said):
                return self._error("Telegram refuses the chat", said, "target", permanent=True)
            case BadRequest() if _any(REPLY_GONE, said):
                return self._error("the root of the thread is gone", said, "thread")
            case BadRequest():
                return self._error("Telegram refuses this message", said, "message", permanent=True)
            case Conflict():
                return self._error("another program uses the bot", "conflict", "service")
            case TelegramError() if isinstance(
                trouble.__cause__, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout
            ):
                return self._error("no connection to Telegram", "unreachable", "service")
            case TimedOut():
                return self._error("Telegram did not answer", "no_answer", "service", ambiguous=True)
            case _:
                status = re.search(r"\((5\d\d)\)", str(trouble))
                code = f"http_{status.group(1)}" if status else "no_answer"
                return self._error("Telegram is in trouble", code, "service", ambiguous=True)

    def _error(self, words: str, code: str, scope: str, **more: Any) -> DeliveryError:
        return DeliveryError(words, channel=self.name, code=code, scope=scope, **more)


def _connection() -> HTTPXRequest:
    """One connection a message: a kept-alive one that the server just closed looks like an accepted, lost message."""
    limits = httpx.Limits(max_connections=2, max_keepalive_connections=0)
    return HTTPXRequest(
        read_timeout=READ_TIMEOUT, write_timeout=30, connect_timeout=10, httpx_kwargs={"limits": limits}
    )


def _any(words: Iterable[str], text: str) -> bool:
    return any(word in text for word in words)
