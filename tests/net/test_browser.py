"""A page that needs JavaScript, served on loopback, in a real Chromium: what is seen, and what is never reached."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from tests.town import Town, a_town
from watcher import judge
from watcher.errors import FetchError, TooLarge, Unreachable
from watcher.extractors import extract
from watcher.fetch import Fetcher
from watcher.model import Jurisdiction, Request, Response, Site, SiteState
from watcher.net import Browser, Door, PageLimits, missing
from watcher.snapshots import Objects
from watcher.watch import Desk, watch

lack = missing(None)
needs_chromium = pytest.mark.skipif(bool(lack), reason=f"no page can be rendered here: {lack}")

AGENT = "OrdinanceWatcher/0 (+desk@example.org)"
SHELL = """<!doctype html><html><head><title>Agendas</title><script src="/app.js"></script></head>
<body><div id="app"></div></body></html>"""
APP = """
addEventListener("DOMContentLoaded", async () => {
  const found = await (await fetch("/api/items", {method: "POST", headers: {"content-type": "application/json"}, body: "{}"})).json();
  const list = document.createElement("ul");
  for (const item of found) { const row = document.createElement("li"); row.textContent = item; list.append(row); }
  document.getElementById("app").append(list);
});
"""


class Noon:
    def now(self) -> datetime:
        return datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def town() -> Iterator[Town]:
    yield from a_town()


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    limits = PageLimits(total=12.0, settle=2.0, closing=3.0, html=200_000)
    door = Door("desk@example.org", (ip_network("127.0.0.1/32"),))
    async with Fetcher(door, clock=Noon(), browser=Browser(AGENT, limits=limits)) as open_fetcher:
        yield open_fetcher


async def seen(fetcher: Fetcher, url: str) -> Response:
    response = await fetcher.visit(Request(url), min_delay=timedelta(0), rendered=True)
    assert isinstance(response, Response)
    return response


def words(response: Response) -> list[str]:
    document = extract(response.body, response.media_type, response.url, charset=response.charset)
    return [passage.text for passage in document.passages]


def put_items(town: Town, *items: str) -> None:
    town.put("/api/items", json.dumps(items), Content_Type="application/json")


def put_app(town: Town, app: str = APP) -> str:
    town.put("/agendas", SHELL)
    town.put("/app.js", app, Content_Type="text/javascript")
    put_items(town, "Approve a 287(g) agreement", "Adjourn – 9 pm")
    return f"{town.base}/agendas"


@needs_chromium
async def test_a_page_is_read_as_its_scripts_leave_it_and_twice_alike(fetcher: Fetcher, town: Town) -> None:
    url = put_app(town)
    with pytest.raises(FetchError) as refusal:
        await fetcher.visit(Request(url), min_delay=timedelta(0))
    assert refusal.value.reason == "empty"
    first, second = await seen(fetcher, url), await seen(fetcher, url)
    assert words(first) == ["Approve a 287(g) agreement", "Adjourn – 9 pm"]
    assert words(second) == words(first)
    assert (first.url, first.status, first.media_type) == (url, 200, "text/html")


@needs_chromium
async def test_news_behind_a_page_that_stays_the_same_is_found(fetcher: Fetcher, town: Town, tmp_path: Path) -> None:
    url = put_app(town)
    town.pages["/agendas"].headers["ETag"] = '"always the same"'
    place = Jurisdiction("ma-elm-falls", "Elm Falls", "MA", "city", "America/New_York")
    site = Site("elm-falls", place, "page", url, kind="list", render="browser", min_delay=timedelta(0))
    desk = Desk(fetcher, Objects(tmp_path), judge.builtin(), Noon().now, (), ())
    first = await watch(site, SiteState(site.id, site.url), {}, desk)
    assert [visit.outcome for visit in first.visits] == ["baseline"]
    put_items(town, "Approve a 287(g) agreement", "End the 287(g) agreement with ICE", "Adjourn – 9 pm")
    second = await watch(site, first.state, {document.key: document for document in first.documents}, desk)
    assert [(change.kind, change.after) for change in second.changes] == [
        ("added", "End the 287(g) agreement with ICE")
    ]


@needs_chromium
async def test_the_page_says_who_we_are_and_keeps_no_cookie(fetcher: Fetcher, town: Town) -> None:
    app = """addEventListener("DOMContentLoaded", async () => {
      document.cookie = "seen=1";
      const before = document.cookie;
      await fetch("/api/items", {method: "POST", body: "x"});
      document.getElementById("app").textContent = navigator.userAgent + " | " + location.pathname + " | agenda ".repeat(60);
    });"""
    page = await seen(fetcher, put_app(town, app))
    assert words(page)[0].startswith(f"{AGENT} | /agendas")
    ((_, headers, body),) = town.received
    assert headers["user-agent"].startswith("OrdinanceWatcher/")
    assert headers["user-agent"].endswith("(+desk@example.org)")
    assert "cookie" not in headers
    assert body == b"x"


@needs_chromium
async def test_scripts_reach_no_private_address_by_any_way(fetcher: Fetcher, town: Town) -> None:
    other = Town("127.0.0.2")  # not among the networks that may be visited
    try:
        other.put("/secret", "secret", Access_Control_Allow_Origin="*")
        host = other.base.removeprefix("http://")
        app = f"""addEventListener("DOMContentLoaded", async () => {{
          const tried = [];
          for (const url of ["http://{host}/secret", "http://169.254.169.254/latest/meta-data/", "file:///etc/passwd"]) {{
            try {{ tried.push(await (await fetch(url)).text()); }} catch {{ tried.push("refused"); }}
          }}
          for (const kind of ["img", "iframe", "video"]) {{
            const node = document.createElement(kind); node.src = "http://{host}/secret"; document.body.append(node);
          }}
          const ahead = document.createElement("link"); ahead.rel = "prefetch"; ahead.href = "http://{host}/secret";
          document.head.append(ahead);
          navigator.sendBeacon("http://{host}/secret", "x");
          try {{ new WebSocket("ws://{host}/secret"); new EventSource("http://{host}/secret"); open("http://{host}/secret"); }} catch {{}}
          document.getElementById("app").textContent = tried.join(" ") + " | agenda".repeat(60);
          setTimeout(() => {{ location = "http://{host}/secret"; }}, 300);
        }});"""
        page = await seen(fetcher, put_app(town, app))
        assert words(page)[0].startswith("refused refused refused | agenda")
        assert not other.asked
    finally:
        other.close()


@needs_chromium
@pytest.mark.parametrize("app", ["for (;;) {}", "addEventListener('load', () => { for (;;) {} })"])
async def test_a_script_without_end_is_given_up_and_the_next_page_is_read(
    fetcher: Fetcher, town: Town, app: str
) -> None:
    with pytest.raises(Unreachable) as trouble:
        await seen(fetcher, put_app(town, app))
    assert trouble.value.reason == "timeout"
    assert words(await seen(fetcher, put_app(town)))[0] == "Approve a 287(g) agreement"


@needs_chromium
async def test_a_page_that_never_rests_is_read_as_it_stands(fetcher: Fetcher, town: Town) -> None:
    url = put_app(town, APP + "setInterval(() => fetch('/api/items', {method: 'POST', body: '{}'}), 200);")
    assert words(await seen(fetcher, url))[0] == "Approve a 287(g) agreement"
    assert town.asked["/api/items"] < 40


@needs_chromium
async def test_what_comes_after_the_network_rests_is_seen_too(fetcher: Fetcher, town: Town) -> None:
    late = "let n = 0; const t = setInterval(() => { if (++n > 8) clearInterval(t); document.body.append(` row ${n}`); }, 150);"
    assert "row 9" in words(await seen(fetcher, put_app(town, APP + late)))[-1]


@needs_chromium
async def test_a_page_that_grows_without_end_is_too_large(fetcher: Fetcher, town: Town) -> None:
    with pytest.raises(TooLarge):
        await seen(fetcher, put_app(town, APP + "setTimeout(() => document.body.append('x'.repeat(300000)), 100);"))


@needs_chromium
async def test_robots_txt_holds_for_what_a_page_asks_for(fetcher: Fetcher, town: Town) -> None:
    town.put("/robots.txt", "User-agent: *\nDisallow: /api/", Content_Type="text/plain")
    with pytest.raises(FetchError) as refusal:
        await seen(fetcher, put_app(town))
    assert refusal.value.reason == "empty"
    assert "/api/items" not in town.asked


@needs_chromium
async def test_what_is_no_web_page_comes_as_it_is(fetcher: Fetcher, town: Town) -> None:
    town.put("/agenda.pdf", b"%PDF-1.4 agenda", Content_Type="application/pdf")
    assert (await seen(fetcher, f"{town.base}/agenda.pdf")).body == b"%PDF-1.4 agenda"


@needs_chromium
async def test_a_visit_that_is_let_go_leaves_nothing_behind(fetcher: Fetcher, town: Town) -> None:
    visit = asyncio.create_task(seen(fetcher, put_app(town, "for (;;) {}")))
    await asyncio.sleep(1.5)
    visit.cancel()
    with pytest.raises(asyncio.CancelledError):
        await visit
    assert words(await seen(fetcher, put_app(town)))[0] == "Approve a 287(g) agreement"


async def test_without_a_browser_the_refusal_says_what_is_missing(town: Town) -> None:
    url = put_app(town)
    nowhere = Browser(AGENT, Path("/nonexistent/chromium"))
    async with Fetcher(Door(None, (ip_network("127.0.0.1/32"),)), clock=Noon(), browser=nowhere) as fetcher:
        with pytest.raises(Unreachable, match="render: browser needs a browser, and ") as trouble:
            await fetcher.visit(Request(url), min_delay=timedelta(0), rendered=True)
    assert trouble.value.permanent
    assert town.asked["/agendas"] == 1
