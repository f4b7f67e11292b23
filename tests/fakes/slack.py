"""A pretend Slack: messages, edits, files, history, Socket Mode with buttons and slash commands, incoming webhooks.

Answers as docs.slack.dev describes, checks what Slack checks (Block Kit limits, the sum of the blocks, tokens, threads)
and notes what would have pinged somebody. Faults come from `Service`.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from typing import Any

from aiohttp import web

from tests.fakes.service import Body, Fault, Service

TOKEN = "xoxb-000000000000-pretend-token-of-the-tests"
APP_TOKEN = "xapp-1-A000-pretend-app-token-of-the-tests"
HOOK = "/services/T000/B000/pretendwebhooksecret"


def too_many_requests(seconds: int, times: int = 1) -> Fault:
    """HTTP 429 with Retry-After, as Slack says it."""
    said = {"ok": False, "error": "ratelimited"}
    return Fault("status", times, status=429, answer=said, headers={"Retry-After": str(seconds)})


def refuses(error: str, times: int = 1) -> Fault:
    """`ok: false` with a code, in an HTTP 200."""
    return Fault("json", times, status=200, answer={"ok": False, "error": error})


class Slack(Service):
    """Messages by channel, in the order in which they were taken."""

    def __init__(self) -> None:
        super().__init__()
        self.posted: list[Body] = []
        self.channels = {"C1"}
        self.archived: set[str] = set()
        self.tokens = {TOKEN}
        self.pings: list[str] = []
        self.hooked: list[Body] = []
        self.edits: list[Body] = []
        self.files: list[Body] = []
        self.acks: list[str] = []  # envelope ids
        self.replies: list[Body] = []  # to response_url, and ephemeral messages
        self.links_off = False
        self._bytes: dict[str, bytes] = {}
        self._numbers = itertools.count(1)
        self._sockets: list[web.WebSocketResponse] = []

    @property
    def base_url(self) -> str:
        """As slack_sdk takes it."""
        return f"http://127.0.0.1:{self.port}/api/"

    @property
    def webhook(self) -> str:
        """An incoming webhook of this workspace."""
        return f"http://127.0.0.1:{self.port}{HOOK}"

    def keys(self) -> list[str]:
        """The delivery keys of the messages that were taken, in order."""
        return [message["metadata"]["event_payload"]["key"] for message in self.posted]

    def app(self) -> web.Application:
        """The methods under /api/, and the webhook."""
        app = web.Application()
        app.router.add_post("/api/{method}", self._call)
        app.router.add_get("/api/{method}", self._call)
        app.router.add_post(HOOK, self._hook)
        app.router.add_get("/link", self._socket)
        app.router.add_post("/upload/{id}", self._upload)
        app.router.add_post("/response/{id}", self._respond)
        return app

    # ------------------------------------------------------------------------------------------- buttons, commands

    def click(self, message: Body, verb: str, user: str = "U1", *, response_url: bool = True) -> str:
        """Somebody presses a button of a message: an envelope to every open socket. Returns its id."""
        (actions,) = (block for block in message["blocks"] if block["type"] == "actions")
        (button,) = (element for element in actions["elements"] if element["action_id"] == verb)
        payload = {
            "type": "block_actions",
            "user": {"id": user, "username": f"name-of-{user}"},
            "channel": {"id": message["channel"]},
            "container": {"channel_id": message["channel"], "message_ts": message["ts"]},
            "message": {"ts": message["ts"], "text": message["text"], "blocks": message["blocks"]},
            "actions": [{"type": "button", "action_id": verb, "value": button["value"]}],
        }
        return self._envelope("interactive", payload, response_url)

    def command(self, text: str, user: str = "U1", channel: str = "C1") -> str:
        """Somebody types /council and `text`."""
        payload = {"command": "/council", "text": text, "user_id": user, "user_name": f"name-of-{user}"}
        return self._envelope("slash_commands", payload | {"channel_id": channel}, True)

    def refresh(self, reason: str = "refresh_requested") -> None:
        """Slack asks every open socket to come back through a new address."""
        self._send({"type": "disconnect", "reason": reason})

    @property
    def connected(self) -> int:
        """Open sockets."""
        return len(self._sockets)

    def _envelope(self, kind: str, payload: Body, response_url: bool) -> str:
        name = f"envelope-{next(self._numbers)}"
        if response_url:
            payload["response_url"] = f"http://127.0.0.1:{self.port}/response/{name}"
        self._send({"type": kind, "envelope_id": name, "accepts_response_payload": True, "payload": payload})
        return name

    def _send(self, said: Body) -> None:
        async def send() -> None:
            for socket in list(self._sockets):
                await socket.send_json(said)

        asyncio.run_coroutine_threadsafe(send(), self._loop).result()

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        self._sockets.append(socket)
        try:
            async for said in socket:
                self.acks.append(json.loads(said.data)["envelope_id"])
        finally:
            self._sockets.remove(socket)
        return socket

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        self.replies.append(await request.json())
        return web.Response(text="ok")

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        fault = self.next_fault("upload")
        if fault is not None and not fault.taken:
            return await self.suffer(request, fault)
        self._bytes[request.match_info["id"]] = await request.read()
        return web.Response(text="OK")

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        asked: Body = dict(request.query) | dict(await request.post())
        if request.content_type == "application/json":
            asked |= await request.json()
        fault = self.next_fault(method)
        if fault is not None and not fault.taken:
            return await self.suffer(request, fault)
        answer = self._answer(method, asked, request.headers.get("Authorization", "").removeprefix("Bearer "))
        await asyncio.sleep(self.delay)
        if fault is not None:
            return await self.suffer(request, fault)
        return web.json_response(answer)

    def _answer(self, method: str, asked: Body, token: str) -> Body:
        if method == "apps.connections.open":
            if token != APP_TOKEN or self.links_off:
                return {"ok": False, "error": "invalid_auth"}
            return {"ok": True, "url": f"ws://127.0.0.1:{self.port}/link"}
        if token not in self.tokens:
            return {"ok": False, "error": "invalid_auth"}
        if method == "auth.test":
            return {"ok": True, "team": "pretend", "user": "watcher"}
        if method == "files.getUploadURLExternal":
            name = f"F{next(self._numbers)}"
            return {"ok": True, "file_id": name, "upload_url": f"http://127.0.0.1:{self.port}/upload/{name}"}
        if method == "files.completeUploadExternal":
            return self._complete(asked)
        if asked.get("channel") not in self.channels:
            return {"ok": False, "error": "channel_not_found"}
        match method:
            case "chat.postMessage":
                return self._post(asked)
            case "chat.update":
                return self._update(asked)
            case "chat.postEphemeral":
                self.replies.append(asked)
                return {"ok": True}
            case "conversations.history":
                return self._list([m for m in self.posted if m["thread_ts"] is None][::-1], asked)  # newest first
            case "conversations.replies":
                root = asked["ts"]
                if not any(m["ts"] == root for m in self.posted):
                    return {"ok": False, "error": "thread_not_found"}
                return self._list([m for m in self.posted if root in (m["ts"], m["thread_ts"])], asked)
        return {"ok": False, "error": "unknown_method"}

    def _post(self, asked: Body) -> Body:
        if asked["channel"] in self.archived:
            return {"ok": False, "error": "is_archived"}
        blocks = _parsed(asked.get("blocks")) or []
        if (error := wrong_with(blocks, asked.get("text", ""))) is not None:
            return {"ok": False, "error": error}
        self.pings += pings(asked.get("text", ""), blocks)
        root = asked.get("thread_ts")
        if root is not None and not any(m["ts"] == root for m in self.posted):
            root = None  # Slack documents no error for a thread that is not there
        ts = f"1764000000.{len(self.posted) + 1:06d}"
        message = {"ts": ts, "thread_ts": root, "text": asked.get("text", ""), "blocks": blocks}
        message |= {"metadata": _parsed(asked.get("metadata")), "client_msg_id": asked.get("client_msg_id")}
        message |= {"unfurl": asked.get("unfurl_links"), "channel": asked["channel"]}
        message |= {"broadcast": str(asked.get("reply_broadcast")).lower() in ("1", "true")}
        self.posted.append(message)
        echo = {name: value for name, value in message.items() if value is not None}
        return {"ok": True, "ts": ts, "channel": asked["channel"], "message": echo}

    def _update(self, asked: Body) -> Body:
        found = [message for message in self.posted if message["ts"] == asked["ts"]]
        if not found:
            return {"ok": False, "error": "message_not_found"}
        blocks = _parsed(asked.get("blocks")) or []
        if (error := wrong_with(blocks, asked.get("text", ""))) is not None:
            return {"ok": False, "error": error}
        self.pings += pings(asked.get("text", ""), blocks)
        found[0] |= {"text": asked["text"], "blocks": blocks}
        self.edits.append({"ts": asked["ts"], "blocks": blocks})
        return {"ok": True, "ts": asked["ts"], "channel": asked["channel"], "text": asked["text"]}

    def _complete(self, asked: Body) -> Body:
        if asked["channel_id"] not in self.channels:
            return {"ok": False, "error": "channel_not_found"}
        made = [{"id": file["id"], "title": file["title"]} for file in _parsed(asked["files"])]
        for file in made:
            body = self._bytes[file["id"]]
            self.files.append(file | {"thread_ts": asked.get("thread_ts"), "body": body})
        return {"ok": True, "files": made}

    def _list(self, messages: list[Body], asked: Body) -> Body:
        """Two a page, so that paging is always exercised. Metadata only where it is asked for."""
        start = int(asked.get("cursor") or 0)
        page = messages[start : start + 2]
        if str(asked.get("include_all_metadata")).lower() not in ("1", "true"):
            page = [{name: value for name, value in m.items() if name != "metadata"} for m in page]
        after = str(start + 2) if start + 2 < len(messages) else ""
        return {"ok": True, "messages": page, "response_metadata": {"next_cursor": after}}

    async def _hook(self, request: web.Request) -> web.StreamResponse:
        sent = await request.json()
        fault = self.next_fault("webhook")
        if fault is None or fault.taken:
            if (error := wrong_with(sent.get("blocks") or [], sent.get("text", ""))) is not None:
                return web.Response(text=error, status=400)
            self.pings += pings(sent.get("text", ""), sent.get("blocks") or [])
            self.hooked.append(sent)
        if fault is None:
            return web.Response(text="ok")
        if fault.kind == "status" and isinstance(fault.answer.get("error"), str):
            return web.Response(text=fault.answer["error"], status=fault.status, headers=fault.headers)
        return await self.suffer(request, fault)


def wrong_with(blocks: list[Body], text: str) -> str | None:
    """The code of the first thing that Slack would refuse; None where all is within its limits."""
    if not text and not blocks:
        return "no_text"
    if len(blocks) > 50:
        return "invalid_blocks"
    if len(json.dumps(blocks, ensure_ascii=False)) > 13_000:
        return "msg_blocks_too_long"
    return "invalid_blocks" if any(_bad(block) for block in blocks) else None


def _bad(block: Body) -> bool:
    match block["type"]:
        case "header":
            return _bad_text(block["text"], 150) or block["text"]["type"] != "plain_text"
        case "section":
            fields = block.get("fields", [])
            if "text" in block:
                return _bad_text(block["text"], 3000)
            return len(fields) > 10 or any(_bad_text(field, 2000) for field in fields) or not fields
        case "context":
            return not 1 <= len(block["elements"]) <= 10 or any(_bad_text(text, 3000) for text in block["elements"])
        case "actions":
            return not 1 <= len(block["elements"]) <= 25 or any(_bad_button(button) for button in block["elements"])
        case "rich_text":
            return any(_bad_rich(element) for element in block["elements"])
    return True


def _bad_button(button: Body) -> bool:
    return (
        button["type"] != "button"
        or _bad_text(button["text"], 75)
        or not 1 <= _utf16(button["value"]) <= 2000
        or not 1 <= len(button["action_id"]) <= 255
    )


def _bad_rich(element: Body) -> bool:
    if element["type"] not in ("rich_text_section", "rich_text_quote"):
        return True
    links = [part for part in element["elements"] if part["type"] == "link"]
    if any(not str(part.get("url", "")).startswith(("http://", "https://")) for part in links):
        return True
    return any(
        part["type"] not in ("text", "link") or not 1 <= _utf16(part["text"]) <= 3000 for part in element["elements"]
    )


def _bad_text(text: Body, limit: int) -> bool:
    return text["type"] not in ("plain_text", "mrkdwn") or not 1 <= _utf16(text["text"]) <= limit


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def pings(text: str, blocks: list[Body]) -> list[str]:
    """What Slack would parse as a mention in mrkdwn: <!channel>, <@U…>, <#C…>."""
    found = re.findall(r"<[!@#][^>]*>", text)
    for text_object in _mrkdwn(blocks):
        found += re.findall(r"<[!@#][^>]*>", text_object)
    return found


def _mrkdwn(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["text"]] if value.get("type") == "mrkdwn" else []
        return own + [text for inner in value.values() for text in _mrkdwn(inner)]
    return [text for inner in value for text in _mrkdwn(inner)] if isinstance(value, list) else []


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
