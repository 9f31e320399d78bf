"""The lesion bundle learns a synthetic opacity, resumes, and marks it."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import nibabel
import numpy as np
import pandas as pd
import pytest
import torch
from monai.bundle import ConfigParser
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.custom_scalar.layout_pb2 import Layout

from tests.bundle.bundle_runs import BUNDLES, LESIONS, config_files, run
from tests.phantom import chest_film

pytestmark = pytest.mark.slow

SIZE = 256
SMALL = {
    "image_size": [96, 96],
    "film_size": [SIZE, SIZE],
    "batch_size": 4,
    "learning_rate": 0.003,
    "average#momentum": 0.2,
    "warmup_epochs": 0,
    "val_interval": 1,
    "picture_interval": 1,
}
SECTIONS = {"training": 24, "validation": 4, "test": 8}


@pytest.fixture(scope="module")
def films(tmp_path_factory) -> Path:
    """Films in the layout of TBX11K, each with an opacity in a lung and its box, and a datalist."""
    root = tmp_path_factory.mktemp("lesions")
    (root / "films").mkdir()
    random = np.random.default_rng(0)
    boxes, names = [], []
    for number in range(sum(SECTIONS.values())):
        film, labels = chest_film((SIZE, SIZE), number)
        lung = np.argwhere(labels == 1 + number % 2)
        x, y = lung[random.integers(len(lung) // 4, 3 * len(lung) // 4)]
        columns, rows = np.ogrid[:SIZE, :SIZE]
        distance = (columns - x) ** 2 + (rows - y) ** 2
        film = film + 90 * np.exp(-distance / (2 * 9**2))
        name = f"tb{number:04}"
        Image.fromarray(film.clip(0, 255).T.astype(np.uint8)).save(root / "films" / f"{name}.png")
        left, top = max(0, x - 20), max(0, y - 20)
        kind = "latent" if number % 3 == 0 else "active"
        boxes.append([f"{name}.png", kind, left, top, min(40, SIZE - left), min(40, SIZE - top)])
        names.append({"film": name})
    with (root / "boxes.csv").open("w") as table:
        csv.writer(table).writerows([["film", "kind", "left", "top", "width", "height"], *boxes])
    ends = np.cumsum([0, *SECTIONS.values()])
    parts = {name: names[start:end] for name, start, end in zip(SECTIONS, ends, ends[1:], strict=False)}
    (root / "split.json").write_text(json.dumps(parts))
    return root


def _settings(films: Path, output: Path, **overrides) -> dict:
    folders = {"dataset_dir": str(films), "split": str(films / "split.json"), "output_dir": str(output)}
    return SMALL | folders | {"tensorboard_dir": str(output / "tensorboard"), "epochs": 6} | overrides


@pytest.fixture(scope="module")
def trained(films, tmp_path_factory) -> Path:
    """A training run, killed after its second epoch and resumed."""
    output = tmp_path_factory.mktemp("trained")
    for epochs in (2, 6):
        run(LESIONS, "train", small_network=False, **_settings(films, output, epochs=epochs, schedule_epochs=6))
    return output


def _events(folder: Path) -> EventAccumulator:
    return EventAccumulator(str(folder), size_guidance={"images": 0}).Reload()


def test_training_learns_the_opacity_and_evaluation_finds_it(films, trained, tmp_path):
    settings = _settings(films, tmp_path, checkpoint=str(trained / "model.pt"))
    meta = str(BUNDLES / LESIONS / "configs" / "metadata.json")
    run(LESIONS, "train", "evaluate", small_network=False, meta_file=meta, **settings)
    summary = json.loads((tmp_path / "summary.json").read_text())
    rows = {row["metric"]: row for row in summary["rows"]}
    assert rows["first mark in a box"]["value"] >= 0.75 and rows["first mark in a box"]["n"] == 8
    assert rows["sensitivity at 1 false marks"]["value"] >= 0.75
    assert rows["sensitivity at 1 false marks, active"]["n"] + rows["sensitivity at 1 false marks, latent"]["n"] == 8
    assert rows["AUC of zones inside films"]["value"] > 0.8 and summary["failures"] == []
    marks = pd.read_csv(tmp_path / "marks.csv")
    assert set(marks.columns) == {"film", "x", "y", "probability", "zone"} and marks["film"].nunique() > 4
    assert (tmp_path / "zones.csv").is_file()


def test_tensorboard_shows_metrics_and_the_worst_films(trained):
    events = _events(trained / "tensorboard")
    tags = set(events.Tags()["scalars"])
    layout = Layout.FromString(events.Tensors("custom_scalars__config__")[0].tensor_proto.string_val[0])
    charts = {chart.title: set(chart.multiline.tag) for category in layout.category for chart in category.chart}
    assert len(charts) == 3 and all(shown <= tags for shown in charts.values())
    assert "froc/validation best mean" in tags
    assert len(events.Images("validation/worst films")) == 6


def test_resumed_run_trained_the_remaining_epochs(trained):
    saved = torch.load(trained / "last.pt", weights_only=True)
    assert saved["epoch"] == 6 and saved["iteration"] == 6 * 6
    weights = torch.load(trained / "model.pt", weights_only=True)
    assert weights.keys() == saved["average"].keys()


def test_inference_marks_the_opacity_and_goes_on_after_a_broken_film(films, trained, tmp_path):
    folder = tmp_path / "films"
    folder.mkdir()
    known = json.loads((films / "split.json").read_text())["test"]
    for item in known[:3]:
        (folder / f"{item['film']}.png").symlink_to(films / "films" / f"{item['film']}.png")
    (folder / "broken.png").write_text("no film")
    settings = {"image_size": [96, 96], "film_size": [SIZE, SIZE], "checkpoint": str(trained / "model.pt")}
    with pytest.raises(SystemExit) as ended:
        run(LESIONS, "inference", small_network=False, films=str(folder), output_dir=str(tmp_path / "out"), **settings)
    assert ended.value.code == 1
    table = pd.read_csv(tmp_path / "out" / "films.csv").set_index("film")
    assert table.loc["broken", "status"] == "failed" and "no film" not in str(table.loc["broken", "reason"])
    assert (table.drop("broken")["status"] == "ok").all() and len(table) == 4
    evidence = table.drop("broken").filter(like=".lesion.")
    assert evidence.shape[1] == 9 * 7 and evidence.notna().all().all()
    with Image.open(tmp_path / "out" / f"{known[0]['film']}_lesions.png") as picture:
        assert picture.size == (1024, 1024)
    assert not (tmp_path / "out" / "broken_lesions.png").exists()


def test_marks_do_not_depend_on_how_the_file_is_stored(films, trained, tmp_path):
    """A place is in pixels of the upright film, from PNG and from NIfTI flipped either way."""
    folder = tmp_path / "films"
    folder.mkdir()
    film = json.loads((films / "split.json").read_text())["test"][0]["film"]
    with Image.open(films / "films" / f"{film}.png") as picture:
        picture.save(folder / "png.png")
        pixels = np.asarray(picture).T.astype(np.int16)
    last = SIZE - 1
    for name, stored, affine in (
        ("upright", pixels, np.diag([-1, -1, 1, 1])),
        ("mirrored", pixels[::-1], np.array([[1, 0, 0, -last], [0, -1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])),
        ("upside-down", pixels[:, ::-1], np.array([[-1, 0, 0, 0], [0, 1, 0, -last], [0, 0, 1, 0], [0, 0, 0, 1]])),
    ):
        nibabel.save(nibabel.Nifti1Image(stored[..., None], affine.astype(float)), folder / f"{name}.nii.gz")
    settings = {"image_size": [96, 96], "film_size": [SIZE, SIZE], "checkpoint": str(trained / "model.pt")}
    run(LESIONS, "inference", small_network=False, films=str(folder), output_dir=str(tmp_path / "out"), **settings)
    marks = pd.read_csv(tmp_path / "out" / "marks.csv").set_index("film")
    assert len(marks) > 0 and set(marks.index) == {"png", "upright", "mirrored", "upside-down"}
    for name in ("upright", "mirrored", "upside-down"):
        pd.testing.assert_frame_equal(marks.loc[[name]], marks.loc[["png"]].rename(index={"png": name}))


def test_two_processes_train_and_evaluate_together(films, tmp_path):
    settings = _settings(films, tmp_path, epochs=1, device="cpu")
    files = str(config_files(LESIONS, "train", "multi_gpu_train"))
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2", "-m"]
    command += ["monai.bundle", "run", "--config_file", files, f"--bundle_root={BUNDLES / LESIONS}"]
    command += [f"--{name}={value}" for name, value in settings.items()]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    saved = torch.load(tmp_path / "last.pt", weights_only=True)
    assert saved["iteration"] == 3 and not [name for name in saved["average"] if name.startswith("module.")]


def test_training_and_inference_prepare_films_alike():
    """The chains are the same, but for the boxes, which only training has."""
    chains = []
    for name in ("train", "inference"):
        parser = ConfigParser()
        parser.read_config(config_files(LESIONS, name))
        parser["bundle_root"] = str(BUNDLES / LESIONS)
        chains.append([type(step).__name__ for step in parser.get_parsed_content("image_transforms")])
    assert [name for name in chains[0] if name != "LesionMaskd"] == chains[1]
