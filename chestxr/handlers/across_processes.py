"""Gather and broadcast Python objects in distributed runs."""

from collections.abc import Sequence
from typing import TypeVar

import torch.distributed as dist
from ignite.distributed import all_gather, get_world_size

__all__ = ["broadcast_from_first", "gather_lists"]

T = TypeVar("T")


def gather_lists(items: Sequence[T]) -> list[T]:
    """
    Concatenate the lists of all processes, in rank order.

    :py:func:`monai.utils.string_list_all_gather` turns an empty list into ``['']``.

    Parameters
    ----------
    items : sequence
        This process's items, which can be pickled; may be empty.

    Returns
    -------
    list
        The items of all processes; only this process's if the run is not distributed.
    """
    return [item for part in all_gather(list(items)) for item in part]


def broadcast_from_first(value: T) -> T:
    """
    Return the first process's value in every process.

    Parameters
    ----------
    value : object
        The value, which can be pickled; ignored in all processes but the first.

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
