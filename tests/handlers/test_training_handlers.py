"""Validation interval, early stopping and resumption, without a network."""

import logging

import pytest
import torch
from ignite.engine import Engine, Events
from monai.engines import Evaluator

from chestxr.handlers import BestCheckpoint, EpochValidation, LastCheckpoint
from chestxr.handlers.early_stopping import ResumableEarlyStopping


class _Evaluator(Evaluator):
    """Evaluator that returns given values and records its epochs."""

    def __init__(self, values=(1.0,)):
        super().__init__(device="cpu", val_data_loader=[0])
        self.values, self.epochs = list(values), []

    def run(self, global_epoch=1):
        self.epochs.append(global_epoch)
        value = self.values[min(len(self.epochs), len(self.values)) - 1]
        self.state.epoch = global_epoch
        if value > self.state.best_metric:
            self.state.best_metric, self.state.best_metric_epoch = value, global_epoch


def _trainer(*handlers):
    engine = Engine(lambda engine, batch: None)
    engine.scaler = None
    for handler in handlers:
        handler.attach(engine)
    return engine


@pytest.mark.parametrize(
    ("interval", "epochs", "validated"), [(1, 3, [1, 2, 3]), (2, 4, [2, 4]), (2, 5, [2, 4, 5]), (9, 2, [2])]
)
def test_last_epoch_is_validated_and_none_twice(interval, epochs, validated):
    evaluator = _Evaluator()
    _trainer(EpochValidation(interval, evaluator)).run([0], max_epochs=epochs)
    assert evaluator.epochs == validated


def test_training_stops_right_after_a_validation():
    """Patience of two epochs with validation every third: no epoch is trained without a later validation."""
    evaluator = _Evaluator()
    state = _trainer(ResumableEarlyStopping(2, evaluator), EpochValidation(3, evaluator)).run([0], max_epochs=20)
    assert evaluator.epochs == [3, 6] and state.epoch - 1 == 6


def test_resumed_run_stops_where_an_uninterrupted_one_does(tmp_path):
    for _ in range(2):
        evaluator = _Evaluator()
        checkpoint = LastCheckpoint(tmp_path / "last.pt", {}, evaluator)
        engine = _trainer(ResumableEarlyStopping(2, evaluator), EpochValidation(3, evaluator), checkpoint)
        state = engine.run([0], max_epochs=20)
    assert evaluator.epochs == [] and state.epoch - 1 == 6


def test_gradient_scaler_is_restored(tmp_path):
    engine = _trainer(LastCheckpoint(tmp_path / "last.pt", {}, _Evaluator()))
    engine.scaler = torch.amp.GradScaler("cpu", init_scale=8.0)
    engine.run([0], max_epochs=1)
    resumed = _trainer(LastCheckpoint(tmp_path / "last.pt", {}, _Evaluator()))
    resumed.scaler = torch.amp.GradScaler("cpu")
    resumed.run([0], max_epochs=2)
    assert resumed.scaler.get_scale() == 8.0


@pytest.mark.parametrize("first", [None, torch.amp.GradScaler("cpu", enabled=False)])
def test_run_without_a_scaler_resumes_with_one(first, tmp_path):
    engine = _trainer(LastCheckpoint(tmp_path / "last.pt", {}, _Evaluator()))
    engine.scaler = first
    engine.run([0], max_epochs=1)
    resumed = _trainer(LastCheckpoint(tmp_path / "last.pt", {}, _Evaluator()))
    resumed.scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
    assert resumed.run([0], max_epochs=2).epoch == 2 and resumed.scaler.get_scale() == 4.0


def test_completed_run_logs_a_warning(tmp_path, caplog):
    for _ in range(2):
        engine, trained = _trainer(LastCheckpoint(tmp_path / "last.pt", {}, _Evaluator())), []
        engine.add_event_handler(Events.EPOCH_COMPLETED, lambda engine, trained=trained: trained.append(engine))
        with caplog.at_level(logging.WARNING):
            engine.run([0], max_epochs=2)
    assert not trained and "nothing is left to do" in caplog.text and "--resume false" in caplog.text


def _run_on(films, path, epochs=2):
    """Train on films; return the epochs that were trained."""
    engine, trained = _trainer(LastCheckpoint(path, {}, _Evaluator(), films)), []
    engine.add_event_handler(Events.EPOCH_COMPLETED, lambda engine: trained.append(engine.state.epoch))
    engine.run([0], max_epochs=epochs)
    return trained


def _datalist(folder, **labels):
    folder.mkdir(exist_ok=True)
    for name, content in labels.items():
        (folder / name).write_text(content)
    return [{"film": name, "image": str(folder / f"{name}.png"), "label": str(folder / name)} for name in labels]


def test_run_resumes_only_with_the_same_films_and_labels(tmp_path):
    path = tmp_path / "last.pt"
    assert _run_on(_datalist(tmp_path / "one", a="lung", b="lungs"), path) == [1, 2]
    assert _run_on(_datalist(tmp_path / "moved", b="lungs", a="lung"), path, epochs=3) == [3]
    before = path.read_bytes()
    for other in ({"a": "lung"}, {"a": "lung", "b": "corrected"}, {"a": "lung", "c": "lungs"}):
        with pytest.raises(ValueError, match="other films or labels"):
            _run_on(_datalist(tmp_path / "one", **other), path, epochs=4)
    assert path.read_bytes() == before


def test_broken_checkpoint_raises(tmp_path):
    (tmp_path / "last.pt").write_bytes(b"broken")
    with pytest.raises(ValueError, match=r"last\.pt: found a broken checkpoint"):
        _run_on([], tmp_path / "last.pt")


def test_restarted_trainer_keeps_its_current_weights(tmp_path):
    """Federated learning sets the network's weights between two rounds."""
    layer = torch.nn.Linear(1, 1)
    engine = _trainer(LastCheckpoint(tmp_path / "last.pt", {"layer": layer}, _Evaluator()))
    engine.run([0], max_epochs=1)
    torch.nn.init.constant_(layer.weight, 7.0)
    engine.run([0], max_epochs=2)
    assert layer.weight.item() == 7.0 and engine.state.epoch == 2


def test_original_weights_are_backed_up(tmp_path):
    path, backup = tmp_path / "model.pt", tmp_path / "model_shipped.pt"
    path.write_bytes(b"shipped")
    evaluator = _Evaluator()
    evaluator.state.best_metric_epoch = evaluator.state.epoch = 1
    for _ in range(2):
        BestCheckpoint(torch.nn.Linear(1, 1), path, backup)(evaluator)
    assert backup.read_bytes() == b"shipped" and torch.load(path, weights_only=True)
