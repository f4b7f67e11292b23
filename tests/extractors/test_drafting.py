"""Underlined words: new ones in drafting style, in a PDF, a page or a Word document; elsewhere only headings and links."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.extractors.test_struck import BASE, LEFT, RIGHT, SENTENCE, pdf, texts
from watcher.diff.sameness import fold
from watcher.extractors import extract
from watcher.judge.stance import resolve_struck, stance_of

MAY = (152, 173)  # where the word stands in the sentence of test_struck, in points
UNDER = f"0.5 w {MAY[0]} {BASE - 1.5} m {MAY[1]} {BASE - 1.5} l S"
STRIKE = f"0.5 w {LEFT} {BASE + 3} m {RIGHT} {BASE + 3} l S"
DRAFT = SENTENCE.replace("shall may", "~~shall~~ ++may++")
LEGEND = "Words underlined are additions."
BELOW = f"BT /F1 11 Tf 72 {BASE - 60} Td (%s) Tj ET"


@pytest.mark.parametrize(
    "under",
    [
        UNDER,
        f"{MAY[0]} {BASE - 2} {MAY[1] - MAY[0]} 0.6 re f",
        f"{MAY[0]} {BASE - 1.2} {MAY[1] - MAY[0]} 0.4 re f {MAY[0]} {BASE - 2.4} {MAY[1] - MAY[0]} 0.4 re f",
    ],
    ids=["line", "rectangle", "double"],
)
def test_a_word_underlined_beside_a_struck_one_is_new(under: str) -> None:
    assert texts(pdf(f"{STRIKE} {under}")) == [DRAFT]


@pytest.mark.parametrize(
    ("room", "end", "text"),
    [(270, 6.0, DRAFT), (1000, 11.0, SENTENCE.replace("shall", "~~shall~~"))],
    ids=["a space underlined with its word", "a blank to fill in"],
)
def test_a_line_may_go_on_below_the_space_after_its_word(room: int, end: float, text: str) -> None:
    shown = f"[(The sheriff shall may) -{room} ( honor a detainer request of the agency.)]"
    under = f"0.5 w {MAY[0]} {BASE - 1.5} m {MAY[1] + end} {BASE - 1.5} l S"
    assert texts(pdf(f"{STRIKE} {under}", shown=shown)) == [text]


def test_an_underlining_annotation_is_read() -> None:
    left, right = MAY
    quad = f"{left} {BASE + 9} {right} {BASE + 9} {left} {BASE - 2} {right} {BASE - 2}"
    note = f"<< /Type /Annot /Subtype /Underline /Rect [{left} {BASE - 2} {right} {BASE + 9}] /QuadPoints [{quad}] >>"
    assert texts(pdf(STRIKE, "", (note.encode(),), "/Annots [6 0 R]")) == [DRAFT]


def test_a_legend_says_that_underlining_is_new_although_nothing_is_struck() -> None:
    assert texts(pdf(f"{UNDER} {BELOW % LEGEND}")) == [f"{SENTENCE.replace('may', '++may++')} {LEGEND}"]
    assert texts(pdf(f"{UNDER} {BELOW % 'Its title is underlined.'}")) == [f"{SENTENCE} Its title is underlined."]


@pytest.mark.parametrize(
    "under",
    [
        f"60 {BASE - 1.5} 480 0.6 re f",
        f"0.5 w {MAY[0]} {BASE - 9} m {MAY[1]} {BASE - 9} l S",
    ],
    ids=["border of a row", "line between two rows"],
)
def test_other_lines_below_words_say_nothing(under: str) -> None:
    assert texts(pdf(f"{STRIKE} {under}")) == [SENTENCE.replace("shall", "~~shall~~")]


def test_a_link_is_underlined_anyway() -> None:
    link = f"<< /Type /Annot /Subtype /Link /Rect [{MAY[0]} {BASE - 3} {MAY[1]} {BASE + 9}] /Border [0 0 0] >>"
    found = texts(pdf(f"{STRIKE} {UNDER}", "", (link.encode(),), "/Annots [6 0 R]"))
    assert found == [SENTENCE.replace("shall", "~~shall~~")]


def page(inside: str) -> list[str]:
    return texts(f"<html><body>{inside}</body></html>".encode(), "text/html")


@pytest.mark.parametrize(
    "word",
    ["<u>may</u>", "<ins>may</ins>", '<span style="text-decoration: underline">may</span>', '<span class="underline">may</span>',
     '<span class="amendmentInsertedText">may</span>', '<span class="msoIns"><u>may</u></span>'],
)  # fmt: skip
def test_a_page_in_drafting_style_says_what_is_new(word: str) -> None:
    assert page(f"<p>The sheriff <s>shall</s> {word} honor</p>") == ["The sheriff ~~shall~~ ++may++ honor"]


def test_what_a_page_calls_inserted_is_new_although_nothing_is_struck() -> None:
    assert page("<p>The sheriff <ins>may</ins> honor</p>") == ["The sheriff ++may++ honor"]
    assert page(f"<p>The sheriff <u>may</u> honor</p><p>{LEGEND}</p>") == ["The sheriff ++may++ honor", LEGEND]


def test_headings_labels_and_links_of_an_agenda_with_a_struck_item_are_not_new() -> None:
    inside = (
        "<h2><u>CONSENT CALENDAR</u></h2><p><u>Public Hearings</u></p><p>2. <u>Recommended action:</u> Approve it.</p>"
        '<p>3. See <u><a href="/x">the report</a></u> and <a href="/y"><u>its map</u></a>.</p><p><s>4. A lease</s></p>'
    )
    assert page(inside) == [
        "CONSENT CALENDAR", "Public Hearings", "2. Recommended action: Approve it.", "3. See the report and its map.",
        "~~4. A lease~~",
    ]  # fmt: skip


def test_a_page_without_struck_words_keeps_its_emphasis_to_itself() -> None:
    assert page("<p>Meetings are <u>always</u> public, <u>also on holidays</u>.</p>") == [
        "Meetings are always public, also on holidays."
    ]


def test_a_new_sentence_and_stretches_beside_each_other() -> None:
    inside = (
        "<p>Any <s>person</s> <u>resident</u> <u>of <b>Elm Falls</b></u> may speak.</p>"
        "<p><u>No officer shall honor a detainer without a judicial warrant.</u></p>"
    )
    assert page(inside) == [
        "Any ~~person~~ ++resident of Elm Falls++ may speak.",
        "++No officer shall honor a detainer without a judicial warrant.++",
    ]


def test_capitals_are_new_where_the_text_says_so() -> None:
    legend = "CAPITALS INDICATE MATTER ADDED TO EXISTING LAW. [Brackets] indicate matter deleted."
    text = "The sheriff [may] SHALL NOT hold a person for ICE or DHS BEYOND THE TIME of release."
    assert page(f"<p>{legend}</p><p>{text}</p><p>SECTION TWO</p>") == [
        legend,
        "The sheriff [may] ++SHALL NOT++ hold a person for ICE or ++DHS BEYOND THE TIME++ of release.",
        "SECTION TWO",
    ]
    assert page(f"<p>{text}</p>") == [text]


def word_file(runs: str) -> bytes:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(
            "[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
        )
        archive.writestr("word/document.xml", f"<w:document {space}><w:body><w:p>{runs}</w:p></w:body></w:document>")
    return held.getvalue()


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def test_a_word_document_in_drafting_style() -> None:
    body = word_file(
        run("The sheriff ") + run("shall", "<w:strike/>") + run(" ") + run("may", '<w:u w:val="single"/>')
        + run(" honor", '<w:u w:val="none"/>')
        + "<w:hyperlink>" + run(" a detainer", '<w:u w:val="single"/>') + "</w:hyperlink>"
    )  # fmt: skip
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    found = extract(body, kind, "https://council.example/").passages
    assert [passage.text for passage in found] == ["The sheriff ~~shall~~ ++may++ honor a detainer"]


def test_the_judge_gets_the_true_before_and_after() -> None:
    (line,) = texts(pdf(f"{STRIKE} {UNDER}"))
    resolved = resolve_struck(line.lower())
    assert resolved is not None
    before, after = (" ".join(text.split()) for text in resolved)
    assert before == SENTENCE.lower().replace("may ", "")
    assert after == SENTENCE.lower().replace("shall ", "")


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("the sheriff ~~shall~~ ++shall not++ honor a detainer.", "limits"),
        ("the sheriff ~~shall not~~ ++shall++ honor a detainer.", "expands"),
        ("the sheriff [[shall not]] >>shall<< honor a detainer.", "expands"),
        ("++no deputy shall honor a detainer.++", "limits"),
        ("~~no deputy shall honor a detainer.~~", "expands"),
    ],
)
def test_the_direction_of_a_draft_is_that_of_what_it_changes(text: str, stance: str) -> None:
    assert stance_of(text) == stance


def test_words_that_are_underlined_now_are_the_same_words() -> None:
    assert fold("The sheriff ++may++ honor") == fold("The sheriff may honor")
    assert fold("The sheriff ~~may~~ honor") != fold("The sheriff may honor")
