"""Handlers and collective operations in a distributed run."""

import json

import pandas as pd
import pytest
import torch
from ignite.distributed import get_rank
from ignite.engine import Engine
from monai.data import Dataset, MetaTensor
from monai.transforms import Compose, RandGaussianNoised

from chestxr.handlers import EpochSeed, LastCheckpoint, TrainingLoss
from chestxr.handlers.across_processes import broadcast_from_first, gather_lists
from chestxr.handlers.evaluation_writer import EvaluationWriter
from chestxr.handlers.per_image_metrics import PerImageMetrics
from chestxr.utils.errors import FilmError
from tests.two_processes import in_two_processes

pytestmark = pytest.mark.slow

BROKEN = FilmError("x.png", "broken", "a film", "copy it again")
BROKEN.film = "x"


def _look(folder):
    """Return the results of one process."""
    rank = get_rank()
    first_has_none = gather_lists([] if rank == 0 else ["one", "two"])
    return {
        "nobody has any": gather_lists([]),
        "the first has none": first_has_none,
        "the first one's": broadcast_from_first({"weights": torch.ones(2) * rank, "rank": rank}),
        "resumed": _resume(folder / f"of process {rank}"),
        "noise": _augment(),
        "loss": _mean_loss(1.0 + 2.0 * rank),
        "films": list(_measure(rank)["film"]),
        "failures": [_failures(folder / "none", []), _failures(folder / "one", [BROKEN][rank:])],
    }


def _resume(folder):
    """Save only in the first process, on its own file system; resume in both."""
    folder.mkdir()
    layer, engine, evaluator = torch.nn.Linear(1, 1), Engine(lambda engine, batch: None), Engine(lambda e, b: None)
    engine.scaler, engine.state.max_epochs = None, 9
    handler = LastCheckpoint(folder / "last.pt", {"layer": layer}, evaluator)
    evaluator.state.best_metric, evaluator.state.best_metric_epoch, evaluator.state.epoch = 0.5, 2, 3
    engine.state.epoch, engine.state.iteration = 4, 8
    torch.nn.init.constant_(layer.weight, 7.0)
    handler.save(engine)
    torch.nn.init.constant_(layer.weight, 0.0)
    engine.state.epoch = evaluator.state.best_metric = evaluator.state.epoch = 0
    handler.restore(engine)
    return layer.weight.item(), engine.state.epoch, evaluator.state.best_metric, evaluator.state.epoch


def _augment():
    """Draw noise in two epochs."""
    data = Dataset([{"image": torch.zeros(1, 2, 2)}], Compose([RandGaussianNoised("image", prob=1.0)]))
    engine, drawn = Engine(lambda engine, batch: drawn.append(float(data[0]["image"].sum()))), []
    EpochSeed(3, data).attach(engine)
    engine.run([0], max_epochs=2)
    return drawn


def _mean_loss(loss):
    engine = Engine(lambda engine, batch: [{"loss": loss}])
    TrainingLoss().attach(engine)
    return engine.run([0]).metrics["train_loss"]


def _measure(rank):
    """Measure two films in the first process, none in the second."""
    engine = Engine(lambda engine, batch: batch)
    table = PerImageMetrics(["lungs"], {"dice": "1"})
    image = MetaTensor(torch.zeros(1, 4, 4), meta={"pixel_spacing_mm": [0.2, 0.2]})
    engine.state.batch = [{"film": f"film{number}", "site": "here", "image": image} for number in range(2)][2 * rank :]
    engine.state.metric_details = {"dice": torch.tensor([[0.5], [0.6]])}
    table._start(engine)
    table._record_films(engine)
    table._build(engine)
    return engine.state.film_table


def _failures(folder, errors):
    engine = Engine(lambda engine, batch: None)
    row = {"film": "a", "site": "here", "structure": "lungs", "metric": "dice", "value": 0.5, "unit": "1"}
    engine.state.film_table = pd.DataFrame([row])
    folder.mkdir(exist_ok=True)
    EvaluationWriter(folder, {}, errors)(engine)
    torch.distributed.barrier()
    return json.loads((folder / "summary.json").read_text())["failures"]


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return in_two_processes(_look, tmp_path_factory.mktemp("two"))


def test_lists_are_concatenated_and_may_be_empty(found):
    for process in found:
        assert process["nobody has any"] == [] and process["the first has none"] == ["one", "two"]


def test_broadcast_returns_the_first_processs_value(found):
    for process in found:
        assert process["the first one's"]["rank"] == 0 and not process["the first one's"]["weights"].any()


def test_all_processes_resume_from_the_first_ones_checkpoint(found):
    assert found[0]["resumed"] == found[1]["resumed"] == (7.0, 4, 0.5, 3)


def test_no_two_processes_augment_alike(found):
    noise = found[0]["noise"] + found[1]["noise"]
    assert len(set(noise)) == len(noise) == 4


def test_training_loss_is_averaged_over_processes(found):
    assert found[0]["loss"] == found[1]["loss"] == 2.0


def test_per_image_metrics_are_gathered(found):
    assert found[0]["films"] == found[1]["films"] == ["film0", "film1"]


def test_failures_are_gathered(found):
    none, one = found[0]["failures"]
    assert none == [] and [failure["film"] for failure in one] == ["x"]


def test_single_process_returns_its_own_values():
    assert gather_lists(["one"]) == ["one"] and broadcast_from_first("mine") == "mine"
