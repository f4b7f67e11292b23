"""The one door to the network: guard at the socket, limits on time and size, redirects by hand, nothing secret shown.

The transport behind the httpx API, chosen by `benchmarks/transport.py` (CPU ms a page, 50 KB gzip or 304, one warm
connection, loopback, one run; read the ratios, the machine was busy):

    transport                  200  ratio    304  ratio   where a guard can sit
    httpx's own               1.17    1.0   0.80    1.0   at the socket (httpcore network backend)
    httpx over aiohttp        0.51    2.3   0.39    2.0   at the socket (`TCPConnector(socket_factory=…)`)
    httpx over pyreqwest      0.45    2.6   0.36    2.2   nowhere: one pinned address per client, no hook at the socket
    this door, over aiohttp   0.43    2.7   0.30    2.7   at the socket

aiohttp it is. Its resolver hook alone would not do (it is skipped for numeric hosts); its socket factory is handed the
final address of every connection, and what it returns is what is connected to. pyreqwest would win a tenth and lose
the guard.
"""

from __future__ import annotations

from watcher.net.browser import Browser, PageLimits, missing
from watcher.net.door import AGENT, Door, user_agent
from watcher.net.guard import forbidden
from watcher.net.limits import Limits
from watcher.net.redaction import shown

__all__ = ["AGENT", "Browser", "Door", "Limits", "PageLimits", "forbidden", "missing", "shown", "user_agent"]
