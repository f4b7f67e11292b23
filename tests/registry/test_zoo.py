"""The zoo of good and bad registries: each bad one with its exact messages, and the JSON Schema of the same mind.

A bad case that begins with `# beyond a schema: why` breaks a rule that JSON Schema cannot express (or has been left
out of it for that reason); every other bad case must be refused by the schema too. Messages of a new case are written
beside it by the first run, which fails, and are accepted by a person.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from watcher.errors import RegistryError
from watcher.registry import Registry, Vocabulary, load, marks, schema

ZOO = Path(__file__).parent / "zoo"
BEYOND = "# beyond a schema: "


def cases(folder: str) -> list[Path]:
    return sorted([*(ZOO / folder).glob("*.yaml"), *(ZOO / folder).glob("*/sites.yaml")])


def name(case: Path) -> str:
    return case.parent.name if case.name == "sites.yaml" else case.stem


GOOD, BAD = cases("good"), cases("bad")


@pytest.fixture(scope="module")
def validator(vocabulary: Vocabulary) -> Draft202012Validator:
    made = schema(vocabulary)
    Draft202012Validator.check_schema(made)
    return Draft202012Validator(made)


@cache
def plain(case: Path) -> Any:
    """The value as an editor sees it: YAML 1.2."""
    return marks.read(case).value


def test_the_zoo_is_large_enough() -> None:
    assert len(BAD) >= 25
    assert len(GOOD) >= 5


@pytest.mark.parametrize("case", GOOD, ids=name)
def test_a_good_registry_is_taken(case: Path, vocabulary: Vocabulary, validator: Draft202012Validator) -> None:
    book = load(case, vocabulary)
    assert isinstance(book, Registry)
    assert book.sites
    assert [error.message for error in validator.iter_errors(plain(case))] == []


@pytest.mark.parametrize("case", BAD, ids=name)
def test_a_bad_registry_is_refused_in_exactly_these_words(case: Path, vocabulary: Vocabulary) -> None:
    with pytest.raises(RegistryError) as refusal:
        load(case, vocabulary)
    said = [str(problem).replace(f"{case.parent}/", "") for problem in refusal.value.problems]
    golden = case.with_name("expected.txt") if case.name == "sites.yaml" else case.with_suffix(".txt")
    if not golden.exists():
        golden.write_text("".join(f"{line}\n" for line in said), encoding="utf-8")
        pytest.fail(f"{golden.name} was written: read every line of it as a city clerk would, then run again")
    assert said == golden.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("case", BAD, ids=name)
def test_the_schema_refuses_what_a_schema_can(case: Path, validator: Draft202012Validator) -> None:
    beyond = case.read_text(encoding="utf-8").startswith(BEYOND)
    if beyond and marks.read(case).problems:
        return  # no YAML, or not the YAML that is written: a schema never sees it
    assert validator.is_valid(plain(case)) is beyond


@pytest.mark.parametrize("case", BAD, ids=name)
def test_no_message_repeats_a_secret(case: Path, vocabulary: Vocabulary) -> None:
    with pytest.raises(RegistryError) as refusal:
        load(case, vocabulary)
    assert "hunter2" not in str(refusal.value)
    assert "AAbbCCdd" not in str(refusal.value)
    assert "abcdefgh" not in str(refusal.value)
