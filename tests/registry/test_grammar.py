"""The small languages, and the law between schema and validator."""

from __future__ import annotations

import copy
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pydantic
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from watcher.errors import RegistryError
from watcher.registry import Vocabulary, grammar, load, marks, schema, words


@pytest.mark.parametrize(("text", "length"), [("0s", 0), ("90s", 90), ("15m", 900), ("1h", 3600), ("2d", 172_800)])
def test_durations(text: str, length: int) -> None:
    assert grammar.duration(text) == timedelta(seconds=length)


@pytest.mark.parametrize("text", ["", "1", "h", "1 h", "-1h", "1.5h", "1w", "999999d", "१h", "1h\n", True, 60, None])
def test_what_is_no_duration(text: object) -> None:
    with pytest.raises(grammar.Wrong):
        grammar.duration(text)


@pytest.mark.parametrize(
    "text", ["(a+)+", "(a*)*$", "(?:a+|b)*", "([a-z]+)*x", r"(\d+)+", "((a+)+b)", "(.*,)*", "(a?b+)+", "(?P<n>x+){2,}"]
)
def test_expressions_that_can_run_for_ever_are_refused(text: str) -> None:
    with pytest.raises(grammar.Wrong, match="repeats a repetition"):
        grammar.expression(text)


@pytest.mark.parametrize(
    "text",
    [
        r"(\d+,)*\d+",
        r"Page \d+ of \d+",
        "(?i)last updated:? .*",
        r"(AM|PM)?",
        "[(+*]+",
        r"\(a+\)+",
        "(ab)+",
        r"(\w+ )+x",
        "(?=a+)b",
    ],
)
def test_ordinary_expressions_are_taken(text: str) -> None:
    assert grammar.expression(text) == text


@pytest.mark.parametrize("text", [".*", ".+", r"[\s\S]*", r"\S+", r"(?s).*"])
def test_an_expression_that_blanks_everything_is_refused(text: str) -> None:
    with pytest.raises(grammar.Wrong, match="blanks every text"):
        grammar.expression(text)


@pytest.mark.parametrize(
    "text", ["0 */2 * * *", "30 6 * * mon-fri", "0 9 1,15 * *", "*/10 7-19 * jan-jun 1-5", "0 0 * * 7", "0 0 * * MON"]
)
def test_cron_lines(text: str) -> None:
    assert grammar.cron(text) == text.lower()


@pytest.mark.parametrize(
    "text",
    ["", "@daily", "* * * *", "* * * * * *", "60 * * * *", "0 0 31 apr *", "0 0 * * 8", "0 0 * * mon-8", "a b c d e"],
)
def test_what_is_no_cron_line(text: str) -> None:
    with pytest.raises(grammar.Wrong):
        grammar.cron(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://x.gov",
        "http://127.0.0.1:8080/a?b=c#d",
        "http://[::1]:9/",
        "https://münchen.de/ä",
        "HTTPS://X.GOV/",
        "https://a_b.x.gov/%20",
    ],
)
def test_addresses(text: str) -> None:
    assert grammar.web_address(text) == text


@pytest.mark.parametrize(
    "text",
    ["", "x.gov", "//x.gov", "https://", "https:///a", "https://x gov/", "https://x.gov:99999/", "https://u@x.gov", "javascript:alert(1)",
     "file:///etc/passwd", "https://[::1", "https://…", "https://x..gov", "https://x.gov:0/"],
)  # fmt: skip
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(grammar.Wrong):
        grammar.web_address(text)


@pytest.mark.parametrize("text", ["America/New_York", "Pacific/Guam", "UTC", "America/Indiana/Indianapolis"])
def test_zones(text: str) -> None:
    assert grammar.time_zone(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "EST",
        "EST5EDT",
        "Eastern",
        "america/new_york",
        "America/",
        "../etc/passwd",
        "/etc/localtime",
        "America/New_York\0",
    ],
)
def test_what_is_no_zone(text: str) -> None:
    with pytest.raises(grammar.Wrong):
        grammar.time_zone(text)


def test_every_state_has_zones_that_exist() -> None:
    assert len(words.STATES) == 50 + 1 + 5 + 1
    for _, zones in words.STATES.values():
        for zone in zones:
            assert grammar.time_zone(zone) == zone


@given(st.text(max_size=40))
def test_a_scalar_means_the_same_to_us_as_to_yaml_where_both_call_it_text(text: str) -> None:
    quoted = yaml.safe_dump(text, default_style='"', allow_unicode=True)
    path = Path("in-memory")
    marked = marks.Marked(str(path))
    marks.parse(quoted, marked)
    assert marked.value == text


@given(st.text(min_size=1, max_size=30))
def test_a_slug_is_always_a_slug_or_nothing(text: str) -> None:
    made = words.slug(text)
    assert made == "" or grammar.identifier(made) == made


GOOD = sorted((Path(__file__).parent / "zoo" / "good").glob("*.yaml"))
VALUES: list[Any] = [
    "", " ", "x", "NO", "08:30", "1h", "0s", "daily 07:30", "https://x.gov", "agenda", "MA", "env:T", 0, 1, -1, 2.5, 1000, True, False,
    [], ["x"], ["agendas"], ["console"], [1], {}, {"kind": "console"}, {"a": "b"}, "a-b", "ma-boston", "2014-08-20", "22:00-06:30",
]  # fmt: skip


def trails(value: Any, so_far: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [so_far, *(trail for key, part in inner for trail in trails(part, (*so_far, key)))]


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_the_schema_never_refuses_what_the_validator_takes(vocabulary: Vocabulary, data: st.DataObject) -> None:
    value = copy.deepcopy(marks.read(data.draw(st.sampled_from(GOOD))).value)
    trail = data.draw(st.sampled_from([trail for trail in trails(value) if trail]))
    around: Any = value
    for step in trail[:-1]:
        around = around[step]
    if data.draw(st.booleans()):
        around[trail[-1]] = data.draw(st.sampled_from(VALUES))
    elif isinstance(around, dict):
        del around[trail[-1]]
    if not taken(value, vocabulary):
        return
    assert [error.message for error in Draft202012Validator(schema(vocabulary)).iter_errors(value)] == []


def taken(value: Any, vocabulary: Vocabulary) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sites.yaml"
        path.write_text(yaml.safe_dump(value, default_style=None, allow_unicode=True), encoding="utf-8")
        try:
            load(path, vocabulary)
        except RegistryError:
            return False
    return True


def test_the_models_and_the_vocabulary_take_part_in_the_schema(vocabulary: Vocabulary) -> None:
    made = schema(vocabulary)
    assert made["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert made["$defs"]["SiteEntry"]["properties"]["platform"]["enum"] == ["legistar", "page"]
    assert issubclass(vocabulary.channels["slack"], pydantic.BaseModel)
    assert "channel_slack" in made["$defs"]
