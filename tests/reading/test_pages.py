"""A response as a parsed page: what readers ask of its tags."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup

from watcher.errors import LayoutChanged
from watcher.model import Request, Response
from watcher.reading import pages


def test_the_class_names_of_a_tag_are_a_list_also_where_it_has_none() -> None:
    page = BeautifulSoup('<p class="odd row">a</p><b>c</b>', "lxml")
    assert [pages.classes(tag) for tag in page.select("p, b")] == [["odd", "row"], []]


def test_xml_in_place_of_a_page_is_refused() -> None:
    url = "https://elmfalls.example.gov/feed"
    feed = Response(Request(url), url, 200, {}, b'<?xml version="1.0"?><rss/>', datetime(2026, 11, 24, tzinfo=UTC))
    with pytest.raises(LayoutChanged):
        pages.page_of(feed)


def test_the_fields_of_a_form_are_sent_back_as_they_stand() -> None:
    form = """<form><input type=hidden name=__VIEWSTATE value=a1><input name=Text1 value=tow><input type=submit name=Go>
    <select name=Range><option value=l6m>Last<option value=6ms selected>Span</select>
    <select name=Body><option value=1>Council<option value=2>Zoning</select><select name=None></select></form>"""
    assert pages.form_fields(BeautifulSoup(form, "lxml")) == {
        "__VIEWSTATE": "a1",
        "Text1": "tow",
        "Range": "6ms",
        "Body": "1",
    }


def test_a_parameter_of_an_address_is_found_whatever_its_letter_case() -> None:
    assert pages.parameter("https://town.example/x?NodeId=CH2&nodeid=later", "nodeId") == "CH2"
    assert pages.parameter("https://town.example/x", "nodeId") == ""
    assert pages.parameter("https://[town/x?nodeId=1", "nodeId") == ""


def test_what_stands_before_an_agenda_is_read_without_its_scripts() -> None:
    page = BeautifulSoup(
        "<html><head><title>Council</title><script>var at = '1:00 PM';</script></head>"
        "<body><p>December 8,\n 2026</p><ul><li>1. Roll call</li></ul></body></html>",
        "lxml",
    )
    row = page.li
    assert row is not None
    assert pages.before(row) == "Council December 8, 2026"
