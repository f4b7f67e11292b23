"""The page, over a real ledger: what a reader finds on it, and what a hostile page cannot make of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient, Response

from watcher import web
from watcher.ledger import Ledger
from watcher.model import Alert, Change, Evidence, Jurisdiction, Matter, Meeting, Mute, Site, SiteState, Verdict

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PLACE = Jurisdiction("il-springfield", "Springfield", "IL", "city", "America/Chicago")
COUNCIL = Site("springfield-council", PLACE, "page", "https://example.org/agenda", body="City Council")
OFF = Site("old-portal", PLACE, "page", "https://example.org/old", enabled=False, note="moved in 2025")
HOSTILE = "<script>alert(1)</script> honor ICE detainers & <img src=x onerror=alert(2)>"


def a_change(name: str, after: str = HOSTILE, url: str = "https://example.org/agenda?a=1&b=2") -> Change:
    at = after.find("honor")
    evidence = (Evidence("after", at, at + 19, "honor ICE detainers", "immigration-detainer"),) if at >= 0 else ()
    return Change(
        id=name,
        site=COUNCIL.id,
        url=url,
        kind="added",
        key=f"item:{name}",
        heading=("Consent <b>agenda</b>",),
        before="",
        after=after,
        redline=(("+", after),),
        seen_at=NOW,
        meeting=Meeting("m", "City Council", start=datetime(2026, 12, 2, 0, 30, tzinfo=UTC)),
        matter=Matter("26-118", file="26-118", title="Detainers"),
        verdict=Verdict("relevant", 0.97, "core", ("detainer",), "expands", "unknown", evidence, ("It says so.",), "rules@1"),
        snapshot_after="ab" + "0" * 62,
    )  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "ledger.sqlite3") as ledger:
        yield ledger


@pytest.fixture
def full(ledger: Ledger) -> Ledger:
    changes = (a_change("aa11"), a_change("ab22"), a_change("cd33", url="javascript:alert(3)"))
    alert = Alert(
        "k", COUNCIL.id, PLACE, "relevant", "Springfield, IL: <i>item</i> added", changes,
        thread="t", urgency="soon", created_at=NOW, stance="expands", time_zone="America/Chicago",
    )  # fmt: skip
    state = SiteState(
        COUNCIL.id, COUNCIL.url, "failing", NOW, NOW, NOW - timedelta(days=1), "blocked", "soft_404", 3, NOW, None, 7
    )
    ledger.record(states=[state], changes=changes, alerts=[alert])
    ledger.add_mute(Mute("287g", NOW + timedelta(days=3), "budget season <3", "ada", NOW))
    return ledger


async def get(ledger: Ledger, path: str) -> Response:
    view = web.View(ledger, {site.id: site for site in (OFF, COUNCIL)}, lambda: NOW, beat=NOW)
    async with AsyncClient(transport=ASGITransport(app=web.create(view)), base_url="http://127.0.0.1") as client:
        return await client.get(path)


async def test_one_matter_is_one_entry_with_the_places_where_it_stands(full: Ledger) -> None:
    page = (await get(full, "/")).text
    assert page.count("<h2><a") == 1
    assert "Springfield, IL: &lt;i&gt;item&lt;/i&gt; added" in page
    assert "3 places where it stands" in page
    for name in ("aa11", "ab22", "cd33"):
        assert f'href="/changes/{name}"' in page
    assert "1 in trouble" in page


async def test_a_mute_is_shown_with_its_end_its_reason_and_its_author(full: Ledger) -> None:
    page = (await get(full, "/")).text
    assert "287g until " in page
    assert "budget season &lt;3 (ada)" in page


async def test_an_empty_ledger_says_what_will_be_here(ledger: Ledger) -> None:
    page = (await get(ledger, "/")).text
    assert "Nothing relevant has changed since the watch began" in page


async def test_a_change_shows_local_times_marks_and_how_to_check(full: Ledger) -> None:
    page = (await get(full, "/changes/aa11")).text
    assert "Tue 1 Dec 2026, 6:30 PM CST" in page  # 00:30 UTC of the second is the evening before in Illinois
    assert "<mark>honor ICE detainers</mark>" in page
    assert 'href="https://example.org/agenda?a=1&amp;b=2" rel="noopener noreferrer"' in page
    assert f"zstd -dc objects/ab/{'0' * 62}.zst | sha256sum" in page
    assert '<a href="/">All changes</a>' in page


@pytest.mark.parametrize("path", ["/", "/sites", "/changes/aa11", "/changes/cd33", "/changes/none", "/none"])
async def test_no_page_text_becomes_mark_up_and_every_answer_is_fenced_in(full: Ledger, path: str) -> None:
    answer = await get(full, path)
    for live in ("<script", "<img", "<b>agenda", "<i>item", 'href="javascript:'):
        assert live not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "http" not in answer.text.replace("https://example.org", "").replace("http-equiv", "")
    assert 'name="viewport"' in answer.text
    assert "prefers-color-scheme:dark" in answer.text


async def test_sites_in_trouble_come_first_and_those_off_say_why(full: Ledger) -> None:
    page = (await get(full, "/sites")).text
    assert page.index("springfield-council") < page.index("old-portal")
    assert '<span class="bad">failing</span>' in page
    assert "blocked: soft 404" in page
    assert "moved in 2025" in page
    assert "T12:00:00" not in page


async def test_what_is_not_here_is_a_page_too(full: Ledger) -> None:
    for path, words in (
        ("/changes/none", "No such change"),
        ("/changes/a", "several changes begin with a"),
        ("/x", "No such page"),
    ):
        answer = await get(full, path)
        assert (answer.status_code, words in answer.text) == (404, True), path


async def test_health_is_told_in_codes(full: Ledger) -> None:
    assert (await get(full, "/healthz")).status_code == 200
    assert (await get(full, "/readyz")).json()["ok"] is True
    assert 'watcher_site_health{health="failing",site="springfield-council"} 1.0' in (await get(full, "/metrics")).text
