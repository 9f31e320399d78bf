"""Atomic writes."""

import os

import pytest

from chestxr.utils.atomic import atomic_write, write_text


def test_failure_keeps_the_old_file_and_no_temporary_file(tmp_path):
    path = tmp_path / "folder" / "result.csv"
    write_text(path, "old")
    with pytest.raises(RuntimeError), atomic_write(path) as partial:
        partial.write_text("half of the ne")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]


def test_content_is_flushed_before_the_rename(tmp_path, monkeypatch):
    path, flushed = tmp_path / "result.csv", []
    flush = os.fsync

    def noted(descriptor: int) -> None:
        flush(descriptor)
        flushed.append((os.fstat(descriptor).st_ino, os.fstat(descriptor).st_size, path.exists()))

    monkeypatch.setattr(os, "fsync", noted)
    write_text(path, "whole")
    assert flushed == [(path.stat().st_ino, 5, False)]
