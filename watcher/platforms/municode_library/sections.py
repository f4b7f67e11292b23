"""What Municode's answers say: the sections of a watched node, and the ordinances not yet codified."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

from bs4 import BeautifulSoup

from watcher.platforms import (
    Document,
    EmptyReading,
    LayoutChanged,
    Matter,
    Passage,
    Reading,
    Request,
    Response,
    Site,
    Step,
    codes,
    marks,
    pages,
)
from watcher.platforms.municode_library.fields import Fields, api_of, ask, field, seen, text_of, whole


def read_sections(answer: Fields, site: Site, response: Response) -> Reading:
    """CodesContent: the watched node and what stands under it, cut out of the group of sections that comes along."""
    docs = sorted(
        (doc for doc in field(answer, "Docs") or () if isinstance(doc, Mapping)),
        key=lambda doc: whole(doc, "DocOrderId"),
    )
    if not docs:
        raise EmptyReading("the answer has no section", url=response.url)
    node = pages.parameter(response.url, "nodeId") or pages.parameter(site.url, "nodeId")
    kept = cut(docs, node)
    if not kept:
        raise LayoutChanged(f"the watched node {node} is not in the answer", url=response.url)
    found = codes.passages(block for doc in kept for block in blocks_of(doc))
    if not any(passage.text for passage in found):
        raise EmptyReading("the section has no words", url=response.url)
    title = seen(text_of(kept[0], "Title"))
    follow: tuple[Request, ...] = ()
    if field(answer, "ShowToc") and len(kept) == 1 and node:
        ids = {name: pages.parameter(response.url, name) for name in ("jobId", "productId")}
        path = "codesToc/children?" + urlencode({**ids, "nodeId": node})
        follow = (ask(site, response.url, path, f"toc:{node}", f"parts of {title}"),)
    return Reading(Document(response.url, title, "code", found), follow=follow)


def cut(docs: Sequence[Fields], node: str) -> list[Fields]:
    """The node and all below it, by depth; everything where no node is watched."""
    if not node:
        return list(docs)
    start = next((i for i, doc in enumerate(docs) if text_of(doc, "Id").lower() == node.lower()), None)
    if start is None:
        return []
    kept = [docs[start]]
    for doc in docs[start + 1 :]:
        if whole(doc, "NodeDepth") <= whole(docs[start], "NodeDepth"):
            break
        kept.append(doc)
    return kept


def blocks_of(doc: Fields) -> Iterator[codes.Block]:
    """One node's heading and lines."""
    title = seen(text_of(doc, "Title"))
    yield codes.Block(title, max(1, whole(doc, "NodeDepth") + 1), text_of(doc, "Id"))
    page = BeautifulSoup(text_of(doc, "Content"), "lxml")
    for number, (text, tag) in enumerate(codes.lines(page)):
        if number or text != title:
            yield codes.Block(text, note=codes.note_by_class(tag, page))


def read_ordinances(answer: Fields | Sequence[Fields], site: Site, response: Response) -> Reading:
    """CoreContent/Ordinances: what was adopted and is not codified yet, each as a matter with its PDF."""
    listed = field(answer, "ords", "Ordinances") or () if isinstance(answer, Mapping) else answer
    entries = [entry for entry in listed if isinstance(entry, Mapping)]
    if listed and not entries:
        raise LayoutChanged("the list of ordinances holds no ordinance", url=response.url)
    matters = tuple(matter_of(entry, site) for entry in entries)
    follow = [
        Request(
            pdf_of(entry, site, response),
            kind="attachment",
            why=f"ordinance {matter.file}",
            title=f"{matter.file} {matter.title}".strip(),
            stable_key=f"ordinance:{matter.id}",
            matter=matter,
        )
        for entry, matter in zip(entries, matters, strict=True)
        if "attachments" in site.follow
    ]
    passages = tuple(Passage(f"{matter.file} {matter.title}".strip(), ("Ordinances",), matter.id) for matter in matters)
    document = Document(response.url, "Ordinances not yet codified", "listing", passages)
    return Reading(document, matters=matters, follow=tuple(follow[:60]), proof=None if matters else "ords: [] (none)")


def matter_of(entry: Fields, site: Site) -> Matter:
    """One adopted ordinance."""
    number, words = text_of(entry, "DocumentTitle") or text_of(entry, "Title"), text_of(entry, "Description", "Subject")
    adopted = next((str(value) for name, value in entry.items() if "adopt" in name.lower() and value), "")
    day = marks.local(adopted, site.jurisdiction.time_zone) or marks.moment(adopted, site.jurisdiction.time_zone)
    title = seen(words) or seen(text_of(entry, "Title"))
    return Matter(
        id=text_of(entry, "Id", "NodeId") or number,
        file=seen(number),
        kind="Ordinance",
        title=title if title != seen(number) else "",
        history=(Step(midnight(day), site.body or "", "adopted"),) if day else (),
    )


def midnight(at: datetime) -> datetime:
    """The day alone: an adoption has no hour."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def pdf_of(entry: Fields, site: Site, response: Response) -> str:
    """Where an ordinance's PDF is: the vendor's download host, or the API's own where it is played elsewhere."""
    base = api_of(site, response.url)
    if (pages.split(base).hostname or "").endswith("municode.com"):
        base = "https://mcclibraryfunctions.azurewebsites.us/api"
    product = text_of(entry, "ProductId") or pages.parameter(response.url, "productId")
    return f"{base}/ordinanceDownload/{product}/{text_of(entry, 'Id')}/pdf"
