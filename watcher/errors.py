"""The tree of known trouble. Each error carries ids as fields; its message is constant text.

    WatcherError
    ├── RegistryError          sites.yaml, settings or command line: exit 2         .problems
    ├── LockHeld               another instance holds the folder or the ledger      .holder
    ├── FetchError             one visit got no usable answer                       .url .reason .status
    │   ├── Unreachable        no connection, DNS, TLS, time-out
    │   ├── Refused            an answer, but an error status
    │   ├── Blocked            wall, log-in page, robots.txt
    │   ├── TooLarge           over a limit on the wire or decoded
    │   └── ForbiddenAddress   a private, loopback or otherwise forbidden address
    ├── ReadError              bytes came, but no trustworthy reading of them       .url .reason
    │   ├── LayoutChanged      the vendor's landmarks are gone
    │   ├── EmptyReading       nothing where something was due, and no proof of emptiness
    │   └── Unreadable         damaged, encrypted, over the wall's limits
    │       └── Scanned        a PDF of pictures without a text layer
    ├── StoreError             snapshots or ledger: full disk, read-only, damaged   .path
    │   └── NoLedger           nothing was ever written: no visit yet
    └── DeliveryError          a channel did not confirm                            .channel .code

`permanent` says whether waiting helps; `retry_after` (seconds) when the other side named a time.
"""

from __future__ import annotations

from dataclasses import dataclass


class WatcherError(Exception):
    """Root of the tree: trouble we know by name."""

    permanent: bool = False
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in the registry: where it stands, what it is, and the nearest valid word if any."""

    file: str
    line: int  # from 1; 0 where there are no lines (the environment)
    where: str  # site, channel or route it belongs to, or ""
    key: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        where = f"{self.where}: " if self.where else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}: {where}{self.key}: {self.message}{hint}"


class RegistryError(WatcherError):
    """The registry, the settings or the command line is wrong (exit 2). Holds every problem, not the first only."""

    permanent = True

    def __init__(self, problems: tuple[Problem, ...] | list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class LockHeld(WatcherError):
    """Another instance works on the same folder, or on the same ledger of a server (exit 2)."""

    permanent = True

    def __init__(self, holder: str, what: str = "folder") -> None:
        self.holder = holder
        super().__init__(f"another watcher works on this {what}: {holder}")


class FetchError(WatcherError):
    """One visit got no usable answer. `reason` is a reason code of the README (timeout, unreachable, tls, wall …)."""

    reason_code = "unreachable"

    def __init__(
        self,
        message: str,
        *,
        url: str = "",
        reason: str = "",
        status: int | None = None,
        retry_after: float | None = None,
        permanent: bool = False,
    ) -> None:
        self.url = url
        self.reason = reason or self.reason_code
        self.status = status
        self.retry_after = retry_after
        self.permanent = permanent
        super().__init__(message)


class Unreachable(FetchError):
    """No connection: DNS, refused, TLS (`tls`) or out of time (`timeout`)."""


class Refused(FetchError):
    """The server answered with an error status."""

    reason_code = "refused"


class Blocked(FetchError):
    """A bot wall, a log-in page or robots.txt stands between us and the document."""

    reason_code = "wall"


class TooLarge(FetchError):
    """Over the limit on the wire or decoded."""

    reason_code = "too_large"


class ForbiddenAddress(FetchError):
    """The name leads to an address that must not be visited (private, loopback, link-local …)."""

    reason_code = "forbidden_address"


class ReadError(WatcherError):
    """Bytes came, but no trustworthy reading of them. `reason` is a reason code of the README."""

    reason_code = "layout"

    def __init__(self, message: str, *, url: str = "", reason: str = "") -> None:
        self.url = url
        self.reason = reason or self.reason_code
        super().__init__(message)


class LayoutChanged(ReadError):
    """The vendor's landmarks are gone: another page, or a redesign."""


class EmptyReading(ReadError):
    """Nothing was found where something was due, and the page does not prove that it is truly empty."""

    reason_code = "empty"


class Unreadable(ReadError):
    """Damaged, encrypted, of an unknown type, or over the limits of the wall."""

    reason_code = "unreadable"


class Scanned(Unreadable):
    """A PDF whose pages are pictures: only OCR can read it."""


class StoreError(WatcherError):
    """Snapshots or ledger cannot be written or read: full disk, read-only folder, locked or damaged file."""

    def __init__(self, message: str, *, path: str = "", permanent: bool = False) -> None:
        self.path = path
        self.permanent = permanent
        super().__init__(message)


class NoLedger(StoreError):
    """There is no ledger yet to read: no site was ever visited."""


class DeliveryError(WatcherError):
    """A channel did not confirm a message.

    `scope`      what is broken: message (this one only), thread (its root is gone), target (the chat or channel),
                 token (all that uses it), service (nothing of ours: it asks to wait, is down or out of reach)
    `ambiguous`  the service may have taken it: ask first, or mark the repeat
    `code`       the service's own word for it, free of secrets
    `moved_to`   the new address where the service named one (Telegram chat migration)
    """

    def __init__(
        self,
        message: str,
        *,
        channel: str = "",
        code: str = "",
        scope: str = "message",
        permanent: bool = False,
        ambiguous: bool = False,
        retry_after: float | None = None,
        moved_to: str | None = None,
    ) -> None:
        self.channel = channel
        self.code = code
        self.scope = scope
        self.permanent = permanent
        self.ambiguous = ambiguous
        self.retry_after = retry_after
        self.moved_to = moved_to
        super().__init__(message)

    @property
    def said(self) -> str:
        """The message with the service's own word for it."""
        return f"{self} ({self.code})" if self.code else str(self)
