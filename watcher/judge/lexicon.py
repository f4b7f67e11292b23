"""The lexicon: what is said in the field's language, read from YAML with every mistake named by its line.

    text ─ parse_lexicon ─▶ Lexicon(entries, words) ─ cues.find ─▶ Cue*

The form of the file stands at the top of `lexicon.yaml`. A user's own file has the same form; it may use the built-in
`words`, add its own, and replace a built-in entry by giving the same id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Literal

import yaml
from rapidfuzz import process

from watcher.errors import Problem, RegistryError
from watcher.judge.folding import fold

TOPICS = (
    "detainer", "warrant", "287g", "info_sharing", "release_notification", "jail_access", "resources", "joint_ops",
    "detention_facility", "data_alpr", "sensitive_locations", "non_inquiry", "property_staging", "agent_id",
    "designation", "preemption", "funding_conditions", "litigation", "reporting", "status_check", "vendor",
    "legal_defense", "position",
)  # fmt: skip
STRENGTHS = ("alone", "likely", "hint", "against")
Strength = Literal["alone", "likely", "hint", "against"]
_KEYS = {"id", "topic", "tier", "strength", "word", "pattern", "case", "needs", "not", "reason", "example", "counter"}
_REQUIRED = ("id", "strength", "pattern", "reason", "example", "counter")
_WORD = re.compile(r"<([a-z_]+)>")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing said in the field's language; see `lexicon.yaml` for what each field means."""

    id: str
    topic: str | None
    tier: Literal["core", "adjacent"]
    strength: Strength
    words: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]
    case: bool
    needs: re.Pattern[str] | None
    need_words: tuple[str, ...]
    within: int
    not_left: re.Pattern[str] | None
    not_right: re.Pattern[str] | None
    not_near: re.Pattern[str] | None
    reason: str
    example: str
    counter: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The entries, in the order of the file, and the named pieces their patterns use."""

    entries: tuple[Entry, ...]
    words: Mapping[str, str] = field(default_factory=dict)

    def joined(self, other: Lexicon) -> Lexicon:
        """These entries and the other's; an entry of the same id is replaced by the other's."""
        theirs = {entry.id for entry in other.entries}
        kept = tuple(entry for entry in self.entries if entry.id not in theirs)
        return Lexicon(kept + other.entries, {**self.words, **other.words})


class _Reader:
    """Reads one file's nodes and collects everything wrong with it, so that all is told at once."""

    def __init__(self, name: str, words: Mapping[str, str]) -> None:
        self.name = name
        self.words = dict(words)
        self.problems: list[Problem] = []

    def wrong(self, node: yaml.Node, where: str, key: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(self.name, node.start_mark.line + 1, where, key, message, hint))

    def mapping(self, node: yaml.Node, where: str, key: str) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            self.wrong(node, where, key, "must be a mapping")
            return {}
        found: dict[str, yaml.Node] = {}
        for name, value in node.value:
            word = str(getattr(name, "value", ""))
            if word in found:
                self.wrong(name, where, word, "stands twice")
            found[word] = value
        return found

    def known(self, node: dict[str, yaml.Node], keys: set[str], where: str) -> None:
        for key, value in node.items():
            if key not in keys:
                self.wrong(value, where, key, "is not a key of the lexicon", nearest(key, sorted(keys)))

    def text(self, node: yaml.Node | None, where: str, key: str) -> str:
        if isinstance(node, yaml.ScalarNode):
            return str(node.value)
        if node is not None:
            self.wrong(node, where, key, "must be a text")
        return ""

    def texts(self, node: yaml.Node | None, where: str, key: str) -> tuple[tuple[str, yaml.Node], ...]:
        if isinstance(node, yaml.SequenceNode):
            return tuple((self.text(part, where, key), part) for part in node.value)
        return () if node is None else ((self.text(node, where, key), node),)

    def regex(self, text: str, node: yaml.Node, where: str, key: str) -> re.Pattern[str] | None:
        for name in _WORD.findall(text):
            if name not in self.words:
                self.wrong(node, where, key, f"uses <{name}>, which `words` does not name", nearest(name, self.words))
                return None
        try:
            return re.compile(_WORD.sub(lambda match: self.words[match[1]], text))
        except re.error as error:
            self.wrong(node, where, key, f"is not a regular expression: {error.msg}")
            return None

    def one_of(self, text: str, node: yaml.Node, allowed: tuple[str, ...], where: str, key: str) -> str:
        if text not in allowed:
            self.wrong(node, where, key, f"“{text}” is not one of {', '.join(allowed)}", nearest(text, allowed))
            return allowed[0]
        return text

    def side(self, parts: dict[str, yaml.Node], key: str, where: str, holder: str) -> re.Pattern[str] | None:
        node = parts.get(key)
        return None if node is None else self.regex(self.text(node, where, holder), node, where, f"{holder}.{key}")

    def entry(self, node: yaml.Node) -> Entry | None:
        fields = self.mapping(node, "", "entries")
        if not fields:
            return None
        where = self.text(fields.get("id"), "", "id")
        before = len(self.problems)
        self.known(fields, _KEYS, where)
        for key in _REQUIRED:
            if not (isinstance(fields.get(key), yaml.SequenceNode) or self.text(fields.get(key), where, key).strip()):
                self.wrong(node, where, key, "is missing")
        if len(self.problems) > before:
            return None
        needs = self.mapping(fields["needs"], where, "needs") if "needs" in fields else {}
        self.known(needs, {"within", "pattern", "word"}, where)
        unless = self.mapping(fields["not"], where, "not") if "not" in fields else {}
        self.known(unless, {"left", "right", "near"}, where)
        within = self.text(needs.get("within"), where, "needs.within") or "300"
        if not within.isdigit():
            self.wrong(needs["within"], where, "needs.within", "must be a number of characters")
        patterns = tuple(
            self.regex(text, part, where, "pattern") for text, part in self.texts(fields["pattern"], where, "pattern")
        )
        topic = self.text(fields.get("topic"), where, "topic")
        case = self.text(fields.get("case"), where, "case") == "true"
        tier = self.one_of(
            self.text(fields.get("tier"), where, "tier") or "core",
            fields.get("tier", node),
            ("core", "adjacent"),
            where,
            "tier",
        )
        strength = self.one_of(
            self.text(fields["strength"], where, "strength"), fields["strength"], STRENGTHS, where, "strength"
        )
        entry = Entry(
            id=where,
            topic=self.one_of(topic, fields["topic"], TOPICS, where, "topic") if topic else None,
            tier="adjacent" if tier == "adjacent" else "core",
            strength=next(name for name in _STRENGTHS if name == strength),
            words=tuple(text if case else fold(text).low for text, _ in self.texts(fields.get("word"), where, "word")),
            patterns=tuple(pattern for pattern in patterns if pattern is not None),
            case=case,
            needs=self.side(needs, "pattern", where, "needs"),
            need_words=tuple(fold(text).low for text, _ in self.texts(needs.get("word"), where, "needs.word")),
            within=int(within) if within.isdigit() else 300,
            not_left=self.side(unless, "left", where, "not"),
            not_right=self.side(unless, "right", where, "not"),
            not_near=self.side(unless, "near", where, "not"),
            reason=self.text(fields["reason"], where, "reason"),
            example=self.text(fields["example"], where, "example"),
            counter=self.text(fields["counter"], where, "counter"),
        )
        return entry if len(self.problems) == before else None

    def lexicon(self, root: yaml.Node) -> Lexicon:
        top = self.mapping(root, "", "lexicon")
        self.known(top, {"version", "words", "entries"}, "")
        if "version" in top and self.text(top["version"], "", "version") != "1":
            self.wrong(top["version"], "", "version", "must be 1")
        for name, node in (self.mapping(top["words"], "", "words") if "words" in top else {}).items():
            text = self.text(node, "words", name)
            if self.regex(text, node, "words", name) is not None:
                self.words[name] = _WORD.sub(lambda match: self.words[match[1]], text)
        nodes = top.get("entries")
        if not isinstance(nodes, yaml.SequenceNode) or not nodes.value:
            self.wrong(nodes or root, "", "entries", "must be a list of at least one entry")
            return Lexicon(())
        entries: dict[str, Entry] = {}
        for node in nodes.value:
            entry = self.entry(node)
            if entry is None:
                continue
            if entry.id in entries:
                self.wrong(node, entry.id, "id", "stands twice")
            entries[entry.id] = entry
        return Lexicon(tuple(entries.values()), self.words)


_STRENGTHS: tuple[Strength, ...] = ("alone", "likely", "hint", "against")


def nearest(word: str, known: Iterator[str] | list[str] | tuple[str, ...] | Mapping[str, str]) -> str:
    """“did you mean …?” with the nearest known word, or "" where none is near."""
    found = process.extractOne(word, list(known), score_cutoff=60)
    return f"did you mean {found[0]}?" if found else ""


def parse_lexicon(text: str, name: str) -> Lexicon:
    """The lexicon that `text` (YAML) describes; `name` is the file as errors shall call it.

    Raises RegistryError with every problem of the file, each with its line.
    """
    reader = _Reader(name, _builtin_words() if name != _BUILTIN else {})
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        raise RegistryError(
            [Problem(name, line, "", "lexicon", "is not YAML", str(getattr(error, "problem", "")))]
        ) from None
    if root is None:
        raise RegistryError([Problem(name, 1, "", "lexicon", "is empty")])
    lexicon = reader.lexicon(root)
    if reader.problems:
        raise RegistryError(sorted(reader.problems, key=lambda problem: problem.line))
    return lexicon


_BUILTIN = "lexicon.yaml (built in)"


@lru_cache(maxsize=1)
def builtin_lexicon() -> Lexicon:
    """The lexicon that ships with the program. Read once."""
    return parse_lexicon(files("watcher.judge").joinpath("lexicon.yaml").read_text(encoding="utf-8"), _BUILTIN)


def _builtin_words() -> Mapping[str, str]:
    return builtin_lexicon().words
