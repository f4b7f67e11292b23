from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from watcher.errors import LockHeld, StoreError
from watcher.model import Damage
from watcher.snapshots import FolderLock, Objects

PAGE = b"<html>The sheriff shall not honor a detainer.</html>" * 40
ROOT = Path(__file__).parents[1]


@pytest.fixture
def objects(tmp_path: Path) -> Objects:
    return Objects(tmp_path)


# ------------------------------------------------------------------------------------------------- saving and loading


def test_bytes_are_named_by_their_digest_and_come_back(objects: Objects, tmp_path: Path) -> None:
    digest = objects.save(PAGE)
    assert digest == hashlib.sha256(PAGE).hexdigest()
    assert objects.load(digest) == PAGE
    assert objects.has(digest)
    assert (tmp_path / "objects" / digest[:2] / f"{digest[2:]}.zst").is_file()
    assert list(objects.verify()) == []


@given(st.binary(max_size=2000))
def test_any_bytes_come_back(body: bytes) -> None:
    folder = Path(os.environ.get("TMPDIR", "/tmp")) / f"watcher-objects-{os.getpid()}"
    try:
        objects = Objects(folder)
        assert objects.load(objects.save(body)) == body
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_saving_again_does_not_rewrite(objects: Objects) -> None:
    path = objects.path(objects.save(PAGE))
    before = path.stat()
    objects.save(PAGE)
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_the_plain_tool_reads_an_object(objects: Objects) -> None:
    tool = shutil.which("zstd")
    if tool is None:
        pytest.skip("the zstd tool is not installed here")
    path = objects.path(objects.save(PAGE))
    assert subprocess.run([tool, "-dc", str(path)], capture_output=True, check=True).stdout == PAGE
    listed = subprocess.run([tool, "-lv", str(path)], capture_output=True, check=True, text=True).stdout
    assert re.search(r"Check: XXH64", listed)
    assert re.search(rf"Decompressed Size: .*\({len(PAGE)} B\)", listed)


def test_reading_makes_no_folder(tmp_path: Path) -> None:
    objects = Objects(tmp_path / "none")
    assert not objects.has("0" * 64)
    assert list(objects.verify()) == []
    assert not (tmp_path / "none").exists()


def test_many_threads_saving_the_same_bytes_leave_one_object(objects: Objects) -> None:
    threads = [threading.Thread(target=objects.save, args=(PAGE,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [path.name for path in objects.folder.glob("*/*")] == [f"{hashlib.sha256(PAGE).hexdigest()[2:]}.zst"]


def test_bytes_and_folders_are_synced_before_save_returns(objects: Objects, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    original = os.fsync

    def fsync(file: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{file}").readlink()))
        original(file)

    monkeypatch.setattr(os, "fsync", fsync)
    path = objects.path(objects.save(PAGE))
    assert synced[-1] == str(path.parent)
    assert synced[-2].endswith(".tmp")
    assert str(path.parent.parent) in synced[:-2], "the new shard is named in its parent"


# ----------------------------------------------------------------------------------------------------------- damage


def test_a_missing_object_is_named(objects: Objects) -> None:
    with pytest.raises(StoreError, match=f"object {'0' * 64} is missing"):
        objects.load("0" * 64)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "0" * 63, "G" * 64, "A" * 64])
def test_what_is_no_digest_names_no_object(objects: Objects, name: str) -> None:
    with pytest.raises(StoreError, match="64 hexadecimal digits"):
        objects.load(name)


def test_every_flipped_bit_is_found(objects: Objects) -> None:
    digest = objects.save(PAGE)
    path = objects.path(digest)
    whole = path.read_bytes()
    for bit in range(len(whole) * 8):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        found = list(objects.verify())
        assert [one.object for one in found] == [digest], f"bit {bit}"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda whole: b"",
        lambda whole: whole[: len(whole) // 2],
        lambda whole: b"plain text",
        lambda whole: whole[:4] + b"\xe0" + b"\xff" * 8 + whole[5:],  # a header that claims 16 exabytes
        lambda whole: zstandard.ZstdCompressor().compress(b"other bytes"),
    ],
)
def test_a_spoilt_object_is_found_and_not_returned(objects: Objects, spoil: Callable[[bytes], bytes]) -> None:
    digest = objects.save(PAGE)
    objects.path(digest).write_bytes(spoil(objects.path(digest).read_bytes()))
    [found] = objects.verify()
    assert found.object == digest
    assert found.problem.startswith("is damaged")
    with pytest.raises(StoreError, match=f"object {digest} is damaged"):
        objects.load(digest)


def test_bytes_cut_off_or_added_at_the_end_are_found_though_the_page_can_still_be_read(objects: Objects) -> None:
    digest = objects.save(PAGE)
    path = objects.path(digest)
    whole = path.read_bytes()
    for spoilt in (whole[:-1], whole + b"more", whole[:-40]):
        path.write_bytes(spoilt)
        assert [found.object for found in objects.verify()] == [digest]
        assert objects.load(digest) == PAGE


def test_a_renamed_object_holds_other_bytes(objects: Objects) -> None:
    path = objects.path(objects.save(PAGE))
    other = path.with_name(f"{'0' * 62}.zst")
    path.rename(other)
    assert list(objects.verify()) == [Damage(path.parent.name + "0" * 62, "is damaged: it holds other bytes")]


def test_strangers_among_the_objects_are_named(objects: Objects) -> None:
    path = objects.path(objects.save(PAGE))
    (path.parent / "notes.txt").write_text("")
    (path.parent / f"{'0' * 62}.zst").mkdir()
    (objects.folder / "lost+found").mkdir()
    (objects.folder / "ff").write_text("a file where a shard is due")
    expected = {"lost+found", "ff", f"{path.parent.name}/notes.txt", path.parent.name + "0" * 62}
    assert {found.object for found in objects.verify()} - {path.parent.name} == expected


def test_leftovers_of_killed_writes_are_no_damage_and_are_swept_by_the_holder_of_the_lock(tmp_path: Path) -> None:
    path = Objects(tmp_path).path(Objects(tmp_path).save(PAGE))
    leftover = path.with_name(".4711-1-0.tmp")
    leftover.write_bytes(b"half")
    assert list(Objects(tmp_path).verify()) == []
    assert leftover.exists()
    with FolderLock(tmp_path, "test") as lock:
        Objects(tmp_path, lock=lock)
    assert not leftover.exists()
    assert path.exists()


# ------------------------------------------------------------------------------------------------- trouble with the disk


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, r"the disk is full: cannot write to .* \(\d+ MB free\); nothing stored before is lost"),
        (errno.EDQUOT, "the disk is full"),
        (errno.EROFS, "is on a read-only file system: mount it writable or set WATCHER_DATA"),
        (errno.EACCES, r"belongs to uid \d+, we are uid \d+; run: chown -R \d+ .* \(or set WATCHER_DATA"),
        (errno.EIO, "cannot be written: Input/output error"),
    ],
)
def test_a_refusal_of_the_disk_says_what_to_do_and_leaves_nothing_half_done(
    objects: Objects, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    def refuse(file: int) -> None:
        raise OSError(code, os.strerror(code))

    objects.save(b"before")
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(StoreError, match=words):
        objects.save(PAGE)
    monkeypatch.undo()
    assert not objects.has(hashlib.sha256(PAGE).hexdigest())
    assert list(objects.folder.glob("*/*.tmp")) == []
    assert list(objects.verify()) == []


def test_a_disk_that_fills_up_for_real(tmp_path: Path) -> None:
    code = (
        "import resource, signal, sys; from pathlib import Path; from watcher.snapshots import Objects\n"
        "from watcher.errors import StoreError; import os\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); objects = Objects(Path(sys.argv[1]))\n"
        "first = objects.save(b'small'); resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: objects.save(os.urandom(5000))\n"
        "except StoreError as error: print(error); assert objects.load(first) == b'small'\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "cannot be written: File too large" in run.stdout
    assert list(tmp_path.glob("objects/*/*.tmp")) == []


def test_a_file_where_the_folder_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(StoreError, match=r"data.* cannot be used: .*data is a file where a folder is due"):
        Objects(tmp_path / "data").save(PAGE)
    with pytest.raises(StoreError, match="is a file where a folder is due"):
        FolderLock(tmp_path / "data", "run").acquire()


# ---------------------------------------------------------------------------------------------------------- the lock


def test_a_second_holder_is_refused_and_told_who_was_first(tmp_path: Path) -> None:
    with FolderLock(tmp_path, "watcher run") as first:
        assert first.held
        with pytest.raises(LockHeld) as caught:
            FolderLock(tmp_path, "watcher check").acquire()
    assert re.search(
        rf"works on this folder: pid {os.getpid()}, watcher run, on {re.escape(os.uname().nodename)}, since 20\d\d-",
        str(caught.value),
    )
    assert not first.held


def test_the_lock_can_be_taken_again_after_release(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path / "new" / "folder", "run")
    for _ in range(2):
        with lock:
            assert lock.held
    lock.release()
    with FolderLock(tmp_path / "new" / "folder", "run"):
        pass
    assert (tmp_path / "new" / "folder" / "lock").read_text() == ""


HOLD = (
    "import sys, time; from pathlib import Path; from watcher.snapshots import FolderLock\n"
    "FolderLock(Path(sys.argv[1]), 'watcher run').acquire(); print('held', flush=True); time.sleep(60)"
)


def test_a_killed_holder_frees_the_lock(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(LockHeld, match=f"pid {holder.pid}, watcher run"):
            FolderLock(tmp_path, "check").acquire()
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    with FolderLock(tmp_path, "check"):
        pass


FORK = (
    "import os, sys, time; from pathlib import Path; from watcher.snapshots import FolderLock\n"
    "lock = FolderLock(Path(sys.argv[1]), 'watcher run'); lock.acquire(); child = os.fork()\n"
    "if not child: print(os.getpid(), flush=True); os.close(1)\n"  # the child speaks: by then it has let go
    "time.sleep(60)"
)


def test_a_forked_child_does_not_keep_the_lock_of_its_killed_parent(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", FORK, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        child = int(holder.stdout.readline())
        try:
            holder.kill()
            holder.wait()
            with FolderLock(tmp_path, "check"):
                pass
        finally:
            os.kill(child, signal.SIGKILL)
