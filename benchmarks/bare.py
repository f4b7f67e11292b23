"""The floor: httpx fetches every page and throws it away. It remembers ETags, and nothing else.

python bare.py URLS FOLDER --once
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import httpx


def once(urls: list[str], folder: Path) -> None:
    kept = folder / "etags.json"
    etags: dict[str, str] = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    with httpx.Client() as client:
        for url in urls:
            answer = client.get(url, headers={"If-None-Match": etags[url]} if url in etags else {})
            if etag := answer.headers.get("etag"):
                etags[url] = etag
    kept.write_text(json.dumps(etags), "utf-8")


if __name__ == "__main__":
    once(Path(sys.argv[1]).read_text("utf-8").split(), Path(sys.argv[2]))
