"""How long and how large an answer may be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and bytes. The wire limits count what is sent, `decoded` what a compressed answer unpacks to.

    `page` holds for text (HTML, JSON, XML, plain), `document` for everything else (PDF packets run to 90 MB).
    """

    connect: float = 10.0
    read: float = 30.0
    total: float = 90.0
    page: int = 20_000_000
    document: int = 100_000_000
    decoded: int = 50_000_000
    header: int = 32_768
    redirects: int = 5
