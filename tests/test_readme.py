"""The documents say what the program does: their examples are run, their tables compared, their links followed."""

from __future__ import annotations

import hashlib
import hmac
import importlib.util
import re
import shlex
import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
import typer
import yaml

from tests.town import Desk, Town, a_town
from watcher import app, lines, registry, settings, web
from watcher.channels.webhook import signature
from watcher.cli import COMMANDS, front
from watcher.ledger import Ledger
from watcher.model import Alert, Change, Delivery, Jurisdiction, Site, Verdict, Visit

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
CHANNELS = (ROOT / "docs/channels.md").read_text("utf-8")
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
program: Any = typer.main.get_command(front)
NAMES = set(program.commands) - {"healthcheck"}  # hidden: for containers


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language, without the indentation of the list they may stand in."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^\1```", text, re.DOTALL | re.MULTILINE)
    return ["\n".join(line.removeprefix(indent) for line in body.splitlines()) + "\n" for indent, body in found]


def table(text: str, head: str) -> list[list[str]]:
    """The rows of the table that begins with this head, as lists of cells."""
    body = text.split(f"\n| {head} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip("|"))] for row in body]


def commands_of(text: str) -> list[list[str]]:
    """Every `watcher …` that a reader may type: in console blocks and in running text."""
    lines_ = [line.partition("#")[0] for block in blocks(text, "console") for line in block.splitlines()]
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    typed = (part.strip() for line in [*lines_, *spans] for part in line.split("|"))
    return [shlex.split(line)[1:] for line in typed if re.match(r"(\.venv/bin/)?watcher( |$)", line)]


# ------------------------------------------------------------------------------------------------------- commands


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_every_command_in_the_documents_exists_with_its_options(path: Path) -> None:
    for words in commands_of(path.read_text("utf-8")):
        if not words or words[0] in ("COMMAND", "--help", "--version"):
            continue
        assert words[0] in program.commands, f"{path.name}: watcher {' '.join(words)}"
        known = {name for param in program.commands[words[0]].params for name in param.opts} | {"--help"}
        used = {word for word in words[1:] if word.startswith("--")}
        assert used <= known, f"{path.name}: watcher {' '.join(words)}"


def test_the_readme_is_not_searched_in_vain() -> None:
    assert ["validate"] in commands_of(README)
    assert ["send-test", "newsroom"] in commands_of(README)


def test_the_table_of_commands_lists_all_and_none_besides() -> None:
    named = {span.split()[0] for row in table(README, "command | does") for span in re.findall(r"`([^`]+)`", row[0])}
    assert named == NAMES


def test_every_make_target_in_the_documents_exists() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {
        name for path in DOCS for name in re.findall(r"(?:`|^)make ([a-z]+)", path.read_text("utf-8"), re.MULTILINE)
    }
    assert {"run", "test", "install", "demo"} <= named <= targets


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_command_helps_in_one_line_that_fits(name: str) -> None:
    said = (program.commands[name].help or "").partition("\n")[0]
    assert 10 < len(said) <= 64
    assert said.endswith(".")
    for param in program.commands[name].params:
        assert getattr(param, "help", None), f"{name}: {param.name} is not explained"


def test_the_front_page_names_each_command_once(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    bare, asked, short = desk.run(), desk.run("--help"), desk.run("-h")
    assert (bare.returncode, asked.returncode, short.returncode) == (2, 0, 0)
    assert bare.stderr.strip() == asked.stdout.strip() == short.stdout.strip()
    assert re.findall(r"^  ([a-z][a-z-]*)  ", asked.stdout, re.MULTILINE) == [
        name for group in COMMANDS.values() for name in group
    ]
    assert desk.run("--version").stdout.startswith("ordinance-watcher ")


# ------------------------------------------------------------------------------------------------------ sites.yaml

SITES = """
sites:
  - id: springfield-council
    jurisdiction: {name: Springfield, state: IL, kind: city, time_zone: America/Chicago}
    platform: legistar
    url: https://springfield.legistar.com/Calendar.aspx
"""
YAML = [(path, text) for path in DOCS for text in blocks(path.read_text("utf-8"), "yaml")]


@pytest.mark.parametrize(("path", "text"), YAML, ids=[f"{path.name}-{at}" for at, (path, _) in enumerate(YAML)])
def test_every_yaml_block_validates(path: Path, text: str, tmp_path: Path) -> None:
    told = yaml.safe_load(text)
    whole = text + ("" if "version" in told else "version: 1\n")
    whole += "" if "channels" in told else "channels:\n  log: {kind: console}\n"
    whole += "" if "sites" in told else SITES
    (tmp_path / "sites.yaml").write_text(whole, "utf-8")
    book = registry.load(tmp_path / "sites.yaml", app.vocabulary())
    assert book.sites
    assert book.channels


def test_there_are_yaml_blocks_for_channels_sites_and_routes() -> None:
    assert {key for _, text in YAML for key in yaml.safe_load(text)} >= {"channels", "sites", "routes", "operator"}


def test_the_slack_manifest_asks_for_the_scopes_that_the_table_explains() -> None:
    manifest = yaml.safe_load((ROOT / "docs/slack-manifest.yaml").read_text("utf-8"))
    explained = {name for row in table(CHANNELS, "scope | needed for") for name in re.findall(r"`([^`]+)`", row[0])}
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == explained
    assert len(manifest["display_information"]["name"]) <= 35  # Slack's limits of a manifest
    assert len(manifest["display_information"]["description"]) <= 140
    assert len(manifest["features"]["bot_user"]["display_name"]) <= 80


# --------------------------------------------------------------------------------------------------------- tables


def test_the_table_of_settings_is_that_of_the_program() -> None:
    named = [name for row in table(README, "variable | meaning") for name in re.findall(r"`(WATCHER_[A-Z_]+)`", row[0])]
    assert sorted(named) == sorted(settings.NAMES)


def test_the_table_of_platforms_is_made_from_the_folder() -> None:
    """Where this fails: `python tests/platforms/in_readme.py`."""
    path = Path(__file__).parent / "platforms" / "in_readme.py"
    spec = importlib.util.spec_from_file_location("in_readme", path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    assert made.table() in README


def test_the_table_of_lines_has_the_fields_that_are_printed() -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    place = Jurisdiction("il-springfield", "Springfield", "IL", "city", "America/Chicago")
    site = Site("s", place, "page", "https://example.org/")
    verdict = Verdict("relevant", 0.9, "core", ("detainer",), "limits", "unknown", (), (), "rules@1")
    change = Change("c", "s", "https://example.org/", "added", "k", (), "", "x", (), now, verdict=verdict)
    alert = Alert("a", "s", place, "relevant", "h", (change,), thread="t", urgency="routine", created_at=now)
    delivery = Delivery("k", "a", "log", "owed", "matches")
    printed: dict[str, lines.Line] = {
        "visit": lines.visit_line(Visit("s", "k", "https://example.org/", now, "baseline", "first_visit")),
        "change": lines.change_line(change),
        "alert": lines.alert_line(alert, ()),
        "delivery": lines.delivery_line(delivery),
        "site": lines.site_line(site, None, now),
        "reason": lines.reason_line("s", "schedule", "due"),
        "error": lines.error_line("Blocked", "a wall"),
    }
    told = {row[0].strip("`"): re.findall(r"`([^`]+)`", row[2]) for row in table(README, "`type` | from | fields")}
    for kind, line in printed.items():
        assert told[kind] == [name for name in line if name != "type"], kind
    (sentence,) = re.findall(r"A `verdict` has ((?:`\w+` ?)+)", README)
    assert re.findall(r"`(\w+)`", sentence) == list(lines.verdict_object(verdict))


def test_the_paths_of_the_page_are_served(tmp_path: Path) -> None:
    section = README.split("## The page", 1)[1].split("\n## ", 1)[0]
    named = {path.replace("<", "{").replace(">", "}") for path in re.findall(r"`(/[^`]*)`", section)}
    with Ledger.open(tmp_path / "ledger.sqlite3") as ledger:
        served = {
            getattr(route, "path", "") for route in web.create(web.View(ledger, {}, lambda: datetime.now(UTC))).routes
        }
    assert named == served


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_the_links_between_the_documents_lead_somewhere(path: Path) -> None:
    prose = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        led = (path.parent / file).resolve() if file else path
        assert led.exists(), target
        if anchor:
            heads = re.findall(r"^#+ (.*)", led.read_text("utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in heads}, target


# ------------------------------------------------------------------------------------------------- the first hour


@pytest.fixture
def town() -> Iterator[Town]:
    yield from a_town()


@pytest.fixture
def desk(town: Town, tmp_path: Path) -> Desk:
    town.put("/agenda", "<h1>Council</h1><p>Approve the minutes of the last meeting.</p>")
    desk = Desk(tmp_path, {})
    desk.sites(SITES.replace("legistar\n", "page\n").replace("https://springfield.legistar.com/Calendar.aspx", f"{town.base}/agenda")
               + "version: 1\ndefaults: {min_delay: 0s, channels: [log]}\nchannels:\n  log: {kind: console}\n")  # fmt: skip
    return desk


def test_the_exit_codes_hold(desk: Desk, town: Town) -> None:
    assert desk.run("check").returncode == 0
    town.put("/agenda", "gone", 500)
    assert desk.run("check").returncode == 1
    wrong: tuple[tuple[str, ...], ...] = (("check", "nowhere"), ("chekc",), ("validate", "no.yaml"), ("show",))
    for words in wrong:
        assert desk.run(*words).returncode == 2, words
    town.pages["/agenda"].delay = 20
    asked = town.asked["/agenda"]
    busy = desk.start("check")
    until(lambda: town.asked["/agenda"] > asked)
    busy.send_signal(signal.SIGINT)
    _, complaint = busy.communicate(timeout=30)
    assert busy.returncode == 130, complaint
    assert "Traceback" not in complaint
    assert [line["outcome"] for line in desk.lines("history", "springfield-council")] == ["baseline", "failed"]


def test_an_interrupt_between_two_sites_is_no_trouble_of_the_next(desk: Desk, town: Town) -> None:
    names = [f"page-{at}" for at in range(40)]
    head = "version: 1\ndefaults: {min_delay: 0s, channels: [log]}\nchannels:\n  log: {kind: console}\nsites:\n"
    place = "{name: Springfield, state: IL, kind: city, time_zone: America/Chicago}"
    entries = (f"  - {{id: {n}, jurisdiction: {place}, platform: page, url: '{town.base}/{n}'}}\n" for n in names)
    desk.sites(head + "".join(entries))
    for name in names:
        town.put(f"/{name}", f"<h1>Council</h1><p>The minutes of {name}.</p>")
        town.pages[f"/{name}"].delay = 0.05
    busy = desk.start("check", "--json")
    until(lambda: town.asked["/page-5"] > 0)
    busy.send_signal(signal.SIGINT)
    told, complaint = busy.communicate(timeout=30)
    assert busy.returncode == 130, complaint
    assert "Traceback" not in complaint
    assert '"failed"' not in told


def test_a_second_one_names_the_holder_and_the_others_read_beside_it(desk: Desk, town: Town) -> None:
    assert desk.run("check").returncode == 0
    town.pages["/agenda"].delay = 20
    asked = town.asked["/agenda"]
    busy = desk.start("check")
    try:
        until(lambda: town.asked["/agenda"] > asked)
        second = desk.run("check")
        assert second.returncode == 2
        assert f"pid {busy.pid}" in second.stderr
        assert desk.run("sites").returncode == 0
    finally:
        busy.send_signal(signal.SIGINT)
        busy.communicate(timeout=30)


def test_the_first_hour_reads_well(desk: Desk, town: Town) -> None:
    assert "a first visit is a baseline" in desk.run("check").stdout
    town.put("/agenda", "<h1>Council</h1><p>Approve the minutes of the last meeting.</p>"
             "<p>Resolution that police shall not honor ICE civil immigration detainers.</p>")  # fmt: skip
    told = desk.run("check")
    assert "toward limiting cooperation" in told.stderr
    assert "1 alert, 1 message sent" in told.stdout
    (change,) = desk.lines("changes")
    for words in (("changes",), ("why", "springfield-council"), ("replay",), ("show", change["id"][:6])):
        assert "ICE civil immigration detainers" in desk.run(*words).stdout, words
    page = desk.run("show", change["id"], "--format", "html").stdout
    assert "<mark>" in page
    assert "<script" not in page
    assert re.search(r"springfield-council +ok +page", desk.run("sites").stdout)
    wrote = desk.run("export", "--csv", "changes.csv", "--warc", "pages.warc.gz")
    assert wrote.stdout.splitlines() == ["changes.csv: 1 change", "pages.warc.gz: 2 snapshots"]
    assert "il-springfield" in (desk.folder / "changes.csv").read_text("utf-8-sig")


def test_feedback_is_kept_beside_a_running_service_and_changes_no_alert(desk: Desk, town: Town) -> None:
    desk.run("check")
    town.put("/agenda", "<h1>Council</h1><p>Resolution that police shall not honor ICE civil immigration detainers. "
             "Ann Lee, 217-555-0199.</p>")  # fmt: skip
    (alert,) = (line for line in desk.lines("check") if line["type"] == "alert")
    (change,) = desk.lines("changes")
    desk.env["WATCHER_WEB_PORT"] = "0"
    busy = desk.start("run")
    try:
        assert busy.stdout is not None
        assert "watching 1 site" in busy.stdout.readline()
        assert "kept for 1 text" in desk.run("feedback", alert["key"][:12], "relevant", "--by", "bo").stdout
        desk.run("feedback", change["id"][:8], "relevant", "--by", "ana")
        said = desk.run("feedback", change["id"], "not-relevant", "--by", "ana", "--note", "old news")
        assert said.returncode == 0, said.stderr
        missed = ("feedback", "--missed", "--text", "-", "--url", "https://x.example/9", "--by", "ana")
        assert desk.run(*missed, stdin="Inmate housing for federal detainees").returncode == 0
    finally:
        busy.send_signal(signal.SIGINT)
        busy.communicate(timeout=30)
    assert desk.lines("changes") == [change]
    assert desk.run("export", "--feedback", "said.jsonl").stdout == "said.jsonl: 3 labelled texts\n"
    rows = [orjson.loads(line) for line in (desk.folder / "said.jsonl").read_bytes().splitlines()]
    assert [(row["by"], row["said"], row["relevant"]) for row in rows] == [
        ("bo", "relevant", True),
        ("ana", "not_relevant", False),
        ("ana", "missed", True),
    ]
    assert "217-555-0199" not in str(rows)
    assert rows[1]["verdict"]["label"] == change["verdict"]["label"]
    for wrong in (
        ("feedback",),
        ("feedback", change["id"]),
        ("feedback", "--missed"),
        ("feedback", change["id"], "relevant", "--text", "x"),
        ("feedback", change["id"], "--missed", "--text", "x"),
    ):
        assert desk.run(*wrong).returncode == 2, wrong
    assert desk.run("feedback", "ffffffff", "relevant").returncode == 1


def test_before_the_first_visit_every_site_is_new(desk: Desk, town: Town) -> None:
    (site,) = desk.lines("sites")
    assert (site["site"], site["health"], site["last_good"], site["documents"]) == (
        "springfield-council",
        "new",
        None,
        0,
    )
    assert re.search(r"springfield-council +new +page .*at once", desk.run("sites").stdout)
    assert not (desk.folder / "snapshots").exists()
    assert not town.asked


def test_validate_says_what_has_no_effect_yet(desk: Desk) -> None:
    desk.env["WATCHER_OBJECTS_URL"] = "s3://bucket"
    desk.sites((desk.folder / "sites.yaml").read_text() + "policy: [{jurisdiction: il-springfield, status: limits, "
               "title: Ordinance, date: 2020-01-02, url: 'https://springfield.example/code'}]\n")  # fmt: skip
    done = desk.run("validate")
    assert done.returncode == 0
    said = [line.partition(" no effect yet: ")[0] for line in done.stderr.splitlines()]
    assert said == ["warning: environment: WATCHER_OBJECTS_URL: has"]


def test_an_entry_of_detect_validates_as_it_stands(desk: Desk, town: Town) -> None:
    (found,) = desk.lines("detect", f"{town.base}/agenda")
    (desk.folder / "new.yaml").write_text(
        "version: 1\ndefaults: {channels: [log]}\nchannels:\n  log: {kind: console}\nsites:\n" + found["entry"], "utf-8"
    )
    done = desk.run("validate", "new.yaml")
    assert done.returncode == 0, done.stderr


def test_a_line_that_cannot_be_judged_keeps_its_place_and_says_why(desk: Desk) -> None:
    asked = [
        '{"id": 1, "text": "honor ICE detainers"}',
        "nonsense",
        '{"id": 3}',
        '{"id": 4, "text": 5}',
        '{"id": 5, "after": "x"}',
    ]
    done = desk.run("judge", "--jsonl", stdin="\n".join(asked))
    assert done.returncode == 1
    answers = [yaml.safe_load(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == [1, None, 3, 4, 5]
    assert ["verdict" in answer for answer in answers] == [True, False, False, False, True]
    assert "neither text nor before and after" in answers[2]["reason"]


def test_an_archive_carries_our_digests_and_passes_its_own_check(desk: Desk) -> None:
    from warcio.archiveiterator import ArchiveIterator

    desk.run("check")
    desk.run("export", "--warc", "pages.warc.gz")
    digests, kinds, named, https = [], [], {}, {}
    with (desk.folder / "pages.warc.gz").open("rb") as file:
        for entry in ArchiveIterator(file, check_digests=True):
            body = entry.content_stream().read()
            assert entry.digest_checker.passed is not False, entry.digest_checker.problems
            kinds.append(entry.rec_type)
            named[entry.rec_type] = entry.rec_headers
            https[entry.rec_type] = entry.http_headers
            if entry.rec_type != "response":
                continue
            digests.append((entry.rec_headers.get_header("WARC-Payload-Digest"), hashlib.sha256(body).hexdigest()))
    assert [told for told, _ in digests] == [f"sha256:{digest}" for _, digest in digests]
    assert kinds == ["warcinfo", "response", "request"]
    assert named["request"].get_header("WARC-Concurrent-To") == named["response"].get_header("WARC-Record-ID")
    assert https["request"].get_header("user-agent").startswith("OrdinanceWatcher/")
    assert https["request"].get_header("accept-encoding")
    assert https["response"].get_header("x-archive-orig-content-length") == https["response"].get_header(
        "content-length"
    )


@pytest.mark.parametrize("name", ["pages.warc", "pages.warc.gz"])
def test_another_reader_of_archives_agrees(desk: Desk, name: str) -> None:
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    desk.run("check")
    desk.run("export", "--warc", name)
    found = []
    with (desk.folder / name).open("rb") as file:
        for entry in ArchiveIterator(file, verify_digests=True, parse_http=True):
            body = entry.reader.read()
            found.append((entry.record_type, (entry.http_headers and entry.http_headers.status_line) or "", len(body)))
    assert [kind for kind, _, _ in found] == [WarcRecordType.warcinfo, WarcRecordType.response, WarcRecordType.request]
    assert found[1][1].startswith("HTTP/1.1 200")
    assert found[1][2] > 0
    assert found[2][1].startswith("GET /")


# -------------------------------------------------------------------------------------------------------- webhook


def test_the_example_of_a_receiver_knows_our_signature_and_no_other() -> None:
    (text,) = blocks(CHANNELS, "python")
    place: dict[str, Callable[[bytes, str, str], bool]] = {}
    exec(text, place)
    body = '{"headline": "Åland – “may”"}'.encode()
    header = "sha256=" + hmac.new(b"secret", body, hashlib.sha256).hexdigest()
    assert header == signature("secret", body)
    assert place["is_ours"](body, header, "secret")
    assert not place["is_ours"](body + b" ", header, "secret")
    assert not place["is_ours"](body, header, "other")


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)
