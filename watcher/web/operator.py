"""The one thing that is written from the page: mutes, by whoever knows the operator's token.

There is no session and no cookie; the token comes with each form, so that no other site can send one in a reader's name.
Wrong tokens are answered one after the other, a second each; who knows the right one does not wait behind them, unless so
many guess at once that nobody is listened to for a moment.
"""

from __future__ import annotations

import asyncio
import hmac
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from watcher.errors import StoreError
from watcher.model import Mute
from watcher.web.pages import Pages

LARGEST = 4_096  # bytes of a form
LONGEST = timedelta(days=366)
PAUSE = 1.0  # seconds that each wrong token costs whoever sends it
CROWD = 20  # wrong tokens in line


class Operator:
    """The form and what it does."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.view = pages.view
        self._line = asyncio.Lock()
        self._guesses = 0

    def form(self, request: Request) -> Response:
        """The mutes in force, and a form for another."""
        return self._shown("")

    def _shown(self, said: str, status: int = 200) -> Response:
        if not self.view.token:
            return self.pages.missing("No such page")
        mutes = self.view.ledger.mutes(self.view.now())
        return self.pages.page("operator.html", status, here="", said=said, mutes=mutes)

    async def sent(self, request: Request) -> Response:
        """Mutes or unmutes what the form says."""
        if not self.view.token:
            return self._shown("")
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > LARGEST:
                return self._shown("That is too long for this form.", 413)
        try:
            fields = dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=12))
        except ValueError:
            return self._shown("That is no form of this page.", 400)
        if self._guesses >= CROWD:
            answer = self._shown("Too many wrong tokens at once; nothing was changed. Try again in a moment.", 429)
            answer.headers["retry-after"] = str(CROWD)
            return answer
        if self._known(fields.get("token", "")):
            return await run_in_threadpool(self._done, fields)
        return await self._refused()

    def _known(self, token: str) -> bool:
        return bool(self.view.token) and hmac.compare_digest(token.encode(), (self.view.token or "").encode())

    async def _refused(self) -> Response:
        self._guesses += 1
        try:
            async with self._line:
                await asyncio.sleep(PAUSE)
        finally:
            self._guesses -= 1
        return self._shown("That is not the operator’s token; nothing was changed.", 403)

    def _done(self, fields: dict[str, str]) -> Response:
        what, reason, by = (fields.get(name, "").strip() for name in ("what", "reason", "by"))
        try:
            if fields.get("do") == "unmute":
                gone = self.view.ledger.remove_mute(what)
                return self._shown(f"{what} is heard again." if gone else f"{what} was not muted.")
            until = _day(fields.get("until", ""), self.view.now())
            if until is None or not (what and reason and by):
                return self._shown("A mute needs what, a reason, who says so, and a day to come within a year.", 400)
            self.view.ledger.add_mute(Mute(what[:200], until, reason[:300], by[:80], self.view.now()))
        except StoreError as trouble:
            return self._shown(str(trouble), 503)
        return self._shown(f"{what} is muted until {until:%Y-%m-%d}.")


def _day(text: str, now: datetime) -> datetime | None:
    try:
        day = datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return None
    return day if now < day <= now + LONGEST else None
