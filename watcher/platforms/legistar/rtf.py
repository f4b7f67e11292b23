"""Reduces RTF to its text (Rich Text Format Specification 1.9.1): groups, control words, code page and Unicode escapes."""

from __future__ import annotations

import re

SILENT = frozenset({"fonttbl", "colortbl", "stylesheet", "info", "pict", "header", "footer", "listtable", "generator"})
SPOKEN = {
    "par": "\n", "line": "\n", "sect": "\n", "page": "\n", "row": "\n", "tab": "\t", "cell": "\t", "emdash": "—",
    "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•",
}  # fmt: skip
TOKEN = re.compile(
    r"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\([^a-z])|([{}])|[\r\n]+|(.)", re.IGNORECASE | re.DOTALL
)


def plain(text: str) -> str:
    """The text of an RTF document; any other text as it stands."""
    if not text.lstrip().startswith("{\\rtf"):
        return text
    out: list[str] = []
    groups: list[tuple[bool, int]] = []
    silent, after_unicode, owed = False, 1, 0
    for word, number, code, symbol, brace, letter in TOKEN.findall(text):
        if brace == "{":
            groups.append((silent, after_unicode))
        elif brace == "}":
            silent, after_unicode = groups.pop() if groups else (False, 1)
            owed = 0
        elif word == "uc":
            after_unicode = int(number or 1)
        elif word == "u" and number:
            if not silent:
                out.append(chr(int(number) % 65536))
            owed = after_unicode
        elif owed and (code or letter):
            owed -= 1  # the stand-in for readers without Unicode
        elif symbol == "*" or word in SILENT:
            silent = True
        elif not silent:
            out.append(SPOKEN.get(word, "") or (bytes.fromhex(code).decode("cp1252", "replace") if code else "")
                       or {"~": " ", "_": "-", "\\": "\\", "{": "{", "}": "}"}.get(symbol, "") or letter)  # fmt: skip
    joined = "".join(out)
    return joined.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
