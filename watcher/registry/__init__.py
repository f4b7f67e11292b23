"""sites.yaml, read strictly: `load` gives a checked Registry or every error at once; `schema` is for editors."""

from __future__ import annotations

from watcher.registry.load import Registry, load
from watcher.registry.schema import Vocabulary, schema

__all__ = ["Registry", "Vocabulary", "load", "schema"]
