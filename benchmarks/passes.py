"""CPU a page over four passes: a bare httpx loop, the naive script and the real program, in one run.

    python benchmarks/passes.py [--pages N]

Prints one table: milliseconds of CPU (user and system of the process and all its children) a page, for each program and
pass, and how many times less the program takes than the naive script. What a program takes to start and to end, with
nothing to visit, is measured for each and taken off; it stands in its own column, and the ratio with it beside the
ratio without. The server runs in a process of its own and is in no figure. Every pass of the program is checked: each
page must have left the ladder at the rung the pass is about.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
from benchmarks import pages  # noqa: E402 - this file is run by its path, and its neighbours are found from there
from benchmarks.server import Served  # noqa: E402


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass: what the server shows, and the reason the program must give for every page."""

    name: str
    generation: int
    etags: bool
    reason: str
    goal: int | None


PASSES = (
    Pass("first visit", pages.FIRST, True, "first_visit", None),
    Pass("304", pages.SAME_BYTES, True, "not_modified", 50),
    Pass("identical bytes", pages.SAME_BYTES, False, "same_bytes", 30),
    Pass("token churn", pages.CHURNED, False, "same_text", 12),
    Pass("real change", pages.CHANGED, False, "text_changed", 5),
)


@dataclass(slots=True)
class Runner:
    """One program: how it is called for one pass, and for a pass over nothing."""

    name: str
    command: list[str]
    idle: list[str]
    environ: dict[str, str] = field(default_factory=dict)
    spent: list[float] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)

    def visit(self) -> str:
        """Measure one pass, and a pass over nothing right after it; return what was printed."""
        seconds, printed = self.run(self.command)
        self.spent.append(seconds)
        self.starts.append(min(self.run(self.idle)[0] for _ in range(2)))
        return printed

    def run(self, command: list[str]) -> tuple[float, str]:
        """Run once; return seconds of CPU of the whole process tree, and what was printed."""
        with tempfile.TemporaryFile("w+") as out:
            child = subprocess.Popen(
                command, stdout=out, stderr=subprocess.PIPE, env=self.surroundings(), cwd=HERE.parent
            )
            assert child.stderr
            trouble = child.stderr.read()
            _, status, used = os.wait4(child.pid, 0)
            child.stderr.close()
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode:
                raise SystemExit(f"{self.name}: exit {child.returncode}\n{trouble.decode()[-2_000:]}")
            out.seek(0)
            return used.ru_utime + used.ru_stime, out.read()

    def surroundings(self) -> dict[str, str]:
        """Return the environment: compiled modules are kept, as they are on any machine that runs a program twice."""
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return {**kept, **self.environ}


def main() -> None:
    parser = argparse.ArgumentParser(description="CPU a page over four passes")
    parser.add_argument("--pages", type=int, default=1_000, help="how many pages (default 1,000)")
    count = parser.parse_args().pages
    with tempfile.TemporaryDirectory() as place, Served(count) as served:
        runners = programs(Path(place), served.urls())
        for runner in runners[:2]:
            runner.run(runner.idle)  # compiles what it imports
        subprocess.run(
            [sys.executable, "-m", "watcher", "schema"], env=runners[2].surroundings(), stdout=subprocess.DEVNULL
        )
        for one in PASSES:
            served.show(one.generation, etags=one.etags)
            for runner in runners:
                printed = runner.visit()
                if runner.name == "watcher":
                    expect(one, printed, count)
            print(f"  {one.name}: done", file=sys.stderr)
        print(table(runners, count))


def programs(place: Path, urls: list[str]) -> list[Runner]:
    """Return the three programs, each with a folder of its own."""
    for name in ("bare", "naive"):
        (place / name).mkdir()
    (place / "urls").write_text("\n".join(urls), "utf-8")
    (place / "none").write_text("", "utf-8")
    (place / "sites.yaml").write_text(sites(urls), "utf-8")
    compiled = {"PYTHONPYCACHEPREFIX": str(place / "compiled")}
    environ = compiled | {
        "WATCHER_REGISTRY": str(place / "sites.yaml"),
        "WATCHER_DATA": str(place / "snapshots"),
        "WATCHER_ALLOW_NETWORKS": "127.0.0.0/8",
        "WATCHER_LOG": "json",
    }
    check = [sys.executable, "-m", "watcher", "check", "--no-deliver", "--json"]
    return [
        *(_script(name, place, compiled) for name in ("bare", "naive")),
        Runner("watcher", check, [*check, "--due"], environ),
    ]


def _script(name: str, place: Path, environ: dict[str, str]) -> Runner:
    call = [sys.executable, str(HERE / f"{name}.py")]
    all_of_them = [*call, str(place / "urls"), str(place / name), "--once"]
    return Runner(name, all_of_them, [*call, str(place / "none"), str(place / name), "--once"], environ)


def sites(urls: list[str]) -> str:
    """Return a sites.yaml that watches every page as it is."""
    entries = "".join(
        f"""
  - id: town-{number}
    jurisdiction: {{name: Sample {number}, state: MA, kind: city, time_zone: America/New_York}}
    platform: page
    url: {url}"""
        for number, url in enumerate(urls)
    )
    return f"version: 1\ndefaults: {{every: 1h, min_delay: 0s}}\nsites:{entries}\n"


def expect(one: Pass, printed: str, count: int) -> None:
    """Stop where a page did not take the rung that the pass measures."""
    lines = [json.loads(line) for line in printed.splitlines()]
    reasons = Counter(line["reason"] for line in lines if line["type"] == "visit")
    if reasons != {one.reason: count}:
        raise SystemExit(f"{one.name}: every page should have been {one.reason}, was {dict(reasons)}")
    if one.reason == "text_changed":
        heard = {line["site"] for line in lines if line["type"] == "alert" and line["label"] == "relevant"}
        due = {f"town-{number}" for number in range(0, count, 20)}
        print(f"  alerts: {len(heard & due)} of {len(due)} due, {len(heard - due)} more", file=sys.stderr)


def table(runners: list[Runner], count: int) -> str:
    """Return the table, as Markdown."""
    by_name = {runner.name: runner for runner in runners}
    naive, ours = by_name["naive"], by_name["watcher"]
    head = " | ".join(runner.name for runner in runners)
    lines = [
        f"CPU ms a page, {count:,} pages; start-up taken off (it stands in the last row, ms once a run)",
        f"| pass | {head} | naive : watcher | with start-up | goal |",
        "|---|" + "---|" * (len(runners) + 3),
    ]
    for at, one in enumerate(PASSES):
        net = {runner.name: max(runner.spent[at] - runner.starts[at], 0.0) * 1000 / count for runner in runners}
        cells = " | ".join(f"{net[runner.name]:.2f}" for runner in runners)
        ratio = net["naive"] / max(net["watcher"], 0.001)
        whole = naive.spent[at] / ours.spent[at]
        lines.append(f"| {one.name} | {cells} | {ratio:.0f} | {whole:.0f} | {one.goal or '-'} |")
    starts = " | ".join(f"{sum(runner.starts) / len(PASSES) * 1000:.0f}" for runner in runners)
    lines.append(f"| start-up | {starts} | | | |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
