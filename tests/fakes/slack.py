"""A pretend Slack: chat.postMessage, conversations.history and .replies, auth.test, and incoming webhooks.

Answers as docs.slack.dev describes, checks what Slack checks (Block Kit limits, the sum of the blocks, tokens, threads)
and notes what would have pinged somebody. Faults come from `Service`.
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from aiohttp import web

from tests.fakes.service import Body, Fault, Service

TOKEN = "xoxb-000000000000-pretend-token-of-the-tests"
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
        return app

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
        if token not in self.tokens:
            return {"ok": False, "error": "invalid_auth"}
        if method == "auth.test":
            return {"ok": True, "team": "pretend", "user": "watcher"}
        if asked.get("channel") not in self.channels:
            return {"ok": False, "error": "channel_not_found"}
        match method:
            case "chat.postMessage":
                return self._post(asked)
            case "conversations.history":
                return self._list([m for m in self.posted if m["thread_ts"] is None], asked)
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
        self.posted.append(message)
        echo = {name: value for name, value in message.items() if value is not None}
        return {"ok": True, "ts": ts, "channel": asked["channel"], "message": echo}

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
        case "rich_text":
            return any(_bad_rich(element) for element in block["elements"])
    return True


def _bad_rich(element: Body) -> bool:
    if element["type"] not in ("rich_text_section", "rich_text_quote"):
        return True
    return any(part["type"] != "text" or not 1 <= _utf16(part["text"]) <= 3000 for part in element["elements"])


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
