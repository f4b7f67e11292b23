"""What a reader asked to see, as the address says it: state, topic, direction, stage, label, dates. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from watcher.alerts.wording import DIRECTIONS, STAGES, TOPICS
from watcher.errors import WatcherError
from watcher.registry.words import STATES

LABELS = {"relevant": "relevant", "unsure": "unsure", "unrelated": "unrelated"}
CHOICES: Mapping[str, Mapping[str, str]] = {
    "state": {code: name for code, (name, _) in STATES.items()},
    "topic": TOPICS,
    "direction": DIRECTIONS,
    "stage": STAGES,
    "label": LABELS,
}


class UnknownChoice(WatcherError):
    """An address asks for a word that does not exist; shown to the reader instead of an unfiltered page."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Empty texts and None choose nothing. `since` and `until` are days, both included."""

    state: str = ""
    topic: str = ""
    direction: str = ""
    stage: str = ""
    label: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def chosen(self) -> bool:
        """Whether anything is left out."""
        return self != Filters()

    @property
    def after(self) -> datetime | None:
        """The first moment of `since`, in UTC."""
        return datetime.combine(self.since, time(), UTC) if self.since else None

    @property
    def before(self) -> datetime | None:
        """The first moment after `until`, in UTC."""
        return datetime.combine(self.until + timedelta(days=1), time(), UTC) if self.until else None

    def query(self, **more: str) -> str:
        """The filters as the query of an address, with its question mark; "" for none. `more` is set or, empty, unset."""
        said = {field.name: str(value) for field in fields(self) if (value := getattr(self, field.name))} | more
        return f"?{urlencode(kept)}" if (kept := {name: word for name, word in said.items() if word}) else ""

    def takes(self, state: str, topics: tuple[str, ...], direction: str, stage: str, label: str, at: datetime) -> bool:
        """Whether something with these properties is to be shown."""
        return (
            self.state in ("", state)
            and (not self.topic or self.topic in topics)
            and self.direction in ("", direction)
            and self.stage in ("", stage)
            and self.label in ("", label)
            and (self.after is None or at >= self.after)
            and (self.before is None or at < self.before)
        )


def asked(query: Mapping[str, str]) -> Filters:
    """The filters of a query. Raises UnknownChoice for a word that is none."""
    words = {name: query.get(name, "").strip() for name in CHOICES}
    words["state"] = words["state"].upper()
    for name, word in words.items():
        if word and word not in CHOICES[name]:
            raise UnknownChoice(f"There is no {name} called “{word[:60]}”")
    since, until = (_day(name, query.get(name, "").strip()) for name in ("since", "until"))
    return Filters(**words, since=since, until=until)


def _day(name: str, text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise UnknownChoice(f"“{text[:60]}” is no day: {name} is written as 2026-11-24") from None
    if day is not None and not 1900 <= day.year <= 2999:
        raise UnknownChoice(f"“{text[:60]}” is no day of these centuries")
    return day
