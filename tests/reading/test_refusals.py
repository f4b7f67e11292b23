"""Errors in JSON or XML under status 200 are refused; what only mentions errors is read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from watcher.errors import EmptyReading, LayoutChanged
from watcher.model import Request, Response
from watcher.reading import refusals

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def answer(body: str) -> Response:
    return Response(Request("https://elmfalls.gov/api"), "https://elmfalls.gov/api", 200, {}, body.encode(), NOW)


@pytest.mark.parametrize(
    "body",
    [
        '{"error": {"code": 500, "message": "Internal Server Error"}}',
        '{"errors": [{"title": "Not found"}], "data": null}',
        '{"Message": "An error has occurred."}',
        '{"success": false, "data": null}',
        '{"status": 404, "title": "No such list"}',
        '{"code": "permission_denied", "message": "You are not authorized: access denied"}',
        "<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>",
        '<soap:Fault xmlns:soap="x"><faultstring>Server</faultstring></soap:Fault>',
    ],
)
def test_an_error_is_no_text(body: str) -> None:
    with pytest.raises(LayoutChanged):
        refusals.no_error(answer(body))


@pytest.mark.parametrize(
    "body",
    [
        '{"results": [], "totalSize": 0}',
        '{"help": "Search a table", "success": true, "result": {"records": [], "total": 0}}',
        '{"features": [], "fields": [{"name": "CaseNo"}], "exceededTransferLimit": false}',
    ],
)
def test_lists_without_entries_are_nothing(body: str) -> None:
    with pytest.raises(EmptyReading):
        refusals.no_error(answer(body))


@pytest.mark.parametrize("body", ["null", "true", '"error"', "0", " 12 "])
def test_a_lone_word_of_json_is_nothing(body: str) -> None:
    with pytest.raises(EmptyReading):
        refusals.no_error(answer(body))


@pytest.mark.parametrize(
    "body",
    [
        '[{"title": "Council", "date": "2026-12-01"}]',
        '{"errors": null, "data": [{"id": 1}], "total": 1}',
        '{"title": "Ordinance 26-14", "detail": "An act to forbid civil detainers"}',
        '{"message": "Meetings of the week", "meetings": [{"id": 1}]}',
        '{"error": "", "results": [{"id": 2}]}',
        '{"title": "Ordinance 26-14", "attachments": []}',
        '{"results": [], "note": "No legislation matches this search."}',
        "12 items are on the agenda",
        "<?xml version='1.0'?><rss><channel><title>Errors and omissions</title></channel></rss>",
    ],
)
def test_what_is_no_error_is_left_alone(body: str) -> None:
    refusals.no_error(answer(body))
