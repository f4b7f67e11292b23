"""The JSON interface keeps what its own description says, whatever is asked: schemathesis draws the questions."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.test_web import COUNCIL, NOW, a_change
from watcher import alerts, web
from watcher.ledger import Ledger
from watcher.web.openapi import DESCRIPTION

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance, unsupported_method]  # fmt: skip


@pytest.fixture(scope="module")
def described() -> Iterator[BaseSchema]:
    """The description as it is served, over a ledger with a few entries."""
    with tempfile.TemporaryDirectory() as folder, Ledger.open(Path(folder) / "ledger.sqlite3") as ledger:
        changes = tuple(a_change(f"c{number}") for number in range(5))
        ledger.record(changes=changes, alerts=alerts.compose(COUNCIL, list(changes), NOW + timedelta(minutes=1)))
        view = web.View(ledger, {COUNCIL.id: COUNCIL}, lambda: NOW, beat=NOW)
        yield schemathesis.openapi.from_asgi("/api/v1/openapi.json", web.create(view))


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("path", list(DESCRIPTION["paths"]))
def test_every_answer_is_one_that_the_description_names(described: BaseSchema, path: str, mode: GenerationMode) -> None:
    operation = described[path]["GET"]
    if mode is GenerationMode.NEGATIVE and not operation.query:
        pytest.skip("nothing can be asked wrongly here")
    checks = CHECKS if mode is GenerationMode.POSITIVE else [*CHECKS, negative_data_rejection]

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    def asked(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(checks=checks)

    asked()


def test_a_known_entry_is_found_by_its_path(described: BaseSchema) -> None:
    for path, name in (
        ("/api/v1/changes/{id}", {"id": "c1"}),
        ("/api/v1/jurisdictions/{slug}", {"slug": "il-springfield"}),
    ):
        answer = described[path]["GET"].Case(path_parameters=name).call_and_validate(checks=CHECKS)
        assert answer.status_code == 200
