"""Who writes needs the folder alone; everything else works beside a running service."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.town import Desk
from watcher.snapshots import FolderLock

SITES = """
version: 1
sites:
  - id: elm-falls
    jurisdiction: {name: Elm Falls, state: MA, kind: city}
    platform: page
    kind: ordinance
    url: http://127.0.0.1:9/page
"""
MUTE = ("mute", "elm-falls", "--until", "2d", "--reason", "moving house")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.sites(SITES)
    assert desk.run(*MUTE).returncode == 0
    return desk


def test_a_second_writer_is_refused_and_told_who_holds_the_folder(desk: Desk) -> None:
    with FolderLock(desk.folder / "snapshots", "run"):
        for words in (("run",), ("check",), ("deliver",), MUTE, ("prune",), ("migrate",)):
            refused = desk.run(*words)
            assert refused.returncode == 2, words
            assert "pid" in refused.stderr, words


def test_a_mute_can_be_ended_and_all_be_read_beside_the_service(desk: Desk) -> None:
    with FolderLock(desk.folder / "snapshots", "run"):
        for words in (
            ("unmute", "elm-falls"),
            ("sites",),
            ("changes",),
            ("why", "elm-falls"),
            ("verify",),
            ("capacity",),
        ):
            assert desk.run(*words).returncode == 0, words
    assert "not muted" in desk.run("unmute", "elm-falls").stderr
