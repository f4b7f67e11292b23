"""The bytes of an answer: counted on the wire, unpacked a little at a time, never larger than allowed.

Content codings: RFC 9110 section 8.4 (gzip, deflate), RFC 7932 (br), RFC 8878 and RFC 9659 (zstd, window <= 8 MB).
"""

from __future__ import annotations

import io
import zlib
from collections.abc import AsyncIterator, Iterator
from typing import Protocol

import brotli
import zstandard

STEP = 65_536  # bytes unpacked at a time
_ZSTD_SLICE = 512  # a 4-byte zstd block may unpack to 128 KB: 512 bytes can grow to 16 MB, no more
_ZSTD_WINDOW = 8 * 1024 * 1024


class Overflow(Exception):
    """More bytes than allowed; the text says where."""


class Damaged(Exception):
    """Not what its Content-Encoding says, or cut short."""


class Decoder(Protocol):
    """Unpacks one content coding."""

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The bytes that `chunk` unpacks to, in pieces that stay small."""
        ...

    @property
    def whole(self) -> bool:
        """True once the end mark of the coding was seen."""
        ...


class _Zlib:
    """gzip (several members too) and deflate (with the zlib wrapper or, as some servers send it, without)."""

    def __init__(self, gzip: bool) -> None:
        self._bits = 31 if gzip else 15
        self._unpack = zlib.decompressobj(self._bits)
        self._first = not gzip
        self._done = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        while chunk:
            if self._unpack.eof:
                if self._bits != 31 or not chunk.startswith(b"\x1f"):
                    return  # padding after the last member: browsers ignore it too
                self._unpack = zlib.decompressobj(self._bits)
            try:
                piece = self._unpack.decompress(chunk, STEP)
            except zlib.error:
                if not self._first:
                    raise
                self._unpack = zlib.decompressobj(-15)
                self._first = False
                continue
            self._first = False
            if piece:
                yield piece
            chunk = self._unpack.unconsumed_tail or self._unpack.unused_data
            if not chunk and len(piece) == STEP:
                while rest := self._unpack.decompress(b"", STEP):
                    yield rest

    @property
    def whole(self) -> bool:
        return self._unpack.eof


class _Brotli:
    def __init__(self) -> None:
        self._unpack = brotli.Decompressor()

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        piece = self._unpack.process(chunk, output_buffer_limit=STEP)
        while piece or not self._unpack.can_accept_more_data():
            yield piece
            if self._unpack.is_finished():
                return
            piece = self._unpack.process(b"", output_buffer_limit=STEP)

    @property
    def whole(self) -> bool:
        return bool(self._unpack.is_finished())


class _Zstd:
    def __init__(self) -> None:
        self._unpack = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        for start in range(0, len(chunk), _ZSTD_SLICE):
            if self._unpack.eof:
                return
            if piece := self._unpack.decompress(chunk[start : start + _ZSTD_SLICE]):
                yield piece

    @property
    def whole(self) -> bool:
        return self._unpack.eof


ACCEPTED = "gzip, deflate, br, zstd"


def _decoder(coding: str) -> Decoder | None:
    match coding:
        case "gzip" | "x-gzip":
            return _Zlib(gzip=True)
        case "deflate":
            return _Zlib(gzip=False)
        case "br":
            return _Brotli()
        case "zstd":
            return _Zstd()
        case _:  # "identity", "none", "utf-8": sent by mistake, the bytes are plain
            return None


def decoders(content_encoding: str) -> list[Decoder]:
    """The decoders for a Content-Encoding header, outermost coding first (RFC 9110: listed in the order applied)."""
    codings = [coding.strip().lower() for coding in content_encoding.split(",")]
    if len(codings) > 3:
        raise Damaged("more than three content codings")
    return [decoder for coding in reversed(codings) if (decoder := _decoder(coding)) is not None]


def _unpacked(chunk: bytes, chain: list[Decoder]) -> Iterator[bytes]:
    if not chain:
        yield chunk
        return
    for piece in chain[0].feed(chunk):
        yield from _unpacked(piece, chain[1:])


async def gather(chunks: AsyncIterator[bytes], content_encoding: str, *, wire: int, decoded: int) -> bytes:
    """The whole decoded body. Overflow past `wire` bytes sent or, where packed, `decoded` bytes unpacked; Damaged."""
    chain = decoders(content_encoding) if content_encoding else []
    sent = 0
    body = io.BytesIO()
    try:
        async for chunk in chunks:
            sent += len(chunk)
            if sent > wire:
                raise Overflow(f"over {wire:,} bytes on the wire")
            if not chain:
                body.write(chunk)
                continue
            for piece in _unpacked(chunk, chain):
                body.write(piece)
                if body.tell() > decoded:
                    raise Overflow(f"over {decoded:,} bytes when unpacked")
    except (zlib.error, brotli.error, zstandard.ZstdError) as error:
        raise Damaged("it is not what its Content-Encoding says") from error
    if sent and not all(decoder.whole for decoder in chain):
        raise Damaged("its compressed bytes end too early")
    return body.getvalue()
