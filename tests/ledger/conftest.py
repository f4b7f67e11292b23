from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import Server, a_server
from watcher.ledger import Ledger

Place = str | Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite3"


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with a_server() as started:
        yield started


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, path: Path) -> Place:
    """Where a new ledger may be: a file, or a database of a real server."""
    if request.param == "sqlite":
        return path
    server: Server = request.getfixturevalue("server")
    return server.database()


@pytest.fixture
def ledger(place: Place) -> Iterator[Ledger]:
    with Ledger.open(place) as opened:
        yield opened
