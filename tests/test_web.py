"""The page, over a real ledger: what a reader finds on it, and what a hostile page cannot make of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import orjson
import pytest
from httpx import ASGITransport, AsyncClient, Response
from icalendar import Calendar

from watcher import alerts, judge, web
from watcher.extractors import extract
from watcher.ledger import Ledger
from watcher.model import (
    Alert,
    Change,
    Contact,
    DocumentState,
    Evidence,
    Jurisdiction,
    Matter,
    Meeting,
    Mute,
    Paper,
    PolicyEntry,
    Site,
    SiteState,
    Snapshot,
    Verdict,
)
from watcher.model import Request as PageRequest
from watcher.snapshots import Objects
from watcher.web import drawing, lists, operator
from watcher.web.counties import county, outlines

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
        thread="t", urgency="soon", created_at=NOW, stance="expands", time_zone="America/Chicago", tier="core",
        topics=("detainer",), meeting=changes[0].meeting, matter=changes[0].matter,
    )  # fmt: skip
    state = SiteState(
        COUNCIL.id, COUNCIL.url, "blind", NOW, NOW, NOW - timedelta(days=1), "blocked", "soft_404", 3, NOW, None, 7
    )
    ledger.record(states=[state], changes=changes, alerts=[alert])
    ledger.add_mute(Mute("287g", NOW + timedelta(days=3), "budget season <3", "ada", NOW))
    return ledger


async def get(ledger: Ledger, path: str, **headers: str) -> Response:
    view = web.View(ledger, {site.id: site for site in (OFF, COUNCIL)}, lambda: NOW, beat=NOW)
    return await ask(view, path, **headers)


async def ask(view: web.View, path: str, **headers: str) -> Response:
    async with AsyncClient(transport=ASGITransport(app=web.create(view)), base_url="http://127.0.0.1") as client:
        return await client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


async def test_one_matter_is_one_entry_with_the_places_where_it_stands(full: Ledger) -> None:
    page = (await get(full, "/")).text
    assert page.count("Springfield, IL: &lt;i&gt;item&lt;/i&gt; added") == 1
    assert "3 places where it stands" in page
    for name in ("aa11", "ab22", "cd33"):
        assert f'href="/changes/{name}"' in page
    assert "1 in trouble" in page


async def test_every_count_is_that_of_the_ledger_and_leads_to_what_it_counts(full: Ledger) -> None:
    page = (await get(full, "/")).text
    counted = dict(re.findall(r'<li><a href="([^"]+)"><b>([0-9,]+)</b>', page))
    assert counted == {"/places": "1", "/sites": "7", "/changes?label=relevant": "3", "/changes": "3"}
    assert (await get(full, "/changes?label=relevant")).text.count("<h3><a") == 3
    full.record(changes=[replace(a_change("ef44"), verdict=None)])
    assert '<a href="/changes"><b>4</b> changes in all' in (await get(full, "/")).text


async def test_the_counts_of_a_state_are_its_own_and_lead_to_its_own(full: Ledger) -> None:
    home = replace(PLACE, slug="ma-salem", name="Salem", state="MA")
    far = replace(COUNCIL, id="salem", jurisdiction=home)
    full.record(changes=[replace(a_change("ff99"), site="salem")])
    view = web.View(full, {one.id: one for one in (COUNCIL, OFF, far)}, lambda: NOW, beat=NOW)
    for state, relevant in (("IL", "3"), ("MA", "1"), ("TX", "0")):
        page = (await ask(view, f"/states/{state}")).text
        assert f'<a href="/changes?label=relevant&amp;state={state}"><b>{relevant}</b>' in page
        listed = (await ask(view, f"/changes?label=relevant&state={state}")).text
        assert listed.count("<h3><a") == int(relevant)
        for status, count in re.findall(
            rf'status=([^&"]+)&amp;state={state}">[^<]+</a> <span[^>]+>[^,]+, (\d+)\)', page
        ):
            found = (await ask(view, f"/places?status={status}&state={state}")).text
            assert found.count('<tr><td><a href="/j/') == int(count)


async def test_the_newest_stand_first_whenever_the_ledger_got_them(full: Ledger) -> None:
    late = replace(a_change("ee11"), seen_at=NOW - timedelta(days=9))
    told = full.alerts()[0]
    full.record(changes=[late], alerts=[replace(told, key="older", changes=(late,), headline="older", thread="o")])
    view = web.View(full, {COUNCIL.id: COUNCIL}, lambda: NOW, beat=NOW)
    page = (await ask(view, "/")).text
    assert page.index("/changes/aa11") < page.index("/changes/ee11")
    entries = feedparser.parse((await ask(view, "/feed.atom")).content).entries
    assert [one.title for one in entries] == ["Springfield, IL: <i>item</i> added", "older"]


async def test_a_text_in_force_at_the_first_visit_is_not_called_a_citation(full: Ledger) -> None:
    digest = "cd" + "0" * 62
    text = Paper("limits", NOW, "Chapter 9 <b>", "https://example.org/code", digest=digest, section="Sec. 9.20")
    sighted = Snapshot(COUNCIL.id, "k", "https://example.org/code", NOW, 200, "text/html", None, digest, 9)
    full.record(papers=[("il-springfield", text)], snapshots=[sighted])
    page = (await get(full, "/j/il-springfield")).text
    papers = page.partition('class="papers"')[2].partition("</ol>")[0]
    assert "in force when it was first read" in papers
    assert "cited by" not in papers
    assert f'href="/snapshots/springfield-council/{digest}.txt"' in papers
    assert "Sec. 9.20" in papers


async def test_a_matter_is_drawn_from_its_posting_to_the_vote_and_told_in_order(full: Ledger) -> None:
    told = full.alerts()[0]
    sitting = Meeting("m", "City Council", start=datetime(2026, 11, 20, 0, 30, tzinfo=UTC))
    steps = [
        replace(a_change("s1"), seen_at=NOW - timedelta(days=9), meeting=sitting),
        replace(a_change("s2"), seen_at=NOW - timedelta(days=3), meeting=sitting),
    ]
    alerts = [replace(told, key=step.id, changes=(step,), thread="way", meeting=sitting) for step in steps]
    full.record(changes=steps, alerts=[alerts[0], replace(alerts[1], stage="adopted")])
    page = (await get(full, "/j/il-springfield")).text
    drawn = page.partition("<h2>Matters</h2>")[2].partition("<h2>Relevant changes</h2>")[0]
    strip = next(one for one in drawn.split("<li><h3>") if "/changes/s1" in one)
    assert re.findall(r'class="(seen|sitting|decided)"', strip) == ["sitting", "seen", "decided"]
    where = dict(re.findall(r'<(?:circle class="(seen)" cx|svg x)="([\d.]+)%"', strip))
    assert 0 < float(where["seen"]) < 100
    listed = strip.partition("<ul>")[2]
    assert listed.index("/changes/s1") < listed.index(": meeting") < listed.index("adopted")
    assert "3 steps, at last: adopted" in strip


async def test_the_place_shows_its_status_with_the_paper_and_its_hash(full: Ledger) -> None:
    entry = PolicyEntry("il-springfield", "limits", "Welcoming <Act>", "2017-02-01", "https://example.org/act")
    view = web.View(full, {COUNCIL.id: COUNCIL}, lambda: NOW, beat=NOW, policy=(entry,))
    page = (await ask(view, "/j/il-springfield")).text
    assert "<strong>limits</strong>" in page
    assert "Welcoming &lt;Act&gt;" in page
    assert "Under consideration" in page
    assert (await ask(view, "/j/il-springfield/")).status_code in (200, 307)
    paper = (await ask(view, "/api/v1/jurisdictions/il-springfield")).json()["pending"][0]
    assert (paper["sha256"], paper["change"]) == ("ab" + "0" * 62, "aa11")


async def test_the_meeting_of_the_change_stands_among_the_next_ones_in_local_time(full: Ledger) -> None:
    for path in ("/", "/j/il-springfield"):
        page = (await get(full, path)).text
        assert 'title="2026-12-02 00:30 UTC">Tue 1 Dec 2026, 6:30 PM CST</time></h3>' in page, path


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("state=IL", True), ("state=il", True), ("state=MA", False), ("topic=detainer", True), ("topic=287g", False),
        ("direction=expands", True), ("direction=limits", False), ("stage=adopted", False), ("label=unsure", False),
        ("since=2026-11-24", True), ("since=2026-11-25", False), ("until=2026-11-24", True), ("until=2026-11-23", False),
    ],
)  # fmt: skip
async def test_filters_stand_in_the_address(full: Ledger, query: str, shown: bool) -> None:
    assert ("item&lt;/i&gt; added" in (await get(full, f"/?{query}")).text) is shown
    assert (len((await get(full, f"/api/v1/alerts?{query}")).json()["items"]) == 1) is shown
    assert ("<h3><a" in (await get(full, f"/changes?{query}")).text) is shown


@pytest.mark.parametrize("path", ["/?state=XX", "/changes?topic=ice", "/?since=yesterday", "/search?direction=up", "/changes?before=-1", "/api/v1/changes?limit=x"])  # fmt: skip
async def test_a_filter_that_says_nothing_is_refused_and_not_passed_over(full: Ledger, path: str) -> None:
    assert (await get(full, path)).status_code == 400


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
    assert '<a href="/j/il-springfield">Springfield, IL</a>' in page


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/sites",
        "/changes/aa11",
        "/changes/cd33",
        "/changes/none",
        "/none",
        "/changes",
        "/places",
        "/j/il-springfield",
        "/states/IL",
        "/method",
    ],
)
async def test_no_page_text_becomes_mark_up_and_every_answer_is_fenced_in(full: Ledger, path: str) -> None:
    answer = await get(full, path)
    for live in ("<script>", "<img", "<b>agenda", "<i>item", 'href="javascript:', "style="):
        assert live not in answer.text
    assert answer.text.count("<script") == 1
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    own = f"http://127.0.0.1{path}"  # the permalink of a change, printed with it
    assert "http" not in answer.text.replace("https://example.org", "").replace(own, "")
    assert 'name="viewport"' in answer.text


PAGES = ("/", "/places", "/changes", "/search?q=ice", "/sites", "/method")
NASTY = '"><script>alert(9)</script><b onclick=x>\u202e\x00\ud800'


async def test_a_place_and_a_site_of_hostile_names_are_only_text(full: Ledger) -> None:
    home = replace(PLACE, name=NASTY, lat=40.0, lon=-89.0)
    office = Contact("https://example.org/office", NASTY, NASTY)
    site = replace(COUNCIL, jurisdiction=home, body=NASTY, contact=office, note=NASTY)
    off = replace(site, id="off", enabled=False)
    told = replace(full.alerts()[0], key="n", jurisdiction=home, headline=NASTY, body=NASTY, created_at=NOW)
    meeting = Meeting(
        "n", NASTY, NASTY, start=NOW + timedelta(days=2), location=NASTY, url=f"https://example.org/{NASTY}"
    )
    change = replace(
        a_change("bad1", NASTY), heading=(NASTY,), meeting=meeting, matter=Matter("m", NASTY, NASTY, NASTY)
    )
    full.record(changes=[change], alerts=[replace(told, changes=(change,), meeting=meeting, matter=change.matter)])
    full.add_mute(Mute(NASTY[:-1], NOW + timedelta(days=1), NASTY[:-1], NASTY[:-1], NOW))
    entry = PolicyEntry("il-springfield", "limits", NASTY, "2017-02-01", f"https://example.org/{NASTY}")
    view = web.View(
        full, {one.id: one for one in (site, off)}, lambda: NOW, beat=NOW, token="t", policy=(entry,), contact=NASTY
    )
    for path in (
        *PAGES,
        "/changes/bad1",
        "/j/il-springfield",
        "/j/il-springfield/documents",
        "/states/IL",
        "/operator",
    ):
        page = (await ask(view, path)).text
        for live in ("<script>", "<b onclick", '">alert', "\x00", "\u202e"):
            assert live not in page, (path, live)
        assert page.count("<script") == 1, path
    for path in ("/feed.atom", "/sites/springfield-council/feed.atom", "/j/il-springfield/feed.atom"):
        assert not feedparser.parse((await ask(view, path)).content).bozo
    assert len(Calendar.from_ical((await ask(view, "/calendar.ics")).content).walk("VEVENT")) == 2
    table = (await ask(view, "/export/changes.csv")).text
    assert "\n=" not in table


async def test_sites_in_trouble_come_first_and_those_off_say_why(full: Ledger) -> None:
    page = (await get(full, "/sites")).text
    assert page.index("springfield-council") < page.index("old-portal")
    assert '<span class="bad">blind</span>' in page
    assert 'blocked: <span title="soft_404">an error page in its place</span>' in page
    assert "moved in 2025" in page
    assert ">Mon 23 Nov 2026, 6:00 AM CST<" in page


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
    assert 'watcher_site_health{health="blind",site="springfield-council"} 1.0' in (await get(full, "/metrics")).text


async def test_an_unchanged_page_costs_nothing_to_ask_for_again(full: Ledger) -> None:
    first = await get(full, "/changes/aa11")
    again = await get(full, "/changes/aa11", if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert (await get(full, "/changes/ab22", if_none_match=first.headers["etag"])).status_code == 200


async def test_a_page_on_loopback_answers_to_no_other_name(full: Ledger) -> None:
    view = web.View(full, {COUNCIL.id: COUNCIL}, lambda: NOW, beat=NOW, hosts=frozenset({"127.0.0.1", "localhost"}))
    for name, status in (("127.0.0.1:8080", 200), ("LOCALHOST", 200), ("evil.example", 421), ("127.0.0.1.evil.example", 421), ("", 421)):  # fmt: skip
        for path in ("/", "/api/v1/sites", "/healthz"):
            assert (await ask(view, path, host=name)).status_code == status, (name, path)


async def test_a_path_with_a_stroke_at_its_end_leads_on_within_the_page(full: Ledger) -> None:
    for path, to in (("/sites/?health=ok", "/sites?health=ok"), ("/j/il-springfield//", "/j/il-springfield"), ("/%5C%5Cevil.example/", "/%5C%5Cevil.example"), ("/%2Fevil.example/", "/evil.example")):  # fmt: skip
        answer = await get(full, path, host="evil.example")
        assert (answer.status_code, answer.headers["location"]) == (307, to), path


async def test_a_form_of_nonsense_and_a_defect_are_answered_safely(
    full: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = web.View(full, {COUNCIL.id: COUNCIL}, lambda: NOW, beat=NOW, token="open sesame")
    monkeypatch.setattr(view.board, "places", lambda now: 1 / 0)
    monkeypatch.setattr(operator, "PAUSE", 0.0)
    transport = ASGITransport(app=web.create(view), raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        assert (await client.post("/operator", content=b"token=open+sesame&" + b"a=1&" * 100)).status_code == 400
        assert (await client.post("/operator", content=b"\xff\xfe=%ff")).status_code == 403
        broken = await client.get("/places")
        assert broken.status_code == 500
        for answer in (broken, await client.get("/operator"), await client.get("/none"), await client.get("/metrics")):
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert answer.headers["cache-control"] == "no-store"
        assert "division" not in broken.text


async def test_programs_are_refused_in_json_and_people_on_a_page(full: Ledger) -> None:
    view = web.View(full, {COUNCIL.id: COUNCIL}, lambda: NOW, beat=NOW)
    async with AsyncClient(transport=ASGITransport(app=web.create(view)), base_url="http://127.0.0.1") as client:
        for method, path, status in (("GET", "/api/v1/none", 404), ("POST", "/api/v1/changes", 405), ("OPTIONS", "/api/v1/sites", 405)):  # fmt: skip
            answer = await client.request(method, path)
            assert (answer.status_code, answer.json()["status"]) == (status, status)
            assert answer.headers["content-type"] == "application/problem+json"
        answer = await client.delete("/changes/aa11")
        assert (answer.status_code, set(answer.headers["allow"].split(", "))) == (405, {"GET", "HEAD"})
        assert "is not for this page" in answer.text
        head = await client.head("/changes/aa11")
        assert (head.status_code, head.content) == (200, b"")


async def test_lists_of_the_api_are_walked_by_their_next(full: Ledger) -> None:
    full.record(changes=[a_change(f"n{number}") for number in range(5)])
    seen, path = [], "/api/v1/changes?limit=3&state=IL"
    while path:
        answer = (await get(full, path)).json()
        seen += [line["id"] for line in answer["items"]]
        path = answer["next"]
    assert seen == ["n4", "n3", "n2", "n1", "n0", "cd33", "ab22", "aa11"]


async def test_the_export_is_a_table_that_no_spreadsheet_runs(full: Ledger) -> None:
    full.record(changes=[replace(a_change("ff55", "=1+1"), before="")])
    rows = (await get(full, "/export/changes.csv")).text.splitlines()
    assert rows[0].startswith("\ufeffid,seen_at,jurisdiction")
    assert any(",'=1+1," in row for row in rows)
    assert len((await get(full, "/export/changes.jsonl")).text.splitlines()) == 4


async def test_private_contact_data_in_a_quoted_text_is_blotted_out_everywhere(full: Ledger) -> None:
    full.record(changes=[a_change("pp66", "Mr Poe, poe@example.net, asks the council to honor ICE detainers")])
    for path in ("/changes/pp66", "/changes", "/changes/pp66/after.txt", "/api/v1/changes/pp66", "/export/changes.csv"):
        assert "poe@" not in (await get(full, path)).text, path
    assert "<mark>honor ICE detainers</mark>" in (await get(full, "/changes/pp66")).text


async def test_a_moved_text_is_shown_as_moved(full: Ledger) -> None:
    words = "The sheriff may honor ICE detainers."
    full.record(changes=[replace(a_change("mm77", words), kind="moved", before=words, redline=(("=", words),))])
    page = (await get(full, "/changes/mm77")).text
    assert "⇅ moved" in page
    assert "<del>" not in page.split("Redline")[-1].split("Side by side")[0].replace("<del>struck", "")


async def test_the_words_that_decided_are_marked_in_the_redline_too(full: Ledger) -> None:
    parts: Any = (
        ("=", "Officers "),
        ("-", "may"),
        ("+", "shall not"),
        ("=", " honor ICE detainers.\n"),
        ("=", "The clerk reports. " * 90),
    )
    before, after = ("".join(text for op, text in parts if op != other) for other in "+-")
    full.record(changes=[replace(a_change("rr99", after), before=before, redline=parts)])
    page = (await get(full, "/changes/rr99")).text
    inline, _, sides = page.partition("Side by side")
    why = "The request to hold a person past release is the oldest form of cooperation."
    marked = f'<mark title="{why}">honor ICE detainers</mark>'
    assert f"<del>may</del><ins>shall not</ins> {marked}." in inline
    assert marked in sides
    assert f'<mark>honor ICE detainers</mark></td><td data-name="where">new text</td><td>{why}</td>' in sides
    assert re.search(r"(The|clerk|reports\.) ?<span class=.fold.>[^<]+</span> ?(The|clerk|reports\.) ", inline)


async def test_two_megabytes_of_redline_are_folded_and_kept_whole_as_text(full: Ledger) -> None:
    long = "All officers shall honor ICE detainers. <b>" * 50_000
    full.record(changes=[replace(a_change("zz88", long), redline=(("+", long),))])
    page = await get(full, "/changes/zz88")
    assert len(page.content) < 400_000
    assert "characters not shown here]" in page.text
    assert "<b>" not in page.text.split("<main")[1]
    assert (await get(full, "/changes/zz88/after.txt")).text == long


async def test_feeds_are_valid_and_say_what_the_page_says(full: Ledger) -> None:
    shows = {
        "/feed.atom": "/", "/states/IL/feed.atom": "/states/IL", "/topics/detainer/feed.atom": "/",
        "/j/il-springfield/feed.atom": "/j/il-springfield", "/sites/springfield-council/feed.atom": "/j/il-springfield",
    }  # fmt: skip
    for path, page in shows.items():
        feed = feedparser.parse((await get(full, path)).content)
        assert not feed.bozo, path
        assert feed.feed.links[1].href == f"http://127.0.0.1{page}"
        (said,) = feed.entries[0].content
        assert said.type == "text/html"  # escaped twice: as XML, and what was published as mark-up
        assert "<ins>&lt;script&gt;alert(1)&lt;/script&gt; honor ICE detainers &amp; &lt;img" in said.value
        assert [(entry.title, entry.link) for entry in feed.entries] == [
            ("Springfield, IL: <i>item</i> added", "http://127.0.0.1/changes/aa11")
        ], path
        assert feed.feed.links[0].href == f"http://127.0.0.1{path}"
    for path in ("/states/MA/feed.atom", "/topics/287g/feed.atom"):
        assert feedparser.parse((await get(full, path)).content).entries == []
    for path in (
        "/states/XX/feed.atom",
        "/topics/none/feed.atom",
        "/j/none/feed.atom",
        "/sites/none/feed.atom",
        "/j/none/calendar.ics",
    ):
        assert (await get(full, path)).status_code == 404, path


async def test_the_calendar_holds_the_meetings_with_relevant_items(full: Ledger) -> None:
    for path in ("/calendar.ics", "/j/il-springfield/calendar.ics"):
        made = Calendar.from_ical((await get(full, path)).content)
        (found,) = made.walk("VEVENT")
        event: Any = found
        assert event["DTSTART"].dt == datetime(2026, 12, 2, 0, 30, tzinfo=UTC)
        assert "26-118" in event["DESCRIPTION"]
        assert "http://127.0.0.1/changes/aa11" in event["DESCRIPTION"]


async def test_only_the_operator_mutes_and_only_with_the_token(full: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operator, "PAUSE", 0.0)
    view = web.View(full, {COUNCIL.id: COUNCIL}, lambda: NOW, beat=NOW, token="open sesame")
    form = {"what": "detainer", "until": "2026-12-24", "reason": "recess", "by": "ada", "do": "mute"}
    async with AsyncClient(transport=ASGITransport(app=web.create(view)), base_url="http://127.0.0.1") as client:
        for token, status in (("", 403), ("open sesam", 403), ("open sesame", 200)):
            assert (await client.post("/operator", data=form | {"token": token})).status_code == status
            assert len(full.mutes(NOW)) == (2 if status == 200 else 1)
        for wrong in ({"until": "2026-01-01"}, {"until": "never"}, {"reason": " "}, {"until": "2029-01-01"}):
            assert (await client.post("/operator", data=form | {"token": "open sesame"} | wrong)).status_code == 400
        assert (await client.post("/operator", content=b"x" * 5_000)).status_code == 413
        ended = await client.post("/operator", data={"token": "open sesame", "what": "detainer", "do": "unmute"})
        assert "heard again" in ended.text
    assert [mute.what for mute in full.mutes(NOW)] == ["287g"]
    assert (await get(full, "/operator")).status_code == 404  # no token, no form


async def test_a_stored_page_is_shown_as_text_and_saved_but_never_run(full: Ledger, tmp_path: Path) -> None:
    objects = Objects(tmp_path)
    body = b"<html><script>alert(1)</script><p>Officers honor ICE detainers. poe@example.net</p></html>"
    digest = objects.save(body)
    full.record(snapshots=[Snapshot(COUNCIL.id, "k", COUNCIL.url, NOW, 200, "text/html", "utf-8", digest, len(body))])
    view = web.View(
        full, {COUNCIL.id: COUNCIL}, lambda: NOW, beat=NOW, objects=objects,
        texts=lambda site, snapshot: extract(objects.load(snapshot.digest), "text/html", snapshot.url).passages[0].text,
    )  # fmt: skip
    text = await ask(view, f"/snapshots/{COUNCIL.id}/{digest}.txt")
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert "honor ICE detainers" in text.text
    assert "poe@" not in text.text
    saved = await ask(view, f"/snapshots/{COUNCIL.id}/{digest}.bin")
    assert saved.content == body
    assert saved.headers["content-type"] == "application/octet-stream"
    assert saved.headers["content-disposition"].startswith("attachment; filename=")
    assert saved.headers["x-content-type-options"] == "nosniff"
    for path in (f"/snapshots/{COUNCIL.id}/{'0' * 64}.bin", f"/snapshots/none/{digest}.txt", "/snapshots/x/../y.bin"):
        assert (await ask(view, path)).status_code == 404, path


async def test_search_finds_words_in_changes_with_filters_and_marks(full: Ledger, tmp_path: Path) -> None:
    index = web.Index(tmp_path / "search.sqlite3")
    sites = {COUNCIL.id: COUNCIL}
    assert index.catch_up(full, sites, None) is False
    view = web.View(full, sites, lambda: NOW, beat=NOW, index=index)
    page = (await ask(view, "/search?q=detain*&state=IL&topic=detainer&kind=change")).text
    assert "3 results" in page
    assert "<mark>detainers</mark>" in page
    assert "<script>alert" not in page
    for nothing in (
        "q=detainers&state=MA",
        "q=zebra",
        "q=detainers&kind=document",
        "q=%22%20AND%20OR*",
        "q=NEAR(",
        'q=a"b',
    ):
        assert "<mark>" not in (await ask(view, f"/search?{nothing}")).text, nothing


def test_a_state_has_no_neighbour_on_another_sheet() -> None:
    islands = outlines("fine")["HI"]["d"]
    assert islands not in drawing.whole_map([], "TX")
    assert islands in drawing.whole_map([], "HI")
    assert outlines("fine")["TX"]["d"] not in drawing.whole_map([], "HI")


async def test_what_was_told_together_is_named_in_words_and_documents_are_counted_once(ledger: Ledger) -> None:
    both = (a_change("aa11"), replace(a_change("bb22"), key="other", heading=("Other", "Staff report on detainers"), matter=None))  # fmt: skip
    told = [replace(alerts.compose(COUNCIL, [both[0]], NOW)[0], changes=both)]
    state = SiteState(COUNCIL.id, COUNCIL.url, "ok", NOW, NOW, NOW, "unchanged", "same_text", 0, NOW, None, 1)
    documents = [
        DocumentState(COUNCIL.id, key, f"{COUNCIL.url}{key}", PageRequest(f"{COUNCIL.url}{key}"), NOW, False, True, None, None, NOW, NOW)
        for key in ("a", "b")
    ]  # fmt: skip
    ledger.record(states=[state], documents=documents, changes=both, alerts=told)
    page = (await get(ledger, "/changes/aa11")).text
    assert re.search(r'<li><a href="/changes/bb22">[^<]*</a>: Staff report on detainers', page)
    assert 'href="/changes/aa11">' not in page.partition("elsewhere")[2].partition("</ul>")[0]
    assert "2 documents seen, 1 watched now" in (await get(ledger, f"/j/{PLACE.slug}")).text
    assert "2 documents seen, 1 of them watched now" in (await get(ledger, f"/j/{PLACE.slug}/documents")).text


async def test_wrong_tokens_wait_in_line_and_the_right_one_does_not(
    full: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operator, "PAUSE", 0.2)
    monkeypatch.setattr(operator, "CROWD", 3)
    view = web.View(full, {COUNCIL.id: COUNCIL}, lambda: NOW, beat=NOW, token="open sesame")
    ended: list[str] = []
    async with AsyncClient(transport=ASGITransport(app=web.create(view)), base_url="http://127.0.0.1") as client:

        async def tries(token: str) -> int:
            status = (await client.post("/operator", data={"what": "x", "do": "unmute", "token": token})).status_code
            ended.append(token)
            return status

        assert await asyncio.gather(*map(tries, ("a", "b", "open sesame"))) == [403, 403, 200]
        assert ended == ["open sesame", "a", "b"]
        assert await asyncio.gather(*map(tries, "abcd")) == [403, 403, 403, 429]
        assert await tries("open sesame") == 200


async def test_half_a_character_costs_itself_and_not_the_answer(full: Ledger) -> None:
    home = replace(PLACE, name="Lond\ud800on")
    view = web.View(full, {COUNCIL.id: replace(COUNCIL, jurisdiction=home)}, lambda: NOW, beat=NOW)
    for path in (
        "/api/v1/jurisdictions",
        f"/api/v1/jurisdictions/{home.slug}",
        "/api/v1/sites",
        "/",
        f"/j/{home.slug}",
    ):
        assert (await ask(view, path)).status_code == 200, path
    assert (await ask(view, "/api/v1/jurisdictions")).json()["items"][0]["name"] == "Lond?on"


async def test_a_document_is_found_by_what_it_says_now(full: Ledger, tmp_path: Path) -> None:
    index, sites = web.Index(tmp_path / "search.sqlite3"), {COUNCIL.id: COUNCIL}
    texts = {"a" * 64: "Agenda\nthe old words", "b" * 64: "Agenda\nthe new words"}
    for hours, digest in enumerate(texts):
        at = NOW + timedelta(hours=hours)
        full.record(snapshots=[Snapshot(COUNCIL.id, "k", COUNCIL.url, at, 200, "text/html", None, digest, 9)])
        index.catch_up(full, sites, lambda site, snapshot: texts[snapshot.digest])
    assert index.search("new words").total == 1
    assert index.search("old").total == 0
    assert web.Index(tmp_path / "search.sqlite3").search("new").total == 1  # kept


async def test_with_an_empty_ledger_each_page_says_what_comes_next(ledger: Ledger) -> None:
    view = web.View(ledger, {}, lambda: NOW, beat=NOW)
    assert "add one to <code>sites.yaml</code>" in (await ask(view, "/")).text
    assert "add one to <code>sites.yaml</code>" in (await ask(view, "/sites")).text
    assert "Nothing has changed yet" in (await ask(view, "/changes")).text
    assert "The search index is not kept here" in (await ask(view, "/search")).text
    assert not feedparser.parse((await ask(view, "/feed.atom")).content).bozo


async def test_the_first_page_stays_small_with_a_thousand_places(ledger: Ledger) -> None:
    sites = {}
    for number in range(1_000):
        state = ("TX", "MA", "CA", "OH")[number % 4]
        home = replace(PLACE, slug=f"{state.lower()}-town-{number}", name=f"Town {number}", state=state, lat=30 + number % 15, lon=-100 + number % 25)  # fmt: skip
        sites[f"s{number}"] = replace(COUNCIL, id=f"s{number}", jurisdiction=home)
    view = web.View(ledger, sites, lambda: NOW, beat=NOW)
    page = await ask(view, "/")
    assert len(page.content) < 100_000
    assert 'href="/states/TX"' in page.text
    assert "/j/tx-town-0" not in page.text
    assert "/j/tx-town-0" in (await ask(view, "/states/TX")).text


def towns(number: int) -> dict[str, Site]:
    found = {}
    for one in range(number):
        home = replace(PLACE, slug=f"tx-town-{one:03}", name=f"Town {one:03}", state="TX")
        found[f"s{one:03}"] = replace(COUNCIL, id=f"s{one:03}", jurisdiction=home)
    return found


@pytest.mark.parametrize(
    ("path", "shown"), [("/sites", r"<tr><td>(s\d+)<br>"), ("/places", r'<tr><td><a href="/j/([^"]+)"')]
)
async def test_a_long_list_is_walked_page_by_page_and_misses_nothing(ledger: Ledger, path: str, shown: str) -> None:
    view = web.View(ledger, towns(250) | {COUNCIL.id: COUNCIL}, lambda: NOW, beat=NOW)
    seen, at, sizes = list[str](), path + "?state=TX", list[int]()
    while at:
        page = (await ask(view, at)).text
        found = re.findall(shown, page)
        sizes.append(len(found))
        seen += found
        further = re.search(r'rel="next" href="([^"]+)"', page)
        at = further[1].replace("&amp;", "&") if further else ""
    assert sizes == [100, 100, 50]
    assert len(set(seen)) == 250
    assert "201–250 of 250" in page
    assert f'rel="prev" href="{path}?state=TX&amp;page=2"' in page
    assert "Nothing on this page; 250" in (await ask(view, f"{path}?state=TX&page=9")).text
    for wrong in ("page=0", "page=x", "state=XX", "health=fine&status=fine"):
        assert (await ask(view, f"{path}?{wrong}")).status_code == 400, wrong


async def test_each_health_leads_to_the_sites_that_are_so(full: Ledger) -> None:
    page = (await get(full, "/sites")).text
    assert re.findall(r'<a href="/sites\?health=(\w+)"><b>(\d+)</b>', page) == [("blind", "1"), ("off", "1")]
    assert "old-portal" not in (await get(full, "/sites?health=blind")).text
    assert "springfield-council" not in (await get(full, "/sites?health=off")).text
    assert "No site is so" in (await get(full, "/sites?health=ok")).text


async def test_places_and_sites_of_the_api_are_walked_too(ledger: Ledger) -> None:
    view = web.View(ledger, towns(250), lambda: NOW, beat=NOW)
    for name, key in (("jurisdictions", "slug"), ("sites", "site")):
        seen, path = list[str](), f"/api/v1/{name}"
        while path:
            answer = (await ask(view, path)).json()
            seen += [one[key] for one in answer["items"]]
            path = answer["next"]
        assert (len(seen), len(set(seen))) == (250, 250)


async def test_a_rare_topic_is_looked_for_a_stretch_at_a_time(full: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "LOOKED", 10)
    monkeypatch.setattr(lists, "STEP", 10)
    full.record(changes=[replace(a_change(f"n{number:02}"), verdict=None) for number in range(25)])
    page = (await get(full, "/changes?topic=detainer")).text
    assert "None among the newest" in page
    for _ in range(2):
        onward = re.search(r'rel="next" href="([^"]+)"', page)
        assert onward
        page = (await get(full, onward[1].replace("&amp;", "&"))).text
    assert page.count("<h3><a") == 3


async def test_the_method_names_the_measured_figures_with_their_day_and_sets(full: Ledger) -> None:
    page = (await get(full, "/method")).text
    measured = judge.accuracy()
    assert f"{measured.day:%B %Y}" in page
    assert measured.judge in page
    assert len(measured.sets) >= 5
    for one in measured.sets:
        assert one.what in page
        assert f"{one.found.hits / one.found.of:.1%}" in page


async def test_the_documents_of_a_place_are_all_listed(full: Ledger) -> None:
    urls = [f"https://example.org/{number:03}" for number in range(120)]
    full.record(documents=[DocumentState(COUNCIL.id, url, url, PageRequest(url, title=url), NOW, True, True, None, None, NOW, NOW) for url in urls])  # fmt: skip
    assert "All documents" in (await get(full, "/j/il-springfield")).text
    pages = [(await get(full, f"/j/il-springfield/documents?page={number}")).text for number in (1, 2)]
    assert [page.count("<tr><td>") for page in pages] == [100, 20]
    assert (await get(full, "/j/none/documents")).status_code == 404


async def test_a_copy_has_all_pages_of_its_lists_and_writes_old_ones_once(full: Ledger, tmp_path: Path) -> None:
    full.record(changes=[a_change(f"n{number:03}") for number in range(157)])  # 160 in all
    sites = towns(250) | {COUNCIL.id: COUNCIL}

    def copied() -> web.Copy:
        return web.publish(web.View(full, sites, lambda: NOW, live=False), tmp_path)

    assert copied().broken == []
    seen, at = list[str](), tmp_path / "changes/index.html"
    while at.is_file():
        page = at.read_text()
        seen += re.findall(r'<h3><a href="(?:\.\./)*([^"]+)/index.html"', page)
        further = re.search(r'rel="next" href="([^"]+)"', page)
        at = at.parent / further[1] if further else tmp_path / "none"
    assert (len(seen), len(set(seen))) == (160, 160)
    assert (tmp_path / "sites/page-3/index.html").is_file()
    assert (tmp_path / "places/status-under-consideration/index.html").is_file()
    listed = orjson.loads((tmp_path / "api/v1/changes.json").read_bytes())
    assert (tmp_path / "api/v1" / listed["next"]).is_file()
    old = tmp_path / "changes/before-51/index.html"
    before = old.stat().st_mtime_ns
    full.record(changes=[a_change("newest")])
    again = copied()
    assert old.stat().st_mtime_ns == before
    assert again.broken == []
    assert again.written < 20


@pytest.mark.parametrize(
    ("state", "name", "known"),
    [
        ("LA", "St. Tammany Parish", True), ("NM", "Doña Ana County", True), ("AK", "Kenai Peninsula Borough", True),
        ("MO", "Saint Louis County", True), ("MD", "Prince George's County", True), ("IL", "LaSalle County", True),
        ("MO", "Baltimore County", False), ("VA", "Norfolk", False),
    ],
)  # fmt: skip
def test_a_county_is_known_by_its_name_however_it_is_written(state: str, name: str, known: bool) -> None:
    assert (county(Jurisdiction("x", name, state, "county", "America/Chicago")) is not None) is known
    assert county(Jurisdiction("x", name, state, "city", "America/Chicago")) is None


async def test_a_watched_county_is_drawn_as_an_outline_and_others_are_not(ledger: Ledger) -> None:
    home = Jurisdiction(
        "md-baltimore-county", "Baltimore County", "MD", "county", "America/New_York", lat=39.4, lon=-76.6
    )
    sites = {"b": replace(COUNCIL, id="b", jurisdiction=home), COUNCIL.id: COUNCIL}
    page = (await ask(web.View(ledger, sites, lambda: NOW, beat=NOW), "/states/MD")).text
    assert re.search(r'<a href="/j/md-baltimore-county"><title>[^<]+</title><path class="c nothing"', page)
    assert page.count('class="c ') == 1
    counties = {}
    for number, key in enumerate(outlines("counties")):
        state, _, name = key.partition(" ")
        counties[key] = replace(COUNCIL, id=f"c{number}", jurisdiction=replace(home, slug=f"c{number}", name=name, state=state))  # fmt: skip
        if number == 1_000:
            break
    many = await ask(web.View(ledger, counties, lambda: NOW, beat=NOW), "/")
    assert 'class="c nothing"' in many.text
    assert len(many.content) < 100_000


async def test_the_static_copy_holds_the_same_pages_with_links_that_work(full: Ledger, tmp_path: Path) -> None:
    def copied() -> web.Copy:
        view = web.View(full, {COUNCIL.id: COUNCIL}, lambda: NOW, live=False, base="https://example.org/w")
        return web.publish(view, tmp_path / "copy")

    first = copied()
    assert first.broken == []
    assert first.written > 20
    folder = tmp_path / "copy"
    for page in folder.rglob("*.html"):
        for address in re.findall(r'(?:href|src)="([^"#]+)', page.read_text()):
            assert address.startswith("https://example.org") or (page.parent / address).is_file(), (page, address)
        assert "<form" not in page.read_text()
    assert "item&lt;/i&gt; added" in (folder / "index.html").read_text()
    assert "a copy of plain files, which cannot search" in (folder / "search/index.html").read_text()
    assert "https://example.org/w/changes/aa11" in (folder / "feed.atom").read_text()
    again = copied()
    assert (again.written, again.removed) == (0, 0)
    full.record(changes=[a_change("ef44")])
    third = copied()
    assert 0 < third.written < 10
    assert (folder / "changes/ef44/index.html").is_file()


async def test_a_copy_drops_what_nothing_leads_to_and_names_what_is_broken(full: Ledger, tmp_path: Path) -> None:
    def copied(sites: dict[str, Site]) -> web.Copy:
        return web.publish(web.View(full, sites, lambda: NOW, live=False), tmp_path)

    lone = replace(PLACE, slug="il-salem", name="Salem", state="IL")
    copied({COUNCIL.id: COUNCIL, "salem": replace(COUNCIL, id="salem", jurisdiction=lone)})
    assert (tmp_path / "j/il-salem/index.html").is_file()
    assert copied({COUNCIL.id: COUNCIL}).removed >= 3
    assert not (tmp_path / "j/il-salem/index.html").exists()
    (tmp_path / "changes/aa11/index.html").unlink()
    assert copied({COUNCIL.id: COUNCIL}).written == 1
