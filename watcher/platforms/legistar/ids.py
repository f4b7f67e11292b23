"""The vendor's own marks: ids in InSite's links, kinds of document. The rest is as clerks write everywhere."""

from __future__ import annotations

from urllib.parse import parse_qsl

from watcher.platforms import pages

PAGES = {"meetingdetail.aspx": "meeting", "legislationdetail.aspx": "legislation", "historydetail.aspx": "history"}
GATEWAY = {"MD": "meeting", "LD": "legislation", "L": "legislation", "HD": "history"}
DOCUMENTS = {"A": "agenda", "AADA": "agenda", "M": "minutes", "MADA": "minutes", "PA": "packet", "F": "attachment"}


def link_id(href: str) -> str | None:
    """The stable name of what an InSite link leads to, e.g. "A:1336453:A6AC4139-…"; None for navigation.

    Only the ID and GUID count: `Options`, `Search` and the like differ from visit to visit.
    """
    parts = pages.split(href)
    page = parts.path.rsplit("/", 1)[-1].lower()
    given = {name.lower(): value for name, value in parse_qsl(parts.query)}
    mode = given.get("m", "").upper()
    if page == "view.ashx":
        kind = mode if mode != "IC" else ""
    else:
        kind = PAGES.get(page) or (GATEWAY.get(mode, "") if page == "gateway.aspx" else "")
    if kind and given.get("id"):
        return ":".join(part for part in (kind, given["id"], given.get("guid", "").upper()) if part)
    if kind and given.get("legid"):  # the Web API's way to point at an InSite page
        return f"{kind}:LEGID:{given['legid']}"
    return None


def meeting_id(href: str) -> str | None:
    """ID and GUID of the meeting that a link of any kind (detail, agenda, calendar file) belongs to, else None."""
    parts = pages.split(href)
    given = {name.lower(): value for name, value in parse_qsl(parts.query)}
    mode = given.get("m", "").upper()
    of_meeting = parts.path.lower().endswith("meetingdetail.aspx") or (mode in ("IC", "MD", *DOCUMENTS) and mode != "F")
    if not of_meeting:
        return None
    if given.get("id"):
        return ":".join(part for part in (given["id"], given.get("guid", "").upper()) if part)
    return f"LEGID:{given['legid']}" if given.get("legid") else None


def document_kind(heading: str, href: str) -> str:
    """What a meeting's document is: agenda, packet, minutes, notice, video or other. The link's mode decides first."""
    query = {name.lower(): value for name, value in parse_qsl(pages.split(href).query)}
    if kind := DOCUMENTS.get(query.get("m", "").upper()):
        return kind
    words = heading.lower()
    for word, kind in (
        ("packet", "packet"),
        ("agenda", "agenda"),
        ("minutes", "minutes"),
        ("summary", "minutes"),
        ("action", "minutes"),
        ("notice", "notice"),
        ("video", "video"),
        ("media", "video"),
        ("audio", "video"),
        ("caption", "video"),
    ):
        if word in words:
            return kind
    return "other"
