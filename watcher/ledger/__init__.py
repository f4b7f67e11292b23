"""The ledger: what was seen, what changed, who must hear of it. The only place where the two halves meet."""

from __future__ import annotations

from watcher.ledger.book import WRITTEN, Ledger
from watcher.ledger.keeping import RESTORED

__all__ = ["RESTORED", "WRITTEN", "Ledger"]
