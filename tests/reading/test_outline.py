"""An agenda read row by row."""

from __future__ import annotations

from watcher.model import Link
from watcher.reading.outline import Outline


def test_sections_follow_the_depth_of_the_rows() -> None:
    outline = Outline("M1")
    outline.add("Consent Agenda", number="4.")
    outline.add("Contracts", number="A.", depth=1)
    outline.add("Radio service", number="1.", depth=2)
    outline.add("Removed from consent", number="5.")
    outline.add("Tow trucks", number="A.", depth=1)
    assert [(item.order, item.section, item.consent) for item in outline.items()] == [
        (1, "", False),
        (2, "Consent Agenda", True),
        (3, "Consent Agenda / Contracts", True),
        (4, "", False),
        (5, "Removed from consent", False),
    ]


def test_consent_to_something_is_no_consent_agenda() -> None:
    outline = Outline("M1")
    outline.add("Consent to sublease of the depot")
    outline.add("Staff report", depth=1)
    assert not outline.items()[1].consent


def test_a_row_keeps_its_identity_when_another_comes_before_it() -> None:
    short, long = Outline("M1"), Outline("M1")
    short.add("Jail contract")
    long.add("Roll call")
    long.add("JAIL  contract")
    assert long.items()[1].id == short.items()[0].id


def test_equal_rows_stay_apart_and_the_vendors_id_rules() -> None:
    outline = Outline("M1")
    outline.add("Report")
    outline.add("Report")
    outline.add("Report", ident="3263")
    first, second, third = (item.id for item in outline.items())
    assert second == f"{first}#2"
    assert third == "M1/3263"


def test_documents_and_words_belong_to_the_row_before() -> None:
    outline = Outline("M1")
    outline.attach(Link("F:1", "https://elmfalls.example.gov/1", "no row yet"))
    outline.say("no row yet")
    outline.add("Jail contract", text="To renew it.")
    outline.attach(Link("F:2", "https://elmfalls.example.gov/2", "Contract"))
    outline.attach(Link("F:2", "https://elmfalls.example.gov/2", "Contract again"))
    outline.say("For two years.")
    (item,) = outline.items()
    assert [link.title for link in item.attachments] == ["Contract"]
    assert item.text == "To renew it.\nFor two years."


def test_a_heading_alone_is_no_item() -> None:
    outline = Outline("M1")
    outline.head("5. Consent Agenda")
    outline.add("Jail contract", depth=1)
    outline.head("6. Reports")
    outline.add("Police report", depth=1)
    assert [(item.order, item.section, item.consent) for item in outline.items()] == [
        (1, "5. Consent Agenda", True),
        (2, "6. Reports", False),
    ]
