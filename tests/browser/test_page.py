"""The page in a real Chromium: a week watched live, the map by keyboard, filters, redline, search, dark and phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.served import PATIENCE, Week, files, lived
from watcher.net import missing

lack = missing(None)
pytestmark = [
    pytest.mark.skipif(bool(lack), reason=f"no page can be looked at here: {lack}"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),  # playwright's own, at its end
]
if not lack:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import Browser, Page, sync_playwright

PHONE, DESK = {"width": 390, "height": 800}, {"width": 1200, "height": 800}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    from watcher.net.browser import program

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(program(None)), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    with lived(tmp_path_factory.mktemp("week")) as served:
        yield served


class Look:
    """A tab that keeps what went wrong in it: console errors, requests to others, answers that are no good."""

    def __init__(self, browser: Browser, base: str, *, phone: bool = False, dark: bool = False) -> None:
        self.base, self.wrong = base, list[str]()
        context = browser.new_context(viewport=PHONE if phone else DESK, color_scheme="dark" if dark else "light")  # type: ignore[arg-type]
        self.page: Page = context.new_page()
        self.page.on("console", lambda said: self.blame(said.type in ("error", "warning"), said.text))
        self.page.on("pageerror", lambda error: self.blame(True, str(error)))
        self.page.on("request", lambda asked: self.blame(not asked.url.startswith(base), f"asked {asked.url}"))
        self.page.on("response", lambda got: self.blame(got.status >= 400, f"{got.status} {got.url}"))

    def blame(self, wrong: bool, words: str) -> None:
        if wrong:
            self.wrong.append(words)

    def at(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page

    def close(self) -> None:
        self.page.context.close()
        assert self.wrong == []


@pytest.fixture
def look(chromium: Browser, week: Week) -> Iterator[Look]:
    seen = Look(chromium, week.base)
    yield seen
    seen.close()


def test_the_week_is_watched_live_from_the_page(look: Look, week: Week) -> None:
    page = look.at("/")
    assert "Nothing relevant has changed since the watch began" in page.inner_text("main")
    week.live.set()
    page.wait_for_timeout(500)
    assert week.over.wait(PATIENCE)
    page.reload()
    assert "Intergovernmental Agreement" in page.inner_text("main")
    assert page.locator("ul.news").first.locator("li h3").count() >= 3


@pytest.fixture
def over(week: Week) -> Week:
    week.live.set()
    assert week.over.wait(PATIENCE)
    assert week.trouble is None
    return week


def a_change(page: Page) -> str:
    found = page.locator('a[href^="/changes/"][title*="text reworded in the code"]').first.get_attribute("href")
    assert found
    return found


PATHS = ("/", "/states/CO", "/places", "/j/co-alder-creek", "/changes", "/search?q=detainer*", "/sites", "/method", "/operator", "change")  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_serious_and_a_phone_scrolls_no_page_sideways(
    chromium: Browser, over: Week, path: str, dark: bool
) -> None:
    look = Look(chromium, over.base, phone=True, dark=dark)
    page = look.at(a_change(look.at("/")) if path == "change" else path)
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found if one["impact"] in ("serious", "critical")] == []  # fmt: skip
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", ground)[:3])) < 200) is dark
    look.close()


def test_a_keyboard_walks_the_map_to_the_place(look: Look, over: Week) -> None:
    page = look.at("/")
    stops: list[str] = []
    for _ in range(40):
        page.keyboard.press("Tab")
        label = page.evaluate("document.activeElement.closest('svg.map a')?.querySelector('title').textContent ?? ''")
        if label:
            stops.append(label)
    assert [stop.partition(":")[0] for stop in stops] == ["Colorado", "Alder Creek, CO"]
    page.locator("svg.map .states a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/states/CO")
    assert page.locator("svg.map").get_attribute("viewBox") != "0 0 975 610"
    page.locator("svg.map .places a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/j/co-alder-creek")


def test_filters_and_the_status_lead_to_the_papers(look: Look, over: Week) -> None:
    page = look.at("/")
    page.click("summary:has-text('Filter by')")
    page.select_option("select[name=direction]", "limits")
    page.click("button:has-text('Show')")
    assert "direction=limits" in page.url
    assert page.locator("section:has(#newest) li h3").count() == 0
    page.click("a:has-text('Clear')")
    page.click(".places a:has-text('Alder Creek')")
    assert page.inner_text(".status strong") == "requires or expands"
    page.click("main li a:has-text('Chapter 9.20')")
    assert page.inner_text("#redline del") == "shall not"
    assert page.inner_text("#redline ins") == "may"
    assert page.locator(".two mark").count() >= 1


def test_a_snapshot_is_read_as_text_and_saved_as_a_file(look: Look, over: Week) -> None:
    page = look.at(a_change(look.at("/")))
    with page.expect_download() as saving:
        page.click("a:has-text('download') >> nth=-1")
    assert saving.value.suggested_filename.startswith("alder-creek-code-")
    page.click("a:has-text('as text') >> nth=-1")
    assert "Officers may detain" in page.inner_text("body")


def test_search_marks_what_it_found(look: Look, over: Week) -> None:
    page = look.at("/search")
    page.fill("input[name=q]", "immigration detain*")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=immigration*")
    assert page.locator(".hits mark").first.inner_text().lower().startswith(("immigration", "detain"))


def test_the_readers_own_time_is_on_hover(look: Look, over: Week) -> None:
    page = look.at("/j/co-alder-creek")
    assert "your time: " in (page.locator("main time[title]").first.get_attribute("title") or "")


def test_it_is_whole_without_javascript(chromium: Browser, over: Week) -> None:
    page = chromium.new_context(java_script_enabled=False).new_page()
    page.goto(over.base + "/")
    page.click("svg.map .places a")
    assert page.inner_text("h1") == "Alder Creek, CO"
    page.context.close()


def test_only_the_token_mutes(look: Look, over: Week) -> None:
    page = look.at("/operator")
    for name, words in (
        ("what", "287g"),
        ("until", "2027-01-01"),
        ("reason", "recess"),
        ("by", "ada"),
        ("token", "sesame"),
    ):
        page.fill(f"form >> nth=0 >> [name={name}]", words)
    page.click("button:has-text('Mute')")
    assert "287g is muted until 2027-01-01" in page.inner_text("[role=status]")
    assert "recess (ada)" in look.at("/").inner_text("main")


def test_the_static_copy_shows_the_same_from_a_plain_file_server(chromium: Browser, over: Week) -> None:
    with files(over.copy) as base:
        look = Look(chromium, base)
        page = look.at("/index.html")
        page.click("svg.map .places a")
        assert page.inner_text(".status strong") == "requires or expands"
        page.click("main li a:has-text('Chapter 9.20')")
        assert page.inner_text("#redline ins") == "may"
        page.click("nav a:has-text('Health')")
        assert "alder-creek-council" in page.inner_text("main")
        assert [one["id"] for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")] == []  # fmt: skip
        look.close()


def test_the_copy_opens_from_a_folder_too(chromium: Browser, over: Week) -> None:
    page = chromium.new_page()
    page.goto(Path(over.copy / "index.html").as_uri())
    page.click("svg.map .places a")
    assert page.inner_text("h1") == "Alder Creek, CO"
    page.context.close()
