"""Commands for whoever keeps the watcher: storms held for review, dead letters, and which way an alert goes."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from typing import Annotated

import typer

from watcher import oversight
from watcher.alerts import mismatch, muted, released, route
from watcher.alerts.wording import STAGES, TOPICS
from watcher.app import App
from watcher.cli.frame import Json, application, nearest, refuse
from watcher.cli.reports import columns, counted, emit
from watcher.exhibit import plain
from watcher.lines import Line, delivery_line, stamp
from watcher.model import Act, Alert, Delivery, Jurisdiction, Route

Who = Annotated[str, typer.Option("--by", metavar="WHO", help="Who says so (default: your login).")]
Why = Annotated[str, typer.Option("--reason", metavar="WORDS", help="Why; it is recorded.")]

storm = typer.Typer(no_args_is_help=True, help="Alerts held for review: list, release or drop them.")
deadletter = typer.Typer(no_args_is_help=True, help="Alerts that could not be delivered: list, retry, drop.")
routes = typer.Typer(no_args_is_help=True, help="Which way an alert goes, and why.")


def act(name: str, about: str, by: str, reason: str, now: datetime) -> Act:
    """The record of what a person does."""
    return Act(now, by or getpass.getuser(), name, about, reason.strip())


# ---------------------------------------------------------------------------------------------------------- storms


@storm.command("list")
def list_storms(as_json: Json = False) -> None:
    """What is held for review."""
    with application("storm list", as_json=as_json) as app:
        rows: list[tuple[str, ...]] = [("STORM", "SINCE", "ALERTS", "MESSAGES", "OF")]
        for one in app.ledger.storms():
            name, of = oversight.storm_id(one.bundle), one.bundle.split("|")[1].replace("*", "many sites")
            if as_json:
                line: Line = {"type": "storm", "id": name, "of": of, "since": stamp(one.since)}
                emit(line | {"alerts": one.alerts, "deliveries": one.deliveries})
            rows.append((name, f"{one.since.astimezone():%Y-%m-%d %H:%M}", str(one.alerts), str(one.deliveries), of))
        if not as_json:
            typer.echo("\n".join(columns(rows)) if len(rows) > 1 else "nothing is held for review")


@storm.command("release")
def release_storm(
    name: Annotated[str, typer.Argument(metavar="STORM", help="As `storm list` says.")], by: Who = ""
) -> None:
    """Send what a storm holds."""
    with application("storm release", beside=True) as app:
        bundle = _storm(app, name)
        many = app.ledger.release(bundle, act("release", bundle, by, "", app.now()))
        typer.echo(f"{counted(many, 'message')} owed again; `watcher run` or `watcher deliver` sends them")


@storm.command("drop")
def drop_storm(
    name: Annotated[str, typer.Argument(metavar="STORM", help="As `storm list` says.")], reason: Why, by: Who = ""
) -> None:
    """Send nothing of what a storm holds."""
    with application("storm drop", beside=True) as app:
        bundle = _storm(app, name)
        many = app.ledger.drop_storm(bundle, act("drop", bundle, by, reason, app.now()))
        typer.echo(f"{counted(many, 'message')} withheld; the changes stay on record")


def _storm(app: App, name: str) -> str:
    known = {oversight.storm_id(one.bundle): one.bundle for one in app.ledger.storms()}
    if name.lower() not in known:
        refuse(f"no storm {name!r}; held are: {', '.join(known) or 'none'}", code=1)
    return known[name.lower()]


# ---------------------------------------------------------------------------------------------------- dead letters

Letter = Annotated[str, typer.Argument(metavar="ALERT", help="Its key, the beginning of it, or all.")]


@deadletter.command("list")
def list_letters(as_json: Json = False) -> None:
    """What could not be delivered and is not tried again."""
    with application("deadletter list", as_json=as_json) as app:
        dead = app.ledger.deliveries(state="dead")
        for one in dead:
            if as_json:
                emit(delivery_line(one))
            else:
                typer.echo(plain(f"{one.alert[:12]}  {one.channel}: {one.reason} ({one.error or 'no error'})"))
        if not dead and not as_json:
            typer.echo("no dead letters")


@deadletter.command("show")
def show_letter(letter: Letter) -> None:
    """The alert of a dead letter in full, and what became of it in each channel."""
    with application("deadletter show") as app:
        for key in dict.fromkeys(one.alert for one in _letters(app, letter)):
            alert = app.ledger.alert(key)
            if alert is not None:
                typer.echo(plain(f"{alert.headline}\n  {alert.source_url}\n  key {key}"))
            for one in app.ledger.deliveries(alert_key=key):
                typer.echo(
                    plain(f"  {one.channel}: {one.state} after {counted(one.attempts, 'attempt')}: {one.reason}")
                )
                if one.error:
                    typer.echo(plain(f"    {one.error}"))


@deadletter.command("retry")
def retry_letter(letter: Letter, by: Who = "") -> None:
    """Owe it again, with new attempts."""
    with application("deadletter retry", beside=True) as app:
        keys = [one.key for one in _letters(app, letter)]
        many = app.ledger.revive(keys, act("retry", letter, by, "", app.now()))
        typer.echo(f"{counted(many, 'message')} owed again; `watcher run` or `watcher deliver` sends them")


@deadletter.command("drop")
def drop_letter(letter: Letter, reason: Why, by: Who = "") -> None:
    """Never send it."""
    with application("deadletter drop", beside=True) as app:
        keys = [one.key for one in _letters(app, letter)]
        many = app.ledger.drop(keys, act("drop", letter, by, reason, app.now()))
        typer.echo(f"{counted(many, 'message')} withheld; the changes stay on record")


def _letters(app: App, letter: str) -> list[Delivery]:
    dead = app.ledger.deliveries(state="dead")
    found = [one for one in dead if letter == "all" or one.key == letter or one.alert.startswith(letter)]
    if not found:
        refuse(f"no dead letter {letter!r}; `watcher deadletter list` shows them", code=1)
    return found


# ---------------------------------------------------------------------------------------------------------- routes


def _given(name: str, words: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(f"--{name}", metavar=words, help=f"Of a made-up alert: its {name}.")
    return option


@routes.command("explain")
def explain(
    alert: Annotated[
        str | None, typer.Argument(metavar="ALERT", help="Key of a stored alert, or its beginning.")
    ] = None,
    state: Annotated[str, _given("state", "TX")] = "MA",
    jurisdiction: Annotated[str, _given("jurisdiction", "ma-boston")] = "",
    topic: Annotated[list[str] | None, _given("topic", "287g")] = None,
    stance: Annotated[str, _given("stance", "limits")] = "unclear",
    stage: Annotated[str, _given("stage", "adopted")] = "unknown",
    kind: Annotated[str, _given("kind", "agenda")] = "agenda",
    urgency: Annotated[str, _given("urgency", "now")] = "routine",
    tier: Annotated[str, _given("tier", "core")] = "core",
    label: Annotated[str, _given("label", "unsure")] = "relevant",
    as_json: Json = False,
) -> None:
    """Who would hear an alert now, and why.

    Of a stored alert, or of one made up from the options. Sends nothing.
    """
    with application("routes explain", as_json=as_json) as app:
        topics = tuple(topic or ())
        for word, known in [(stage, {*STAGES, "unknown"}), *((one, set(TOPICS)) for one in topics)]:
            if word not in known:
                refuse(f"{word!r} is not known{nearest(word, known)}", as_json=as_json)
        zone = app.book.sites[0].jurisdiction.time_zone if app.book.sites else "UTC"
        place = Jurisdiction(jurisdiction or f"{state.lower()}-any", "any", state.upper(), "city", zone)
        made_up = Alert(
            "made-up", "", place, label, "a made-up alert", (), "made-up", urgency, app.now(),  # type: ignore[arg-type]  # a word that is none matches no route, and the answer says so
            kind=kind, time_zone=zone, topics=topics, stance=stance, stage=stage, tier=tier,  # type: ignore[arg-type]
        )  # fmt: skip
        _explain(app, _stored(app, alert, as_json) if alert else made_up, as_json)


def _stored(app: App, name: str, as_json: bool) -> Alert:
    found = [one for one in app.ledger.alerts() if one.key.startswith(name)]
    if len(found) != 1:
        what = "no alert" if not found else f"{len(found)} alerts"
        refuse(f"{what} in the ledger whose key begins with {name!r}", as_json=as_json, code=1)
    return found[0]


def _explain(app: App, alert: Alert, as_json: bool) -> None:
    now = app.now()
    site = app.sites.get(alert.site)
    mutes = app.ledger.mutes(now)
    if not as_json:
        for number, one in enumerate(app.book.routes, start=1):
            typer.echo(f"route {number} → {', '.join(one.to)}: {_answer(one, alert, now)}")
        if not app.book.routes:
            typer.echo("no routes: a relevant alert goes to the channels of its site")
        if why := muted(alert, mutes, now):
            typer.echo(why)
    for delivery in route(alert, app.book.routes, site.channels if site else (), app.book.operator, mutes, now):
        if as_json:
            emit(delivery_line(delivery))
        else:
            typer.echo(f"{delivery.channel}: {delivery.state}: {delivery.reason}")


def _answer(one: Route, alert: Alert, now: datetime) -> str:
    if refusal := mismatch(alert, one):
        return f"no: {refusal}"
    if one.at_least == "relevant" and alert.label != "relevant":
        return f"no: {alert.label} is below at_least relevant"
    return released(one, alert, now.astimezone(UTC))[1]
