"""Matters of the Web API: history, attachments, versions and text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from watcher.platforms import (
    Document,
    EmptyReading,
    Matter,
    Passage,
    Reading,
    Request,
    Response,
    Site,
    Step,
    Vote,
    following,
    marks,
    votes,
)
from watcher.platforms.legistar.fields import (
    Fields,
    api_part,
    asking_json,
    attachments_of,
    is_api,
    prefixed,
    root_of,
    value,
    versions_of,
)
from watcher.platforms.legistar.rtf import plain


def is_matter(fields: Fields) -> bool:
    """A matter."""
    return "MatterFile" in fields or ("File" in fields and "TypeName" in fields)


def read_matters(entries: Sequence[Fields], site: Site, response: Response) -> Reading:
    """One matter or a list of them."""
    matters = tuple(matter_of(fields, site, response) for fields in entries)
    follow: list[Request] = []
    for fields, matter in zip(entries, matters, strict=True):
        follow += matter_parts(fields, matter, site, response, alone=len(entries) == 1)
    one = matters[0] if len(matters) == 1 else None
    return Reading(
        document=Document(
            response.url,
            f"{one.file} {one.title}".strip() if one else "Matters",
            "legislation" if one else "listing",
            summary_of(entries[0]) if one else (),
        ),
        matters=matters,
        follow=asking_json(following.bounded(follow)),
    )


def matter_of(fields: Fields, site: Site, response: Response) -> Matter:
    """One matter with what came along: history, attachments, text."""

    def get(name: str) -> str:
        return prefixed(fields, "Matter", name)

    number = value(fields, "MatterId", "ID")
    url = get("InSiteURL") or (f"{root_of(response.url)}/Matters/{number}" if is_api(response.url) else "")
    file = get("File") or number
    return Matter(
        id=file,
        file=file,
        kind=get("TypeName"),
        title=get("Title") or get("Name"),
        status=get("StatusName"),
        url=url or None,
        history=steps_of(fields.get("MatterHistories") or fields.get("History") or (), site),
        attachments=attachments_of(fields.get("MatterAttachments") or fields.get("Attachments") or (), response),
        text=text_of(fields),
    )


def matter_parts(fields: Fields, matter: Matter, site: Site, response: Response, *, alone: bool) -> Iterator[Request]:
    """A matter's attachments, and in the Web API the lists that hold its history, attachments and versions."""
    bare = replace(matter, history=(), attachments=(), text="")
    if "attachments" in site.follow:
        for link in matter.attachments:
            yield following.attachment(link, response.request.meeting, bare, (matter.title,))
    if not is_api(response.url) or "legislation" not in site.follow:
        return
    address = f"{root_of(response.url)}/Matters/{value(fields, 'MatterId', 'ID')}"
    if not alone:
        yield replace(following.legislation(bare, None, matter.title), url=address)
        return
    yield versions_of(bare, address, response)
    for part in ("Histories", "Attachments"):
        yield api_part(f"{address}/{part}", f"{part.lower()} of {matter.file}", bare, response)


def text_of(fields: Fields) -> str:
    """A matter's text: plain where the entry has it, else reduced from RTF. Lines kept, page numbers and blanks not."""
    for name in ("MatterTextPlain", "Text", "MatterTextRtf", "RTF"):
        text = fields.get(name)
        if isinstance(text, str) and text.strip():
            lines = (" ".join(line.split()) for line in plain(text).splitlines())
            return "\n".join(line for line in lines if line and not line.isdigit())
    return ""


def summary_of(fields: Fields) -> tuple[Passage, ...]:
    """The council's own summary, number of the law and version, where a entry has them."""
    names = (
        ("Summary", "Summary"),
        ("Enactment", "EnactmentNumber"),
        ("Enactment", "LocalLaw"),
        ("Version", "Version"),
    )
    texts = [(label, prefixed(fields, "Matter", name)) for label, name in names]
    return tuple(Passage(text, (label,), key=label.lower()) for label, text in texts if text)


def steps_of(entries: Sequence[Fields], site: Site) -> tuple[Step, ...]:
    """A matter's history in the order of its dates."""
    steps = [
        Step(
            # the day alone: clerks mend the hour for weeks, and archives write local hours as if they were UTC
            date=marks.start_of(
                marks.read_date(value(fields, "MatterHistoryActionDate", "Date")), None, site.jurisdiction.time_zone
            ),
            body=value(fields, "MatterHistoryActionBodyName", "BodyName"),
            action=value(fields, "MatterHistoryActionName", "Action"),
            result=value(fields, "MatterHistoryPassedFlagName", "PassedFlagName"),
            vote=vote_of(fields),
        )
        for fields in entries
    ]
    return tuple(sorted(steps, key=lambda step: step.date.timestamp() if step.date else float("inf")))


def vote_of(fields: Fields) -> Vote | None:
    """The count of a step's vote: its roll call, else its tally, else what the words of the action say."""
    result = value(fields, "MatterHistoryPassedFlagName", "PassedFlagName")
    if called := fields.get("Votes"):
        names = ((value(each, "VotePersonName", "FullName"), value(each, "VoteValueName", "Vote")) for each in called)
        return votes.counted(names, result)
    texts = (value(fields, "MatterHistoryTally", "Tally"), value(fields, "MatterHistoryActionText", "ActionText"))
    return next((vote for text in texts if (vote := votes.read(text, result))), None)


def about(response: Response) -> Matter | None:
    """The matter that a list was asked for."""
    return response.request.matter


def read_histories(entries: Sequence[Fields], site: Site, response: Response) -> Reading:
    """Matters/{id}/Histories: one passage a step, and the matter with its history where it is known which."""
    steps = steps_of(entries, site)
    matter = about(response)
    passages = tuple(
        Passage(
            " · ".join(filter(None, (value(f, "MatterHistoryActionBodyName"), value(f, "MatterHistoryActionName"),
                                     value(f, "MatterHistoryPassedFlagName"), value(f, "MatterHistoryActionText")))),
            (value(f, "MatterHistoryActionDate")[:10],),
            value(f, "MatterHistoryId"),
        )
        for f in entries
    )  # fmt: skip
    if matter:
        return Reading(
            Document(response.url, response.request.title, "legislation"), matters=(replace(matter, history=steps),)
        )
    return Reading(Document(response.url, "History", "legislation", passages))


def read_attachments(entries: Sequence[Fields], site: Site, response: Response) -> Reading:
    """Matters/{id}/Attachments."""
    links, matter = attachments_of(entries, response), about(response)
    passages = tuple(Passage(link.title, ("Attachments",), link.id) for link in links)
    follow = [following.attachment(link, response.request.meeting, matter, (response.request.title,)) for link in links]
    return Reading(
        Document(response.url, response.request.title or "Attachments", "legislation", () if matter else passages),
        matters=(replace(matter, attachments=links),) if matter else (),
        follow=following.bounded(follow if "attachments" in site.follow else ()),
    )


def read_versions(entries: Sequence[Fields], site: Site, response: Response) -> Reading:
    """Matters/{id}/Versions: which texts there are. The newest is followed."""
    newest = max(entries, key=lambda fields: int(value(fields, "Key") or 0))
    base = response.url.split("?", 1)[0].rsplit("/", 1)[0]
    text = api_part(f"{base}/Texts/{value(newest, 'Key')}", "text of the newest version", about(response), response)
    passages = tuple(Passage(f"version {value(f, 'Value')}", ("Versions",), value(f, "Key")) for f in entries)
    text = replace(text, stable_key=text.stable_key.rsplit("/", 1)[0])  # a new version is the same document, reworded
    return Reading(
        Document(response.url, response.request.title or "Versions", "legislation", passages), follow=(text,)
    )


def read_text(entries: Sequence[Fields], site: Site, response: Response) -> Reading:
    """Matters/{id}/Texts/{text}: the words of the law."""
    texts = [text_of(fields) for fields in entries]
    if not any(texts):
        raise EmptyReading("the entry of the text holds no text", url=response.url)
    passages = tuple(Passage(line, ("Text",)) for text in texts for line in text.splitlines())
    return Reading(Document(response.url, response.request.title or "Text", "legislation", passages))
