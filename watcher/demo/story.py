"""The week of a council that does not exist: what Alder Creek publishes on each day.

    0 baseline · 1 agenda posted, a detainer agreement on consent · 2 addendum · 3 a typo is mended · 4 a bot wall
    · 5 the vote · 6 an amended section of the code

All dates hang on the first day, so the meeting is always ahead when the agenda is posted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Denver")


class Day(IntEnum):
    """What happens on each day."""

    BASELINE = 0
    AGENDA = 1
    ADDENDUM = 2
    TYPO = 3
    WALL = 4
    VOTE = 5
    CODE = 6


TOLD = {
    Day.BASELINE: "the calendar as it stands; nothing is news yet",
    Day.AGENDA: "the agenda is posted, a detainer agreement among the consent items",
    Day.ADDENDUM: "an addendum: an ordinance on civil immigration detainers",
    Day.TYPO: "a typing error in the agenda is mended",
    Day.WALL: "a bot wall stands before the council's site",
    Day.VOTE: "the wall is gone; in the meantime the council has voted",
    Day.CODE: "the amended section appears in the municipal code",
}


@dataclass(frozen=True, slots=True)
class File:
    """A matter before the council, as the clerk files it."""

    id: int
    number: str
    kind: str
    title: str
    status: str
    text: tuple[str, ...] = ()
    attachments: tuple[tuple[int, str, tuple[str, ...]], ...] = ()  # id, name, lines
    history: tuple[tuple[date, str, str, str], ...] = ()  # date, body, action, result


@dataclass(frozen=True, slots=True)
class Line:
    """A row of an agenda: a heading, a plain item or a file."""

    number: str
    title: str
    file: File | None = None
    action: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True)
class Sitting:
    """A meeting as the clerk keeps it. `agenda` is empty until it is posted; `remark` stands under the place."""

    id: int
    body: str
    start: datetime
    place: str = "Council Chambers, 400 Alder Street"
    remark: str = ""
    agenda: tuple[Line, ...] = ()
    minutes: tuple[str, ...] = ()
    as_pdf: bool = True


@dataclass(frozen=True, slots=True)
class Publication:
    """Everything that stands on the council's site on one day."""

    sittings: tuple[Sitting, ...]
    files: tuple[File, ...]
    code: tuple[str, ...]
    wall: bool = False
    name: str = field(default="City of Alder Creek")


def published(first: date, day: Day) -> Publication:
    """What the site shows on `day` of the week that begins on `first`."""
    files = files_on(first, day)
    return Publication(
        sittings=(council(first, day, files), safety(first), parks(first), last_month(first)),
        files=tuple(files.values()),
        code=code_on(day),
        wall=day is Day.WALL,
    )


def at(first: date, days: int, hour: int, minute: int = 0) -> datetime:
    """A time on a day of the week, local."""
    day = first + timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


def council(first: date, day: Day, files: dict[str, File]) -> Sitting:
    """The city council's meeting, on the evening of day 4."""
    sitting = Sitting(4101, "City Council", at(first, 4, 18, 30))
    if day < Day.AGENDA:
        return sitting
    passed = ("approved", "Pass") if day >= Day.VOTE else ("", "")
    lines = [
        Line("1.", "CALL TO ORDER"),
        Line("2.", "CONSENT AGENDA"),
        Line("2.a", files["26-112"].title, files["26-112"], *passed),
        Line("2.b", files["26-118"].title, files["26-118"], *passed),
        Line("2.c", files["26-115"].title, files["26-115"], *passed),
        Line("3.", "PUBLIC HEARINGS"),
        Line("3.a", files["26-109"].title, files["26-109"], *passed),
        Line("4.", "ADJOURNMENT"),
    ]
    if day >= Day.ADDENDUM:
        adopted = ("adopted on second reading", "Pass") if day >= Day.VOTE else ("", "")
        lines[7:7] = [Line("3.b", files["26-121"].title, files["26-121"], *adopted)]
    minutes = ("Draft minutes are posted with the video.",) if day >= Day.VOTE else ()
    remark = "REVISED AGENDA" if day >= Day.ADDENDUM else ""
    return Sitting(sitting.id, sitting.body, sitting.start, remark=remark, agenda=tuple(lines), minutes=minutes)


def safety(first: date) -> Sitting:
    """A committee that posts its agenda as a web page."""
    lines = (
        Line("1.", "CALL TO ORDER"),
        Line("2.", "Quarterly report on response times of the Fire Department"),
        Line("3.", "Replacement of the ice machine at Station 2"),
    )
    return Sitting(4102, "Public Safety Committee", at(first, 2, 15), "Room 2B", agenda=lines, as_pdf=False)


def parks(first: date) -> Sitting:
    """A committee that will not meet."""
    return Sitting(4103, "Parks Committee", at(first, 3, 9), "Cedar Pavilion", remark="CANCELLED")


def last_month(first: date) -> Sitting:
    """A meeting of the past, with its minutes."""
    lines = (Line("1.", "CALL TO ORDER"), Line("2.", "Proclamation of Library Week"), Line("3.", "ADJOURNMENT"))
    minutes = ("The meeting was called to order at 6:30 PM.", "Library Week was proclaimed.")
    return Sitting(4090, "City Council", at(first, -9, 18, 30), agenda=lines, minutes=minutes)


def files_on(first: date, day: Day) -> dict[str, File]:
    """The matters by file number."""
    voted = day >= Day.VOTE
    evening = first + timedelta(days=4)
    agreement = "Intergovernmetal" if Day.AGENDA <= day < Day.TYPO else "Intergovernmental"
    history = ((evening, "City Council", "approved", "Pass"),) if voted else ()
    all_files = (
        File(7109, "26-109", "Public Hearing", "Rezoning of 12 acres at Mill Road from R-1 to R-2", "Agenda Ready"),
        File(
            7112,
            "26-112",
            "Contract",
            "Contract with Front Range Paving for 2027 street repairs, $412,000",
            "Agenda Ready",
        ),
        File(7115, "26-115", "Minutes", "Approval of the minutes of the previous regular meeting", "Agenda Ready"),
        File(
            7118,
            "26-118",
            "Resolution",
            f"Resolution approving an {agreement} Agreement with U.S. Immigration and Customs Enforcement under which the "
            "City Jail will hold persons on immigration detainers for up to 48 hours",
            "Passed" if voted else "Agenda Ready",
            text=(
                "WHEREAS, U.S. Immigration and Customs Enforcement asks the City to honor civil immigration detainers; and",
                "WHEREAS, the agreement pays the City $118 a day for each person held;",
                "NOW, THEREFORE, BE IT RESOLVED that the City Manager is authorized to sign the agreement.",
            ),
            attachments=(
                (
                    9001,
                    "Staff report: detainer agreement with ICE",
                    (
                        "STAFF REPORT",
                        "The agreement lets the jail hold a person up to 48 hours beyond release on a Form I-247A detainer.",
                        "Fiscal impact: an estimated $86,000 of revenue a year.",
                    ),
                ),
            ),
            history=history,
        ),
    )
    found = {file.number: file for file in all_files}
    if day >= Day.ADDENDUM:
        found["26-121"] = File(
            7121,
            "26-121",
            "Ordinance",
            "Ordinance amending Section 9.20.030 of the Municipal Code to permit officers to honor civil immigration detainers",
            "Adopted" if voted else "Second Reading",
            text=("Section 9.20.030 is amended by striking “shall not” and inserting “may”.",),
            history=((evening, "City Council", "adopted on second reading", "Pass"),) if voted else (),
        )
    return found


def code_on(day: Day) -> tuple[str, ...]:
    """Section 9.20 of the municipal code, a paragraph a line."""
    verb = "may" if day >= Day.CODE else "shall not"
    return (
        "9.20.010 Purpose. This chapter governs the duties of the Police Department toward federal agencies.",
        "9.20.020 Definitions. “Detainer” means a request by federal immigration authorities on Form I-247A.",
        f"9.20.030 Civil immigration detainers. Officers {verb} detain a person solely on the basis of a civil immigration "
        "detainer without a warrant signed by a judge.",
        "9.20.040 Records. The Chief of Police reports to the City Council once a year.",
    )
