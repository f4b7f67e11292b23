"""Agendas as their clerks typed them: in text, as a PDF and as a page, first posted and amended."""

from __future__ import annotations

import html
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.diff.readings import compare
from watcher.demo.pdf import written
from watcher.extractors import extract
from watcher.model import AgendaItem, Change, Document, Meeting, Passage, Reading, Request
from watcher.reading import agenda_text, pages
from watcher.reading.numbering import Counter, number_at
from watcher.watch.look import refuse_sudden_emptiness

MEETING = Meeting("M7", "Common Council", start=datetime(2026, 12, 1, 23, 30, tzinfo=UTC))
REQUEST = Request("https://council.example/agenda.pdf", kind="agenda", title="Agenda", meeting=MEETING)

# A council of Wisconsin: one count, roman sections, files in parentheses.
COLUMBUS = """CITY OF COLUMBUS
COMMON COUNCIL AGENDA
Tuesday, December 1, 2026 at 5:30 p.m.
1. Roll Call
2. Pledge of Allegiance
3. Consent Agenda
3A. Approve minutes of the November 17, 2026 council meeting
3B. Approve claims in the amount of $412,880.19
4. Public Hearing
4A. Rezoning of 415 Ludington Street from R-1 to B-2
5. New Business
5A. Resolution 26-41 to award the 2027 street contract to the low bidder
Recommended action: Adopt the resolution.
Attachments: Bid tabulation
5B. Ordinance 812-26 to amend the parking restrictions on James Street (first reading)
5C. Agreement with the school district for a resource officer
6. Closed Session pursuant to Wis. Stat. 19.85(1)(c)
7. Adjournment
Persons with disabilities who need assistance may call the clerk's office.""".splitlines()

# A county board of North Carolina: letters in sections without a number.
MECKLENBURG = """BOARD OF COUNTY COMMISSIONERS
AGENDA
December 2, 2026
CALL TO ORDER
A. Invocation and Pledge of Allegiance
PUBLIC HEARINGS
B. 26-0611 Economic development grant to Northline Foods
CONSENT ITEMS
C. 26-0588 Tax refunds
D. 26-0590 Sheriff: grant from the Governor's Crime Commission
E. 26-0593 Surplus property at 700 Stonewall
COMMISSION REPORTS
F. Reports and requests of commissioners
ADJOURNMENT""".splitlines()

# A board of supervisors of California, whose addenda say so.
MONTEREY = """BOARD OF SUPERVISORS
AGENDA
Tuesday, December 8, 2026
1. Roll Call
2. Closed Session
2.1 Conference with legal counsel on existing litigation
Consent Calendar
10. Approve the minutes of November 24, 2026
11. Authorize the purchase of two ambulances for the Natividad Medical Center
12. Adopt a resolution to accept a grant for the Salinas River trail
Scheduled Matters
13. Conduct a public hearing on the draft housing element
14. Receive the annual report under the TRUTH Act on immigration enforcement
Adjournment
Members of the public may attend in person or by video link, and may send written comments to the clerk of the board.""".splitlines()

SHAPES = ("text", "pdf", "html", "cells")


def body_of(lines: list[str], shape: str) -> tuple[bytes, str]:
    if shape == "pdf":
        return written(lines), "application/pdf"
    if shape == "html":
        rows = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
        return f"<!doctype html><html><body>{rows}</body></html>".encode(), "text/html"
    if shape == "cells":
        rows = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in cells(line))}</tr>" for line in lines)
        return f"<!doctype html><html><body><table>{rows}</table></body></html>".encode(), "text/html"
    return "\n\n".join(lines).encode(), "text/plain"


def cells(line: str) -> list[str]:
    number = number_at(line)
    return [line[: number.end].strip(), line[number.end :]] if number else [line]


def reading_of(lines: list[str], shape: str = "text", request: Request = REQUEST) -> Reading:
    body, media_type = body_of(lines, shape)
    return pages.agenda_of(extract(body, media_type, request.url, kind=request.kind), request)


def told(before: list[str], after: list[str], shape: str, request: Request = REQUEST) -> list[tuple[str, str, str]]:
    found = compare(reading_of(before, shape, request), reading_of(after, shape, request), request=request)
    return [(change.kind, change.before, change.after) for change in found]


def by_number(reading: Reading) -> dict[str, AgendaItem]:
    return {item.number.rstrip("."): item for item in reading.items}


@pytest.mark.parametrize("shape", SHAPES)
def test_numbers_sections_files_and_what_belongs_to_an_item(shape: str) -> None:
    items = by_number(reading_of(COLUMBUS, shape))
    assert list(items) == ["1", "2", "3", "3A", "3B", "4", "4A", "5", "5A", "5B", "5C", "6", "7"]
    contract = items["5A"]
    assert contract.title == "Resolution 26-41 to award the 2027 street contract to the low bidder"
    assert (contract.section, contract.matter, contract.consent) == ("New Business", "Resolution 26-41", False)
    assert contract.action == "Adopt the resolution."
    assert [link.title for link in contract.attachments] == ["Bid tabulation"]
    assert items["3B"].consent
    assert items["4A"].section == "Public Hearing"
    assert items["5B"].matter == "Ordinance 812-26"
    assert "disabilities" not in " ".join(item.text + item.title for item in items.values())


@pytest.mark.parametrize("shape", SHAPES)
def test_sections_without_a_number_head_the_items_below(shape: str) -> None:
    items = by_number(reading_of(MECKLENBURG, shape))
    assert {number: item.section for number, item in items.items() if number != "A"} == {
        "B": "PUBLIC HEARINGS",
        "C": "CONSENT ITEMS",
        "D": "CONSENT ITEMS",
        "E": "CONSENT ITEMS",
        "F": "COMMISSION REPORTS",
    }
    assert items["D"].matter == "26-0590"
    assert [number for number, item in items.items() if item.consent] == ["C", "D", "E"]


@pytest.mark.parametrize("shape", SHAPES)
def test_one_item_put_in_is_one_addition_and_the_renumbered_rest_is_nothing(shape: str) -> None:
    amended = [line.replace("5C.", "5D.").replace("5B.", "5C.") for line in COLUMBUS]
    amended.insert(
        COLUMBUS.index(next(line for line in COLUMBUS if line[:3] == "5B.")),
        new := "5B. Agreement under section 287(g) with ICE",
    )
    assert told(COLUMBUS, amended, shape) == [("added", "", new[4:])]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_new_section_renumbers_what_follows_without_a_word(shape: str) -> None:
    at = COLUMBUS.index("5. New Business")
    moved = [
        line.replace("7.", "8.", 1)
        if line[:2] == "7."
        else line.replace("6.", "7.", 1)
        if line[:2] == "6."
        else line.replace("5", "6", 1)
        if line[:1] == "5"
        else line
        for line in COLUMBUS
    ]
    amended = [*moved[:at], "5. Old Business", *moved[at:]]
    assert told(COLUMBUS, amended, shape) == [("added", "", "Old Business")]


@pytest.mark.parametrize("shape", SHAPES)
def test_an_item_withdrawn_moved_from_consent_reworded_and_one_more_file(shape: str) -> None:
    amended = [line for line in MECKLENBURG if not line.startswith("C.")]
    grant = amended.pop(amended.index("D. 26-0590 Sheriff: grant from the Governor's Crime Commission"))
    amended.insert(amended.index("COMMISSION REPORTS") + 1, grant)
    found = told(MECKLENBURG, amended, shape)
    assert sorted(kind for kind, _, _ in found) == ["moved", "removed"]
    assert ("removed", "26-0588 Tax refunds", "") in found
    assert "On the consent agenda" in next(before for kind, before, _ in found if kind == "moved")
    reworded = [line.replace("Surplus property", "Sale of surplus property") for line in MECKLENBURG]
    assert told(MECKLENBURG, reworded, shape) == [
        ("reworded", "26-0593 Surplus property at 700 Stonewall", "26-0593 Sale of surplus property at 700 Stonewall")
    ]


@pytest.mark.parametrize("shape", SHAPES)
def test_an_addendum_within_the_agenda_gives_its_items_alone(shape: str) -> None:
    at = MONTEREY.index("Scheduled Matters")
    amended = [
        *MONTEREY[:at],
        "12.1 ADDED VIA ADDENDA: Approve an agreement with ICE",
        *MONTEREY[at:],
    ]
    found = told(MONTEREY, amended, shape)
    assert [(kind, after.splitlines()[0]) for kind, _, after in found] == [("added", "Approve an agreement with ICE")]
    assert by_number(reading_of(amended, shape))["14"].title.startswith("Receive the annual report")


def test_an_addendum_of_its_own_begins_where_the_agenda_ended() -> None:
    lines = [
        "BOARD OF SUPERVISORS",
        "ADDENDUM TO THE AGENDA",
        "December 8, 2026",
        "Added to Consent Calendar",
        "23. Approve an agreement with ICE",
    ]
    (item,) = reading_of(lines).items
    assert (item.number, item.title) == ("23.", "Approve an agreement with ICE")


def test_minutes_memoranda_and_code_have_no_items() -> None:
    minutes = [
        "COMMON COUNCIL",
        "MINUTES",
        "1. Call to order. The meeting was called to order at 7:00.",
        "2. Roll call.",
        "3. Minutes. Moved to approve by Lee, seconded by Diaz.",
        "4. Adjourned.",
    ]
    code = [
        "Sec. 2-6. Duties.",
        "1. The clerk shall keep the seal.",
        "2. The clerk shall post notices.",
        "3. Fees are set by resolution.",
    ]
    rules = ["How to attend", "1. Open the link.", "2. Enter your name.", "3. Wait for the host."]
    for lines in (minutes, code, rules):
        reading = reading_of(lines)
        assert reading.items == ()
        assert [passage.key for passage in reading.document.passages] == [""] * len(reading.document.passages)


def test_what_stands_behind_the_agenda_in_a_packet_is_none_of_it() -> None:
    behind = [
        "REGULAR MEETING MINUTES",
        "1. Call to order",
        "2. Roll call",
        "STAFF REPORT",
        "1. Background",
        "2. Findings",
    ]
    assert [item.title for item in reading_of([*COLUMBUS, *behind]).items] == [
        item.title for item in reading_of(COLUMBUS).items
    ]


def test_numbered_advice_before_the_agenda_is_none_of_it() -> None:
    advice = ["How to attend", "1. Open the link.", "2. Enter your name.", "3. Wait for the host."]
    assert len(reading_of([*advice, *COLUMBUS]).items) == 13


def test_a_list_that_lost_its_line_breaks() -> None:
    lines = ["AGENDA", "1) CALL TO ORDER 2) PLEDGE OF ALLEGIANCE 3) CONSENT AGENDA 4) ADJOURN"]
    assert [item.title for item in reading_of(lines).items] == [
        "CALL TO ORDER", "PLEDGE OF ALLEGIANCE", "CONSENT AGENDA", "ADJOURN",
    ]  # fmt: skip


def test_the_next_meetings_agenda_under_the_same_address_withdraws_nothing() -> None:
    request = replace(REQUEST, meeting=None)
    other = [
        "COMMON COUNCIL AGENDA",
        "December 15, 2026",
        "1. Roll Call",
        "2. Pledge of Allegiance",
        "3. Budget hearing",
        "4. Adjournment",
    ]
    found = compare(reading_of(COLUMBUS, request=request), reading_of(other, request=request), request=request)
    assert {change.kind for change in found if change.key.startswith("item:")} == {"added"}
    later = [line.replace("December 1,", "December 15,") for line in COLUMBUS]
    assert told(COLUMBUS, later, "text", request) == [
        ("reworded", "Tuesday, December 1, 2026 at 5:30 p.m.", "Tuesday, December 15, 2026 at 5:30 p.m.")
    ]


def test_a_notice_that_the_meeting_is_off_is_no_loss_of_its_items() -> None:
    notice = reading_of(["COMMON COUNCIL", "The meeting of December 1, 2026 is CANCELLED."])
    refuse_sudden_emptiness(reading_of(COLUMBUS), notice)
    found: tuple[Change, ...] = compare(reading_of(COLUMBUS), notice, request=REQUEST)
    assert any("CANCELLED" in change.after for change in found)
    assert not any(change.key.startswith("item:") for change in found)


def test_reading_twice_is_no_change_and_every_passage_is_kept() -> None:
    for lines in (COLUMBUS, MECKLENBURG, MONTEREY):
        reading = reading_of(lines)
        assert compare(reading, reading, request=REQUEST) == ()
        said = " ".join(passage.text for passage in reading.document.passages)
        assert said.split() == " ".join(lines).split()


# One count in words and signs; files and wrapped lines that only look like the next of it.
LIST = (
    "Call to Order and Roll Call",
    "Approval of the Minutes of November 3, 2026",
    "Public Comment",
    "26-114 Resolution accepting a library grant under Change Order No. 2 of the contract with Halvorsen Paving Company of Elm Falls",
    "Ordinance amending Chapter 12 concerning rentals (26-787)",
    "Adjournment",
)
ICE = "Agreement under section 287(g) with ICE (26-131)"


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "number",
    [
        "No. {} ",
        "NO. {} – ",
        "No. {}: ",
        "#{} ",
        "# {}. ",
        "Agenda Item #{} ",
        "AGENDA ITEM NO. {}. ",
        "Item No. {}: ",
        "A-{} ",
        "{} ",
    ],
)
def test_however_a_list_is_numbered_one_item_more_is_one_addition_and_one_less_one_removal(
    number: str, shape: str
) -> None:
    def agenda(*titles: str) -> list[str]:
        return ["REGULAR MEETING AGENDA", *(number.format(at) + title for at, title in enumerate(titles, 1))]

    for place in (2, 4):
        more = [*LIST[:place], ICE, *LIST[place:]]
        assert [item.title for item in reading_of(agenda(*more), shape).items] == more
        assert told(agenda(*LIST), agenda(*more), shape) == [("added", "", ICE)]
        assert told(agenda(*more), agenda(*LIST), shape) == [("removed", ICE, "")]


def test_an_address_a_change_order_and_a_files_number_are_no_item() -> None:
    lines = ["1 City Hall Plaza", "COMMON COUNCIL AGENDA", "1 Main Street Chambers", *COLUMBUS[3:]]
    place = lines.index("Recommended action: Adopt the resolution.")
    lines[place + 1 : place + 1] = ["No. 1 With Halvorsen Paving", "No. 26-114", "100 Main Street", "2 Oak Street"]
    assert list(by_number(reading_of(lines))) == list(by_number(reading_of(COLUMBUS)))


def test_a_table_whose_first_column_is_the_file_has_the_same_items() -> None:
    lines = [
        "COUNCIL AGENDA",
        "1. Roll Call",
        "2. Approval of the Minutes",
        "26-114 | 3. | A grant",
        "26-787 | 4. | An ordinance",
        "5. Adjournment",
    ]
    assert [(item.number, item.matter) for item in reading_of(lines).items][2:4] == [("3.", "26-114"), ("4.", "26-787")]


def test_numbers_as_clerks_write_them() -> None:
    shown = (
        "1. A",
        "12) B",
        "(a) C",
        "7A. D",
        "IV.B.2 Fees",
        "A-1 Fees",
        "ITEM 5: E",
        "Item No. 6 - F",
        "3 | Roll call",
        "VIII. G",
    )
    assert [found.shown if (found := number_at(text)) else None for text in shown] == [
        "1.", "12)", "(a)", "7A.", "IV.B.2", "A-1", "ITEM 5", "Item No. 6", "3", "VIII.",
    ]  # fmt: skip
    for text in ("2026 budget", "7:00 p.m.", "24 hours", "A grant", "I move", "$5.00", "December 1. Roll"):
        assert number_at(text) is None, text


def test_a_number_and_its_title_may_stand_in_two_boxes_with_nothing_between() -> None:
    glued = (
        "3.Ordinance amending",
        "5.3Appointment of",
        "Item 4Report on",
        "C.Lease of",
        "Item 4 Report on",
        "ITEM 12 Lease",
    )
    assert [found.shown if (found := number_at(text)) else None for text in glued] == [
        "3.", "5.3", "Item 4", "C.", "Item 4", "ITEM 12",
    ]  # fmt: skip
    for text in ("Item 4 was continued", "Item 4th Street", "3.5mm pipe", "2.0version of"):
        assert number_at(text) is None, text


def test_counting_goes_on_across_levels_and_never_backwards() -> None:
    def depths(*numbers: str) -> list[int | None]:
        counter = Counter(fresh=False)
        taken = []
        for text in numbers:
            number = number_at(f"{text} Word")
            assert number is not None
            taken.append(counter.take(number))
        return taken

    assert depths("1.", "a.", "1.", "2.", "b.", "2.") == [0, 1, 2, 2, 1, 0]
    assert depths("I.", "A.", "B.", "C.", "II.", "V.") == [0, 1, 1, 1, 0, 0]
    assert depths("H.", "I.", "J.") == [0, 0, 0]
    assert depths("5.", "3.") == [0, None]
    assert depths("5.", "40.") == [0, None]


def test_a_document_without_an_agenda_is_left_as_it_is() -> None:
    document = Document("https://council.example/", "Notice", "agenda", (Passage("One.\nTwo."),))
    assert agenda_text.read(document, "M") == (document, ())


# Items counted by hand in the recorded agendas: numbered lines of business, and Wyoming County's numbered resolutions.
# Carrboro's agenda has no numbers, Wheaton's text is a notice of one hearing, Nash County's minutes are no agenda.
COUNTED = {
    "big-lake-mn__06102020-707.txt": 22,
    "carrboro-nc__06102020-3798.txt": 0,
    "ellisville-mo__06102020-581.txt": 11,
    "fremont-ne__06092020-1036.txt": 24,
    "hartford-vt__06092020-1573.txt": 19,
    "ithaca-ny__06122020-2123.txt": 13,
    "nashua-nh__06102020-4981.txt": 14,
    "new-scotland-ny__06102020-716.txt": 15,
    "shorewood-wi__06102020-1417.txt": 5,
    "wheaton-il__06092020-1390.txt": 0,
    "willits-ca__06102020-120.txt": 27,
    "wyoming-county-ny__06092020-584.txt": 29,
    "chicago-police-district-il__notice_2023-06-06.pdf": 7,
    "cuyahoga-college-oh__agenda.pdf": 24,
    "nash-county-nc__agenda_2020-05-05.pdf": 10,
    "nash-county-nc__minutes_2020-05-05.pdf": 0,
    "san-diego-ca__planning_agenda_0.pdf": 3,
    "san-diego-ca__planning_agenda_1.pdf": 3,
}


@pytest.mark.parametrize("name", COUNTED)
def test_a_recorded_agenda_has_the_items_that_a_person_counts(name: str) -> None:
    file = next(Path("../shared/corpus").rglob(name), None)
    if file is None:
        pytest.skip("../shared/corpus is not here")
    document = extract(file.read_bytes(), "", f"https://council.example/{name}", kind="agenda")
    _, items = agenda_text.read(document, "M")
    assert len(items) == COUNTED[name]
    assert all(item.title for item in items)
