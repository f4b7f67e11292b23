"""What people write first: the six packages as they come. Pinned here to be measured against, not to be improved.

    python naive.py URLS FOLDER --once        one pass over all addresses (one a line in the file URLS)
    python naive.py URLS FOLDER               a pass every hour

httpx fetches, BeautifulSoup with html.parser gives the text, diff-match-patch compares the whole texts, APScheduler
repeats it, slack-sdk and python-telegram-bot tell where a token is set; otherwise the alert is printed.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from pathlib import Path

import httpx
from apscheduler.schedulers.blocking import BlockingScheduler
from bs4 import BeautifulSoup
from diff_match_patch import diff_match_patch
from slack_sdk import WebClient
from telegram import Bot

KEYWORDS = ("287(g)", "immigration and customs enforcement", "detainer", " ice ")


def check(client: httpx.Client, url: str, folder: Path) -> None:
    text = BeautifulSoup(client.get(url).text, "html.parser").get_text("\n")
    seen = folder / hashlib.sha256(url.encode()).hexdigest()
    before = seen.read_text("utf-8") if seen.exists() else None
    if before is not None and before != text:
        engine = diff_match_patch()
        diffs = engine.diff_main(before, text)
        engine.diff_cleanupSemantic(diffs)
        changed = " ".join(part for way, part in diffs if way)
        if any(word in changed.lower() for word in KEYWORDS):
            tell(f"{url} changed:\n{changed}")
    seen.write_text(text, "utf-8")


def tell(message: str) -> None:
    if token := os.environ.get("NAIVE_SLACK_TOKEN"):
        WebClient(token).chat_postMessage(channel=os.environ["NAIVE_SLACK_CHANNEL"], text=message)
    if token := os.environ.get("NAIVE_TELEGRAM_TOKEN"):
        asyncio.run(Bot(token).send_message(os.environ["NAIVE_TELEGRAM_CHAT"], message))
    print(message[:200])


def once(urls: list[str], folder: Path) -> None:
    with httpx.Client() as client:
        for url in urls:
            check(client, url, folder)


if __name__ == "__main__":
    addresses, place = Path(sys.argv[1]).read_text("utf-8").split(), Path(sys.argv[2])
    if "--once" in sys.argv:
        once(addresses, place)
    else:
        scheduler = BlockingScheduler()
        scheduler.add_job(once, "interval", hours=1, args=(addresses, place))
        scheduler.start()
