"""Does the service live? Asked every few seconds by a container's health check, so it loads next to nothing.

The question goes to the service's own `/healthz`, past any proxy that the environment names.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
from collections.abc import Mapping

from watcher import settings
from watcher.errors import RegistryError

PATIENCE = 4.0  # seconds; the check of the image gives up after 5
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 — what such a listener is reached by, not a listener


def feel(config: settings.Settings) -> tuple[bool, str]:
    """Whether the loop of the service with these settings lives, and its answer or the reason in words."""
    host, port = EVERYWHERE.get(config.web_host, config.web_host.strip("[]")), config.web_port
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        said = answer.read(1000).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as trouble:
        return False, f"no answer from {host}:{port}: {trouble or type(trouble).__name__}"
    finally:
        connection.close()
    if not _is_ours(said):
        return False, f"{host}:{port} is answered by another program (HTTP {answer.status})"
    return answer.status == 200, said


def _is_ours(said: str) -> bool:
    try:
        return "last_tick" in json.loads(said)
    except (ValueError, TypeError):
        return False


def healthcheck(environ: Mapping[str, str] = os.environ) -> int:
    """Prints what was found; 0 when the loop lives, else 1 (a container's health check knows no other number)."""
    try:
        lives, words = feel(settings.load(environ))
    except RegistryError as trouble:
        lives, words = False, str(trouble)
    (sys.stdout if lives else sys.stderr).write(words + "\n")
    return 0 if lives else 1
