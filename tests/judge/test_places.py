"""Which way a change points by where it stands, and that it points the other way when it is taken back."""

from __future__ import annotations

import pytest

from watcher.judge import builtin

RULE = (
    "No city employee shall permit a federal immigration officer to enter a nonpublic area of a city facility unless the officer "
    "presents a judicial warrant."
)
DUTY = "The Sheriff shall comply with a detainer request issued by ICE by holding the person for up to 48 hours."
TURNED = {"limits": "expands", "expands": "limits", "unclear": "unclear", "mixed": "mixed"}


@pytest.mark.parametrize(
    ("text", "old", "new", "direction"),
    [
        (RULE, "a city facility", "a city facility, school or library", "limits"),
        (RULE, "a judicial warrant", "a judicial warrant or an administrative warrant", "expands"),
        (RULE, " unless the officer presents a judicial warrant", "", "limits"),
        (DUTY, "shall comply", "may comply", "limits"),
        (DUTY, "a detainer request", "a detainer request that is accompanied by a warrant signed by a judge", "limits"),
        (
            "The agreement with ICE to house detainees shall end on June 30, 2026.",
            "shall end on June 30, 2026",
            "is extended to June 30, 2031",
            "expands",
        ),
        ("ICE authorizes up to 12 deputies to perform immigration functions.", "12", "40", "expands"),
        (
            "Plate reader data is retained for 30 days and shall not be shared for immigration enforcement.",
            "30",
            "365",
            "expands",
        ),
        (
            'The jail shall not honor a detainer of ICE. "Covered crime" means murder or arson.',
            "murder or arson",
            "murder, arson or theft",
            "expands",
        ),
        (
            "Police shall not ask about immigration status, unless to investigate an offense other than illegal entry.",
            "other than",
            "including",
            "expands",
        ),
        (
            "The city shall not contract with vendors that serve ICE. The agent may waive this section.",
            " The agent may waive this section.",
            "",
            "limits",
        ),
        (
            "This chapter on immigration detainers is in force. The sheriff shall publish a report.",
            " The sheriff shall publish a report.",
            "",
            "expands",
        ),
    ],
)
def test_a_place_says_which_way_its_change_points(text: str, old: str, new: str, direction: str) -> None:
    assert old in text
    changed = text.replace(old, new)
    there, back = builtin().judge_pair(text, changed), builtin().judge_pair(changed, text)
    assert (there.label, there.stance) == ("relevant", direction)
    assert (back.label, back.stance) == (there.label, TURNED[there.stance])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Item 7.3 ICE detention agreement.", "Item 7.4 ICE detention agreement."),
        ("Sec. 9. Detainers of ICE are declined.", "§ 9. Detainers of ICE are declined."),
        ("Notice to ICE within one day.", "Notice to ICE within one (1) day."),
        ("ICE agreement; write to clerk@county.gov today", "ICE agreement; write to cityclerk@county.gov today"),
    ],
)
def test_numbers_that_count_items_figures_after_words_and_addresses_are_form(old: str, new: str) -> None:
    assert builtin().judge_pair(old, new).label == "unrelated"


def test_a_repeal_that_cites_only_sections_reverses_what_stands_around_it() -> None:
    context = ["Chapter 2-173 Welcoming City Ordinance"]
    gone = builtin().judge_pair("Sections 1 to 9 apply to all agencies.", "Sections 1 to 9 are repealed.", context)
    assert (gone.label, gone.stance, gone.stage) == ("relevant", "expands", "repealed")
