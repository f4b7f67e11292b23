"""Telegram, long polling: buttons and commands, without a public address. One poller a bot.

Where a channel lists nobody in `allowed`, the administrators of its group may mute, and in a private chat its owner.
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import logging
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from telegram import (
    Bot,
    BotCommand,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
    Update,
)
from telegram.error import BadRequest, Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from watcher import answers
from watcher.alerts import cut, head, inert
from watcher.answers import BUTTONS, Answer
from watcher.channels.telegram import API, EDITED
from watcher.listen import Clerk
from watcher.model import Channel

log = logging.getLogger(__name__)

POLL = 30  # seconds that the service may wait for news before it answers
REST, CONFLICT_REST, LONGEST_REST = 2.0, 900.0, 300.0
LENGTH, TOAST = 4_000, 190  # of 4096 and 200
TROUBLE = (TelegramError, KeyError, TypeError, ValueError, AttributeError)
OPEN_TO_ALL = ("subscribe", "start", "help")
COMMANDS = (
    ("status", "how the watching goes"),
    ("sites", "sites in trouble, or by name"),
    ("why", "why an alert was sent: /why A7F3K"),
    ("mute", "silence a matter or site: /mute A7F3K 7d on it"),
    ("subscribe", "what this chat hears"),
)


class Poller:
    """One bot, for all channels that it serves."""

    def __init__(self, clerk: Clerk, channels: Sequence[Channel]) -> None:
        self.clerk = clerk
        self.channels = list(channels)
        self.name = ", ".join(channel.name for channel in channels)
        base_url = str(channels[0].options.get("base_url") or API)
        self._requests = (HTTPXRequest(read_timeout=20), HTTPXRequest(read_timeout=20))
        self._bot = Bot(
            channels[0].secrets["token"], base_url, request=self._requests[0], get_updates_request=self._requests[1]
        )

    async def run(self) -> None:
        """Polls until cancelled. What is not confirmed by the next question comes again, for a day."""
        offset: int | None = None
        rest = REST
        try:
            with contextlib.suppress(*TROUBLE):
                await self._bot.set_my_commands([BotCommand(*command) for command in COMMANDS])
            while True:
                began = asyncio.get_running_loop().time()
                try:
                    updates = await self._bot.get_updates(
                        offset=offset, timeout=POLL, allowed_updates=["message", "callback_query"]
                    )
                except TROUBLE as trouble:
                    rest = self._told(trouble, rest)
                    await asyncio.sleep(rest)
                    continue
                self.clerk.hears(self.name)
                rest = REST
                for update in updates:
                    offset = update.update_id + 1
                    await self._take(update)
                if not updates and asyncio.get_running_loop().time() - began < 1:
                    await asyncio.sleep(1)  # a server that knows no long polling
        finally:
            for request in self._requests:
                await request.shutdown()

    def _told(self, trouble: Exception, rest: float) -> float:
        """Says why nothing is heard, and for how long to leave it."""
        match trouble:
            case Conflict():
                self.clerk.deaf(self.name, "another program asks for this bot's updates (one bot, one program)")
                return CONFLICT_REST
            case InvalidToken():
                self.clerk.deaf(self.name, "Telegram refuses the token")
                return LONGEST_REST
            case RetryAfter():
                wait = trouble.retry_after
                return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
            case _:
                self.clerk.deaf(self.name, "Telegram does not answer")
                return min(rest * 2, LONGEST_REST)

    async def _take(self, update: Update) -> None:
        try:
            if update.callback_query is not None:
                await self._pressed(update.callback_query)
            elif update.message is not None and update.message.text and update.message.from_user:
                await self._said(update.message)
        except TROUBLE as trouble:
            log.warning("%s: a button or command was not answered (%s)", self.name, type(trouble).__name__)
        except Exception:  # a bug must not end the listening
            log.exception("%s: an error we did not expect", self.name)

    async def _said(self, message: Message) -> None:
        """A command; in a private chat everything is one."""
        text = message.text or ""
        if not text.startswith("/") and message.chat.type != "private":
            return
        channel = self._channel(message.chat)
        question_ = answers.asked(text)
        if channel is None and question_.verb not in OPEN_TO_ALL and not self._listed(message.from_user):
            text = "/subscribe"  # a stranger's chat learns how it is made a channel, and no more
        topic = message.message_thread_id if message.is_topic_message else None
        where = f"{message.chat.id}" + (f", topic: {topic}" if topic else "")
        question = answers.asked(
            text,
            who=_called(message.from_user),
            allowed=await self._may(message.from_user, message.chat, channel, message.sender_chat),
            where=channel.name if channel else "",
            entry=f"  new: {{kind: telegram, token: env:TELEGRAM_BOT_TOKEN, chat: {where}}}",
        )
        await self._say(self.clerk.answer(question).text, message.chat.id, message.message_id, topic)

    async def _pressed(self, query: CallbackQuery) -> None:
        """A button: everybody who presses gets an answer, and a decision stands under the message for all to see."""
        under = query.message
        channel = self._channel(under.chat) if under else None
        if under is None or channel is None:
            await self._toast(query, "This chat is no channel of sites.yaml.", alert=True)
            return
        data = query.data or ""
        allowed = await self._may(query.from_user, under.chat, channel, None)
        question = answers.asked(data, button=True, who=_called(query.from_user), allowed=allowed, where=channel.name)
        answer = self.clerk.answer(question)
        if question.verb == "why":
            await self._toast(query, "See the reply.")
            topic = getattr(under, "message_thread_id", None) if getattr(under, "is_topic_message", None) else None
            await self._say(answer.text, under.chat.id, under.message_id, topic)
            return
        await self._toast(query, answer.text, alert=not answer.decided)
        if answer.mute or answer.unmute:
            try:
                await self._bot.edit_message_reply_markup(
                    chat_id=under.chat.id, message_id=under.message_id, reply_markup=_buttons(answer, question.about)
                )
            except BadRequest as trouble:
                if EDITED not in str(trouble).lower():
                    raise

    async def _toast(self, query: CallbackQuery, text: str, *, alert: bool = False) -> None:
        """Answers the press; one that waited for too long cannot be answered any more, and is carried out all the same."""
        with contextlib.suppress(*TROUBLE):
            await self._bot.answer_callback_query(query.id, text=head(text, TOAST), show_alert=alert)

    async def _say(self, text: str, chat: int, reply_to: int, topic: int | None) -> None:
        await self._bot.send_message(
            chat_id=chat,
            text=html.escape(cut(inert(text), LENGTH), quote=False),
            parse_mode="HTML",
            message_thread_id=topic,
            disable_notification=True,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            reply_parameters=ReplyParameters(reply_to, allow_sending_without_reply=True),
        )

    def _channel(self, chat: Any) -> Channel | None:
        moved = self.clerk.book.moved()
        for channel in self.channels:
            named = str(channel.options.get("chat"))
            names = {named, moved.get(f"{channel.name} {named}", "")}
            if str(chat.id) in names or (chat.username and f"@{chat.username}".casefold() == named.casefold()):
                return channel
        return None

    def _listed(self, user: Any) -> bool:
        return any(user.id in _allowed(channel) for channel in self.channels)

    async def _may(self, user: Any, chat: Any, channel: Channel | None, sender_chat: Any) -> bool:
        if channel is None:
            return self._listed(user)
        if listed := _allowed(channel):
            return user.id in listed
        if chat.type == "private" or (sender_chat is not None and sender_chat.id == chat.id):
            return True  # its owner; an administrator who writes as the group
        try:
            member = await self._bot.get_chat_member(chat.id, user.id)
        except TROUBLE:
            return False
        return member.status in ("administrator", "creator")


def _allowed(channel: Channel) -> Sequence[int]:
    listed: Any = channel.options.get("allowed") or ()
    return tuple(int(number) for number in listed)


def _called(user: Any) -> str:
    name = re.sub(r"\s+", " ", user.full_name or "")[:60]
    return f"{name} ({user.id})"


def _buttons(answer: Answer, named: str) -> InlineKeyboardMarkup:
    if answer.mute is not None:
        words = f"Muted until {answer.mute.until:%d %b} by {answer.mute.by} · hear it again"
        return InlineKeyboardMarkup([[InlineKeyboardButton(head(words, 100), callback_data=f"unmute:{named}")]])
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(words, callback_data=f"{verb}:{named}") for verb, words in BUTTONS]]
    )
