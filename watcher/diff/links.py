"""Published documents: agendas, packets and attachments that came, went or were put in place of another."""

from __future__ import annotations

from collections.abc import Sequence

from watcher.diff.sameness import fold
from watcher.model import Link

Pair = tuple[Link | None, Link | None]


def differences(before: Sequence[Link], after: Sequence[Link]) -> tuple[Pair, ...]:
    """Return (old, new) for every document that is not as it was; None stands for none.

    A document is the same while its id, its revision mark and its version are. One with a new id takes the place of one of its
    kind and title that is gone. A recording is no document.
    """
    old = {link.id or link.url: link for link in before if link.kind != "video"}
    new = {link.id or link.url: link for link in after if link.kind != "video"}
    found: list[Pair] = [(old[id], new[id]) for id in old if id in new and _face(old[id]) != _face(new[id])]
    gone = [link for id, link in old.items() if id not in new]
    for id, link in new.items():
        if id in old:
            continue
        mate = next((other for other in gone if _replaces(link, other)), None)
        if mate:
            gone.remove(mate)
        found.append((mate, link))
    return (*found, *((link, None) for link in gone))


def named(pairs: Sequence[Pair]) -> tuple[str, str]:
    """Return both sides in words, one document a line, e.g. ("Agenda: Council", "Agenda: Council (revised: …)")."""
    before = [_name(old) for old, _ in pairs if old]
    after = [_name(new, old) for old, new in pairs if new]
    return "\n".join(before), "\n".join(after)


def _face(link: Link) -> tuple[str, str, str]:
    return fold(link.title), link.revised or "", link.version


def _replaces(new: Link, old: Link) -> bool:
    if new.kind != old.kind:
        return False
    return new.kind in ("agenda", "packet", "minutes") or fold(new.title) == fold(old.title)


def _name(link: Link, old: Link | None = None) -> str:
    kind = link.kind.capitalize()
    words = kind if fold(link.title) in ("", fold(kind)) else f"{kind}: {' '.join(link.title.split())}"
    if link.revised:
        words += f" (revised: {link.revised})"
    if old and _name(old) == words:
        again = old.version != link.version and old.id == link.id
        words += " (published again)" if again else " (put in place of an earlier document)"
    return words
