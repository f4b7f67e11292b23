"""Errors, and lists that came without entries, as a program sends them in JSON or XML under status 200.

Read as a text they would stand in the place of all that was there before; a vendor's reader knows its own envelope, a
page that may be anything has to be told by what the answer says.
"""

from __future__ import annotations

import json
import re
from typing import Any

from watcher.errors import EmptyReading, LayoutChanged
from watcher.model import Response
from watcher.reading import pages

LONGEST = 5_000  # bytes of an error message
JSON_VALUE = re.compile(rb'\s*(?:[{"]|null|true|false|-?\d+(?:\.\d+)?\s*\Z)')
XML_ERROR = re.compile(
    rb"\s*(?:<\?xml[^>]*\?>\s*)?<(?:\w+:)?(?:Error|ErrorResponse|Fault|Exception|ServiceException\w*)[\s>]"
)
OF_ERRORS = frozenset(
    [
        "error",
        "errors",
        "fault",
        "message",
        "title",
        "detail",
        "status",
        "statuscode",
        "code",
        "data",
        "type",
        "traceid",
        "timestamp",
        "success",
        "ok",
    ]
)
ENVELOPE = frozenset(["help", "message", "status", "sql", "query", "description", "@odata.context"])
WORDS = re.compile(
    r"\berrors?\b|\bnot found\b|\bdenied\b|\bunauthori[sz]ed\b|\bforbidden\b|\binvalid\b|\bexpired\b|\btimed? ?out\b|\bunavailable\b"
    r"|\bexception\b|\btoo many requests\b|\blimit exceeded\b|\bno http resource\b|\bmaintenance\b",
    re.IGNORECASE,
)
LOWEST_REFUSAL = 400  # RFC 9110, section 15.5


def no_error(response: Response) -> None:
    """Raises LayoutChanged where the answer is a program's error, EmptyReading where it is only a word of JSON."""
    if XML_ERROR.match(response.body[:600]):
        raise LayoutChanged("the answer is a server's error message (XML)", url=response.url)
    if len(response.body) > LONGEST or not JSON_VALUE.match(response.body[:64]):
        return
    try:
        answer = json.loads(pages.decoded(response).lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return
    if not isinstance(answer, dict | list):
        raise EmptyReading(f"the answer is only {answer!r:.40}", url=response.url)
    if isinstance(answer, dict) and says_error(answer):
        raise LayoutChanged("the answer is a server's error message (JSON)", url=response.url)
    if isinstance(answer, dict) and is_emptied(answer):
        raise EmptyReading("the lists of the answer are empty, and it says nothing else", url=response.url)


def is_emptied(answer: dict[str, Any]) -> bool:
    """Whether an object is an envelope around empty lists: counts, flags and names of fields, and not two words anywhere."""
    lists, waiting = 0, list(answer.items())
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.items()
        elif isinstance(value, list):
            lists += 1
            if value and str(name).lower() not in ("fields", "columns"):
                return False
        elif isinstance(value, str) and " " in value.strip() and str(name).lower() not in ENVELOPE:
            return False
    return lists > 0


def says_error(answer: dict[str, Any]) -> bool:
    """Whether an object is an error and nothing else: it says so, and holds no list or object of anything else."""
    fields = {str(name).lower().replace("_", ""): value for name, value in answer.items()}
    if any(isinstance(value, dict | list) and value for name, value in fields.items() if name not in OF_ERRORS):
        return False
    if fields.get("success") is False or fields.get("ok") is False:
        return True
    if any(fields.get(name) for name in ("error", "errors", "fault", "errormessage", "exceptionmessage")):
        return True
    if not set(fields) <= OF_ERRORS:
        return False
    status = str(next((fields[name] for name in ("status", "statuscode", "code") if name in fields), ""))
    told = " ".join(str(fields.get(name) or "") for name in ("message", "title", "detail")).strip()
    return bool(told) and ((status.isdigit() and int(status) >= LOWEST_REFUSAL) or WORDS.search(told) is not None)
