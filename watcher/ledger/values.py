"""Whole values to JSON texts and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError

from watcher.ledger.tables import storable
from watcher.model import Alert, Change, Feedback, Paper, Request, Snapshot

Value = TypeVar("Value")


class Form(Generic[Value]):
    """How one type of value is written: JSON by its own fields, with only what a database takes in its texts."""

    def __init__(self, kind: type[Value]) -> None:
        self._kind = kind
        self._made: TypeAdapter[Value] | None = None

    @property
    def _adapter(self) -> TypeAdapter[Value]:
        if self._made is None:  # made at first use: a command that reads no changes need not wait for it
            self._made = TypeAdapter(self._kind)
        return self._made

    def dump(self, value: Value) -> str:
        """The JSON text of `value`."""
        try:
            return self._adapter.dump_json(value).decode()
        except (PydanticSerializationError, UnicodeError):
            return self._adapter.dump_json(_storable(value)).decode()

    def load(self, text: str) -> Value:
        """The value that a JSON text of `dump` holds."""
        return self._adapter.validate_json(text)


REQUEST = Form(Request)
SNAPSHOT = Form(Snapshot)
CHANGE = Form(Change)
ALERT = Form(Alert)
PAPER = Form(Paper)
FEEDBACK = Form(Feedback)


def dump_request(request: Request) -> tuple[str, bytes | None]:
    """JSON and, apart, the body, which may be any bytes."""
    return REQUEST.dump(replace(request, body=None) if request.body is not None else request), request.body


def load_request(text: str, body: bytes | None) -> Request:
    """The request that `dump_request` wrote."""
    request = REQUEST.load(text)
    return request if body is None else replace(request, body=body)


def plain(value: object) -> dict[str, Any]:
    """The row of a value whose fields are the columns."""
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}  # type: ignore[arg-type]


def alert_row(alert: Alert) -> dict[str, Any]:
    """The row of an alert."""
    return {
        "key": alert.key,
        "site": alert.site,
        "jurisdiction": alert.jurisdiction.slug,
        "label": alert.label,
        "kind": alert.kind,
        "urgency": alert.urgency,
        "thread": alert.thread,
        "created_at": alert.created_at,
        "value": ALERT.dump(alert),
    }


def _storable(value: Any) -> Any:
    """`value` with `storable` applied to every text within it."""
    if isinstance(value, str):
        return storable(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: _storable(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return dataclasses.replace(value, **fields)
    if isinstance(value, tuple):
        return tuple(_storable(part) for part in value)
    if isinstance(value, Mapping):
        return {_storable(key): _storable(part) for key, part in value.items()}
    return value
