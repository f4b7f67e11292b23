"""A response as a parsed page: what readers ask of its tags."""

from __future__ import annotations

from bs4 import BeautifulSoup

from watcher.reading import pages


def test_the_class_names_of_a_tag_are_a_list_also_where_it_has_none() -> None:
    page = BeautifulSoup('<p class="odd row">a</p><b>c</b>', "lxml")
    assert [pages.classes(tag) for tag in page.select("p, b")] == [["odd", "row"], []]
