"""sites.yaml to a Registry: every error at once, or values with every default filled in.

read (YAML with lines) ─▶ include ─▶ shape (models) ─▶ cross (names, doubles) ─▶ build (values) ─▶ warn
"""

from __future__ import annotations

import glob
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import pydantic

from watcher.errors import Problem, RegistryError
from watcher.model import Channel, PolicyEntry, Route, Site
from watcher.registry import build, cross, warn
from watcher.registry.marks import Marked, read
from watcher.registry.schema import IncludedFile, RegistryFile, Vocabulary
from watcher.registry.wording import explain

ShapeT = TypeVar("ShapeT", bound=pydantic.BaseModel)


@dataclass(frozen=True, slots=True)
class Registry:
    """Everything sites.yaml says, checked. `warnings` are odd but no errors (a route that can never match)."""

    path: Path
    sites: tuple[Site, ...]
    channels: Mapping[str, Channel]
    routes: tuple[Route, ...]
    operator: tuple[str, ...]
    policy: tuple[PolicyEntry, ...]
    lexicon: Path | None
    warnings: tuple[Problem, ...]


def load(path: Path, vocabulary: Vocabulary) -> Registry:
    """The registry at `path` and in the files it includes.

    Raises RegistryError with every problem of every file, in the order of the files and their lines.
    """
    main = read(path)
    files = [main, *_included(main, path)]
    for marked in files:
        cross.refuse_credentials(marked)
    entry = _shape(main, RegistryFile)
    included = [_shape(marked, IncludedFile) for marked in files[1:]]
    cross.check(main, files, vocabulary)
    lexicon = _lexicon(main, path)
    _refuse(files)
    assert entry is not None  # noqa: S101 - _refuse has raised where a file has no shape
    listed = [*entry.sites, *(site for more in included if more is not None for site in more.sites)]
    channels = build.channels(entry, listed)
    sites = build.sites(listed, entry.defaults, channels)
    routes = build.routes(entry, sites)
    operator = tuple(entry.operator or ()) or (build.console_of(channels),)
    policy = build.policy(entry)
    warnings = tuple(warn.warnings(main, files, sites, routes, channels, operator, vocabulary))
    return Registry(path, sites, MappingProxyType(channels), routes, operator, policy, lexicon, warnings)


def _shape(marked: Marked, model: type[ShapeT]) -> ShapeT | None:
    """The file as its model, or None with the reasons reported."""
    if () in marked.doubted:
        return None
    if not isinstance(marked.value, dict):
        marked.report(
            (), f"must hold keys, like sites:, not {'a list' if isinstance(marked.value, list) else 'a single text'}"
        )
        return None
    try:
        return model.model_validate(marked.value)
    except pydantic.ValidationError as error:
        explain(error, marked, model)
        return None


def _included(main: Marked, path: Path) -> list[Marked]:
    """The files named under `include`, each once, in the order of their names."""
    patterns = cross.mapping(main.value).get("include")
    known = {path.resolve()}
    found: list[Marked] = []
    for number, pattern in enumerate(patterns if isinstance(patterns, list) else ()):
        if not isinstance(pattern, str) or not pattern.strip():
            continue
        matches = sorted(path.parent / match for match in glob.glob(pattern, root_dir=path.parent, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
        if not matches and not glob.has_magic(pattern):
            main.report(("include", number), f'there is no file "{pattern}" beside {path.name}')
        for match in matches:
            if match.resolve() not in known and not (glob.has_magic(pattern) and match.is_dir()):
                known.add(match.resolve())
                found.append(read(match))
    return found


def _lexicon(main: Marked, path: Path) -> Path | None:
    written = cross.mapping(main.value).get("lexicon")
    if not isinstance(written, str) or not written.strip():
        return None
    lexicon = path.parent / written
    if not lexicon.is_file():
        main.report(("lexicon",), f'there is no file "{written}" beside {path.name}')
    return lexicon


def _refuse(files: list[Marked]) -> None:
    problems = [problem for marked in files for problem in marked.problems]
    if problems:
        raise RegistryError(problems)
