"""Slack, Socket Mode: buttons and `/council`, without a public address.

An envelope is acknowledged first (Slack waits 3 s) and worked on after. Clicks are not delivered again by Slack: what a
button does, `/council` does too.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from watcher import answers
from watcher.answers import Answer
from watcher.channels.slack.blocks import cut_escaped, decided
from watcher.listen import Clerk
from watcher.model import Channel

log = logging.getLogger(__name__)
# The client logs addresses that hold a ticket, and tracebacks for every broken connection: we say it in our own words.
_quiet = logging.getLogger(f"{__name__}.socket")
_quiet.setLevel(logging.CRITICAL + 1)

LOOK = 1.0  # seconds between two looks whether the socket is open
PATIENCE = 20.0  # seconds a socket may be closed before a new client is made: the SDK's would try one address for ever
REST, LONG_REST = 5.0, 900.0
LENGTH = 3_000
TROUBLE = (
    SlackClientError,
    aiohttp.ClientError,
    TimeoutError,
    OSError,
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
)


class Socket:
    """One app, for all channels that it serves."""

    def __init__(self, clerk: Clerk, channels: Sequence[Channel]) -> None:
        self.clerk = clerk
        self.channels = {str(channel.options.get("channel")): channel for channel in channels}
        self.name = ", ".join(channel.name for channel in channels)
        first = channels[0]
        self._app_token = first.secrets["app_token"]
        self._web = AsyncWebClient(
            token=first.secrets.get("token"),
            base_url=str(first.options.get("base_url") or AsyncWebClient.BASE_URL),
            timeout=30,
            retry_handlers=[],
            logger=_quiet,
        )
        self._seen: deque[str] = deque(maxlen=200)
        self._off = False

    async def run(self) -> None:
        """Keeps a socket open until cancelled."""
        # one session for every call, ours to close: the SDK's own tasks may be cut off in the middle of one
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as self._web.session:
            await self._listen()

    async def _listen(self) -> None:
        while True:
            client = SocketModeClient(self._app_token, logger=_quiet, web_client=self._web, ping_interval=5)
            client.socket_mode_request_listeners.append(self._take)
            client.on_message_listeners.append(self._look)
            rest = REST
            self._off = False
            try:
                client.wss_uri = await client.issue_new_wss_url()
                await asyncio.wait_for(client.connect(), PATIENCE)  # type: ignore[no-untyped-call]
                self.clerk.hears(self.name)
                await self._stay(client)
                rest = LONG_REST if self._off else REST
                self.clerk.deaf(self.name, "Slack has turned Socket Mode off" if self._off else "the socket is closed")
            except SlackApiError as trouble:
                code = str(_code(trouble))
                self.clerk.deaf(self.name, f"Slack refuses the app token ({code})")
                rest = LONG_REST if code in _FOR_GOOD else 6 * REST
            except TROUBLE as trouble:
                self.clerk.deaf(self.name, f"no connection ({type(trouble).__name__})")
                rest = 6 * REST
            finally:
                await _closed(client)
            await asyncio.sleep(rest)

    async def _stay(self, client: SocketModeClient) -> None:
        """Until the socket was closed for too long, or Slack said that it is over."""
        closed = 0.0
        while closed < PATIENCE and not self._off:
            await asyncio.sleep(LOOK)
            closed = 0.0 if await client.is_connected() else closed + LOOK

    async def _look(self, message: aiohttp.WSMessage) -> None:
        if '"link_disabled"' in str(message.data):
            self._off = True

    async def _take(self, client: Any, request: SocketModeRequest) -> None:
        """One envelope: acknowledged, then worked on."""
        await client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))
        if request.envelope_id in self._seen:  # Slack sends some again whose acknowledgement it missed
            return
        self._seen.append(request.envelope_id)
        work: dict[str, Callable[[dict[str, Any]], Awaitable[None]]] = {
            "interactive": self._clicked,
            "slash_commands": self._commanded,
        }
        try:
            if request.type in work:
                await work[request.type](request.payload)
        except TROUBLE as trouble:
            log.warning("%s: a click or command was not answered (%s)", self.name, type(trouble).__name__)
        except Exception:  # a bug must not end the listening
            log.exception("%s: an error we did not expect", self.name)

    async def _commanded(self, payload: dict[str, Any]) -> None:
        person = (str(payload.get("user_id")), str(payload.get("user_name") or ""))
        answer = self._answer(str(payload.get("text") or ""), str(payload.get("channel_id")), person, button=False)
        await self._say(answer.text, payload, str(payload.get("channel_id")), person[0])

    async def _clicked(self, payload: dict[str, Any]) -> None:
        user = payload.get("user") or {}
        person = (str(user.get("id")), str(user.get("username") or user.get("name") or ""))
        where = str((payload.get("container") or {}).get("channel_id") or (payload.get("channel") or {}).get("id"))
        for action in payload.get("actions") or ():
            named = str(action.get("value") or "")
            answer = self._answer(f"{action.get('action_id')}:{named}", where, person, button=True)
            if answer.mute or answer.unmute:
                await self._mark(payload, where, named, answer)
            else:
                await self._say(answer.text, payload, where, person[0])

    def _answer(self, text: str, where: str, person: tuple[str, str], *, button: bool) -> Answer:
        channel = self.channels.get(where)
        allowed: Any = channel.options.get("allowed") or () if channel else ()
        question = answers.asked(
            text,
            button=button,
            who=f"{person[1]} ({person[0]})" if person[1] else person[0],
            allowed=person[0] in allowed,
            where=channel.name if channel else "",
            entry=f"  new: {{kind: slack, token: env:SLACK_BOT_TOKEN, channel: {where}}}",
        )
        return self.clerk.answer(question)

    async def _mark(self, payload: dict[str, Any], where: str, named: str, answer: Answer) -> None:
        """The message itself says for everybody what was decided, and by whom."""
        message = payload.get("message") or {}
        if not message.get("blocks"):
            await self._say(answer.text, payload, where, str((payload.get("user") or {}).get("id")))
            return
        blocks = decided(message["blocks"], answer.text, named, undo=answer.mute is not None)
        await self._web.chat_update(
            channel=where, ts=str(message["ts"]), text=str(message.get("text") or answer.text), blocks=blocks
        )

    async def _say(self, text: str, payload: dict[str, Any], where: str, who: str) -> None:
        """Only to the one who asked."""
        words = cut_escaped(text, LENGTH)
        if url := payload.get("response_url"):
            hook = AsyncWebhookClient(str(url), timeout=30, retry_handlers=[], logger=_quiet, session=self._web.session)
            sent = await hook.send(text=words, response_type="ephemeral", replace_original=False)
            if sent.status_code == 200:
                return
        await self._web.chat_postEphemeral(channel=where, user=who, text=words)


_FOR_GOOD = frozenset({"invalid_auth", "not_authed", "account_inactive", "token_revoked", "not_allowed_token_type",
                       "missing_scope", "access_denied", "forbidden_team"})  # fmt: skip


async def _closed(client: SocketModeClient) -> None:
    """Closes the client to the end, also where we are cancelled meanwhile: half closed it leaks its connections."""
    closing = asyncio.ensure_future(client.close())  # type: ignore[no-untyped-call]
    try:
        await asyncio.shield(closing)
    except asyncio.CancelledError:
        await closing
        raise


def _code(trouble: SlackApiError) -> str:
    said = getattr(trouble.response, "data", None)
    return str(said.get("error") or "no reason given") if isinstance(said, dict) else "no reason given"
