"""Codes of law as passages: headings, numbered lines, and the publisher's own notes told from the law."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup

from tests.diff.readings import compare, page
from watcher.errors import EmptyReading
from watcher.reading import codes

EXPORT = """ARTICLE IV. - HOLDING ROOMS[5]

Footnotes:
--- (5) ---
Cross reference— Personnel, ch. 114.

Sec. 98-136. - Definitions.
The following words shall have the meanings given here:
(a)
Chief means the chief of police.
(b)
(1)
Room means a holding room.
(Ord. No. 1995-07, § 18, 3-8-95; Ord. No. 2002-71, § 71, 9-16-02)
Editor's note— Formerly § 98-130.
Secs. 98-137—98-150. - Reserved.
"""


def read(text: str) -> list[tuple[str, str, int]]:
    return [(p.key, p.text, len(p.heading)) for p in codes.passages(codes.from_text(text))]


def test_a_plain_export_is_read_by_section() -> None:
    assert read(EXPORT) == [
        ("Article IV", "ARTICLE IV. - HOLDING ROOMS", 0),
        ("Article IV:footnote", "Footnotes:", 2),
        ("Article IV:footnote", "--- (5) ---", 2),
        ("Article IV:footnote", "Cross reference— Personnel, ch. 114.", 2),
        ("98-136", "Sec. 98-136. - Definitions.", 1),
        ("98-136", "The following words shall have the meanings given here:", 2),
        ("98-136", "(a) Chief means the chief of police.", 2),
        ("98-136", "(b) (1) Room means a holding room.", 2),
        ("98-136:history", "(Ord. No. 1995-07, § 18, 3-8-95; Ord. No. 2002-71, § 71, 9-16-02)", 3),
        ("98-136:note", "Editor's note— Formerly § 98-130.", 3),
        ("98-137", "Secs. 98-137—98-150. - Reserved.", 1),
    ]


def test_foot_notes_history_and_banner_are_no_change_of_law() -> None:
    before = page(*codes.passages(codes.from_text(EXPORT)))
    bare = EXPORT.replace("Footnotes:\n--- (5) ---\nCross reference— Personnel, ch. 114.\n", "").replace("[5]", "")
    after = page(*codes.passages(codes.from_text("Supp. No. 40, Update 1\n" + bare.replace("9-16-02", "9-17-02"))))
    assert compare(before, after) == ()
    amended = page(*codes.passages(codes.from_text(EXPORT.replace("chief of police", "sheriff"))))
    assert [(c.kind, c.key) for c in compare(before, amended)] == [("reworded", "98-136")]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("(Code 1982, §§ 9-4-1, 9-4-3(a))", codes.HISTORY),
        ("[Amended 6-4-2019 by L.L. No. 3-2019]", codes.HISTORY),
        ("(1980 Code, § 4-2) (Am. Ord. 12-30, passed 4-2-2012) Penalty, see § 10.99", codes.HISTORY),
        (
            "[HISTORY: Adopted by the Town Board 5-9-2001 by L.L. No. 4-2001. Amendments noted where applicable.]",
            codes.HISTORY,
        ),
        ("State Law reference— Public records, O.C.G.A. § 50-18-70.", codes.NOTE),
        ("Statutory reference:", codes.NOTE),
        ("Adopted by Ord. 26-31 on 10/6/2026", codes.HISTORY),
        ("Chapters:", codes.NOTE),
        ("Codified through Ordinance No. 26-104, enacted March 3, 2026. (Supp. No. 51)", codes.BANNER),
        ("The Code is current through Ordinance 2026-12, passed June 2, 2026.", codes.BANNER),
        ("(a) No officer shall hold a person (Ord. No. 5, 1990)", ""),
        ("(b) See chapter 4 of this Code (1982)", ""),
        ("(The council shall adopt an ordinance before 1-1-2027.)", ""),
        ("Effective date. This ordinance takes effect July 1, 2026.", ""),
        ("Complete applications may be filed through the portal.", ""),
        ("The fire code, including its amendments through July 1, 2020, is adopted by reference.", ""),
        ("Note: a permit shall not be issued without the chief's consent.", ""),
    ],
)
def test_a_publishers_words_are_told_from_the_law(text: str, kind: str) -> None:
    assert codes.note_of(text) == kind


def test_a_history_note_at_the_end_of_the_law_is_parted_from_it() -> None:
    found = codes.passages([codes.Block("A fee is due. (Ord. 872 § 1, 1990; prior code § 3.12)")], "9.04.010")
    assert [(p.key, p.text) for p in found] == [
        ("9.04.010", "A fee is due."),
        ("9.04.010:history", "(Ord. 872 § 1, 1990; prior code § 3.12)"),
    ]


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("TITLE 9 PUBLIC PEACE", 1),
        ("Chapter 2-2 - ADMINISTRATION", 3),
        ("ARTICLE XI. - VEHICLES FOR HIRE", 4),
        ("DIVISION 2. - DEPARTMENT OF CORRECTIONS", 5),
        ("Sec. 2-1187.1 - State mandated compliance requirements.", codes.SECTION),
        ("2.04.010 - Meetings of the council.", codes.SECTION),
        ("CHAPTER 2.04. - COUNCIL", 3),
        ("1.5 - 2.0 inches of gravel", 0),
        ("§ 12-3 Cooperation with other agencies.", codes.SECTION),
        ("Section 4 of this chapter applies to visitors.", 0),
        ("Article IV of the charter applies.", 0),
        ("Chapter 12 shall be read with this section.", 0),
        ("The chapter on fees applies.", 0),
    ],
)
def test_headings_are_known_by_their_words(text: str, level: int) -> None:
    assert codes.level_of(text) == level


def test_a_page_is_read_in_blocks_and_a_table_row_by_row() -> None:
    root = BeautifulSoup(
        "<div><h3>9.04.010 Fees.</h3><script>x()</script><p>A <b>fee</b><br>is due.</p>"
        "<table><tr><th>Kind</th><th>Fee</th></tr><tr><td><p>Dog</p></td><td>$5</td></tr></table>loose words</div>",
        "lxml",
    )
    assert [text for text, _ in codes.lines(root)] == [
        "9.04.010 Fees.",
        "A fee is due.",
        "Kind | Fee",
        "Dog | $5",
        "loose words",
    ]


def test_a_page_of_headings_alone_says_what_stands_below_them() -> None:
    page = BeautifulSoup('<h1>Title 9 PEACE</h1><p><a href="c04.html">9.04 Police</a></p>', "lxml")
    below = codes.contents(page, re.compile(r"(c\d+)\.html"))
    blocks = codes.from_page(page, lambda text, tag: (1, "") if tag.name == "h1" else None)
    found = codes.document("https://town.example/", "", blocks, contents=below)
    assert [(p.key, p.text) for p in found.passages] == [("Title 9", "Title 9 PEACE"), ("c04", "9.04 Police")]
    with pytest.raises(EmptyReading):
        codes.document("https://town.example/", "", [codes.Block("(Ord. 12, 1-2-2020)")])


def test_an_export_of_a_code_is_told_from_other_text() -> None:
    assert codes.is_export(EXPORT)
    assert not codes.is_export("Minutes of the council\nSection 5 was read.\n")
