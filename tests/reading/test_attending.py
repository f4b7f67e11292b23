"""How to attend or comment, in the words of an agenda."""

from __future__ import annotations

import pytest

from watcher.alerts import offices_kept
from watcher.model import Passage
from watcher.reading.attending import attending, both, told

SAYS = [
    "Members of the public may attend in person at City Hall or join by Zoom at https://zoom.example/j/812 (Webinar ID 812).",
    "Written comments must be e-mailed to cityclerk@elmfalls.gov by 4:00 p.m. on the day of the meeting.",
    "Members of the public may also comment via telephone, ZOOM, or via U.S. Mail.",
    "To call in, dial 669-555-0133 and enter meeting ID 915 555 5422.",
    "Each speaker will have three minutes to address the Council.",
    "Please fill out a speaker card to be heard.",
    "El público puede participar en persona o por Zoom.",
]
ROOMS = [
    "Virtual meeting - https://elmfalls.zoom.us/j/95576437230",
    "Webex: https://elmfalls.webex.com/elmfalls/j.php?MTID=m1",
    "Microsoft Teams https://teams.microsoft.com/l/meetup-join/19%3ameeting_1/0",
]
SAYS_NOT = [
    "In compliance with the Americans with Disabilities Act, people who wish to attend may call 555-555-0100.",
    "Approve a letter that asks members of the public to comment in writing.",
    "Resolution inviting residents to join the fire department; applications by e-mail to chief@elmfalls.gov.",
    "The Committee will view the site in person.",
    "Public comment",
    "Zoom.",
    "Renewal of the subscription to zoom.us for the library",
]


@pytest.mark.parametrize("sentence", SAYS)
def test_a_sentence_that_tells_people_how_is_quoted(sentence: str) -> None:
    assert attending((Passage("CITY COUNCIL AGENDA"), Passage(f"{sentence} Roll call follows."))) == sentence


@pytest.mark.parametrize("sentence", ROOMS)
def test_a_link_into_a_meeting_room_says_all(sentence: str) -> None:
    assert attending((Passage(sentence),)) == told(sentence) == sentence


@pytest.mark.parametrize("sentence", SAYS_NOT)
def test_other_sentences_are_not(sentence: str) -> None:
    assert attending((Passage(sentence),)) == ""


def test_a_vendors_fields_say_it_plainly_or_in_mark_up() -> None:
    markup = '<p>Budget hearing</p><p><a href="https://us02web.zoom.us/webinar/register/WN_1">Join the meeting</a><br>Or call in: 929-555-0199</p>'
    assert told(markup) == "Join the meeting https://us02web.zoom.us/webinar/register/WN_1"
    assert told("Chambers, 2nd floor", join="https://video.example/8") == "Join: https://video.example/8"
    assert told("Chambers, 2nd floor", "Budget hearing", join="null") == ""


def test_what_two_sources_say_is_said_once() -> None:
    assert both("a\nb", "b\nc") == "a\nb\nc"
    assert both("", "c") == "c"


def test_it_is_said_once_and_bounded() -> None:
    many = [Passage(f"{SAYS[0][:-1]} {number}.") for number in range(50)]
    told = attending([*many, *many])
    assert len(told) <= 700
    assert len(set(told.split("\n"))) == len(told.split("\n")) <= 5


def test_the_address_of_an_office_stays_and_that_of_a_person_is_blotted_out() -> None:
    told = offices_kept("Write to City.Clerk@elmfalls.gov or jane.doe@elmfalls.gov, or call 555-555-0100.")
    assert told == "Write to City.Clerk@elmfalls.gov or •••••••••••••••••••••, or call 555-555-0100."
