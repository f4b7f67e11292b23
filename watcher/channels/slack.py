"""Slack: a bot token with chat.postMessage (threads, read-back), or an incoming webhook as the basic sink.

Limits and error classes: docs.slack.dev, "Block Kit" reference, "chat.postMessage" errors and "Rate limits"; the sum of
all blocks is limited too, without being documented (slackapi/bolt-js#2509).
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

import aiohttp
import pydantic
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

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
    notice,
    plain_text,
    retry_after,
    shortened,
    units,
)

API = "https://slack.com/api/"
EVENT = "ordinance_watcher_alert"
TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=10)

HEADER, FIELD, TEXT, PLAIN = 150, 2_000, 3_000, 3_000
BLOCKS, SERIALISED = 50, 12_000
QUOTES = 12  # changes shown of one alert
PAGES = 20  # of history asked after an ambiguous send

TOKEN_DEAD = frozenset({
    "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope",
    "not_allowed_token_type", "app_access_restricted", "access_denied", "two_factor_setup_required",
    "org_login_required",
})  # fmt: skip
TARGET_DEAD = frozenset({
    "channel_not_found", "not_in_channel", "is_archived", "channel_is_archived", "no_permission",
    "messages_tab_disabled", "ekm_access_denied", "team_not_found", "action_prohibited", "no_service", "no_team",
    "user_not_found", "posting_to_general_channel_denied", "restricted_action",
    "restricted_action_read_only_channel", "restricted_action_thread_only_channel",
})  # fmt: skip
THREAD_GONE = frozenset({
    "message_not_found", "thread_not_found", "cannot_reply_to_message", "restricted_action_thread_locked",
    "restricted_action_non_threadable_channel",
})  # fmt: skip
REFUSED = frozenset({
    "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "no_text",
    "too_many_attachments", "invalid_payload", "markdown_text_conflict", "invalid_arg_name", "invalid_arguments",
    "invalid_charset", "invalid_form_data", "invalid_post_type", "invalid_metadata_format",
    "invalid_metadata_schema", "metadata_must_be_sent_from_app", "metadata_too_large",
})  # fmt: skip
WAIT = frozenset({
    "ratelimited", "rate_limited", "message_limit_exceeded",
})  # fmt: skip
MAYBE_POSTED = frozenset({
    "fatal_error", "internal_error", "request_timeout", "service_unavailable", "rollup_error",
})  # fmt: skip


class Options(pydantic.BaseModel):
    """A bot token and a channel's id, or an incoming webhook."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    IDLE: ClassVar[Mapping[str, str]] = {"app_token": "messages have no buttons"}

    token: SecretRef | None = None
    app_token: SecretRef | None = None
    webhook: SecretRef | None = None
    channel: str | None = pydantic.Field(
        None, pattern=r"^[A-Z0-9]{2,}$", description="the channel's id, e.g. C0123456789"
    )
    base_url: str = pydantic.Field(API, pattern=r"^https?://")

    @pydantic.model_validator(mode="after")
    def _one_way_in(self) -> Options:
        if (self.token is None) == (self.webhook is None):
            raise ValueError("needs either token and channel, or webhook")
        if self.token is not None and self.channel is None:
            raise ValueError("token needs channel: the channel's id")
        if self.webhook is not None and self.channel is not None:
            raise ValueError("a webhook has its channel fixed by Slack: leave channel out")
        return self


# -------------------------------------------------------------------------------------------------------- rendering


def render(alert: Alert, channel: Channel, *, reply: bool = False, repeat: bool = False) -> Message:
    """Blocks within all of Slack's limits, and the fallback text that notifications and screen readers use.

    Page text stands in rich_text and plain_text, where nothing is parsed; elsewhere it is escaped, so it pings nobody.
    """
    told = notice(alert, repeat=repeat)
    room = 6_000
    blocks = _blocks(told, room, reply)
    while _size(blocks) > SERIALISED and room > 50:
        room //= 2
        blocks = _blocks(told, room, reply)
    if _size(blocks) > SERIALISED:
        blocks = [*_top(told), *_bottom(told)]
    lead = f"{told.repeat}: " if told.repeat else ""
    fallback = _cut_escaped(f"{lead}{told.headline} – {told.direction} · {told.id}", 1_000)
    return Message(plain_text(told), {"text": fallback, "blocks": blocks})


def _blocks(told: Notice, room: int, reply: bool) -> list[dict[str, Any]]:
    shown = told.quotes[:QUOTES]
    share = max(40, room // max(1, len(shown)))
    blocks = [*_top(told), _fields(told, room, reply)]
    for quoted in shown:
        blocks += _quoted(quoted, share, told.url)
    if more := len(told.quotes) - len(shown):
        blocks.append(_context(f"and {more} more change{'s' if more > 1 else ''}; see link"))
    return [*blocks, *_bottom(told)][:BLOCKS]


def _top(told: Notice) -> list[dict[str, Any]]:
    heading = shortened(told.headline, HEADER) or told.id
    blocks = [{"type": "header", "text": {"type": "plain_text", "text": heading, "emoji": False}}]
    if told.repeat:
        blocks.insert(0, _context(told.repeat))
    if heading != told.headline and told.headline:
        blocks.append({"type": "section", "text": _mrkdwn(_cut_escaped(told.headline, 1_000))})
    return blocks


def _fields(told: Notice, room: int, reply: bool) -> dict[str, Any]:
    """Ten facts at most; a reply leaves out what its root already says."""
    told_by_root = ("Place", "Body", "Judged") if reply else ()
    facts = [(name, value) for name, value in told.facts if name not in told_by_root][:10]
    limit = max(60, min(FIELD - 50, room // 4))
    return {"type": "section", "fields": [_mrkdwn(f"*{name}*\n{_cut_escaped(value, limit)}") for name, value in facts]}


def _quoted(quoted: Quote, share: int, source: str | None) -> Iterable[dict[str, Any]]:
    caption = shortened(quoted.caption, max(60, min(300, share)))
    words: list[dict[str, Any]] = []
    if caption:
        words.append({"type": "text", "text": caption + "\n", "style": {"italic": True}})
    styles = {"-": {"strike": True}, "+": {"bold": True}}
    for mark, text in excerpt(quoted.redline, share):
        for piece in _pieces(text, TEXT):
            words.append({"type": "text", "text": piece} | ({"style": styles[mark]} if mark in styles else {}))
    elements: list[dict[str, Any]] = [{"type": "rich_text_section", "elements": words}] if words else []
    said = [f"“{cut(text, max(40, min(400, share // 4)))}” – {cut(cue, 100)}" for text, cue in quoted.evidence[:4]]
    if said:
        elements.append({"type": "rich_text_quote", "elements": [{"type": "text", "text": "\n".join(said)}]})
    if elements:
        yield {"type": "rich_text", "elements": elements}
    page = f"{_link(quoted.url, 'Page')} · " if quoted.url and quoted.url != source else ""
    yield _context(page + escaped(quoted.proof))


def _bottom(told: Notice) -> list[dict[str, Any]]:
    source = f"{_link(told.url, 'Source')} · " if told.url else ""
    office = [_context(_cut_escaped(f"Office: {told.office}", 500))] if told.office else []
    return [*office, _context(f"{source}{escaped(told.noticed)} · {told.id}")]


def _context(text: str) -> dict[str, Any]:
    return {"type": "context", "elements": [_mrkdwn(text)]}


def _mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}  # verbatim: no links made of bare URLs and #names


def _link(url: str, words: str) -> str:
    return f"<{escaped(url).replace('|', '%7C')}|{words}>"


def _pieces(text: str, size: int) -> Iterable[str]:
    for start in range(0, len(text), size // 2):  # half: an astral character is two UTF-16 units
        yield text[start : start + size // 2]


def escaped(text: str) -> str:
    """The three characters that Slack's mrkdwn gives a meaning to (docs.slack.dev, "Escaping text")."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cut_escaped(text: str, limit: int) -> str:
    """Cut first, then escaped, so that no entity is ever cut in two; the escaped form holds the limit."""
    room = limit
    while units(escaped(cut(text, room))) > limit:
        room = room * 3 // 4
    return escaped(cut(text, room))


def _code(body: str) -> str:
    """A webhook answers with the bare code; anything else (a proxy's page) is none."""
    return body.strip() if re.fullmatch(r"[a-z0-9_]{1,60}", body.strip()) else ""


def _size(blocks: list[dict[str, Any]]) -> int:
    return len(json.dumps(blocks))  # with \u escapes, as the SDK sends them: never less than what Slack counts


# ---------------------------------------------------------------------------------------------------------- sending


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

    async def send(self, message: Message, *, key: str, thread: str | None) -> Receipt:
        """Posts once. `key` travels as message metadata and as client_msg_id."""
        body: Mapping[str, Any] = message.body or {"text": _cut_escaped(message.text, PLAIN)}
        try:
            if self._webhook is not None:
                return await self._post_to_webhook(self._webhook, body, key)
            return await self._post(body, key, thread)
        except (SlackApiError, aiohttp.ClientError, TimeoutError, AttributeError, ValueError) as trouble:
            raise self._known(trouble) from None

    async def _post(self, body: Mapping[str, Any], key: str, thread: str | None) -> Receipt:
        answer = await self._client().chat_postMessage(
            channel=self._channel,
            text=body["text"],
            blocks=body.get("blocks"),
            thread_ts=thread,
            unfurl_links=False,
            unfurl_media=False,
            metadata={"event_type": EVENT, "event_payload": {"key": key}},
            client_msg_id=str(uuid.uuid5(uuid.NAMESPACE_URL, key)),
        )
        posted = str(answer["ts"])
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

    async def find(self, key: str, since: datetime, thread: str | None) -> Receipt | None:
        """Looks for the key in the channel's history, and in the thread's replies."""
        if not self.can_ask:
            return None
        oldest = str((since - timedelta(minutes=10)).timestamp())
        try:
            if thread is not None and (found := await self._seek(key, oldest, thread)):
                return found
            return await self._seek(key, oldest, None)
        except (SlackApiError, aiohttp.ClientError, TimeoutError, AttributeError, ValueError) as trouble:
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
        """auth.test; a webhook cannot be asked anything."""
        if self._webhook is not None:
            return
        try:
            await self._client().auth_test()
        except (SlackApiError, aiohttp.ClientError, TimeoutError, AttributeError, ValueError) as trouble:
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
            return self._error("Slack refuses the channel", word, "target", permanent=True)
        if code in REFUSED or (status == 400 and not code) or code.startswith(("invalid_metadata", "metadata_")):
            return self._error("Slack refuses this message", word, "message", permanent=True)
        return self._error("Slack is in trouble", word, "service", ambiguous=not code or code in MAYBE_POSTED)

    def _error(self, words: str, code: str, scope: str, **more: Any) -> DeliveryError:
        return DeliveryError(words, channel=self.name, code=code, scope=scope, **more)
