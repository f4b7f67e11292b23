"""URLs as they may be shown: in errors, logs and pages."""

from __future__ import annotations

import re

_USERINFO = re.compile(r"(?<=//)[^/?#@]*@")
# API keys, tokens, signatures and session ids by the names they go by in query strings.
_SECRET = re.compile(
    r"((?:^|[?&;#])[^=&;#?]*(?:token|secret|passw|pwd|api[-_]?key|auth|signature|credential|session|sid\b|jwt|code\b"
    r"|[?&;](?:key|sig|se|sp|sv)(?==))[^=&;#]*=)[^&;#]*",
    re.IGNORECASE,
)


def shown(url: str) -> str:
    """`url` without user names, passwords and the values of secret-like query parameters."""
    if "@" in url:
        url = _USERINFO.sub("", url)
    return _SECRET.sub(r"\1…", url) if "=" in url else url
