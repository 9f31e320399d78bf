"""``chestxr archive`` gives the results of ``chestxr screen``, also after kills, full disks and outages."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import pandas as pd
import pydicom
import pytest
from typer.testing import CliRunner

if not find_spec("ray"):  # Ray must not be imported before chestxr has restricted it to this machine
    pytest.skip("Ray is not installed", allow_module_level=True)

from chestxr.cli import app
from chestxr.screening.ray import run, session
from tests.dicomweb.orthanc import Orthanc, needs_orthanc
from tests.screening.ray.archives import (
    archive,
    assert_complete,
    assert_nothing_half_written,
    at_work,
    changed_bundle,
    held,
    meanwhile,
    phantoms,
    started,
    wait_for,
    waiting_bundle,
)
from tests.screening.ray.cluster import ray_cluster

pytestmark = pytest.mark.slow

_KILL = "__import__('os').kill(__import__('os').getpid(), 9)"


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[tuple[str, int]]:
    """Start one Ray cluster for all tests: starting it takes longer than screening a few films."""
    with (
        TemporaryDirectory(prefix="ray-") as folder,
        ray_cluster(Path(folder)) as (address, process),
        session.ray_running(address, 2),
    ):
        yield address, process


@pytest.fixture(scope="module")
def films(tmp_path_factory, chest_dicom) -> Path:
    folder = phantoms(tmp_path_factory.mktemp("films"), 2)
    shutil.copy(chest_dicom, folder)
    (folder / "bad.png").write_bytes(b"no film")
    return folder


@pytest.fixture(scope="module")
def screened(films, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("screen")
    assert CliRunner().invoke(app, ["screen", str(films), "--out", str(out)]).exit_code == 1
    return out


@pytest.fixture(scope="module")
def archived(films, tmp_path_factory) -> tuple[Path, object]:
    out = tmp_path_factory.mktemp("archive")
    return out, archive(films, "--out", out, "--block", 3)


def _modified(folder: Path) -> dict[str, int]:
    kept = ("run.json", ".lock")
    return {
        str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file() and path.name not in kept
    }


def _without_times(path: Path) -> pydicom.Dataset:
    """Read a DICOM object without its creation times."""
    made = pydicom.dcmread(path)
    for name in ("InstanceCreationDate", "InstanceCreationTime", "ContentDate", "ContentTime"):
        made.pop(name, None)
    for equipment in made.ContributingEquipmentSequence:
        equipment.pop("ContributionDateTime", None)
    return made


def _table(out: Path) -> pd.DataFrame:
    return pd.read_parquet(out / "table").set_index("film").sort_index()


def test_results_equal_those_of_screen(films, screened, archived):
    out, result = archived
    assert result.exit_code == 1 and "found no image that chestxr reads" in result.stderr
    assert_complete(out, 3)
    expected = pd.read_parquet(screened / "screening.parquet").set_index("film").sort_index()
    here = _table(out)
    assert dict(here["date"].astype(str)) == {"RG1_UNCR": "2004-08-26", "film-0": "unknown", "film-1": "unknown"}
    pd.testing.assert_frame_equal(here.drop(columns="date"), expected.drop(index="bad"), rtol=1e-6)
    for path in (out / "films").rglob("*_lungs.png"):
        assert path.read_bytes() == (screened / path.name).read_bytes()
    for name in ("RG1_UNCR_seg.dcm", "RG1_UNCR_sr.dcm"):
        ours, theirs = (_without_times(folder / name) for folder in (out / "films" / "2004-08-26", screened))
        assert ours == theirs
    manifest = json.loads((out / "run.json").read_text())
    assert manifest["complete"] and manifest["films"]["all"] == 4 and manifest["films"]["quarantined"] == 1
    assert manifest["versions"]["ray"] and manifest["films_per_second"] > 0
    assert manifest["peak_memory_mb"]["largest_worker"] > 100


def test_invalid_film_is_quarantined_after_one_attempt(archived):
    out, _ = archived
    note = json.loads((out / "quarantine" / "bad.json").read_text())
    assert note["status"] == "failed" and "found no image that chestxr reads" in note["reason"]
    assert note["attempts"] == 1 and note["lasting"]


def test_second_run_repeats_nothing(films, archived):
    out, _ = archived
    before, took = _modified(out), json.loads((out / "run.json").read_text())["seconds_per_film"]
    result = archive(films, "--out", out, "--json")
    manifest = json.loads(result.stdout)
    assert result.exit_code == 1 and manifest["films"]["done_before"] == 3
    assert _modified(out) == before
    assert took and manifest["seconds_per_film"] == took
    assert f"using the list of films of {manifest['listed']}" in result.stderr


def test_results_of_another_source_or_other_settings_raise(films, archived, tmp_path):
    out, _ = archived
    before = _modified(out)
    other = phantoms(tmp_path / "other", 1)
    result = archive(other, "--out", out)
    assert result.exit_code == 2 and "another source" in result.stderr
    result = archive(films, "--out", out, "--no-dicom")
    assert result.exit_code == 2 and "other models or settings" in result.stderr
    assert _modified(out) == before


@pytest.mark.parametrize("content", [None, "{"])
def test_results_without_archive_json_raise_and_are_kept(films, archived, tmp_path, content):
    out = tmp_path / "out"
    shutil.copytree(archived[0], out)
    (out / "archive.json").unlink()
    if content:
        (out / "archive.json").write_text(content)
    before = _modified(out)
    result = archive(films, "--out", out)
    assert result.exit_code == 2 and "no archive.json that says of which films" in result.stderr
    assert _modified(out) == before


def test_removed_rows_are_computed_again(films, archived, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(archived[0], out)
    before = _table(out)
    (out / "table" / "date=2004-08-26").rename(tmp_path / "removed")
    assert archive(films, "--out", out).exit_code == 1
    assert_complete(out, 3)
    pd.testing.assert_frame_equal(_table(out), before)
    manifest = json.loads((out / "run.json").read_text())
    assert manifest["films"]["ok"] + manifest["films"].get("warning", 0) == 3 and manifest["films"]["quarantined"] == 1


def test_films_of_an_object_store(films, screened, tmp_path):
    (tmp_path / "store" / "masks").mkdir(parents=True)
    shutil.copy(films / "RG1_UNCR.dcm", tmp_path / "store")
    shutil.copy(films / "film-0.png", tmp_path / "store" / "masks")
    shutil.copy(films / "bad.png", tmp_path / "store")
    address, out = f"file://{tmp_path}/store", tmp_path / "out"
    result = archive(address, "--out", out)
    assert result.exit_code == 1 and f"{address}/bad.png: found no image" in result.stderr
    table = assert_complete(out, 1)
    assert list(table["image"]) == [f"{address}/RG1_UNCR.dcm"]
    expected = pd.read_parquet(screened / "screening.parquet").set_index("film").loc["RG1_UNCR"]
    assert table["probability"][0] == pytest.approx(expected["probability"], rel=1e-6)
    made = out / "films" / "2004-08-26"
    assert (made / "RG1_UNCR_lungs.png").read_bytes() == (screened / "RG1_UNCR_lungs.png").read_bytes()
    assert (made / "RG1_UNCR_seg.dcm").is_file() and (made / "RG1_UNCR_sr.dcm").is_file()


def test_unreadable_film_is_retried_and_screened_later(tmp_path):
    folder, out = phantoms(tmp_path / "films", 2), tmp_path / "out"
    (tmp_path / "list.txt").write_text("films/film-0.png\nfilms/film-1.png\nfilms/later.png\n")
    assert archive(tmp_path / "list.txt", "--out", out, "--tries", 2).exit_code == 1
    assert json.loads((out / "quarantine" / "later.json").read_text())["attempts"] == 2
    assert_complete(out, 2)
    shutil.copy(folder / "film-0.png", folder / "later.png")
    before = {path: time for path, time in _modified(out).items() if "quarantine" not in path}
    result = archive(tmp_path / "list.txt", "--out", out, "--tries", 2, "--retry-quarantined")
    assert result.exit_code == 0, result.stderr
    assert_complete(out, 3)
    assert not list((out / "quarantine").iterdir())
    assert before.items() <= _modified(out).items()


def test_missing_films_do_not_stop_the_run_and_repeated_blocks_have_no_duplicates(tmp_path, monkeypatch):
    """More films are missing than consecutive failures are allowed."""
    monkeypatch.setattr(run, "_MAX_CONSECUTIVE_FAILURES", 3)
    folder, out = phantoms(tmp_path / "films", 4), tmp_path / "out"
    names = [name for number in range(4) for name in (f"film-{number}", f"gone-{number}")]
    (tmp_path / "list.txt").write_text("".join(f"films/{name}.png\n" for name in names))
    command = (tmp_path / "list.txt", "--out", out, "--tries", 2, "--block", len(names))
    result = archive(*command)
    assert result.exit_code == 1, result.stderr
    assert_complete(out, 4)
    assert {json.loads(note.read_text())["attempts"] for note in (out / "quarantine").iterdir()} == {2}
    shutil.copy(folder / "film-0.png", folder / "gone-0.png")
    assert archive(*command, "--retry-quarantined").exit_code == 1
    assert_complete(out, 5)
    (out / "table" / "date=unknown" / "part-000000.parquet").unlink()
    assert archive(*command).exit_code == 1
    assert_complete(out, 5)
    assert json.loads((out / "run.json").read_text())["complete"]


def test_film_that_crashes_its_workers_fails_alone(tmp_path):
    """Other films of its block are screened again; it leaves no results."""
    folder, out = phantoms(tmp_path / "films", 8), tmp_path / "out"
    (folder / "film-1.png").rename(folder / "deadly.png")
    bundle = changed_bundle(tmp_path, f"item['film'] == 'deadly' and {_KILL}")
    left = out / "films" / "2004-08-26" / "deadly_seg.dcm"
    left.parent.mkdir(parents=True)
    left.touch()
    result = archive(folder, "--out", out, "--bundle", bundle, "--trust-bundle", "--tries", 1)
    assert result.exit_code == 1
    assert "process that screened it ended" in json.loads((out / "quarantine" / "deadly.json").read_text())["reason"]
    assert "film-1" not in set(assert_complete(out, 7)["film"])
    assert not left.exists()


def _kill(parent: int, task: str) -> None:
    for worker in wait_for(lambda: at_work(parent, task)):
        os.kill(worker, signal.SIGKILL)


@pytest.mark.parametrize("task", ["ray::Map(read_films)", "ray::MapWorker(Map(SegmentFilms))"])
def test_killed_worker_loses_no_film(tmp_path, cluster, task):
    films, out = phantoms(tmp_path / "films", 3), tmp_path / "out"
    bundle, pipe = waiting_bundle(tmp_path, "film-1")

    def kill() -> None:
        with held(pipe):
            pipe.unlink()
            _kill(cluster[1], task)

    with meanwhile(kill):
        result = archive(films, "--out", out, "--block", 2, "--bundle", bundle, "--trust-bundle")
    assert result.exit_code == 0, result.stderr
    assert_complete(out, 3)


def test_worker_killed_between_two_results_loses_no_film(tmp_path, cluster, chest_dicom):
    films, out = phantoms(tmp_path / "films", 2), tmp_path / "out"
    shutil.copy(chest_dicom, films)
    bundle, pipe = waiting_bundle(tmp_path, "2004-08-26/RG1_UNCR", "result_transforms", -3)
    made = out / "films" / "2004-08-26"

    def kill() -> None:
        with held(pipe):
            pipe.unlink()
            assert sorted(path.name for path in made.iterdir()) == ["RG1_UNCR_lungs.png", "RG1_UNCR_seg.dcm"]
            _kill(cluster[1], "ray::Map(finish_films)")

    with meanwhile(kill):
        result = archive(films, "--out", out, "--block", 3, "--bundle", bundle, "--trust-bundle")
    assert result.exit_code == 0, result.stderr
    assert_complete(out, 3)
    segmentation, report = (pydicom.dcmread(made / f"RG1_UNCR_{kind}.dcm") for kind in ("seg", "sr"))
    assert segmentation.SOPInstanceUID in str(report) and len(list(made.iterdir())) == 3


@pytest.mark.parametrize(
    ("how", "on_cluster"),
    [(signal.SIGINT, False), (signal.SIGKILL, False), (signal.SIGKILL, True)],
    ids=["Ctrl-C", "killed", "killed, on a cluster"],
)
def test_stopped_run_resumes(tmp_path, how, on_cluster, cluster):
    films, out, (address, above) = phantoms(tmp_path / "films", 3), tmp_path / "out", cluster
    bundle, pipe = waiting_bundle(tmp_path, "film-2")
    command = (films, "--out", out, "--block", 2, "--bundle", bundle, "--trust-bundle")
    process = started(*command, *(["--address", address] if on_cluster else []))
    done = out / "blocks" / "000000.done.json"
    with held(pipe):
        wait_for(lambda: done.exists() or process.poll() is not None)
        working = at_work(above if on_cluster else process.pid, "ray::Map")
        # A terminal sends Ctrl-C to all processes of the program.
        os.killpg(process.pid, how) if how == signal.SIGINT else process.kill()
        assert process.wait(timeout=120) == (130 if how == signal.SIGINT else -how)
        assert working
        wait_for(lambda: not any(Path(f"/proc/{worker}").exists() for worker in working))
    if how == signal.SIGINT:
        assert "the same command goes on from here" in process.stderr.read().decode()
        assert not json.loads((out / "run.json").read_text())["complete"]
    pipe.unlink()
    before = {path: time for path, time in _modified(out).items() if "part-000000" in path or path == str(done)}
    assert len(before) == 2
    left = out / "films" / "2004-08-26" / "film-2_seg.dcm"
    left.parent.mkdir()
    left.touch()
    result = archive(*command)
    assert result.exit_code == 0, result.stderr
    assert before.items() <= _modified(out).items()
    assert_complete(out, 3)
    assert not left.exists()


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    """Context manager that mounts a disk of 1 MiB, or skips the test."""
    folder.mkdir(exist_ok=True)
    if os.getuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_full_disk_stops_the_run_and_free_space_lets_it_resume(tmp_path):
    folder, out = phantoms(tmp_path / "films", 4), tmp_path / "disk"
    with _disk(out):
        # Space for the list of films and one or two masks.
        with (out / "filler").open("wb") as filler:
            filler.write(b"x" * ((1 << 20) - 7 * 4096))
        result = archive(folder, "--out", out, "--block", 2)
        assert result.exit_code == 2 and "No space left on device" in result.stderr
        assert len(result.stderr.strip().splitlines()[-1]) > 20 and "Traceback" not in result.stderr
        (out / "filler").unlink()
        result = archive(folder, "--out", out, "--block", 2)
        assert result.exit_code == 0, result.stderr
        assert_complete(out, 4)


@pytest.mark.parametrize("below", ["", "2024"])
def test_unmounted_source_stops_the_run_and_mounting_lets_it_resume(tmp_path, below):
    """The mount point remains as an empty folder."""
    disk, out = tmp_path / "disk", tmp_path / "out"
    bundle, pipe = waiting_bundle(tmp_path, "film-2")
    command = (disk, "--out", out, "--block", 2, "--bundle", bundle, "--trust-bundle")

    with ExitStack() as disks:
        disks.enter_context(_disk(disk))
        phantoms(disk / below, 4)

        def unmount() -> None:
            with held(pipe):
                disks.close()

        with meanwhile(unmount):
            result = archive(*command)
    assert disk.is_dir() and not list(disk.iterdir())
    assert result.exit_code == 2 and "is unavailable" in result.stderr, result.stderr
    pipe.unlink()
    with _disk(disk):
        phantoms(disk / below, 4)
        result = archive(*command)
        assert result.exit_code == 0, result.stderr
    assert_complete(out, 4)
    assert not list((out / "quarantine").iterdir())


@pytest.mark.parametrize(
    ("act", "reason"),
    [("{}[0]", "an unexpected error (<string>, line 1)"), (_KILL, "process that screened it ended")],
)
def test_run_stops_if_every_film_fails(tmp_path, monkeypatch, act, reason):
    monkeypatch.setattr(run, "_MAX_CONSECUTIVE_FAILURES", 2)
    films, out, bundle = phantoms(tmp_path / "films", 2), tmp_path / "out", changed_bundle(tmp_path, act)
    result = archive(films, "--out", out, "--bundle", bundle, "--trust-bundle", "--tries", 1)
    assert result.exit_code == 2 and "2 films failed and none succeeded" in result.stderr and reason in result.stderr
    assert not list((out / "quarantine").iterdir())


def test_unavailable_archive_stops_the_run(films, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "_MAX_CONSECUTIVE_FAILURES", 1)
    (tmp_path / "list.txt").write_text(str(films / "RG1_UNCR.dcm"))
    result = archive(tmp_path / "list.txt", "--out", tmp_path / "out", "--store", "http://127.0.0.1:9/dicom-web")
    assert result.exit_code == 2 and "no place for its results" in result.stderr, result.stderr
    assert not list((tmp_path / "out").rglob("RG1*"))


@needs_orthanc
def test_segmentation_and_report_are_stored_once(films, tmp_path):
    orthanc = Orthanc(tmp_path / "orthanc").start()
    try:
        (tmp_path / "list.txt").write_text(str(films / "RG1_UNCR.dcm"))
        for out in (tmp_path / "first", tmp_path / "second"):
            result = archive(tmp_path / "list.txt", "--out", out, "--store", orthanc.url)
            assert result.exit_code == 0, result.stderr
            assert len(orthanc.objects("SEG")) == len(orthanc.objects("SR")) == 1
            assert_complete(out, 1)
            assert not list(out.rglob("*.dcm"))
    finally:
        orthanc.kill()


def test_invalid_arguments_have_a_reason(films, tmp_path, monkeypatch):
    for source, reason in (
        (tmp_path / "nowhere", "no such film or folder"),
        ("memory://films", "lives in one process"),
        ("nothing://films", "no store that can be reached"),
        (f"file://{tmp_path}/nowhere", "no films found"),
    ):
        result = archive(source, "--out", tmp_path / "out")
        assert result.exit_code == 2 and reason in result.stderr, result.stderr
    result = archive(films, "--out", tmp_path / "out", "--store", "nowhere")
    assert result.exit_code == 2 and "not the URL of a DICOMweb service" in result.stderr
    monkeypatch.setattr(session, "find_spec", lambda name: None)
    result = archive(films, "--out", tmp_path / "out")
    assert result.exit_code == 2 and "pip install -c constraints.txt '.[ray]'" in result.stderr
    assert_nothing_half_written(tmp_path)


def test_error_of_ray_has_a_plain_message(monkeypatch):
    from ray.exceptions import RayError

    def ended(*_):
        raise RayError("its control store is gone")

    monkeypatch.setattr("chestxr.screening.ray.pipeline.screen_films", ended)
    with pytest.raises(ConnectionError, match=r"^Ray ended; check that its machines run, .*; the same command goes"):
        list(run.ArchiveRun._screened(SimpleNamespace(_stages=None, _batch_size=1), []))
