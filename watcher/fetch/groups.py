"""Host groups: which addresses are one server to be gentle with."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

# Services whose tenants share machines: one group each, whatever the tenant's own name in front, and whatever the
# public suffix list may come to say of them. Several domains of one service stand on one line.
_SERVICES = (
    ("legistar", "legistar.com"),
    ("granicus", "granicus.com", "granicusideas.com"),
    ("swagit", "swagit.com"),
    ("civicclerk", "civicclerk.com"),
    ("primegov", "primegov.com"),
    ("novusagenda", "novusagenda.com"),
    ("iqm2", "iqm2.com"),
    ("escribe", "escribemeetings.com"),
    ("boarddocs", "boarddocs.com"),
    ("civicweb", "civicweb.net", "diligent.community", "diligentoneplatform.com", "highbond.com"),
    ("boardbook", "boardbook.org", "sparqdata.com"),
    ("simbli", "eboardsolutions.com"),
    ("destiny", "destinyhosted.com"),
    ("civicplus", "civicplus.com", "civicengage.com"),
    ("municode", "municode.com"),
    ("municodemeetings", "municodemeetings.com", "mccmeetings.blob.core.usgovcloudapi.net"),
    ("ecode360", "ecode360.com"),
    ("codepublishing", "codepublishing.com"),
    ("qcode", "qcode.us"),
    ("municipalcodeonline", "municipalcodeonline.com"),
    ("amlegal", "amlegal.com"),
    ("encodeplus", "encodeplus.com"),
    ("techshare", "techsharetx.gov"),
)
_DOMAINS = {domain: name for name, *domains in _SERVICES for domain in domains}

# A state's own domain (madera.ca.gov, cob.wa.gov) is handed out to cities and counties: each is a site of its own.
_STATES = frozenset(
    [
        "al",
        "ak",
        "az",
        "ar",
        "ca",
        "co",
        "ct",
        "de",
        "dc",
        "fl",
        "ga",
        "hi",
        "id",
        "il",
        "in",
        "ia",
        "ks",
        "ky",
        "la",
        "me",
        "md",
        "ma",
        "mi",
        "mn",
        "ms",
        "mo",
        "mt",
        "ne",
        "nv",
        "nh",
        "nj",
        "nm",
        "ny",
        "nc",
        "nd",
        "oh",
        "ok",
        "or",
        "pa",
        "ri",
        "sc",
        "sd",
        "tn",
        "tx",
        "ut",
        "vt",
        "va",
        "wa",
        "wv",
        "wi",
        "wy",
        "pr",
        "gu",
        "vi",
        "as",
        "mp",
    ]
)


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@lru_cache(maxsize=65_536)
def _group(host: str) -> str:
    labels = host.split(".")
    for start in range(len(labels) - 1):
        if service := _DOMAINS.get(".".join(labels[start:])):
            return service
    if len(labels) > 2 and labels[-1] == "gov" and labels[-2] in _STATES:
        return ".".join(labels[-3:])
    return _suffixes().privatesuffix(host) or host


# Numbers in any spelling inet_aton takes: 127.1, 0x7f000001, 2130706433.
_NUMERIC = re.compile(r"(0x[0-9a-f]*|\d+)(\.(0x[0-9a-f]*|\d+)){0,3}")


@lru_cache(maxsize=65_536)
def host_group(url: str) -> str:
    """The vendor's service, the registrable domain, or, for a numeric address, host and port.

    Registrable domain by the Public Suffix List, private section included (each tenant of a hoster is a site).
    ValueError for a URL without a host.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    if not host:
        raise ValueError("a URL without a host")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if ":" in host or _NUMERIC.fullmatch(host):
        try:
            host = str(ip_address(host))
        except ValueError:
            return f"{host}:{port}"
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if host == "localhost" or host.endswith(".localhost"):
        return f"{host}:{port}"
    return _group(host)
