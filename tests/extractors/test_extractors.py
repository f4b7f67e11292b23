"""What every extractor promises: text as a reader sees it, refusals by name, nothing else."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from difflib import SequenceMatcher
from importlib import util
from itertools import chain, repeat
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from watcher import wall
from watcher.errors import LayoutChanged, ReadError, Unreadable
from watcher.extractors import extract, fingerprint, heavy, html, names, pdf, sniff, text
from watcher.model import View

URL = "https://elmfalls.example/"
SHARED = Path(__file__).parents[2] / "../shared"


def texts(body: bytes, media_type: str = "text/html", view: View | None = None) -> list[str]:
    return [passage.text for passage in extract(body, media_type, URL, view=view or View()).passages]


# ------------------------------------------------------------------------------------------------------------ HTML


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>a<p>b", ["a", "b"]),
        ("<td>a<td>b", ["ab"]),  # cells outside a table are no cells (HTML standard, "in body")
        ("<table><tr><td>a<td>b<tr><td>c", ["a | b", "c"]),
        ("<table>\n<tr>\n<td> a </td>\n<td>\n<table>\n<tr>\n<td>b</td>\n</tr></table></td></tr></table>", ["a | b"]),
        ("<table><tr><td>a<td><td>b</table>", ["a | b"]),
        ("<ol><li>one<li>two<ol><li>three</ol></ol>", ["one", "two", "three"]),
        ("a&nbsp;&nbsp;b&#8239;c", ["a b c"]),
        ("<p>&lt;b&gt; &sect;&nbsp;4 &#x1F9CA; &bogus;", ["<b> § 4 🧊 &bogus;"]),
        ("<div style='display:none'>kept</div>", ["kept"]),
        ("<dl><dt>Term<dd>Meaning</dl>", ["Term", "Meaning"]),
        ("<b><p>mis</b>nested</p>", ["misnested"]),
        ("<p>a\x00b</p>", ["ab"]),
        ("<![CDATA[x]]><p>y", ["y"]),
        ("<p>a<br>b", ["a\nb"]),
        ("<p>a<br><br>b", ["a", "b"]),
        ("<!-- no --><p>yes<!-- no -->!", ["yes!"]),
        ("<nav>Home</nav><footer>Clerk's office</footer>", ["Clerk's office"]),
    ],
)
def test_html_is_read_as_a_browser_shows_it(markup: str, expected: list[str]) -> None:
    assert texts(b"<!doctype html>" + markup.encode()) == expected


def test_headings_make_the_trail_and_stand_in_the_text() -> None:
    document = extract(b"<h1>A</h1><h3>B</h3><p>x</p><h2>C</h2><p>y</p>", "text/html", URL)
    assert [(passage.heading, passage.text) for passage in document.passages] == [
        ((), "A"),
        (("A",), "B"),
        (("A", "B"), "x"),
        (("A",), "C"),
        (("A", "C"), "y"),
    ]


@pytest.mark.parametrize(
    "found", ["s-9.14.020", "24-211.07", "PTIICOOR_CH2AD_S2-6", "rid-0-0-0-2345", "post-4711", "8450123"]
)
def test_a_publishers_own_id_is_the_key(found: str) -> None:
    assert extract(f"<p id='{found}'>x".encode(), "text/html", URL).passages[0].key == found


@pytest.mark.parametrize(
    "found",
    ["row12", "ctl00_grid_ctl00__3", "row382a1b2c3d4", "tab-1-2", "content", "a81f9c0d2e", "1732430000123", "item-3"],
)
def test_a_position_or_a_random_id_is_no_key(found: str) -> None:
    assert extract(f"<p id='{found}'>x".encode(), "text/html", URL).passages[0].key == ""


def test_an_id_given_twice_is_no_key() -> None:
    assert [p.key for p in extract(b"<p id=s-1.2>a<p id=s-1.2>b", "text/html", URL).passages] == ["", ""]


def test_the_view_selects_drops_and_blanks() -> None:
    page = b"<p>Clock 10:22</p><main><p>Item 1 <i class=x>noise</i></p><p>Visitor number 12,345</p><main>inner</main></main>"
    view = View(select="main", ignore=(".x",), ignore_text=(r"Visitor number [\d,]+",))
    assert texts(page, view=view) == ["Item 1", "inner"]


def test_a_selector_that_finds_nothing_is_a_changed_layout_and_is_named() -> None:
    for reader in (
        lambda view: extract(b"<p>x", "text/html", URL, view=view),
        lambda view: fingerprint(b"<p>x", "text/html", view=view),
    ):
        with pytest.raises(LayoutChanged, match="'#agenda'"):
            reader(View(select="#agenda"))


NOISY = """<html><head><meta name=csrf content={n}><script nonce={n}>var t={n}</script></head><body>
<form action="?sid={n}"><input type=hidden name=__VIEWSTATE value={n}><p>Item {item}
<a href="Detail.aspx?ID=7&sid={n}">File</a><a href="/agenda-{doc}.pdf?sid={n}">Agenda</a></form>"""


def test_tokens_do_not_move_the_fingerprint_but_words_and_documents_do() -> None:
    first = fingerprint(NOISY.format(n=1, item=1, doc=1).encode(), "text/html")
    assert first == fingerprint(NOISY.format(n=2, item=1, doc=1).encode(), "text/html")
    assert first != fingerprint(NOISY.format(n=1, item=2, doc=1).encode(), "text/html")
    assert first != fingerprint(NOISY.format(n=1, item=1, doc=2).encode(), "text/html")


def test_a_platform_may_name_what_its_links_lead_to() -> None:
    def file_id(href: str) -> str | None:
        found = re.search(r"ID=(\d+)", href)
        return found[1] if found else None

    pages = [f"<p><a href='Detail.aspx?ID={n}&sid={s}'>File</a>".encode() for n, s in ((7, 1), (7, 2), (8, 1))]
    one, two, three = (fingerprint(page, "text/html", link_id=file_id) for page in pages)
    assert one == two != three


def test_a_link_that_is_no_address_is_taken_as_it_is_written() -> None:
    def strict(href: str) -> str | None:
        return urlsplit(href).path

    one, two = (f'<p>x <a href="http://[{word}">y</a>'.encode() for word in ("agenda", "minutes"))
    assert fingerprint(one, "text/html", link_id=strict) == fingerprint(one, "text/html", link_id=strict)
    assert fingerprint(one, "text/html", link_id=strict) != fingerprint(two, "text/html", link_id=strict)


def test_what_the_view_blanks_does_not_move_the_fingerprint() -> None:
    view = View(ignore_text=(r"generated in [\d.]+ s",))
    one, two = (
        fingerprint(f"<p>Text <b>generated</b> in {n} s".encode(), "text/html", view=view) for n in ("0.1", "0.2")
    )
    assert one == two


def test_other_types_have_no_cheap_text() -> None:
    assert fingerprint(b'{"a": 1}', "application/json") is None


def test_a_page_nested_beyond_reason_is_refused_before_it_is_parsed() -> None:
    for page in (b"<div>" * 20_000, b"<b a=1>" * 20_000, b"<div><p>x</p>" * 20_000):
        assert heavy(page, "text/html")
        with pytest.raises(Unreadable, match="nested"):
            extract(page, "text/html", URL)
        with pytest.raises(Unreadable, match="nested"):
            fingerprint(page, "text/html")


def test_a_flat_page_with_many_open_tags_is_not_deep() -> None:
    page = b"<table>" + b"<tr><td>a<td>b<br><img src=x>" * 5_000
    assert not heavy(page, "text/html")
    assert len(texts(page)) == 5_000


def test_a_walk_of_two_thousand_levels_needs_no_recursion() -> None:
    assert texts(b"<div>" * 2_000 + b"deep") == ["deep"]


# --------------------------------------------------------------------------------------------------------- charsets


@pytest.mark.parametrize(
    ("body", "charset", "expected"),
    [
        ("“é”".encode(), "utf-8", "“é”"),
        ("“é”".encode(), None, "“é”"),
        ("“é”".encode("cp1252"), "iso-8859-1", "“é”"),  # browsers read latin-1 as windows-1252
        ("“é”".encode("cp1252"), "utf-8", "“é”"),  # a wrong label
        (b"\xef\xbb\xbf" + "é".encode(), "iso-8859-1", "é"),  # the mark beats the header
        ("é".encode("utf-16"), None, "é"),
        (b"caf\xc3\xa9 \xff!", "utf-8", "café \ufffd!"),
        (b"ab", "no-such-charset", "ab"),
        (b"ab", "hex", "ab"),
    ],
)
def test_bytes_become_text_as_browsers_read_them(body: bytes, charset: str | None, expected: str) -> None:
    assert text.decode(body, charset) == expected


def test_the_charset_of_meta_holds_where_the_header_says_nothing() -> None:
    page = b'<meta http-equiv="Content-Type" content="text/html; charset=windows-1251"><p>' + "Да".encode("cp1251")
    assert texts(page) == ["Да"]


def test_a_charset_is_detected_where_no_one_names_it() -> None:
    words = "Ordonnance modifiant le règlement municipal : à l'égard des détenus étrangers, le conseil a décidé. " * 5
    assert text.decode(words.encode("cp1252")) == words


# ------------------------------------------------------------------------------------------------------------ types


@pytest.mark.parametrize(
    ("body", "media_type", "expected"),
    [
        (b"%PDF-1.4", "text/html", "pdf"),
        (b"\n %PDF-1.4", "application/octet-stream", "pdf"),
        (b'{"a": 1}', "text/html", "json"),
        (b'[{"a": 1}]', "text/plain", "json"),
        (b"[1, 2]", "text/plain", "json"),
        (b"[1]", "text/plain", "json"),
        (b"[1]\nCall to order", "text/plain", "text"),
        (b"[Section 1] text", "text/plain", "text"),
        (b"<?xml version='1.0'?><rss><channel/></rss>", "text/html", "feed"),
        (b"<!DOCTYPE html><html>", "application/json", "html"),
        (b"<!DOCTYPE html><html>", "", "html"),
        (b"<?xml version='1.0'?><!DOCTYPE html><html xmlns='x'>", "application/xhtml+xml", "html"),
        (b"<code/>", "application/vnd.council+xml", "feed"),
        (b'{"a": 1}', "application/hal+json", "json"),
        (b"plain words", "", "text"),
        (b"a,b\n1,2", "text/csv", "text"),
    ],
)
def test_a_document_is_known_by_its_bytes_before_its_label(body: bytes, media_type: str, expected: str) -> None:
    assert sniff(body, media_type, URL) == expected


@pytest.mark.parametrize(
    ("body", "media_type", "words"),
    [
        (b"PK\x03\x04....", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "ZIP"),
        (b"\xd0\xcf\x11\xe0", "application/msword", "old Office document"),
        (b"\x89PNG\r\n", "image/png", "image"),
        (b"\x00\x01\x02", "video/mp4", "video/mp4 are not read"),
        (bytes(range(32)) * 40, "text/plain", "not text"),
        (b"\x00\x01\x02\x03" * 2_000, "text/html", "not HTML"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(body: bytes, media_type: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        extract(body, media_type, URL)


def book_of(sheet: Iterable[bytes]) -> bytes:
    """An XLSX with one sheet, written piece by piece."""
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = b"http://schemas.openxmlformats.org/package/2006/"
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml."
    types = (
        b'<Override PartName="/xl/%s.xml" ContentType="%s%s+xml"/>' % (part, kind, name)
        for part, name in ((b"workbook", b"sheet.main"), (b"worksheets/sheet1", b"worksheet"))
    )
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", b'<Types xmlns="%scontent-types">%s</Types>' % (package, b"".join(types)))
        link = (
            b'<Relationships xmlns="%srelationships"><Relationship Id="r1" Type="%s/%s" Target="%s"/></Relationships>'
        )
        book.writestr("_rels/.rels", link % (package, office, b"officeDocument", b"xl/workbook.xml"))
        book.writestr("xl/_rels/workbook.xml.rels", link % (package, office, b"worksheet", b"worksheets/sheet1.xml"))
        sheets = (
            b'<workbook xmlns="%s" xmlns:r="%s"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
        )
        book.writestr("xl/workbook.xml", sheets % (space, office))
        with book.open("xl/worksheets/sheet1.xml", "w") as part:
            part.write(b'<worksheet xmlns="%s"><sheetData>' % space)
            for row in sheet:
                part.write(row)
            part.write(b"</sheetData></worksheet>")
    return held.getvalue()


WRITTEN = b'<row r="1"><c r="A1" t="inlineStr"><is><t>Agency</t></is></c></row>'


@pytest.mark.slow
def test_a_sheet_of_a_million_empty_rows_is_read_within_the_wall() -> None:
    empty = (
        b'<row r="%d">%s</row>' % (n, b"".join(b'<c r="%c%d" s="2"/>' % (65 + c, n) for c in range(9)))
        for n in range(2, 1_048_577)
    )
    body = book_of(chain((WRITTEN,), empty))
    assert [passage.text for passage in wall.run(extract, body, "", URL).passages] == ["Agency"]
    wall.close()


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(Unreadable, match="unpacks to more than 400 MB"):
        extract(book_of(chain((WRITTEN,), repeat(b" " * 1_000_000, 401))), "", URL)


def test_office_documents_are_read_behind_the_wall() -> None:
    assert heavy(book_of((WRITTEN,)), "")
    assert heavy(b"{\\rtf1 x}", "text/plain")


@pytest.mark.parametrize("name", names())
@given(
    body=st.one_of(st.binary(max_size=400), st.text(max_size=300).map(lambda words: words.encode("utf-8", "replace")))
)
@example(body=b"<:")
def test_no_bytes_surprise_an_extractor(name: str, body: bytes) -> None:
    from watcher import extractors

    try:
        document = extractors.load(name).extract(body, URL)
    except ReadError:
        return
    assert all(passage.text for passage in document.passages)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=30),
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["id", "Title", "Items", "x"]), inner)
        ),
        max_leaves=20,
    )
)
def test_any_json_is_read(value: object) -> None:
    for passage in extract(json.dumps(value).encode(), "application/json", URL).passages:
        assert passage.text


@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<td>",
                "<tr>",
                "<table>",
                "</table>",
                "<li>",
                "<h2>",
                "</h2>",
                "<br>",
                "<b>",
                "word ",
                "&nbsp;",
                "<div>",
                "</div>",
                "<pre>",
            ]
        ),
        max_size=40,
    )
)
def test_no_word_of_a_page_is_lost_and_none_is_invented(parts: list[str]) -> None:
    words = sum(part == "word " for part in parts)
    assert " ".join(texts(b"<!doctype html><body>" + "".join(parts).encode())).count("word") == words


# ------------------------------------------------------------------------------------------------------------- JSON


def test_an_inserted_object_moves_nothing() -> None:
    def passages(ids: list[int]) -> set[tuple[str, str]]:
        rows = [
            {"ID": n, "Title": f"Item {n}", "AgendaSequence": place, "LastModified": place}
            for place, n in enumerate(ids)
        ]
        document = extract(json.dumps({"Items": rows}).encode(), "application/json", URL)
        return {(passage.key, passage.text) for passage in document.passages}

    assert passages([3, 1, 2]) - passages([1, 2]) == {("Items/3/Title", "Item 3")}
    assert passages([1, 2]) <= passages([3, 1, 2])


def test_json_nested_beyond_reason_is_refused() -> None:
    with pytest.raises(Unreadable):
        extract(b"[" * 500 + b"]" * 500, "application/json", URL)


def test_one_object_a_line_is_read() -> None:
    assert texts(b'{"id": 1, "t": "a"}\n{"id": 2, "t": "b"}\n', "application/x-ndjson") == ["a", "b"]


# -------------------------------------------------------------------------------------------------------------- XML


def test_entities_are_not_expanded_and_no_file_is_read() -> None:
    bomb = b'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]><r><t>&b;</t><u>&f; x</u></r>'
    read = " ".join(texts(bomb, "application/xml"))
    assert "root:" not in read
    assert "aaaaaaaaaa" not in read


# -------------------------------------------------------------------------------------------------------------- text


def row(number: int) -> str:
    return f"{number}-26{number * 37:05d}{number % 12 + 1:02d}/05/26Administrative Code - Subject number {number * 7} of the year"


def test_one_more_row_of_a_glued_table_is_one_more_passage() -> None:
    before = "".join(row(n) for n in range(10, 60)).encode()
    for place in (20, 59):
        after = "".join(row(n) + (row(99) if n == place else "") for n in range(10, 60)).encode()
        changes = [
            edit
            for edit in SequenceMatcher(
                None, texts(before, "text/plain"), texts(after, "text/plain"), autojunk=False
            ).get_opcodes()
            if edit[0] != "equal"
        ]
        assert [(edit[0], edit[4] - edit[3]) for edit in changes] == [("insert", 1)]


def test_a_long_line_of_prose_is_cut_at_sentences_that_stay_when_one_changes() -> None:
    sentences = [
        f"Whereas matter {n} was heard by the committee on the day that the charter names for it." for n in range(80)
    ]
    before = texts(" ".join(sentences).encode(), "text/plain")
    sentences[40] = "Whereas the sheriff signed an agreement."
    after = texts(" ".join(sentences).encode(), "text/plain")
    assert len(before) > 30
    assert len(set(after) - set(before)) <= 3


def test_footnote_marks_make_no_table() -> None:
    prose = "The council1 met the mayor2 and the sheriff3 and the clerk4 and the board5 of the county6."
    assert texts(prose.encode(), "text/plain") == [prose]


def test_wrapped_lines_are_joined_and_blank_lines_part() -> None:
    assert texts(b"one line\nand its rest\n\nnext\n1. first\n2. second\n", "text/plain") == [
        "one line and its rest",
        "next",
        "1. first",
        "2. second",
    ]


# ------------------------------------------------------------------------------------------------ recorded documents


def shared(*parts: str) -> Path:
    found = SHARED.joinpath(*parts)
    if not found.exists():
        pytest.skip(f"no recorded documents at {found}")
    return found


def test_recorded_pdfs_have_the_words_that_poppler_finds() -> None:
    files = sorted(shared("corpus").rglob("*.pdf"))
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext (poppler-utils) is not installed")
    for file in files:
        ours = Counter(re.findall(r"\w+", " ".join(texts(file.read_bytes(), "application/pdf")).lower()))
        told = subprocess.run(
            ["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True
        ).stdout
        theirs = Counter(re.findall(r"\w+", told.lower()))
        common = (ours & theirs).total()
        assert common / ours.total() > 0.99, file.name
        assert common / theirs.total() > 0.97, file.name  # running headers and footers are left out


def test_recorded_pages_are_read_without_trouble() -> None:
    for file in sorted(shared("corpus").rglob("*.html")):
        body = file.read_bytes()
        assert not heavy(body, "text/html"), file.name
        document = extract(body, "text/html", URL)
        assert document.passages, file.name
        read = set(" ".join(passage.text for passage in document.passages).split())
        seen = html._page(body, None, View()).roots[0].text(separator=" ")
        missing = {word for word in map(text.tidy, seen.split()) if word and word.isalpha() and len(word) > 3} - read
        glued = " ".join(read)
        assert not [word for word in missing if word not in glued], file.name


def test_noise_generations_of_the_benchmark_do_not_move_the_fingerprint() -> None:
    pages = benchmark_pages(shared("bench", "pages.py"))
    view = View(select="#ctl00_ContentPlaceHolder1_pageDetails")
    changed = pages.truth(200)["changed"]
    for number in range(0, 200, 5):
        bodies = [pages.render(number, generation, 200) for generation in (0, 2, 3)]
        first, noisy, again = (fingerprint(body, "text/html", view=view) for body in bodies)
        assert noisy == again
        assert (first != noisy) == (number in changed)


def benchmark_pages(path: Path) -> ModuleType:
    spec = util.spec_from_file_location("bench_pages", path)
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    spec.loader.exec_module(module)
    return module


LETTERS = 6.0  # points a letter


def box(text: str, left: float, top: float) -> pdf.Line:
    return pdf.Line(text, left, top - 10, left + LETTERS * len(text), top)


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        ("short-", "term rentals", "short-term rentals"),
        ("third-", "party contracts", "third-party contracts"),
        ("Miami-", "Dade County", "Miami-Dade County"),
        ("file 26-", "787", "file 26-787"),
        ("deten-", "tion facility", "detention facility"),
        ("high-", "way fund", "highway fund"),
        ("part-", "ners", "partners"),
        ("there-", "fore", "therefore"),
        ("street-", "scape plan", "streetscape plan"),  # the document writes the whole word elsewhere
        ("jail-", "based model", "jail-based model"),  # and both halves of this one
    ],
)
def test_a_word_divided_at_a_lines_end_is_one_word_and_a_compound_keeps_its_hyphen(
    first: str, second: str, whole: str
) -> None:
    said = [box("A streetscape for the jail is based on a plan where there and fore stand", 72, 700)]
    said += [
        box("The council and the county agree on a plan of more words for " + first, 72, 686),
        box(second, 72, 672),
    ]
    assert list(pdf._rejoined([said]))[-1].endswith(f"words for {whole}")


def test_a_files_number_cut_within_its_cell_and_a_cell_of_several_lines_stand_in_their_row() -> None:
    cut = [box("5. 26-", 72, 700), box("787", 90, 688)]
    assert pdf._goes_on(*cut)
    assert pdf._with_rest(*cut) == replace(cut[0], text="5. 26-787")
    assert not pdf._goes_on(box("November 3, 2026 -", 72, 700), box("7 p.m.", 72, 688))
    stack = [box("5. File", 72, 700), box("No.", 90, 688), box("26-787", 90, 676)]
    title = box("Ordinance", 140, 700)
    assert pdf._row_of(stack, title) == -3
    assert pdf._stacked(stack).text == "5. File No. 26-787"
    assert pdf._row_of([replace(stack[0], text="Mayor"), *stack[1:]], title) == 0  # two columns of a letterhead
