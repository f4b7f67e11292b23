"""Office documents as packages: a ZIP of XML parts (ECMA-376 part 2), opened only after its sizes were counted."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from lxml import etree

from watcher.errors import Unreadable

MOST_UNPACKED = 400_000_000  # bytes of all parts: the largest real sheets unpack to some 250 MB
MOST_XML = 60_000_000  # bytes of one part held as a tree: a thousand pages of text are 20 MB
MOST_PARTS = 10_000
STEP = 1 << 20
LOCAL_HEADER = 30  # bytes before the name and the extra field (APPNOTE.TXT 4.3.7)

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # [MS-OFFCRYPTO] 2.3.4: what holds a package under a password
PARTS = (("xlsx", b"xl/workbook"), ("docx", b"word/document"))


def kind_of(body: bytes, url: str) -> str:
    """Return the extractor's name for a ZIP or OLE file by the parts it names. Raises Unreadable for what is not read.

    A look, not a proof: nothing is unpacked here, because this runs before the wall.
    """
    if body.startswith(OLE):
        if ENCRYPTED in body:
            raise Unreadable("password protected", url=url)
        raise Unreadable("this is an old Office document (DOC, XLS …), which is not read", url=url)
    if b"[Content_Types].xml" in body:
        for name, part in PARTS:
            if part in body:
                return name
        raise Unreadable("this is an Office document that is neither DOCX nor XLSX, which is not read", url=url)
    if body[LOCAL_HEADER : LOCAL_HEADER + 8] == b"mimetype":  # OpenDocument 1.2 part 3, section 3.3
        raise Unreadable("this is an OpenDocument file, which is not read", url=url)
    return "zip"


def opened(body: bytes, url: str, what: str = "Office document") -> zipfile.ZipFile:
    """Return the package, called `what` in a refusal. Raises Unreadable: password, damaged, or larger unpacked than it says or than we read."""
    try:
        package = zipfile.ZipFile(io.BytesIO(body))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise Unreadable(f"a damaged or cut-off {what}", url=url) from None
    parts = package.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Unreadable(f"unpacks to more than {MOST_UNPACKED // 1_000_000} MB", url=url)
    for part in parts:
        if part.flag_bits & 1:
            raise Unreadable("password protected", url=url)
        if _real_size(body, part) != part.file_size:
            raise Unreadable(f"a damaged {what}: a part is not as large as it says", url=url)
    return package


def _real_size(body: bytes, part: zipfile.ZipInfo) -> int:
    """Return the bytes a part unpacks to, counted up to one step beyond what it claims; -1 where it does not unpack."""
    size = 0
    try:
        for piece in pieces(body, part):
            size += len(piece)
            if size > part.file_size:
                break
    except (zlib.error, EOFError):
        return -1
    return size


def pieces(body: bytes, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a part unpacked, a megabyte at a time, whatever size it claims. Raises zlib.error, EOFError."""
    header = body[part.header_offset : part.header_offset + LOCAL_HEADER]
    if len(header) < LOCAL_HEADER or not header.startswith(ZIP):
        raise EOFError
    start = part.header_offset + LOCAL_HEADER + int.from_bytes(header[26:28], "little")
    start += int.from_bytes(header[28:30], "little")
    rest: bytes | memoryview = memoryview(body)[start : start + part.compress_size]
    if part.compress_type == zipfile.ZIP_STORED:
        yield bytes(rest)
        return
    if part.compress_type != zipfile.ZIP_DEFLATED:  # ECMA-376 part 2, annex B: stored or deflated
        raise EOFError
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    while not unpacking.eof:
        piece = unpacking.decompress(rest, STEP)
        rest = unpacking.unconsumed_tail
        if not piece and not rest and not unpacking.eof:
            raise EOFError
        yield piece


def part_named(package: zipfile.ZipFile, pattern: str) -> str | None:
    """Return the name of the first part whose whole name matches, or None."""
    return next((name for name in package.namelist() if re.fullmatch(pattern, name)), None)


def tree_of(package: zipfile.ZipFile, name: str, url: str) -> etree._Element:
    """Return a part's XML. Raises Unreadable: damaged, too large, or with a document type, which no Office file has."""
    try:
        if package.getinfo(name).file_size > MOST_XML:
            raise Unreadable(f"its text is more than {MOST_XML // 1_000_000} MB of XML", url=url)
        source = package.read(name)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
        root = etree.fromstring(source, parser)
    except (KeyError, zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError):
        raise Unreadable(f"a damaged Office document: {name} cannot be read", url=url) from None
    if b"<!DOCTYPE" in source:
        raise Unreadable("a damaged Office document: it declares a document type", url=url)
    return root


def local(element: etree._Element) -> str:
    """Return a tag without its namespace: transitional and strict documents differ in nothing else that we read."""
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else ""


def attribute(element: etree._Element | None, name: str) -> str | None:
    """Return an attribute by its local name, or None."""
    if element is None:
        return None
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), None)


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """Return the first descendant along a path of local tags, or None."""
    for name in path:
        if element is None:
            return None
        element = next((inner for inner in element if local(inner) == name), None)
    return element


def targets(package: zipfile.ZipFile, part: str, url: str) -> Iterator[tuple[str, str]]:
    """Yield (relationship id, target) of a part (ECMA-376 part 2, section 9)."""
    folder, _, name = part.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels"
    if relations in package.namelist():
        for each in tree_of(package, relations, url):
            yield attribute(each, "Id") or "", attribute(each, "Target") or ""
