"""Save a training run after every epoch, and resume it."""

import logging
from collections.abc import Mapping, Sequence
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

import torch
from ignite.distributed import get_rank, one_rank_only
from ignite.engine import Engine, Events

from chestxr.data.datalist import datalist_hash
from chestxr.utils.atomic import atomic_write

from .across_processes import broadcast_from_first

__all__ = ["LastCheckpoint"]

logger = logging.getLogger(__name__)


class LastCheckpoint:
    """
    Save the state of a training run, and restore it when the run is started again.

    Together with :py:class:`EpochSeed`, a run that was killed and resumed ends with exactly the weights of an
    uninterrupted run. In a distributed run the first process writes and reads the file, and the others receive its
    content. The scaler of automatic mixed precision is saved as well, if the trainer has one.

    Parameters
    ----------
    path : str or os.PathLike
        The file to write after every epoch, and to read at the start if it exists.
    objects : mapping of str to object
        Objects to save, by name; each has ``state_dict`` and ``load_state_dict`` (network, optimizer, scheduler ...).
    evaluator : ignite.engine.Engine
        The validation engine, whose best metric and latest epoch are restored.
    films : sequence of dict, optional
        The training datalist; a checkpoint of a run on other films or labels is refused.
    resume : bool, optional
        Resume from the file if it exists; with False the run starts from the beginning and the file is replaced.
    """

    def __init__(
        self,
        path: str | PathLike,
        objects: Mapping[str, Any],
        evaluator: Engine,
        films: Sequence[dict] = (),
        resume: bool = True,
    ) -> None:
        self.path = Path(path)
        self.objects = objects
        self.evaluator = evaluator
        self.films = films
        self.resume = resume

    def attach(self, trainer: Engine) -> None:
        """Attach to the trainer, after the handler that validates."""
        trainer.add_event_handler(Events.STARTED, self.restore)
        trainer.add_event_handler(Events.EPOCH_COMPLETED, self.save)

    def restore(self, trainer: Engine) -> None:
        """
        Load the saved state, if there is one.

        A trainer that has already trained in this process continues from its current state: federated learning starts
        it once per round, after setting the weights of its network.

        Raises
        ------
        RuntimeError
            If the file was written by a run of another network or optimizer.
        ValueError
            If the file is broken, or was written by a run on other films or labels.
        """
        if trainer.state.epoch > 0:
            return
        saved = broadcast_from_first(self._read() if get_rank() == 0 else None)
        if isinstance(saved, ValueError):
            raise saved
        if saved is None:
            return
        for name, target in self.objects.items():
            target.load_state_dict(saved[name])
        if trainer.scaler is not None and saved.get("scaler"):
            trainer.scaler.load_state_dict(saved["scaler"])
        trainer.state.epoch, trainer.state.iteration = saved["epoch"], saved["iteration"]
        self.evaluator.state.best_metric = saved["best_metric"]
        self.evaluator.state.best_metric_epoch = saved["best_metric_epoch"]
        self.evaluator.state.epoch = saved.get("validated_epoch", saved["epoch"])
        logger.info("resuming %s after epoch %d", self.path, saved["epoch"])
        if saved["epoch"] >= trainer.state.max_epochs:
            logger.warning(
                "%s: all %d epochs are trained, nothing is left to do; increase the number of epochs to continue, "
                "or add --resume false to start from the beginning",
                self.path,
                trainer.state.max_epochs,
            )

    def _read(self) -> dict | ValueError | None:
        """Return the saved state, None without a file, or the error that every process has to raise."""
        if not (self.resume and self.path.is_file()):
            return None
        try:
            saved = torch.load(self.path, map_location="cpu", weights_only=True)
        except (OSError, MemoryError):
            raise
        except Exception:  # torch's unpickler raises errors of any kind for invalid files
            return ValueError(
                f"{self.path}: found a broken checkpoint; expected a training checkpoint; add --resume false"
            )
        if saved.get("films", self._films_hash) != self._films_hash:
            return ValueError(
                f"{self.path}: found the checkpoint of a run on other films or labels; expected the same films; "
                "give another --run_name or --output_dir, or replace that run with --resume false"
            )
        return saved

    @cached_property
    def _films_hash(self) -> str:
        return datalist_hash(self.films)

    @one_rank_only()
    def save(self, trainer: Engine) -> None:
        """Save the state after a completed epoch."""
        progress = {
            "films": self._films_hash,
            "epoch": trainer.state.epoch,
            "iteration": trainer.state.iteration,
            "best_metric": float(self.evaluator.state.best_metric),
            "best_metric_epoch": self.evaluator.state.best_metric_epoch,
            "validated_epoch": self.evaluator.state.epoch,
        }
        states = {name: item.state_dict() for name, item in self.objects.items()}
        if trainer.scaler is not None:
            states["scaler"] = trainer.scaler.state_dict()
        with atomic_write(self.path) as partial:
            torch.save(progress | states, partial)
