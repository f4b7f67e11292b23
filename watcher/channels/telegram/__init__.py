"""Telegram, through the Bot API.

Limits: core.telegram.org/bots/api#sendmessage (1–4096 UTF-16 units after entity parsing, 100 entities) and
core.telegram.org/bots/faq (one message a second in a chat, 20 a minute in a group). The API has no idempotency key and
no read-back: after an attempt of unknown end nobody can be asked.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import httpx
import pydantic
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram import Message as Posted
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

from watcher.channels import Channel, DeliveryError, Message, Pace, Question, Receipt, SecretRef, cut, leaves
from watcher.channels.telegram.lines import render_lines
from watcher.channels.telegram.marks import render

__all__ = ["GROUPED", "Options", "Sender", "render", "render_lines"]

GROUPED = True

os.environ.setdefault("PTB_TIMEDELTA", "1")  # since 22.2 PTB warns of each RetryAfter in whole seconds
# At INFO both write every URL, and the URL holds the token; at ERROR PTB writes what it could not parse.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)
logging.getLogger("telegram").setLevel(logging.CRITICAL)

log = logging.getLogger(__name__)

API = "https://api.telegram.org/bot"
READ_TIMEOUT = 60.0  # seconds: long, because it turns most attempts of unknown end into an answer
PLAIN = 4_000
NO_TOPIC = "<i>The topic of this channel is gone or closed; told here instead.</i>\n"
ASIDE = "its topic is gone or closed: messages go to the main chat; open it again, or correct the registry"
NO_FORUM = "its chat has no topics, so messages go to the main chat: leave `topic` out, or turn topics on"
TOPIC_REST = 900.0  # seconds before a topic that was gone or closed is tried again
GENERAL = 1  # the General topic of a forum; naming it is refused ("message thread not found")

TARGET_DEAD = (
    "chat not found", "chat_write_forbidden", "not enough rights", "channel_private", "bot was kicked", "bot was blocked",
    "user is deactivated", "not a member", "have no rights", "need administrator rights", "peer_id_invalid",
    "group chat was deactivated", "chat_restricted", "topic_deleted", "upgraded to a supergroup", "chat_admin_required",
    "chat_send_plain_forbidden", "chat_guest_send_forbidden", "user_is_blocked", "input_user_deactivated", "the group is deleted",
    "user_banned_in_channel", "can't initiate conversation", "chat_forbidden", "group is deactivated",
)  # fmt: skip
REFUSED = (
    "can't parse", "too long", "is empty", "button_", "wrong file", "wrong http url", "must be encoded in utf-8",
    "must be non-empty", "entit", "reply markup", "reply_markup", "keyboard", "file_", "webpage", "url_invalid",
)  # fmt: skip
TOPIC_GONE = ("message thread not found", "topic_closed", "topic_deleted", "topic_id_invalid")
EDITED = "message is not modified"  # it says so already
REPLY_GONE = ("message to be replied not found", "replied message not found", "reply message not found")


CHAT = r"^(-?[0-9]+|@[A-Za-z][A-Za-z0-9_]{3,31})$"


def _chat_name(text: str) -> str:
    if not re.fullmatch(CHAT, text):
        raise ValueError("must be the @name of a public channel")
    return text


ChatName = Annotated[
    str, pydantic.AfterValidator(_chat_name), pydantic.WithJsonSchema({"type": "string", "pattern": CHAT})
]
NOT_JSON = ". parsing the server response"  # PTB's words, after the status
TROUBLE = (TelegramError, KeyError, TypeError, ValueError, AttributeError, OverflowError)


class Options(pydantic.BaseModel):
    """A bot's token and the chat it writes to."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    token: SecretRef
    chat: pydantic.StrictInt | ChatName = pydantic.Field(description="the chat's number, or @name of a public channel")
    topic: int | None = pydantic.Field(None, ge=1, description="the topic of a forum group")
    silent: Literal["routine", "always", "never"] = pydantic.Field("routine", description="what comes without a sound")
    buttons: bool = pydantic.Field(
        True, description="buttons and commands: the bot's updates are asked for by us alone"
    )
    allowed: tuple[int, ...] = pydantic.Field((), description="numbers of the people who may mute")
    base_url: str = pydantic.Field(API, pattern=r"^https?://", description="a Bot API server, with /bot at its end")


class Sender:
    """One chat. PTB repeats nothing by itself."""

    can_ask = False
    question: Question = "unseen"
    says_when = True
    pace_of_token: Pace = ((25, 1.0),)  # of about 30 a second that one bot may send to all its chats together

    def __init__(self, channel: Channel) -> None:
        self.name = channel.name
        self._token = channel.secrets.get("token", "")
        self._chat = channel.options.get("chat", "")
        self.address = str(self._chat)
        topic = channel.options.get("topic")
        self._topic = int(str(topic)) if topic not in (None, GENERAL) else None
        base_url = str(channel.options.get("base_url") or API)
        self._topic_again = 0.0  # when a topic that was gone or closed is tried again
        self._aside: str | None = None  # what was said last of the place that messages go to
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
        if self._topic is None:
            return _receipt(await self._post(message, thread, None), thread)
        if time.monotonic() >= self._topic_again:
            try:
                posted = await self._post(message, thread, self._topic)
            except DeliveryError as trouble:
                if not _any(TOPIC_GONE, trouble.code):
                    raise
                log.warning("channel %s: the topic is gone or closed, telling the main chat", self.name)
                self._topic_again = time.monotonic() + TOPIC_REST
            else:
                return replace(_receipt(posted, thread), aside=self._news(await self._passed_over(posted)))
            thread = None
        return replace(_receipt(await self._post(message, thread, None, NO_TOPIC), thread), aside=self._news(ASIDE))

    async def _passed_over(self, posted: Posted) -> str:
        """In a chat without topics the server passes over `message_thread_id` without a word: then it is asked, once."""
        if posted.message_thread_id is not None or self._aside is not None:
            return self._aside if self._aside == NO_FORUM else ""
        try:
            return "" if (await self._bot.get_chat(self._where)).is_forum else NO_FORUM
        except TROUBLE:
            return ""

    def _news(self, aside: str) -> str | None:
        """What is new of the place that messages go to; None where it was said."""
        known, self._aside = self._aside, aside
        return aside if aside != known else None

    async def _post(self, message: Message, thread: str | None, topic: int | None, note: str = "") -> Posted:
        marked_up: Mapping[str, Any] = message.body
        text, mode = (note + str(marked_up["html"]), "HTML") if marked_up else (cut(message.text, PLAIN), None)
        try:
            posted = await self._bot.send_message(
                chat_id=self._where,
                text=text,
                parse_mode=mode,
                message_thread_id=topic,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                disable_notification=bool(marked_up.get("silent")),
                reply_parameters=_reply(thread),
                reply_markup=_keyboard(marked_up),
            )
        except TROUBLE as trouble:
            raise self._known(trouble) from None
        if not isinstance(posted, Posted):  # what PTB passes on where the answer's result is no message at all
            raise self._known(TelegramError("Invalid server response"))
        return posted

    async def edit(self, message: Message, sent: str) -> None:
        """editMessageText: the message `sent` says what `message` says from now on."""
        try:
            await self._bot.edit_message_text(
                chat_id=self._where,
                message_id=int(sent),
                text=str(message.body["html"]),
                parse_mode="HTML",
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                reply_markup=_keyboard(message.body),
            )
        except TROUBLE as trouble:
            if EDITED not in str(trouble).lower():
                raise self._known(trouble) from None

    async def attach(self, name: str, page: bytes, root: str) -> None:
        """sendDocument: a page, as a reply to `root`, without a sound."""
        try:
            await self._bot.send_document(
                chat_id=self._where,
                document=page,
                filename=name,
                message_thread_id=self._topic,
                disable_notification=True,
                reply_parameters=_reply(root),
            )
        except TROUBLE as trouble:
            raise self._known(trouble) from None

    async def find(self, key: str, since: datetime, thread: str | None) -> Receipt | None:
        """The Bot API cannot be asked what a chat holds."""
        return None

    async def check(self) -> None:
        """sendMessage without a text, which is refused: the same way, the same chat, and nobody sees anything."""
        try:
            await self._bot.send_message(chat_id=self._where, text="", disable_notification=True)
        except (KeyError, TypeError, ValueError, AttributeError):
            return  # it answered, if oddly
        except TelegramError as trouble:
            if (known := self._known(trouble)).scope != "message":
                raise known from None

    async def close(self) -> None:
        """Closes the connections."""
        await self._request.shutdown()
        await self._unused.shutdown()

    @property
    def _where(self) -> int | str:
        return self._chat if isinstance(self._chat, int) else str(self._chat)

    def move(self, to: str) -> None:
        """The group became a supergroup: its number changed."""
        self._chat = int(to)

    def _known(self, trouble: Exception) -> DeliveryError:
        """What an exception of PTB proves. BadRequest and TimedOut are NetworkErrors, so the order matters."""
        said = re.sub(r"\d{6,}:[\w-]{20,}", "…", str(trouble).replace(self._token, "…")).lower()[:120]
        match trouble:
            case _ if NOT_JSON in said and not re.search(r"\((429|5\d\d)\)", said):  # a page of something in between
                return self._error("not Telegram answered", "not_telegram", "service", ambiguous=True)
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
            case BadRequest():  # words that nobody knows may be the chat's fault: kept, where plain text does not help
                known = _any((*REFUSED, *TOPIC_GONE), said)
                return self._error("Telegram refuses this message", said, "message", permanent=known)
            case Conflict():
                return self._error("another program uses the bot", "conflict", "service")
            case TelegramError() if isinstance(
                trouble.__cause__, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout
            ):
                return self._error("no connection to Telegram", "unreachable", "service")
            case TimedOut():
                return self._error("Telegram did not answer", "no_answer", "service", ambiguous=True)
            case _:
                if (
                    "(429)" in said or "too many requests" in said
                ):  # without the time to wait that PTB makes RetryAfter of
                    told = re.search(r"retry after (\d{1,6})", said)
                    return self._error(
                        "Telegram asks to wait", "http_429", "service", retry_after=float(told[1]) if told else 60.0
                    )
                status = re.search(r"\((5\d\d)\)", str(trouble))
                code = f"http_{status.group(1)}" if status else "no_answer"
                return self._error("Telegram is in trouble", code, "service", ambiguous=True)

    def _error(self, words: str, code: str, scope: str, **more: Any) -> DeliveryError:
        return DeliveryError(words, channel=self.name, code=code, scope=scope, **more)


def _receipt(posted: Posted, thread: str | None) -> Receipt:
    return Receipt(str(posted.message_id), thread or str(posted.message_id))


def _reply(thread: str | None) -> ReplyParameters | None:
    return ReplyParameters(int(thread), allow_sending_without_reply=True) if thread else None


def _keyboard(body: Mapping[str, Any]) -> InlineKeyboardMarkup | None:
    buttons = body.get("buttons")
    return (
        InlineKeyboardMarkup([[InlineKeyboardButton(words, callback_data=said) for words, said in buttons]])
        if buttons
        else None
    )


def _connection() -> HTTPXRequest:
    """One connection a message: a kept-alive one that the server just closed looks like an accepted, lost message."""
    limits = httpx.Limits(max_connections=2, max_keepalive_connections=0)
    return HTTPXRequest(
        read_timeout=READ_TIMEOUT,
        write_timeout=30,
        connect_timeout=10,
        httpx_kwargs={"limits": limits, "event_hooks": {"request": [_traced]}},
    )


async def _traced(request: httpx.Request) -> None:
    request.extensions["trace"] = _trace


async def _trace(step: str, _: Mapping[str, Any]) -> None:
    """What httpcore says of a request's way (its docs, "Extensions"): connected, and now the first line goes."""
    if step.endswith("send_request_headers.started"):
        leaves()


def _any(words: Iterable[str], text: str) -> bool:
    return any(word in text for word in words)
