"""The environment: what a deployment decides, and the secrets that sites.yaml only names.

Every variable may instead be given as NAME_FILE, a file that holds the value (as Docker and Kubernetes mount secrets).
"""

from __future__ import annotations

import ipaddress
import logging
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from watcher.errors import Problem, RegistryError
from watcher.model import Channel

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

REFERENCE: Final = r"^env:[A-Za-z_][A-Za-z0-9_]*$"
NAMES: Final = (
    "WATCHER_REGISTRY", "WATCHER_DATA", "WATCHER_DATABASE_URL", "WATCHER_OBJECTS_URL", "WATCHER_LOG",
    "WATCHER_ALLOW_NETWORKS", "WATCHER_CONTACT", "WATCHER_WEB_HOST", "WATCHER_WEB_PORT", "WATCHER_BEHIND_PROXY",
    "WATCHER_OPERATOR_TOKEN", "WATCHER_CHROMIUM", "WATCHER_HEARTBEAT_URL", "WATCHER_WEB_URL",
)  # fmt: skip
_LARGEST_SECRET: Final = 64 * 1024  # bytes


def _reference(text: str) -> str:
    if not re.fullmatch(REFERENCE, text):
        # The message is constant: the text may be the secret itself.
        message = "must be env:NAME, the environment variable that holds the secret; never the secret itself"
        if text.startswith("env:"):
            message = "must be env:NAME; the name of an environment variable is letters, digits and underscores"
        raise PydanticCustomError("secret_in_clear", message)
    return text


SecretRef = Annotated[str, AfterValidator(_reference), WithJsonSchema({"type": "string", "pattern": REFERENCE})]
"""An option of a channel that names its secret: `env:NAME`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says. Addresses that carry a password, and the token, stay out of the repr."""

    registry: Path = Path("sites.yaml")
    data: Path = Path("snapshots")
    database_url: str | None = field(default=None, repr=False)
    objects_url: str | None = field(default=None, repr=False)
    log: Literal["console", "json"] = "console"
    allow_networks: tuple[Network, ...] = ()
    contact: str | None = None
    web_host: str = "127.0.0.1"
    web_port: int = 8080
    behind_proxy: bool = False
    operator_token: str | None = field(default=None, repr=False)
    chromium: Path | None = None
    heartbeat_url: str | None = field(default=None, repr=False)
    web_url: str | None = None  # where readers find the page, without a stroke at its end


def load(environ: Mapping[str, str]) -> Settings:
    """The settings in `environ`; RegistryError names every variable that is wrong."""
    reader = _Reader(environ)
    default = Settings()
    web_url = reader.address("WATCHER_WEB_URL", ("https", "http"))
    settings = Settings(
        registry=Path(reader.text("WATCHER_REGISTRY") or default.registry),
        data=Path(reader.text("WATCHER_DATA") or default.data),
        database_url=reader.address("WATCHER_DATABASE_URL", ("postgresql", "postgres", "sqlite")),
        objects_url=reader.address("WATCHER_OBJECTS_URL", ("s3", "file")),
        log="json" if reader.word("WATCHER_LOG", ("console", "json")) == "json" else "console",
        allow_networks=reader.networks("WATCHER_ALLOW_NETWORKS"),
        contact=reader.contact("WATCHER_CONTACT"),
        web_host=reader.text("WATCHER_WEB_HOST") or default.web_host,
        web_port=reader.port("WATCHER_WEB_PORT", default.web_port),
        behind_proxy=reader.word("WATCHER_BEHIND_PROXY", ("0", "1")) == "1",
        operator_token=reader.text("WATCHER_OPERATOR_TOKEN"),
        chromium=Path(chromium) if (chromium := reader.text("WATCHER_CHROMIUM")) else None,
        heartbeat_url=reader.address("WATCHER_HEARTBEAT_URL", ("https", "http")),
        web_url=web_url.rstrip("/") if web_url else None,
    )
    if not settings.behind_proxy and not _is_loopback(settings.web_host):
        reader.refuse("WATCHER_WEB_HOST", "reaches beyond this machine; set WATCHER_BEHIND_PROXY=1 to allow it")
    reader.raise_problems()
    return settings


def idle(settings: Settings) -> tuple[Problem, ...]:
    """The variables that are set, checked and not acted on yet."""
    written = (("WATCHER_OBJECTS_URL", settings.objects_url, "what was seen is kept in WATCHER_DATA"),)
    return tuple(
        Problem("environment", 0, "", name, f"has no effect yet: {why}") for name, value, why in written if value
    )


def links(settings: Settings, channels: Iterable[Channel]) -> tuple[Problem, ...]:
    """What is to be said of where the links in messages lead: people elsewhere cannot open this machine's loopback."""
    away = sorted(channel.name for channel in channels if channel.kind != "console")
    if settings.web_url or not away:
        return ()
    leads = (
        "carry no link to the page" if settings.behind_proxy else "lead to the page on this machine, which nobody else can open"
    )  # fmt: skip
    words = f"is not set: messages to {', '.join(away)} {leads}; set it to the address where readers find the page"
    return (Problem("environment", 0, "", "WATCHER_WEB_URL", words),)


def resolve(channel: Channel, environ: Mapping[str, str]) -> Channel:
    """The channel with every `env:NAME` option moved into its secrets; RegistryError names what is not there."""
    reader = _Reader(environ, where=channel.name)
    secrets = dict(channel.secrets)
    options = dict(channel.options)
    for key, value in channel.options.items():
        if isinstance(value, str) and re.fullmatch(REFERENCE, value):
            name = value.removeprefix("env:")
            found = reader.text(name, required=f"holds {key} of the channel {channel.name}")
            del options[key]
            if found is not None:
                secrets[key] = found
    reader.raise_problems()
    return Channel(channel.name, channel.kind, MappingProxyType(options), MappingProxyType(secrets))


class _Reader:
    """Reads one variable after another and keeps every problem. No message quotes a value that may be secret."""

    def __init__(self, environ: Mapping[str, str], where: str = "") -> None:
        self.environ = environ
        self.where = where
        self.problems: list[Problem] = []

    def refuse(self, name: str, message: str) -> None:
        self.problems.append(Problem("environment", 0, self.where, name, message))

    def raise_problems(self) -> None:
        if self.problems:
            raise RegistryError(self.problems)

    def text(self, name: str, required: str = "") -> str | None:
        """The value of NAME, or what the file NAME_FILE holds; None where neither is set (or empty, if optional)."""
        value, path = self.environ.get(name), self.environ.get(f"{name}_FILE")
        if value and path:
            self.refuse(name, f"is set, and so is {name}_FILE; keep one of the two")
            return None
        if path:
            value = self._file(f"{name}_FILE", path)
            if value is None:
                return None
        if value is not None:
            value = value.strip()
        if required and not value:
            state = "is not set" if value is None else "is empty"
            self.refuse(name, f"{state}, though it {required}; set it, or {name}_FILE to a file with the value")
        return value or None

    def _file(self, name: str, path: str) -> str | None:
        try:
            body = Path(path).read_bytes()
        except (OSError, ValueError) as trouble:
            why = getattr(trouble, "strerror", None) or trouble
            self.refuse(name, f"names {path}, which cannot be read: {why}{_owner(path, trouble)}")
            return None
        if len(body) > _LARGEST_SECRET:
            self.refuse(name, f"names {path}, which is far too large for one value")
            return None
        try:
            text = body.decode("utf-8-sig").strip()
        except UnicodeDecodeError:
            self.refuse(name, f"names {path}, which is not UTF-8 text")
            return None
        if not text:
            self.refuse(name, f"names {path}, which is empty")
            return None
        return text

    def word(self, name: str, known: tuple[str, ...]) -> str | None:
        value = self.text(name)
        if value is not None and value not in known:
            self.refuse(name, f"must be {' or '.join(known)}")
        return value

    def port(self, name: str, default: int) -> int:
        value = self.text(name)
        if value is None:
            return default
        if not re.fullmatch("[0-9]{1,5}", value) or int(value) > 65535:
            self.refuse(name, "must be a port, from 0 (any free one) to 65535")
            return default
        return int(value)

    def networks(self, name: str) -> tuple[Network, ...]:
        found: list[Network] = []
        for word in re.split(r"[,\s]+", self.text(name) or ""):
            if not word:
                continue
            try:
                found.append(ipaddress.ip_network(word))
            except ValueError as trouble:
                self.refuse(name, f'"{redact(word)}" is not a network like 127.0.0.0/8: {redact(str(trouble))}')
        return tuple(found)

    def contact(self, name: str) -> str | None:
        value = self.text(name)
        if value is not None and not all(32 <= ord(letter) < 127 and letter not in "()" for letter in value):
            self.refuse(
                name,
                "must be a plain e-mail or web address: it goes in the User-Agent header (RFC 9110 section 10.1.5)",
            )
            return None
        return value

    def address(self, name: str, schemes: tuple[str, ...]) -> str | None:
        value = self.text(name)
        if value is None:
            return None
        try:
            scheme = urlsplit(value).scheme.partition("+")[0]
        except ValueError:
            scheme = ""
        if scheme not in schemes or "://" not in value:
            self.refuse(name, f"must start with {' or '.join(f'{known}://' for known in schemes)}")
            return None
        return value


def _owner(path: str, trouble: Exception) -> str:
    """Whose the file is, where that is the trouble: a container sees it with the owner and mode it has outside."""
    if not isinstance(trouble, PermissionError):
        return ""
    try:
        held = Path(path).stat()
    except OSError:
        return f" (we are uid {os.geteuid()})"
    return f" (it belongs to uid {held.st_uid}, mode {held.st_mode & 0o7777:04o}; we are uid {os.geteuid()})"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


# ---------------------------------------------------------------------------------------------------- redaction

_MASK: Final = "[redacted]"
_SHAPES: Final = (
    # Telegram: core.telegram.org/bots/api, "Authorizing your bot"; it also stands in the path of every call.
    (re.compile(r"(?<!\d)\d{6,}(?::|%3[Aa])[A-Za-z0-9_-]{30,}"), _MASK),
    # Slack: docs.slack.dev/authentication/tokens.
    (re.compile(r"\bxox[a-z](?:\.xox[a-z])?-[A-Za-z0-9._%-]+"), _MASK),
    (re.compile(r"\bxapp-[A-Za-z0-9-]+"), _MASK),
    (re.compile(r"(?i)(hooks\.slack\.com/(?:services|workflows|triggers)/)[^\s\"'<>]+"), rf"\1{_MASK}"),
    # A name and password in an address (RFC 3986 section 3.2.1), whatever the scheme.
    (re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)[^\s/?#\"'<>]*@"), rf"\1{_MASK}@"),
    (
        re.compile(
            r"(?i)((?:proxy-)?authorization\b[\"']?\s*[:=]\s*[\"']?(?:(?:bearer|basic|token|digest)\s+)?)[^\s\"',;}]+"
        ),
        rf"\1{_MASK}",
    ),
    (re.compile(r"(?i)\b(bearer\s+)[A-Za-z0-9._~+/=-]{8,}"), rf"\1{_MASK}"),
    (
        re.compile(
            r"(?i)([?&;](?:[\w.-]*(?:token|secret|password|passwd|signature)|(?:api[_-]?|access[_-]?|subscription-)?key|sig|pwd|auth)=)"
            r"[^&#\s\"'<>]+"
        ),
        rf"\1{_MASK}",
    ),
)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without anything shaped like a credential, and without the `secrets` themselves."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, _MASK)
    for shape, mask in _SHAPES:
        text = shape.sub(mask, text)
    return text


class Redaction(logging.Filter):
    """Redacts message, arguments, exception and stack of every log line that passes.

    To be set on handlers: a filter on a logger does not see the lines of that logger's children (logging docs).
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self._secrets = tuple(secrets)

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true: lines are cleaned, never dropped."""
        try:
            message = record.getMessage()
        except (
            Exception
        ):  # a line with wrong arguments is still worth reading, and must not leak through logging's own report
            message = f"{record.msg} {record.args!r}"
        record.msg, record.args = redact(message, self._secrets), None
        if record.exc_info and record.exc_info[0] is not None and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact(record.exc_text, self._secrets)
            # Kept out of reach of formatters that would print the exception anew.
            record.exc_info = None
        if record.stack_info:
            record.stack_info = redact(record.stack_info, self._secrets)
        return True
