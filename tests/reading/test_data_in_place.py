"""A program's answer in place of a published document."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from watcher.errors import LayoutChanged
from watcher.model import Request, Response
from watcher.reading import pages


def answer(body: bytes) -> Response:
    url = "https://www.elmfalls.example.gov/agenda"
    return Response(Request(url, kind="agenda"), url, 200, {}, body, datetime(2026, 11, 24, tzinfo=UTC))


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": {"code": "500"}}',
        b"[]",
        b"null",
        b'\xef\xbb\xbf {"Message": "Authorization has been denied"}',
        b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>",
        b"<Error><Code>NoSuchKey</Code></Error>",
    ],
)
def test_data_is_no_document(body: bytes) -> None:
    with pytest.raises(LayoutChanged):
        pages.read_document(answer(body))


@pytest.mark.parametrize(
    "body",
    [
        b"[DRAFT] Agenda of the council. 1. Call to order. 2. Budget.",
        b"{1} a clerk's own way of numbering the agenda of the council",
        b'<?xml version="1.0"?><!DOCTYPE html><html><body><p>Agenda of the council</p></body></html>',
        b"Agenda of the council, December 1, 2026",
    ],
)
def test_a_text_that_begins_like_data_is_read(body: bytes) -> None:
    assert pages.read_document(answer(body)).document.passages
