"""A visit is polite: one at a time, spaced, by robots.txt, conditional, and tried again only where that helps."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from itertools import pairwise

import pytest
import stamina
from aiohttp import web

from watcher.errors import Blocked, FetchError, Refused, TooLarge, Unreachable
from watcher.fetch import Fetcher
from watcher.model import NotModified, Request, Response, Validators
from watcher.net import Door, Limits

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HERE = (ip_network("127.0.0.1/32"),)
AT_ONCE = timedelta(0)
PAGE = "<html><body><h1>Agenda</h1><p>Ordinance 17, second reading.</p></body></html>"


class Noon:
    def now(self) -> datetime:
        return NOW


@dataclass
class Town:
    """A town's web server: answers by path, and what it was asked, when."""

    answers: dict[str, Iterator[web.Response] | Callable[[web.Request], web.Response]] = field(default_factory=dict)
    asked: list[tuple[str, float]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    slowly: float = 0.0
    base: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append((request.path, time.monotonic()))
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        if self.slowly:
            await asyncio.sleep(self.slowly)
        self.at_once -= 1
        given = self.answers.get(request.path)
        if given is None:
            return web.Response(status=404) if request.path == "/robots.txt" else page()
        return given(request) if callable(given) else next(given)

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    @property
    def gaps(self) -> list[float]:
        times = [moment for _, moment in self.asked]
        return [later - earlier for earlier, later in pairwise(times)]


def page(status: int = 200, text: str = PAGE, **headers: str) -> web.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.Response(status=status, text=text, content_type="text/html", headers=named)


def in_turn(*answers: web.Response) -> Iterator[web.Response]:
    return iter(answers)


@pytest.fixture(autouse=True)
def _no_back_off() -> Iterator[None]:
    """Tries follow each other at once; their number stays as it is."""
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    town = Town()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", town.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    town.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield town
    await runner.cleanup()


class Hourglass:
    """Time that passes only by being slept."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.passed

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.passed += seconds


@asynccontextmanager
async def visiting(hourglass: Hourglass | None = None, limits: Limits | None = None) -> AsyncIterator[Fetcher]:
    glass = hourglass or Hourglass()
    door = Door(None, HERE, limits or Limits())
    async with Fetcher(door, clock=Noon(), monotonic=glass.monotonic, sleep=glass.sleep) as fetcher:
        yield fetcher


async def failed(fetcher: Fetcher, url: str, min_delay: timedelta = AT_ONCE) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await fetcher.visit(Request(url), min_delay=min_delay)
    return caught.value


async def test_a_visit_asks_robots_once_and_brings_the_page(town: Town) -> None:
    async with visiting() as fetcher:
        for _ in range(3):
            response = await fetcher.visit(Request(f"{town.base}/a"), min_delay=AT_ONCE)
    assert isinstance(response, Response)
    assert response.body == PAGE.encode()
    assert response.fetched_at == NOW
    assert town.paths == ["/robots.txt", "/a", "/a", "/a"]


async def test_an_unchanged_page_costs_a_304(town: Town) -> None:
    def conditional(request: web.Request) -> web.Response:
        same = request.headers.get("If-None-Match") == 'W/"7"' and "If-Modified-Since" in request.headers
        return web.Response(status=304) if same else page(ETag='W/"7"')

    town.answers["/a"] = conditional
    async with visiting() as fetcher:
        validators = Validators('W/"7"', "Mon, 23 Nov 2026 00:00:00 GMT")
        assert await fetcher.visit(Request(f"{town.base}/a"), validators, min_delay=AT_ONCE) == NotModified(
            Request(f"{town.base}/a"), NOW
        )
        assert isinstance(await fetcher.visit(Request(f"{town.base}/a"), min_delay=AT_ONCE), Response)


async def test_a_304_nobody_asked_for_is_refused(town: Town) -> None:
    town.answers["/a"] = lambda _: web.Response(status=304)
    async with visiting() as fetcher:
        assert isinstance(await failed(fetcher, f"{town.base}/a"), Refused)


# --- pace ----------------------------------------------------------------------------------------------------------


async def test_visits_to_one_group_never_overlap(town: Town) -> None:
    town.slowly = 0.02
    async with visiting() as fetcher:
        await asyncio.gather(*(fetcher.visit(Request(f"{town.base}/{n}"), min_delay=AT_ONCE) for n in range(8)))
    assert town.most_at_once == 1
    assert len(town.asked) == 9


async def test_two_groups_do_not_wait_for_each_other(town: Town) -> None:
    town.slowly = 0.1
    async with visiting() as fetcher:
        localhost = town.base.replace("127.0.0.1", "localhost")
        await asyncio.gather(
            *(fetcher.visit(Request(f"{base}/a"), min_delay=AT_ONCE) for base in (town.base, localhost))
        )
    assert town.most_at_once == 2


async def test_the_minimum_delay_lies_between_two_requests_for_real(town: Town) -> None:
    async with Fetcher(Door(None, HERE), clock=Noon()) as fetcher:
        for path in "ab":
            await fetcher.visit(Request(f"{town.base}/{path}"), min_delay=timedelta(seconds=0.2))
    assert town.paths == ["/robots.txt", "/a", "/b"]
    assert all(0.199 <= gap < 1 for gap in town.gaps)


async def test_no_delay_is_kept_only_where_the_operator_opened_the_network() -> None:
    """A public host is given a second at least, whatever the registry says."""
    fetcher = Fetcher(Door(None, HERE), clock=Noon())
    assert fetcher.delay("http://127.0.0.1:1/", 0.0, 0.0) == 0.0
    assert fetcher.delay("http://127.0.0.1:1/", 0.0, 20.0) == 0.0
    assert fetcher.delay("http://127.0.0.1:1/", 3.0, 20.0) == 20.0
    assert fetcher.delay("https://x.gov/", 0.0, 0.0) == 1.0
    assert fetcher.delay("https://x.gov/", 0.3, 0.0) == 1.0
    assert fetcher.delay("https://x.gov/", 7.2, 5.0) == 7.2
    assert fetcher.delay("https://x.gov/", 2.0, 60.0) == 60.0


async def test_a_name_that_leads_only_inside_counts_as_inside(town: Town) -> None:
    glass = Hourglass()
    async with visiting(glass) as fetcher:
        for _ in range(2):
            await fetcher.visit(Request(town.base.replace("127.0.0.1", "localhost")), min_delay=AT_ONCE)
    assert glass.slept == []


# --- robots.txt ----------------------------------------------------------------------------------------------------


def robots(text: str, status: int = 200) -> Callable[[web.Request], web.Response]:
    return lambda _: web.Response(status=status, text=text)


async def test_what_robots_txt_disallows_is_not_asked_for(town: Town) -> None:
    town.answers["/robots.txt"] = robots("User-agent: *\nDisallow: /private\n")
    async with visiting() as fetcher:
        error = await failed(fetcher, f"{town.base}/private/a")
        await fetcher.visit(Request(f"{town.base}/public"), min_delay=AT_ONCE)
    assert isinstance(error, Blocked)
    assert error.reason == "robots"
    assert town.paths == ["/robots.txt", "/public"]


async def test_rules_for_our_own_name_go_before_rules_for_all(town: Town) -> None:
    town.answers["/robots.txt"] = robots("User-agent: *\nDisallow: /\n\nUser-agent: OrdinanceWatcher\nAllow: /\n")
    async with visiting() as fetcher:
        await fetcher.visit(Request(f"{town.base}/a"), min_delay=AT_ONCE)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
async def test_a_missing_robots_txt_allows_everything(status: int, town: Town) -> None:
    town.answers["/robots.txt"] = robots("User-agent: *\nDisallow: /", status)
    async with visiting() as fetcher:
        await fetcher.visit(Request(f"{town.base}/a"), min_delay=AT_ONCE)


async def test_a_web_page_in_the_place_of_robots_txt_holds_no_rules(town: Town) -> None:
    town.answers["/robots.txt"] = robots("<html>User-agent: *\nDisallow: /\n</html>")
    async with visiting() as fetcher:
        await fetcher.visit(Request(f"{town.base}/a"), min_delay=AT_ONCE)


@pytest.mark.parametrize("status", [500, 503])
async def test_a_failing_robots_txt_fails_the_visit_with_its_status(status: int, town: Town) -> None:
    town.answers["/robots.txt"] = robots("", status)
    async with visiting() as fetcher:
        error = await failed(fetcher, f"{town.base}/a")
        again = await failed(fetcher, f"{town.base}/b")
    assert (error.reason, error.status) == ("refused", status)
    assert again.status == status
    assert set(town.paths) == {"/robots.txt"}


async def test_a_busy_robots_txt_is_asked_again_when_the_host_wants_us_back(town: Town) -> None:
    town.answers["/robots.txt"] = in_turn(page(503, Retry_After="9"), web.Response(text="User-agent: *\nAllow: /\n"))
    glass = Hourglass()
    async with visiting(glass) as fetcher:
        await fetcher.visit(Request(f"{town.base}/a"), min_delay=AT_ONCE)
    assert glass.slept == [9.0]


async def test_a_host_without_robots_txt_is_left_alone_for_half_a_minute_only(town: Town) -> None:
    town.answers["/robots.txt"] = in_turn(*(page(500) for _ in range(3)), page(404))
    glass = Hourglass()
    async with visiting(glass) as fetcher:
        await failed(fetcher, f"{town.base}/a")
        await failed(fetcher, f"{town.base}/b")
        glass.passed += 31
        await fetcher.visit(Request(f"{town.base}/a"), min_delay=AT_ONCE)
    assert town.paths == ["/robots.txt"] * 4 + ["/a"]


async def test_crawl_delay_is_kept_up_to_a_minute(town: Town) -> None:
    town.answers["/robots.txt"] = robots("User-agent: *\nCrawl-delay: 3600\n")
    glass = Hourglass()
    async with visiting(glass) as fetcher:
        await fetcher.visit(Request(f"{town.base}/a"), min_delay=timedelta(seconds=2))
    assert glass.slept == [60.0]


async def test_robots_txt_is_asked_again_after_a_day(town: Town) -> None:
    glass = Hourglass()
    async with visiting(glass) as fetcher:
        await fetcher.visit(Request(f"{town.base}/a"), min_delay=AT_ONCE)
        glass.passed += 23 * 3600
        await fetcher.visit(Request(f"{town.base}/a"), min_delay=AT_ONCE)
        glass.passed += 2 * 3600
        await fetcher.visit(Request(f"{town.base}/a"), min_delay=AT_ONCE)
    assert town.paths.count("/robots.txt") == 2


# --- Retry-After and tries -----------------------------------------------------------------------------------------


async def test_a_short_retry_after_is_waited_out_once(town: Town) -> None:
    town.answers["/a"] = in_turn(page(429, Retry_After="7"), page())
    glass = Hourglass()
    async with visiting(glass) as fetcher:
        assert isinstance(await fetcher.visit(Request(f"{town.base}/a"), min_delay=AT_ONCE), Response)
    assert glass.slept == [7.0]


async def test_a_second_retry_after_ends_the_visit(town: Town) -> None:
    town.answers["/a"] = in_turn(page(503, Retry_After="2"), page(503, Retry_After="3"))
    glass = Hourglass()
    async with visiting(glass) as fetcher:
        error = await failed(fetcher, f"{town.base}/a")
        assert (error.status, error.retry_after) == (503, 3.0)
        await fetcher.visit(Request(f"{town.base}/b"), min_delay=AT_ONCE)
    assert glass.slept == [2.0, 3.0]


async def test_a_retry_after_date_is_reckoned_from_the_clock(town: Town) -> None:
    town.answers["/a"] = in_turn(page(503, Retry_After="Tue, 24 Nov 2026 12:00:20 GMT"), page())
    glass = Hourglass()
    async with visiting(glass) as fetcher:
        await fetcher.visit(Request(f"{town.base}/a"), min_delay=AT_ONCE)
    assert glass.slept == [20.0]


async def test_after_a_long_retry_after_the_group_is_left_alone(town: Town) -> None:
    town.answers["/a"] = in_turn(page(429, Retry_After="3600"))
    glass = Hourglass()
    async with visiting(glass) as fetcher:
        error = await failed(fetcher, f"{town.base}/a")
        assert (error.status, error.retry_after) == (429, 3600.0)
        glass.passed += 1000
        error = await failed(fetcher, f"{town.base}/b")
        assert (error.status, error.retry_after) == (429, 2600.0)
        glass.passed += 2601
        await fetcher.visit(Request(f"{town.base}/b"), min_delay=AT_ONCE)
    assert town.paths == ["/robots.txt", "/a", "/b"]


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
async def test_a_passing_error_is_tried_again(status: int, town: Town) -> None:
    town.answers["/a"] = in_turn(page(status), page())
    async with visiting() as fetcher:
        await fetcher.visit(Request(f"{town.base}/a"), min_delay=AT_ONCE)


async def test_three_tries_are_all(town: Town) -> None:
    town.answers["/a"] = lambda _: page(500)
    async with visiting() as fetcher:
        assert (await failed(fetcher, f"{town.base}/a")).status == 500
    assert town.paths.count("/a") == 3


@pytest.mark.parametrize("status", [400, 403, 404, 410, 501])
async def test_a_lasting_error_is_not_tried_again(status: int, town: Town) -> None:
    town.answers["/a"] = lambda _: page(status)
    async with visiting() as fetcher:
        error = await failed(fetcher, f"{town.base}/a")
    assert isinstance(error, Refused)
    assert town.paths.count("/a") == 1


async def test_a_second_try_keeps_the_delay_too(town: Town) -> None:
    town.answers["/a"] = in_turn(page(500), page())
    glass = Hourglass()
    async with visiting(glass) as fetcher:
        await fetcher.visit(Request(f"{town.base}/a"), min_delay=timedelta(seconds=30))
    assert glass.slept == [30.0, 30.0]


async def test_a_wall_or_an_oversize_page_is_not_tried_again(town: Town) -> None:
    town.answers["/wall"] = lambda _: page(503, "<title>Just a moment...</title><p>Checking your browser")
    town.answers["/big"] = lambda _: page(text="x" * 5000)
    async with visiting(limits=Limits(page=4000)) as fetcher:
        assert (await failed(fetcher, f"{town.base}/wall")).reason == "wall"
        assert isinstance(await failed(fetcher, f"{town.base}/big"), TooLarge)
    assert town.paths == ["/robots.txt", "/wall", "/big"]


async def test_a_host_that_is_down_is_unreachable_after_three_tries(town: Town) -> None:
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    async with visiting() as fetcher:
        error = await failed(fetcher, f"http://127.0.0.1:{port}/a")
    assert isinstance(error, Unreachable)
    assert error.reason == "unreachable"


async def test_a_bad_address_is_named_by_the_door() -> None:
    async with visiting() as fetcher:
        assert (await failed(fetcher, "file:///etc/passwd")).reason == "forbidden_address"
        assert (await failed(fetcher, "http://127.0.0.2/a")).reason == "forbidden_address"


async def test_a_cancelled_wait_frees_the_group(town: Town) -> None:
    town.answers["/a"] = in_turn(page(503, Retry_After="50"))
    async with Fetcher(Door(None, HERE), clock=Noon()) as fetcher:
        visit = asyncio.create_task(fetcher.visit(Request(f"{town.base}/a"), min_delay=AT_ONCE))
        await asyncio.sleep(0.2)
        visit.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(visit, 1)
        other = asyncio.create_task(fetcher.visit(Request(f"{town.base}/b"), min_delay=AT_ONCE))
        await asyncio.sleep(0.1)
        assert not other.done(), "the host asked for 50 seconds"
        other.cancel()
        with pytest.raises(asyncio.CancelledError):
            await other


@pytest.mark.parametrize("body", ["", "   ", "<html><body><div id=root></div><script src=a.js></script></body></html>"])
async def test_an_empty_page_ends_the_visit(body: str, town: Town) -> None:
    town.answers["/a"] = lambda _: page(text=body)
    async with visiting() as fetcher:
        assert (await failed(fetcher, f"{town.base}/a")).reason == "empty"
