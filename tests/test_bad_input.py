"""Everything that goes wrong outside, thrown at the real program: each has its words and its exit code, and costs nothing.

Nothing stored before is lost means: `verify` is clean, the changes found earlier are still listed, and the next good visit
finds the news that was hidden behind the trouble.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import textwrap
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.town import Desk, Line, Page, Town, a_town, of_type, parsed
from watcher.demo.pages import calendar
from watcher.demo.pdf import assembled, written
from watcher.demo.story import Day, published
from watcher.ledger import Ledger
from watcher.ledger.tables import REVISIONS
from watcher.model import Change
from watcher.snapshots import Objects

ORDINARY = "<h1>City Council</h1><p>Award of bid for the ice rink chiller plant.</p><p>Approve the minutes.</p>"
DETAINER = "<p>Resolution directing the Police Department not to honor ICE civil immigration detainer requests.</p>"
CASES = Path(__file__).parent / "extractors"
PDF = {"Content-Type": "application/pdf"}
HTML = {"Content-Type": "text/html; charset=utf-8"}
SECRET = "s3cr3t-that-nobody-may-read"
BOT_TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"  # the example of core.telegram.org/bots/api

SITE = """
  - id: {id}
    jurisdiction: {{name: Springfield, state: IL, kind: city, time_zone: America/Chicago}}
    platform: page
    url: {url}
"""
HEAD = """
version: 1
defaults: {{min_delay: 0s, channels: [hook]}}
channels:
  hook: {{kind: webhook, url: "{base}/hook", secret: env:HOOK_SECRET}}
  log: {{kind: console}}
operator: [log]
sites:
"""


def registry(town: Town, more: str = "") -> str:
    """The registry of one site, with further lines after it."""
    return HEAD.format(base=town.base) + SITE.format(id="springfield-council", url=f"{town.base}/agenda") + more


@dataclass(frozen=True)
class Home:
    """A folder that has lived: a baseline, and one alert that was told. There is something to lose."""

    folder: Path
    town: Town


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    for town in a_town():
        desk = Desk(tmp_path_factory.mktemp("home"), {"HOOK_SECRET": SECRET})
        desk.sites(registry(town))
        town.put("/agenda", ORDINARY)
        town.put("/hook", "ok")
        said(desk.run("check"), 0)
        town.put("/agenda", ORDINARY + DETAINER)
        said(desk.run("check"), 0)
        assert len(town.received) == 1
        yield Home(desk.folder, town)


@pytest.fixture
def town(home: Home) -> Town:
    home.town.pages.clear()
    home.town.put("/agenda", ORDINARY + DETAINER)
    home.town.put("/hook", "ok")
    home.town.asked.clear()
    home.town.received.clear()
    return home.town


@pytest.fixture
def desk(home: Home, town: Town, tmp_path: Path) -> Desk:
    """A copy of the home, to be spoilt."""
    folder = tmp_path / "desk"
    shutil.copytree(home.folder, folder)
    return Desk(folder, {"HOOK_SECRET": SECRET, "WATCHER_WEB_PORT": "0"})


def said(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    """The program ended with this code, and its words hold these; never a traceback, never a secret."""
    everything = done.stdout + done.stderr
    assert "Traceback" not in everything, everything
    assert SECRET not in everything
    assert done.returncode == code, everything
    for word in words:
        assert word in everything, everything


def nothing_is_lost(desk: Desk) -> None:
    """The one earlier change is there, and every object and link is as it was written."""
    (change,) = stored(desk)
    assert change.after is not None
    assert "detainer" in change.after


def stored(desk: Desk) -> list[Change]:
    """Every change found so far, read beside the program. Fails where an object or a link is not as it was written."""
    folder = desk.folder / desk.env.get("WATCHER_DATA", "snapshots")
    objects = Objects(folder)
    with Ledger.open(folder / "ledger.sqlite3", read_only=True) as ledger:
        assert [*objects.verify(), *ledger.verify(objects)] == []
        return ledger.changes()


def the_next_good_visit_alerts(desk: Desk, town: Town) -> None:
    """One more relevant item is found and told."""
    told = len(town.received)
    town.put("/agenda", ORDINARY + DETAINER + "<p>Termination of the 287(g) agreement with ICE by the Sheriff.</p>")
    said(desk.run("check"), 0)
    assert len(town.received) == told + 1
    assert b"287(g)" in town.received[-1][2]
    stored(desk)


# ------------------------------------------------------------------------------------- a bad day for many sites at once


def whole(status: str, body: bytes, *headers: str, length: int | None = None) -> bytes:
    """An HTTP answer byte by byte, with the length it claims."""
    lines = [f"HTTP/1.1 {status}", "Content-Type: text/html", *headers]
    lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def bomb(megabytes: int) -> bytes:
    """A gzip stream of spaces that unpacks to `megabytes`."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b" " * 1_000_000) for _ in range(megabytes)) + packer.flush()


def endless_pdf(depth: int = 5, times: int = 12, pages: int = 400) -> bytes:
    """A PDF of a few kilobytes that takes a minute: its page, shown 400 times, draws a form that draws forms …"""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%b] /Count %d >>" % (b"4 0 R " * pages, pages),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /XObject << /X 6 0 R >> >> /Contents 5 0 R >>",
        b"<< /Length 5 >>\nstream\n/X Do\nendstream",
    ]
    for level in range(depth):
        last = level == depth - 1
        drawn = b"BT /F1 11 Tf 72 720 Td (agenda) Tj ET" if last else b"/X Do " * times
        needs = b"/Font << /F1 3 0 R >>" if last else b"/XObject << /X %d 0 R >>" % (7 + level)
        head = b"<< /Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << %b >>" % needs
        objects.append(b"%b /Length %d >>\nstream\n%b\nendstream" % (head, len(drawn), drawn))
    return assembled(objects)


@dataclass(frozen=True)
class Fault:
    """What a site's page turns into, and what the program says of it."""

    page: Page
    outcome: str
    reason: str
    words: str
    more: str = ""  # further lines of the site in sites.yaml
    before: Page = field(default_factory=lambda: Page(ORDINARY.encode()))
    after: Page = field(default_factory=lambda: Page((ORDINARY + DETAINER).encode()))


def moved(target: str) -> Page:
    return Page(b"", 302, {"Location": target})


def meetings(*names: str) -> str:
    rows = "".join(f"<li><a href='/files/{name}.pdf'>Agenda {name}</a></li>" for name in names)
    return f"<h1>Meetings of the City Council</h1><p>All agendas are posted here.</p><ul>{rows}</ul>"


LOGIN = """<html><title>Sign in</title><body><form action=/login method=post><h1>Please sign in</h1>
<input name=user><input type=password name=password><button>Sign in</button></form></body></html>"""
WALL = "<html><head><title>Just a moment...</title></head><body><div id='cf-wrapper'>Checking your browser</div></body></html>"
SHELL = "<html><head><title>Agendas</title><script src=/app.js></script></head><body><div id=root></div></body></html>"
LOST = "<html><head><title>Page not found</title></head><body><h1>404</h1><p>Sorry, the page you are looking for does not exist.</p></body></html>"
AGENDA_PDF = Page(written(["City Council", "Approve the minutes."]), headers=PDF)
NEWS_PDF = Page(
    written(["City Council", "Resolution not to honor ICE civil immigration detainer requests."]), headers=PDF
)

FAULTS = {
    "server-error": Fault(Page(b"<h1>Oops</h1>", 500), "failed", "refused", "the server answered 500"),
    "not-found": Fault(Page(b"<h1>Gone</h1>", 404), "failed", "refused", "the server answered 404"),
    "unauthorised": Fault(Page(b"", 401), "blocked", "login", "asks for a user name and password"),
    "forbidden": Fault(Page(b"<h1>Forbidden</h1>", 403), "blocked", "refused", "the server answered 403"),
    "wall-403": Fault(Page(WALL.encode(), 403), "blocked", "wall", "a bot wall"),
    "wall-200": Fault(Page(WALL.encode()), "blocked", "wall", "a bot wall"),
    "log-in-page": Fault(Page(LOGIN.encode()), "blocked", "login", "log-in"),
    "soft-404": Fault(Page(LOST.encode()), "failed", "soft_404", "not found"),
    "javascript-shell": Fault(Page(SHELL.encode()), "failed", "empty", "needs JavaScript"),
    "empty-body": Fault(Page(b""), "failed", "empty", "an empty body"),
    "half-an-answer": Fault(
        Page(b"", wire=(whole("200 OK", ORDINARY.encode(), length=9_000),)), "failed", "unreachable", "half an answer"
    ),
    "reset-midway": Fault(
        Page(b"", wire=(whole("200 OK", b"<h1>City", length=9_000),), pause=0.05, reset=True),
        "failed",
        "unreachable",
        "half an answer",
    ),
    "not-http": Fault(Page(b"", wire=(b"SSH-2.0-OpenSSH_9.6\r\n",)), "failed", "unreachable", "not an HTTP answer"),
    "cut-gzip": Fault(
        Page(gzip.compress(ORDINARY.encode())[:-9], headers=HTML | {"Content-Encoding": "gzip"}),
        "failed",
        "unreachable",
        "compressed bytes end too early",
    ),
    "not-gzip": Fault(
        Page(ORDINARY.encode(), headers=HTML | {"Content-Encoding": "gzip"}),
        "failed",
        "unreachable",
        "not what its Content-Encoding says",
    ),
    "gzip-bomb": Fault(
        Page(bomb(300), headers=HTML | {"Content-Encoding": "gzip"}), "failed", "too_large", "when unpacked"
    ),
    "huge-claim": Fault(
        Page(b"", wire=(whole("200 OK", b"<p>", length=10**15),)), "failed", "too_large", "bytes on the wire"
    ),
    "garbage-pdf": Fault(
        Page((CASES / "pdf/garbage/body.pdf").read_bytes(), headers=PDF),
        "failed",
        "unreadable",
        "PDF",
        before=AGENDA_PDF,
        after=NEWS_PDF,
    ),
    "password-pdf": Fault(
        Page((CASES / "pdf/password/body.pdf").read_bytes(), headers=PDF),
        "failed",
        "unreadable",
        "password",
        before=AGENDA_PDF,
        after=NEWS_PDF,
    ),
    "nested-20000-deep": Fault(
        Page((ORDINARY + "<div>" * 20_000 + DETAINER).encode()), "failed", "unreadable", "nested more than"
    ),
    "redirect-loop": Fault(moved("/redirect-loop"), "failed", "refused", "more than 5 redirects"),
    "redirect-inside": Fault(
        moved("http://169.254.169.254/latest/meta-data/"), "blocked", "forbidden_address", "forbidden address"
    ),
    "redirect-to-file": Fault(moved("file:///etc/passwd"), "blocked", "forbidden_address", "not a plain http"),
    "select-finds-nothing": Fault(
        Page(ORDINARY.encode()),
        "failed",
        "layout",
        "#agenda",
        more="    select: '#agenda'",
        before=Page(f"<div id=agenda>{ORDINARY}</div>".encode()),
        after=Page(f"<div id=agenda>{ORDINARY}{DETAINER}</div>".encode()),
    ),
}
HARMLESS = {  # bytes that look terrible and yet are the document
    "invalid-utf8": Page(ORDINARY.encode() + b"<p>Caf\xe9 \xff\xfe\x80 permit</p>" + DETAINER.encode()),
    "wrong-charset-label": Page(
        (ORDINARY + "<p>Piñata café</p>" + DETAINER).encode("cp1252"),
        headers={"Content-Type": "text/html; charset=utf-8"},
    ),
    "no-such-charset": Page((ORDINARY + DETAINER).encode(), headers={"Content-Type": "text/html; charset=klingon-8"}),
    "one-line-of-5-mb": Page((ORDINARY + "<span>budget line item</span> " * 170_000 + DETAINER).encode()),
    "nested-2000-deep": Page((ORDINARY + "<div>" * 2_000 + DETAINER).encode()),
    "nul-bytes": Page((ORDINARY + "<p>a\0b</p>" + DETAINER).encode()),
}


@dataclass(frozen=True)
class Days:
    """Three days: all is well, everything is broken, all is well again with news on every page."""

    desk: Desk
    broken: subprocess.CompletedProcess[str]
    shown: dict[str, Line]  # site -> its visit on the broken day
    told_while_broken: list[Line]
    mended: list[Line]
    peak: int  # bytes resident, on the broken day


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Days]:
    town, desk = Town(), Desk(tmp_path_factory.mktemp("days"), {"HOOK_SECRET": SECRET})
    town.put("/hook", "ok")
    entries = [
        SITE.format(id=name, url=f"{town.base}/{name}") + (FAULTS[name].more if name in FAULTS else "")
        for name in (*FAULTS, *HARMLESS)
    ]
    desk.sites(HEAD.format(base=town.base) + "\n".join(entries))
    try:
        town.pages |= {f"/{name}": fault.before for name, fault in FAULTS.items()}
        town.pages |= {f"/{name}": Page(ORDINARY.encode()) for name in HARMLESS}
        baseline = desk.run("check", "--json")
        assert {line["outcome"] for line in of_type(parsed(baseline.stdout), "visit")} == {"baseline"}, baseline.stdout
        town.pages |= {f"/{name}": fault.page for name, fault in FAULTS.items()}
        town.pages |= {f"/{name}": page for name, page in HARMLESS.items()}
        broken, peak = measured(desk, "check", "--json")
        town.pages |= {f"/{name}": fault.after for name, fault in FAULTS.items()}
        lines = parsed(broken.stdout)
        shown = {line["site"]: line for line in of_type(lines, "visit")}
        yield Days(desk, broken, shown, lines, desk.lines("check"), peak)
    finally:
        town.close()


# Linux counts what a process held before exec(2) too, and a vfork(2) shares all that this test session ever held. So a small
# process stands in between.
MEASURE = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
with open(sys.argv[1], "w") as peak:
    peak.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)
"""


def measured(desk: Desk, *arguments: str) -> tuple[subprocess.CompletedProcess[str], int]:
    """A run, and the most memory it held in bytes (getrusage(2): kilobytes on Linux)."""
    peak = desk.folder / "peak"
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(peak), *desk.command(*arguments)],
        cwd=desk.folder,
        env=desk.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    return done, int(peak.read_text()) * 1024


def test_a_broken_day_ends_with_1_and_no_traceback(days: Days) -> None:
    said(days.broken, 1)


@pytest.mark.parametrize("name", FAULTS)
def test_trouble_is_named_and_never_taken_for_no_change(days: Days, name: str) -> None:
    fault, visit = FAULTS[name], days.shown[name]
    assert (visit["outcome"], visit["reason"]) == (fault.outcome, fault.reason), visit
    assert visit["detail"]
    assert fault.words in visit["detail"]
    assert not [line for line in days.told_while_broken if line["type"] == "change" and line["site"] == name]


@pytest.mark.parametrize("name", FAULTS)
def test_behind_the_trouble_the_news_is_found(days: Days, name: str) -> None:
    assert [line["headline"] for line in of_type(days.mended, "alert") if line["site"] == name]


@pytest.mark.parametrize("name", HARMLESS)
def test_ugly_bytes_that_hold_a_document_are_read(days: Days, name: str) -> None:
    assert days.shown[name]["outcome"] == "changed", days.shown[name]
    changes = [line for line in of_type(days.told_while_broken, "change") if line["site"] == name]
    assert any("detainer" in change["after"] for change in changes)


def test_a_bomb_of_300_mb_costs_little_memory(days: Days) -> None:
    assert days.peak < 400_000_000


def test_after_all_that_everything_stored_is_whole(days: Days) -> None:
    said(days.desk.run("verify"), 0, "as it was written")


# ------------------------------------------------------------------------------------------ whole hosts that misbehave


def a_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


@dataclass(frozen=True)
class Away:
    """A host in trouble: what stands at /robots.txt and at /agenda, and what the program says."""

    pages: dict[str, Page]
    outcome: str
    reason: str
    words: str


TEXT = {"Content-Type": "text/plain"}
AWAY = {
    "robots-forbids": Away(
        {"/robots.txt": Page(b"User-agent: *\nDisallow: /\n", headers=TEXT)},
        "blocked",
        "robots",
        "asks us to stay away",
    ),
    "robots-broken": Away({"/robots.txt": Page(b"", 500)}, "failed", "refused", "robots.txt cannot be had"),
    "robots-huge": Away(
        {"/robots.txt": Page(b"Disallow: /x\n" * 4_000_000, headers=TEXT)}, "failed", "too_large", "bytes on the wire"
    ),
    "robots-silly": Away(
        {"/robots.txt": Page(b"\xff\xfe\0" * 1000 + b"Crawl-delay: 9e99\n", headers=TEXT)},
        "unchanged",
        "same_bytes",
        "",
    ),
    "come-back-later": Away(
        {"/agenda": Page(b"later", 503, {"Retry-After": "3600"})}, "failed", "refused", "the server answered 503"
    ),
    "too-many-requests": Away(
        {"/agenda": Page(b"slow down", 429, {"Retry-After": "3600"})}, "blocked", "refused", "the server answered 429"
    ),
}


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Days]:
    """Each site on an address of its own; on the broken day there are also sites that never were any good."""
    towns = {name: Town(f"127.0.0.{number}") for number, name in enumerate(AWAY, start=11)}
    desk = Desk(tmp_path_factory.mktemp("hosts"), {"HOOK_SECRET": SECRET})
    hook = Town()
    hook.put("/hook", "ok")
    good = HEAD.format(base=hook.base) + "".join(
        SITE.format(id=name, url=f"{town.base}/agenda") for name, town in towns.items()
    )
    desk.sites(good)
    try:
        for town in towns.values():
            town.put("/agenda", ORDINARY)
        said(desk.run("check"), 0)
        for name, town in towns.items():
            town.pages |= AWAY[name].pages
        desk.sites(good + "".join(SITE.format(id=name, url=url) for name, (url, *_) in NEVER.items()))
        broken, peak = measured(desk, "check", "--json")
        for town in towns.values():
            town.pages.clear()
            town.put("/agenda", ORDINARY + DETAINER)
        desk.sites(good)
        lines = parsed(broken.stdout)
        shown = {line["site"]: line for line in of_type(lines, "visit")}
        yield Days(desk, broken, shown, lines, desk.lines("check"), peak)
    finally:
        for town in (*towns.values(), hook):
            town.close()


NEVER = {
    "closed-port": (f"http://127.0.0.1:{a_free_port()}/", "failed", "unreachable", "no connection"),
    "no-such-name": ("http://council.invalid/agenda", "failed", "unreachable", "the name does not resolve"),
    "metadata": ("http://169.254.169.254/latest/", "blocked", "forbidden_address", "forbidden address"),
    "metadata-in-disguise": ("http://2852039166/latest/", "blocked", "forbidden_address", "not a plain http"),
    "no-tls-there": (f"https://127.0.0.1:{a_free_port()}/", "failed", "unreachable", "no connection"),
}


def test_hosts_in_trouble_end_with_1_and_no_traceback(hosts: Days) -> None:
    said(hosts.broken, 1)


@pytest.mark.parametrize("name", AWAY)
def test_a_host_in_trouble_is_named(hosts: Days, name: str) -> None:
    visit, away = hosts.shown[name], AWAY[name]
    assert (visit["outcome"], visit["reason"]) == (away.outcome, away.reason), visit
    assert away.words in (visit["detail"] or "")


@pytest.mark.parametrize("name", NEVER)
def test_an_address_that_leads_nowhere_is_named(hosts: Days, name: str) -> None:
    _, outcome, reason, words = NEVER[name]
    visit = hosts.shown[name]
    assert (visit["outcome"], visit["reason"]) == (outcome, reason), visit
    assert words in visit["detail"]


@pytest.mark.parametrize("name", AWAY)
def test_a_host_that_is_well_again_is_compared_with_its_last_good_page(hosts: Days, name: str) -> None:
    assert [line["headline"] for line in of_type(hosts.mended, "alert") if line["site"] == name]


def test_sites_taken_out_of_the_registry_leave_everything_whole(hosts: Days) -> None:
    stored(hosts.desk)
    assert {line["site"] for line in hosts.desk.lines("sites")} == set(AWAY)


# ---------------------------------------------------------------------------------------------- the registry is wrong


def test_every_mistake_of_the_registry_is_shown_at_once(desk: Desk, town: Town) -> None:
    good = (desk.folder / "sites.yaml").read_text()
    desk.sites(
        good.replace("platform: page", "platfrom: page\n    every: soon").replace("channels: [hook]", "channels: [hok]")
    )
    done = desk.run("check")
    said(done, 2, "sites.yaml:3", "hok", "did you mean", "hook", "platfrom", "platform", "every")
    assert not town.asked
    desk.sites(good)
    nothing_is_lost(desk)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"sites: [\n  - {id: x", "sites.yaml"),
        (b"", "sites.yaml"),
        (b"\xff\xfe\x00s", "UTF-8"),
        (b"just words", "must hold keys"),
        (b"a: &x [*x]\n", "alias"),
        (b"- 1\n- 2\n", "must hold keys"),
    ],
)
def test_what_is_no_registry_is_told_in_words(desk: Desk, content: bytes, words: str) -> None:
    (desk.folder / "sites.yaml").write_bytes(content)
    said(desk.run("validate"), 2, words)


def test_a_registry_that_is_not_there_or_a_folder_is_told(desk: Desk) -> None:
    (desk.folder / "sites.yaml").unlink()
    said(desk.run("check"), 2, "sites.yaml")
    (desk.folder / "sites.yaml").mkdir()
    said(desk.run("check", "--json"), 2, "sites.yaml")


def test_an_empty_list_of_sites_is_told(desk: Desk, town: Town) -> None:
    desk.sites(HEAD.format(base=town.base).rstrip() + " []\n")
    said(desk.run("check"), 0, "no site in sites.yaml is enabled")
    said(desk.run("validate"), 0, "sites.yaml:8: sites: no site is watched")


@pytest.mark.parametrize("content", [b"\xff\xfe\0\0", b"entries: [", b"- 1", b"", None])
def test_an_unreadable_lexicon_is_told(desk: Desk, town: Town, content: bytes | None) -> None:
    lexicon = desk.folder / "mine.yaml"
    lexicon.mkdir() if content is None else lexicon.write_bytes(content)
    desk.sites(registry(town).replace("version: 1", "version: 1\nlexicon: mine.yaml"))
    done = desk.run("check")
    if content == b"":
        assert done.returncode in (0, 2)
    else:
        said(done, 2, "mine.yaml")
    assert "Traceback" not in done.stderr


def test_a_missing_or_empty_or_double_secret_names_its_variable(desk: Desk, tmp_path: Path) -> None:
    del desk.env["HOOK_SECRET"]
    said(desk.run("check"), 2, "HOOK_SECRET", "is not set")
    desk.env["HOOK_SECRET_FILE"] = str(tmp_path / "nowhere")
    said(desk.run("check"), 2, "HOOK_SECRET_FILE", "cannot be read")
    nothing_is_lost(desk)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WATCHER_WEB_PORT", "eighty"),
        ("WATCHER_WEB_HOST", "0.0.0.0"),
        ("WATCHER_LOG", "loud"),
        ("WATCHER_ALLOW_NETWORKS", "10.1.2.3/8"),
        ("WATCHER_CONTACT", "a\nb: c"),
        ("WATCHER_DATABASE_URL", "mysql://x"),
        ("WATCHER_BEHIND_PROXY", "perhaps"),
        ("WATCHER_REGISTRY", "/nowhere/sites.yaml"),
        ("WATCHER_DATA", "/dev/null/x"),
    ],
)
def test_nonsense_in_a_setting_names_the_setting(desk: Desk, name: str, value: str) -> None:
    desk.env[name] = value
    done = desk.run("check")
    said(done, 2)
    assert name in done.stderr or value in done.stderr, done.stderr


# ------------------------------------------------------------------------------------------------ the folder is wrong


def test_a_file_where_the_folder_should_be_is_told(desk: Desk) -> None:
    (desk.folder / "file").write_text("x")
    desk.env["WATCHER_DATA"] = "file"
    said(desk.run("check"), 2, "a file where a folder is due")
    said(desk.run("sites"), 2)


def test_a_locked_ledger_is_told_and_nothing_is_lost(desk: Desk, town: Town) -> None:
    desk.program = ("-c", IMPATIENT)
    other = sqlite3.connect(desk.folder / "snapshots/ledger.sqlite3")
    try:
        other.execute("BEGIN EXCLUSIVE")
        town.put("/agenda", ORDINARY)
        said(desk.run("check"), 1, "is locked")
    finally:
        other.close()
    nothing_is_lost(desk)
    the_next_good_visit_alerts(desk, town)


def test_a_damaged_ledger_is_told_and_left_alone(desk: Desk) -> None:
    path = desk.folder / "snapshots/ledger.sqlite3"
    path.write_bytes(b"this is no database" * 1000)
    said(desk.run("check"), 2, "is damaged")
    said(desk.run("sites"), 2, "is damaged")
    verified = desk.run("verify")
    said(verified, verified.returncode, "is damaged")
    assert verified.returncode in (1, 2)
    assert path.read_bytes().startswith(b"this is no database")


def test_a_ledger_that_breaks_in_the_middle_is_named_by_verify(desk: Desk) -> None:
    path = desk.folder / "snapshots/ledger.sqlite3"
    whole_file = path.read_bytes()
    path.write_bytes(whole_file[:8192] + b"\xa5" * (len(whole_file) - 8192))
    done = desk.run("check")
    said(done, done.returncode, "damaged")
    assert done.returncode in (1, 2)
    said(desk.run("verify"), 2, "damaged")  # not even its schema can be read


def test_a_ledger_of_a_newer_version_is_refused_unchanged(desk: Desk) -> None:
    path = desk.folder / "snapshots/ledger.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as ledger:
        ledger.execute("UPDATE alembic_version SET version_num = '9999'")
        ledger.commit()
    said(desk.run("check"), 2, "newer version")
    said(desk.run("changes"), 2, "newer version")
    with contextlib.closing(sqlite3.connect(path)) as ledger:
        ledger.execute("UPDATE alembic_version SET version_num = ?", (REVISIONS[-1],))
        ledger.commit()
    nothing_is_lost(desk)


def test_a_stored_version_that_is_damaged_costs_one_comparison_and_never_the_other_sites(
    desk: Desk, town: Town
) -> None:
    desk.sites(registry(town, SITE.format(id="other", url=f"{town.base}/other")))
    town.put("/other", ORDINARY)
    said(desk.run("check"), 0)
    objects = desk.folder / "snapshots/objects"
    (visit,) = [v for v in desk.lines("history", "springfield-council") if v["outcome"] == "changed"]
    spoilt = objects / visit["snapshot"][:2] / f"{visit['snapshot'][2:]}.zst"
    spoilt.write_bytes(b"not what it was")
    town.put("/agenda", ORDINARY + DETAINER + "<p>Purchase of a fire truck.</p>")
    town.put("/other", ORDINARY + DETAINER)
    done = desk.run("check", "--json")
    assert "Traceback" not in done.stderr
    lines = parsed(done.stdout)
    assert [line["site"] for line in of_type(lines, "alert")] == ["other"]
    assert "damaged" in done.stdout + done.stderr
    said(desk.run("verify"), 1, visit["snapshot"])
    town.put(
        "/agenda",
        ORDINARY + DETAINER + "<p>Purchase of a fire truck.</p><p>Termination of the 287(g) agreement with ICE.</p>",
    )
    assert [line["site"] for line in of_type(desk.lines("check"), "alert")] == ["springfield-council"]


# -------------------------------------------------------------------------------------------- the disk is full or sealed


@pytest.fixture
def disk(desk: Desk, tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own with the home's data on it."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no right to mount a small disk")
    try:
        shutil.copytree(desk.folder / "snapshots", place / "data")
        desk.env["WATCHER_DATA"] = str(place / "data")
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path, leave: int = 0) -> Path:
    """Everything that is left of the disk, taken, but for `leave` bytes."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while shutil.disk_usage(disk).free > leave:
            file.write(b"x" * 4096)
    return filler


def news(size: int) -> str:
    """A page with a relevant item and so much that cannot be packed."""
    return ORDINARY + DETAINER + "<p>Termination of the 287(g) agreement.</p><p>" + os.urandom(size).hex() + "</p>"


def test_a_full_disk_is_told_and_nothing_is_lost(desk: Desk, town: Town, disk: Path) -> None:
    filler = fill(disk)
    town.put("/agenda", news(100_000))
    said(desk.run("check"), 2, "disk is full")  # nothing was begun
    assert not town.asked
    said(desk.run("changes"), 0, "detainer")
    said(desk.run("verify"), 0)
    filler.unlink()
    fill(disk, leave=90_000)
    said(desk.run("check"), 1, "disk is full")  # the page was visited and could not be kept
    assert not town.received
    filler.unlink()
    stored(desk)
    said(desk.run("check"), 0)
    assert len(town.received) == 1
    assert len(stored(desk)) > 1


@pytest.mark.slow
def test_a_service_on_a_full_disk_stays_alive_says_so_and_recovers(desk: Desk, town: Town, disk: Path) -> None:
    desk.sites(registry(town, "    every: 1s\n"))
    with running(desk) as service:
        wait_until(lambda: town.asked["/agenda"] > 0)
        filler = fill(disk)
        town.put("/agenda", news(100_000))
        wait_until(lambda: "disk is full" in service.said())
        asked = town.asked["/agenda"]
        wait_until(lambda: town.asked["/agenda"] > asked)
        assert service.process.poll() is None
        filler.unlink()
        wait_until(lambda: bool(town.received))
    assert service.ended == 0, service.said()
    assert "Traceback" not in service.said(), service.said()
    assert service.said().count("disk is full") < 10
    stored(desk)


@pytest.mark.slow
def test_a_service_on_a_full_disk_goes_on_telling_what_is_owed(desk: Desk, town: Town, disk: Path) -> None:
    desk.sites(registry(town, "    every: 1s\n"))
    town.put("/hook", "busy", 500)
    with running(desk) as service:
        town.put("/agenda", news(10))
        wait_until(lambda: bool(town.received))
        fill(disk, leave=90_000)  # too little for a page, enough for the mark of a message
        town.put("/agenda", news(100_000))
        wait_until(lambda: "disk is full" in service.said())
        town.put("/hook", "ok")
        known = len(town.received)
        wait_until(lambda: len(town.received) > known)
    assert service.ended == 0, service.said()
    assert "Traceback" not in service.said(), service.said()


def test_a_read_only_folder_is_told_and_can_still_be_read(desk: Desk, town: Town, disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    said(desk.run("check"), 2, "read-only")
    assert not town.asked
    said(desk.run("changes"), 0, "detainer")
    said(desk.run("verify"), 0)
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    the_next_good_visit_alerts(desk, town)


# ---------------------------------------------------------------------------------------------------- the clock is wrong


def replan(desk: Desk, last_visit_at: datetime, next_due: datetime) -> None:
    """Writes other times into the site's state, as a wrong clock would have."""
    with Ledger.open(desk.folder / "snapshots/ledger.sqlite3") as ledger:
        (state,) = ledger.site_states().values()
        documents = [
            replace(document, last_visit_at=last_visit_at, last_good_at=last_visit_at)
            for document in ledger.documents(state.site).values()
        ]
        ledger.record(
            states=[replace(state, last_visit_at=last_visit_at, last_good_at=last_visit_at, next_due=next_due)],
            documents=documents,
        )


@pytest.mark.parametrize("ahead", [timedelta(days=1), timedelta(days=365)])
def test_a_clock_that_was_ahead_and_is_set_back_does_not_stop_the_watch(
    desk: Desk, town: Town, ahead: timedelta
) -> None:
    now = datetime.now(UTC)
    replan(desk, last_visit_at=now + ahead, next_due=now + ahead + timedelta(hours=1))
    town.put("/agenda", ORDINARY + DETAINER + "<p>Termination of the 287(g) agreement.</p>")
    lines = desk.lines("check", "--due")
    assert len(of_type(lines, "alert")) == 1
    assert len(town.received) == 1
    (site,) = desk.lines("sites")
    assert datetime.fromisoformat(site["next_due"]) < now + timedelta(hours=3)


def test_a_clock_set_forward_makes_each_site_due_once(desk: Desk, town: Town) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=365)
    replan(desk, last_visit_at=long_ago, next_due=long_ago + timedelta(hours=1))
    assert len(of_type(desk.lines("check", "--due"), "visit")) == 1
    assert of_type(desk.lines("check", "--due"), "visit") == []


# ------------------------------------------------------------------------------------------------ the registry changes


def test_a_site_taken_out_keeps_its_history_and_what_it_owes(desk: Desk, town: Town) -> None:
    town.put("/hook", "busy", 500)
    town.put("/agenda", ORDINARY + DETAINER + "<p>Termination of the 287(g) agreement.</p>")
    said(desk.run("check"), 1)
    town.put("/hook", "ok")
    town.received.clear()
    desk.sites(HEAD.format(base=town.base) + SITE.format(id="other", url=f"{town.base}/agenda"))
    said(desk.run("deliver"), 0)
    assert len(town.received) == 1
    assert len(stored(desk)) > 1
    said(desk.run("changes", "--site", "springfield-council"), 0, "detainer")
    said(desk.run("history", "springfield-council"), 0, "text_changed")
    said(desk.run("history", "springfeld-council"), 2, "no site 'springfeld-council'")


def test_a_site_with_another_address_starts_with_a_silent_baseline(desk: Desk, town: Town) -> None:
    town.put("/new", DETAINER + "<h1>Another page altogether</h1><p>Of a council on the move.</p>")
    desk.sites(registry(town).replace("/agenda", "/new"))
    lines = desk.lines("check", "--due")
    assert [visit["outcome"] for visit in of_type(lines, "visit")] == ["baseline"]
    assert not of_type(lines, "change")
    nothing_is_lost(desk)
    town.put("/new", DETAINER + "<h1>Another page altogether</h1><p>Termination of the 287(g) agreement.</p>")
    assert len(of_type(desk.lines("check"), "alert")) == 1


def test_a_listing_that_suddenly_has_no_meetings_is_trouble_and_no_removal(desk: Desk, town: Town) -> None:
    today = datetime.now(UTC).date()
    full = published(today, Day.BASELINE)
    town.put("/Calendar.aspx", calendar(full))
    desk.sites(registry(town).replace("platform: page", "platform: legistar").replace("/agenda", "/Calendar.aspx"))
    said(desk.run("check"), 1)  # no page stands behind the links of this calendar
    town.put(
        "/Calendar.aspx",
        re.sub(
            r'(?s)<div class="RadMenu">.*?</div>|<tr class="rgNoRecords">.*?</tr>',
            "",
            calendar(replace(full, sittings=())),
        ),
    )
    empty = desk.lines("check")
    town.put("/Calendar.aspx", calendar(full))
    full_again = desk.lines("check")
    opening = f"{town.base}/Calendar.aspx"
    outcomes = [(v["outcome"], v["reason"]) for v in of_type(empty + full_again, "visit") if v["url"] == opening]
    assert outcomes == [("failed", "empty"), ("unchanged", "same_text")]
    assert not of_type(empty + full_again, "change")
    nothing_is_lost(desk)


# ----------------------------------------------------------------------------------------- signals, pipes and terminals


def test_ctrl_c_during_a_visit_ends_with_130_and_a_clean_ledger(desk: Desk, town: Town) -> None:
    town.pages["/agenda"] = Page(DETAINER.encode(), delay=30)
    process = desk.start("check")
    wait_until(lambda: town.asked["/agenda"] > 0)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    said(subprocess.CompletedProcess([], process.returncode, out, err), 130)
    nothing_is_lost(desk)
    the_next_good_visit_alerts(desk, town)


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_a_hostile_pdf_is_read_is_heard_at_once(desk: Desk, town: Town, name: signal.Signals) -> None:
    desk.sites(registry(town, "    every: 1s\n"))
    town.pages["/agenda"] = Page(endless_pdf(), headers=PDF)
    with running(desk, stop=name) as service:
        wait_until(lambda: town.asked["/agenda"] > 0)
        time.sleep(2)
    assert service.ended == 0, service.said()
    assert service.took < 10
    assert "Traceback" not in service.said(), service.said()
    nothing_is_lost(desk)


def test_ctrl_c_while_a_hostile_pdf_is_read_ends_a_check_at_once(desk: Desk, town: Town) -> None:
    town.pages["/agenda"] = Page(endless_pdf(), headers=PDF)
    process = desk.start("check")
    wait_until(lambda: town.asked["/agenda"] > 0)
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    said(subprocess.CompletedProcess([], process.returncode, out, err), 130)


def test_sigterm_with_a_slow_site_in_flight_ends_the_service_in_time(desk: Desk, town: Town) -> None:
    desk.sites(registry(town, "    every: 1s\n"))
    town.pages["/agenda"] = Page(DETAINER.encode(), delay=60)
    with running(desk) as service:
        wait_until(lambda: town.asked["/agenda"] > 0)
    assert service.ended == 0, service.said()
    assert service.took < 10
    nothing_is_lost(desk)


def test_sigterm_with_a_message_in_flight_lets_it_land(desk: Desk, town: Town) -> None:
    desk.sites(registry(town, "    every: 1s\n"))
    town.pages["/hook"] = Page(b"ok", delay=1.5)
    town.put("/agenda", ORDINARY + DETAINER + "<p>Termination of the 287(g) agreement.</p>")
    with running(desk) as service:
        wait_until(lambda: bool(town.received))
    assert service.ended == 0, service.said()
    assert service.took < 10
    assert "Traceback" not in service.said(), service.said()
    said(desk.run("deliver"), 0)
    assert len(town.received) == 1


def test_a_slow_drip_and_a_pdf_that_never_ends_are_cut_off_and_named(desk: Desk, town: Town) -> None:
    desk.program = ("-c", IMPATIENT)
    desk.sites(registry(town, SITE.format(id="endless", url=f"{town.base}/endless")))
    town.pages["/agenda"] = Page(b"", wire=(whole("200 OK", b"", length=99), *[b"x"] * 50), pause=0.2)
    town.pages["/endless"] = Page(endless_pdf(), headers=PDF)
    done = desk.run("check")
    said(
        done,
        1,
        "failed (timeout)",
        "within the time limit",
        "failed (unreadable, HTTP 200)",
        "longer than",
    )
    desk.program = ("-m", "watcher")
    desk.sites(registry(town))
    nothing_is_lost(desk)
    the_next_good_visit_alerts(desk, town)


# The real program with limits that a test can wait for.
IMPATIENT = textwrap.dedent("""
    from functools import partial
    from watcher import app, wall
    from watcher.ledger import Ledger
    from watcher.net import Door, Limits
    Ledger.open.__func__.__kwdefaults__["patience"] /= 5
    app.Door = partial(Door, limits=Limits(read=1.0, total=2.0))
    wall.WallLimits = partial(wall.WallLimits, seconds=2.0)
    from watcher.cli import main
    main()
""")


@pytest.mark.parametrize(
    "command", [("changes",), ("changes", "--json"), ("sites",), ("schema",), ("check",), ("check", "--json")]
)
def test_a_reader_that_has_seen_enough_is_no_error(desk: Desk, town: Town, command: tuple[str, ...]) -> None:
    town.put(
        "/agenda", "".join(f"<p>Resolution {n} on ICE civil immigration detainer requests.</p>" for n in range(400))
    )
    if command[0] == "changes":
        said(desk.run("check"), 0)
    done = desk_in_shell(desk, '"$@" | head -c 1', *command)
    said(done, 0)
    stored(desk)


@pytest.mark.parametrize("command", ["check", "sites", "changes --json", "verify"])
def test_a_closed_stdout_is_no_error(desk: Desk, command: str) -> None:
    said(desk_in_shell(desk, '"$@" >&-', *command.split()), 0)


@pytest.mark.parametrize("command", ["check", "changes", "changes --json"])
def test_a_full_stdout_is_told(desk: Desk, town: Town, command: str) -> None:
    town.put("/agenda", ORDINARY)
    said(desk_in_shell(desk, '"$@" >/dev/full', *command.split()), 1, "No space left")
    assert stored(desk)


def desk_in_shell(desk: Desk, line: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", line, "sh", *desk.command(*arguments)],
        cwd=desk.folder,
        env=desk.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_terminal_that_knows_only_ascii_is_written_to(desk: Desk, town: Town) -> None:
    desk.env |= {
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONIOENCODING": "ascii",
        "NO_COLOR": "1",
    }
    place = registry(town).replace("name: Springfield", "name: Cañon City").replace("[hook]", "[hook, log]")
    (desk.folder / "sites.yaml").write_text(place, "utf-8")
    town.put("/agenda", ORDINARY + DETAINER + "<p>287(g) — acuerdo “Español” ✔ con ICE.</p>")
    said(desk.run("check"), 0)
    for command in (("changes",), ("sites",), ("why", "springfield-council"), ("validate",), ("changes", "--json")):
        said(desk.run(*command), 0)
    (change, *_) = stored(desk)
    said(desk.run("show", change.id), 0)
    said(desk.run("show", change.id, "--format", "html"), 0)


def test_without_a_home_and_in_a_folder_that_cannot_be_written_it_works_all_the_same(desk: Desk, disk: Path) -> None:
    desk.env |= {"WATCHER_REGISTRY": str(desk.folder / "sites.yaml"), "HOME": "", "TERM": ""}
    desk.folder = Path("/proc")
    said(desk.run("check"), 0)


# ---------------------------------------------------------------------------------------------- the service and others


def test_a_port_that_is_taken_costs_the_page_and_never_the_watch(desk: Desk, town: Town) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        desk.env["WATCHER_WEB_PORT"] = str(taken.getsockname()[1])
        town.put("/agenda", ORDINARY + DETAINER + "<p>Termination of the 287(g) agreement.</p>")
        desk.sites(registry(town, "    every: 1s\n"))
        with running(desk) as service:
            wait_until(lambda: bool(town.received))
            for command in ("check", "deliver", "run", "migrate"):
                said(desk.run(command), 2, f"pid {service.process.pid}, run")
            said(desk.run("changes"), 0, "detainer")
    assert service.ended == 0
    assert "no web page" in service.said()
    assert "WATCHER_WEB_PORT" in service.said()


def test_an_edit_of_the_registry_is_taken_up_at_the_next_start_and_said(desk: Desk, town: Town) -> None:
    with running(desk) as service:
        wait_until(lambda: "the page is at" in service.said())
        desk.sites("this is : no : registry")
        wait_until(lambda: "sites.yaml has changed" in service.said())
        assert service.process.poll() is None
    assert service.ended == 0


def test_a_locked_ledger_does_not_end_the_service(desk: Desk, town: Town) -> None:
    desk.program = ("-c", IMPATIENT)
    desk.sites(registry(town, "    every: 1s\n"))
    with running(desk) as service:
        wait_until(lambda: town.asked["/agenda"] > 0)
        other = sqlite3.connect(desk.folder / "snapshots/ledger.sqlite3")
        other.execute("BEGIN EXCLUSIVE")
        town.put("/agenda", ORDINARY + DETAINER + "<p>Termination of the 287(g) agreement.</p>")
        wait_until(lambda: "is locked" in service.said())
        other.close()
        wait_until(lambda: bool(town.received))
    assert service.ended == 0, service.said()
    assert "Traceback" not in service.said(), service.said()
    stored(desk)


def test_no_secret_is_in_any_output_page_or_stored_byte(desk: Desk, town: Town) -> None:
    port = a_free_port()
    secrets = {
        "HOOK_SECRET": SECRET,
        "SLACK_TOKEN": "xoxb-123456789012-abcdefghijklmnop",
        "SLACK_HOOK": f"{town.base}/services/T000/B000/hushhushhush",
        "BOT_TOKEN": BOT_TOKEN,
        "LOST_HOOK": f"http://127.0.0.1:{a_free_port()}/services/T0/B0/whisperwhisper",
    }
    desk.env |= secrets | {"WATCHER_WEB_PORT": str(port)}
    head = (
        HEAD.format(base=town.base)
        .replace("[hook]", "[hook, bot, slack, field, basic, lost]")
        .replace(
            "  log:",
            f"  slack: {{kind: slack, token: env:SLACK_TOKEN, channel: C0123456789, base_url: {town.base}/api/}}\n"
            f"  bot: {{kind: telegram, token: env:BOT_TOKEN, chat: 1, base_url: {town.base}/bot}}\n"
            f"  field: {{kind: telegram, token: env:BOT_TOKEN, chat: 1, base_url: 'http://127.0.0.1:{a_free_port()}/bot'}}\n"
            f"  basic: {{kind: slack, webhook: env:SLACK_HOOK}}\n"
            f"  lost: {{kind: slack, webhook: env:LOST_HOOK}}\n"
            "  log:",
        )
    )
    desk.sites(head + SITE.format(id="springfield-council", url=f"{town.base}/agenda"))
    town.put("/agenda", ORDINARY + DETAINER + "<p>Termination of the 287(g) agreement.</p>")
    spoken = [
        desk.run("check", "--json"),
        desk.run("deliver"),
        desk.run("send-test", "bot"),
        desk.run("send-test", "field"),
    ]
    spoken += [
        desk.run("send-test", "lost"),
        desk.run("why", "springfield-council"),
        desk.run("history", "springfield-council"),
    ]
    with running(desk) as service:
        wait_until(lambda: answer(port, "/healthz") is not None)
        pages = [answer(port, path) or b"" for path in ("/", "/sites", "/readyz", "/metrics", "/healthz")]
    heard = "".join(done.stdout + done.stderr for done in spoken) + service.said() + b"".join(pages).decode()
    kept = b"".join(path.read_bytes() for path in (desk.folder / "snapshots").rglob("*") if path.is_file())
    for secret in (*secrets.values(), "hushhushhush", "whisperwhisper", "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"):
        assert secret not in heard
        assert secret.encode() not in kept
    assert "Traceback" not in heard


def answer(port: int, path: str) -> bytes | None:
    """A page of the running service, or None where nothing answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as page:
            body: bytes = page.read()
            return body
    except urllib.error.HTTPError as error:
        return error.read()
    except OSError:
        return None


class Service:
    """`watcher run` in the background."""

    def __init__(self, desk: Desk) -> None:
        self.log = desk.folder / "service.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                desk.command("run"), cwd=desk.folder, env=desk.environment(), stdout=log, stderr=log
            )
        self.ended: int | None = None
        self.took = 0.0

    def said(self) -> str:
        """Everything it printed so far."""
        return self.log.read_text(errors="replace")


@contextlib.contextmanager
def running(desk: Desk, stop: signal.Signals = signal.SIGTERM) -> Iterator[Service]:
    """The service for as long as the block lasts; afterwards `ended` is its exit code and `took` how long that took."""
    service = Service(desk)
    try:
        yield service
        started = time.monotonic()
        service.process.send_signal(stop)
        service.ended = service.process.wait(30)
        service.took = time.monotonic() - started
    except BaseException as trouble:
        trouble.add_note(service.said())
        raise
    finally:
        if service.process.poll() is None:
            service.process.kill()
            service.process.wait()


def wait_until(true: Callable[[], bool], seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.05)
