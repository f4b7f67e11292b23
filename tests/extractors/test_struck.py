"""Words struck out, by a line across them in a PDF, by mark-up or style in a page; and words that kerning tore."""

from __future__ import annotations

import pytest

from watcher.demo.pdf import assembled
from watcher.extractors import extract, fingerprint
from watcher.judge.stance import resolve_struck

SENTENCE = "The sheriff shall may honor a detainer request of the agency."
SHALL = (129, 150)  # where the word stands, in points, in 11 point Helvetica from 72 on
BASE = 720


def pdf(
    drawn: str, resources: str = "", more: tuple[bytes, ...] = (), page: str = "", shown: str = f"[({SENTENCE})]"
) -> bytes:
    content = f"BT /F1 11 Tf 72 {BASE} Td {shown} TJ ET\n{drawn}".encode()
    return assembled([
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] {page} /Resources << /Font << /F1 3 0 R >> {resources} >> /Contents 5 0 R >>".encode(),
        f"<< /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream",
        *more,
    ])  # fmt: skip


def texts(body: bytes, media_type: str = "application/pdf") -> list[str]:
    return [passage.text for passage in extract(body, media_type, "https://council.example/").passages]


STRUCK = SENTENCE.replace("shall", "~~shall~~")
LEFT, RIGHT = SHALL


@pytest.mark.parametrize(
    "drawn",
    [
        f"0.5 w {LEFT} {BASE + 3} m {RIGHT} {BASE + 3} l S",
        f"{LEFT} {BASE + 2.5} {RIGHT - LEFT} 0.7 re f",
        f"q 0.5 0 0 0.5 0 0 cm {2 * LEFT} {2 * BASE + 6} {2 * (RIGHT - LEFT)} 1.2 re f Q",
        f"{LEFT} {BASE + 2.5} 10 0.7 re {LEFT + 10} {BASE + 2.5} {RIGHT - LEFT - 10} 0.7 re f",
    ],
    ids=["line", "rectangle", "scaled", "two in one path"],
)
def test_a_line_across_a_word_strikes_it(drawn: str) -> None:
    assert texts(pdf(drawn)) == [STRUCK]


def test_a_line_within_a_form_strikes_a_word_too() -> None:
    form = f"{LEFT} {BASE + 2.5} {RIGHT - LEFT} 0.7 re f".encode()
    xobject = f"<< /Type /XObject /Subtype /Form /BBox [0 0 612 792] /Length {len(form)} >>\nstream\n".encode()
    assert texts(pdf("/X1 Do", "/XObject << /X1 6 0 R >>", (xobject + form + b"\nendstream",))) == [STRUCK]


def test_an_annotation_that_strikes_out_is_read() -> None:
    quad = f"{LEFT} {BASE + 9} {RIGHT} {BASE + 9} {LEFT} {BASE - 2} {RIGHT} {BASE - 2}"
    note = f"<< /Type /Annot /Subtype /StrikeOut /Rect [{LEFT} {BASE - 2} {RIGHT} {BASE + 9}] /QuadPoints [{quad}] >>"
    assert texts(pdf("", "", (note.encode(),), "/Annots [6 0 R]")) == [STRUCK]


@pytest.mark.parametrize(
    "drawn",
    [
        f"0.5 w {LEFT} {BASE - 1.5} m {RIGHT} {BASE - 1.5} l S",
        f"60 {BASE - 4} 480 0.7 re f 60 {BASE + 11} 480 0.7 re f",
        f"{LEFT} {BASE - 2} {RIGHT - LEFT} 12 re S",
        f"0.5 w {LEFT + 5} 700 m {LEFT + 5} 740 l S",
        f"0.5 w 400 {BASE + 3} m 520 {BASE + 3} l S",
    ],
    ids=["underline", "borders of a row", "box", "upright line", "line beside the text"],
)
def test_other_lines_strike_nothing(drawn: str) -> None:
    assert texts(pdf(drawn)) == [SENTENCE]


def test_a_whole_line_struck_is_one_stretch() -> None:
    assert texts(pdf(f"70 {BASE + 3} 320 0.6 re f")) == [f"~~{SENTENCE}~~"]


@pytest.mark.parametrize(
    "word",
    ["<s>shall</s>", "<strike>shall</strike>", "<del>shall</del>", '<span style="text-decoration:line-through">shall</span>'],
)  # fmt: skip
def test_a_page_that_strikes_a_word_says_so(word: str) -> None:
    assert texts(f"<html><body><p>The sheriff {word} may honor</p></body></html>".encode(), "text/html") == [
        "The sheriff ~~shall~~ may honor"
    ]


def test_stretches_beside_each_other_are_one_and_rows_and_line_breaks_part_them() -> None:
    body = b"<p><s>any</s> <s>civil <b>detainer</b></s> request<br><s>one<br>two</s></p><table><tr><td><s>5.</s></td><td>x</td></tr></table>"
    assert texts(body, "text/html") == ["~~any civil detainer~~ request\n~~one~~\n~~two~~", "~~5.~~ | x"]


def test_words_that_are_struck_now_change_the_fingerprint() -> None:
    before, after = (
        b"<html><body><p>They shall honor</p></body></html>",
        b"<html><body><p>They <s>shall</s> honor</p></body></html>",
    )
    assert fingerprint(before, "text/html") != fingerprint(after, "text/html")


def test_the_judge_takes_the_text_apart_into_before_and_after() -> None:
    (line,) = texts(pdf(f"{LEFT} {BASE + 2.5} {RIGHT - LEFT} 0.7 re f"))
    resolved = resolve_struck(line.lower())
    assert resolved is not None
    before, after = (" ".join(text.split()) for text in resolved)
    assert before == SENTENCE.lower()
    assert after == SENTENCE.lower().replace("shall ", "")


def test_a_capital_kerned_away_from_its_word_is_put_back() -> None:
    shown = "[(The law of the U) -200 (nited States on I) -200 (mmigration \\(U) -180 (SC\\) and a Plan B on it.)]"
    assert texts(pdf("", shown=shown)) == ["The law of the United States on Immigration (U SC) and a Plan B on it."]


def test_words_parted_by_room_alone_stay_apart() -> None:
    shown = "[(Plan) -300 (B) -300 (on) -300 (the) -300 (river) -300 (is) -300 (off.)]"
    assert texts(pdf("", shown=shown)) == ["Plan B on the river is off."]
