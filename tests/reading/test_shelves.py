"""Pages without meetings, only dated papers, become meetings; nothing is guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from bs4 import BeautifulSoup

from watcher.model import Jurisdiction, Request, Response, Site
from watcher.reading import filenames, papers, shelves

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
URL = "https://elmfalls.example/agendas"


def shelf(markup: str, *, pages_too: bool = False, body: str | None = None) -> shelves.Shelf:
    place = Jurisdiction("ma-elm-falls", "Elm Falls", "MA", "city", "America/New_York")
    site = Site("elm-falls", place, "wordpress", URL, body=body, follow=("agendas", "attachments"))
    response = Response(Request(URL), URL, 200, {"content-type": "text/html"}, markup.encode(), NOW)
    return shelves.shelf_of(BeautifulSoup(markup, "lxml"), site, response, pages_too=pages_too)


def told(markup: str, *, pages_too: bool = False) -> list[tuple[str, list[str]]]:
    return [(m.id, [link.kind for link in m.documents]) for m in shelf(markup, pages_too=pages_too).meetings]


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("EFC-Agenda-04162024.pdf", date(2024, 4, 16)),
        ("4-23-24-Council-Amended-Agenda.pdf", date(2024, 4, 23)),
        ("Agenda-Packet-22-09-14.pdf", date(2022, 9, 14)),
        ("9.16.2022-SPECIAL-AGENDA.pdf", date(2022, 9, 16)),
        ("Agenda-packet-03-25-26-1.pdf", date(2026, 3, 25)),
        ("pc_agenda_7-7-22_0.pdf", date(2022, 7, 7)),
        ("02-03-26Closed-session.pdf", date(2026, 2, 3)),
        ("20260114_minutes.pdf", date(2026, 1, 14)),
        ("2026_01_14.pdf", date(2026, 1, 14)),
        ("september_27_2022_agenda.pdf", date(2022, 9, 27)),
        ("Minutes-14-July-2026.docx", date(2026, 7, 14)),
        ("Water-Rates-2026.pdf", None),
        ("Tract-6409.pdf", None),
        ("Form-991399.pdf", None),
    ],
)
def test_a_date_in_a_file_name_is_read(name: str, day: date | None) -> None:
    assert filenames.date_in_name(f"https://elmfalls.example/files/2026/11/{name}?x=1-2-2020") == day


def test_a_line_with_a_date_and_two_links_is_one_meeting() -> None:
    line = '<p>November 3, 2026 Agenda — <a href="a.pdf">view agenda</a> — <a href="m.pdf">view minutes</a></p>'
    (meeting,) = shelf(line).meetings
    assert meeting.title == "November 3, 2026 Agenda"
    assert [link.kind for link in meeting.documents] == ["agenda", "minutes"]
    assert meeting.start is not None
    assert meeting.start.isoformat() == "2026-11-03T00:00:00-05:00"


def test_two_sittings_of_one_day_stay_two_and_lines_below_belong_to_theirs() -> None:
    lines = """<p>December 1, 2026 Agenda — <a href="a.pdf">view agenda</a><br>
      Supplements — <a href="Sales.pdf">Sales tax</a><br>
      December 1, 2026 Special Meeting Agenda — <a href="s.pdf">view agenda</a></p>"""
    assert told(lines) == [("2026-12-01", ["agenda", "attachment"]), ("2026-12-01:special", ["agenda"])]


def test_a_heading_or_a_line_above_gives_the_date_but_a_column_of_dates_does_not() -> None:
    assert told('<h3>December 1, 2026</h3><ul><li><a href="a.pdf">Agenda</a></ul>') == [("2026-12-01", ["agenda"])]
    assert told('<p>December 1, 2026</p><p><a href="a.pdf">Agenda</a></p>') == [("2026-12-01", ["agenda"])]
    column = "<p>December 1, 2026</p><p>December 8, 2026</p>"
    loose = shelf(f'{column}<p><a href="a.pdf">Agenda</a></p><p><a href="b.pdf">Agenda</a></p>')
    assert loose.meetings == ()
    assert [link.title for link in loose.loose] == ["Agenda", "Agenda"]


def test_the_year_may_stand_in_the_heading() -> None:
    found = told('<h2>2026 Agendas</h2><p><a href="one.pdf">December 1</a></p><p><a href="two.pdf">15 December</a></p>')
    assert found == [("2026-12-01", ["agenda"]), ("2026-12-15", ["agenda"])]


def test_table_columns_name_kinds_bodies_and_places() -> None:
    table = """<h2>Meetings</h2><table>
      <tr><th><a href="?sort=date">Date</a></th><th>Board</th><th>Location</th><th>Agenda Packet</th><th>Minutes</th></tr>
      <tr><td>12/01/2026 - 6:00pm</td><td>Zoning Board</td><td>Town Hall</td>
          <td><a href="/f/1.pdf"><img alt="PDF"></a></td><td><a href="/f/2.pdf">Download</a></td></tr></table>"""
    (meeting,) = shelf(table).meetings
    assert (meeting.body, meeting.location) == ("Zoning Board", "Town Hall")
    assert [link.kind for link in meeting.documents] == ["packet", "minutes"]
    assert str(meeting.start) == "2026-12-01 18:00:00-05:00"


def test_forms_budgets_and_posts_with_dates_are_no_meetings() -> None:
    page = """<p><a href="Salary-12-18-2026.pdf">Salary schedule</a></p><p><a href="fees.pdf">Fees as of 1/1/2026</a></p>
      <p>Posted November 2, 2026 <a href="/news/leaves">Leaf pick-up</a></p>"""
    assert told(page) == []


def test_rows_that_lead_to_pages_are_meetings_only_where_the_system_writes_them() -> None:
    row = '<table><tr><td>Monday, December 7, 2026 - 7pm</td><td><a href="/event/7">Library Trustees</a></td></tr></table>'
    assert told(row) == []
    (meeting,) = shelf(row, pages_too=True).meetings
    assert meeting.url == "https://elmfalls.example/event/7"
    assert meeting.title.startswith("Monday")


def test_cancelled_and_amended_are_read_from_the_row() -> None:
    lines = """<p>December 1, 2026 Council Meeting Cancelled — <a href="n.pdf">read more</a></p>
      <p><a href="a.pdf">December 8, 2026 Amended Agenda</a></p>
      <p>No Library Board Meeting in December — <a href="lib12152026.pdf">read more</a></p>"""
    off, amended, none = shelf(lines).meetings
    assert (off.status, off.documents[0].kind) == ("cancelled", "notice")
    assert amended.documents[0].revised == "Amended Agenda"
    assert none.status == "cancelled"


def test_minutes_that_only_name_the_day_join_its_meeting() -> None:
    page = '<p><a href="a.pdf">11/3/2026 Special Meeting Agenda</a></p><hr><p><a href="m.pdf">11/3/2026 Minutes</a></p>'
    assert told(page) == [("2026-11-03:special", ["agenda", "minutes"])]


def test_a_passage_that_says_what_a_meeting_says_is_told_once() -> None:
    markup = "<html><body><p>A notice.</p><p>December 1, 2026 <a href='a.pdf'>Agenda</a></p></body></html>"
    place = Jurisdiction("ma-elm-falls", "Elm Falls", "MA", "city", "America/New_York")
    site = Site("elm-falls", place, "wordpress", URL, follow=("agendas",))
    response = Response(Request(URL), URL, 200, {"content-type": "text/html"}, markup.encode(), NOW)
    reading = shelves.listing(shelf(markup), site, response)
    assert [passage.key for passage in reading.document.passages] == ["", "2026-12-01"]
    assert [request.url for request in reading.follow] == ["https://elmfalls.example/a.pdf"]


def test_the_name_of_a_paper_knows_no_scheme_token_or_own_host() -> None:
    assert papers.paper_id("http://www.elmfalls.example/f/a.pdf?ver=2&id=7", URL) == "/f/a.pdf?id=7"
    assert papers.paper_id("https://files.example/a.pdf?sig=x", URL) == "files.example/a.pdf"


def test_a_meeting_alone_of_its_day_keeps_its_id_whatever_its_row_says_later() -> None:
    before = '<p>December 1, 2026 Agenda — <a href="a.pdf">view agenda</a></p>'
    after = '<p>December 1, 2026 City Council Meeting Cancelled — <a href="a.pdf">view agenda</a></p>'
    assert [m.id for m in shelf(before).meetings] == [m.id for m in shelf(after).meetings] == ["2026-12-01"]
    other = '<p>December 1, 2026 Planning Commission — <a href="p.pdf">agenda</a></p>'
    assert [m.id for m in shelf(after + other).meetings] == ["2026-12-01:council", "2026-12-01:planning"]


def test_a_link_in_two_halves_is_one_and_one_that_begins_with_a_line_break_is_of_the_line_below() -> None:
    markup = (
        '<p><a href="/may-minutes.pdf">May</a><a href="/may-minutes.pdf"> 7, 2026 – Minutes</a><br>'
        '<a href="/april-minutes.pdf">April 2, 2026 – Minutes</a><a href="/march-minutes.pdf"><br>'
        "March 5, 2026 – Minutes</a></p>"
    )
    assert [(m.id, m.title, [link.title for link in m.documents]) for m in shelf(markup).meetings] == [
        ("2026-05-07", "May 7, 2026 – Minutes", ["May 7, 2026 – Minutes"]),
        ("2026-04-02", "April 2, 2026 – Minutes", ["April 2, 2026 – Minutes"]),
        ("2026-03-05", "March 5, 2026 – Minutes", ["March 5, 2026 – Minutes"]),
    ]


def test_a_paper_named_by_its_day_and_the_clerks_own_word_is_what_the_page_is_about() -> None:
    markup = (
        "<title>Agendas | Elm Falls</title><p><a href='/NOV-18-2026-CCAP.pdf'>NOVEMBER 18, 2026 CCAP</a></p>"
        "<p><a href='/NOV-4-2026-CCAP.pdf'>NOVEMBER 4 2026 CCAP</a></p>"
        "<p><a href='/NOV-4-2026-CCAP.pdf'>)</a><a href='/OCT-21-2026-CCAP.pdf'>OCTOBER 21, 2026 CCAP</a></p>"
    )
    assert told(markup) == [("2026-11-18", ["agenda"]), ("2026-11-04", ["agenda"]), ("2026-10-21", ["agenda"])]


def test_a_dated_line_tells_nothing_of_the_next_section() -> None:
    markup = "<h4>2026</h4><p>Meeting of May 22, 2026</p><h4>Warrants</h4><p><a href='/warrants.pdf'>City warrants, agenda</a></p>"
    found = shelf(markup)
    assert found.meetings == ()
    assert [link.url for link in found.loose] == ["https://elmfalls.example/warrants.pdf"]


def test_papers_of_no_meeting_are_asked_for_last_and_those_of_the_menu_after_them() -> None:
    markup = (
        "<nav><a href='/form.pdf'>Dog licence</a></nav><p><a href='/agenda-11-18-26.pdf'>Agenda November 18, 2026</a></p>"
        "<p><a href='/policy.pdf'>Policy of the police on detainers</a></p>"
    )
    found = shelf(markup)
    assert [link.title for link in found.others] == ["Policy of the police on detainers", "Dog licence"]
    place = Jurisdiction("ma-elm-falls", "Elm Falls", "MA", "city", "America/New_York")
    site = Site("elm-falls", place, "wordpress", URL, follow=("agendas", "attachments"))
    response = Response(Request(URL), URL, 200, {"content-type": "text/html"}, markup.encode(), NOW)
    asked = [
        (request.url.rpartition("/")[2], request.optional) for request in shelves.listing(found, site, response).follow
    ]
    assert asked == [("agenda-11-18-26.pdf", False), ("policy.pdf", True), ("form.pdf", True)]


def test_a_special_meeting_below_the_regular_one_of_its_day_is_a_meeting_of_its_own() -> None:
    markup = (
        '<p><a href="/a.pdf">August 7, 2026 – City Council Agenda</a><br>'
        '<a href="/s.pdf">August 7, 2026 – Special Meeting – City and schools</a><br>'
        '<a href="/r.pdf">Report on the pool</a></p>'
    )
    assert [(m.id, [link.title for link in m.documents]) for m in shelf(markup).meetings] == [
        ("2026-08-07", ["August 7, 2026 – City Council Agenda"]),
        ("2026-08-07:special", ["August 7, 2026 – Special Meeting – City and schools", "Report on the pool"]),
    ]
