"""Training learns, is reproducible, resumes, stops early, and logs to TensorBoard."""

import json
import os
import re
import shutil
import subprocess
import sys

import monai.bundle
import numpy as np
import pandas as pd
import pytest
import torch
from monai.bundle import ConfigParser
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.custom_scalar.layout_pb2 import Layout
from tensorboard.plugins.hparams.api_pb2 import Status
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

from chestxr.data import load_split
from tests.bundle.bundle_runs import BUNDLES, RESUNET, SMALL_NETWORK, UNET, config_files, run, training
from tests.phantom import write_collection
from tests.two_processes import in_two_processes

pytestmark = pytest.mark.slow

PARTS = {"train": "training", "validate": "validation"}
HPARAMS = ("experiment", "session_start_info", "session_end_info")
BOTH = pytest.mark.parametrize("bundle", [UNET, RESUNET])


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """Enough films to learn from in two epochs."""
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
def test_two_epochs_improve_on_an_untrained_network(bundle, films, trained, tmp_path):
    untrained = tmp_path / "untrained.pt"
    run(bundle, "train", **training(films, tmp_path / "untrained", epochs=1, learning_rate=0.0))
    (tmp_path / "untrained" / "model.pt").rename(untrained)
    before, _ = _evaluate(bundle, films, tmp_path / "before", checkpoint=str(untrained))
    after, summary = _evaluate(bundle, films, tmp_path / "after", checkpoint=str(trained[bundle] / "model.pt"))
    assert _dice(before) < 0.7 and _dice(after) > 0.85
    assert set(after["structure"]) == {"both lungs", "right lung", "left lung"}
    assert set(after["metric"]) == {"dice", "iou", "hd95", "assd", "dice_loss", "roughness"}
    assert set(after["unit"]) == {"1", "px"}
    row = next(row for row in summary["rows"] if row["site"] == "all" and row["metric"] == "dice")
    assert row["low"] < row["value"] < row["high"] and row["n"] == 12
    assert summary["failures"] == []


def _events(folder):
    [file] = (folder / "tensorboard").iterdir()
    return EventAccumulator(str(file), size_guidance={"images": 0, "tensors": 0}).Reload()


@BOTH
def test_tensorboard_has_few_scalars_and_images(bundle, trained):
    events = _events(trained[bundle])
    structures = ("both lungs", "right lung", "left lung")
    assert set(events.Tags()["scalars"]) == {
        "loss/train",
        "loss/validation",
        "optimizer/learning rate",
        "dice/validation mean",
        "dice/validation best mean",
        *(f"dice/validation {name}" for name in structures),
        *(f"sites/validation dice, {site}" for site in ("montgomery", "shenzhen")),
        *(f"surface distance/validation hd95, {name}, px" for name in structures),
    }
    for tag in events.Tags()["scalars"]:
        assert [event.step for event in events.Scalars(tag)] == [1, 2]
    assert events.Tags()["images"] == ["validation/worst films"]
    assert len(events.Images("validation/worst films")) == 2


def test_tensorboard_combines_related_scalars_in_one_chart(trained):
    events = _events(trained[UNET])
    layout = Layout.FromString(events.Tensors("custom_scalars__config__")[0].tensor_proto.string_val[0])
    drawn = {
        chart.title: {
            tag for tag in events.Tags()["scalars"] for name in chart.multiline.tag if re.fullmatch(name, tag)
        }
        for chart in layout.category[0].chart
    }
    assert drawn["loss"] == {"loss/train", "loss/validation"}
    assert len(drawn["validation dice by structure"]) == len(drawn["validation hd95 by structure, px"]) == 3
    assert len(drawn["validation dice by site"]) == 2 and len(drawn["learning rate"]) == 1


def _text(events, tag):
    return [event.tensor_proto.string_val[0].decode() for event in events.Tensors(f"{tag}/text_summary")]


def test_tensorboard_has_the_full_table_of_each_validation(films, trained):
    tables = _text(_events(trained[UNET]), "validation/table")
    assert len(tables) == 2
    head, _, *rows = ([cell.strip() for cell in line.split("|")[1:-1]] for line in tables[-1].splitlines())
    assert head[3:] == ["all, n = 12", "montgomery, n = 6", "shenzhen, n = 6"]
    assert len({tuple(row[:3]) for row in rows}) == len(rows) == 15
    assert all(np.isfinite(float(cell)) for row in rows for cell in row[3:])


def test_tensorboard_has_the_settings_as_text_and_as_hparams(films, trained):
    events = _events(trained[UNET])
    [text] = _text(events, "settings")
    cells = [cell.strip() for line in text.splitlines()[2:] for cell in line.split("|")[1:-1]]
    shown = dict(zip(cells[::2], cells[1::2], strict=True))
    parts = {tag: events.SummaryMetadata(f"_hparams_/{tag}").plugin_data.content for tag in HPARAMS}
    experiment, start, end = (HParamsPluginData.FromString(parts[tag]) for tag in HPARAMS)
    values = start.session_start_info.hparams
    for name, value in (training(films, trained[UNET]) | {"image_size": "64, 64"}).items():
        assert shown[name] == str(value)
        assert getattr(values[name], values[name].WhichOneof("kind")) in (value, str(value))
    for name in ("seed", "split", "training films", "processes", "chestxr", "monai", "torch", "python"):
        assert shown[name] and values[name].WhichOneof("kind")
    assert (shown["training films"], shown["validation films"]) == ("36", "12")
    assert {column.name for column in experiment.experiment.hparam_infos} == set(shown) - {""} == set(values)
    assert {metric.name.tag for metric in experiment.experiment.metric_infos} <= set(events.Tags()["scalars"])
    assert end.session_end_info.status == Status.STATUS_SUCCESS


def test_training_and_validation_losses_are_comparable(films, tmp_path):
    """On the same films, without augmentation and learning, they are equal."""
    same = {"train#random_transforms": [], "validate#dataset#data": "@train#dataset#data", "learning_rate": 0.0}
    run(UNET, "train", **training(films, tmp_path, epochs=1, **same))
    events = _events(tmp_path)
    train, validation = (events.Scalars(f"loss/{part}")[0].value for part in ("train", "validation"))
    assert train == pytest.approx(validation, rel=1e-5) and train > 0.1


def test_training_on_fewer_films_than_a_batch(films, tmp_path):
    run(UNET, "train", **training(films, tmp_path, epochs=2, batch_size=100))
    assert torch.load(tmp_path / "last.pt", weights_only=True)["iteration"] == 2


def test_weights_are_saved_for_any_validation_interval(films, tmp_path):
    run(UNET, "train", **training(films, tmp_path, epochs=2, val_interval=50))
    best, last = (torch.load(tmp_path / name, weights_only=True) for name in ("model.pt", "last.pt"))
    assert last["best_metric_epoch"] == 2
    assert all(torch.equal(weights, best[name]) for name, weights in last["network"].items())


@pytest.mark.parametrize(
    ("names", "section", "part"),
    [
        (["train"], "train", "training"),
        (["train"], "validate", "validation"),
        (["train", "evaluate"], "validate", "test"),
    ],
)
def test_empty_section_ends_the_run(names, section, part, films, tmp_path):
    with pytest.raises(SystemExit, match=f"found 0 {part} films"):
        run(UNET, *names, **training(films, tmp_path), **{f"{section}#dataset#data": []})
    assert not list(tmp_path.iterdir())


def test_device_may_be_a_string(films, tmp_path):
    small = training(films, tmp_path, epochs=1, device="cpu")
    run(UNET, "train", **small)
    run(
        UNET,
        "train",
        "evaluate",
        **small | {"output_dir": str(tmp_path / "out")},
        checkpoint=str(tmp_path / "model.pt"),
    )
    assert (tmp_path / "out" / "films.csv").is_file()


@BOTH
def test_training_by_monai_labels_stock_app(bundle, films, tmp_path, monkeypatch):
    """3D Slicer sends an empty run_id: MONAI then evaluates every entry of the configuration, in their order."""
    monkeypatch.setenv("MONAI_LABEL_APP_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    root = shutil.copytree(
        BUNDLES / bundle, tmp_path / "model" / bundle, ignore=shutil.ignore_patterns("output", "eval")
    )
    items = load_split(films / "datalist.json", films)["training"][:5]
    items = [{"image": item["image"], "label": item["label"]} for item in items]
    models = root / "models"
    shipped = (models / "model.pt").read_bytes()
    handlers = json.loads((root / "configs" / "train.json").read_text())["train"]["handlers"]
    assert "CheckpointLoader" not in [handler["_target_"] for handler in handlers], "the app would not add one"
    loader = {"_target_": "CheckpointLoader", "load_path": str(models / "model.pt"), "strict": False}
    loader["load_dict"] = {"model": "$@network"}
    trained = []
    for _ in range(2):
        monai.bundle.run(
            run_id="",
            init_id=None,
            final_id=None,
            meta_file=str(root / "configs" / "metadata.json"),
            config_file=str(root / "configs" / "train.json"),
            **{
                "bundle_root": str(root),
                "train#trainer#max_epochs": 2,
                "train#dataset#data": items[:4],
                "train#handlers": [loader, *handlers],
                "validate#dataset#data": items[4:],
                "device": "cpu",
                "image_size": [64, 64],
            },
        )
        trained.append((models / "model.pt").read_bytes())
    assert (models / "model_shipped.pt").read_bytes() == shipped and len({shipped, *trained}) == 3
    # The app uses the file with the shortest name by default.
    assert sorted(path.name for path in models.glob("*.pt")) == ["model.pt", "model_shipped.pt"]
    before, after = (torch.load(models / name, weights_only=True) for name in ("model_shipped.pt", "model.pt"))
    assert before.keys() == after.keys()
    changes = [(before[name].float() - after[name].float()).abs().mean() for name in before if "weight" in name]
    assert 0 < max(changes) < 0.1, "from the shipped weights, not from scratch"


def test_training_twice_gives_the_same_weights(films, trained, tmp_path):
    run(UNET, "train", **training(films, tmp_path))
    _assert_same_weights(trained[UNET] / "last.pt", tmp_path / "last.pt")


def test_resumed_run_matches_an_uninterrupted_run(films, trained, tmp_path):
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


def test_training_stops_early_without_improvement(films, tmp_path):
    run(UNET, "train", **training(films, tmp_path, epochs=6, learning_rate=0.0, patience=2))
    assert torch.load(tmp_path / "last.pt", weights_only=True)["epoch"] == 3


def _run_in_two_processes(bundle, *names, **settings):
    """Run a bundle under torchrun, with gloo on the CPU."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2", "-m"]
    command += ["monai.bundle", "run", "--config_file", str(config_files(bundle, *names))]
    command += [
        f"--bundle_root={BUNDLES / bundle}",
        *(f"--{name}={value}" for name, value in (SMALL_NETWORK[bundle] | settings).items()),
    ]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=300)


def test_two_processes_train_together(films, tmp_path):
    done = _run_in_two_processes(UNET, "train", "multi_gpu_train", **training(films, tmp_path, epochs=1, device="cpu"))
    assert done.returncode == 0, done.stderr[-3000:]
    saved = torch.load(tmp_path / "last.pt", weights_only=True)
    assert saved["iteration"] == 9  # 36 films, 2 processes, 2 films per process and step
    assert not [name for name in saved["network"] if name.startswith("module.")]
    events = _events(tmp_path)  # there is one file
    assert f"train_loss: {events.Scalars('loss/train')[0].value:.4f}" in done.stdout
    assert f"loss: {events.Scalars('loss/validation')[0].value:.4f}" in done.stdout
    assert "| processes | 2 |" in _text(events, "settings")[0]


def test_two_processes_train_on_three_films(films, tmp_path):
    """Fewer films than a batch, and an odd number: one is trained on twice, and one process validates two."""
    three = {f"{part}#dataset#data": f"$@data['{name}'][:3]" for part, name in PARTS.items()}
    settings = training(films, tmp_path, epochs=1, batch_size=8, **three)
    done = _run_in_two_processes(RESUNET, "train", "multi_gpu_train", **settings)
    assert done.returncode == 0, done.stderr[-3000:]
    assert torch.load(tmp_path / "last.pt", weights_only=True)["iteration"] == 1
    assert "all, n = 3" in _text(_events(tmp_path), "validation/table")[0]
    assert (tmp_path / "model.pt").is_file()


def test_two_processes_end_if_one_has_no_film(films, tmp_path):
    settings = training(films, tmp_path, **{"validate#dataset#data": "$@data['validation'][:1]"})
    done = _run_in_two_processes(UNET, "train", "multi_gpu_train", **settings)
    assert done.returncode != 0
    assert "found 1 validation film with a mask; expected at least 2" in done.stderr


def _films_by_epoch(folder):
    """Return the films that this process trains on, by seed and epoch; the last run resumes after one epoch."""
    parser = ConfigParser()
    parser.read_config(config_files(UNET, "train", "multi_gpu_train"))
    data = {"training": [{"image": number, "label": number} for number in range(8)]}
    found = {}
    for name, seed, epoch in (("whole", 0, 0), ("other seed", 1, 0), ("resumed", 0, 1)):
        plain = {"train#preprocessing#transforms": [], "train#handlers": [], "seed": seed, "data": data}
        parser.update(plain | {"device": "cpu", "epochs": 3, "cache_rate": 0.0, "batch_size": 1})
        parser.parse(reset=True)
        trainer, drawn = parser.get_parsed_content("train#trainer"), {}

        def note(engine, batch, drawn=drawn):
            drawn.setdefault(engine.state.epoch, []).append(int(batch["image"]))

        trainer._process_function, trainer.state.epoch = note, epoch
        trainer.run()
        found[name] = drawn
    return found


def test_films_are_distributed_differently_in_each_epoch(tmp_path):
    """The distribution depends on the seed, and is the same in a resumed run."""
    one, other = in_two_processes(_films_by_epoch, tmp_path)
    for epoch in (1, 2, 3):
        assert sorted(one["whole"][epoch] + other["whole"][epoch]) == list(range(8))
    assert len({tuple(films) for films in one["whole"].values()}) == 3
    assert one["other seed"] != one["whole"]
    assert one["resumed"] == {epoch: one["whole"][epoch] for epoch in (2, 3)}


def test_two_processes_give_the_same_evaluation_as_one(films, trained, tmp_path):
    checkpoint = str(trained[UNET] / "model.pt")
    alone, _ = _evaluate(UNET, films, tmp_path / "alone", checkpoint=checkpoint)
    settings = training(films, tmp_path / "together") | {"checkpoint": checkpoint}
    done = _run_in_two_processes(UNET, "train", "evaluate", "multi_gpu_evaluate", **settings)
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads((tmp_path / "together" / "summary.json").read_text())["failures"] == []
    assert len(list((tmp_path / "together" / "tensorboard").iterdir())) == 1
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
