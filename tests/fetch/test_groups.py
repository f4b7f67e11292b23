"""One group is one server to be gentle with."""

from __future__ import annotations

import pytest

from watcher.fetch import host_group


@pytest.mark.parametrize(
    ("url", "group"),
    [
        ("https://boston.legistar.com/Calendar.aspx", "legistar"),
        ("https://webapi.legistar.com/v1/boston/events", "legistar"),
        ("https://LEGISTAR.com./", "legistar"),
        ("https://legistar.council.nyc.gov/Calendar.aspx", "nyc.gov"),
        ("https://notlegistar.com/", "notlegistar.com"),
        ("https://dallastx.new.swagit.com/videos/1", "swagit"),
        ("https://cityx.community.highbond.com/Portal", "civicweb"),
        ("https://meetings.municode.com/PublishPage", "municode"),
        ("https://www.boston.gov/a", "boston.gov"),
        ("https://www.co.madera.ca.gov/", "madera.ca.gov"),
        ("https://fresno.ca.gov/", "fresno.ca.gov"),
        ("https://www.ci.chelsea.ma.us/", "chelsea.ma.us"),
        ("https://town.github.io/", "town.github.io"),
        ("http://127.0.0.1:8001/a", "127.0.0.1:8001"),
        ("http://127.0.0.1/a", "127.0.0.1:80"),
        ("https://[::1]/a", "[::1]:443"),
        ("http://0x7f.1:9/", "0x7f.1:9"),
        ("http://2130706433/", "2130706433:80"),
        ("http://localhost:8001/", "localhost:8001"),
        ("http://intranet/", "intranet"),
        ("https://xn--bcher-kva.example.org/", "example.org"),
    ],
)
def test_the_group_of_an_address(url: str, group: str) -> None:
    assert host_group(url) == group


@pytest.mark.parametrize("url", ["", "no url", "file:///etc/passwd", "http://"])
def test_a_url_without_host_has_no_group(url: str) -> None:
    with pytest.raises(ValueError):
        host_group(url)
