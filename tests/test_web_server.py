"""The page over a ledger on a real PostgreSQL server: every path answers there too."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.postgres import a_server
from tests.test_web import COUNCIL, NOW, a_change, ask
from watcher import alerts, web
from watcher.ledger import Ledger

PATHS = (
    "/", "/?topic=detainer", "/states/IL", "/places", "/j/il-springfield", "/j/il-springfield/documents", "/changes",
    "/changes?label=relevant&place=il-springfield", "/changes/c1", "/changes/c1/after.txt", "/search?q=detainers", "/sites", "/method",
    "/feed.atom", "/sites/springfield-council/feed.atom", "/calendar.ics", "/api/v1/changes", "/api/v1/alerts", "/api/v1/jurisdictions", "/api/v1/sites", "/api/v1/meetings",
    "/export/changes.csv", "/export/changes.jsonl", "/operator", "/healthz", "/readyz", "/metrics",
)  # fmt: skip


@pytest.mark.timeout(180)
async def test_every_page_is_shown_from_a_ledger_on_a_server(tmp_path: Path) -> None:
    with a_server() as server, Ledger.open(server.database(), alone="run") as ledger:
        changes = [a_change(f"c{number}") for number in range(3)]
        ledger.record(changes=changes, alerts=alerts.compose(COUNCIL, changes, NOW + timedelta(minutes=1)))
        index = web.Index(tmp_path / "search.sqlite3")
        index.catch_up(ledger, {COUNCIL.id: COUNCIL}, None)
        view = web.View(ledger, {COUNCIL.id: COUNCIL}, lambda: NOW, beat=NOW, index=index, token="open sesame")
        said = {path: (await ask(view, path)) for path in PATHS}
        assert {path: answer.status_code for path, answer in said.items()} == dict.fromkeys(PATHS, 200)
        assert "<mark>detainers</mark>" in said["/search?q=detainers"].text
        assert len(said["/api/v1/changes"].json()["items"]) == 3
