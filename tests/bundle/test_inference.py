"""Inference with the shipped weights."""

import json
import shutil
import subprocess
import sys

import nibabel as nib
import numpy as np
import pandas as pd
import pytest
import torch
from monai.metrics import compute_dice
from PIL import Image

from chestxr.data import load_split
from chestxr.io import read_mask
from chestxr.transforms import LungLabels
from tests.bundle.bundle_runs import BUNDLES, RESUNET, UNET, config_files, run
from tests.io.film_files import save_everywhere

BOTH = pytest.mark.parametrize("bundle", [UNET, RESUNET])


def _infer(bundle, films, output, **overrides) -> pd.DataFrame:
    run(bundle, "inference", small_network=False, films=films, output_dir=str(output), **overrides)
    return pd.read_csv(output / "films.csv").set_index("film")


@BOTH
def test_lungs_of_a_real_dicom_film(bundle, chest_dicom, tmp_path):
    table = _infer(bundle, str(chest_dicom), tmp_path, mask_format=".nii.gz", save_probability=True)
    assert table.loc["RG1_UNCR", "status"] == "ok"
    lungs, _ = read_mask([tmp_path / "RG1_UNCR_lungs.nii.gz"])
    assert lungs.shape == (1841, 1955)
    right, left = np.nonzero(lungs == 1), np.nonzero(lungs == 2)
    assert right[0].max() < left[0].min()
    assert 0.12 < (lungs == 1).mean() < 0.22 and 0.12 < (lungs == 2).mean() < 0.22
    assert Image.open(tmp_path / "RG1_UNCR_overlay.png").size == (964, 1024)
    assert nib.load(tmp_path / "RG1_UNCR_probability.nii.gz").shape == (1841, 1955, 1, 3)


def test_channels_last_gives_nearly_the_same_mask(chest_dicom, tmp_path):
    for name, overlay in (("first", ()), ("last", ("inference_channels_last",))):
        out = str(tmp_path / name)
        run(RESUNET, "inference", *overlay, small_network=False, films=str(chest_dicom), output_dir=out)
    one, other = (read_mask([tmp_path / name / "RG1_UNCR_lungs.png"])[0] for name in ("first", "last"))
    assert all(
        (2 * ((one == side) & (other == side)).sum()) / ((one == side).sum() + (other == side).sum()) > 0.999
        for side in (1, 2)
    )


@BOTH
def test_a_leg_is_flagged(bundle, leg_dicom, tmp_path):
    table = _infer(bundle, str(leg_dicom), tmp_path, save_overlay=False)
    assert table.loc["RG3_UNCR", "status"] == "warning"
    assert isinstance(table.loc["RG3_UNCR", "reason"], str)
    assert not (tmp_path / "RG3_UNCR_overlay.png").exists()


def test_every_file_format_gives_the_same_mask(chest_dicom, tmp_path):
    from chestxr.io import read_film

    film, _ = read_film(chest_dicom)
    pixels = np.ascontiguousarray(film.T[::4, ::4], dtype=np.uint16)
    folder = tmp_path / "films"
    folder.mkdir()
    paths = save_everywhere(folder, pixels)
    _infer(UNET, [str(path) for path in paths.values()], tmp_path / "out", save_overlay=False)
    masks = [np.asarray(Image.open(path)) for path in sorted((tmp_path / "out").glob("*_lungs.png"))]
    assert len(masks) == len(paths)
    assert all(np.array_equal(mask, masks[0]) for mask in masks) and set(np.unique(masks[0])) == {0, 1, 2}


@pytest.mark.slow
def test_unreadable_films_are_listed_and_the_others_finished(chest_dicom, tmp_path):
    """From the command line, outside the bundle's folder."""
    folder = tmp_path / "films"
    folder.mkdir()
    shutil.copy(chest_dicom, folder / "good.dcm")
    (folder / "bad.dcm").write_bytes(chest_dicom.read_bytes()[:200_000])
    command = [sys.executable, "-m", "monai.bundle", "run", "--config_file", *config_files(UNET, "inference")]
    command += ["--bundle_root", str(BUNDLES / UNET), "--films", str(folder), "--output_dir", "out"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "1 of 2 films could not be read" in done.stderr and "bad.dcm: found truncated" in done.stderr
    table = pd.read_csv(tmp_path / "out" / "films.csv").set_index("film")
    assert table["status"].to_dict() == {"good": "ok", "bad": "failed"}
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "films.csv",
        "good_lungs.png",
        "good_overlay.png",
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("word", "drawn"), [("false", False), ("true", True), ("False", False)])
def test_boolean_overrides_on_the_command_line(chest_dicom, tmp_path, word, drawn):
    command = [sys.executable, "-m", "monai.bundle", "run", "--config_file", *config_files(UNET, "inference")]
    command += ["--bundle_root", str(BUNDLES / UNET), "--films", str(chest_dicom), "--output_dir", str(tmp_path)]
    subprocess.run([*command, "--save_overlay", word], check=True, capture_output=True)
    assert bool(list(tmp_path.glob("*_overlay.png"))) == drawn


@pytest.mark.slow
def test_missing_package_is_named(tmp_path):
    """Without chestxr the error states what to install."""
    program = "import sys; sys.modules['chestxr'] = None; import fire, monai.bundle; fire.Fire(monai.bundle.run)"
    command = [sys.executable, "-c", program, "--config_file", *config_files(UNET, "inference"), "--films", "x"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "pip install" in done.stderr and "chestxr" in done.stderr


@pytest.mark.films
@BOTH
def test_shipped_weights_on_real_test_films(bundle, real_films, tmp_path):
    """The Dice stated in the README holds on a few test films of both sites."""
    films = load_split("default", real_films, masked=True)["test"][::20]
    _infer(bundle, [item["image"] for item in films], tmp_path, save_overlay=False)
    scores = []
    for item in films:
        truth = LungLabels()(read_mask([item["label"]])[0][None])
        pred = read_mask([tmp_path / f"{item['film']}_lungs.png"])[0][None]
        scores.append(compute_dice(torch.as_tensor(pred > 0)[None], torch.as_tensor(truth > 0)[None]).item())
    assert np.median(scores) > 0.95, json.dumps(dict(zip((item["film"] for item in films), scores, strict=True)))
