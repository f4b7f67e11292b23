"""Every recorded response of ../shared/corpus, where that folder exists, read as `watcher read` reads it.

`tests/platforms/<vendor>/facts.py` says how the manifest's facts of that vendor show in the lines of `read`:

    FOLDERS = ("primegov",)                 folders of the corpus, where their names differ from the vendor's
    def facts(expect, lines): ...           yields (name, what the manifest says, what was found)
    WRONG = {"file": {"fact": "why"}}       facts of the manifest that are wrong themselves, each with the reason

`python tests/platforms/test_corpus.py` prints the table of all platforms.
"""

from __future__ import annotations

import importlib.util
import json
import mimetypes
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from watcher import platforms
from watcher.cli.trying import read_lines
from watcher.model import Jurisdiction, Request, Response, Site

HERE = Path(__file__).parent
CORPUS = HERE.parents[1] / "../shared/corpus"
FOLLOW = ("agendas", "packets", "attachments", "minutes", "legislation")


@cache
def books() -> dict[str, tuple[str, ModuleType]]:
    """Folder of the corpus → (vendor, its facts)."""
    found: dict[str, tuple[str, ModuleType]] = {}
    for path in sorted(HERE.glob("*/facts.py")):
        spec = importlib.util.spec_from_file_location(f"facts_{path.parent.name}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for folder in getattr(module, "FOLDERS", (path.parent.name,)):
            found[folder] = (path.parent.name, module)
    return found


def entries() -> list[dict[str, Any]]:
    """The manifest's lines for platforms that have a book of facts."""
    if not CORPUS.is_dir():
        return []
    lines = [json.loads(line) for line in (CORPUS / "MANIFEST.jsonl").read_text("utf-8").splitlines()]
    return [entry for entry in lines if entry["file"].split("/")[0] in books()]


def lines_of(entry: dict[str, Any], body: bytes | None = None) -> list[dict[str, Any]]:
    """What `watcher read` prints for a recorded response, on the day of its capture where that is known."""
    vendor, _ = books()[entry["file"].split("/")[0]]
    captured = re.match(r"(\d{4})-(\d{2})(?:-(\d{2}))?", str(entry.get("capture_date") or ""))
    year, month, day = (int(part or 1) for part in captured.groups()) if captured else (2026, 8, 1)
    url = entry["original_url"] or "https://elmfalls.example.gov/"  # of some only the body was kept
    kind = mimetypes.guess_type(entry["file"])[0]
    place = Jurisdiction("xx-place", "Place", "XX", "city", "America/New_York")
    site = Site("read", place, vendor, url, follow=FOLLOW)
    body = (CORPUS / entry["file"]).read_bytes() if body is None else body
    headers = {"content-type": kind} if kind else {}
    response = Response(Request(url), url, 200, headers, body, datetime(year, month, day, 12, tzinfo=UTC))
    return list(read_lines(site, response))


def judged(entry: dict[str, Any]) -> Iterator[tuple[str, object, object, str]]:
    """(fact, the manifest's word, ours, why the manifest is wrong or "")."""
    _, module = books()[entry["file"].split("/")[0]]
    wrong = getattr(module, "WRONG", {}).get(entry["file"], {})
    for name, said, found in module.facts(entry["expect"], lines_of(entry)):
        yield name, said, found, wrong.get(name, "")


@pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared/corpus is not here: recorded responses are not checked")
@pytest.mark.parametrize("entry", entries(), ids=lambda entry: str(entry["file"]))
def test_the_facts_of_a_recorded_response_are_found(entry: dict[str, Any]) -> None:
    facts = list(judged(entry))
    assert facts, "no fact was looked at"
    assert [(name, said, found) for name, said, found, why in facts if said != found and not why] == []


WALL = b"""<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><div id="challenge-running"></div>
<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"></script><noscript>Enable JavaScript and cookies to
continue</noscript></body></html>"""
LOG_IN = b"""<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Sign in</h1><form method="post" action="/login">
<input name="username"><input type="password" name="password"><button>Log in</button></form></body></html>"""
ERROR = b"""<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Sorry</h1><p>Something went wrong while we handled
your request. Please contact the administrator. Reference 8a1f.</p></body></html>"""


def structured() -> list[dict[str, Any]]:
    """Recorded pages and answers of vendors. `page` and texts that someone exported have no marks that could be missed."""
    kept = [entry for entry in entries() if not entry["file"].endswith((".txt", ".md", ".pdf", ".xlsx", ".ics"))]
    return [entry for entry in kept if books()[entry["file"].split("/")[0]][0] != "page"]


def foreign(entry: dict[str, Any]) -> bytes:
    """A page of another vendor: the first one of the corpus that is neither this vendor's nor a website's like any other."""
    vendor = books()[entry["file"].split("/")[0]][0]
    other = next(e for e in structured() if books()[e["file"].split("/")[0]][0] not in (vendor, "wordpress", "drupal"))
    return Path(CORPUS, other["file"]).read_bytes()


@pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared/corpus is not here: recorded responses are not checked")
@pytest.mark.parametrize("trouble", ["cut", "wall", "log in", "error", "nothing", "another vendor"])
@pytest.mark.parametrize("entry", structured(), ids=lambda entry: str(entry["file"]))
def test_what_is_no_answer_is_never_an_empty_list(entry: dict[str, Any], trouble: str) -> None:
    whole = (CORPUS / entry["file"]).read_bytes()
    bodies = {"cut": whole[: len(whole) // 2], "wall": WALL, "log in": LOG_IN, "error": ERROR, "nothing": b""}
    lines = lines_of(entry, bodies.get(trouble) if trouble in bodies else foreign(entry))
    assert [line["type"] for line in lines] == ["error"], lines[:3]
    assert lines[0]["error"] in ("Blocked", "EmptyReading", "LayoutChanged", "Unreadable")
    assert lines[0]["reason"]


def table() -> Iterator[str]:
    """One line a platform: files, facts, right, wrong; and each wrong fact below."""
    files: Counter[str] = Counter()
    right: Counter[str] = Counter()
    wrong: dict[str, list[str]] = {}
    for entry in entries():
        vendor, _ = books()[entry["file"].split("/")[0]]
        files[vendor] += 1
        for name, said, found, why in judged(entry):
            if said == found:
                right[vendor] += 1
            else:
                wrong.setdefault(vendor, []).append(f"{entry['file']} {name}: {said!r} but {found!r} {why}")
    yield f"{'platform':<22} files facts right"
    for vendor in sorted(files):
        missed = wrong.get(vendor, [])
        yield f"{vendor:<22} {files[vendor]:>5} {right[vendor] + len(missed):>5} {right[vendor]:>5}"
        yield from (f"    {line}" for line in missed)
    without = sorted(set(platforms.names()) - set(files))
    yield f"no recorded response: {', '.join(without)}"


if __name__ == "__main__":
    print("\n".join(table()))
