"""The shape of sites.yaml as models, and the JSON Schema for editors that is generated from them.

The models know every key and every closed word. What only the whole file can show (names that must exist, things that
stand twice) is in `cross`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any, ClassVar

import pydantic
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Discriminator, Field, Tag, WithJsonSchema

from watcher.registry import grammar, words


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the folders hold: platform name -> its option keys; channel kind -> the model of its options.

    Such a model, like the entries below, may say in `IDLE` which of its keys are taken and not acted on yet: key -> what
    that means. `lacking`: keys of a site that need what is not installed here -> what comes of it.
    """

    platforms: Mapping[str, frozenset[str]]
    channels: Mapping[str, type[pydantic.BaseModel]]
    lacking: Mapping[str, str] = field(default_factory=dict)


def _one_of(known: Iterable[str]) -> AfterValidator:
    allowed = tuple(known)

    def check(word: str) -> str:
        if word not in allowed:
            raise grammar.Wrong(*_unlisted(word, allowed))
        return word

    return AfterValidator(check)


def _unlisted(word: str, allowed: tuple[str, ...]) -> tuple[str, str]:
    """Message and hint; a long list is told only where no word of it is near."""
    hint = words.nearest(word, allowed)
    if hint and len(allowed) > 8:
        return f"{grammar.shown(word)} is not a word that is known here", hint
    if len(allowed) == 1:
        return f"must be {allowed[0]}, not {grammar.shown(word)}", ""
    return f"{grammar.shown(word)} is not one of {', '.join(allowed)}", hint


def _enum(known: Iterable[str]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": list(known)})


def _pattern(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern})


def _non_empty(values: list[Any]) -> list[Any]:
    if not values:
        raise grammar.Wrong("the list is empty; name at least one")
    return values


def _filled(text: str) -> str:
    if not text.strip():
        raise grammar.Wrong("is empty")
    return text


Text = Annotated[str, AfterValidator(_filled), _pattern(r"\S")]
Slug = Annotated[str, AfterValidator(grammar.identifier), _pattern(grammar.SLUG)]
ChannelName = Annotated[str, AfterValidator(grammar.channel_name), _pattern(grammar.CHANNEL_NAME)]
State = Annotated[str, AfterValidator(grammar.state), _enum(words.STATES)]
Zone = Annotated[str, AfterValidator(grammar.time_zone), _pattern("^(UTC|[A-Za-z_]+/.+)$")]
Address = Annotated[str, AfterValidator(grammar.web_address), _pattern(grammar.WEB_ADDRESS)]
Delay = Annotated[timedelta, BeforeValidator(grammar.duration), _pattern(grammar.DURATION)]
Interval = Annotated[timedelta, BeforeValidator(grammar.interval), _pattern("^0*[1-9][0-9]{0,5}(s|m|h|d)$")]
Cron = Annotated[str, AfterValidator(grammar.cron), _pattern(r"^\s*\S+(\s+\S+){4}\s*$")]
Css = Annotated[str, AfterValidator(grammar.css), _pattern(r"\S")]
Expression = Annotated[str, AfterValidator(grammar.expression), _pattern(".")]
Digest = Annotated[str, AfterValidator(grammar.digest), _pattern(grammar.DIGEST)]
Quiet = Annotated[str, AfterValidator(grammar.quiet), _pattern(grammar.QUIET)]
Day = Annotated[str, AfterValidator(grammar.day), _pattern(grammar.DATE)]
Division = Annotated[str, AfterValidator(grammar.division), _pattern(grammar.DIVISION)]
Place = Annotated[str, AfterValidator(grammar.jurisdiction_slug), _pattern(grammar.JURISDICTION_SLUG)]
JurisdictionKind = Annotated[str, _one_of(words.JURISDICTION_KINDS), _enum(words.JURISDICTION_KINDS)]
SiteKind = Annotated[str, _one_of(words.SITE_KINDS), _enum(words.SITE_KINDS)]
Follow = Annotated[str, _one_of(words.FOLLOW), _enum(words.FOLLOW)]
Topic = Annotated[str, _one_of(words.TOPICS), _enum(words.TOPICS)]
Stance = Annotated[str, _one_of(words.STANCES), _enum(words.STANCES)]
Stage = Annotated[str, _one_of(words.STAGES), _enum(words.STAGES)]
Urgency = Annotated[str, _one_of(words.URGENCIES), _enum(words.URGENCIES)]
Tier = Annotated[str, _one_of(words.TIERS), _enum(words.TIERS)]
AtLeast = Annotated[str, _one_of(words.LABELS), _enum(words.LABELS)]
Render = Annotated[str, _one_of(("browser",)), _enum(("browser",))]
Status = Annotated[str, _one_of(words.POLICY_STATUSES), _enum(words.POLICY_STATUSES)]


def _first_version(number: int) -> int:
    if number != 1:
        raise grammar.Wrong("must be 1, the only version there is")
    return number


Version = Annotated[int, AfterValidator(_first_version), WithJsonSchema({"type": "integer", "const": 1})]


class Entry(pydantic.BaseModel):
    """Anything written in sites.yaml: no unknown key, no silent conversion. `IDLE` is as `Vocabulary` says."""

    IDLE: ClassVar[Mapping[str, str]] = {}
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class JurisdictionEntry(Entry):
    """A place with a government."""

    name: Text
    state: State
    kind: JurisdictionKind
    division: Division | None = Field(None, description="Open Civic Data division id")
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    time_zone: Zone | None = Field(None, description="IANA name; by default that of the state")


class ContactEntry(Entry):
    """The body's own public office, never a private person's."""

    url: Address | None = None
    phone: Text | None = None
    email: Text | None = None


def _either(value: object) -> str:
    return "place" if isinstance(value, (dict, JurisdictionEntry)) else "site"


class SiteEntry(Entry):
    """One body's page on one platform."""

    id: Slug
    jurisdiction: Annotated[
        Annotated[Slug, Tag("site")] | Annotated[JurisdictionEntry, Tag("place")], Discriminator(_either)
    ] = Field(description="a place, or the id of a site whose place it shares")
    body: Text | None = Field(None, description="the council, board or committee")
    platform: Text
    kind: SiteKind = "agenda"
    url: Address
    every: Interval | None = None
    cron: Cron | None = Field(None, description="minute hour day month weekday; instead of every")
    near_meeting: Interval | None = Field(None, description="how often from 96 h before a known meeting on")
    min_delay: Delay | None = Field(None, description="between two requests to one host group")
    follow: list[Follow] | None = Field(None, description="which linked documents are watched too")
    select: Css | None = Field(None, description="CSS of the part to watch")
    ignore: list[Css] = Field([], description="CSS of parts to leave out")
    ignore_text: list[Expression] = Field([], description="regular expressions of text to leave out")
    render: Render | None = Field(None, description="only where the page needs JavaScript")
    ocr: bool = Field(False, description="only for scanned PDFs")
    contact: ContactEntry | None = None
    options: dict[str, str | int] = Field({}, description="what one vendor needs")
    channels: (
        Annotated[list[ChannelName], AfterValidator(_non_empty), Field(json_schema_extra={"minItems": 1})] | None
    ) = None
    enabled: bool = Field(True, description="false needs a note that says why")
    note: str = ""


class DefaultsEntry(Entry):
    """What a site does that says nothing else."""

    every: Interval | None = None
    near_meeting: Interval | None = None
    min_delay: Delay | None = None
    channels: list[ChannelName] | None = None


class WhenEntry(Entry):
    """Conditions that must all hold; a list holds where one of its words does."""

    states: list[State] = []
    jurisdictions: list[Place] = []
    topics: list[Topic] = []
    stance: list[Stance] = []
    stage: list[Stage] = []
    kind: list[SiteKind] = []
    urgency: list[Urgency] = []
    tier: list[Tier] = []
    at_least: AtLeast = "relevant"


class RouteEntry(Entry):
    """Who hears what, and when."""

    to: Annotated[list[ChannelName], AfterValidator(_non_empty), Field(json_schema_extra={"minItems": 1})]
    when: WhenEntry = WhenEntry()
    digest: Digest | None = None
    quiet: Quiet | None = None
    tz: Zone | None = None


class PolicyLine(Entry):
    """A cited status for what is not watched."""

    jurisdiction: Place
    status: Status
    title: Text
    date: Day
    url: Address


class RegistryFile(Entry):
    """sites.yaml."""

    version: Version
    include: list[Text] = Field([], description="more files, holding `sites:` only")
    lexicon: Text | None = Field(None, description="the user's own terms")
    defaults: DefaultsEntry = DefaultsEntry()
    channels: dict[ChannelName, dict[str, Any]] = {}
    routes: list[RouteEntry] = []
    operator: list[ChannelName] | None = None
    sites: list[SiteEntry] = []
    policy: list[PolicyLine] = []


class IncludedFile(Entry):
    """A file named under `include`."""

    sites: list[SiteEntry]


def schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of sites.yaml, with the platforms and channels of `vocabulary`."""
    made = RegistryFile.model_json_schema()
    _tidy(made)
    shapes = made["$defs"]
    shapes["SiteEntry"]["properties"]["platform"] = {"type": "string", "enum": sorted(vocabulary.platforms)}
    shapes["SiteEntry"]["allOf"] = [
        {
            "if": {"properties": {"enabled": {"const": False}}, "required": ["enabled"]},
            "then": {"required": ["note"], "properties": {"note": {"pattern": r"\S"}}},
        },
        {"not": {"required": ["every", "cron"]}},
        *(
            {
                "if": _is("platform", name),
                "then": {"properties": {"options": {"propertyNames": {"enum": sorted(keys)}}}},
            }
            for name, keys in sorted(vocabulary.platforms.items())
        ),
    ]
    made["properties"]["channels"] = _channels(vocabulary, shapes)
    made["anyOf"] = [{"required": ["sites"]}, {"required": ["include"]}]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **made,
        "title": "sites.yaml of Ordinance Watcher",
    }


def _is(key: str, word: str) -> dict[str, Any]:
    return {"properties": {key: {"const": word}}, "required": [key]}


def _channels(vocabulary: Vocabulary, shapes: dict[str, Any]) -> dict[str, Any]:
    kinds = []
    for kind, model in sorted(vocabulary.channels.items()):
        shape = model.model_json_schema(ref_template=f"#/$defs/channel_{kind}_{{model}}")
        for name, inner in shape.pop("$defs", {}).items():
            _tidy(inner)
            shapes[f"channel_{kind}_{name}"] = inner
        _tidy(shape)
        shape.setdefault("properties", {})["kind"] = {"const": kind}
        shapes[f"channel_{kind}"] = shape
        kinds.append({"if": _is("kind", kind), "then": {"$ref": f"#/$defs/channel_{kind}"}})
    return {
        "type": "object",
        "propertyNames": {"pattern": grammar.CHANNEL_NAME},
        "additionalProperties": {
            "type": "object",
            "required": ["kind"],
            "properties": {"kind": {"type": "string", "enum": sorted(vocabulary.channels)}},
            "allOf": kinds,
        },
    }


def _tidy(part: Any) -> None:
    """Drop what pydantic adds and an editor has no use for: titles, and null where a key may be left out."""
    if isinstance(part, list):
        for inner in part:
            _tidy(inner)
    if not isinstance(part, dict):
        return
    if isinstance(part.get("title"), str):
        del part["title"]
    if "default" in part and part["default"] is None:
        del part["default"]
    kinds = part.get("anyOf")
    if isinstance(kinds, list) and {"type": "null"} in kinds:
        kinds = [kind for kind in kinds if kind != {"type": "null"}]
        if len(kinds) == 1:
            del part["anyOf"]
            part.update({**kinds[0], **part})
        else:
            part["anyOf"] = kinds
    for inner in part.values():
        _tidy(inner)
