"""Commands that work: check, run, deliver, demo, send-test, mute, unmute, migrate."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated

import typer

from watcher import app as wiring
from watcher import pulse, registry
from watcher.alerts import muted_by
from watcher.alerts.wording import TOPICS
from watcher.cli.frame import Json, application, chosen, configuration, exit_codes, moment, nearest, refuse
from watcher.cli.reports import JsonLines, PlainLines, ServiceLines, ServiceLog, counted, emit
from watcher.deliver import send_test
from watcher.lines import delivery_line
from watcher.model import Act, Mute
from watcher.settings import resolve

Serve = Callable[[wiring.App, wiring.Reporter, asyncio.Event], Awaitable[None]]


def check(
    sites: Annotated[
        list[str] | None, typer.Argument(metavar="SITE", help="Only these (default: all enabled).")
    ] = None,
    due: Annotated[bool, typer.Option("--due", help="Only those whose time has come.")] = False,
    no_deliver: Annotated[bool, typer.Option("--no-deliver", help="Record, but send nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Visit the sites once, then deliver what is owed.

    The first visit of a site is its baseline and tells nobody anything; from then on every change is judged. Exit 1 where
    a site or a delivery failed: each is named, and the others go on.
    """
    with application("check", lock=True, as_json=as_json) as app:
        wanted = chosen(app, sites, as_json=as_json)
        if due:
            ready = {site.id for site in wiring.due_sites(app)}
            wanted = [site for site in wanted if site.id in ready]
        if not no_deliver:
            app.senders()  # a missing token is said before an hour of visits, not after
        if as_json:
            well = asyncio.run(wiring.check(app, wanted, JsonLines(), with_delivery=not no_deliver))
        else:
            with PlainLines(len(wanted), only_due=due) as report:
                well = asyncio.run(wiring.check(app, wanted, report, with_delivery=not no_deliver))
            report.sum()
        if not well:
            raise typer.Exit(1)


def run(
    behind_proxy: Annotated[
        bool,
        typer.Option("--behind-proxy", help="A page beyond loopback is meant: a proxy with log-in stands before it."),
    ] = False,
) -> None:
    """The service: schedule, delivery and web page, until Ctrl-C.

    SIGTERM ends it too, within 10 s. Restart it whenever you like: what is due and what is owed stands in the ledger.
    """
    if behind_proxy:
        os.environ["WATCHER_BEHIND_PROXY"] = "1"
    from watcher.service import serve  # the web server and the scheduler would cost every other command its start

    with application("run", lock=True) as app:
        app.senders()
        enabled = [site for site in app.book.sites if site.enabled]
        with ServiceLog() if app.config.log == "json" else ServiceLines() as report:
            report.line(
                f"watching {counted(len(enabled), 'site')}, telling {', '.join(app.book.channels) or 'nobody'}; Ctrl-C ends it"
            )
            asyncio.run(until_told(serve, app, report))
            report.line("ended; what was owed is kept and goes out at the next start")


async def until_told(serve: Serve, app: wiring.App, report: wiring.Reporter) -> None:
    """Serves until SIGTERM or SIGINT; a second signal ends at once, as for any program."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def told() -> None:
        stop.set()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(name)

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, told)
    await serve(app, report, stop)


def deliver(as_json: Json = False) -> None:
    """Send what is owed, once.

    Parked channels and later attempts are tried now; quiet hours, digests and a service's Retry-After stand.
    """
    with application("deliver", lock=True, as_json=as_json) as app:
        if as_json:
            well = asyncio.run(wiring.hand_out(app, JsonLines(), insist=True))
        else:
            with PlainLines(0, quiet=True) as report:
                well = asyncio.run(wiring.hand_out(app, report, insist=True))
            report.line(f"{counted(report.sent, 'message')} sent")
        if not well:
            raise typer.Exit(1)


def send_test_message(
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="Its name in sites.yaml.")], as_json: Json = False
) -> None:
    """Send one test message to a channel of sites.yaml."""
    with exit_codes(as_json=as_json):  # no ledger: a channel is tried before anything was visited
        known = registry.load(configuration().registry, wiring.vocabulary()).channels
        if channel not in known:
            refuse(f"no channel {channel!r} in the registry{nearest(channel, known)}", as_json=as_json)
        delivery = asyncio.run(send_test(resolve(known[channel], os.environ), wiring.CLOCK.now))
        if as_json:
            emit(delivery_line(delivery))
        else:
            typer.echo(f"{channel}: {delivery.state}" + (f": {delivery.error}" if delivery.error else ""))
        if delivery.state != "sent":
            raise typer.Exit(1)


def mute(
    what: Annotated[
        str,
        typer.Argument(metavar="WHAT", help="A site, a jurisdiction (ma-boston), a topic (287g) or a file number."),
    ],
    until: Annotated[
        str, typer.Option("--until", metavar="TIME", help="2026-12-24, 2026-12-24T18:00 or a span such as 30d.")
    ],
    reason: Annotated[str, typer.Option("--reason", metavar="WORDS", help="Why; shown on the page.")],
    by: Annotated[str, typer.Option("--by", metavar="WHO", help="Who says so (default: your login).")] = "",
) -> None:
    """Silence a site, jurisdiction, topic or matter until a time.

    What it silences is still watched and recorded, and `watcher why` says so.
    """
    with application("mute", lock=True) as app:
        now = app.now()
        end = moment(until, now, ahead=True)
        if end is None or end <= now:
            refuse(f"--until {until} is past: a mute ends in the future")
        if not reason.strip():
            refuse("--reason is empty: whoever wonders about the silence reads it")
        places = {site.jurisdiction.slug for site in app.book.sites}
        if what not in app.sites and what not in places and what not in TOPICS:
            near = nearest(what, [*app.sites, *places, *TOPICS])
            typer.echo(
                f"no site, jurisdiction or topic is called {what}{near}; it is taken for a file number", err=True
            )
        app.ledger.add_mute(Mute(what, end, reason.strip(), by or getpass.getuser(), now))
        typer.echo(f"{what} is muted until {end.astimezone():%Y-%m-%d %H:%M %Z}; `watcher unmute {what}` ends it")


def unmute(
    what: Annotated[str, typer.Argument(metavar="WHAT", help="As it was muted.")],
    tell: Annotated[bool, typer.Option("--tell", help="Send what it withheld, too.")] = False,
    by: Annotated[str, typer.Option("--by", metavar="WHO", help="Who says so (default: your login).")] = "",
) -> None:
    """End a mute now, and say how much it withheld.

    Also beside a running service, which then hears of it at its next visit.
    """
    with application("unmute", beside=True) as app:
        act = Act(app.now(), by or getpass.getuser(), "unmute", what)
        if not app.ledger.remove_mute(what, act):
            standing = ", ".join(mute.what for mute in app.ledger.mutes(app.now())) or "nothing"
            refuse(f"{what} is not muted; muted are: {standing}", code=1)
        withheld = app.ledger.withheld_by(muted_by(what))
        typer.echo(f"{what} is heard again; {counted(withheld, 'alert')} withheld while it was muted")
        if tell:
            owed = app.ledger.owe_withheld(muted_by(what), replace(act, act="tell"))
            typer.echo(f"{counted(owed, 'message')} owed now; `watcher run` or `watcher deliver` sends them")


def healthcheck() -> None:
    """Ask the running service's own page whether its loop lives (for containers)."""
    raise typer.Exit(pulse.healthcheck())


def migrate(as_json: Json = False) -> None:
    """Bring the ledger's schema up to date.

    `run`, `check` and the other commands that write do it themselves.
    """
    with application("migrate", lock=True, as_json=as_json):
        typer.echo("the ledger is up to date", err=as_json)


def demo(
    once: Annotated[bool, typer.Option("--once", help="Live through the week as fast as it goes and end.")] = False,
    as_json: Json = False,
) -> None:
    """A pretend council lives through a week, watched for real.

    Offline, on this machine and in a folder of its own; the page stays until Ctrl-C.
    """
    from watcher.demo import run_demo  # a web server that only the demo needs

    with exit_codes(as_json=as_json), contextlib.suppress(asyncio.CancelledError):
        sys.exit(run_demo(once=once, as_json=as_json))
