"""Save the weights of the best epoch."""

import shutil
from os import PathLike
from pathlib import Path

import torch
from ignite.distributed import one_rank_only
from ignite.engine import Engine, Events
from torch.nn import Module

from chestxr.utils.atomic import atomic_write

__all__ = ["BestCheckpoint"]


class BestCheckpoint:
    """
    Write the network's weights whenever the evaluator's key metric reaches a new best.

    The file contains the plain state dictionary, like every MONAI bundle's ``models/model.pt``.

    Parameters
    ----------
    network : torch.nn.Module
        The network, without a wrapper for several devices.
    path : str or os.PathLike
        The file to write.
    backup : str or os.PathLike or None, optional
        Where to copy a file that existed before the first best epoch; an existing backup is kept.
    """

    def __init__(self, network: Module, path: str | PathLike, backup: str | PathLike | None = None) -> None:
        self.network = network
        self.path = Path(path)
        self.backup = None if backup is None else Path(backup)

    def attach(self, evaluator: Engine) -> None:
        """Attach to the evaluator."""
        evaluator.add_event_handler(Events.COMPLETED, self)

    @one_rank_only()
    def __call__(self, evaluator: Engine) -> None:
        """Write the weights if the epoch just evaluated is the best so far."""
        if evaluator.state.best_metric_epoch == evaluator.state.epoch:
            self._back_up()
            with atomic_write(self.path) as partial:
                torch.save(self.network.state_dict(), partial)

    def _back_up(self) -> None:
        if self.backup is not None and self.path.is_file() and not self.backup.exists():
            with atomic_write(self.backup) as partial:
                shutil.copyfile(self.path, partial)
