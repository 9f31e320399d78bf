"""What the processes of a distributed run know, brought together."""

from collections.abc import Sequence
from typing import TypeVar

import torch.distributed as dist
from ignite.distributed import all_gather, get_world_size

__all__ = ["broadcast_from_first", "gather_lists"]

T = TypeVar("T")


def gather_lists(items: Sequence[T]) -> list[T]:
    """
    Join every process's list, in the order of the processes.

    :py:func:`monai.utils.string_list_all_gather` makes an empty list ``['']``.

    Parameters
    ----------
    items : sequence
        This process's items, which can be pickled; there may be none.

    Returns
    -------
    list
        The items of all processes; this one's alone where the run is not distributed.
    """
    return [item for part in all_gather(list(items)) for item in part]


def broadcast_from_first(value: T) -> T:
    """
    Give every process what the first one has.

    Parameters
    ----------
    value : object
        The first process's value, which can be pickled; what the others give is ignored.

    Returns
    -------
    object
        The first process's value.
    """
    if get_world_size() == 1:
        return value
    held = [value]
    dist.broadcast_object_list(held, src=0)
    return held[0]
