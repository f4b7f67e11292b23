"""The one door to the network: guard at the socket, limits on time and size, redirects by hand, nothing secret shown."""

from __future__ import annotations

from watcher.net.door import AGENT, Door, user_agent
from watcher.net.guard import forbidden
from watcher.net.limits import Limits
from watcher.net.redaction import shown

__all__ = ["AGENT", "Door", "Limits", "forbidden", "shown", "user_agent"]
