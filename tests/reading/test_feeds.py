"""A vendor's feed as entries, or the reason why it is none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from watcher.errors import LayoutChanged, Unreadable
from watcher.model import Request, Response
from watcher.reading import feeds

RSS = b"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Elm Falls &amp; Alder Creek</title>
<item><title>City Council - Dec 01, 2026</title><link>/AgendaViewer.php?clip_id=5</link><guid>5</guid>
<pubDate>Fri, 20 Nov 2026 16:53:00 -0600</pubDate>
<description><![CDATA[<b>Agenda</b> <a href="/docs/5.pdf">of the council</a>]]></description></item>
</channel></rss>
"""


def response(body: bytes) -> Response:
    url = "https://elmfalls.example/feed"
    return Response(Request(url), url, 200, {"content-type": "text/xml"}, body, datetime(2026, 11, 24, tzinfo=UTC))


def test_entries_keep_their_ids_links_and_moments() -> None:
    feed = feeds.feed_of(response(RSS))
    assert feed.title == "Elm Falls & Alder Creek"
    entry = feed.entries[0]
    assert (entry.id, entry.title) == ("5", "City Council - Dec 01, 2026")
    assert entry.url == "https://elmfalls.example/AgendaViewer.php?clip_id=5"
    assert (entry.summary, entry.links) == ("Agenda of the council", ("https://elmfalls.example/docs/5.pdf",))
    assert entry.published == datetime(2026, 11, 20, 22, 53, tzinfo=UTC)


def test_half_a_feed_is_refused() -> None:
    with pytest.raises(Unreadable, match="half way"):
        feeds.feed_of(response(RSS[:250]))


def test_a_page_is_no_feed() -> None:
    with pytest.raises(LayoutChanged, match="no feed"):
        feeds.feed_of(response(b"<!DOCTYPE html><html><body>Log in</body></html>"))
