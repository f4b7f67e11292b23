"""The README's table of platforms, made from the folder: `python tests/platforms/in_readme.py` writes it anew."""

from __future__ import annotations

import re
from pathlib import Path

from watcher import platforms

README = Path(__file__).parents[2] / "README.md"
HEAD = "| platform | vendor | reads | checked against | sign of an amended document | least delay |\n|---|---|---|---|---|---|\n"


def table() -> str:
    """The table, one row a file of watcher/platforms/."""
    rows = []
    for name in platforms.names():
        platform = platforms.load(name)
        about, delay = platform.ABOUT, platform.MIN_DELAY.total_seconds()
        cells = (
            f"`{name}`",
            about.vendor,
            about.reads,
            about.checked,
            about.amended or "–",
            f"{delay:g} s" if delay else "–",
        )
        rows.append("| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in cells) + " |\n")
    return HEAD + "".join(rows)


def main() -> None:
    """Puts the table in the place of the one that stands there."""
    text = README.read_text("utf-8")
    README.write_text(re.sub(r"\| platform \|.*\n(?:\|.*\n)+", lambda _: table(), text, count=1), "utf-8")


if __name__ == "__main__":
    main()
