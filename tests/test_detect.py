"""`watcher detect`: vendors by address, headers and body; a home page followed one step; where a moved place went."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.town import Desk, Town, a_town
from watcher import platforms
from watcher.cli.detecting import Find, entry_for, is_listing, place_of, to_agendas
from watcher.model import Document, Jurisdiction, Meeting, Reading, Request, Response, Site
from watcher.watch.look import standstill

CASES = Path(__file__).parent / "platforms"
CORPUS = Path(__file__).parents[1] / "../shared/corpus"
CALENDAR = (CASES / "legistar/calendar/response.html").read_bytes()
PLACE = Jurisdiction("ma-elm-falls", "Elm Falls", "MA", "city", "America/New_York")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def town() -> Iterator[Town]:
    yield from a_town()


def response(body: bytes, url: str = "https://elmfalls.gov/", kind: str = "text/html") -> Response:
    return Response(Request(url), url, 200, {"content-type": kind}, body, NOW)


def detected(town: Town, folder: Path, path: str) -> dict[str, Any]:
    (line,) = Desk(folder).lines("detect", town.base + path)
    return line


def test_a_home_page_is_followed_one_step_to_its_agendas(town: Town, tmp_path: Path) -> None:
    town.put(
        "/",
        "<html><head><title>City of Elm Falls, CO | Home</title></head><body><p>Welcome to the city.</p>"
        '<a href="/parks">Parks</a><a href="/gone">Agendas and minutes (old)</a><a href="/Calendar.aspx">Meetings and agendas</a>'
        "</body></html>",
    )
    town.put("/Calendar.aspx", CALENDAR)
    line = detected(town, tmp_path, "/")
    assert (line["platform"], line["url"], line["found"]) == ("legistar", town.base + "/", town.base + "/Calendar.aspx")
    assert line["confidence"] >= 0.8
    (entry,) = yaml.safe_load(line["entry"])
    assert entry["platform"] == "legistar"
    assert town.asked["/parks"] == 0


WORDPRESS = '<link rel="stylesheet" href="/wp-content/themes/town/style.css">'
VISION = "<script>window.visionOptions = {};</script>"


@pytest.mark.parametrize(
    ("head", "links", "first"),
    [
        pytest.param(
            WORDPRESS,
            [
                ("Municipal Code", "https://library.municode.com/co/elm_falls"),
                ("Library Board agendas", "https://go.boarddocs.com/co/elmlib/Board.nsf/Public"),
                ("Watch meetings", "https://elmfallsco.new.swagit.com/views/12"),
                ("City Council Meetings", "https://elmfalls.legistar.com/Calendar.aspx"),
            ],
            "https://elmfalls.legistar.com/Calendar.aspx",
            id="the council before the library, the code and the videos",
        ),
        pytest.param(
            VISION,
            [
                ("eCode360", "https://ecode360.com/EL1234"),
                ("Water District meetings", "https://elmwater.primegov.com/public/portal"),
                ("Agendas & Minutes", "/government/agendas-minutes"),
            ],
            "https://elmfalls.gov/government/agendas-minutes",
            id="the town's own page before a utility's portal",
        ),
        pytest.param(
            '<div id="structuralContainer"></div>',
            [
                ("City Code", "https://codelibrary.amlegal.com/codes/elmfalls/latest/overview"),
                ("Planning Commission agendas", "/AgendaCenter/Planning-Commission-3"),
                ("Agendas & Minutes", "/AgendaCenter"),
            ],
            "https://elmfalls.gov/AgendaCenter",
            id="the agenda center before one board's part of it",
        ),
        pytest.param(
            WORDPRESS,
            [("School Board", "https://go.boarddocs.com/co/elmsd/Board.nsf/Public"), ("Parks", "/parks")],
            "https://go.boarddocs.com/co/elmsd/Board.nsf/Public",
            id="another body's where there is nothing else",
        ),
        pytest.param(
            WORDPRESS,
            [("Municipal Code", "https://library.municode.com/co/elm_falls"), ("Parks", "/parks")],
            None,
            id="a code is no place of agendas",
        ),
    ],
)
def test_of_a_home_page_the_councils_own_agendas_come_first(
    head: str, links: list[tuple[str, str]], first: str | None
) -> None:
    anchors = "".join(f'<li><a href="{url}">{text}</a></li>' for text, url in links)
    page = f"<html><head><title>City of Elm Falls, CO | Home</title>{head}</head><body><ul>{anchors}</ul></body></html>"
    home = response(page.encode())
    find = Find(*platforms.recognise(home.url, home)[0], home)
    assert not is_listing(find)
    assert next(to_agendas(find), None) == first


@pytest.mark.parametrize(
    ("url", "title", "listing"),
    [
        ("https://elmfalls.gov/index.php", "City of Elm Falls", False),
        ("https://elmfalls.gov/en/home", "City of Elm Falls", False),
        ("https://elmfalls.gov/government/", "Government – City of Elm Falls", False),
        ("https://elmfalls.gov/government/agendas-minutes/", "City of Elm Falls", True),
        ("https://elmfalls.gov/clerk/", "Agendas & Minutes – City of Elm Falls", True),
    ],
)
def test_a_citys_front_door_is_no_list_of_meetings(url: str, title: str, *, listing: bool) -> None:
    page = response(f"<html><head><title>{title}</title>{WORDPRESS}</head><body>x</body></html>".encode(), url)
    assert is_listing(Find(*platforms.recognise(url, page)[0], page)) is listing


@pytest.mark.parametrize(
    "body",
    [
        '<a href="https://www.qcode.us/codes/elmfalls/view.php?topic=2">City code (Quality Code)</a>',
        '<a href="/videos/">Videos</a> <a href="https://elmfallsco.new.swagit.com/">on Swagit</a>',
        '<img src="https://images.squarespace-cdn.com/a.png"><img src="https://static1.squarespace.com/static/x.png">',
        '<a href="https://ecode360.com/EL1234">eCode360</a>',
        '<a href="https://elmfalls.municipalcodeonline.com/book?type=ordinances">Code</a>',
        '<a href="https://elmfalls.granicus.com/ViewPublisher.php?view_id=2">Videos</a>',
        '<a href="https://elmfalls.civicweb.net/Portal/">Portal</a> <a href="https://simbli.eboardsolutions.com/SB_Meetings/SB_MeetingListing.aspx?S=1">Schools</a>',
    ],
)
def test_a_link_to_a_vendor_makes_no_page_the_vendors(body: str) -> None:
    for head in ("", WORDPRESS, VISION):
        page = f"<html><head><title>City of Elm Falls</title>{head}</head><body>{body}</body></html>".encode()
        name, sure = platforms.recognise("https://elmfalls.gov/", response(page))[0]
        expected = {"": "page", WORDPRESS: "wordpress", VISION: "govaccess"}[head]
        assert sure < platforms.SURE or name == expected, name


def test_a_page_of_nobody_known_is_watched_as_a_page(town: Town, tmp_path: Path) -> None:
    town.put(
        "/code", "<html><head><title>Town of Elm Falls, MA – Bylaws</title></head><body><p>Bylaws.</p></body></html>"
    )
    line = detected(town, tmp_path, "/code")
    (entry,) = yaml.safe_load(line["entry"])
    assert (line["platform"], entry["platform"]) == ("page", "page")
    assert entry["jurisdiction"] == {
        "name": "Elm Falls",
        "state": "MA",
        "kind": "city",
        "time_zone": "America/New_York",
    }


@pytest.mark.parametrize(
    ("title", "place"),
    [
        ("City of Elm Falls, CO | Official Website", ("Elm Falls", "CO", "city")),
        ("Calendar • Elm Falls, KS • CivicEngage", ("Elm Falls", "KS", "city")),
        ("Agenda Center | Nash Mill County, NC", ("Nash Mill County", "NC", "county")),
        ("County of Elm Falls - Meetings", ("Elm Falls County", "US", "county")),
        ("Meetings", None),
    ],
)
def test_the_place_is_read_off_the_title(title: str, place: tuple[str, str, str] | None) -> None:
    assert place_of(response(f"<html><head><title>{title}</title></head><body>x</body></html>".encode())) == place


@pytest.mark.parametrize(
    ("platform", "url", "expected"),
    [
        (
            "municode_library",
            "https://library.municode.com/co/elm_falls/codes/code_of_ordinances",
            ("Elm Falls", "CO", "code"),
        ),
        ("civicplus", "https://co-elmfalls.civicplus.com/AgendaCenter", ("Elmfalls", "CO", None)),
        ("boarddocs", "https://go.boarddocs.com/co/elmsd/Board.nsf/Public", ("Elmsd", "CO", None)),
        ("ice_287g", "https://www.ice.gov/identify-and-arrest/287g", ("Ice", "US", "list")),
        ("page", "http://127.0.0.1:8123/code", ("Place", "US", "ordinance")),
    ],
)
def test_an_entry_takes_the_place_out_of_the_address_where_the_page_names_none(
    platform: str, url: str, expected: tuple[str, str, str | None]
) -> None:
    (entry,) = yaml.safe_load(entry_for(Find(platform, 0.95, response(b"<html><body>x</body></html>", url))))
    assert (entry["jurisdiction"]["name"], entry["jurisdiction"]["state"], entry.get("kind")) == expected


@pytest.mark.parametrize("body", [b"", b"\x00\xff\xfe", b"%PDF-1.7", b"[]", b"{", b"<html><p>Hello</p></html>"])
def test_no_vendor_is_sure_of_a_body_that_says_nothing(body: bytes) -> None:
    for url in ("https://elmfalls.gov/", "not a url", "http://[bad"):
        assert platforms.recognise(url, response(body, url))[0][1] < 0.8
        assert platforms.recognise(url, None)[0][1] < 0.8


@pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared/corpus is not here")
def test_a_page_that_moved_to_another_vendor_is_named() -> None:
    site = Site("elm-falls", PLACE, "page", "https://elmfalls.gov/agendas")
    moved = response(CALENDAR, "https://elmfalls.legistar.com/Calendar.aspx")
    assert "legistar" in platforms.elsewhere(site, moved)


def test_a_page_that_says_it_has_moved_is_quoted() -> None:
    site = Site("elm-falls", PLACE, "legistar", "https://elmfalls.gov/Calendar.aspx")
    said = b"<html><body><p>Our agendas have moved to a new portal. Please update your bookmarks.</p></body></html>"
    assert "have moved to a new portal" in platforms.elsewhere(site, response(said))
    assert platforms.elsewhere(site, response(b"<html><body><p>Nothing here.</p></body></html>")) == ""


@pytest.mark.parametrize(
    "said",
    [
        "Effective July 1, 2026, agendas will be posted at https://elmfalls.civicclerk.com.",
        "As of March 1, 2026 the Council uses CivicClerk. Click here for current agendas",
        "This page has been retired. Please visit https://elmfalls.gov/meetings",
        "Our municipal code is now hosted by eCode360.",
        "The Code has moved to a new location: https://ecode360.com/EL1234",
        "You will be redirected to our new site shortly",
        "Please update your bookmarks.",
        "For newer agendas go to the new portal",
    ],
)
def test_a_move_is_understood_in_the_words_of_many_clerks(said: str) -> None:
    site = Site("elm-falls", PLACE, "page", "https://elmfalls.gov/Calendar.aspx")
    assert platforms.elsewhere(site, response(f"<html><body><p>{said}</p></body></html>".encode()))


@pytest.mark.parametrize(
    "said",
    [
        "The ordinance moved to second reading.",
        "The meeting has been moved to 6 PM in the library.",
        "The meeting location has moved to City Hall.",
        "A new website for parks was approved.",
        "Agendas are posted 72 hours before the meeting.",
    ],
)
def test_what_moves_within_a_meeting_is_no_move_of_the_site(said: str) -> None:
    site = Site("elm-falls", PLACE, "page", "https://elmfalls.gov/Calendar.aspx")
    assert platforms.elsewhere(site, response(f"<html><body><p>{said}</p></body></html>".encode())) == ""


def test_a_listing_where_nothing_is_recent_is_remarked_on() -> None:
    site = Site("elm-falls", PLACE, "legistar", "https://elmfalls.legistar.com/Calendar.aspx")
    listing = Document("u", "Calendar", "listing")
    old = Reading(listing, (Meeting("1", "Council", start=datetime(2025, 3, 4, 18, tzinfo=UTC)),))
    new = Reading(listing, (Meeting("1", "Council", start=datetime(2026, 11, 4, 18, tzinfo=UTC)),))
    assert "2025-03-04" in standstill(site, old, NOW)
    assert standstill(site, new, NOW) == ""
    assert standstill(site, Reading(listing), NOW) == ""


# -------------------------------------------------------------------------------- recorded responses, where they are

# Folders of the corpus whose name is not the vendor's word. None: what no page of the vendor itself is (extracted text,
# rows as another program parsed them, a city's own JSON), where `page` or any doubt below 0.8 is right.
FOLDERS: dict[str, str | None] = {
    "legistar_insite": "legistar",
    "legistar_api": "legistar",
    "granicus_viewpublisher": "granicus",
    "civicplus_agendacenter": "civicplus",
    "civicengage_calendar": "civicengage",
    "civicweb_diligent": "civicweb",
    "boardbook_sparq": "boardbook",
    "govaccess_vision": "govaccess",
    "destiny_agendaquick": "destiny",
    "openlawlib_dc": "openlaw",
    "wordpress_tribe": "wordpress",
    "elms_chicago": "chicago_elms",
    "lims_minneapolis": "minneapolis_lims",
    "pdf_agenda": None,
    "civicplus_agenda_text": None,
    "static_html": None,
    "custom_json": None,
    "openmedia_omp": None,
    "trim_webdrawer": None,
}


def recorded() -> list[dict[str, Any]]:
    """The manifest's lines of full responses (no text that someone extracted from one)."""
    if not CORPUS.is_dir():
        return []
    lines = [json.loads(line) for line in (CORPUS / "MANIFEST.jsonl").read_text("utf-8").splitlines()]
    return [
        line for line in lines if not line["file"].endswith((".txt", ".jsonl")) and "scraped_rows" not in line["file"]
    ]


def guessed(entry: dict[str, Any]) -> tuple[str | None, str, float]:
    """(the vendor it is, the surest guess, its confidence)."""
    folder = entry["file"].split("/")[0]
    body = (CORPUS / entry["file"]).read_bytes()
    kind = mimetypes.guess_type(entry["file"])[0] or ""
    url = entry["original_url"] or "https://elmfalls.example.gov/"  # of some only the body was kept
    name, sure = platforms.recognise(url, response(body, url, kind))[0]
    return FOLDERS.get(folder, folder), name, sure


@pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared/corpus is not here")
def test_the_vendor_of_a_recorded_response_is_recognised() -> None:
    found = [(entry["file"], *guessed(entry)) for entry in recorded()]
    wrong = [line for line in found if line[3] >= platforms.SURE and line[2] != (line[1] or "page")]
    assert wrong == [], "a wrong vendor, and sure of it"
    vendors = [line for line in found if line[1]]
    right = [line for line in vendors if line[1] == line[2]]
    print(len(right), "of", len(vendors))
    assert len(right) >= 0.95 * len(vendors), [line for line in vendors if line not in right]
