"""URLs as they may be shown: in errors, logs and pages."""

from __future__ import annotations

import re

_USERINFO = re.compile(r"(?<=//)[^/?#@]*@")
_PAIR = re.compile(r"([?&;#])([^=&;#?]+)=([^&;#]+)")
# API keys, tokens, signatures and session ids by the names they go by in query strings (sig: Azure, Signature: AWS).
_SECRET = re.compile(
    r"token|secret|passw|pwd|pass$|api[-_]?key|apikey|access[-_]?key|auth|signature|credential|session|jwt|otp"
    r"|^(key|sig|sid|code|state|samlrequest|samlresponse)$",
    re.IGNORECASE,
)


def shown(url: str) -> str:
    """`url` without user names, passwords and the values of secret-like query parameters."""
    if "@" in url:
        url = _USERINFO.sub("", url)
    return _PAIR.sub(_masked, url) if "=" in url else url


def _masked(pair: re.Match[str]) -> str:
    return f"{pair[1]}{pair[2]}=…" if _SECRET.search(pair[2]) else pair[0]
