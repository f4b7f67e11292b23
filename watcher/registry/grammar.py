"""The small languages inside sites.yaml: durations, times, zones, addresses, CSS, regular expressions, cron.

Each function takes the text as written and returns it checked, or as the value it stands for. `Wrong` says in plain
words what to write instead; pydantic passes it on with the place where it happened.
"""

from __future__ import annotations

import ipaddress
import re
import warnings
import zoneinfo
from datetime import UTC, date, timedelta
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

import soupsieve
from apscheduler.triggers.cron import CronTrigger
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from watcher.registry.words import STATES, nearest, nearest_state, slug

DURATION: Final = r"^[0-9]{1,6}(s|m|h|d)$"
SLUG: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"
CHANNEL_NAME: Final = r"^[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?$"
_CLOCK: Final = "([01][0-9]|2[0-3]):[0-5][0-9]"
DIGEST: Final = rf"^(hourly|daily {_CLOCK}|weekly (Mon|Tue|Wed|Thu|Fri|Sat|Sun) {_CLOCK})$"
QUIET: Final = rf"^{_CLOCK}-{_CLOCK}$"
DATE: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
DIVISION: Final = r"^ocd-division/country:us(/[a-z_]+:[a-z0-9ß-ÿ._~-]+)*$"  # doña_ana is written with its letter
JURISDICTION_SLUG: Final = r"^[a-z]{2}-[a-z0-9]+(-[a-z0-9]+)*$"
WEB_ADDRESS: Final = r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s/?#@]+([/?#]\S*)?$"

CRON: Final = 'for example "30 6 * * mon-fri", at half past six on weekdays'

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LONGEST: Final = timedelta(days=366)
_WEEKDAY: Final = "([0-7]|sun|mon|tue|wed|thu|fri|sat)"
_SAMPLE: Final = "Sec. 2-15. No officer shall, on 1 May 2026, honor a civil detainer.\nLínea dos: 42 beds; (see § 9)."
# Shapes of the credentials that Telegram and Slack hand out (their own documentation), for text that should not hold any.
_CREDENTIAL: Final = re.compile(
    r"\d{6,}:[A-Za-z0-9_-]{30,}|xox[a-z]-[A-Za-z0-9-]{8,}|xapp-[A-Za-z0-9-]{8,}|hooks\.slack\.com/services/\w", re.I
)

_PASSWORD: Final = re.compile(r"^[a-z][a-z0-9+.-]*://[^\s/:@]*:[^\s/@]+@", re.I)


class Wrong(ValueError):
    """What is wrong with a written value, and the nearest right one."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.hint = hint
        super().__init__(message)


def shown(value: object) -> str:
    """The value as a message may quote it: short, on one line, and never a credential."""
    text = str(value)
    if _CREDENTIAL.search(text):
        return '"…"'
    text = " ".join(text.split())
    return f'"{text[:77]}…"' if len(text) > 80 else f'"{text}"'


def is_credential(text: str) -> bool:
    """Whether the text holds something shaped like a token of a known service."""
    return bool(_CREDENTIAL.search(text))


def holds_password(text: str) -> bool:
    """Whether the text is an address with a name and password in it."""
    return bool(_PASSWORD.match(text))


def duration(text: object) -> timedelta:
    """`90s`, `15m`, `1h` or `2d`."""
    if isinstance(text, timedelta):
        return text
    match = re.fullmatch(r"([0-9]{1,6})([smhd])", text) if isinstance(text, str) else None
    if not match:
        message = f"{shown(text)} is not a length of time; write a whole number and s, m, h or d, like 15m"
        raise Wrong(message, _near_duration(text))
    length = timedelta(**{_UNITS[match[2]]: int(match[1])})
    if length > _LONGEST:
        raise Wrong(f"{shown(text)} is more than a year")
    return length


def _near_duration(text: object) -> str:
    if isinstance(text, int) and not isinstance(text, bool) and text > 0:
        return f'did you mean "{text}m"?'
    words = re.fullmatch(r"(?:every )? *([1-9][0-9]{0,5})? *(sec|min|hour|hr|day)[a-z]*", str(text).strip().lower())
    return f'did you mean "{words[1] or 1}{words[2][0]}"?' if words else ""


def interval(text: object) -> timedelta:
    """A duration that is not nought."""
    if isinstance(text, str) and (len(text.split()) == 5 or "*" in text):
        raise Wrong(
            f"{shown(text)} is not a length of time, like 15m", f"a cron line stands under a site's cron:, {CRON}"
        )
    length = duration(text)
    if not length:
        raise Wrong("must be more than nothing, like 15m")
    return length


def identifier(text: str) -> str:
    """A slug: a-z, 0-9 and single hyphens."""
    if not re.fullmatch(SLUG, text):
        better = slug(text)
        hint = f'did you mean "{better}"?' if better else ""
        raise Wrong(f"{shown(text)} must be small letters, digits and single hyphens", hint)
    return text


def channel_name(text: str) -> str:
    """A word: letters, digits, hyphens and underscores."""
    if not re.fullmatch(CHANNEL_NAME, text):
        raise Wrong(f"{shown(text)} must be letters, digits, hyphens and underscores")
    return text


def state(text: str) -> str:
    """A postal code of a state, DC or a territory, or US."""
    if text not in STATES:
        raise Wrong(f"{shown(text)} is not a state; write the two-letter postal code, or US", nearest_state(text))
    return text


def time_zone(text: str) -> str:
    """An IANA zone named for a place. `EST` and its like are refused: they know no summer time."""
    if text != "UTC" and "/" not in text:
        raise Wrong(f"{shown(text)} is not a time zone; name a place, like America/New_York", _nearest_zone(text))
    try:
        zoneinfo.ZoneInfo(text)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise Wrong(f"{shown(text)} is not a time zone", _nearest_zone(text)) from None
    return text


def _nearest_zone(text: str) -> str:
    places = {"eastern": "New_York", "central": "Chicago", "mountain": "Denver", "pacific": "Los_Angeles"}
    letters = {"e": "eastern", "c": "central", "m": "mountain", "p": "pacific"}
    word = text.lower().removeprefix("us/").split("/")[0].split(" ")[0]
    if re.fullmatch(r"[ecmp][sd]?t([0-9][ecmp]dt)?", word):
        word = letters[word[0]]
    near = re.search('"(.*)"', nearest(word, places))
    if near:
        return f'did you mean "America/{places[near[1]]}"?'
    known = [zone for zone in zoneinfo.available_timezones() if zone.startswith(("America/", "Pacific/"))]
    return nearest(text.replace(" ", "_"), sorted(known))


def web_address(text: str) -> str:
    """An http or https address with a host and without a name and password in it."""
    if re.search(r"\s", text):
        raise Wrong("an address holds no spaces")
    try:
        parts = urlsplit(text)
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:
        raise Wrong(f"{shown(text)} is not a web address") from None
    if "@" in parts.netloc:
        raise Wrong("a name or password stands in the address; only pages that anyone may read are watched")
    if parts.scheme not in ("http", "https"):
        hint = (
            f'did you mean "https://{text}"?' if not parts.scheme and re.match(r"[\w-]+(\.[\w-]+)+(/|$)", text) else ""
        )
        raise Wrong(f"{shown(text)} must start with https:// or http://", hint)
    if not port_is_good or not _is_host(parts.hostname or ""):
        raise Wrong(f"{shown(text)} has no proper host name")
    return text


def _is_host(host: str) -> bool:
    if ":" in host:
        try:
            ipaddress.IPv6Address(host.split("%")[0])
        except ValueError:
            return False
        return True
    labels = host.rstrip(".").split(".")
    return all(label and all(letter.isalnum() or letter in "-_" for letter in label) for label in labels)


@lru_cache(maxsize=4096)
def css(text: str) -> str:
    """A CSS selector that both readers of HTML understand (soupsieve, and selectolax's lexbor on every visit)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            soupsieve.compile(text)
        LexborHTMLParser("<p></p>").css(text)
    except soupsieve.SelectorSyntaxError as trouble:
        raise Wrong(
            f"{shown(text)} is not CSS: {str(trouble).splitlines()[0][0].lower()}{str(trouble).splitlines()[0][1:]}"
        ) from None
    except (SelectolaxError, NotImplementedError, FutureWarning):
        raise Wrong(
            f"{shown(text)} is not CSS that can be used here; use tags, #ids, .classes and [attributes]"
        ) from None
    return text


@lru_cache(maxsize=4096)
def expression(text: str) -> str:
    """A regular expression (Python's re) that blanks something, not everything, and cannot run away."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            pattern = re.compile(text)
    except (re.error, RecursionError, OverflowError, FutureWarning, DeprecationWarning) as trouble:
        raise Wrong(f"{shown(text)} is not a regular expression: {trouble}") from None
    if _runs_away(text):
        raise Wrong(f"{shown(text)} repeats a repetition, which can take for ever; take one of the two + or * away")
    if not pattern.sub("", _SAMPLE).strip():
        raise Wrong(f"{shown(text)} blanks every text, so that no change could be seen")
    return text


def _runs_away(pattern: str) -> bool:
    """Whether a repeated group holds nothing beyond repeated or optional parts, as (a+)+ or (a*|b)*: exponential.

    A plain look from the inside out, not a proof; (\\d+,)+ passes, because each round eats its comma.
    """
    flat = re.sub(r"\[\^?\]?(\\.|[^\]\\])*\]", "a", re.sub(r"\\[^\[\]]", "a", pattern), flags=re.S)
    unbounded = r"(?:[*+]|\{[0-9]*,\})"
    part = rf"(?:[^|*+?{{}}()]|\(\))(?:{unbounded}|\?|\{{[0-9,]*\}})[?+]?"
    while match := re.search(rf"\((?:\?(?:P<\w+>|[a-zA-Z-]*:|[=!]|<[=!]))?([^()]*)\)({unbounded})?", flat):
        inside, repeated = match[1], match[2]
        has_repeat = re.search(unbounded, inside) is not None
        if repeated and has_repeat:
            for branch in inside.split("|"):
                if re.search(unbounded, branch) and not re.sub(part, "", branch):
                    return True
                if re.search(r"\.[*+]", branch):
                    return True
        flat = flat[: match.start()] + ("a+" if has_repeat else "a") + (repeated or "") + flat[match.end() :]
    return False


@lru_cache(maxsize=4096)
def cron(text: str) -> str:
    """A five-field crontab line. Weekdays are checked here: crontab(5) counts them from Sunday, APScheduler from Monday."""
    fields = text.lower().split()
    if len(fields) != 5:
        raise Wrong(
            f"{shown(text)} is not a cron line: it needs 5 parts (minute hour day month weekday), not {len(fields)}",
            CRON,
        )
    try:
        CronTrigger.from_crontab(" ".join([*fields[:4], "*"]), timezone=UTC)
    except (ValueError, TypeError, KeyError, IndexError) as trouble:
        reason = re.sub(r"^Error validating expression ('.*?'): ", r"\1: ", str(trouble))
        raise Wrong(f"{shown(text)} is not a cron line (minute hour day month weekday): {reason}", CRON) from None
    for part in fields[4].split(","):
        if part != "?" and not re.fullmatch(rf"(\*|{_WEEKDAY}(-{_WEEKDAY})?)(/[1-7])?", part):
            raise Wrong(
                f"{shown(text)} is not a cron line: {shown(part)} is no weekday; write 0-7 (0 is Sunday) or sun-sat"
            )
    if _never(fields[2], fields[3]):
        raise Wrong(f"{shown(text)} never comes: no such day in that month")
    return " ".join(fields)


def _never(day: str, month: str) -> bool:
    longest = {"2": 29, "feb": 29, "4": 30, "apr": 30, "6": 30, "jun": 30, "9": 30, "sep": 30, "11": 30, "nov": 30}
    return day.isdigit() and int(day) > longest.get(month.lower(), 31)


def digest(text: str) -> str:
    """`hourly`, `daily 07:30` or `weekly Mon 08:30`."""
    if not re.fullmatch(DIGEST, text):
        raise Wrong(
            f'{shown(text)} is not a digest; write "hourly", "daily 07:30" or "weekly Mon 08:30"', _near_digest(text)
        )
    return text


def _near_digest(text: str) -> str:
    words = text.split()
    kinds = {"hourly": 1, "daily": 2, "weekly": 3}
    kind = words[0].lower() if words else ""
    if kind not in kinds or len(words) != kinds[kind]:
        return ""
    clock = words[-1].zfill(5)
    better = {
        "hourly": "hourly",
        "daily": f"daily {clock}",
        "weekly": f"weekly {words[-2][:3].title() if len(words) == 3 else ''} {clock}",
    }
    return f'did you mean "{better[kind]}"?' if re.fullmatch(DIGEST, better[kind]) else ""


def quiet(text: str) -> str:
    """`22:00-06:30`: from, until; over midnight where the second is earlier."""
    if not re.fullmatch(QUIET, text):
        raise Wrong(f'{shown(text)} is not a span of quiet hours; write "22:00-06:30"')
    start, _, end = text.partition("-")
    if start == end:
        raise Wrong(f"{shown(text)} starts and ends at the same time")
    return text


def day(text: str) -> str:
    """A date that exists, as 2014-08-20."""
    try:
        if not re.fullmatch(DATE, text):
            raise ValueError
        date.fromisoformat(text)
    except ValueError:
        raise Wrong(f"{shown(text)} is not a date; write it like 2014-08-20") from None
    return text


def division(text: str) -> str:
    """An Open Civic Data division id within the United States (OCDEP 2)."""
    if not re.fullmatch(DIVISION, text):
        raise Wrong(f"{shown(text)} is not an Open Civic Data id, like ocd-division/country:us/state:ma/place:boston")
    return text


def jurisdiction_slug(text: str) -> str:
    """`<state>-<name>`, like ma-boston."""
    if not re.fullmatch(JURISDICTION_SLUG, text) or text[:2].upper() not in STATES:
        raise Wrong(f"{shown(text)} is not a jurisdiction; write <state>-<name>, like ma-boston")
    return text
