"""What pydantic found, said to a city clerk: where it stands, what is wrong, what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pydantic
from pydantic_core import ErrorDetails

from watcher.registry import words
from watcher.registry.grammar import shown
from watcher.registry.marks import Marked, Trail


def explain(error: pydantic.ValidationError, marked: Marked, model: type[pydantic.BaseModel], root: Trail = ()) -> None:
    """Report every error to `marked`. `root` is where in the file the validated value stands.

    Below `channels` no value is quoted: it may be a secret.
    """
    told: dict[Trail, list[tuple[str, str]]] = {}
    for detail in error.errors(include_url=False):
        trail = root + _trail(detail["loc"], marked.at(root), detail["type"])
        quote = trail[:1] != ("channels",)
        told.setdefault(trail, []).append(_sentence(detail, model, quote=quote))
    for trail, sentences in told.items():
        for message, hint in _joined(sentences):
            marked.report(trail, message, hint)


def _joined(sentences: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The refusals of one value by each branch of a union, as one sentence."""
    plain = list(dict.fromkeys(sentences))
    if len(plain) < 2 or not all(message.startswith("must be ") and not hint for message, hint in plain):
        return plain
    first, *others = [message.removeprefix("must be ") for message, _ in plain]
    kinds = [first.split(", not ")[0], *(other.split(", not ")[0] for other in others[:-1]), others[-1]]
    return [("must be " + ", or ".join(kinds), "")]


def _trail(loc: Trail, value: object, kind: str) -> Trail:
    """pydantic's location without the names of union branches, which stand nowhere in the file."""
    trail: Trail = ()
    for number, step in enumerate(loc):
        last = number == len(loc) - 1
        if (isinstance(value, dict) and step in value) or (isinstance(value, list) and step in range(len(value))):
            value = value[step]  # type: ignore[index]  # a list only by a whole number, as just seen
        elif not (last and kind == "missing"):
            continue
        trail += (step,)
    return trail


def _sentence(detail: ErrorDetails, model: type[pydantic.BaseModel], *, quote: bool) -> tuple[str, str]:
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "missing":
        return "is missing", ""
    if kind == "extra_forbidden":
        known = _keys_beside(model, detail["loc"])
        return "unknown key", words.nearest(str(detail["loc"][-1]), known)
    if kind == "value_error":
        trouble = context.get("error")
        return str(trouble), getattr(trouble, "hint", "")
    if kind == "string_type":
        return f"must be text{_instead(value, quote)}", ""
    if kind in _TYPES:
        return f"must be {_TYPES[kind]}{_instead(value, quote)}", ""
    if kind in ("literal_error", "enum"):
        expected = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
        told = f"{shown(value)} is not" if quote else "must be"
        hint = words.nearest(str(value), expected.split(", ")) if quote else ""
        return f"{told} one of {expected}" if "," in expected else f"must be {expected}", hint
    if kind == "string_pattern_mismatch":
        return f"is not written as it should be{_meaning(model, detail['loc'])}", ""
    if kind.startswith("url_"):
        return "must be a web address, like https://example.org/path", ""
    if kind in _LIMITS:
        return _LIMITS[kind].format(**context), ""
    return detail["msg"][0].lower() + detail["msg"][1:], ""


_TYPES: Mapping[str, str] = {
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "list_type": "a list, like [one, two]",
    "tuple_type": "a list, like [one, two]",
    "dict_type": "keys with values, like {key: value}",
    "model_type": "keys with values, like {key: value}",
    "model_attributes_type": "keys with values, like {key: value}",
}
_LIMITS: Mapping[str, str] = {
    "greater_than_equal": "must be {ge:g} or more",
    "less_than_equal": "must be {le:g} or less",
    "greater_than": "must be more than {gt:g}",
    "less_than": "must be less than {lt:g}",
    "string_too_short": "must have {min_length} characters or more",
    "string_too_long": "must have {max_length} characters or fewer",
}


def _instead(value: object, quote: bool) -> str:
    """How the value was written that should have been something else."""
    if isinstance(value, dict):
        return ", not keys with values"
    if isinstance(value, list):
        return ", not a list"
    if isinstance(value, bool):
        return f"; {str(value).lower()} without quotes is not text" if quote else ""
    if isinstance(value, (int, float)):
        return f'; write "{value}" in quotes' if quote else ", in quotes"
    return f", not {shown(value)}" if quote else ""


def _meaning(model: type[pydantic.BaseModel], loc: Trail) -> str:
    """What the field says of itself, where it does."""
    field = model.model_fields.get(str(loc[0])) if loc else None
    return f": {field.description}" if field is not None and field.description else ""


def _keys_beside(model: type[pydantic.BaseModel], loc: Trail) -> Iterable[str]:
    """The keys that `model` allows where the unknown one at `loc` stands."""
    shape: Any = model
    for step in loc[:-1]:
        fields = getattr(shape, "model_fields", {})
        if step in fields:
            shape = _model_in(fields[str(step)].annotation)
    return [field.alias or name for name, field in getattr(shape, "model_fields", {}).items()]


def _model_in(annotation: Any) -> Any:
    """The one model that an annotation (list of, optional, union with text) speaks of, or None."""
    if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        found = _model_in(part)
        if found is not None:
            return found
    return None
