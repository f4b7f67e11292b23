"""Real pages through time, served over real HTTP and watched by the whole program: which steps alert?

    python benchmarks/series.py [SERIES …]      reads ../shared/timeseries where that folder exists; prints one table

Each series is one site of its own on a loopback server. Step by step the server shows the next snapshot, `watcher check`
visits it, and the loudest label of the step's changes stands beside the manifest's `should_alert` (yes, low, none).
A step agrees when yes is `relevant`, low is at most `unsure`, none is `unrelated` or nothing. A series about one matter
(`MATTERS`) has one thread.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.town import Desk, Town, of_type

SHARED = Path(__file__).parents[2] / "shared" / "timeseries"
DEFAULT = (
    "rtd_3833_details", "rtd_3844_agenda", "rtd_3844_details", "rtd_3854_metadata", "nyc_int_1412-2025",
    "nyc_int_0214-2024", "nyc_event_20736", "dc_24-211.07", "sf_ordinance_table", "ice_participating",
)  # fmt: skip
MATTERS = ("nyc_int_",)
LOUD = ("unrelated", "unsure", "relevant")
ALLOWED = {"yes": ("relevant",), "low": ("unsure", "unrelated", "-"), "none": ("unrelated", "-")}
TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".json": "application/json",
    ".html": "text/html; charset=utf-8",
    ".xml": "application/xml",
}
PLATFORM = {"legistar_api": "legistar", "legistar_insite": "legistar", "ice_287g": "ice_287g"}
KIND = {"ice_287g": "list"}

SITES = """
version: 1
defaults: {{min_delay: 0s, channels: [log]}}
channels: {{log: {{kind: console}}}}
sites:
  - id: series
    jurisdiction: {{name: "{name}", state: {state}, kind: {sort}, time_zone: America/New_York}}
    platform: {platform}
    kind: {kind}
    url: {url}
"""


def steps_of(series: str) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Snapshots of one series in order, and its labelled pairs."""
    lines = [json.loads(line) for line in (SHARED / "MANIFEST.jsonl").read_text("utf-8").splitlines()]
    mine = [line for line in lines if line["series"] == series]
    return [s for s in mine if s["type"] == "snapshot"], [p for p in mine if p["type"] == "pair"]


def replay(series: str, town: Town, folder: Path) -> list[dict[str, str]]:
    """One row for each step: file, what should be, what was, and the alerts' headlines."""
    snapshots, pairs = steps_of(series)
    first = snapshots[0]
    path = f"/{series}/" + (
        Path(first["original_url"]).name if first["platform"] in KIND else "page" + Path(first["file"]).suffix
    )
    desk = Desk(folder)
    place, _, state = first["jurisdiction"].rpartition(", ")
    platform = PLATFORM.get(first["platform"], "page")
    if first["platform"] in KIND:
        place, state = "United States", "US"
    sort = "federal" if state == "US" else "city"
    kind = KIND.get(first["platform"], "legislation")
    desk.sites(SITES.format(name=place, state=state, sort=sort, platform=platform, kind=kind, url=town.base + path))
    wanted = {pair["to"]: pair for pair in pairs}
    rows = []
    for snapshot in snapshots:
        file = SHARED / snapshot["file"]
        town.put(path, file.read_bytes(), Content_Type=TYPES.get(file.suffix, "text/plain; charset=utf-8"))
        done = desk.run("check", "--json", "--no-deliver")
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        if snapshot["file"] not in wanted:
            continue
        labels = [change["verdict"]["label"] for change in of_type(lines, "change")]
        loudest = max(labels, key=LOUD.index, default="-")
        pair = wanted[snapshot["file"]]
        rows.append(
            {
                "step": Path(snapshot["file"]).name,
                "should": pair["should_alert"],
                "was": loudest,
                "agrees": "yes" if loudest in ALLOWED[pair["should_alert"]] else "NO",
                "alerts": str(sum(alert["label"] == "relevant" for alert in of_type(lines, "alert"))),
                "outcome": next((f"{v['outcome']}/{v['reason']}" for v in of_type(lines, "visit")), "-"),
                "threads": "\n".join(alert["thread"] for alert in of_type(lines, "alert")),
                "summary": pair["summary"][:110],
            }
        )
    return rows


def main() -> None:
    """Prints the table and the sums."""
    if not SHARED.exists():
        print("no ../shared/timeseries here: nothing to replay")
        return
    sums: Counter[tuple[str, str]] = Counter()
    for series in sys.argv[1:] or DEFAULT:
        town = Town()
        with tempfile.TemporaryDirectory() as folder:
            rows = replay(series, town, Path(folder))
        town.close()
        print(f"\n{series}")
        threads: set[str] = set()
        for row in rows:
            sums[row["should"], row["was"]] += 1
            threads |= set(row["threads"].splitlines())
            print("  {step:22} {should:5} {was:10} {agrees:4} {alerts:>3} {outcome:24} {summary}".format(**row))
        if series.startswith(MATTERS):
            print(f"  one matter, {len(threads)} thread(s)")
    print("\nshould_alert against the loudest label of the step:")
    for (should, was), count in sorted(sums.items()):
        print(f"  {should:5} {was:10} {count}")
    for should in ("yes", "none"):
        steps = sum(count for (wanted, _), count in sums.items() if wanted == should)
        alerted = sums[should, "relevant"]
        print(f"of {steps} steps that should be {should}, {alerted} alerted ({alerted / max(steps, 1):.0%})")


if __name__ == "__main__":
    main()
