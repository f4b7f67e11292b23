"""The sites.yaml that comes with the program, and the schema that editors read beside it."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from watcher import channels, platforms
from watcher.errors import RegistryError
from watcher.registry import Registry, Vocabulary, load, marks, schema

HOUSE = Path(__file__).parents[2]
STARTER = HOUSE / "sites.yaml"
SCHEMA = HOUSE / "docs" / "sites.schema.json"


@pytest.fixture(scope="module")
def whole() -> Vocabulary:
    """The words of the folders `platforms/` and `channels/`."""
    return Vocabulary(
        {name: platforms.load(name).OPTIONS for name in platforms.names()},
        {kind: channels.load(kind).Options for kind in channels.kinds()},
    )


@pytest.fixture(scope="module")
def starter(whole: Vocabulary) -> Registry:
    return load(STARTER, whole)


@pytest.fixture(scope="module")
def checked_in() -> Any:
    return json.loads(SCHEMA.read_text(encoding="utf-8"))


def test_the_starter_has_nothing_odd_in_it(starter: Registry) -> None:
    assert starter.warnings == ()


def test_it_watches_at_least_forty_places_from_the_first_day(starter: Registry) -> None:
    watched = {site.jurisdiction.slug for site in starter.sites if site.enabled}
    assert len(watched) >= 40
    assert {"ma-boston", "ny-new-york", "ca-san-francisco", "ca-san-diego-county", "co-denver", "az-phoenix"} <= watched
    assert {"az-tucson", "il-chicago", "ca-los-angeles"} <= {site.jurisdiction.slug for site in starter.sites}


def test_every_place_has_a_division_a_point_on_the_map_and_a_zone(starter: Registry) -> None:
    for site in starter.sites:
        place = site.jurisdiction
        assert place.division, site.id
        assert place.lat is not None, site.id
        assert 18 < place.lat < 72, site.id
        assert place.lon is not None, site.id
        assert -180 < place.lon < -64, site.id


def test_it_knows_every_state_it_can_and_watches_none_twice(starter: Registry) -> None:
    places = {site.jurisdiction.slug for site in starter.sites}
    assert len(places) >= 379
    assert len({place[:2] for place in places}) >= 45
    addresses = Counter(site.url.rstrip("/").lower() for site in starter.sites)
    assert [url for url, times in addresses.items() if times > 1] == []
    divisions = {site.jurisdiction.slug: site.jurisdiction.division for site in starter.sites}
    assert len(set(divisions.values())) == len(divisions), "two places with one division"


def test_what_is_not_watched_says_why_and_what_is_has_a_reader_for_its_address(starter: Registry) -> None:
    assert [site.id for site in starter.sites if not site.enabled and not site.note] == []
    others = []
    for site in starter.sites:
        name, sure = platforms.recognise(site.url, None)[0]
        if sure >= platforms.SURE and name != site.platform:
            others.append((site.id, site.platform, name))
    assert others == [], "the address is another vendor's"


def test_it_is_grouped_by_state() -> None:
    headings = re.findall(r"(?m)^  # -+ (.+)$", STARTER.read_text("utf-8"))
    assert headings == sorted(set(headings))


def test_it_tells_the_console_alone_until_someone_adds_a_channel(starter: Registry) -> None:
    assert {channel.kind for channel in starter.channels.values()} == {"console"}
    assert all(site.channels == starter.operator for site in starter.sites)


def test_the_commented_channels_and_routes_are_right_once_uncommented(whole: Vocabulary, tmp_path: Path) -> None:
    text = STARTER.read_text(encoding="utf-8")
    for key in ("newsroom", "basic", "field"):
        text = text.replace(f"  # {key}:", f"  {key}:")
    text = text.replace("# routes:", "routes:").replace("#   - {to:", "  - {to:")
    copy = tmp_path / "sites.yaml"
    copy.write_text(text, encoding="utf-8")
    book = load(copy, whole)
    assert {channel.kind for channel in book.channels.values()} == {"console", "slack", "telegram"}
    assert len(book.routes) == 3


def test_the_checked_in_schema_is_current(whole: Vocabulary, checked_in: Any) -> None:
    """Where this fails: `watcher schema > docs/sites.schema.json`."""
    assert checked_in == json.loads(json.dumps(schema(whole)))


def test_the_schema_takes_the_starter(checked_in: Any) -> None:
    Draft202012Validator.check_schema(checked_in)
    assert [error.message for error in Draft202012Validator(checked_in).iter_errors(marks.read(STARTER).value)] == []


def test_editors_are_told_where_the_schema_is() -> None:
    first = STARTER.read_text(encoding="utf-8").splitlines()[0]
    assert first == f"# yaml-language-server: $schema={SCHEMA.relative_to(HOUSE)}"


@pytest.mark.parametrize(
    ("chat", "good"),
    [('"@councilwatch"', True), ("-1001234567890", True), ("News room", False), ('"@no"', False), ("t.me/news", False)],
)
def test_a_telegram_chat_is_a_number_or_a_name_in_validator_and_schema(
    tmp_path: Path, whole: Vocabulary, chat: str, good: bool
) -> None:
    path = tmp_path / "sites.yaml"
    channel = f"{{kind: telegram, token: env:TELEGRAM_BOT_TOKEN, chat: {chat}}}"
    path.write_text(f"version: 1\nchannels: {{field: {channel}}}\nsites: []\n", encoding="utf-8")
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert Draft202012Validator(schema(whole)).is_valid(written) is good
    if good:
        load(path, whole)
    else:
        with pytest.raises(
            RegistryError, match="field: chat: must be a whole number, or the @name of a public channel"
        ):
            load(path, whole)
