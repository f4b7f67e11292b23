"""A section of a code watched as any page: its publisher's notes are no law, its number is its thread."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from watcher import alerts, diff, platforms
from watcher.judge import builtin
from watcher.model import Alert, Change, Jurisdiction, Request, Response, Site

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
URL = "https://code.example/sections/9-107.xml"
SITE = Site(
    "code", Jurisdiction("dc-elm-falls", "Elm Falls", "DC", "city", "America/New_York"), "page", URL, kind="code"
)
SECTION = """<section><num>9-107</num><heading>Immigration detainers.</heading>
<para><num>(a)</num><text>The department shall not hold a person on a civil immigration detainer.</text></para>
<para><num>(b)</num><text>The department shall not tell ICE when a person is released.</text></para>
<annotations><annotation type="History">as added Dec. 11, 2012, Law 19-194, § 2</annotation>
<annotation type="Emergency Legislation">For temporary amendment of this section, see the Immigration Detainer Emergency Act.</annotation>
</annotations></section>"""
PAGE = """<html><body><h1>9-107. Immigration detainers</h1>
<p>(a) The department shall not hold a person on a civil immigration detainer. (Ord. 12 § 1, 2012)</p>
<h2>Legislative History</h2><p>Added by the Immigration Detainer Act, Law 19-194.</p></body></html>"""


def changes(before: str, after: str, kind: str = "code") -> tuple[Change, ...]:
    site, request = replace(SITE, kind=kind), Request(URL, kind="document")
    readings = []
    for body in (before, after):
        media = "text/html" if "<html" in body else "application/xml"
        response = Response(request, URL, 200, {"content-type": media}, body.encode(), NOW)
        readings.append(platforms.load("page").read(site, response))
    return diff.compare(*readings, site=site, request=request, now=NOW, last_seen=NOW, snapshots=("a" * 64, "b" * 64))


def told(before: str, after: str) -> tuple[Alert, ...]:
    judged = [replace(change, verdict=builtin().judge(change)) for change in changes(before, after)]
    return alerts.compose(SITE, judged, NOW)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("as added Dec. 11, 2012", "June 27, 1946, ch. 507, § 7; as added Dec. 11, 2012"),
        ("Detainer Emergency Act.", "Detainer Congressional Review Emergency Act, in force for 90 days."),
        ("</annotations>", '<annotation type="Section References">See § 9-108.</annotation></annotations>'),
    ],
)
@pytest.mark.parametrize("kind", ["code", "legislation"])
def test_annotations_in_xml_are_no_law(old: str, new: str, kind: str) -> None:
    assert old in SECTION
    assert changes(SECTION, SECTION.replace(old, new), kind) == ()


@pytest.mark.parametrize(
    ("old", "new"), [("§ 1, 2012)", "§ 1, 2012; Ord. 31 § 2, 2026)"), ("Law 19-194.", "Law 19-194, effective Dec. 11.")]
)
def test_history_on_a_page_of_a_code_is_no_law_and_news_on_any_other(old: str, new: str) -> None:
    assert changes(PAGE, PAGE.replace(old, new)) == ()
    assert len(changes(PAGE, PAGE.replace(old, new), "legislation")) == 1


def test_what_the_law_says_is_told_in_one_thread_whatever_happens_to_its_heading() -> None:
    reworded = SECTION.replace("shall not tell", "may tell")
    titled = reworded.replace("Immigration detainers.", "Civil immigration detainers")
    repealed = titled.replace("Civil immigration detainers", "Repealed.").partition("<para>")[0] + "</section>"
    found = [told(one, two) for one, two in ((SECTION, reworded), (reworded, titled), (titled, repealed))]
    assert [len(one) for one in (found[0], found[2])] == [1, 1]
    assert {alert.thread.rpartition("/")[2] for one in found for alert in one} == {"9-107"}


def test_a_section_with_a_new_heading_was_not_changed_by_the_ordinances_it_already_named() -> None:
    (found,) = changes(PAGE, PAGE.replace("detainers</h1>", "detainers [Repealed]</h1>"))
    assert found.ordinances == ()
