"""YAML to plain values that remember their lines.

Read by events rather than composed nodes, because only events still know an alias from the thing it stands for, and
they cannot overflow the C stack on a deeply nested file. Scalars follow the core schema of YAML 1.2 (section 10.3),
as editors do: `NO`, `on` and `08:30` are text here, where YAML 1.1 makes them false, true and 510.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from watcher.errors import Problem

Trail = tuple[str | int, ...]

LARGEST = 16 * 1024 * 1024  # bytes; a thousand sites are under half a megabyte
DEEPEST = 30  # levels; the contract needs five

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,29})")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]{0,29})(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_TEXT_TAG = "tag:yaml.org,2002:str"


@dataclass(slots=True)
class Marked:
    """One file: its plain `value` (dict, list, str, int, float, bool, None), the line of each part, what was wrong.

    `doubted` holds the trails whose value could not be taken as it stands: nothing further is said of them.
    """

    file: str
    value: object = None
    lines: dict[Trail, int] = field(default_factory=dict)
    found: list[tuple[int, Trail, str, str]] = field(default_factory=list)
    doubted: set[Trail] = field(default_factory=set)

    def line(self, trail: Trail) -> int:
        """Line (from 1) of the part at `trail`, or of the nearest part around it."""
        while trail and trail not in self.lines:
            trail = trail[:-1]
        return self.lines.get(trail, 1)

    def at(self, trail: Trail) -> object:
        """The value at `trail`, or None."""
        value = self.value
        for step in trail:
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return None
        return value

    def report(self, trail: Trail, message: str, hint: str = "", line: int = 0) -> None:
        """Note a problem at `trail`, unless what stands there is doubted already."""
        if not any(trail[:length] in self.doubted for length in range(len(trail) + 1)):
            self.found.append((line or self.line(trail), trail, message, hint))

    def doubt(self, trail: Trail, message: str, line: int = 0, hint: str = "") -> None:
        """Note a problem at `trail`, and that nothing further can be said of what stands there."""
        self.report(trail, message, hint, line=line)
        self.doubted.add(trail)

    @property
    def problems(self) -> list[Problem]:
        """What was found, by line, each once."""
        ordered = sorted(dict.fromkeys(self.found), key=lambda found: found[0])
        return [self.problem(trail, message, hint, line) for line, trail, message, hint in ordered]

    def problem(self, trail: Trail, message: str, hint: str = "", line: int = 0) -> Problem:
        """A problem at `trail`, in the words of the person who wrote the file."""
        where, key = self._name(trail)
        return Problem(self.file, line or self.line(trail), where, key, message, hint)

    def _name(self, trail: Trail) -> tuple[str, str]:
        if not trail:
            return "", "file"
        top = str(trail[0])
        if top in ("sites", "routes", "policy") and len(trail) > 1 and isinstance(trail[1], int):
            entry = self.at(trail[:2])
            name = entry.get("id") if top == "sites" and isinstance(entry, dict) else None
            word = {"sites": "site", "routes": "route", "policy": "policy"}[top]
            where = name if isinstance(name, str) and name else f"{word} {trail[1] + 1}"
        elif top == "channels" and len(trail) > 1:
            where = str(trail[1])
        else:
            return "", ".".join(str(step) for step in trail if isinstance(step, str))
        return where, ".".join(str(step) for step in trail[2:] if isinstance(step, str)) or word_for(top)


def word_for(top: str) -> str:
    """What one entry of a top-level list is called."""
    return {"sites": "site", "routes": "route", "channels": "channel"}.get(top, top)


def read(path: Path, name: str = "") -> Marked:
    """The file at `path`, called `name` in problems. Never raises: what cannot be read is a problem of the result."""
    marked = Marked(name or str(path))
    text = _text(path, marked)
    if text is not None:
        parse(text, marked)
    return marked


def _text(path: Path, marked: Marked) -> str | None:
    """The file as text without a byte order mark, or None with the reason reported."""
    try:
        body = path.read_bytes()
        if len(body) > LARGEST:
            marked.doubt((), f"is larger than {LARGEST // 1024 // 1024} MB; split it with include")
            return None
        return body.decode("utf-8-sig")
    except FileNotFoundError:
        marked.doubt((), "there is no such file", hint="set WATCHER_REGISTRY to its path, or start in its folder")
    except IsADirectoryError:
        marked.doubt((), "is a folder; give the YAML file in it")
    except UnicodeDecodeError as trouble:
        line = trouble.object.count(b"\n", 0, trouble.start) + 1
        byte = trouble.object[trouble.start]
        marked.doubt((), f"is not UTF-8 text (byte 0x{byte:02x}); save it as UTF-8", line)
    except (OSError, ValueError) as trouble:
        marked.doubt((), f"cannot be read: {getattr(trouble, 'strerror', None) or trouble}")
    return None


def parse(text: str, marked: Marked) -> None:
    """Fill `marked` with what the YAML `text` says; never raises."""
    try:
        _Builder(marked).build(yaml.parse(text, Loader=yaml.CSafeLoader))
    except yaml.MarkedYAMLError as trouble:
        marked.doubt((), *_syntax(trouble, text))
    except yaml.reader.ReaderError as trouble:
        line = text.count("\n", 0, trouble.position) + 1 if isinstance(trouble.position, int) else 1
        marked.doubt((), "holds a character that YAML does not allow; retype the line", line)
    except yaml.YAMLError:
        marked.doubt((), "is not YAML")


def _syntax(trouble: yaml.MarkedYAMLError, text: str) -> tuple[str, int]:
    """What broke, in plain words, and the line to look at."""
    what, around = str(trouble.problem), str(trouble.context)
    mark = trouble.problem_mark or trouble.context_mark
    line = mark.line + 1 if mark else 1
    opened = trouble.context_mark.line + 1 if trouble.context_mark else line
    lines = text.splitlines()
    there = lines[line - 1] if line <= len(lines) else ""
    if "\t" in there[: len(there) - len(there.lstrip())] or ("token" in what and "\t" in there):
        return "a tab stands where YAML wants spaces; indent with spaces", line
    if "mapping values are not allowed" in what:
        return "a second colon on one line; put text that holds a colon in quotes, and check the indentation", line
    if "quoted scalar" in around:
        return "the quote that opens here is never closed", opened
    if "flow" in around:
        return "the bracket that opens here is not closed, or a comma is missing in it", opened
    return f"the YAML breaks here ({what}); check the indentation and the line above", line


class _Stop(Exception):
    """The end of reading one file: what comes next would only repeat what is known."""


class _Builder:
    """Turns the parser's events into values, noting lines and what sites.yaml does not allow."""

    def __init__(self, marked: Marked) -> None:
        self.marked = marked

    def build(self, events: Iterator[Any]) -> None:
        documents = 0
        try:
            for event in events:
                if isinstance(event, yaml.DocumentStartEvent):
                    documents += 1
                    if documents > 1:
                        line = _line(event)
                        self.marked.doubt((), "a second document (---) starts here; one file holds one", line)
                        return
                elif isinstance(event, yaml.NodeEvent):
                    self.marked.value = self._value(event, events, ())
        except _Stop:
            return
        if not documents:
            self.marked.doubt((), "is empty")

    def _value(self, event: Any, events: Iterator[Any], trail: Trail) -> object:
        marked = self.marked
        marked.lines.setdefault(trail, _line(event))
        if len(trail) > DEEPEST:
            marked.doubt((), f"is nested more than {DEEPEST} levels deep", _line(event))
            raise _Stop
        if isinstance(event, yaml.AliasEvent):
            marked.doubt(trail, f"the alias *{event.anchor} is not read here; write the value out")
            return None
        if getattr(event, "anchor", None):
            marked.report(trail, f"the anchor &{event.anchor} is not read here; write the value out where it is used")
        if event.tag and event.tag != "!" and event.tag != _TEXT_TAG:
            marked.doubt(trail, "a YAML tag (!…) is not read here; write the plain value")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(events, trail)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, trail)
        value = _scalar(event)
        if value is None and not trail:
            marked.doubt((), "is empty", 1)
        elif value is None:
            marked.doubt(trail, "has no value; fill it in or remove the line")
        return value

    def _mapping(self, events: Iterator[Any], trail: Trail) -> dict[str, object]:
        found: dict[str, object] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            line = _line(event)
            if not isinstance(event, yaml.ScalarEvent):
                self.marked.doubt((), "a key must be one word", line)
                raise _Stop
            key = str(event.value)
            if key in found:
                first = self.marked.lines[(*trail, key)]
                self.marked.report((*trail, key), f"stands twice; the first is on line {first}", line=line)
                _skip(next(events), events)
                continue
            self.marked.lines[(*trail, key)] = line
            if key == "<<" and event.implicit[0]:
                self.marked.doubt(trail, "merging (<<) is not read here; write the keys out", line)
            found[key] = self._value(next(events), events, (*trail, key))
        return found

    def _sequence(self, events: Iterator[Any], trail: Trail) -> list[object]:
        found: list[object] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            found.append(self._value(event, events, (*trail, len(found))))
        return found


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _scalar(event: Any) -> object:
    text = str(event.value)
    if event.style or event.tag:  # quoted, folded, or tagged as text
        return text
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def _skip(event: Any, events: Iterator[Any]) -> None:
    """Pass over one whole value."""
    depth = 0
    while True:
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth == 0:
            return
        event = next(events)
