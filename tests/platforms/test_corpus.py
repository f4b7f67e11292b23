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


def lines_of(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """What `watcher read` prints for a recorded response, on the day after its capture where that is known."""
    vendor, _ = books()[entry["file"].split("/")[0]]
    captured = re.match(r"(\d{4})-(\d{2})(?:-(\d{2}))?", str(entry.get("capture_date") or ""))
    year, month, day = (int(part or 1) for part in captured.groups()) if captured else (2026, 8, 1)
    url = entry["original_url"] or "https://elmfalls.example.gov/"  # of some only the body was kept
    kind = mimetypes.guess_type(entry["file"])[0]
    place = Jurisdiction("xx-place", "Place", "XX", "city", "America/New_York")
    site = Site("read", place, vendor, url, follow=FOLLOW)
    body = (CORPUS / entry["file"]).read_bytes()
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
