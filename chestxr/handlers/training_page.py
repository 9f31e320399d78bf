"""Write settings, training loss and learning rate to TensorBoard."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from ignite.distributed import one_rank_only
from ignite.engine import Engine, Events
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams import metadata
from tensorboard.plugins.hparams.api_pb2 import DataType, Experiment, HParamInfo, MetricInfo, MetricName, Status
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData, SessionEndInfo, SessionStartInfo
from torch.optim import Optimizer
from torch.utils.tensorboard import SummaryWriter

from chestxr.utils.provenance import package_versions

from .markdown_table import markdown_table

__all__ = ["TrainingPage"]

# Columns that HParams shows by default.
_COLUMNS_SHOWN = 5
_TEXT_COLUMNS = 3


class TrainingPage:
    """
    Write a training run's settings, its loss and its learning rate to TensorBoard, and define the charts.

    The scalars are ``loss/train``, the mean of the epoch; ``optimizer/learning rate`` at its end; and
    ``dice/validation best mean``, the best so far, named after the key metric. Custom Scalars combines them and those
    of :py:class:`TensorBoardMetrics` in a few charts. The settings are shown under Text and HParams.

    Parameters
    ----------
    summary_writer : torch.utils.tensorboard.SummaryWriter or None
        The first process's writer; None in the others.
    optimizer : torch.optim.Optimizer
        The optimizer, for its learning rate.
    evaluator : ignite.engine.Engine
        The validation engine, for its best metric.
    structures : sequence of str
        Names of the validated structures.
    settings : mapping of str to object
        The run's settings, by name; package versions are added. HParams shows the first five by default.
    charts : mapping of str to list of str, optional
        Charts of Custom Scalars by title, each with its tags; by default those of a segmentation.
    """

    def __init__(
        self,
        summary_writer: SummaryWriter | None,
        optimizer: Optimizer,
        evaluator: Engine,
        structures: Sequence[str],
        settings: Mapping[str, Any],
        charts: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.summary_writer: Any = summary_writer
        self.optimizer = optimizer
        self.evaluator = evaluator
        self.structures = list(structures)
        self.charts = charts
        self.settings = {name: _plain(value) for name, value in (dict(settings) | package_versions()).items()}

    def attach(self, trainer: Engine) -> None:
        """Attach to the trainer, after :py:class:`TrainingLoss` and the handler that validates."""
        trainer.add_event_handler(Events.STARTED, self._start)
        trainer.add_event_handler(Events.EPOCH_COMPLETED, self._write_epoch)
        trainer.add_event_handler(Events.COMPLETED, self._end)

    @one_rank_only()
    def _start(self, trainer: Engine) -> None:
        key = self.evaluator.state.key_metric_name
        charts = _charts(self.charts or _of_segmentation(key, self.structures))
        self.summary_writer.add_custom_scalars({"training": charts})
        self.summary_writer.add_text("settings", _as_text(self.settings))
        self._add_hparams(metadata.EXPERIMENT_TAG, experiment=_experiment(self.settings, key))
        self._add_hparams(metadata.SESSION_START_INFO_TAG, session_start_info=_started(self.settings))
        self.summary_writer.flush()

    @one_rank_only()
    def _write_epoch(self, trainer: Engine) -> None:
        scalars = {"loss/train": trainer.state.metrics["train_loss"]}
        scalars["optimizer/learning rate"] = self.optimizer.param_groups[0]["lr"]
        if self.evaluator.state.best_metric_epoch > 0:
            key = self.evaluator.state.key_metric_name
            scalars[f"{key}/validation best mean"] = self.evaluator.state.best_metric
        for tag, value in scalars.items():
            self.summary_writer.add_scalar(tag, value, trainer.state.epoch)
        self.summary_writer.flush()

    @one_rank_only()
    def _end(self, trainer: Engine) -> None:
        ended = SessionEndInfo(status=Status.STATUS_SUCCESS, end_time_secs=time.time())
        self._add_hparams(metadata.SESSION_END_INFO_TAG, session_end_info=ended)
        self.summary_writer.flush()

    def _add_hparams(self, tag: str, **content: Any) -> None:
        """Write an entry for HParams; SummaryWriter.add_hparams would open a second event file."""
        about = metadata.create_summary_metadata(HParamsPluginData(**content))
        value = Summary.Value(tag=tag, metadata=about, tensor=metadata.NULL_TENSOR)
        self.summary_writer.file_writer.add_summary(Summary(value=[value]))


def _plain(value: Any) -> str | int | float | bool:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return value if isinstance(value, (int, float)) else str(value)


def _as_text(settings: Mapping[str, Any]) -> str:
    """Return settings in Markdown, in several columns to fit on the page."""
    pairs = list(settings.items())
    height = -(-len(pairs) // _TEXT_COLUMNS)
    pairs += [("", "")] * (height * _TEXT_COLUMNS - len(pairs))
    rows = [[cell for pair in pairs[row::height] for cell in pair] for row in range(height)]
    return markdown_table(["setting", "value"] * _TEXT_COLUMNS, rows)


def _experiment(settings: Mapping[str, Any], key: str) -> Experiment:
    """Return the columns of HParams."""
    columns = [HParamInfo(name=name, type=_kind(value)[1]) for name, value in settings.items()]
    for column in columns[:_COLUMNS_SHOWN]:
        # TensorBoard lists settings marked as differing first, and the others alphabetically.
        column.differs = True
    measured = {
        f"{key}/validation best mean": f"best validation {key}",
        f"{key}/validation mean": f"last validation {key}",
        "loss/validation": "last validation loss",
        "loss/train": "last training loss",
    }
    metrics = [MetricInfo(name=MetricName(tag=tag), display_name=name) for tag, name in measured.items()]
    return Experiment(time_created_secs=time.time(), hparam_infos=columns, metric_infos=metrics)


def _started(settings: Mapping[str, str | int | float | bool]) -> SessionStartInfo:
    """Return the settings in the format of HParams."""
    session = SessionStartInfo(start_time_secs=time.time())
    for name, value in settings.items():
        setattr(session.hparams[name], _kind(value)[0], value)
    return session


def _kind(value: str | int | float | bool) -> tuple[str, int]:
    """Return the protobuf field of a setting, and its type."""
    if isinstance(value, bool):
        return "bool_value", DataType.DATA_TYPE_BOOL
    if isinstance(value, str):
        return "string_value", DataType.DATA_TYPE_STRING
    return "number_value", DataType.DATA_TYPE_FLOAT64


def _of_segmentation(key: str, structures: Sequence[str]) -> dict[str, list[str]]:
    """Return the tags of the charts of a segmentation by title."""
    return {
        "loss": ["loss/train", "loss/validation"],
        f"validation {key} by structure": [f"{key}/validation {name}" for name in structures],
        f"validation {key} by site": [f"sites/validation {key}, .*"],
        "validation hd95 by structure, px": [f"surface distance/validation hd95, {name}, px" for name in structures],
        "learning rate": ["optimizer/learning rate"],
    }


def _charts(tags: Mapping[str, Sequence[str]]) -> dict[str, list]:
    """Return charts in the format of Custom Scalars."""
    return {title: ["Multiline", list(names)] for title, names in tags.items()}
