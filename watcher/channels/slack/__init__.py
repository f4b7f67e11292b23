"""Slack: a bot token with chat.postMessage (threads, read-back), or an incoming webhook as the basic sink.

Methods: docs.slack.dev, "chat.postMessage", "chat.update", "conversations.history" and "Working with files".
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pydantic
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from watcher.channels import (
    Channel,
    DeliveryError,
    Message,
    Pace,
    Question,
    Receipt,
    SecretRef,
    retry_after,
)
from watcher.channels.slack.blocks import cut_escaped, render
from watcher.channels.slack.codes import MAYBE_POSTED, REFUSED, TARGET_DEAD, THREAD_GONE, TOKEN_DEAD, WAIT
from watcher.channels.slack.lines import render_lines

__all__ = ["GROUPED", "Options", "Sender", "render", "render_lines"]

GROUPED = True

API = "https://slack.com/api/"
EVENT = "ordinance_watcher_alert"
TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=10)
PAGES = 20  # of history asked after an ambiguous send
PLAIN = 3_000
TROUBLE = (SlackClientError, aiohttp.ClientError, TimeoutError, AttributeError, ValueError)


class Options(pydantic.BaseModel):
    """A bot token and a channel's id, or an incoming webhook. With an app token messages have buttons."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    token: SecretRef | None = None
    app_token: SecretRef | None = None
    webhook: SecretRef | None = None
    channel: str | None = pydantic.Field(
        None, pattern=r"^[A-Z0-9]{2,}$", description="the channel's id, e.g. C0123456789"
    )
    allowed: tuple[str, ...] = pydantic.Field((), description="ids of the people who may mute, e.g. U0123456789")
    base_url: str = pydantic.Field(API, pattern=r"^https?://")

    @pydantic.model_validator(mode="after")
    def _one_way_in(self) -> Options:
        if (self.token is None) == (self.webhook is None):
            raise ValueError("needs either token and channel, or webhook")
        if self.token is not None and self.channel is None:
            raise ValueError("token needs channel: the channel's id")
        if self.webhook is not None and (self.app_token is not None or self.allowed):
            raise ValueError("a webhook has no buttons: app_token and allowed go with token")
        if self.webhook is not None and self.channel is not None:
            raise ValueError("a webhook has its channel fixed by Slack: leave channel out")
        return self


def _code(body: str) -> str:
    """A webhook answers with the bare code, or with JSON that names it; anything else (a proxy's page) is none."""
    found = re.fullmatch(r'([a-z0-9_]{1,60})|\{.*"error"\s*:\s*"([a-z0-9_]{1,60})".*\}', body.strip(), re.DOTALL)
    return str(found[1] or found[2]) if found else ""


class Sender:
    """One Slack channel. The SDK's own retries are off: it would post again what Slack took before a connection fell."""

    pace: Pace = ((1, 1.0),)
    address = ""

    def __init__(self, channel: Channel) -> None:
        self.name = channel.name
        self._channel = str(channel.options.get("channel", ""))
        self._token = channel.secrets.get("token")
        self._webhook = channel.secrets.get("webhook")
        self._base_url = str(channel.options.get("base_url") or API)
        self._session: aiohttp.ClientSession | None = None
        self.can_ask = self._webhook is None
        self.question: Question = "unseen" if self.can_ask else "seen"

    async def send(self, message: Message, *, key: str, thread: str | None) -> Receipt:
        """Posts once. `key` travels as message metadata and as client_msg_id."""
        body: Mapping[str, Any] = message.body or {"text": cut_escaped(message.text, PLAIN)}
        try:
            if self._webhook is not None:
                return await self._post_to_webhook(self._webhook, body, key)
            return await self._post(body, key, thread, message.loud)
        except TROUBLE as trouble:
            raise self._known(trouble) from None

    async def _post(self, body: Mapping[str, Any], key: str, thread: str | None, loud: bool) -> Receipt:
        answer = await self._client().chat_postMessage(
            channel=self._channel,
            text=body["text"],
            blocks=body.get("blocks"),
            thread_ts=thread,
            reply_broadcast=True if thread and loud else None,
            unfurl_links=False,
            unfurl_media=False,
            metadata={"event_type": EVENT, "event_payload": {"key": key}},
            client_msg_id=str(uuid.uuid5(uuid.NAMESPACE_URL, key)),
        )
        if not (posted := str(answer.get("ts") or "")):
            # "ok" without the one thing that Slack always names: something else answered in its place
            raise self._error("Slack did not answer", "no_answer", "service", ambiguous=True)
        # Slack names no error for a thread_ts that leads nowhere: the message then stands as a root of its own.
        echo = answer.get("message") or {}
        went_to = echo.get("thread_ts", thread if not echo else None)
        return Receipt(posted, thread if thread and went_to == thread else posted)

    async def _post_to_webhook(self, url: str, body: Mapping[str, Any], key: str) -> Receipt:
        client = AsyncWebhookClient(url, timeout=30, session=self._connection(), retry_handlers=[])
        answer = await client.send(text=body["text"], blocks=body.get("blocks"), unfurl_links=False, unfurl_media=False)
        if answer.status_code == 200 and answer.body.strip() == "ok":
            return Receipt(key)
        raise self._classified(_code(answer.body), answer.status_code, answer.headers)

    async def edit(self, message: Message, sent: str) -> None:
        """chat.update: the message `sent` says what `message` says from now on. Slack notifies nobody of it."""
        body: Mapping[str, Any] = message.body
        try:
            await self._client().chat_update(
                channel=self._channel, ts=sent, text=body["text"], blocks=body.get("blocks")
            )
        except TROUBLE as trouble:
            raise self._known(trouble) from None

    async def attach(self, name: str, page: bytes, root: str) -> None:
        """Uploads a page into the thread of `root` (getUploadURLExternal, the bytes, completeUploadExternal)."""
        try:
            await self._client().files_upload_v2(
                channel=self._channel, content=page, filename=name, title=name, thread_ts=root
            )
        except TROUBLE as trouble:
            raise self._known(trouble) from None

    async def find(self, key: str, since: datetime, thread: str | None) -> Receipt | None:
        """Looks for the key in the channel's history, and in the thread's replies."""
        if not self.can_ask:
            return None
        oldest = str((since - timedelta(minutes=10)).timestamp())
        try:
            if thread is not None and (found := await self._seek(key, oldest, thread)):
                return found
            return await self._seek(key, oldest, None)
        except TROUBLE as trouble:
            known = self._known(trouble)
            if thread is not None and known.code in THREAD_GONE:
                return await self.find(key, since, None)
            raise known from None

    async def _seek(self, key: str, oldest: str, thread: str | None) -> Receipt | None:
        client, cursor = self._client(), ""
        for _ in range(PAGES):
            asked: dict[str, Any] = {
                "channel": self._channel,
                "oldest": oldest,
                "include_all_metadata": True,
                "limit": 200,
            }
            asked |= {"cursor": cursor} if cursor else {}
            answer = await (
                client.conversations_replies(ts=thread, **asked) if thread else client.conversations_history(**asked)
            )
            for posted in answer.get("messages") or ():
                metadata = posted.get("metadata") or {}
                if metadata.get("event_type") == EVENT and (metadata.get("event_payload") or {}).get("key") == key:
                    return Receipt(str(posted["ts"]), str(posted.get("thread_ts") or posted["ts"]))
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return None
        raise DeliveryError("too much history to search", channel=self.name, code="history_too_long", permanent=True)

    async def check(self) -> None:
        """auth.test; of a webhook, whether it refuses a message without a text as it should."""
        try:
            if self._webhook is None:
                await self._client().auth_test()
            else:
                await self._post_to_webhook(self._webhook, {"text": ""}, "")
        except TROUBLE as trouble:
            raise self._known(trouble) from None

    async def close(self) -> None:
        """Closes the connection."""
        if self._session is not None:
            await self._session.close()

    def move(self, to: str) -> None:
        """Slack's channels keep their ids."""

    def _client(self) -> AsyncWebClient:
        return AsyncWebClient(
            token=self._token, base_url=self._base_url, timeout=30, session=self._connection(), retry_handlers=[]
        )

    def _connection(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            # A kept-alive connection that the server has just closed looks like an accepted and lost message.
            self._session = aiohttp.ClientSession(timeout=TIMEOUT, connector=aiohttp.TCPConnector(force_close=True))
        return self._session

    def _known(self, trouble: Exception) -> DeliveryError:
        """What an exception of the SDK proves."""
        if isinstance(trouble, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
            return self._error("no connection to Slack", "unreachable", "service")
        if isinstance(trouble, SlackApiError):
            answer = trouble.response  # the SDK's own response, or aiohttp's where the body was no JSON
            said = getattr(answer, "data", None)
            code = str(said.get("error") or "") if isinstance(said, dict) else ""
            status = getattr(answer, "status_code", None) or getattr(answer, "status", None) or 0
            return self._classified(code, status, getattr(answer, "headers", None))
        # dropped, reset, out of time, half an answer
        return self._error("Slack did not answer", "no_answer", "service", ambiguous=True)

    def _classified(self, code: str, status: int, headers: object) -> DeliveryError:
        """Token, target, thread, message, wait or transient; a code nobody knows is transient."""
        word = code if re.fullmatch(r"[a-z0-9_]{1,60}", code) else f"http_{status}"
        if status == 429 or code in WAIT:
            return self._error("Slack asks to wait", word, "service", retry_after=retry_after(headers) or 60.0)
        if code in TOKEN_DEAD:
            return self._error("Slack refuses the token", word, "token", permanent=True)
        if code in THREAD_GONE:
            return self._error("the thread is gone", word, "thread")
        if code in TARGET_DEAD or code.startswith("restricted_action") or (self._webhook and status in (403, 404, 410)):
            return self._error("Slack refuses the channel", word, "target", permanent=True, ambiguous=not code)
        if code in REFUSED or code.startswith(("invalid_metadata", "metadata_")):
            return self._error("Slack refuses this message", word, "message", permanent=True)
        return self._error("Slack is in trouble", word, "service", ambiguous=not code or code in MAYBE_POSTED)

    def _error(self, words: str, code: str, scope: str, **more: Any) -> DeliveryError:
        return DeliveryError(words, channel=self.name, code=code, scope=scope, **more)
