"""Counts of votes as clerks write them: "passed 5-2", "Ayes: Lee, Ortiz. Noes: None.", "by a vote of five to two", "7:0".

Pure. A count is taken only where the text gives both sides, or says aye. Names are those printed behind the count, of the
members who voted; nobody else is ever taken up. A text in which several votes stand says which is meant by its place: the
first one below the words that made it news, before the next line of business (`of`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from watcher.model import Change, Vote

_WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen",
)  # fmt: skip
_FIGURE = rf"(?:\d{{1,2}}|{'|'.join(_WORDS)})"
_DASH = r"\s?(?:-|–|—|:|\bto\b)\s?"
_COUNT = rf"(?P<ayes>{_FIGURE}){_DASH}(?P<noes>{_FIGURE})(?:{_DASH}(?P<rest>{_FIGURE}))?(?![ ]?[-–—:/][ ]?\w|\.\d|\w)"
_DONE = (
    r"pass(?:ed|es)?|carried|carries|adopted|approved|enacted|overrid\w+|overrode|failed|fails|lost|defeated|rejected|denied"
    r"|voted|tally|vote|motion|roll call|result"
)
_COUNTED = (
    re.compile(
        rf"\b(?P<done>{_DONE})\b[\s,:;(]{{0,3}}(?:(?:by|on|with|was|is|of|a|the|recorded|roll[- ]call|voice|split|final|unanimous(?:ly)?|vote"
        rf"|count|tally)[\s:]+){{0,6}}[(]?{_COUNT}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?:an?|the|by|on|with|its)\s{_COUNT}(?=\s(?:roll[- ]call )?(?P<done>vote|margin)\b)", re.IGNORECASE
    ),
)
_SIDES = {
    "aye": r"ayes?|yeas?|yes(?:es)?|in favou?r|for|voting (?:aye|yes|yea)|(?:in the )?affirmative",
    "no": r"noes|nays?|no(?:s|'s)?|opposed|against|voting (?:no|nay)|(?:in the )?negative",
    "abstain": r"abstain(?:ed|ing|s)?|abstentions?|recus(?:ed|al|als|ing)|present(?! and)",
    "absent": r"absent|excused|not (?:present|voting)|absences?",
}
_LABEL = re.compile(
    r"(?<![\w.-])(?:" + "|".join(rf"(?P<{side}>{words})" for side, words in _SIDES.items()) + r")"
    r"(?:\s?\((?P<inside>\d{1,2})\))?\s?(?:[:–—]|-(?=\s)|(?=\s\d{1,2}\b))\s*",
    re.IGNORECASE,
)
_HEAD = re.compile(r"(?P<count>\d{1,2})\b(?:\s*[-–—:(]\s*)?")
_NOBODY = re.compile(r"(?:none|nil|n/?a|0|no one|-+|—)[.]?\s*\Z", re.IGNORECASE)
_TITLE = re.compile(
    r"^(?:and\s+)?(?:(?:council(?:\s?member|woman|man|or|ors|\s?members)?s?|commissioners?|supervisors?|trustees?|directors?"
    r"|alder(?:man|men|woman|person|s)?s?|mayor(?: pro tem(?:pore)?)?|vice[- ](?:mayor|chair\w*|president)|chair\w*|president"
    r"|members?|mr|mrs|ms|dr)\.?\s+)*",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?:[A-Z][\w.'’-]*|de|la|del|van|von|der|st\.)(?:\s+(?:[A-Z][\w.'’-]*|de|la|del|van|von|der|st\.|Jr\.?|II+)){0,3}\Z")  # fmt: skip
_PASSED = re.compile(
    r"\b(?:carr(?:ied|ies)|pass(?:ed|es)?|adopted|approved|enacted|overrid\w+|overrode)\b", re.IGNORECASE
)
_FAILED = re.compile(
    r"\b(?:fail(?:ed|s)?|lost|defeated|rejected|denied|not (?:adopted|approved|passed|carried))\b", re.I
)
_NEXT_BUSINESS = re.compile(r"^\s*(?:\d{1,2}|[A-Z]|[IVX]{1,4}|\d{1,2}[.-]?[A-Za-z])[.)]\s", re.MULTILINE)
_MOST = 60  # members of the largest council or county board, with room
_NEAR = 160  # characters around a roll of names in which its result stands


def of(change: Change) -> tuple[Vote, ...]:
    """The votes that a change tells of, with the body and day of its meeting; those its reader gave stand as they are."""
    if change.votes or not change.after:
        return change.votes
    found = list(_found(change.after))
    if len(found) > 1:
        found = _meant(found, change)
    if not found:
        return ()
    meeting = change.meeting
    held = meeting is not None and meeting.start is not None and meeting.start <= change.seen_at
    if meeting is None or not held:  # what an agenda says of a vote was taken elsewhere, earlier
        return tuple(vote for _, _, vote in found)
    return tuple(replace(vote, body=meeting.body, date=meeting.start) for _, _, vote in found)


def read(text: str, result: str = "", *, body: str = "", date: datetime | None = None) -> Vote | None:
    """The one vote of an entry that records one action; `result` is what the source says became of it. None without a count.

    A bare tally ("7:0", "5-2") counts only where it is all that the text says.
    """
    bare = re.fullmatch(rf"\s*[(]?{_COUNT}[)]?\s*", text, re.IGNORECASE)
    vote = _vote(bare, "") if bare else next((vote for _, _, vote in _found(text)), None)
    if vote is None:
        return None
    return replace(vote, passed=vote.passed if not result else _outcome(result), body=body, date=date)


def counted(said: Iterable[tuple[str, str]], result: str = "") -> Vote | None:
    """A vote out of its roll call: name and word of each member ("Affirmative", "Nay", "Excused"). None without a yes or no."""
    names: dict[str, list[str]] = {}
    for name, word in said:
        side = next((side for side, words in _SIDES.items() if re.fullmatch(words, word.strip(), re.IGNORECASE)), None)
        if side:
            names.setdefault(side, []).append(name)
    ayes, noes, abstained, absent = (len(names.get(side, ())) for side in _SIDES)
    printed = tuple((side, tuple(names[side])) for side in _SIDES if names.get(side) and all(names[side]))
    return Vote(ayes, noes, abstained, absent, passed=_outcome(result), names=printed) if ayes + noes else None


def told(vote: Vote) -> str:
    """In words: "passed 5–2", "failed 3–4, 1 abstaining", "vote 7–0"."""
    verb = {True: "passed", False: "failed", None: "vote"}[vote.passed]
    third = f"–{vote.others}" if vote.others else ""
    return f"{verb} {vote.ayes}–{vote.noes}{third}" + (f", {vote.abstained} abstaining" if vote.abstained else "")


def _meant(found: list[tuple[int, int, Vote]], change: Change) -> list[tuple[int, int, Vote]]:
    """Of several votes in one text those that follow the words that made it news, in the same business."""
    cues = [seen.start for seen in change.verdict.evidence if seen.side == "after"] if change.verdict else []
    meant: dict[int, tuple[int, int, Vote]] = {}
    for cue in cues:
        one = next((one for one in found if one[1] > cue), None)
        if one and not _NEXT_BUSINESS.search(change.after, change.after.find("\n", cue) % (one[0] + 1), one[0]):
            meant[one[0]] = one
    return list(meant.values())


def _found(text: str) -> Iterator[tuple[int, int, Vote]]:
    """Each vote of a text with where it stands: rolls of names first, then counts outside them."""
    rolls = list(_rolls(text))
    counts: dict[int, tuple[int, int, Vote]] = {}
    for match in (match for pattern in _COUNTED for match in pattern.finditer(text)):
        vote = _vote(match, match["done"])
        if vote and not any(_is_told_by(roll, match, vote) for roll in rolls):
            counts.setdefault(match.start("ayes"), (match.start(), match.end(), vote))
    yield from sorted([*rolls, *counts.values()], key=lambda one: one[0])


def _is_told_by(roll: tuple[int, int, Vote], match: re.Match[str], vote: Vote) -> bool:
    """Whether a count stands in a roll of names, or beside it with the same figures."""
    start, end, told = roll
    beside = start - _NEAR < match.start() < end + _NEAR and (told.ayes, told.noes) == (vote.ayes, vote.noes)
    return beside or start <= match.start() < end


def _vote(match: re.Match[str], done: str) -> Vote | None:
    ayes, noes = _figure(match["ayes"]), _figure(match["noes"])
    rest = _figure(match["rest"]) if match["rest"] else 0
    if match["rest"] and ayes in range(1, 13) and noes in range(1, 32) and rest > 15:
        return None  # 12-6-24 is a day
    vote = Vote(ayes, noes, others=rest, passed=_outcome(done))
    carried = vote.passed and noes >= ayes  # "approved 3-4 Main Street" is an address
    return vote if 0 < ayes + noes <= _MOST and not carried else None


def _figure(word: str) -> int:
    return int(word) if word.isdigit() else _WORDS.index(word.casefold())


def _outcome(words: str) -> bool | None:
    if _FAILED.search(words):
        return False
    return True if _PASSED.search(words) else None


def _rolls(text: str) -> Iterator[tuple[int, int, Vote]]:
    """Votes told side by side: a run of labels that begins with the ayes."""
    run: list[re.Match[str]] = []
    labels = [*_LABEL.finditer(text), None]
    for label in labels:
        begins = label is not None and label["aye"] is not None
        if run and (label is None or begins or label.start() - run[-1].end() > 400):
            if roll := _roll(text, run, label.start() if label else len(text)):
                yield roll
            run = []
        if label is not None and (run or begins):
            run.append(label)


def _roll(text: str, run: list[re.Match[str]], limit: int) -> tuple[int, int, Vote] | None:
    counts: dict[str, int] = {}
    names: dict[str, tuple[str, ...]] = {}
    end = run[0].end()
    for label, after in zip(run, [*run[1:], None], strict=True):
        side = next(side for side in _SIDES if label[side])
        count, said, stop = _side(text, label, after.start() if after else limit)
        if count is not None and side not in counts:
            counts[side], names[side], end = count, said, stop
    if "aye" not in counts or not ("no" in counts or re.match(r"aye|yea", run[0]["aye"], re.IGNORECASE)):
        return None
    if not 0 < counts["aye"] + counts.get("no", 0) <= _MOST:
        return None
    around = text[max(0, run[0].start() - _NEAR) : run[0].start()].rpartition("\n\n")[2] + " " + text[end : end + 60]
    vote = Vote(
        counts["aye"],
        counts.get("no", 0),
        counts.get("abstain", 0),
        counts.get("absent", 0),
        passed=_outcome(around),
        names=tuple((side, said) for side, said in names.items() if said),
    )
    return run[0].start(), end, vote


def _side(text: str, label: re.Match[str], limit: int) -> tuple[int | None, tuple[str, ...], int]:
    """How many are behind a label, their names where they are all printed, and where the list ends."""
    start, end = label.end(), limit
    head = _HEAD.match(text, start, limit)
    count = int(label["inside"]) if label["inside"] else int(head["count"]) if head else None
    rest = text[head.end() if head else start : end]
    stop = re.search(r"\n|;|(?<![A-Z])(?<!\b[JSDM]r)(?<!St)\.(?=\s|\Z)|[()|]", rest)
    words = rest[: stop.start()] if stop else rest
    end = (head.end() if head else start) + len(words)
    if _NOBODY.match(words.strip(" .,")) or (count == 0):
        return 0, (), end
    parts = [_TITLE.sub("", part.strip(" .-–—")) for part in re.split(r",|&|\band\b", words) if part.strip(" .-–—")]
    names = tuple(part for part in parts if _NAME.match(part) and len(part) <= 40)
    if len(names) != len(parts) or (count is not None and count != len(names)):
        names = ()
    return (count if count is not None else len(names) or None), names, end
