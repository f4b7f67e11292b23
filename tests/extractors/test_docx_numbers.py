"""The numbers that Word counts itself, and an agenda that has no others."""

from __future__ import annotations

import io
import zipfile

from watcher.extractors import extract
from watcher.extractors._numbers import Level, Numbering
from watcher.model import Document
from watcher.reading import agenda_text

NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
LISTS = """
<w:abstractNum w:abstractNumId="1">
 <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl>
 <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="upperLetter"/><w:lvlText w:val="%1.%2"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="2">
 <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="•"/></w:lvl>
</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>
"""
STYLES = '<w:style w:styleId="Item"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style><w:style w:styleId="Sub"><w:basedOn w:val="Item"/><w:pPr><w:numPr><w:ilvl w:val="1"/></w:numPr></w:pPr></w:style>'


def paragraph(text: str, list_id: str = "", depth: int = 0, style: str = "") -> str:
    listed = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{list_id}"/></w:numPr>' if list_id else ""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{listed}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def document(*paragraphs: str) -> Document:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr(
            "word/document.xml", f"<w:document {NAMESPACE}><w:body>{''.join(paragraphs)}</w:body></w:document>"
        )
        file.writestr("word/styles.xml", f"<w:styles {NAMESPACE}>{STYLES}</w:styles>")
        file.writestr("word/numbering.xml", f"<w:numbering {NAMESPACE}>{LISTS}</w:numbering>")
    return extract(packed.getvalue(), "", "https://council.example/agenda.docx", kind="agenda")


def texts(*paragraphs: str) -> list[str]:
    return [passage.text for passage in document(*paragraphs).passages]


def test_numbers_of_levels_and_what_a_higher_level_starts_anew() -> None:
    assert texts(
        paragraph("Call to order", "1"),
        paragraph("Consent", "1"),
        paragraph("Claims", "1", 1),
        paragraph("Minutes", "1", 1),
        paragraph("New business", "1"),
        paragraph("Contract", "1", 1),
    ) == ["I. Call to order", "II. Consent", "II.A Claims", "II.B Minutes", "III. New business", "III.A Contract"]


def test_bullets_have_none_and_a_list_may_start_elsewhere_or_be_left() -> None:
    assert texts(
        paragraph("Claims", "2"), paragraph("Fees", "3"), paragraph("Fines", "3"), paragraph("Note", "0", style="Item")
    ) == ["Claims", "V. Fees", "VI. Fines", "Note"]


def test_a_style_numbers_its_paragraphs_and_an_empty_one_counts() -> None:
    assert texts(
        paragraph("Roll call", style="Item"), paragraph("", style="Item"), paragraph("Claims", style="Sub")
    ) == ["I. Roll call", "II.A Claims"]


def test_a_list_that_is_not_there_numbers_nothing() -> None:
    assert texts(paragraph("Claims", "9"), paragraph("Fees", "1", 8)) == ["Claims", "Fees"]


def test_the_signs_of_numbers() -> None:
    def counted(signs: str, start: int) -> str:
        return Numbering({"1": ("1", {0: Level(start, signs, "(%1)")})}).next("1", 0)

    assert [counted(*given) for given in (("lowerRoman", 49), ("lowerLetter", 28), ("decimalZero", 7), ("chicago", 3))] == [
        "(xlix)", "(bb)", "(07)", "(3)",
    ]  # fmt: skip


def test_an_agenda_numbered_by_word_has_items() -> None:
    found = document(
        paragraph("TOWN BOARD AGENDA"),
        paragraph("Call to order", "1"),
        paragraph("Consent agenda", "1"),
        paragraph("Approve the minutes of November 17", "1", 1),
        paragraph("New business", "1"),
        paragraph("Agreement with ICE", "1", 1),
        paragraph("Adjournment", "1"),
    )
    _, items = agenda_text.read(found, "M")
    assert [(item.number, item.title, item.section) for item in items] == [
        ("I.", "Call to order", ""),
        ("II.", "Consent agenda", ""),
        ("II.A", "Approve the minutes of November 17", "Consent agenda"),
        ("III.", "New business", ""),
        ("III.A", "Agreement with ICE", "New business"),
        ("IV.", "Adjournment", ""),
    ]
