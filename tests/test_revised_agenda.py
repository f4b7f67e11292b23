"""What happens to one item of a posted agenda, over HTTP: the words that a reader gets, with the hours and the state's rule."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.test_called_off import ITEM_HEAD, OTHER
from tests.town import Desk, Line, Town, a_town, of_type

ICE = "Ordinance authorizing a 287(g) agreement with U.S. Immigration and Customs Enforcement"
PATH = "/MeetingDetail.aspx?ID=508&GUID=M8"
SITES = """
version: 1
defaults: {{min_delay: 0s, channels: [log]}}
channels: {{log: {{kind: console}}}}
sites:
  - id: council
    jurisdiction: {{name: Elm Falls, state: CA, kind: city, time_zone: America/Los_Angeles}}
    platform: legistar
    url: {url}
"""


def agenda(start: datetime, *rows: str) -> str:
    return (
        '<html><body><span id="ctl00_ContentPlaceHolder1_hypName">City Council</span>'
        f'<span id="ctl00_ContentPlaceHolder1_lblDate">{start:%m/%d/%Y}</span>'
        f'<span id="ctl00_ContentPlaceHolder1_lblTime">{start:%I:%M %p}</span>'
        '<span id="ctl00_ContentPlaceHolder1_lblLocation">Chambers</span>'
        '<table class="rgMasterTable" id="ctl00_ContentPlaceHolder1_gridMain_ctl00">'
        f"<thead><tr>{ITEM_HEAD}</tr></thead><tbody>{''.join(rows)}</tbody></table></body></html>"
    )


def row(file: str, number: str, title: str) -> str:
    return f'<tr class="rgRow"><td>{file}</td><td>{number}</td><td>{"Ordinance" if file else ""}</td><td>{title}</td><td></td><td></td></tr>'


CONSENT, REGULAR = row("", "", "CONSENT CALENDAR"), row("", "", "REGULAR BUSINESS")
POOL = row("26-1", "1.", OTHER)


@pytest.fixture
def town() -> Iterator[Town]:
    yield from a_town()


def test_each_turn_of_an_item_is_told_in_its_own_words(town: Town, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.sites(SITES.format(url=town.base + PATH))
    start = (datetime.now(UTC) + timedelta(hours=40)).astimezone(ZoneInfo("America/Los_Angeles"))

    def shown(*rows: str) -> tuple[str, list[Line]]:
        town.put(PATH, agenda(start, *rows))
        lines = desk.lines("check", "--no-deliver")
        return " / ".join(str(alert["headline"]) for alert in of_type(lines, "alert")), of_type(lines, "change")

    assert shown(CONSENT, POOL, REGULAR) == ("", [])
    told, changes = shown(CONSENT, row("26-9", "1.", ICE), row("26-1", "2.", OTHER), REGULAR)  # the rest is re-numbered
    assert "item added to the agenda of" in told
    assert [change["kind"] for change in changes] == ["added"]
    shown_as = desk.run("show", str(changes[0]["id"])).stdout
    assert "revised 39 h before the meeting; regular notice in California is 72 h" in " ".join(shown_as.split())
    told, changes = shown(CONSENT, POOL, REGULAR, row("26-9", "2.", ICE))
    assert "item moved within the agenda of" in told
    assert ", from consent: " in told
    assert [(change["kind"], str(change["before"]).partition("\n")[0]) for change in changes] == [
        ("moved", "On the consent agenda")
    ]
    told, changes = shown(CONSENT, POOL, REGULAR, row("26-9", "2.", ICE.replace("authorizing", "terminating")))
    assert "item reworded on the agenda of" in told
    assert [change["kind"] for change in changes] == ["reworded"]
    told, changes = shown(CONSENT, POOL, REGULAR)
    assert "item no longer on the agenda of" in told
    assert [change["kind"] for change in changes] == ["removed"]
