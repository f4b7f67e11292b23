"""A vendor's page is known by its own marks on any host, and by its path alone only with a doubt."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from watcher import platforms
from watcher.model import Request, Response

HERE = Path(__file__).parent
SOMEWHERE = "http://127.0.0.1:9000/x"


def guess(vendor: str, url: str, body: bytes | None = None) -> float:
    response = Response(Request(url), url, 200, {}, body, datetime(2026, 11, 24, tzinfo=UTC)) if body else None
    return platforms.load(vendor).detect(url, response)


@pytest.mark.parametrize(
    ("vendor", "host", "path", "page"),
    [
        ("iqm2", "https://elmfallsmo.iqm2.com/Citizens/", "/Citizens/Calendar.aspx", "calendar/response.html"),
        ("novusagenda", "https://elmfalls.novusagenda.com/", "/agendapublic/", "listing/response.html"),
        ("boarddocs", "https://go.boarddocs.com/ks/x/Board.nsf/Public", "/ks/x/Board.nsf/Public", "feed/response.xml"),
        ("boarddocs", "https://go.boarddocs.com/ks/x", "/ks/x/Board.nsf/BD-GetAgenda", "list/response.json"),
        ("boardbook", "https://meetings.boardbook.org/Public/Agenda/1", "/Public/Agenda/1", "list/response.html"),
        ("simbli", "https://simbli.eboardsolutions.com/", "/SB_Meetings/ViewMeeting.aspx", "list/response.json"),
    ],
)
def test_host_marks_and_path_weigh_in_this_order(vendor: str, host: str, path: str, page: str) -> None:
    assert guess(vendor, host) >= platforms.SURE
    assert guess(vendor, SOMEWHERE, (HERE / vendor / page).read_bytes()) >= platforms.SURE
    assert 0.3 <= guess(vendor, f"https://elmfalls.example.gov{path}") < platforms.SURE
    assert guess(vendor, SOMEWHERE) == 0.0
    assert guess(vendor, SOMEWHERE, b"<html><body>\xff\xfe</body></html>") == 0.0


@pytest.mark.parametrize(
    ("vendor", "href", "name"),
    [
        ("boardbook", "/Documents/FileViewerOrPublic/1810?file=4c02-aa", "file:4c02-aa"),
        ("boardbook", "/Documents/FileViewerOrPublic/1810", None),
        ("boardbook", "/Public/DownloadMinutes/1810?meeting=7", "minutes-file:7"),
        ("boarddocs", "/ks/x/Board.nsf/pfiles/ABC123/$file/agenda.pdf", "file:ABC123"),
        ("boarddocs", "/ks/x/Board.nsf/goto?open&id=D1", "goto:D1"),
        ("novusagenda", "MinutesView.aspx?MinutesMeetingID=273", "minutes-page:273"),
        ("novusagenda", "meetingsgeneral.aspx?Date=6ms", None),
        ("iqm2", "FileView.aspx?Type=15&ID=4676 ", "15:4676"),
        ("iqm2", "Detail_Meeting.aspx?ID=4676", None),
        ("simbli", "/SB_Meetings/ViewMeeting.aspx?S=9&MID=4&T=1", "minutes:4"),
        ("granicus", "/MinutesViewer.php?view_id=2&clip_id=7&doc_id=4c02", "minutes:clip:7:4c02"),
        ("granicus", "/AgendaViewer.php?view_id=2&event_id=494", "agenda:event:494"),
    ],
)
def test_a_link_has_a_name_that_lasts_or_none(vendor: str, href: str, name: str | None) -> None:
    link_id = platforms.load(vendor).link_id  # type: ignore[attr-defined]
    assert link_id(href) == name


@pytest.mark.parametrize(
    ("vendor", "page"),
    [
        ("granicus", "agenda_with_items_that_were_not_recorded/response.html"),
        ("boarddocs", "agenda_in_frames/response.html"),
        ("onbase", "list_with_nothing_published_for_the_first/response.html"),
        ("civicweb", "meetings_with_one_not_held/response.json"),
        ("iqm2", "meeting/response.html"),
    ],
)
def test_an_answer_saved_without_its_address_is_known_by_its_own_marks(vendor: str, page: str) -> None:
    body = (HERE / vendor / page).read_bytes()
    response = Response(Request(SOMEWHERE), SOMEWHERE, 200, {}, body, datetime(2026, 11, 24, tzinfo=UTC))
    (first, sure), (_, next_sure) = platforms.recognise(SOMEWHERE, response)[:2]
    assert (first, sure >= platforms.SURE, next_sure < platforms.SURE) == (vendor, True, True)
