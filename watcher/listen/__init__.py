"""Buttons and commands: one listener for each Slack app and each Telegram bot, beside the sending.

    Slack, Socket Mode ─┐
                        ├─ Question ─▶ Clerk ─ answers.answer ─▶ mutes and feedback in the ledger, words to the one who asked
    Telegram, polling ──┘

A listener that fails costs no alert: the sending knows nothing of it, and everything a button does a command does too.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from watcher import answers
from watcher.alerts.wording import TOPICS
from watcher.answers import Answer, Known, Question
from watcher.model import Alert, Channel, Delivery, Feedback, Mute, Route, Site, SiteState

log = logging.getLogger(__name__)


class Book(Protocol):
    """The part of the ledger that is asked, and written to."""

    def alert_keys(self) -> Sequence[str]: ...  # noqa: D102
    def alert(self, key: str) -> Alert | None: ...  # noqa: D102
    def alerts(self, since: datetime | None = ..., site: str | None = ..., limit: int | None = ...) -> list[Alert]: ...  # noqa: D102
    def site_states(self) -> dict[str, SiteState]: ...  # noqa: D102
    def deliveries(self, *, alert_key: str | None = ...) -> list[Delivery]: ...  # noqa: D102
    def counts(self) -> dict[str, dict[str, int]]: ...  # noqa: D102
    def oldest_undelivered(self, now: datetime) -> timedelta | None: ...  # noqa: D102
    def parked(self) -> dict[str, tuple[datetime, str, datetime | None]]: ...  # noqa: D102
    def moved(self) -> dict[str, str]: ...  # noqa: D102
    def mutes(self, now: datetime) -> list[Mute]: ...  # noqa: D102
    def add_mute(self, mute: Mute) -> None: ...  # noqa: D102
    def remove_mute(self, what: str) -> bool: ...  # noqa: D102
    def add_feedback(self, said: Sequence[Feedback]) -> None: ...  # noqa: D102


class Clerk:
    """Looks up what a question needs, and writes down what its answer decides."""

    def __init__(
        self, book: Book, sites: Mapping[str, Site], routes: Sequence[Route], now: Callable[[], datetime]
    ) -> None:
        self.book, self.sites, self.routes, self.now = book, sites, routes, now
        self.trouble: dict[str, str] = {}  # listener -> why it hears nothing just now

    def answer(self, question: Question) -> Answer:
        """The answer; what it decides is in the ledger when this returns. Raises StoreError."""
        said = answers.answer(question, self._known(question))
        if said.mute is not None:
            self.book.add_mute(said.mute)
        if said.unmute is not None:
            self.book.remove_mute(said.unmute)
        if said.feedback:
            self.book.add_feedback(said.feedback)
        if said.decided:
            log.info("%s, in %s: %s", question.who, question.where or "a chat", said.text)
        return said

    def _known(self, question: Question) -> Known:
        now = self.now()
        alert = self._alert(question) if question.verb in ("why", "mute", "unmute", "not_relevant") else None
        counts = self.book.counts()["deliveries"]
        newest = self.book.alerts(limit=1)
        return Known(
            now=now,
            sites=self.sites,
            states=self.book.site_states(),
            mutes=self.book.mutes(now),
            parked={name: reason for name, (_, reason, _) in self.book.parked().items()},
            owed=sum(counts.get(state, 0) for state in ("owed", "sending", "held")),
            oldest=self.book.oldest_undelivered(now),
            last=newest[0] if newest else None,
            alert=alert,
            deliveries=self.book.deliveries(alert_key=alert.key) if alert else (),
            hears=[
                f"route {number}: {answers.heard(route)}"
                for number, route in enumerate(self.routes, start=1)
                if question.where in route.to
            ],
        )

    def _alert(self, question: Question) -> Alert | None:
        places = {site.jurisdiction.slug for site in self.sites.values()}
        if question.about in self.sites or question.about in places or question.about in TOPICS:
            return None
        key = answers.named(question.about, self.book.alert_keys())
        return self.book.alert(key) if key else None

    def hears(self, listener: str) -> None:
        """A listener hears again."""
        if self.trouble.pop(listener, None) is not None:
            log.info("%s: buttons and commands are heard again", listener)

    def deaf(self, listener: str, why: str) -> None:
        """A listener hears nothing; said once for each reason."""
        if self.trouble.get(listener) != why:
            log.warning("%s: buttons and commands are not heard: %s; alerts go out all the same", listener, why)
        self.trouble[listener] = why


class Listener(Protocol):
    """One app or bot."""

    async def run(self) -> None:
        """Listens until it is cancelled; outlasts every trouble of the service."""


def listeners(clerk: Clerk, channels: Iterable[Channel]) -> list[Listener]:
    """One for each Slack app token, and one for each Telegram bot: a second poller of one bot would be a conflict."""
    apps: dict[str, list[Channel]] = {}
    bots: dict[str, list[Channel]] = {}
    for channel in channels:
        if channel.kind == "slack" and (secret := channel.secrets.get("app_token")):
            apps.setdefault(secret, []).append(channel)
        if channel.kind == "telegram" and channel.options.get("buttons", True):
            bots.setdefault(channel.secrets.get("token", ""), []).append(channel)
    made: list[Listener] = []
    if apps:
        from watcher.listen.slack import Socket  # half a second that only who has an app pays

        made += [Socket(clerk, members) for members in apps.values()]
    if bots:
        from watcher.listen.telegram import Poller

        made += [Poller(clerk, members) for token, members in bots.items() if token]
    return made


@contextlib.asynccontextmanager
async def listening(clerk: Clerk, channels: Iterable[Channel]) -> AsyncIterator[None]:
    """Every listener under way, until the end of the block."""
    tasks = [asyncio.create_task(listener.run()) for listener in listeners(clerk, channels)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                log.error("a listener had ended with an error we did not expect", exc_info=ended)
