"""The sign of life for a service elsewhere (as healthchecks.io takes it): it raises the alarm when the sign stays away."""

from __future__ import annotations

import logging

import aiohttp

log = logging.getLogger(__name__)

TIMEOUT = aiohttp.ClientTimeout(total=10)


async def beat(url: str) -> bool:
    """Asks for the address once. True where it was taken. Never raises, and never says the address: it is a secret."""
    try:
        async with aiohttp.ClientSession(timeout=TIMEOUT) as session, session.get(url) as answer:
            if answer.status < 400:
                return True
            log.warning("the heartbeat was not taken: HTTP %s", answer.status)
    except (aiohttp.ClientError, TimeoutError, ValueError) as trouble:
        log.warning("the heartbeat was not taken: %s", type(trouble).__name__)
    return False
