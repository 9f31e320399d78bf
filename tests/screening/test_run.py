"""``chestxr screen``: results, failures, resumption and file names."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import imagecodecs
import numpy as np
import pandas as pd
import pydicom
import pytest
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.uid import JPEG2000Lossless
from typer.testing import CliRunner

from chestxr.cli import app
from chestxr.screening.results.record import read_record
from tests.interrupts import hear_interrupts
from tests.io.film_files import save_compressed
from tests.phantom import chest_film

pytestmark = pytest.mark.slow

MARKUP = "<b>film</b>"
BUNDLE = Path(__file__).parents[2] / "bundles" / "cxr_tuberculosis_screening"


def _screen(*arguments: object):
    return CliRunner().invoke(app, ["screen", *map(str, arguments)])


def _modified(folder: Path) -> dict[str, int]:
    kept = ("report.html", "run.json", "screening.csv", "screening.parquet")
    return {
        str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file() and path.name not in kept
    }


def _phantom(path: Path, seed: int) -> None:
    film, _ = chest_film((256, 256), seed)
    Image.fromarray(film.T.astype("uint8")).save(path)


@pytest.fixture(scope="module")
def films(chest_dicom, leg_dicom, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("films")
    for film in (chest_dicom, leg_dicom):
        shutil.copy(film, folder)
    _phantom(folder / "phantom.png", 0)
    (folder / f"{MARKUP.replace('/', '_')}.png").write_bytes(b"no film")
    return folder


@pytest.fixture(scope="module")
def screened(films, tmp_path_factory) -> tuple[Path, object]:
    out = tmp_path_factory.mktemp("run") / "out"
    return out, _screen(films, "--out", out)


def test_valid_films_have_results_and_invalid_films_a_reason(films, screened):
    out, result = screened
    assert result.exit_code == 1
    assert "found no image that chestxr reads" in result.stderr
    rows = pd.read_csv(out / "screening.csv").set_index("film")
    assert len(rows) == 4 == len(pd.read_parquet(out / "screening.parquet"))
    assert 0 < rows["probability"]["RG1_UNCR"] < 1 and rows["status"]["RG3_UNCR"] == "no score"
    assert (rows["status"] == "failed").sum() == 1
    assert {path.name for path in out.glob("RG*")} == {
        "RG1_UNCR_lungs.png",
        "RG1_UNCR_seg.dcm",
        "RG1_UNCR_sr.dcm",
        "RG3_UNCR_lungs.png",
        "RG3_UNCR_sr.dcm",
    }
    manifest = json.loads((out / "run.json").read_text())
    assert manifest["films"]["all"] == 4 and manifest["films"]["failed"] == 1 and manifest["seconds_per_film"] > 0
    assert manifest["drift"]["warning"] == "" and manifest["drift"]["films"] >= 1
    assert set(manifest["versions"]) >= {"torch", "monai", "chestxr"} and len(manifest["version"].split()) == 6
    page = (out / "report.html").read_text()
    assert "RG1_UNCR" in page and "&lt;b&gt;film" in page and "<b>film" not in page


def test_results_equal_those_of_monai_bundle_run(films, screened, tmp_path):
    """There is no second pipeline."""
    out, _ = screened
    bundle = BUNDLE
    command = [sys.executable, "-m", "monai.bundle", "run", "--bundle_root", str(bundle)]
    command += ["--config_file", str(bundle / "configs" / "inference.json"), "--output_dir", str(tmp_path)]
    subprocess.run([*command, "--films", str(films / "RG1_UNCR.dcm")], check=True, capture_output=True)
    alone = pd.read_csv(tmp_path / "screening.csv").set_index("film").loc["RG1_UNCR"]
    here = pd.read_csv(out / "screening.csv").set_index("film").loc["RG1_UNCR", list(alone.index)]
    pd.testing.assert_series_equal(here, alone, rtol=1e-5)
    assert (tmp_path / "RG1_UNCR_lungs.png").read_bytes() == (out / "RG1_UNCR_lungs.png").read_bytes()


def test_second_run_repeats_only_failed_films(films, screened):
    out, _ = screened
    before = _modified(out)
    result = _screen(films, "--out", out, "--json")
    assert result.exit_code == 1 and _modified(out) == before
    assert json.loads(result.stdout)["films"]["done_before"] == 3


def test_changed_film_and_other_settings_are_screened_again(tmp_path):
    _phantom(tmp_path / "film.png", 0)
    out = tmp_path / "out"

    def screened_now(*options):
        manifest = json.loads(_screen(tmp_path / "film.png", "--out", out, "--json", *options).stdout)
        return manifest["films"]["all"] - manifest["films"]["done_before"]

    assert [screened_now(), screened_now()] == [1, 0]
    _phantom(tmp_path / "film.png", 1)
    assert [screened_now(), screened_now()] == [1, 0]
    assert [screened_now("--uid-root", "1.2.3"), screened_now()] == [1, 1]


def test_jpeg_2000_at_a_lower_resolution_gives_nearly_the_same_result(tmp_path):
    film, _ = chest_film((1024, 1024), 0)
    pixels = film.T.round().astype("uint16")
    stream = imagecodecs.jpeg2k_encode(pixels, codecformat="j2k", reversible=True, bitspersample=12)
    save_compressed(tmp_path / "film.dcm", stream, JPEG2000Lossless, pixels, bits=12)
    tables = []
    for name, options in {"in full": (), "lower": ("--least-decoded-side", 512)}.items():
        assert _screen(tmp_path / "film.dcm", "--out", tmp_path / name, *options).exit_code == 0
        tables.append(pd.read_csv(tmp_path / name / "screening.csv").iloc[0])
    in_full, lower = tables
    assert lower["decision"] == in_full["decision"]
    assert 0 < abs(lower["probability"] - in_full["probability"]) < 0.05
    masks = [np.asarray(Image.open(tmp_path / name / "film_lungs.png")) for name in ("in full", "lower")]
    assert masks[0].shape == masks[1].shape == (1024, 1024)
    assert (masks[0] != masks[1]).mean() < 0.002


def test_stale_results_of_a_replaced_film_are_removed(leg_dicom, tmp_path):
    """A chest film is replaced by a film of a leg, then by an invalid file."""
    film, out = tmp_path / "film.dcm", tmp_path / "out"
    shutil.copy(get_testdata_file("RG1_UNCR.dcm", download=False), film)
    assert _screen(film, "--out", out).exit_code == 0
    assert (out / "film_seg.dcm").is_file()
    shutil.copy(leg_dicom, film)
    assert _screen(film, "--out", out).exit_code == 0
    assert not (out / "film_seg.dcm").exists() and (out / "film_sr.dcm").is_file()
    film.write_bytes(b"no film")
    assert _screen(film, "--out", out).exit_code == 1
    assert list(pd.read_csv(out / "screening.csv")["status"]) == ["failed"]
    assert not list(out.glob("film_*")) and not list((out / "records").iterdir())


def test_films_with_the_same_name_in_two_folders_are_not_repeated(tmp_path):
    for place in ("a", "b"):
        (tmp_path / "films" / place).mkdir(parents=True)
        _phantom(tmp_path / "films" / place / "film.png", ord(place))
    out = tmp_path / "out"
    done_before = [
        json.loads(_screen(tmp_path / "films", "--out", out, "--json").stdout)["films"]["done_before"] for _ in range(2)
    ]
    assert done_before == [0, 2]
    assert (out / "a" / "film_lungs.png").is_file() and (out / "b" / "film_lungs.png").is_file()


def test_invalid_site_scale_deletes_nothing(tmp_path):
    _phantom(tmp_path / "film.png", 0)
    (tmp_path / "scale.json").write_text("{}")
    out = tmp_path / "out"
    assert _screen(tmp_path / "film.png", "--out", out).exit_code == 0
    before = _modified(out)
    result = _screen(tmp_path / "film.png", "--out", out, "--site-scale", tmp_path / "scale.json")
    assert result.exit_code == 2 and "scale.json" in result.stderr
    assert _modified(out) == before and len(before) == 4


def test_film_replaced_during_screening_has_the_results_of_the_one_that_was_read(tmp_path):
    """The next run screens the new one."""
    (tmp_path / "films").mkdir()
    _phantom(tmp_path / "films" / "film.png", 0)
    _phantom(tmp_path / "other.png", 1)
    contents = [path.read_bytes() for path in (tmp_path / "films" / "film.png", tmp_path / "other.png")]
    bundle, out = tmp_path / BUNDLE.name, tmp_path / "out"
    shutil.copytree(BUNDLE, bundle, ignore=shutil.ignore_patterns("docs"))
    config = json.loads((bundle / "configs" / "inference.json").read_text())
    replace = f"__import__('shutil').copy({str(tmp_path / 'other.png')!r}, {str(tmp_path / 'films' / 'film.png')!r})"
    config["resize_transforms"].append(f"$lambda item: {replace} and item")
    (bundle / "configs" / "inference.json").write_text(json.dumps(config))
    for content in contents:
        assert _screen(tmp_path / "films", "--out", out, "--bundle", bundle, "--trust-bundle").exit_code == 0
        assert read_record(out, "film").film_sha256 == hashlib.sha256(content).hexdigest()


def test_film_that_crashes_its_worker_fails_and_others_are_screened(tmp_path):
    """A transform of a changed bundle exits the process on one film, like a crashing library."""
    bundle = tmp_path / "deadly"
    shutil.copytree(BUNDLE, bundle)
    path = bundle / "configs" / "inference.json"
    config = json.loads(path.read_text())
    config["imports"].append("$import os")
    deadly = "$lambda film: os._exit(3) if film == 'deadly' else film"
    config["result_transforms"].insert(0, {"_target_": "Lambdad", "keys": "film", "func": deadly})
    path.write_text(json.dumps(config))
    films = tmp_path / "films"
    films.mkdir()
    for name in ("a", "deadly", "z"):
        _phantom(films / f"{name}.png", 0)
    result = _screen(films, "--out", tmp_path / "out", "--bundle", bundle, "--trust-bundle", "--processes", 2)
    assert result.exit_code == 1 and "deadly.png: found a film on which the process" in result.stderr
    rows = pd.read_csv(tmp_path / "out" / "screening.csv").set_index("film")
    assert list(rows["status"] == "failed") == [False, True, False]


@pytest.mark.parametrize("whom", ["worker", "parent"])
def test_killed_worker_loses_no_film_and_killed_parent_leaves_no_worker(tmp_path, whom):
    folder, out = tmp_path / "films", tmp_path / "out"
    folder.mkdir()
    for number in range(5):
        _phantom(folder / f"film-{number}.png", number)
    command = [sys.executable, "-c", "from chestxr.cli import app; app()", "screen", str(folder), "--out", str(out)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not list(out.glob("records/*.json")):
        time.sleep(0.05)
    workers = _spawned_by(process.pid)
    assert workers
    if whom == "worker":
        os.kill(workers[0], signal.SIGKILL)
        assert process.wait(timeout=300) == 0
        assert len(list(out.glob("records/*.json"))) == 5
    else:
        process.kill()
        process.wait()
        for _ in range(300):
            if not any(Path(f"/proc/{worker}").exists() for worker in workers):
                return
            time.sleep(0.1)
        raise AssertionError("a worker outlived its parent")


def _spawned_by(parent: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(parent), "-f", "spawn_main"], capture_output=True, text=True)
    return [int(number) for number in found.stdout.split()]


def test_file_name_that_is_not_utf8_fails_only_its_film(tmp_path):
    films, out = tmp_path / "films", tmp_path / "out"
    films.mkdir()
    _phantom(films / "good.png", 0)
    os.rename(films / "good.png", os.fsencode(films) + b"/latin-\xe9.png")
    _phantom(films / "good.png", 0)
    result = _screen(films, "--out", out)
    assert result.exit_code == 1 and "a file name that is not UTF-8" in result.stderr
    rows = pd.read_csv(out / "screening.csv").set_index("film")
    assert (rows["status"] == "failed").to_dict() == {"good": False, "latin-\\udce9": True}


def test_control_characters_in_a_file_name_are_escaped(tmp_path):
    films, out = tmp_path / "films", tmp_path / "out"
    films.mkdir()
    _phantom(films / "all\nfilms\x1b[2Jare well.png", 0)
    result = _screen(films, "--out", out)
    assert result.exit_code == 1 and "control characters" in result.stderr and "\x1b[2J" not in result.stderr
    assert list(pd.read_parquet(out / "screening.parquet")["film"]) == ["all\\nfilms\\x1b[2Jare well"]


def test_long_file_name_is_shortened(tmp_path):
    films, out = tmp_path / "films", tmp_path / "out"
    films.mkdir()
    for number, letter in enumerate("ab"):
        _phantom(films / f"{'x' * 247}{letter}.png", number)
    assert _screen(films, "--out", out).exit_code == 0
    table = pd.read_parquet(out / "screening.parquet")
    assert table["film"].is_unique and list(table["film"].str.len()) == [220, 220]
    assert (out / f"{table['film'][0]}_lungs.png").is_file()


def test_file_name_that_is_a_formula_is_escaped_in_csv_only(tmp_path):
    films, out = tmp_path / "films", tmp_path / "out"
    films.mkdir()
    (films / "=1+2.png").write_bytes(b"no film")
    assert _screen(films, "--out", out).exit_code == 1
    assert (out / "screening.csv").read_text().splitlines()[1].startswith("'=1+2,")
    assert list(pd.read_parquet(out / "screening.parquet")["film"]) == ["=1+2"]


def test_failed_films_keep_their_unique_names(tmp_path):
    for place in ("a", "b"):
        (tmp_path / "films" / place).mkdir(parents=True)
        (tmp_path / "films" / place / "1.2.840.10008").write_bytes(b"\0 no film")
    assert _screen(tmp_path / "films", "--out", tmp_path / "out").exit_code == 1
    assert list(pd.read_csv(tmp_path / "out" / "screening.csv")["film"]) == ["a/1.2.840.10008", "b/1.2.840.10008"]


def test_partial_files_of_a_killed_run_are_removed(tmp_path):
    _phantom(tmp_path / "film.png", 0)
    out = tmp_path / "out"
    out.mkdir()
    left = [out / ".part-4194305-film_lungs.png", out / f".part-{os.getpid()}-other.png"]
    for path in left:
        path.write_bytes(b"half")
    assert _screen(tmp_path / "film.png", "--out", out).exit_code == 0
    assert [path.exists() for path in left] == [False, True], (
        "no process has the first number; this one may still write"
    )


def test_removed_result_is_written_again(leg_dicom, tmp_path):
    out = tmp_path / "out"
    assert _screen(leg_dicom, "--out", out).exit_code == 0
    (out / "RG3_UNCR_sr.dcm").unlink()
    assert _screen(leg_dicom, "--out", out).exit_code == 0
    assert (out / "RG3_UNCR_sr.dcm").is_file()


def test_folder_with_results_of_other_films_is_rejected(tmp_path):
    for place in ("a", "b"):
        (tmp_path / place).mkdir()
        _phantom(tmp_path / place / "film.png", ord(place))
    assert _screen(tmp_path / "a", "--out", tmp_path / "out").exit_code == 0
    before = _modified(tmp_path / "out")
    result = _screen(tmp_path / "b", "--out", tmp_path / "out")
    assert result.exit_code == 2 and "results of another film under the name film" in result.stderr
    assert _modified(tmp_path / "out") == before


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_stopped_run_resumes(tmp_path, how):
    folder, out = tmp_path / "films", tmp_path / "out"
    folder.mkdir()
    for number in range(5):
        _phantom(folder / f"film-{number}.png", number)
    command = [sys.executable, "-c", "from chestxr.cli import app; app()", "screen", str(folder), "--out", str(out)]
    pipes = {"stderr": subprocess.PIPE, "stdout": subprocess.PIPE}
    process = subprocess.Popen(command, **pipes, start_new_session=True, preexec_fn=hear_interrupts)
    while process.poll() is None and not list(out.glob("records/*.json")):
        time.sleep(0.05)
    if how == signal.SIGINT:
        process.send_signal(how)
        assert process.wait(timeout=60) == 130
        assert "stopped; the same command goes on from here" in process.stderr.read().decode()
        assert "not screened" in (out / "report.html").read_text()
        manifest = json.loads((out / "run.json").read_text())
        assert not manifest["complete"] and manifest["films"]["not screened"] >= 3 and not manifest["failed"]
    else:
        os.killpg(process.pid, how)
        process.wait()
    done = _modified(out)
    records = {path for path in done if path.endswith(".json")}
    assert 1 <= len(records) < 5
    for path in records:
        json.loads(Path(path).read_text())
    result = _screen(folder, "--out", out)
    assert result.exit_code == 0, result.stderr
    assert {path: time_ for path, time_ in _modified(out).items() if path in records} == {p: done[p] for p in records}
    assert len(pd.read_csv(out / "screening.csv")) == 5
    assert not [path for path in _modified(out) if ".part-" in path and path not in done]


def test_invalid_arguments_have_a_reason(tmp_path):
    result = _screen(tmp_path / "nowhere", "--out", tmp_path / "out")
    assert result.exit_code == 2 and "no such film or folder" in result.stderr
    _phantom(tmp_path / "film.png", 0)
    result = _screen(tmp_path / "film.png", "--out", tmp_path / "out", "--bundle", "nothing")
    assert result.exit_code == 2 and "no bundle" in result.stderr
    result = _screen(tmp_path / "film.png", "--out", tmp_path / "out", "--site-scale", tmp_path / "none.json")
    assert result.exit_code == 2 and "none.json" in result.stderr
    result = _screen(tmp_path / "film.png", "--out", tmp_path / "out", "--uid-root", "abc")
    assert result.exit_code == 2 and "not a root of DICOM UIDs" in result.stderr
    (tmp_path / "taken").write_text("a file where a folder should be")
    result = _screen(tmp_path / "film.png", "--out", tmp_path / "taken")
    assert result.exit_code == 2 and "taken" in result.stderr


def test_two_processes_give_the_results_of_one(films, screened, tmp_path):
    out, _ = screened
    assert _screen(films, "--out", tmp_path, "--processes", 2).exit_code == 1
    for name in ("RG1_UNCR_lungs.png", "RG3_UNCR_lungs.png"):
        assert (tmp_path / name).read_bytes() == (out / name).read_bytes()
    one, two = (pd.read_csv(folder / "screening.csv").drop(columns="versions") for folder in (out, tmp_path))
    pd.testing.assert_frame_equal(one, two, rtol=1e-6)


def test_records_hold_what_the_report_shows(films, screened, tmp_path):
    """The study date is kept only where DICOM results contain it."""
    out, _ = screened
    record = read_record(out, "RG1_UNCR")
    day = pydicom.dcmread(films / "RG1_UNCR.dcm").StudyDate
    assert record.view == "frontal" and record.study_date == f"{day[:4]}-{day[4:6]}-{day[6:]}"
    assert set(record.evidence) == {"marks", "no_marks", "for", "against"}
    assert Image.open(out / "pictures" / "RG1_UNCR.jpg").size == tuple(record.size)
    assert read_record(out, "phantom").study_date == ""
    _screen(films / "RG1_UNCR.dcm", "--out", tmp_path / "out", "--no-dicom")
    assert read_record(tmp_path / "out", "RG1_UNCR").study_date == ""
