"""The bytes of everything seen: named by their sha-256, compressed, written once and never touched again.

    <folder>/objects/ab/cdef….zst     one zstd frame with content size and checksum, and a skippable frame (RFC 8878,
                                      3.1.2) with the sha-256 of the first: `zstd -dc` reads the one, skips the other
    <folder>/lock                     held by whoever writes here

A write goes to a temporary file beside its destination, is fsynced, renamed, and the folder is fsynced: after a
kill or a power cut an object is there whole or not at all. What a killed write leaves behind is swept by the next
holder of the lock and is never taken for damage.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import itertools
import os
import re
import shutil
import threading
import weakref
from collections.abc import Iterator, Set
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import zstandard

from watcher.errors import LockHeld, StoreError
from watcher.model import Damage

LEVEL = 3
LARGEST = 1 << 30  # bytes decoded; a header that claims more is damage, not a document
DIGEST = re.compile(r"[0-9a-f]{64}")
SHARD = re.compile(r"[0-9a-f]{2}")
LEFTOVER = ".tmp"
SEAL = b"\x50\x2a\x4d\x18\x20\0\0\0"  # a skippable frame of 32 bytes
SEALED = len(SEAL) + 32

_turn = itertools.count()


class Objects:
    """The object store under `folder`. Made without touching the disk, so that reading commands need no right to write.

    With `lock`, the held lock of the same folder, the leftovers of killed writes are swept at once.
    """

    def __init__(self, folder: Path, *, lock: FolderLock | None = None) -> None:
        self.folder = Path(folder) / "objects"
        if lock is not None and lock.held:
            self.sweep()

    def path(self, digest: str) -> Path:
        """Where the object named `digest` (64 hex digits) stands. Raises StoreError for anything else."""
        if not DIGEST.fullmatch(digest):
            raise StoreError("an object's name is 64 hexadecimal digits", path=str(self.folder), permanent=True)
        return self.folder / digest[:2] / f"{digest[2:]}.zst"

    def placed_at(self, digest: str) -> datetime | None:
        """When the object was put where it is, by its file's change time, which no copy keeps. None where it is not."""
        try:
            return datetime.fromtimestamp(self.path(digest).stat().st_ctime, UTC)
        except OSError:
            return None

    def has(self, digest: str) -> bool:
        """Whether the object is stored (its content is not checked)."""
        return self.path(digest).is_file()

    def save(self, body: bytes) -> str:
        """Store `body` and return its sha-256 in hex. Storing it again changes nothing.

        Raises StoreError when the disk is full or the folder cannot be written.
        """
        digest = hashlib.sha256(body).hexdigest()
        path = self.path(digest)
        if not path.exists():
            frame = zstandard.ZstdCompressor(level=LEVEL, write_content_size=True, write_checksum=True).compress(body)
            try:
                _make_folder(path.parent)
                _write_durably(path, frame + _seal(frame))
            except OSError as error:
                raise _trouble(error, path.parent) from error
        return digest

    def load(self, digest: str) -> bytes:
        """The bytes named `digest`. Raises StoreError, naming the object, where it is missing or damaged."""
        path = self.path(digest)
        try:
            frame = path.read_bytes()
        except FileNotFoundError as error:
            raise StoreError(f"object {digest} is missing", path=str(path), permanent=True) from error
        except OSError as error:
            raise StoreError(f"object {digest} cannot be read: {error.strerror}", path=str(path)) from error
        try:
            body = _decoded(frame)
        except zstandard.ZstdError as error:
            raise StoreError(f"object {digest} is damaged: {error}", path=str(path), permanent=True) from error
        if hashlib.sha256(body).hexdigest() != digest:
            raise StoreError(f"object {digest} is damaged: it holds other bytes", path=str(path), permanent=True)
        return body

    def verify(self) -> Iterator[Damage]:
        """Re-hash every stored object; yields what is flipped, misnamed, misplaced or unreadable."""
        try:
            shards = _entries(self.folder)
        except FileNotFoundError:
            return  # nothing has been stored yet
        except OSError as error:
            yield Damage(str(self.folder), f"cannot be read: {error.strerror}")
            return
        for shard in shards:
            if SHARD.fullmatch(shard.name) and shard.is_dir(follow_symlinks=False):
                yield from self._verify_shard(Path(shard.path))
            else:
                yield Damage(shard.name, "does not belong among the objects")

    def sweep(self) -> int:
        """Remove what killed writes left behind and return how many files that was. Only for the lock's holder."""
        leftovers = [path for path in self.folder.glob(f"??/*{LEFTOVER}") if path.is_file()]
        for path in leftovers:
            with contextlib.suppress(OSError):
                path.unlink()
        return len(leftovers)

    def unnamed(self, named: Set[str], before: datetime) -> Iterator[tuple[str, int]]:
        """Objects that are not among `named` and were written before that time: (digest, bytes on disk)."""
        for path in sorted(self.folder.glob("??/*.zst")):
            digest, about = path.parent.name + path.stem, path.stat()
            written = datetime.fromtimestamp(about.st_mtime, UTC)
            if DIGEST.fullmatch(digest) and digest not in named and written < before:
                yield digest, about.st_size

    def drop(self, digest: str) -> None:
        """Removes one object. Only for the lock's holder. Raises StoreError where the folder cannot be written."""
        try:
            self.path(digest).unlink(missing_ok=True)
        except OSError as error:
            raise _trouble(error, self.folder) from error

    def _verify_shard(self, shard: Path) -> Iterator[Damage]:
        try:
            entries = _entries(shard)
        except OSError as error:
            yield Damage(shard.name, f"cannot be read: {error.strerror}")
            return
        for entry in entries:
            digest = shard.name + entry.name.removesuffix(".zst")
            if entry.name.endswith(LEFTOVER):
                continue
            if not entry.name.endswith(".zst") or not DIGEST.fullmatch(digest):
                yield Damage(f"{shard.name}/{entry.name}", "does not belong among the objects")
                continue
            try:
                self.load(digest)
                # A zstd frame has bits without meaning: bytes that still decode rightly may have been flipped too.
                whole = self.path(digest).read_bytes()
            except (StoreError, OSError) as error:
                yield Damage(digest, str(error).removeprefix(f"object {digest} "))
            else:
                if whole[-SEALED:] != _seal(whole[:-SEALED]):
                    yield Damage(digest, "is damaged: its seal is broken, though the bytes it holds are still right")


class FolderLock:
    """The right to write in `folder`, for one process at a time (flock(2): the kernel frees it when the holder dies).

    A context manager. `command` is what the holder runs, in words, for whoever comes second: that one gets LockHeld,
    which names the holder. Raises StoreError where the folder cannot be made or written.
    """

    def __init__(self, folder: Path, command: str) -> None:
        self.folder = Path(folder)
        self.path = self.folder / "lock"
        self.command = command
        self._file: int | None = None
        # A forked child would inherit the open file and with it the lock, and keep it when we are killed.
        myself = weakref.ref(self)
        os.register_at_fork(after_in_child=lambda: _let_go(myself()))

    @property
    def held(self) -> bool:
        """Whether this instance holds the lock."""
        return self._file is not None

    def acquire(self) -> None:
        """Take the lock or raise LockHeld at once."""
        try:
            _make_folder(self.folder)
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise _trouble(error, self.folder) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(file, 1000, 0).decode(errors="replace").strip()
            os.close(file)
            raise LockHeld(f"{holder or 'it has not said which'} ({self.path})") from error
        except OSError as error:
            os.close(file)
            raise _trouble(error, self.folder) from error
        self._file = file
        self._sign(file)

    def release(self) -> None:
        """Give the lock back. The file stays: removing it would let two holders in."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, 0)
            _let_go(self)

    def _sign(self, file: int) -> None:
        since = datetime.now(UTC).isoformat(timespec="seconds")
        words = f"pid {os.getpid()}, {self.command}, on {os.uname().nodename}, since {since}\n"
        # A full disk must not keep a watcher from delivering: the lock holds without its signature.
        with contextlib.suppress(OSError):
            os.ftruncate(file, 0)
            os.pwrite(file, words.encode(errors="replace"), 0)

    def __enter__(self) -> FolderLock:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def _let_go(lock: FolderLock | None) -> None:
    if lock is not None and lock._file is not None:
        os.close(lock._file)
        lock._file = None


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)


def _seal(frame: bytes) -> bytes:
    return SEAL + hashlib.sha256(frame).digest()


def _decoded(frame: bytes) -> bytes:
    size = zstandard.frame_content_size(frame)
    if not 0 <= size <= LARGEST:
        raise zstandard.ZstdError("its header is wrong")
    return zstandard.ZstdDecompressor().decompress(frame)


def _make_folder(folder: Path) -> None:
    """Make `folder` and its parents, each made durable in its parent."""
    if folder.is_dir():
        return
    if folder.parent != folder:
        _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _write_durably(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{os.getpid()}-{threading.get_ident()}-{next(_turn)}{LEFTOVER}")
    try:
        file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        with os.fdopen(file, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _trouble(error: OSError, folder: Path) -> StoreError:
    """The operating system's refusal in words that say what to do about it."""
    where = _nearest(folder)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        free = shutil.disk_usage(where).free // 1_000_000
        words = f"the disk is full: cannot write to {folder} ({free} MB free); nothing stored before is lost, free some space"
    elif error.errno == errno.EROFS:
        words = f"{folder} is on a read-only file system: mount it writable or set WATCHER_DATA to another folder"
    elif error.errno in (errno.EACCES, errno.EPERM):
        owner = where.stat().st_uid
        words = (
            f"{folder} cannot be written: {where} belongs to uid {owner}, we are uid {os.geteuid()}; "
            f"run: chown -R {os.geteuid()} {where} (or set WATCHER_DATA to another folder)"
        )
    elif error.errno in (errno.EEXIST, errno.ENOTDIR, errno.EISDIR):
        found = "a folder where a file is due" if where.is_dir() else "a file where a folder is due"
        words = f"{folder} cannot be used: {where} is {found}"
    else:
        words = f"{folder} cannot be written: {error.strerror or error}"
    return StoreError(words, path=str(folder), permanent=error.errno not in (errno.ENOSPC, errno.EDQUOT))


def _nearest(path: Path) -> Path:
    """`path`, or the nearest of its parents that exists."""
    while not path.exists() and path.parent != path:
        path = path.parent
    return path
