"""A message leads to the page of each change it tells of, where there is a page to lead to."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from watcher import app, channels, service
from watcher.demo import Council, week
from watcher.ledger.values import ALERT
from watcher.model import Channel

SAVED = json.loads((Path(__file__).parent / "console/item_added/alert.json").read_text("utf-8"))
TOLD = ALERT.load(json.dumps(SAVED["alert"]))


@pytest.mark.parametrize("kind", channels.kinds())
@pytest.mark.parametrize("page", ["https://watch.example/council", ""])
def test_each_quoted_change_has_its_permalink(kind: str, page: str) -> None:
    message = channels.load(kind).render(TOLD, Channel("c", kind, page=page), reply=False, repeat=False)
    said = json.dumps({"text": message.text, **message.body}, default=str)
    for change in TOLD.changes[:2]:
        assert (f"https://watch.example/council/changes/{change.id}" in said) is bool(page)
    assert ("/changes/" in said) is bool(page)


def test_an_address_that_is_none_gives_no_link() -> None:
    message = channels.load("console").render(TOLD, Channel("c", "console", page="javascript:x"), reply=False)
    assert "javascript" not in message.text


async def test_the_link_is_what_the_settings_say_else_the_page_on_loopback_while_it_is_served(tmp_path: Path) -> None:
    environ = {**week.surroundings(tmp_path, "http://127.0.0.1:9"), "WATCHER_WEB_PORT": "0"}
    with app.opened(environ, "check", lock=True) as parts:
        assert {one.page for one in parts.senders().values()} == {""}
        parts.now = Council().now
        async with service.serving(parts, service.view_of(parts)):
            (page,) = {one.page for one in parts.senders().values()}
        assert page.startswith("http://127.0.0.1:")
        assert page.rpartition(":")[2] != "0"
        parts.config = replace(parts.config, web_url="https://watch.example")
        assert {one.page for one in parts.senders().values()} == {"https://watch.example"}
        assert service.view_of(parts).hosts == frozenset({"localhost", "127.0.0.1", "[::1]", "watch.example"})
