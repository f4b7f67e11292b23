"""What the saved cases cannot show: words, dates, identities, bounds, and how sure the reader is of an address."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher import platforms
from watcher.errors import ReadError
from watcher.model import Jurisdiction, Link, Meeting, Request, Response, Site
from watcher.platforms import following, marks
from watcher.platforms.legistar import link_id
from watcher.platforms.legistar.rtf import plain

LEGISTAR = platforms.load("legistar")
HERE = Path(__file__).parent
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PLACE = Jurisdiction("co-x", "X", "CO", "city", "America/Denver")
SITE = Site("x", PLACE, "legistar", "http://127.0.0.1:8123/Calendar.aspx", follow=("agendas", "packets", "minutes"))


def answer(body: bytes, *, url: str = SITE.url, kind: str = "text/html", asked: str = "listing") -> Response:
    return Response(Request(url, kind=asked), url, 200, {"content-type": kind}, body, NOW)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("CANCELLED", "cancelled"),
        ("Meeting canceled due to weather", "cancelled"),
        ("NOTICE OF CANCELLATION", "cancelled"),
        ("POSTPONED", "cancelled"),
        ("Deferred", "cancelled"),
        ("RESCHEDULED TO DECEMBER 3", "cancelled"),
        ("This meeting has been rescheduled", "cancelled"),
        ("Rescheduled from November 12", "confirmed"),
        ("RESCHEDULED", "tentative"),
        ("Tentative date", "tentative"),
        ("REVISED AGENDA", "confirmed"),
        ("Room 300", "confirmed"),
    ],
)
def test_a_clerks_words_say_whether_a_meeting_takes_place(words: str, status: str) -> None:
    assert marks.status_of(NOW + timedelta(days=1), NOW, words) == status


def test_a_meeting_is_over_some_hours_after_it_began() -> None:
    assert marks.status_of(NOW - timedelta(hours=5), NOW) == "confirmed"
    assert marks.status_of(NOW - timedelta(hours=7), NOW) == "passed"


def test_a_meeting_without_an_hour_is_not_over_on_its_own_day() -> None:
    midnight = marks.start_of(date(2026, 11, 24), None, "America/Denver")
    assert marks.status_of(midnight, datetime(2026, 11, 25, 5, tzinfo=UTC)) == "confirmed"


def test_a_cancelled_meeting_of_the_past_stays_cancelled() -> None:
    assert marks.status_of(NOW - timedelta(days=9), NOW, "CANCELLED") == "cancelled"


@pytest.mark.parametrize(
    ("words", "mark"),
    [
        ("REVISED AGENDA", "REVISED AGENDA"),
        ("City Hall *** Amended Agenda ***", "Amended Agenda"),
        ("Final-revised", "Final-revised"),
        ("Addendum", "Addendum"),
        ("Second Revised Agenda", "Second Revised Agenda"),
        ("Supplemental Agenda", "Supplemental Agenda"),
        ("Final", None),
        ("Board of Supervisors", None),
    ],
)
def test_a_clerks_words_say_whether_an_agenda_was_amended(words: str, mark: str | None) -> None:
    assert marks.revised_mark(words) == mark


@pytest.mark.parametrize("text", ["11/24/2026", "11/24/26", "2026-11-24T00:00:00", "Tuesday, November 24, 2026"])
def test_dates_are_read_as_the_vendor_writes_them(text: str) -> None:
    assert marks.read_date(text) == date(2026, 11, 24)


@pytest.mark.parametrize("text", ["", "TBD", "13/45/2026", "May be 3, 2026?"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert marks.read_date(text) is None


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("6:30 PM", time(18, 30)),
        ("6 p.m.", time(18)),
        ("12:00 AM", time(0)),
        ("12:15 PM", time(12, 15)),
        ("Noon", time(12)),
        ("18:30", time(18, 30)),
        ("Deferred", None),
        ("Immediately following", None),
    ],
)
def test_times_are_read_as_clerks_write_them(text: str, clock: time | None) -> None:
    assert marks.read_time(text) == clock


@pytest.mark.parametrize(
    ("href", "identity"),
    [
        ("MeetingDetail.aspx?ID=5&GUID=ab-1&Options=info|&Search=ice", "meeting:5:AB-1"),
        ("https://x.legistar.com/View.ashx?M=A&ID=5&GUID=AB-1", "A:5:AB-1"),
        ("/View.ashx?GUID=AB-1&ID=5&M=F", "F:5:AB-1"),
        ("LegislationDetail.aspx?ID=7&GUID=C&Options=Advanced&Search=", "legislation:7:C"),
        ("Gateway.aspx?M=LD&From=RSS&ID=7&GUID=C", "legislation:7:C"),
        ("MeetingDetail.aspx?LEGID=801&GID=77&G=G77", "meeting:LEGID:801"),
        ("View.ashx?M=IC&ID=5&GUID=AB-1", None),
        ("Calendar.aspx", None),
        ("DepartmentDetail.aspx?ID=1&GUID=2", None),
        ("javascript:__doPostBack('a','')", None),
    ],
)
def test_a_links_identity_is_its_id_and_guid(href: str, identity: str | None) -> None:
    assert link_id(href) == identity


def meeting(number: int, start: datetime, *kinds: str) -> Meeting:
    links = tuple(Link(f"{kind}:{number}", f"https://x/{kind}/{number}", kind, kind) for kind in kinds)
    return Meeting(str(number), "Council", start=start, url=f"https://x/m/{number}", documents=links)


def test_meetings_ahead_come_before_meetings_past_and_long_past_ones_are_left_alone() -> None:
    days = {1: 20, 2: 1, 3: -2, 4: -9, 5: -11}
    found = following.from_listing([meeting(n, NOW + timedelta(days=d)) for n, d in days.items()], SITE, NOW)
    assert [request.url for request in found] == [f"https://x/m/{number}" for number in (2, 1, 3, 4)]


def test_a_packet_is_followed_only_where_no_agenda_is() -> None:
    both, alone = meeting(1, NOW, "agenda", "packet"), meeting(2, NOW, "packet")
    assert [request.kind for request in following.documents_of(both, SITE)] == ["agenda"]
    assert [request.kind for request in following.documents_of(alone, SITE)] == ["packet"]


@given(st.lists(st.integers(-400, 400), max_size=300))
def test_one_calendar_never_asks_for_more_than_a_visit_can_bear(days: list[int]) -> None:
    many = [meeting(n, NOW + timedelta(days=d), "agenda", "minutes") for n, d in enumerate(days)]
    found = following.from_listing(many, SITE, NOW)
    assert len(found) <= following.MOST
    assert len({request.key for request in found}) == len(found)


def test_every_address_is_made_of_the_answers_own() -> None:
    body = (HERE / "calendar/response.html").read_bytes()
    reading = LEGISTAR.read(SITE, answer(body))
    assert reading.follow
    assert all(request.url.startswith("http://127.0.0.1:8123/") for request in reading.follow)


@given(st.binary(max_size=400))
def test_bytes_that_are_no_page_are_refused_by_name(body: bytes) -> None:
    with pytest.raises(ReadError):
        LEGISTAR.read(SITE, answer(b"x" + body))


@given(st.integers(1, 5_000))
def test_a_calendar_cut_anywhere_is_refused(length: int) -> None:
    body = (HERE / "calendar/response.html").read_bytes()
    with pytest.raises(ReadError):
        LEGISTAR.read(SITE, answer(body[: min(length, len(body) - 10)]))


def test_rtf_is_reduced_to_its_words() -> None:
    text = r"{\rtf1\ansi{\fonttbl{\f0 Times;}}{\*\generator x;}\pard \'93Officers\'94 shall {\b not}\par may \u167 ?9\emdash so}"
    assert plain(text) == "“Officers” shall not\nmay §9—so"


@given(st.text(max_size=200))
def test_any_rtf_is_reduced_without_an_error(text: str) -> None:
    assert isinstance(plain("{\\rtf1 " + text), str)


@pytest.mark.parametrize(
    ("url", "body", "sure"),
    [
        ("https://boston.legistar.com/Calendar.aspx", None, True),
        ("https://webapi.legistar.com/v1/boston/Events", None, True),
        ("http://council.example.gov/Calendar.aspx", "calendar/response.html", True),
        ("http://council.example.gov/Calendar.aspx", "another_vendors_page/response.html", False),
        ("http://council.example.gov/agendas", None, False),
    ],
)
def test_the_vendor_is_recognised_by_its_host_or_its_grids(url: str, body: str | None, sure: bool) -> None:
    response = answer((HERE / body).read_bytes(), url=url) if body else None
    assert (LEGISTAR.detect(url, response) > 0.5) is sure


def test_a_section_heading_that_spans_the_columns_is_no_file_number() -> None:
    page = (HERE / "meeting_with_items/response.html").read_text("utf-8")
    head = page.index('<tr class="rgAltRow"', page.index("gridMain_ctl00"))
    spanning = '<tr class="rgAltRow"><td colspan="10"><b>CONSENT AGENDA</b></td></tr>'
    body = page[:head] + spanning + page[page.index("</tr>", head) + 5 :]
    reading = LEGISTAR.read(SITE, answer(body.encode(), url="http://127.0.0.1:8123/MeetingDetail.aspx?ID=1&GUID=2"))
    assert (reading.items[1].title, reading.items[1].matter) == ("CONSENT AGENDA", None)
    assert reading.items[2].section == "CONSENT AGENDA"
    assert reading.items[2].consent


def test_a_meetings_agenda_on_another_host_is_its_agenda_too() -> None:
    page = (HERE / "meeting_with_items/response.html").read_text("utf-8")
    body = page.replace("View.ashx?M=A&amp;ID=4101", "http://media.example.org/agenda.pdf?ID=4101")
    reading = LEGISTAR.read(SITE, answer(body.encode(), url="http://127.0.0.1:8123/MeetingDetail.aspx?ID=1&GUID=2"))
    agenda = reading.meetings[0].documents[0]
    assert (agenda.kind, agenda.url.split("?")[0]) == ("agenda", "http://media.example.org/agenda.pdf")


def test_a_label_is_never_taken_for_the_value_beside_it() -> None:
    page = (HERE / "meeting_with_items/response.html").read_text("utf-8")
    label = '<td><span id="ctl00_ContentPlaceHolder1_lblName">Meeting Name:</span>'
    body = page.replace("ContentPlaceHolder1_hypName", "ContentPlaceHolder1_hypBody").replace(
        "<td>Meeting Name:", label
    )
    reading = LEGISTAR.read(SITE, answer(body.encode(), url="http://127.0.0.1:8123/MeetingDetail.aspx?ID=1&GUID=2"))
    assert reading.meetings[0].body == "City Council"
