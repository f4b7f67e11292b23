"""The pretend council: what it serves, and its week watched from end to end over loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

import httpx
import pytest

from watcher import extractors, platforms
from watcher.demo import Council, run_demo
from watcher.demo.pdf import written
from watcher.demo.story import Day
from watcher.model import Jurisdiction, Reading, Response, Site

FIRST = date(2026, 11, 24)
LEGISTAR = platforms.load("legistar")
FOLLOW = ("agendas", "packets", "attachments", "minutes", "legislation")


async def readings(council: Council) -> dict[str, Reading]:
    """Everything the council has on its site today, as the reader finds its way to it."""
    found: dict[str, Reading] = {}
    async with council.serve() as base, httpx.AsyncClient() as client:
        place = Jurisdiction("co-alder-creek", "Alder Creek", "CO", "city", "America/Denver")
        site = Site("alder-creek", place, "legistar", f"{base}/Calendar.aspx", follow=FOLLOW)
        waiting = list(LEGISTAR.opening(site, FIRST))
        while waiting:
            request = waiting.pop(0)
            if request.key in found:
                continue
            answer = await client.get(request.url)
            assert answer.status_code == 200, request
            headers = {name.lower(): value for name, value in answer.headers.items()}
            seen = datetime(2026, 11, 24 + council.day, 18, tzinfo=UTC)
            reading = LEGISTAR.read(site, Response(request, request.url, 200, headers, answer.content, seen))
            found[request.key] = reading
            waiting += reading.follow
    return found


def on(day: Day) -> Council:
    council = Council(FIRST)
    council.day = day
    return council


async def test_on_the_first_day_the_coming_meeting_has_no_agenda_and_says_so() -> None:
    found = await readings(on(Day.BASELINE))
    meetings = next(iter(found.values())).meetings
    assert [(meeting.body, meeting.status) for meeting in meetings] == [
        ("City Council", "confirmed"),
        ("Parks Committee", "cancelled"),
        ("Public Safety Committee", "confirmed"),
        ("City Council", "passed"),
    ]
    assert found[f"meeting:{meetings[0].id}"].proof == "No records to display."


async def test_the_posted_agenda_has_the_agreement_on_consent_as_page_and_as_pdf() -> None:
    found = await readings(on(Day.AGENDA))
    items = [item for reading in found.values() for item in reading.items if item.matter == "26-118"]
    assert [(item.number, item.consent, item.section) for item in items] == [("2.b", True, "CONSENT AGENDA")]
    agendas = [reading.document for key, reading in found.items() if key.startswith("A:4101")]
    assert any("immigration detainers" in passage.text for passage in agendas[0].passages)
    assert "Form I-247A" in " ".join(p.text for p in found_attachment(found).document.passages)


def found_attachment(found: dict[str, Reading]) -> Reading:
    return next(reading for key, reading in found.items() if key.startswith("F:"))


async def test_after_the_vote_the_matter_has_passed_and_its_history_says_how() -> None:
    found = await readings(on(Day.VOTE))
    matter = found["legislation:26-118"].matters[0]
    assert matter.status == "Passed"
    assert [(step.action, step.result) for step in matter.history] == [("approved", "Pass")]


async def test_insite_pages_differ_at_every_request_and_their_fingerprints_do_not() -> None:
    async with on(Day.AGENDA).serve() as base, httpx.AsyncClient() as client:
        one, two = [(await client.get(f"{base}/Calendar.aspx")).content for _ in range(2)]
    assert one != two
    link_id = LEGISTAR.link_id  # type: ignore[attr-defined]  # optional part of a platform
    prints = {extractors.fingerprint(body, "text/html", charset="utf-8", link_id=link_id) for body in (one, two)}
    assert len(prints) == 1


async def test_the_code_page_answers_a_conditional_request_with_304() -> None:
    async with on(Day.BASELINE).serve() as base, httpx.AsyncClient() as client:
        first = await client.get(f"{base}/code/9.20")
        again = await client.get(f"{base}/code/9.20", headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code) == (200, 304)


WORDS = [
    "the",
    "council",
    "shall",
    "may",
    "not",
    "resolve",
    "that",
    "detainers",
    "agreement",
    "sheriff",
    "county",
    "section",
    "paragraph",
]
PARAGRAPHS = [" ".join(WORDS[(n * k) % len(WORDS)] for k in range(1, 12)) + f" under item {n}." for n in range(70)]


@pytest.mark.parametrize(
    "lines",
    [
        ["one line of an agenda"],
        ["the text (b) has \\ in it", "“quoted” § 9.20 — “shall not” be so"],
        ["word " * 400],
        PARAGRAPHS,
    ],
)
def test_a_written_pdf_is_read_back_word_for_word(lines: list[str]) -> None:
    document = extractors.extract(written(lines), "application/pdf", "https://example.org/a.pdf")
    said = " ".join(passage.text for passage in document.passages)
    assert said.split() == " ".join(lines).split()


@pytest.mark.slow
def test_the_week_is_told_as_it_happens(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run_demo(once=True, as_json=True) == 0
    told = [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
    days = dict(by_day(told))
    alerted = {day for day, lines in days.items() if any(is_alert(line) for line in lines)}
    assert alerted == {Day.AGENDA, Day.ADDENDUM, Day.VOTE, Day.CODE}
    assert {line["outcome"] for line in days[Day.BASELINE] if line["type"] == "visit"} == {"baseline"}
    council = [line for line in days[Day.WALL] if line["type"] == "visit" and line["site"] == "alder-creek-council"]
    assert {(line["outcome"], line["reason"]) for line in council} == {("blocked", "wall")}
    assert all(line["state"] == "sent" for line in told if line["type"] == "delivery" and line["channel"] == "screen")


def is_alert(line: dict[str, Any]) -> bool:
    return bool(line["type"] == "alert" and line["label"] == "relevant")


def by_day(told: list[dict[str, Any]]) -> Iterator[tuple[Day, list[dict[str, Any]]]]:
    """The lines of each day: a day begins with the first visit of a later date."""
    first = datetime.fromisoformat(next(line["at"] for line in told if line["type"] == "visit"))
    day = Day.BASELINE

    def day_of(line: dict[str, Any]) -> Day:
        nonlocal day
        if line["type"] == "visit":
            day = Day(round((datetime.fromisoformat(line["at"]) - first).total_seconds() / 86_400))
        return day

    yield from ((day, list(lines)) for day, lines in groupby(told, key=day_of))
