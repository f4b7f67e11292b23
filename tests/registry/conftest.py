"""A small vocabulary of its own, so that these tests stand on the registry alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import pydantic
import pytest

from watcher.registry import Vocabulary
from watcher.settings import SecretRef


class Options(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")


class Console(Options):
    pass


class Slack(Options):
    token: SecretRef
    channel: str
    app_token: SecretRef | None = None
    base_url: str | None = None

    IDLE: ClassVar[Mapping[str, str]] = {"app_token": "there are no buttons"}


class Telegram(Options):
    token: SecretRef
    chat: pydantic.StrictInt
    topic: pydantic.StrictInt | None = None


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return Vocabulary(
        platforms={"legistar": frozenset({"api"}), "page": frozenset()},
        channels={"console": Console, "slack": Slack, "telegram": Telegram},
    )
