"""A real HTTP server on loopback whose pages a test may change between two visits, and a folder that watches it."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Line = dict[str, Any]
COMPILED = str(Path(tempfile.gettempdir()) / "ordinance-watcher-compiled")


@dataclass
class Page:
    """What one path answers."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "text/html; charset=utf-8"})
    delay: float = 0.0  # seconds between hearing the request and answering it
    wire: tuple[bytes, ...] = ()  # sent as they stand, one every `pause` seconds, instead of a proper answer
    pause: float = 0.0
    reset: bool = False  # the connection ends with a reset, not with a goodbye


class QuietServer(ThreadingHTTPServer):
    """Says nothing of visitors who hang up."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Quiet."""


class Town:
    """Pages by path. `asked` counts requests; a path without a page is a plain 404."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.pages: dict[str, Page] = {}
        self.asked: Counter[str] = Counter()
        self.received: list[tuple[str, dict[str, str], bytes]] = []
        town = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                town.asked[self.path] += 1
                if self.command == "POST":
                    town.received.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                page = (
                    town.pages.get(self.path)
                    or town.pages.get(self.path.partition("?")[0])
                    or Page(b"not here", 404, {"Content-Type": "text/plain"})
                )
                time.sleep(page.delay)
                if page.wire:
                    self.send_as_it_stands(page)
                    return
                etag = page.headers.get("ETag")
                unmodified = etag is not None and self.headers.get("If-None-Match") == etag
                self.send_response(304 if unmodified else page.status)
                for name, value in page.headers.items():
                    self.send_header(name, value)
                content = b"" if unmodified else page.body
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def send_as_it_stands(self, page: Page) -> None:
                self.close_connection = True
                with contextlib.suppress(ConnectionError):
                    for piece in page.wire:
                        self.wfile.write(piece)
                        time.sleep(page.pause)
                if page.reset:  # socket(7), SO_LINGER of zero seconds: what is unsent is thrown away
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.connection.close()

            do_GET = do_POST = answer  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        self.server = QuietServer((host, 0), Handler)
        self.server.daemon_threads = True
        self.base = f"http://{host}:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def put(self, path: str, body: str | bytes, status: int = 200, **headers: str) -> None:
        """Puts a page up. Header names are written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named.setdefault("Content-Type", "text/html; charset=utf-8")
        self.pages[path] = Page(body.encode() if isinstance(body, str) else body, status, named)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@dataclass
class Desk:
    """A folder with a sites.yaml and a ledger, and the program run in it as a person would."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)
    program: tuple[str, ...] = ("-m", "watcher")

    def environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("WATCHER_")}
        clean.pop("PYTHONDONTWRITEBYTECODE", None)  # hundreds of starts: each would compile every library anew
        clean["PYTHONPYCACHEPREFIX"] = COMPILED
        return clean | {"WATCHER_ALLOW_NETWORKS": "127.0.0.0/8", "PYTHONUNBUFFERED": "1"} | self.env

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, *self.program, *arguments]

    def run(self, *arguments: str, stdin: str | None = None, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment(),
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def lines(self, *arguments: str, stdin: str | None = None) -> list[Line]:
        """The JSON lines of a command; the exit code is not looked at."""
        return parsed(self.run(*arguments, "--json", stdin=stdin).stdout)

    def sites(self, text: str) -> None:
        (self.folder / "sites.yaml").write_text(text, "utf-8")


def parsed(stdout: str) -> list[Line]:
    """Every line of a `--json` stdout; fails on a line that is none."""
    return [json.loads(line) for line in stdout.splitlines()]


def of_type(lines: list[Line], kind: str) -> list[Line]:
    return [line for line in lines if line["type"] == kind]


def a_town() -> Iterator[Town]:
    town = Town()
    try:
        yield town
    finally:
        town.close()
