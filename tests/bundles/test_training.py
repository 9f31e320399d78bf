"""Training: it learns, repeats, resumes, stops, and can be watched."""

import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from tests.bundles.bundle_runs import BUNDLES, RESUNET, SMALL_NETWORK, UNET, config_files, run, training
from tests.phantom import write_collection

BOTH = pytest.mark.parametrize("bundle", [UNET, RESUNET])


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """Enough films for two epochs to teach something."""
    root = tmp_path_factory.mktemp("films")
    write_collection(root, 60)
    return root


@pytest.fixture(scope="module")
def trained(films, tmp_path_factory):
    """Both bundles, trained for two epochs."""
    folders = {}
    for bundle in (UNET, RESUNET):
        folders[bundle] = tmp_path_factory.mktemp(bundle)
        run(bundle, "train", **training(films, folders[bundle]))
    return folders


def _evaluate(bundle, films, output, **overrides):
    settings = training(films, output) | {"output_dir": str(output)} | overrides
    run(bundle, "train", "evaluate", **settings)
    return pd.read_csv(output / "films.csv"), json.loads((output / "summary.json").read_text())


def _dice(table):
    return table.query("metric == 'dice' and structure == 'both lungs'")["value"].mean()


@BOTH
def test_two_epochs_teach_what_an_untrained_network_cannot_know(bundle, films, trained, tmp_path):
    untrained = tmp_path / "untrained.pt"
    run(bundle, "train", **training(films, tmp_path / "untrained", epochs=1, learning_rate=0.0))
    (tmp_path / "untrained" / "model.pt").rename(untrained)
    before, _ = _evaluate(bundle, films, tmp_path / "before", checkpoint=str(untrained))
    after, summary = _evaluate(bundle, films, tmp_path / "after", checkpoint=str(trained[bundle] / "model.pt"))
    assert _dice(before) < 0.7 and _dice(after) > 0.85
    assert set(after["structure"]) == {"both lungs", "right lung", "left lung"}
    assert set(after["metric"]) == {"dice", "iou", "hd95", "assd", "dice_loss"} and set(after["unit"]) == {"1", "px"}
    row = next(row for row in summary["rows"] if row["site"] == "all" and row["metric"] == "dice")
    assert row["low"] < row["value"] < row["high"] and row["n"] == 12
    assert summary["failures"] == []


@BOTH
def test_tensorboard_shows_the_run(bundle, trained):
    events = EventAccumulator(str(trained[bundle] / "tensorboard"), size_guidance={"images": 0}).Reload()
    scalars, images = events.Tags()["scalars"], events.Tags()["images"]
    for tag in ("train/loss", "train/learning rate", "validation/dice/both lungs", "validation/iou/left lung"):
        assert tag in scalars
    for tag in ("validation/hd95/right lung", "validation/assd/both lungs", "validation/dice_loss"):
        assert tag in scalars
    assert any(tag.startswith("validation sites/dice/both lungs/") for tag in scalars)
    assert images == ["validation/worst films"]
    assert len(events.Images("validation/worst films")) == 2


def test_training_twice_gives_the_same_weights(films, trained, tmp_path):
    run(UNET, "train", **training(films, tmp_path))
    _assert_same_weights(trained[UNET] / "last.pt", tmp_path / "last.pt")


def test_a_resumed_run_ends_as_one_that_was_not_killed(films, trained, tmp_path):
    """Kill the run after its first epoch, start it again, and compare with the uninterrupted run."""
    settings = training(films, tmp_path) | SMALL_NETWORK[UNET]
    arguments = [f"--{name}={value}" for name, value in settings.items()]
    program = "import monai.bundle, fire, chestxr.handlers as h, os\n"
    program += "save = h.LastCheckpoint.save\n"
    program += "h.LastCheckpoint.save = lambda self, trainer: (save(self, trainer), os._exit(9))\n"
    program += "fire.Fire(monai.bundle.run)"
    command = [sys.executable, "-c", program, "--config_file", str(config_files(UNET, "train"))]
    killed = subprocess.run(
        [*command, f"--bundle_root={BUNDLES / UNET}", *arguments], capture_output=True, text=True, check=False
    )
    assert killed.returncode == 9, killed.stderr[-2000:]
    assert torch.load(tmp_path / "last.pt", weights_only=True)["epoch"] == 1
    run(UNET, "train", **training(films, tmp_path))
    _assert_same_weights(trained[UNET] / "last.pt", tmp_path / "last.pt")


def _assert_same_weights(one, other):
    one, other = (torch.load(path, weights_only=True) for path in (one, other))
    assert one["epoch"] == other["epoch"] == 2
    assert one["best_metric"] == other["best_metric"]
    for name, weights in one["network"].items():
        assert torch.equal(weights, other["network"][name]), name


def test_training_stops_when_nothing_gets_better(films, tmp_path):
    run(UNET, "train", **training(films, tmp_path, epochs=6, learning_rate=0.0, patience=2))
    assert torch.load(tmp_path / "last.pt", weights_only=True)["epoch"] == 3


def _run_in_two_processes(*names, **settings):
    """Run the U-Net bundle under torchrun, with gloo on the CPU."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2", "-m"]
    command += ["monai.bundle", "run", "--config_file", str(config_files(UNET, *names))]
    command += [
        f"--bundle_root={BUNDLES / UNET}",
        *(f"--{name}={value}" for name, value in (SMALL_NETWORK[UNET] | settings).items()),
    ]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


def test_two_processes_train_together(films, tmp_path):
    _run_in_two_processes("train", "multi_gpu_train", **training(films, tmp_path, epochs=1))
    saved = torch.load(tmp_path / "last.pt", weights_only=True)
    assert saved["iteration"] == 9  # 36 films, 2 processes, 2 films each a step
    assert not [name for name in saved["network"] if name.startswith("module.")]


def test_two_processes_evaluate_as_one_does(films, trained, tmp_path):
    checkpoint = str(trained[UNET] / "model.pt")
    alone, _ = _evaluate(UNET, films, tmp_path / "alone", checkpoint=checkpoint)
    settings = training(films, tmp_path / "together") | {"checkpoint": checkpoint}
    _run_in_two_processes("train", "evaluate", "multi_gpu_evaluate", **settings)
    together = pd.read_csv(tmp_path / "together" / "films.csv")
    order = ["film", "structure", "metric"]
    pd.testing.assert_frame_equal(
        alone.sort_values(order, ignore_index=True), together.sort_values(order, ignore_index=True), atol=1e-4
    )


def test_evaluation_lists_films_that_fail(films, trained, tmp_path):
    broken = tmp_path / "films"
    write_collection(broken, 60)
    split = json.loads((broken / "datalist.json").read_text())
    bad = split["test"][0]
    (broken / bad["image"]).write_bytes(b"broken")
    with pytest.raises(SystemExit):
        _evaluate(UNET, broken, tmp_path / "out", checkpoint=str(trained[UNET] / "model.pt"))
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert [failure["film"] for failure in summary["failures"]] == [bad["film"]]
    assert all(row["n"] <= 11 and np.isfinite(row["value"]) for row in summary["rows"])
