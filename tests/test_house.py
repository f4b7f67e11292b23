"""The house keeps its own rules: what import-linter sees, what it cannot see, and what a folder must hold."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WATCHER = ROOT / "watcher"
THINKING = (
    "model",
    "lines",
    "votes",
    "schedule",
    "platforms",
    "reading",
    "extractors",
    "diff",
    "judge",
    "alerts",
    "policy",
    "answers",
)
JUNK = frozenset({"utils", "util", "helpers", "helper", "common", "base", "manager", "managers", "misc", "shared"})
CLOCKS = frozenset({"now", "utcnow", "today"})


def files_of(room: str) -> list[Path]:
    return sorted((WATCHER / room).rglob("*.py")) if (WATCHER / room).is_dir() else [WATCHER / f"{room}.py"]


def worldly(tree: ast.AST) -> list[tuple[int, str]]:
    """Return (line, words) for each use of a file or a clock outside the top level of a module."""
    at_import = {
        id(node)
        for statement in getattr(tree, "body", [])
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        for node in ast.walk(statement)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            modules = [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            found += [(node.lineno, f"import {name}") for name in modules if name in ("time", "random", "subprocess")]
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        last = called.rsplit(".", 1)[-1]
        if last in CLOCKS and called.split(".")[0] in ("datetime", "date", "dt"):
            found.append((node.lineno, called))
        method = isinstance(node.func, ast.Attribute) and not called.startswith(("files(", "resources."))
        reads = called == "open" or (
            method and last in ("open", "read_text", "read_bytes", "write_text", "write_bytes")
        )
        if reads and id(node) not in at_import:
            found.append((node.lineno, called))
    return found


@pytest.mark.parametrize("room", THINKING)
def test_a_thinking_room_asks_no_file_and_no_clock(room: str) -> None:
    broken = [
        f"{path.relative_to(ROOT)}:{line}: {words}"
        for path in files_of(room)
        for line, words in worldly(ast.parse(path.read_text()))
    ]
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize(
    "line",
    [
        "def f(): open('x')",
        "def f(): return datetime.now()",
        "def f(): return datetime.datetime.utcnow()",
        "def f(): return date.today()",
        "import time",
        "from time import monotonic",
        "def f(): Path('x').read_text()",
    ],
)
def test_the_walk_sees_what_it_forbids(line: str) -> None:
    assert worldly(ast.parse(line))


@pytest.mark.parametrize(
    "line",
    [
        "TERMS = Path('x').read_text()",
        "def f(): return files('watcher.judge').joinpath('lexicon.yaml').read_text()",
        "def f(now): return now.date()",
        "def f(cell): return read_text(cell)",
    ],
)
def test_the_walk_lets_package_files_be_read(line: str) -> None:
    assert not worldly(ast.parse(line))


def test_there_is_no_junk_drawer() -> None:
    drawers = [path.relative_to(ROOT) for path in WATCHER.rglob("*") if path.stem.strip("_") in JUNK]
    assert not drawers


@pytest.mark.parametrize("room", ["platforms", "channels", "extractors"])
def test_no_saved_case_no_entry(room: str) -> None:
    entries = {
        path.stem
        for path in (WATCHER / room).iterdir()
        if not path.name.startswith(("_", ".")) and (path.suffix == ".py" or (path / "__init__.py").exists())
    }
    without = [
        name for name in entries if not any(path.is_dir() for path in (ROOT / "tests" / room / name).glob("[!_.]*"))
    ]
    assert not without, f"tests/{room}/<name>/<case>/ is missing for: {', '.join(sorted(without))}"


def test_every_floor_holds() -> None:
    linter = shutil.which("lint-imports", path=str(Path(sys.executable).parent)) or shutil.which("lint-imports")
    assert linter, "import-linter is not installed"
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
