"""`watcher publish`: the pages and feeds as files for any web host."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watcher.cli.frame import application, refuse
from watcher.cli.reports import counted


def publish(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the copy stands or is to stand.")],
    url: Annotated[
        str, typer.Option("--url", metavar="URL", help="Where people will find it, for the links in feeds.")
    ] = "",
) -> None:
    """Write the web pages and feeds as a static site.

    A second run writes what has changed. Exit 1 where a link inside the copy leads to nothing: each is named. Search,
    filters and exports need the service and are left out.
    """
    from watcher import web  # the page's libraries would cost every other command its start
    from watcher.service import view_of

    if url and not url.startswith(("http://", "https://")):
        refuse(f"--url {url} is no web address")
    if folder.exists() and not folder.is_dir():
        refuse(f"{folder} is a file")
    with application("publish") as app:
        view = view_of(app, live=False)
        view.base = url.rstrip("/") or app.config.web_url or ""
        done = web.publish(view, folder)
        typer.echo(f"{folder}: {counted(done.written, 'file')} written, {done.kept} as before, {done.removed} removed")
        for path, found_on in done.broken:
            typer.echo(f"broken: {path} on {found_on or 'the list of what is published'}", err=True)
        if done.broken:
            raise typer.Exit(1)
