"""Received films are whole files, bounded in number and by the disk."""

import errno
import os
import shutil
from types import SimpleNamespace

import pytest

from chestxr.dimse import inbox as module
from chestxr.dimse.inbox import Inbox
from chestxr.dimse.status import OUT_OF_RESOURCES, NotKeptError


@pytest.fixture
def inbox(tmp_path):
    made = Inbox(tmp_path / "received", 2)
    yield made
    made.close()


def test_films_wait_in_the_order_of_their_arrival(inbox):
    for number, name in enumerate(("b", "a")):
        inbox.keep(name, name.encode())
        os.utime(inbox.path(name), (number, number))
    assert inbox.waiting() == ["b", "a"] and inbox.path("a").read_bytes() == b"a"


def test_film_that_waits_is_kept_once(inbox):
    inbox.keep("a", b"first")
    inbox.keep("a", b"second")
    assert inbox.waiting() == ["a"] and inbox.path("a").read_bytes() == b"first"


def test_limit_of_films(inbox):
    for name in ("a", "b", "a"):
        inbox.keep(name, b"film")
    with pytest.raises(NotKeptError, match=r"too many films wait for their results \(status A700\)"):
        inbox.keep("c", b"film")
    inbox.path("a").unlink()
    inbox.keep("c", b"film")
    assert sorted(inbox.waiting()) == ["b", "c"]


def test_disk_without_space_for_results_accepts_no_film(inbox, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=module._RESERVE + 3))
    inbox.keep("a", b"123")
    with pytest.raises(NotKeptError, match="the disk is full") as refusal:
        inbox.keep("b", b"1234")
    assert refusal.value.status == OUT_OF_RESOURCES and inbox.waiting() == ["a"]


@pytest.mark.parametrize("number", [1, 2], ids=["of the file", "of the folder"])
def test_film_that_cannot_be_flushed_is_not_kept(inbox, monkeypatch, number):
    calls, flush = [], os.fsync

    def full(file: int) -> None:
        calls.append(file)
        if len(calls) == number:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        flush(file)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NotKeptError, match="No space left on device") as refusal:
        inbox.keep("a", b"film")
    assert refusal.value.status == OUT_OF_RESOURCES and len(refusal.value.reason) <= 64
    assert not list(inbox.path("a").parent.iterdir())


def test_partial_files_of_a_killed_process_are_removed(tmp_path):
    """Also of one that had the number of this process, as in containers."""
    left = tmp_path / f".part-{os.getpid()}-a.dcm"
    left.write_bytes(b"half a film")
    Inbox(tmp_path, 1).close()
    assert not left.exists()


def test_folder_belongs_to_one_process(inbox):
    folder = inbox.path("a").parent
    with pytest.raises(OSError, match="another process receives films here"):
        Inbox(folder, 1)
    assert folder.stat().st_mode & 0o077 == 0
