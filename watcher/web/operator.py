"""The one thing that is written from the page: mutes, by whoever knows the operator's token.

There is no session and no cookie; the token comes with each form, so that no other site can send one in a reader's name.
"""

from __future__ import annotations

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


class Operator:
    """The form and what it does."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.view = pages.view

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
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > LARGEST:
                return self._shown("That is too long for this form.", 413)
        try:
            fields = dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=12))
        except ValueError:
            return self._shown("That is no form of this page.", 400)
        return await run_in_threadpool(self._done, fields)

    def _done(self, fields: dict[str, str]) -> Response:
        token = self.view.token
        if not token or not hmac.compare_digest(fields.get("token", "").encode(), token.encode()):
            return self._shown("That is not the operator’s token; nothing was changed.", 403)
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
