"""A webhook: the alert as JSON, signed, with an idempotency key. For other people's programs.

The signature is `X-Watcher-Signature: sha256=<hex HMAC-SHA-256 of the raw body with the shared secret>` (RFC 2104), the
key `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header) is the same for every attempt of one delivery.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import aiohttp
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
    alert_line,
    change_line,
    leaves,
    notice,
    plain_text,
    private_parts_masked,
    refusal,
    retry_after,
    unanswered,
    unreachable,
)

TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=10)


class Options(pydantic.BaseModel):
    """Where to post, and the secret that signs."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    url: SecretRef | pydantic.HttpUrl
    secret: SecretRef | None = None


def render(alert: Alert, channel: Channel, *, reply: bool = False, repeat: bool = False) -> Message:
    """The alert line of the interface, with its changes in full and what people would read under `text`."""
    told = notice(alert, repeat=repeat, page=channel.page)
    text = plain_text(told)
    shown = private_parts_masked(alert)
    more = {"details": [change_line(change) for change in shown.changes], "thread": alert.thread, "id": told.id}
    if pages := [quoted.page for quoted in told.quotes if quoted.page]:
        more["pages"] = pages
    return Message(text, {**alert_line(shown, ()), **more, "possible_repeat": repeat, "text": text})


def render_lines(alert: Alert, channel: Channel, *, repeat: bool = False) -> Message:
    """A digest, or a word to the operator: its lines, each with its address."""
    told = notice(alert, repeat=repeat)
    lines = [{"text": text, "url": url} for text, url in told.lines]
    more = {"key": alert.key, "headline": told.headline, "lines": lines, "created_at": alert.created_at.isoformat()}
    text = plain_text(told)
    return Message(text, {"type": alert.kind, "id": told.id, **more, "possible_repeat": repeat, "text": text})


class Sender:
    """One address. Redirects are not followed: a signed alert goes where it was told to go."""

    can_ask = False
    question: Question = "alive"
    says_when = True
    pace: Pace = ()
    address = ""

    def __init__(self, channel: Channel) -> None:
        self.name = channel.name
        self._url = channel.secrets.get("url") or str(channel.options.get("url", ""))
        self._secret = channel.secrets.get("secret")
        self._session: aiohttp.ClientSession | None = None

    async def send(self, message: Message, *, key: str, thread: str | None) -> Receipt:
        """Posts once; any 2xx is taken as taken."""
        await self._post(message.body or {"type": "text", "text": message.text}, key)
        return Receipt(key, thread)

    async def _post(self, payload: Mapping[str, Any], key: str) -> None:
        body = json.dumps(payload, ensure_ascii=False).encode(
            errors="replace"
        )  # halves of characters that a page may hold
        headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": key}
        if self._secret:
            headers["X-Watcher-Signature"] = signature(self._secret, body)
        try:
            async with self._connection().post(self._url, data=body, headers=headers, allow_redirects=False) as answer:
                if not 200 <= answer.status < 300:
                    is_page = answer.content_type == "text/html"
                    raise refusal(self.name, answer.status, retry_after(answer.headers), page=is_page)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise unreachable(self.name) from None
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError):
            said = "the address is not one"
            raise DeliveryError(said, channel=self.name, code="invalid_url", scope="target", permanent=True) from None
        except (aiohttp.ClientError, TimeoutError):
            raise unanswered(self.name) from None

    async def find(self, key: str, since: datetime, thread: str | None) -> Receipt | None:
        """Cannot be asked; the receiver knows a repeat by its Idempotency-Key."""
        return None

    async def check(self) -> None:
        """OPTIONS (RFC 9110, 9.3.7): one that knows no such method answers too. A POST would be taken for an alert."""
        try:
            async with self._connection().options(self._url, allow_redirects=False) as answer:
                if answer.status >= 500 and answer.status != 501:  # 501: no such method
                    raise refusal(self.name, answer.status, retry_after(answer.headers))
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError):
            pass  # the sending will say it
        except (aiohttp.ClientError, TimeoutError):
            raise unreachable(self.name) from None

    async def close(self) -> None:
        """Closes the connection."""
        if self._session is not None:
            await self._session.close()

    def move(self, to: str) -> None:
        """A redirect is not followed."""

    def _connection(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                timeout=TIMEOUT, connector=aiohttp.TCPConnector(force_close=True), trace_configs=[_traced()]
            )
        return self._session


def _traced() -> aiohttp.TraceConfig:
    """Every message has a connection of its own: it goes as soon as that stands."""
    trace = aiohttp.TraceConfig()

    async def connected(*_: object) -> None:
        leaves()

    trace.on_connection_create_end.append(connected)
    return trace


def signature(secret: str, body: bytes) -> str:
    """The value of X-Watcher-Signature for a body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
