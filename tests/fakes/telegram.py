"""A pretend Bot API server: messages, edits, documents, buttons, commands and long polling.

Parses HTML as the real server does (tdlib/td, MessageEntity.cpp: named entities, known tags, UTF-16 lengths after
parsing) and refuses what it refuses. Faults come from `Service`.
"""

from __future__ import annotations

import asyncio
import json
import re
from html.parser import HTMLParser
from typing import Any

from aiohttp import web

from tests.fakes.service import Body, Fault, Service

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw-pretend"
TAGS = {"b", "strong", "i", "em", "u", "s", "code", "pre", "a", "blockquote", "tg-spoiler"}


def too_many_requests(seconds: int, times: int = 1) -> Fault:
    """429 with parameters.retry_after."""
    said = failure(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
    return Fault("status", times, status=429, answer=said)


def refuses(status: int, description: str, times: int = 1, **parameters: Any) -> Fault:
    """An error with its description, e.g. 403 "Forbidden: bot was kicked from the group chat"."""
    return Fault("status", times, status=status, answer=failure(status, description, parameters))


def failure(status: int, description: str, parameters: Body | None = None) -> Body:
    """The body of an error."""
    said: Body = {"ok": False, "error_code": status, "description": description}
    return said | ({"parameters": parameters} if parameters else {})


class Telegram(Service):
    """Messages by chat, in the order in which they were taken."""

    def __init__(self) -> None:
        super().__init__()
        self.posted: list[Body] = []
        self.chats: dict[str, bool] = {"-100": True}  # chat -> is it a forum
        self.topics = {42}
        self.kicked: set[str] = set()
        self.migrated: dict[str, int] = {}
        self.tokens = {TOKEN}
        self.edits: list[Body] = []
        self.documents: list[Body] = []
        self.answers: list[Body] = []  # to callback queries
        self.admins: set[int] = set()
        self.updates: list[Body] = []
        self.pollers = 0

    @property
    def base_url(self) -> str:
        """As python-telegram-bot takes it."""
        return f"http://127.0.0.1:{self.port}/bot"

    def app(self) -> web.Application:
        """Methods under /bot<token>/."""
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", self._call)
        return app

    async def _call(self, request: web.Request) -> web.StreamResponse:
        asked: Body = dict(await request.post())
        method = request.match_info["method"]
        fault = self.next_fault(method)
        if fault is not None and not fault.taken:
            return await self.suffer(request, fault)
        if method == "getUpdates":
            return web.json_response(await self._poll(asked))
        answer = self._answer(method, asked, request.match_info["token"])
        await asyncio.sleep(self.delay)
        if fault is not None:
            return await self.suffer(request, fault)
        return web.json_response(answer, status=answer.get("error_code", 200))

    # ------------------------------------------------------------------------------------------- buttons, commands

    def says(self, text: str, user: int = 7, chat: int = -100, topic: int | None = None) -> None:
        """Somebody writes in a chat."""
        message = {"message_id": 900 + len(self.updates), "date": 1764000000, "text": text, "from": _person(user)}
        message |= {"chat": _chat(chat)} | ({"message_thread_id": topic} if topic else {})
        self.updates.append({"update_id": 50 + len(self.updates), "message": message})

    def press(self, message: Body, words: str, user: int = 7) -> None:
        """Somebody presses the button with these words under a message."""
        keyboard = json.loads(message["keyboard"])["inline_keyboard"]
        (said,) = (button["callback_data"] for row in keyboard for button in row if button["text"] == words)
        assert 1 <= len(said.encode()) <= 64
        under = {"message_id": message["id"], "date": 1764000000, "chat": _chat(int(message["chat"]))}
        query = {"id": f"q{len(self.updates)}", "from": _person(user), "chat_instance": "1", "data": said}
        self.updates.append({"update_id": 50 + len(self.updates), "callback_query": query | {"message": under}})

    async def _poll(self, asked: Body) -> Body:
        """Long polling; a second poller is told of the conflict."""
        self.pollers += 1
        try:
            if self.pollers > 1:
                said = (
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
                )
                return failure(409, said)
            for _ in range(10):
                waiting = [update for update in self.updates if update["update_id"] >= int(asked.get("offset") or 0)]
                if waiting:
                    return {"ok": True, "result": waiting}
                await asyncio.sleep(0.05)
            return {"ok": True, "result": []}
        finally:
            self.pollers -= 1

    def _answer(self, method: str, asked: Body, token: str) -> Body:
        if token not in self.tokens:
            return failure(401, "Unauthorized")
        if method == "answerCallbackQuery":
            self.answers.append(asked)
            return {"ok": True, "result": True}
        if method == "getMe":
            return {"ok": True, "result": {"id": 1, "is_bot": True, "first_name": "watcher", "username": "watcher_bot"}}
        chat = str(asked.get("chat_id"))
        if chat in self.migrated:
            to = self.migrated[chat]
            return failure(400, "Bad Request: group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": to})
        if chat in self.kicked:
            return failure(403, "Forbidden: bot was kicked from the supergroup chat")
        if chat not in self.chats:
            return failure(400, "Bad Request: chat not found")
        if method == "getChat":
            forum = {"is_forum": True} if self.chats[chat] else {}  # never "false"
            return {"ok": True, "result": _chat(int(chat)) | FULL | forum}
        match method:
            case "getChatMember":
                status = "administrator" if int(asked["user_id"]) in self.admins else "member"
                return {"ok": True, "result": _member(int(asked["user_id"]), status)}
            case "sendMessage":
                return self._send(asked, chat)
            case "editMessageText" | "editMessageReplyMarkup":
                return self._edit(asked, chat)
            case "sendDocument":
                self.documents.append(asked)
                return {"ok": True, "result": {"message_id": 500, "date": 1764000000, "chat": _chat(int(chat))}}
        return failure(404, "Not Found")

    def _edit(self, asked: Body, chat: str) -> Body:
        found = [m for m in self.posted if m["chat"] == chat and m["id"] == int(asked["message_id"])]
        if not found:
            return failure(400, "Bad Request: message to edit not found")
        if "text" in asked:
            try:
                text = parsed(asked["text"])
            except ValueError as trouble:
                return failure(400, f"Bad Request: can't parse entities: {trouble}")
            if found[0]["raw"] == asked["text"]:
                return failure(400, "Bad Request: message is not modified")
            found[0] |= {"text": text, "raw": asked["text"]}
        elif found[0]["keyboard"] == asked.get("reply_markup"):
            return failure(400, "Bad Request: message is not modified")
        found[0]["keyboard"] = asked.get("reply_markup")
        self.edits.append(dict(found[0]))
        return {"ok": True, "result": {"message_id": found[0]["id"], "date": 1764000000, "chat": _chat(int(chat))}}

    def _send(self, asked: Body, chat: str) -> Body:
        try:
            text = parsed(asked["text"]) if asked.get("parse_mode") == "HTML" else asked["text"]
        except ValueError as trouble:
            return failure(400, f"Bad Request: can't parse entities: {trouble}")
        length = len(text.strip().encode("utf-16-le", "replace")) // 2
        if not 1 <= length <= 4096:
            return failure(
                400, "Bad Request: message text is empty" if not length else "Bad Request: message is too long"
            )
        topic = asked.get("message_thread_id")
        if topic is not None and self.chats[chat] and int(topic) not in self.topics:
            return failure(400, "Bad Request: message thread not found")
        reply = _reply_to(asked.get("reply_parameters"))
        number = len(self.posted) + 1
        message = {"id": number, "chat": chat, "text": text, "raw": asked["text"], "topic": topic, "reply_to": reply}
        message |= {"keyboard": asked.get("reply_markup"), "silent": asked.get("disable_notification") == "true"}
        self.posted.append(message | {"preview": asked.get("link_preview_options"), "mode": asked.get("parse_mode")})
        result = {
            "message_id": number,
            "date": 1764000000,
            "chat": {"id": int(chat), "type": "supergroup"},
            "text": text,
        }
        if topic is not None and self.chats[chat]:
            result |= {"message_thread_id": int(topic), "is_topic_message": True}
        return {"ok": True, "result": result}


FULL = {
    "accent_color_id": 1, "max_reaction_count": 11, "accepted_gift_types":
    dict.fromkeys(("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), True),
}  # fmt: skip
"""What getChat tells besides (core.telegram.org/bots/api#chatfullinfo)."""


def _chat(number: int) -> Body:
    return {"id": number, "type": "supergroup" if number < 0 else "private", "title": "Council watch"}


def _person(number: int) -> Body:
    return {"id": number, "is_bot": False, "first_name": f"Name-of-{number}"}


def _member(number: int, status: str) -> Body:
    rights: tuple[str, ...] = (
        "can_be_edited",
        "is_anonymous",
        "can_manage_chat",
        "can_delete_messages",
        "can_manage_video_chats",
    )
    rights += ("can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users")
    rights += ("can_post_stories", "can_edit_stories", "can_delete_stories")
    more = dict.fromkeys(rights, False) if status == "administrator" else {}
    return {"status": status, "user": _person(number)} | more


class _Entities(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.text: list[str] = []
        self.open: list[str] = []
        self.count = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            raise ValueError(f'Unsupported start tag "{tag}"')
        self.open.append(tag)
        self.count += 1

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise ValueError(f'Unmatched end tag, expected "{tag}"')

    def handle_entityref(self, name: str) -> None:
        if name not in ("lt", "gt", "amp", "quot"):
            raise ValueError(f"Unknown entity {name}")
        self.text.append({"lt": "<", "gt": ">", "amp": "&", "quot": '"'}[name])

    def handle_charref(self, name: str) -> None:
        self.text.append(chr(int(name[1:], 16) if name[0] in "xX" else int(name)))

    def handle_data(self, data: str) -> None:
        if "<" in data:
            raise ValueError('Unsupported start tag ""')
        self.text.append(data)


def parsed(html: str) -> str:
    """The visible text of an HTML message. Raises ValueError in the words of the server."""
    reader = _Entities()
    reader.feed(html)
    reader.close()
    if reader.open:
        raise ValueError(f"Can't find end tag corresponding to start tag {reader.open[-1]}")
    if reader.count > 100:
        raise ValueError("more than 100 entities: some would be dropped")
    return "".join(reader.text)


def mentions(text: str) -> list[str]:
    """What the server would turn into a mention, a hashtag or a command by itself."""
    return re.findall(r"(?<!\w)@\w{3,}|(?<!\w)#\w+|(?<![\w/])/\w+", text)


def _reply_to(parameters: Any) -> int | None:
    found = re.search(r'"message_id":\s*(\d+)', str(parameters or ""))
    return int(found.group(1)) if found else None
