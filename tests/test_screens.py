"""The pictures in docs/screens are of today's messages: each page can still be made, and shows what it is there to show."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.screens import HOSTILE, pages

PICTURES = Path(__file__).parents[1] / "docs/screens"


class Seen(HTMLParser):
    """The text that a reader sees, and what of it is struck or bold."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text = ""
        self.styled: dict[str, str] = {"s": "", "b": ""}
        self._open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open += [tag] if tag not in ("br", "meta") else []

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        for tag in {"s", "b"} & set(self._open):
            self.styled[tag] += data + "|"


def test_every_picture_has_its_page() -> None:
    assert {path.stem for path in PICTURES.glob("*.png")} == set(pages())
    assert all(path.stat().st_size < 200_000 for path in PICTURES.glob("*.png"))


@pytest.mark.parametrize("name", ["slack-thread", "telegram-thread"])
def test_a_thread_shows_its_redline_and_the_current_stage(name: str) -> None:
    seen = Seen(pages()[name])
    assert "may|where the Sheriff approves it in writing|" in seen.styled["s"]
    assert "shall not|" in seen.styled["b"]
    assert "adopted · since Wed 2 Dec 2026" in seen.text
    assert "may shall not honor" in seen.text  # struck and inserted words do not run together


@pytest.mark.parametrize("name", ["slack-hostile", "telegram-hostile"])
def test_hostile_text_is_only_text(name: str) -> None:
    seen = Seen(pages()[name])
    assert HOSTILE in seen.text.replace("\u2060", "")
