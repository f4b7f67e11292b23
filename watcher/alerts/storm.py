"""Too much at once: a site made anew, or a fifth of all sites in an hour. Held for a person to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from watcher.model import Alert

MANY = 10  # alerts of one visit, above which texts that were there before and are altered mean a page made anew
FLOOD = 60  # and above which it does not matter what was altered
SITES, SHARE, WINDOW = 10, 0.2, timedelta(hours=1)  # of all sites; a small registry has no fifth worth the name

_ALTERED = frozenset({"removed", "reworded", "moved", "revised"})


def is_wholesale(alerts: Sequence[Alert]) -> bool:
    """Whether the alerts of one visit say more of the page than of the council."""
    told = [alert for alert in alerts if alert.label == "relevant"]
    altered = [alert for alert in told if any(change.kind in _ALTERED for change in alert.changes)]
    return len(told) > FLOOD or (len(told) > MANY and 2 * len(altered) >= len(told))


def is_widespread(alerting: Mapping[str, Sequence[str]], watched: int) -> bool:
    """Whether so many of the watched sites alert within the window that something else happened. Site -> its alerts."""
    return len(alerting) >= SITES and len(alerting) >= SHARE * watched
