"""Pictures of the messages as a reader sees them: `python -m tests.screens docs/screens`.

Slack's blocks and Telegram's HTML become pages in the services' manner, and Chromium photographs them. Not Slack's or
Telegram's own clients: layout and colours are near, what is struck, bold, linked or folded is the same.
"""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from datetime import timedelta
from html import escape
from pathlib import Path
from typing import Any

from tests.fakes.news import MATTER, MEETING, NOON, alert, change, verdict
from tests.fakes.telegram import parsed
from watcher.channels import slack, telegram
from watcher.channels.slack.blocks import decided
from watcher.model import Alert, Channel, Contact

BEFORE = (
    "Officers may honor a civil immigration detainer where the Sheriff approves it in writing, and shall log each one."
)
AFTER = (
    "Officers shall not honor a civil immigration detainer without a warrant signed by a judge, and shall log each one."
)
PARTS: Any = (
    ("=", "Officers "), ("-", "may"), ("+", "shall not"), ("=", " honor a civil immigration detainer "),
    ("-", "where the Sheriff approves it in writing"), ("+", "without a warrant signed by a judge"),
    ("=", ", and shall log each one."),
)  # fmt: skip
OFFICE = Contact(url="https://council.example/", phone="617-555-0100")
HOSTILE = "<!channel> @everyone </b> `*_~` javascript:alert(1) 😀 Resolution on detainers"


def first() -> Alert:
    """A matter when it was first seen."""
    return alert("first", change("c1a2b3c4", AFTER, BEFORE, redline=PARTS), contact=OFFICE)


def adopted() -> Alert:
    """The same matter, a week later."""
    at = NOON + timedelta(days=8)
    said = verdict(stage="adopted", evidence=())
    told = change("d5e6f7a8", "Action: Passed, roll call 9–4", seen_at=at, verdict=said, heading=("ROLL CALL",))
    headline = "Boston, MA – City Council: action recorded for an item: Ordinance amending the Boston Trust Act"
    return alert("adopted", told, stage="adopted", urgency="now", headline=headline, created_at=at)


def hostile() -> Alert:
    """A title that would like to ping everybody and break the mark-up."""
    bad = replace(MATTER, title=HOSTILE)
    headline = f"Boston, MA – City Council: item added to the agenda of Tue 1 Dec 2026, 4:00 PM: {HOSTILE}"
    return alert(
        "bad", change("e9", HOSTILE, meeting=replace(MEETING, location=HOSTILE)), headline=headline, matter=bad
    )


# ------------------------------------------------------------------------------------------------------------ Slack


def mrkdwn(text: str) -> str:
    """The mrkdwn that we send as HTML: escapes stay, links and *bold* become tags."""
    linked = re.sub(r"<(https?://[^|>]+)\|([^>]+)>", r'<a href="\1">\2</a>', text)
    return re.sub(r"(?<!\w)\*([^*\n]+)\*(?!\w)", r"<b>\1</b>", linked).replace("\n", "<br>")


def piece(part: dict[str, Any]) -> str:
    """One element of rich text."""
    if part["type"] == "link":
        return f'<a href="{escape(part["url"])}">{escape(part["text"])}</a>'
    tags = {"strike": "s", "bold": "b", "italic": "i"}
    said = escape(part["text"]).replace("\n", "<br>")
    for style in part.get("style", ()):
        said = f"<{tags[style]}>{said}</{tags[style]}>"
    return said


def block(told: dict[str, Any]) -> str:
    """One block as HTML. KeyError for one that no reader has seen here yet."""
    kinds = {
        "header": lambda: f"<h2>{escape(told['text']['text'])}</h2>",
        "section": lambda: (
            f"<p>{mrkdwn(told['text']['text'])}</p>"
            if "text" in told
            else "<div class=fields>" + "".join(f"<div>{mrkdwn(f['text'])}</div>" for f in told["fields"]) + "</div>"
        ),
        "context": lambda: f"<p class=context>{mrkdwn(told['elements'][0]['text'])}</p>",
        "rich_text": lambda: "".join(
            f"<{'blockquote' if e['type'] == 'rich_text_quote' else 'p'}>"
            + "".join(map(piece, e["elements"]))
            + f"</{'blockquote' if e['type'] == 'rich_text_quote' else 'p'}>"
            for e in told["elements"]
        ),
        "actions": lambda: "".join(f"<button>{escape(b['text']['text'])}</button>" for b in told["elements"]),
    }
    return kinds[told["type"]]()


def slack_page(messages: list[tuple[str, list[dict[str, Any]]]]) -> str:
    """Messages, each with its place (root or reply), as Slack shows them."""
    shown = "".join(
        f'<div class="m {where}"><b class=who>ordinance-watcher <small>APP</small></b>{"".join(map(block, blocks))}</div>'
        for where, blocks in messages
    )
    return PAGE.format(style=SLACK, body=shown)


# --------------------------------------------------------------------------------------------------------- Telegram


def telegram_page(messages: list[dict[str, Any]]) -> str:
    """Messages as Telegram shows them; its HTML is a subset of ours. ValueError where its server would refuse one."""
    shown = ""
    for body in messages:
        parsed(body["html"])
        html = body["html"].replace("\n", "<br>")
        buttons = "".join(f"<span>{escape(words)}</span>" for words, _ in body.get("buttons", ()))
        sound = " 🔕" if body.get("silent") else ""
        shown += f"<div class=m>{html}<small>12:00{sound}</small></div><div class=keys>{buttons}</div>"
    return PAGE.format(style=TELEGRAM, body=shown)


PAGE = "<!doctype html><meta charset=utf-8><style>{style}</style><body>{body}</body>"
SLACK = """body{font:15px/1.45 Lato,Arial,sans-serif;color:#1d1c1d;background:#fff;margin:0;padding:10px 16px;width:640px}
.m{padding:6px 0 12px}.reply{margin-left:28px;border-left:2px solid #ddd;padding-left:14px}.who small{background:#eee;
font-size:10px;padding:1px 3px;border-radius:2px;font-weight:400}h2{font-size:18px;margin:4px 0 6px}p{margin:5px 0}
.fields{display:grid;grid-template-columns:1fr 1fr;gap:6px 18px;margin:6px 0}.context{font-size:12px;color:#616061}
blockquote{border-left:4px solid #ddd;margin:5px 0;padding-left:10px}a{color:#1264a3;text-decoration:none}
button{font:700 13px Arial;background:#fff;border:1px solid #bbb;border-radius:4px;padding:5px 11px;margin:4px 8px 0 0}"""
TELEGRAM = """body{font:15px/1.35 Roboto,Arial,sans-serif;background:#a5c0a0;margin:0;padding:12px;width:520px}
.m{background:#fff;border-radius:12px;padding:8px 12px;overflow-wrap:anywhere}.m small{display:block;text-align:right;
color:#8a9a8a}.keys{display:flex;gap:4px;margin:4px 0 12px}.keys span{flex:1;text-align:center;background:#6f8f6acc;
color:#fff;border-radius:8px;padding:7px 4px;font-size:14px}a{color:#2678b6;text-decoration:none}code{font-size:12.5px}"""


def pages() -> dict[str, str]:
    """Name of the picture -> page."""
    app = Channel("newsroom", "slack", {}, {"app_token": "xapp"})
    field = Channel("field", "telegram")
    blocks: dict[str, Any] = {
        "root": slack.render(first(), app, latest=adopted()).body["blocks"],
        "reply": slack.render(adopted(), app, reply=True).body["blocks"],
        "bad": slack.render(hostile(), app).body["blocks"],
    }
    muted = decided(
        blocks["reply"], "Muted by ada (U0123) until Tue 8 Dec 2026, 12:00 PM UTC: matter 2026-0412.", "k", undo=True
    )
    chat: Any = [
        telegram.render(first(), field, latest=adopted()).body,
        telegram.render(adopted(), field, reply=True, repeat=True).body,
    ]
    bad: Any = telegram.render(hostile(), field).body
    return {
        "slack-thread": slack_page([("root", blocks["root"]), ("reply", muted)]),
        "slack-hostile": slack_page([("root", blocks["bad"])]),
        "telegram-thread": telegram_page(chat),
        "telegram-hostile": telegram_page([bad]),
    }


def main(folder: Path) -> None:
    """Photographs every page."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as tools:
        browser = tools.chromium.launch(
            args=["--disable-lcd-text"], executable_path=sys.argv[2] if len(sys.argv) > 2 else None
        )
        for name, page in pages().items():
            view = browser.new_page(viewport={"width": 680 if name.startswith("slack") else 544, "height": 100})
            view.set_content(page)
            view.screenshot(path=folder / f"{name}.png", full_page=True)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
