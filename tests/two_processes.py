"""Run a function in two distributed processes, as torchrun starts them."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path

import torch.distributed as dist
from torch.multiprocessing import spawn

__all__ = ["in_two_processes"]


def in_two_processes(function: Callable[[Path], object], folder: Path) -> list:
    """
    Call a function in each of two processes of a gloo group.

    Parameters
    ----------
    function : callable
        A module-level function, which takes the folder.
    folder : pathlib.Path
        An empty folder.

    Returns
    -------
    list
        The function's results, by rank.
    """
    spawn(_process, (function, folder), nprocs=2)
    return [pickle.loads((folder / f"{rank}.pickle").read_bytes()) for rank in range(2)]


def _process(rank: int, function: Callable[[Path], object], folder: Path) -> None:
    os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": "2"}
    dist.init_process_group("gloo", init_method=f"file://{folder / 'rendezvous'}", rank=rank, world_size=2)
    found = function(folder)
    (folder / f"{rank}.pickle").write_bytes(pickle.dumps(found))
    dist.barrier()
    dist.destroy_process_group()
