"""Recovery of the ledger after a killed run."""

import os

import pytest

from chestxr.screening.ray.ledger import Ledger
from chestxr.screening.ray.task import ImageTask
from chestxr.utils.errors import FilmError


@pytest.fixture
def ledger(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.list_films([{"film": name, "image": f"/films/{name}.png"} for name in "abcd"], 2, {})
    return ledger


def _done(name: str) -> ImageTask:
    row = {"film": name, "status": "ok", "decision": "", "probability": 0.5}
    return ImageTask(name, f"/films/{name}.png", "2024-01-01", row=row)


def _failed(name: str) -> ImageTask:
    task = ImageTask(name, f"/films/{name}.png")
    task.fail(FilmError(task.image, "nothing", "a film", "look", lasting=False))
    return task


def _results(ledger: Ledger, *names: str) -> None:
    for name in names:
        for ending in ("lungs.png", "seg.dcm"):
            path = ledger.films / "2024-01-01" / f"{name}_{ending}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()


def _left(ledger: Ledger) -> set[str]:
    return {path.name.partition("_")[0] for path in ledger.films.rglob("*_*")}


def test_partial_results_of_unfinished_films_are_removed(ledger):
    ledger.begin({"a": "000000", "b": "000000", "c": "000001", "d": "000001"})
    _results(ledger, "a", "b", "c", "d")
    ledger.finish("000000", [_done("a"), _failed("b")])
    ledger.clean()
    assert _left(ledger) == {"a"} and ledger.waiting() == ["000001"]


def test_kill_during_clean_up_loses_no_film(ledger, monkeypatch):
    _results(ledger, "a", "b")
    ledger.finish("000000", [_done("a"), _done("b")])
    (ledger.table / "date=2024-01-01" / "part-000000.parquet").unlink()

    def killed(block: str) -> None:
        Ledger._take_back(ledger, block)
        raise KeyboardInterrupt

    monkeypatch.setattr(ledger, "_take_back", killed)
    with pytest.raises(KeyboardInterrupt):
        ledger.clean()
    monkeypatch.undo()
    ledger.clean()
    assert not _left(ledger) and ledger.waiting() == ["000000", "000001"]


def test_kill_before_leaving_quarantine_keeps_the_results(ledger, monkeypatch):
    ledger.finish("000000", [_done("a"), _failed("b")])
    ledger.begin({"b": "000000"})
    _results(ledger, "a", "b")
    (before,) = ledger.quarantined()
    monkeypatch.setattr(ledger, "_note_of", lambda film: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        ledger.finish_again([_done("b")], {"b": before})
    monkeypatch.undo()
    ledger.clean()
    assert _left(ledger) == {"a", "b"} and not list(ledger.quarantined())


def test_folder_named_like_a_quarantine_file(ledger):
    ledger.finish("000000", [_done("a"), _failed("x.json/b")])
    ledger.clean()
    assert [note.film for note in ledger.quarantined()] == ["x.json/b"]
    assert ledger.counts()["quarantined"] == 1


def test_partial_files_of_a_killed_run_are_ignored_and_removed(ledger):
    """Their process id may be in use again; in a container it is always the same."""
    ledger.finish("000000", [_done("a"), _failed("b")])
    _results(ledger, "a")
    for folder, note in (
        (ledger.quarantine, "b.json"),
        (ledger.blocks, "000001.done.json"),
        (ledger.films / "2024-01-01", "a_seg.dcm"),
    ):
        (folder / f".part-{os.getpid()}-{note}").write_text("")
    ledger.clean()
    assert [note.film for note in ledger.quarantined()] == ["b"] and ledger.waiting() == ["000001"]
    assert not list(ledger.out.rglob(".part-*"))
