"""What people should hear, and who hears it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.news import BOSTON, MATTER, MEETING, NOON, SITE, WORDS, alert, change, verdict
from watcher.alerts import compose, cut, masked, notice, plain_text, route, short_id, units, web_address
from watcher.alerts.privacy import MASK, masked_redline
from watcher.alerts.rhythm import next_digest, quiet_until
from watcher.model import Alert, Change, Evidence, Mute, Redline, Route

# ------------------------------------------------------------------------------------------------------- compose


def composed(*changes: Change) -> list[str]:
    """The change ids of each alert."""
    return ["+".join(sorted(change.id for change in alert.changes)) for alert in compose(SITE, changes, NOON)]


def test_what_is_unrelated_or_not_judged_makes_no_alert() -> None:
    assert composed(change("a", label="unrelated"), change("b", verdict=None)) == []


def test_the_headline_says_who_what_and_when_in_neutral_words() -> None:
    (told,) = compose(SITE, [change(matter=MATTER)], NOON)
    assert told.headline == (
        "Boston, MA – City Council: item added to the agenda of Tue 1 Dec 2026, 4:00 PM: Ordinance amending the Boston Trust Act"
    )
    assert (told.label, told.stance, told.stage, told.topics) == ("relevant", "limits", "introduced", ("detainer",))


@pytest.mark.parametrize(
    ("news", "words"),
    [
        (change(before=WORDS, after=""), "item no longer on the agenda of Tue 1 Dec 2026, 4:00 PM"),
        (change(kind="cancelled", key="meeting:m1"), "meeting of Tue 1 Dec 2026, 4:00 PM cancelled"),
        (change(kind="rescheduled", key="meeting:m1"), "meeting now set for Tue 1 Dec 2026, 4:00 PM"),
        (change(key="matter:2026-0412:status", matter=MATTER, meeting=None), "status of the file changed"),
        (
            change(key="item:1:attachments", kind="revised"),
            "attachments changed for an item on the agenda of Tue 1 Dec",
        ),
        (
            change(
                key="item:1:section", kind="moved", before="Not on the consent agenda", after="On the consent agenda"
            ),
            "item moved within the agenda of Tue 1 Dec 2026, 4:00 PM, to consent: ",
        ),
        (change(key="p1", meeting=None), "text added to the agenda"),
        (change(key="p1"), "text added to a document for the meeting of Tue 1 Dec 2026, 4:00 PM"),
        (change(key="p1", before="x " + WORDS, meeting=None), "text reworded in the agenda"),
    ],
)
def test_every_kind_of_change_has_its_words(news: Change, words: str) -> None:
    (told,) = compose(SITE, [news], NOON)
    assert words in told.headline


@pytest.mark.parametrize("id", ["event:494/7990", "agenda:341/4", "3101/item:901", "clip:4471/1aa02768e858"])
def test_an_item_whose_vendor_writes_a_number_behind_a_colon_is_its_own_item(id: str) -> None:
    first, other = f"item:{id}", f"item:{id}8"
    assert composed(change("a", key=first), change("b", after="Another text.", key=other)) == ["a", "b"]
    (told,) = compose(SITE, [change(key=first)], NOON)
    assert told.headline.endswith(f"4:00 PM: {WORDS}")
    (told,) = compose(SITE, [change(key=f"{first}:attachments", kind="revised", heading=("CONSENT", WORDS))], NOON)
    assert "attachments changed for an item on the agenda" in told.headline
    assert composed(change("a", key=first), change("b", key=f"{first}:portion-1", after="More of it.")) == ["a+b"]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("", "WITHDRAWN - ", "item marked as withdrawn on the agenda of"),
        ("", "(Item pulled) ", "item marked as withdrawn on the agenda of"),
        ("", "*REMOVED*: ", "item marked as withdrawn on the agenda of"),
        ("", "[Removed from the agenda] ", "item marked as withdrawn on the agenda of"),
        ("", "Continued to January 5: ", "item marked as put off on the agenda of"),
        ("26-R-0777 : ", "26-R-0777 : Substitute ", "item marked as a substitute on the agenda of"),
        ("", "Proposed Substitute ", "item marked as a substitute on the agenda of"),
        ("WITHDRAWN - ", "WITHDRAWN -- ", "item reworded on the agenda of"),
        ("", "Removed and reordered sections: ", "item reworded on the agenda of"),
        ("", "Substitute teachers: ", "item reworded on the agenda of"),
        ("", "Pay of long-term-substitute guards; ", "item reworded on the agenda of"),
        ("", "Resolution on substitute teachers and deferred pay; ", "item reworded on the agenda of"),
    ],
)
def test_what_a_clerk_writes_before_an_item_is_told_as_that(before: str, after: str, words: str) -> None:
    (told,) = compose(SITE, [change(key="item:7:title", before=before + WORDS, after=after + WORDS)], NOON)
    assert words in told.headline


def test_an_entry_of_a_list_is_on_no_agenda() -> None:
    (told,) = compose(replace(SITE, kind="list"), [change(before=WORDS, after="", meeting=None)], NOON)
    assert "entry no longer on the list" in told.headline


def test_changes_of_one_file_are_one_alert_and_of_two_files_two() -> None:
    other = replace(MATTER, id="8", file="2026-0413")
    page: dict[str, Any] = {"key": "matter:2026-0412:text", "meeting": None}
    assert composed(change("a", matter=MATTER), change("b", matter=other), change("c", matter=MATTER, **page)) == [
        "a+c",
        "b",
    ]


def test_the_same_item_on_the_page_in_the_pdf_and_on_the_file_page_is_one_alert() -> None:
    item = change("page", matter=MATTER)
    pdf = change("pdf", f"12. File #2026-0412 {WORDS}", key="d1", url="https://council.example/agenda.pdf")
    unnamed = change(
        "packet", f"Item 12. {WORDS}; staff recommends approval.", key="d2", url="https://council.example/packet.pdf"
    )
    assert composed(item, pdf, unnamed) == ["packet+page+pdf"]


def test_two_lines_of_one_agenda_with_nearly_the_same_words_stay_two() -> None:
    one, two = f"{WORDS} in district one", f"{WORDS} in district two"
    assert composed(change("a", one), change("b", two)) == ["a", "b"]


def test_alike_words_with_other_numbers_are_another_thing() -> None:
    one = change("a", f"{WORDS}, amendment 1 to agreement 4417")
    two = change("b", f"{WORDS}, amendment 2 to agreement 4417", url="https://council.example/agenda.pdf")
    assert composed(one, two) == ["a", "b"]


def test_a_paper_that_writes_the_kind_before_the_number_repeats_the_item() -> None:
    paper = replace(MATTER, id="p", file=f"Ordinance {MATTER.file}")
    other = replace(MATTER, id="o", file=f"Ordinance 9{MATTER.file}")
    pdf = "https://council.example/agenda.pdf"
    assert composed(change("a", matter=MATTER), change("b", matter=paper, url=pdf)) == ["a+b"]
    assert composed(change("a", matter=MATTER), change("b", matter=other, url=pdf)) == ["a", "b"]


def test_the_same_words_at_another_meeting_are_another_thing() -> None:
    later = replace(MEETING, id="m2", url="https://council.example/2")
    assert composed(change("a"), change("b", meeting=later, url="https://council.example/2")) == ["a", "b"]


def test_changed_passages_of_one_section_are_one_alert() -> None:
    trust: dict[str, Any] = {"meeting": None, "heading": ("Chapter 11", "Section 3")}
    other: dict[str, Any] = {"meeting": None, "heading": ("Chapter 11", "Section 4")}
    assert composed(change("a", key="p1", **trust), change("b", key="p2", **trust), change("c", key="p3", **other)) == [
        "a+b",
        "c",
    ]


def test_the_strongest_label_and_the_furthest_stage_speak_for_the_alert() -> None:
    weak = change("a", matter=MATTER, label="unsure")
    strong = change("b", matter=MATTER, key="item:x", verdict=verdict(stage="adopted", stance="expands"))
    (told,) = compose(SITE, [weak, strong], NOON)
    assert (told.label, told.stage, told.stance, told.urgency) == ("relevant", "adopted", "expands", "now")


def test_a_cover_sheet_that_may_be_on_the_subject_gives_an_alert_neither_stage_nor_topic() -> None:
    unsure = verdict(label="unsure", stage="report", topics=("reporting_transparency",))
    sheet = replace(change("a", matter=MATTER), verdict=unsure)
    item = change("b", matter=MATTER, key="item:x", verdict=verdict(stage="unknown"))
    (told,) = compose(SITE, [sheet, item], NOON)
    assert (told.stage, told.topics) == ("unknown", ("detainer",))
    (alone,) = compose(SITE, [sheet], NOON)
    assert (alone.stage, alone.topics) == ("report", ("reporting_transparency",))


def test_evidence_within_a_longer_piece_of_it_is_not_quoted_again() -> None:
    spans = (
        ("honor ICE detainers", 0, 19),
        ("ICE", 6, 9),
        ("ICE detainers", 6, 19),
        ("287(g)", 30, 36),
        ("287(g)", 30, 36),
    )
    seen = tuple(Evidence("after", start, end, text, f"cue-{n}") for n, (text, start, end) in enumerate(spans))
    (told,) = compose(SITE, [replace(change(), verdict=verdict(evidence=seen))], NOON)
    assert notice(told).quotes[0].evidence == (("honor ICE detainers", "cue 0"), ("287(g)", "cue 3"))
    assert told.changes[0].verdict is not None
    assert told.changes[0].verdict.evidence == seen  # for programs all of it stands


def test_changes_in_both_directions_are_mixed() -> None:
    two = change("b", matter=MATTER, key="item:x", verdict=verdict(stance="expands"))
    (told,) = compose(SITE, [change("a", matter=MATTER), two], NOON)
    assert told.stance == "mixed"


@pytest.mark.parametrize(
    ("ahead", "urgency"),
    [
        (timedelta(hours=1), "now"),
        (timedelta(hours=48), "now"),
        (timedelta(hours=49), "soon"),
        (timedelta(days=14), "soon"),
        (timedelta(days=15), "routine"),
        (timedelta(hours=-2), "now"),  # it may still be sitting
        (timedelta(days=-2), "routine"),
    ],
)
def test_urgency_is_the_time_to_the_meeting(ahead: timedelta, urgency: str) -> None:
    site = replace(SITE, jurisdiction=replace(BOSTON, slug="ny-albany", state="NY"))  # without a rule in our table
    (told,) = compose(site, [change(meeting=replace(MEETING, start=NOON + ahead))], NOON)
    assert told.urgency == urgency


def test_keys_and_threads_are_the_same_whenever_and_in_whatever_order_it_is_run() -> None:
    news = [change("a", matter=MATTER), change("b", matter=MATTER, key="item:x")]
    (one,) = compose(SITE, news, NOON)
    (two,) = compose(SITE, news[::-1], NOON + timedelta(days=9))
    assert (one.key, one.thread) == (two.key, two.thread)
    assert one.thread == "ma-boston/file/2026-0412"
    (later,) = compose(SITE, [change("z", matter=MATTER)], NOON)
    assert later.thread == one.thread
    assert later.key != one.key


def test_an_item_without_a_file_number_finds_its_thread_again_by_its_words() -> None:
    (came,) = compose(SITE, [change("a", WORDS + "\nText of it")], NOON)
    (went,) = compose(SITE, [change("b", "", before=WORDS + "\nOther text of it")], NOON)
    (papers,) = compose(
        SITE, [change("c", "Exhibit A", key="item:a:attachments", kind="revised", heading=("NEW", WORDS))], NOON
    )
    assert came.thread == went.thread == papers.thread


# --------------------------------------------------------------------------------------------------------- route


TOLD = alert()


def answers(*routes: Route, told: Alert = TOLD, mutes: tuple[Mute, ...] = ()) -> dict[str, tuple[str, str]]:
    """State and reason by channel; the site's own channel is `site`, the operator's `op`."""
    made = route(told, routes, ("site",), ("op",), mutes, NOON)
    assert len({delivery.channel for delivery in made}) == len(made)
    assert all(delivery.reason for delivery in made)
    return {delivery.channel: (delivery.state, delivery.reason) for delivery in made}


def test_without_routes_a_relevant_alert_goes_to_the_channels_of_its_site() -> None:
    assert answers() == {"site": ("owed", "a channel of the site")}


def test_without_routes_an_unsure_alert_is_withheld() -> None:
    assert answers(told=alert(label="unsure"))["site"][0] == "withheld"


def test_every_route_that_matches_hears_and_the_others_are_told_why_not() -> None:
    heard = answers(
        Route(("a",), states=("MA",)), Route(("b",), topics=("287g", "detainer")), Route(("c",), states=("TX", "FL"))
    )
    assert heard == {
        "a": ("owed", "route 1: matches"),
        "b": ("owed", "route 2: matches"),
        "c": ("withheld", "route 3: hears states TX, FL; this is MA"),
    }


@pytest.mark.parametrize(
    "condition",
    [
        {"states": ("TX",)},
        {"jurisdictions": ("ma-cambridge",)},
        {"topics": ("287g",)},
        {"stance": ("expands",)},
        {"stage": ("adopted",)},
        {"kind": ("code",)},
        {"urgency": ("now",)},
        {"tier": ("adjacent",)},
    ],
)
def test_each_condition_can_refuse_and_then_the_operator_hears(condition: dict[str, tuple[str, ...]]) -> None:
    heard = answers(Route(("a",), **condition))  # type: ignore[arg-type]
    assert heard["a"][0] == "withheld"
    assert heard["op"] == ("owed", "no route takes it: told to the operator")


def test_below_at_least_is_withheld_and_no_news_for_the_operator() -> None:
    heard = answers(Route(("a",)), told=alert(label="unsure"))
    assert heard["a"] == ("withheld", "route 1: unsure is below at_least relevant")
    assert heard["op"][0] == "withheld"
    assert answers(Route(("a",), at_least="unsure"), told=alert(label="unsure"))["a"][0] == "owed"


def test_a_channel_that_two_routes_name_gets_one_delivery_the_soonest() -> None:
    heard = answers(Route(("a",), digest="daily 07:30"), Route(("a",)), Route(("a",), states=("TX",)))
    assert heard == {"a": ("owed", "route 2: matches")}


@pytest.mark.parametrize(
    "what", ["boston-council", "ma-boston", "2026-0412", "matter:2026-0412", "detainer", "topic:detainer", "MA-Boston"]
)
def test_a_mute_withholds_with_its_reason(what: str) -> None:
    mute = Mute(what, NOON + timedelta(days=1), "known already", "ana", NOON)
    state, reason = answers(Route(("a",)), mutes=(mute,))["a"]
    assert state == "withheld"
    assert "known already" in reason
    assert "ana" in reason


def test_a_mute_ends_and_one_muted_topic_of_two_silences_nothing() -> None:
    past = Mute("ma-boston", NOON, "over", "ana", NOON - timedelta(days=1))
    topic = Mute("detainer", NOON + timedelta(days=1), "no", "ana", NOON)
    two = alert(topics=("detainer", "287g"))
    assert answers(Route(("a",)), told=two, mutes=(past, topic))["a"][0] == "owed"


def test_a_digest_holds_until_its_time_and_says_so() -> None:
    (held,) = route(alert(), [Route(("a",), digest="daily 07:30", time_zone="America/Chicago")], (), (), (), NOON)
    assert held.state == "held"
    assert held.next_attempt_at == datetime(2026, 11, 24, 13, 30, tzinfo=UTC)
    assert "due Tue 07:30 CST" in held.reason
    assert held.bundle == "digest|daily 07:30|America/Chicago|2026-11-24T13:30+00:00"


def test_quiet_hours_hold_until_they_end_and_do_nothing_outside() -> None:
    night = Route(("a",), quiet="22:00-06:30", time_zone="America/Chicago")
    (held,) = route(alert(), [night], (), (), (), datetime(2026, 11, 24, 6, 0, tzinfo=UTC))
    assert (held.state, held.next_attempt_at) == ("held", datetime(2026, 11, 24, 12, 30, tzinfo=UTC))
    (owed,) = route(alert(), [night], (), (), (), datetime(2026, 11, 24, 12, 30, tzinfo=UTC))
    assert (owed.state, owed.next_attempt_at) == ("owed", None)


MOMENTS = st.integers(0, 10 * 365 * 24 * 60).map(
    lambda minutes: NOON - timedelta(days=6 * 365) + timedelta(minutes=minutes)
)
CHICAGO = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("rhythm", "now", "due"),
    [
        ("hourly", "2026-11-24T12:10+00:00", "2026-11-24T13:00+00:00"),
        ("daily 07:30", "2026-11-24T13:30+00:00", "2026-11-25T13:30+00:00"),  # strictly after
        ("weekly Mon 08:30", "2026-11-24T12:00+00:00", "2026-11-30T14:30+00:00"),
        ("weekly tue 08:30", "2026-11-24T14:30+00:00", "2026-12-01T14:30+00:00"),
        ("daily 02:30", "2026-03-08T07:00+00:00", "2026-03-08T08:30+00:00"),  # skipped: 02:30 CST is 03:30 CDT
        ("daily 01:30", "2026-11-01T05:00+00:00", "2026-11-01T06:30+00:00"),  # twice: the first
        ("daily 01:30", "2026-11-01T06:30+00:00", "2026-11-02T07:30+00:00"),  # and not again
    ],
)
def test_digests_keep_their_wall_time_through_daylight_saving(rhythm: str, now: str, due: str) -> None:
    assert next_digest(rhythm, CHICAGO, datetime.fromisoformat(now)) == datetime.fromisoformat(due)


@given(
    MOMENTS,
    st.sampled_from(["hourly", "daily 00:00", "daily 02:30", "daily 23:59", "weekly Sun 02:30", "weekly Fri 12:00"]),
    st.sampled_from(["America/Chicago", "America/Phoenix", "Pacific/Auckland", "Australia/Lord_Howe", "UTC"]),
)
def test_a_digest_is_always_ahead_and_never_more_than_eight_days(now: datetime, rhythm: str, zone: str) -> None:
    assert now < next_digest(rhythm, ZoneInfo(zone), now) <= now + timedelta(days=8)


@given(
    MOMENTS,
    st.sampled_from(["22:00-06:30", "00:00-08:00", "02:15-02:45", "12:00-13:00"]),
)
def test_quiet_hours_end_within_a_day_and_are_over_then(now: datetime, quiet: str) -> None:
    end = quiet_until(quiet, CHICAGO, now)
    if end is not None:
        assert now < end <= now + timedelta(hours=25)
        assert quiet_until(quiet, CHICAGO, end) is None


# ------------------------------------------------------------------------------------------------------- wording


def test_private_contact_data_is_blotted_out_and_nothing_else() -> None:
    said = "Ask Jane (617) 555-0123 or jane.doe+ice@mail.example.org, who lives at 12 Elm Street, Boston; File 2026-0412, 287(g)"
    blotted = masked(said)
    assert len(blotted) == len(said)
    assert all(private not in blotted for private in ("555", "jane.doe", "example.org", "Elm"))
    assert all(public in blotted for public in ("Ask Jane", "Boston", "File 2026-0412, 287(g)"))


@pytest.mark.parametrize(
    ("said", "shown", "hidden"),
    [
        ("Contact Jane Roe, 12 Elm Street, Apt 4, Springfield", "Springfield", "12 Elm Street, Apt 4"),
        ("Letter from John Smith of 4521 N. Maple Ave, Chicago", "John Smith of ", "4521 N. Maple Ave"),
        ("Resident Carlos Ruiz, 88 W 3rd St #2, testified", ", testified", "88 W 3rd St #2"),
        ("Vecina Ana Pérez, Calle Sol 14, ana@mail.example", "Vecina Ana Pérez", "Calle Sol 14"),
        ("Office of the City Clerk, call 617-555-0100. Mr. John Smith, 617-555-0123", "617-555-0100", "617-555-0123"),
        ("Write to council@city.example.org, not to roe@mail.example", "council@city.example.org", "roe@mail.example"),
        ("City of Boston, 1 City Hall Square, cityclerk@boston.gov", "1 City Hall Square, cityclerk@boston.gov", ""),
        ("Sheriff's Office, 200 N. Main St.; phone (555) 123-4567", "200 N. Main St.; phone (555) 123-4567", ""),
        ("Rezoning of 12 Elm Street; lease of 100 Federal Street", "12 Elm Street; lease of 100 Federal Street", ""),
    ],
)
def test_what_is_a_persons_is_blotted_out_and_what_is_an_offices_or_a_projects_stays(
    said: str, shown: str, hidden: str
) -> None:
    blotted = masked(said)
    assert len(blotted) == len(said)
    assert shown in blotted
    assert not hidden or hidden not in blotted
    assert (MASK in blotted) == bool(hidden)


def test_an_address_that_a_redline_cuts_through_is_blotted_out_on_both_sides() -> None:
    parts: Redline = (("=", "write to "), ("-", "ann"), ("+", "bob"), ("=", "@mail.example.org now"))
    shown = masked_redline(parts, "write to ann@mail.example.org now", "write to bob@mail.example.org now")
    assert shown == (("=", "write to "), ("-", MASK * 3), ("+", MASK * 3), ("=", MASK * 17 + " now"))


@given(st.text(), st.integers(0, 400))
def test_a_cut_text_is_within_its_limit_and_begins_as_the_text_did(text: str, limit: int) -> None:
    said = cut(text, limit)
    assert units(said) <= max(limit, 1)
    assert said == text or "…" in said


def test_a_cut_counts_what_it_left_out_and_never_parts_an_emoji() -> None:
    assert cut("word " * 30, 60).endswith("more characters; see link)")
    family = "👨‍👩‍👧‍👦" * 30
    assert not cut(family, 100).split("…")[0].rstrip().endswith("\u200d")


def test_short_ids_are_five_base32_characters() -> None:
    assert short_id("k1") == short_id("k1")
    assert len(short_id("k1")) == 6
    assert short_id("k1") != short_id("k2")


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "", "https://", "http://[bad", "//x.example"],
)
def test_only_web_addresses_become_links(address: str) -> None:
    assert web_address(address) is None


def test_a_web_address_cannot_leave_its_mark_up() -> None:
    assert web_address('https://x.example/a"b<c>|d e') == "https://x.example/a%22b%3Cc%3E%7Cd%20e"


def test_a_notice_holds_what_a_reader_needs() -> None:
    told = notice(alert("k1", change(before="may", after="shall not")), repeat=True)
    text = plain_text(told)
    for part in (
        "↻ possible repeat of #",
        "Boston, MA",
        "City Council",
        "Tue 1 Dec 2026, 4:00 PM EST, Iannella Chamber",
        "moves toward limiting cooperation",
        "Stage: introduced",
        "[-may-]{+shall not+}",
        "“civil immigration detainer” – detainer requests",
        "https://council.example/L7",
        "before bbbbbbbbbbbb, after aaaaaaaaaaaa · watcher show c1",
        "noticed Tue 24 Nov 2026, 7:00 AM EST, page last seen unchanged Tue 24 Nov 2026, 6:00 AM EST",
    ):
        assert part in text


def test_what_a_screen_would_obey_is_gone_from_a_notice() -> None:
    evil = "\x1b]8;;https://evil.example\x07click\x1b[31mred\u202eover\u200b \x00\x9b31m"
    text = plain_text(notice(alert("k1", change(after=evil, heading=(evil,)), headline=evil)))
    assert not any(character in text for character in "\x1b\x07\u202e\u200b\x00\x9b")
    assert "clickred" in text


def test_a_county_is_called_one() -> None:
    county = replace(BOSTON, name="San Diego", state="CA", kind="county", slug="ca-san-diego-county")
    (told,) = compose(replace(SITE, jurisdiction=county), [change()], NOON)
    assert told.headline.startswith("San Diego County, CA – ")


def test_what_stands_on_a_page_and_again_in_its_paper_is_quoted_once_and_pointed_at() -> None:
    words = "Resolution approving an agreement under which the County Jail holds persons on immigration detainers"
    page, paper = change("a", after=words), change("b", after=f"{words} (Resolution 26-118)")
    short, struck = change("c", after="Adopted"), change("d", after="", before=words)
    quotes = notice(alert("k", page, paper, short, struck)).quotes
    assert [quoted.redline for quoted in quotes] == [
        (("+", words),),
        (("+", "[as above] (Resolution 26-118)"),),
        (("+", "Adopted"),),
        (("-", words),),  # the same words struck are another thing
    ]
    assert quotes[0].evidence
    assert not quotes[1].evidence  # the same words, the same reasons


def test_a_cue_is_named_in_words_and_words_from_around_the_change_are_said_to_be_that() -> None:
    seen = (
        Evidence("after", 0, 9, "detainers", "any-detainer"),
        Evidence("context", 0, 3, "ICE", "ice-spelled-out"),
    )
    (told,) = compose(SITE, [replace(change(), verdict=verdict(evidence=seen))], NOON)
    assert notice(told).quotes[0].evidence == (
        ("detainers", "detainer"),
        ("ICE", "ice spelled out, in what it belongs to"),
    )
