"""What to ask of a client's database, and the vendor's own ids in addresses.

The database answers agents by POST: https://{host}/{state}/{client}/Board.nsf/BD-GetAgenda?open with `id` (the short
`unique`, never the long `unid`) and `current_committee_id`, and wants the portal as referer.
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlunsplit

from watcher.platforms import Meeting, Request, following, pages

NSF = re.compile(r"^(.*?\.nsf)(?:/.*)?$", re.IGNORECASE)
CONSENT = re.compile(r"\bconsent\b", re.IGNORECASE)  # in an item's type: "Action (Consent)"
FILE = re.compile(r"/p?files/([^/]+)/\$file/", re.IGNORECASE)


def root_of(url: str) -> str:
    """The client's database: the address up to Board.nsf."""
    parts = pages.split(url)
    found = NSF.match(parts.path)
    path = str(found[1]) if found else f"{parts.path.rstrip('/')}/Board.nsf"
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def agent_of(url: str) -> str:
    """The agent that an address names, in lower case."""
    return pages.split(url).path.rpartition("/")[2].lower()


def link_id(href: str) -> str | None:
    """The stable name of what a link leads to: "file:…" for documents, "goto:…" for meetings and items, else None."""
    if found := FILE.search(pages.split(href).path):
        return f"file:{found[1]}"
    given = dict(parse_qsl(pages.split(href).query, keep_blank_values=True))
    return f"goto:{given['id']}" if agent_of(href) == "goto" and given.get("id") else None


def committee_of(url: str, body: bytes | None) -> str:
    """The committee that was asked for, in the body of a request or in its address; "" where none was."""
    return question(url, body).get("current_committee_id", "")


def question(url: str, body: bytes | None) -> dict[str, str]:
    """What was asked, in the address and in the body of the request."""
    return dict(parse_qsl(pages.split(url).query)) | dict(parse_qsl((body or b"").decode("utf-8", "replace")))


def agent(root: str, name: str, committee: str, ident: str = "") -> Request:
    """A question to one of the database's agents."""
    asked = ({"id": ident} if ident else {}) | {"current_committee_id": committee}
    headers = (
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Referer", f"{root}/Public"),
        ("X-Requested-With", "XMLHttpRequest"),
    )
    return Request(f"{root}/{name}?open", method="POST", headers=headers, body=urlencode(asked).encode())


def meetings(root: str, committee: str, name: str = "") -> Request:
    """The list of a committee's meetings."""
    asked = agent(root, "BD-GetMeetingsList", committee)
    key = f"meetings:{committee}" if committee else "meetings"
    return retold(asked, kind="listing", why=f"meetings of {name or 'the board'}", key=key, title=name)


def of_meeting(root: str, committee: str, meeting: Meeting) -> list[Request]:
    """A meeting's own page and its agenda."""
    name, bare = meeting.body or meeting.title, following.bare(meeting)
    page = retold(
        agent(root, "BD-GetMeeting", committee, meeting.id),
        kind="meeting",
        why=f"meeting of {name}",
        key=f"meeting:{meeting.id}",
        title=name,
        meeting=bare,
    )
    agenda = retold(
        agent(root, "BD-GetAgenda", committee, meeting.id),
        kind="meeting",
        why=f"agenda of {name}",
        key=f"agenda:{meeting.id}",
        title=f"Agenda, {name}",
        meeting=bare,
    )
    return [page, agenda]


def printed(root: str, committee: str, meeting: Meeting) -> Request:
    """The agenda in print, which holds the items' texts and files; a client may have it switched off."""
    name = meeting.body or meeting.title
    asked = retold(
        agent(root, "PRINT-AgendaDetailed", committee, meeting.id),
        kind="agenda",
        why=f"agenda in print of {name}",
        key=f"print:{meeting.id}",
        title=f"Agenda, {name}",
        meeting=following.bare(meeting),
    )
    return replace(asked, optional=True)


def retold(
    asked: Request, *, kind: str, why: str, key: str, title: str = "", meeting: Meeting | None = None
) -> Request:
    """The same question with what it is for."""
    return Request(
        asked.url,
        method=asked.method,
        headers=asked.headers,
        body=asked.body,
        kind=kind,
        why=why,
        title=title,
        stable_key=key,
        meeting=meeting,
    )
