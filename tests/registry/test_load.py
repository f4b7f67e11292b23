"""What a good registry becomes, and what a file that is none says."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from watcher.errors import RegistryError
from watcher.registry import Registry, Vocabulary, load

Write = Callable[[str | bytes], Path]

HEAD = "version: 1\n"
SITE = 'sites:\n  - {id: a, jurisdiction: {name: Boston, state: MA, kind: city}, platform: page, url: "https://example.gov/a"}\n'


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def put(content: str | bytes) -> Path:
        path = tmp_path / "sites.yaml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return put


@pytest.fixture
def taken(write: Write, vocabulary: Vocabulary) -> Callable[[str], Registry]:
    return lambda content: load(write(content), vocabulary)


@pytest.fixture
def refused(write: Write, vocabulary: Vocabulary) -> Callable[[str | bytes], list[str]]:
    def said(content: str | bytes) -> list[str]:
        path = write(content)
        with pytest.raises(RegistryError) as refusal:
            load(path, vocabulary)
        return [str(problem).replace(f"{path}:", "") for problem in refusal.value.problems]

    return said


Taken = Callable[[str], Registry]
Refused = Callable[[str | bytes], list[str]]


def place(name: str, state: str, more: str = "") -> str:
    name = f'"{name}"'
    return f'{HEAD}sites: [{{id: a, jurisdiction: {{name: {name}, state: {state}, kind: city{more}}}, platform: page, url: "https://x.gov"}}]\n'


# ------------------------------------------------------------------------------------------------------- defaults


def test_a_site_that_says_little_is_watched_hourly_and_told_on_the_console(taken: Taken) -> None:
    book = taken(HEAD + SITE)
    (site,) = book.sites
    assert (site.every, site.near_meeting, site.min_delay) == (
        timedelta(hours=1),
        timedelta(minutes=15),
        timedelta(seconds=2),
    )
    assert site.kind == "agenda"
    assert site.follow == ("agendas", "attachments", "minutes", "legislation")
    assert site.channels == book.operator == ("console",)
    assert book.channels["console"].kind == "console"
    assert book.warnings == ()


def test_a_single_document_follows_nothing_unless_told_to(taken: Taken) -> None:
    for kind in ("ordinance", "code", "minutes", "list"):
        assert taken(HEAD + SITE.replace("platform", f"kind: {kind}, platform")).sites[0].follow == ()
    assert taken(HEAD + SITE.replace("platform", "kind: code, follow: [minutes], platform")).sites[0].follow == (
        "minutes",
    )


def test_a_site_speaks_before_the_defaults_do(taken: Taken) -> None:
    book = taken(HEAD + "defaults: {every: 2h, min_delay: 0s}\n" + SITE.replace("platform", "every: 5m, platform"))
    assert book.sites[0].every == timedelta(minutes=5)
    assert book.sites[0].min_delay == timedelta(0)


def test_the_operator_is_a_configured_console_where_there_is_one(taken: Taken) -> None:
    assert taken(HEAD + "channels: {log: {kind: console}}\n" + SITE).operator == ("log",)
    book = taken(HEAD + "channels: {news: {kind: slack, token: env:T, channel: C1}}\n" + SITE)
    assert book.operator == ("console",)
    assert book.channels["console"].kind == "console"


def test_the_console_may_be_named_though_nobody_configured_it(taken: Taken) -> None:
    book = taken(
        HEAD
        + "channels: {log: {kind: console}}\noperator: [log]\n"
        + SITE.replace("platform", "channels: [console], platform")
    )
    assert book.sites[0].channels == ("console",)
    assert book.channels["console"].kind == "console"


def test_a_channel_keeps_its_references_and_no_secret(taken: Taken) -> None:
    channel = taken(HEAD + "channels: {news: {kind: slack, token: env:T, channel: C1}}\n" + SITE).channels["news"]
    assert dict(channel.options) == {"token": "env:T", "channel": "C1"}
    assert dict(channel.secrets) == {}


@pytest.mark.parametrize(
    ("name", "state", "slug"),
    [
        ("Boston", "MA", "ma-boston"),
        ("San Diego County", "CA", "ca-san-diego-county"),
        ("St. Louis", "MO", "mo-st-louis"),
        ("Prince George's County", "MD", "md-prince-georges-county"),
        ("Cañon City", "CO", "co-canon-city"),
        ("Nashville-Davidson (Metro)", "TN", "tn-nashville-davidson-metro"),
    ],
)
def test_a_slug_is_the_state_and_the_name_with_hyphens(taken: Taken, name: str, state: str, slug: str) -> None:
    assert taken(place(name, state)).sites[0].jurisdiction.slug == slug


def test_a_zone_comes_from_the_state_and_a_guess_is_said(taken: Taken) -> None:
    assert taken(place("Phoenix", "AZ")).sites[0].jurisdiction.time_zone == "America/Phoenix"
    guessed = taken(place("Pensacola", "FL"))
    assert guessed.sites[0].jurisdiction.time_zone == "America/New_York"
    assert "Florida has America/New_York and America/Chicago, and America/New_York is taken" in str(guessed.warnings[0])
    assert taken(place("Pensacola", "FL", ", time_zone: America/Chicago")).warnings == ()


def test_a_place_is_reused_by_site_id_even_through_another_site(vocabulary: Vocabulary) -> None:
    book = load(Path(__file__).parent / "zoo" / "good" / "forward-reference.yaml", vocabulary)
    assert {site.jurisdiction.slug for site in book.sites} == {"la-st-marys-parish"}


# ------------------------------------------------------------------------------------------------------- warnings


def test_a_route_that_can_never_match_is_said(taken: Taken) -> None:
    book = taken(HEAD + "routes:\n  - {to: [console], when: {jurisdictions: [ma-bostn]}}\n" + SITE)
    assert [str(warning).rsplit("/", 1)[1] for warning in book.warnings] == [
        'sites.yaml:3: route 1: when.jurisdictions: no enabled site is in "ma-bostn" (did you mean "ma-boston"?)',
        "sites.yaml:3: route 1: when: this route can never match: no enabled site fits all its conditions",
    ]


def test_a_channel_that_nobody_writes_to_is_said(taken: Taken) -> None:
    book = taken(
        HEAD
        + "channels: {log: {kind: console}, field: {kind: telegram, token: env:T, chat: 5}}\ndefaults: {channels: [log]}\n"
        + SITE
    )
    assert [str(warning).rsplit("/", 1)[1] for warning in book.warnings] == [
        "sites.yaml:2: field: channel: nothing is ever sent to this channel"
    ]


def test_an_include_that_matches_nothing_is_said(taken: Taken) -> None:
    assert "include: matches no file" in str(taken(HEAD + "include: [registry/*.yaml]\n" + SITE).warnings[0])


def test_a_longitude_without_its_minus_is_said(taken: Taken) -> None:
    assert 'did you mean "-71.06"?' in str(taken(place("Boston", "MA", ", lat: 42.36, lon: 71.06")).warnings[0])


def test_every_key_of_the_registry_is_acted_on(vocabulary: Vocabulary) -> None:
    book = load(Path(__file__).parent / "zoo" / "good" / "every-key.yaml", vocabulary)
    idle = [(warning.where, warning.key) for warning in book.warnings if "has no effect yet: " in warning.message]
    assert idle == []


def test_a_key_that_needs_what_is_not_installed_is_said_where_it_stands(vocabulary: Vocabulary) -> None:
    every = Path(__file__).parent / "zoo" / "good" / "every-key.yaml"
    bare = replace(vocabulary, lacking={"render": "its visits will fail: no Chromium is installed"})
    said = [warning for warning in load(every, bare).warnings if warning.key == "render"]
    assert [(warning.where, warning.message) for warning in said] == [
        ("boston-trust-act", "its visits will fail: no Chromium is installed")
    ]
    assert not [warning for warning in load(every, vocabulary).warnings if warning.key == "render"]


def test_an_option_of_a_channel_that_is_not_acted_on_yet_is_said(taken: Taken) -> None:
    channel = "channels: {news: {kind: slack, token: env:T, channel: C1, app_token: env:A}}\noperator: [news]\n"
    book = taken(HEAD + channel + SITE.replace("platform", "channels: [news], platform"))
    assert [str(warning).rsplit("/", 1)[1] for warning in book.warnings] == [
        "sites.yaml:2: news: app_token: has no effect yet: there are no buttons"
    ]


def test_a_key_that_is_not_acted_on_yet_and_asks_for_nothing_is_fine(taken: Taken) -> None:
    assert taken(HEAD + "policy: []\n" + SITE.replace("platform", "ocr: false, platform")).warnings == ()


# ---------------------------------------------------------------------------------------------- what is no file


def test_a_missing_file_is_named(tmp_path: Path, vocabulary: Vocabulary) -> None:
    with pytest.raises(RegistryError, match=r"nowhere\.yaml:1: file: there is no such file \(set WATCHER_REGISTRY"):
        load(tmp_path / "nowhere.yaml", vocabulary)


def test_a_folder_is_no_file(tmp_path: Path, vocabulary: Vocabulary) -> None:
    with pytest.raises(RegistryError, match="is a folder; give the YAML file in it"):
        load(tmp_path, vocabulary)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_named(write: Write, vocabulary: Vocabulary) -> None:
    path = write(HEAD + SITE)
    path.chmod(0)
    with pytest.raises(RegistryError, match="cannot be read: Permission denied"):
        load(path, vocabulary)


def test_a_file_that_is_not_utf8_is_refused_with_its_line(refused: Refused) -> None:
    assert refused(b"version: 1\nlexicon: caf\xe9.yaml\n") == [
        "2: file: is not UTF-8 text (byte 0xe9); save it as UTF-8"
    ]
    assert refused("version: 1\n".encode("utf-16"))[0].endswith("save it as UTF-8")


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(write: Write, vocabulary: Vocabulary) -> None:
    book = load(write(b"\xef\xbb\xbf" + (HEAD + SITE).replace("\n", "\r\n").encode()), vocabulary)
    assert book.sites[0].id == "a"


def test_control_characters_and_comments_alone_are_no_registry(refused: Refused) -> None:
    assert refused(b"version: 1\nlexicon: a\x00b\n") == [
        "2: file: holds a character that YAML does not allow; retype the line"
    ]
    assert refused("# nothing yet\n") == ["1: file: is empty"]
    assert refused("--- \n") == ["1: file: is empty"]
    assert refused("just words") == ["1: file: must hold keys, like sites:, not a single text"]


def test_a_deep_nest_and_a_bomb_of_aliases_end_at_once(refused: Refused) -> None:
    assert "nested more than" in refused(HEAD + "sites: " + "[" * 100_000)[0]
    bomb = "a: &a [x, x]\n" + "".join(f"b{n}: [*a, *a, *a]\n" for n in range(50))
    said = refused(HEAD + bomb)
    assert sum("alias" in line for line in said) >= 50


def test_problems_of_every_file_come_at_once_each_with_its_own_name(tmp_path: Path, vocabulary: Vocabulary) -> None:
    (tmp_path / "sites.yaml").write_text("version: 1\ninclude: [more.yaml]\nevery: 1h\n")
    (tmp_path / "more.yaml").write_text(SITE.replace("state: MA", "state: MAA"))
    with pytest.raises(RegistryError) as refusal:
        load(tmp_path / "sites.yaml", vocabulary)
    assert [(Path(problem.file).name, problem.line, problem.where) for problem in refusal.value.problems] == [
        ("sites.yaml", 3, ""),
        ("more.yaml", 2, "a"),
    ]


def test_a_file_that_includes_itself_is_read_once(tmp_path: Path, vocabulary: Vocabulary) -> None:
    (tmp_path / "sites.yaml").write_text(HEAD + 'include: ["*.yaml", "s*.yaml"]\n' + SITE)
    assert len(load(tmp_path / "sites.yaml", vocabulary).sites) == 1
