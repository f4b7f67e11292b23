"""Matters by id or file: new files, their status and history, their title, text and attachments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from watcher import votes
from watcher.diff import links, news
from watcher.diff.framing import Frame
from watcher.diff.sameness import fold
from watcher.model import Change, ChangeKind, Matter, Step, Vote


def compare(frame: Frame) -> Iterator[Change]:
    """Yield what is new about the matters. One that falls off a listing is nothing new."""
    old = {name: matter for matter in (frame.before.matters if frame.before else ()) for name in _names(matter)}
    for matter in frame.after.matters:
        before = next((old[name] for name in _names(matter) if name in old), None)
        yield from _added(frame, matter) if before is None else _changed(frame, before, matter)


def _on_agenda(frame: Frame, matter: Matter) -> bool:
    """Say whether an agenda item of the same reading stands for the matter: then the item tells its coming and title."""
    return any(item.matter and item.matter in (matter.file, matter.id) for item in frame.after.items)


def _names(matter: Matter) -> tuple[str, ...]:
    return tuple(f"{way}:{name}" for way, name in (("id", matter.id), ("file", fold(matter.file))) if name)


def _added(frame: Frame, matter: Matter) -> Iterator[Change]:
    if not _on_agenda(frame, matter):
        facts = [matter.title, f"Status: {matter.status}" if matter.status else ""]
        steps = _newest(matter.history)
        facts += map(_told, steps)
        after = "\n".join(fact for fact in facts if fact) or matter.file
        around = (matter.kind, *(link.title for link in matter.attachments))
        yield replace(
            frame.change("added", _key(matter), "", after, heading=(matter.file,), matter=matter, context=around),
            votes=_votes(steps),
        )
    yield from news.compare(frame, (), news.lines(matter.text), _text_place(matter))


def _changed(frame: Frame, before: Matter, after: Matter) -> Iterator[Change]:
    heading = (after.file, after.title)
    around = (after.kind, *(link.title for link in after.attachments))

    def change(kind: ChangeKind, part: str, old: str, new: str, trail: tuple[str, ...] = heading) -> Change:
        return frame.change(kind, _key(after, part), old, new, heading=trail, matter=after, context=around)

    if fold(before.title) != fold(after.title) and after.title and not _on_agenda(frame, after):
        yield change("reworded" if before.title else "added", "title", before.title, after.title, (after.file,))
    old, new = _progress(before, after)
    if old != new:
        taken = _steps(before.history, after.history)
        yield replace(change("reworded" if old else "added", "status", old, new), votes=_votes(taken))
    if fold(before.text) != fold(after.text) and after.text:
        yield from news.compare(frame, news.lines(before.text), news.lines(after.text), _text_place(after))
    if papers := links.differences(before.attachments, after.attachments):
        yield change("revised", "attachments", *links.named(papers))


def _progress(before: Matter, after: Matter) -> tuple[str, str]:
    """Return status before, and status with the new steps after; equal texts where the file stands where it stood."""
    old, new = [], []
    if after.status and fold(before.status) != fold(after.status):
        old += [f"Status: {before.status}"] if before.status else []
        new.append(f"Status: {after.status}")
    new += map(_told, _steps(before.history, after.history))
    return "\n".join(old), "\n".join(new)


def _steps(before: Sequence[Step], after: Sequence[Step]) -> tuple[Step, ...]:
    """Return the steps that were taken since. A step whose day, minutes or votes were edited in place is not one."""
    known = Counter(map(_step, before))
    undated = Counter((fold(step.body), fold(step.action)) for step in before)
    fresh: list[Step] = []
    for step in after:
        if known[_step(step)]:
            known[_step(step)] -= 1
            undated[fold(step.body), fold(step.action)] -= 1
        else:
            fresh.append(step)
    taken: list[Step] = []
    for step in fresh:
        name = (fold(step.body), fold(step.action))
        if undated[name] > 0:
            undated[name] -= 1
        else:
            taken.append(step)
    return tuple(taken)


def _newest(history: Sequence[Step]) -> Sequence[Step]:
    """Return the last steps taken; vendors list them in either order."""
    dated = sorted(
        (step for step in history if step.date), key=lambda step: step.date or datetime.min.replace(tzinfo=UTC)
    )
    return dated[-3:] or history[:3]


def _step(step: Step) -> tuple[str, str, str]:
    day = step.date.date().isoformat() if step.date else ""
    return day, fold(step.body), fold(step.action)


def _told(step: Step) -> str:
    day = f"{step.date:%B} {step.date.day}, {step.date.year}" if step.date else ""
    count = votes.told(step.vote) if step.vote and not _tells(step) else ""
    said = ", ".join(filter(None, (step.result, count.partition(" ")[2] if step.result else count)))
    action = f"{step.action} ({said})" if said else step.action
    return ", ".join(part for part in (day, step.body, action) if part)


def _tells(step: Step) -> bool:
    """Say whether the words of a step give the count of its vote themselves."""
    return votes.read(f"{step.action}, {step.result}") is not None


def _votes(steps: Sequence[Step]) -> tuple[Vote, ...]:
    """Return the votes of the steps, newest last, as far as the source counts them."""
    found = ((step, step.vote or votes.read(f"{step.action}, {step.result}")) for step in steps)
    return tuple(replace(vote, body=step.body, date=step.date) for step, vote in found if vote)


def _text_place(matter: Matter) -> news.Place:
    return news.Place(_key(matter, "text"), (matter.file, matter.title), None, matter)


def _key(matter: Matter, part: str = "") -> str:
    return f"matter:{matter.file or matter.id}" + (f":{part}" if part else "")
