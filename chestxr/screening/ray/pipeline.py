"""Ray Data pipeline of the stages."""

import logging
import warnings
from collections.abc import Iterator, Sequence

import ray
from ray.data import ActorPoolStrategy, DataContext, TaskPoolStrategy

from chestxr.screening.results.failures import process_ended

from .stages import SegmentFilms, StageSettings, finish_films, read_films
from .task import ImageTask, pack, unpack

__all__ = ["cores_and_gpus", "screen_films"]

_BLOCK_BYTES = 1 << 14
# The driver's overhead per block hardly depends on the number of films in it.
_TASKS_PER_BLOCK = 4
# With fewer blocks, workers would idle while the last one is processed.
_BLOCKS_PER_CORE = 4
_TRIES_AGAIN = 1
_READERS_SHARE = 4
_CORES_PER_SEGMENTER = 32
# If every film crashes its worker, this many are enough to find out.
_PROBE = 10


def cores_and_gpus() -> tuple[int, int]:
    """Return the number of cores and GPUs of the Ray cluster of this process."""
    have = ray.cluster_resources()
    return max(1, int(have.get("CPU", 1))), int(have.get("GPU", 0))


def screen_films(tasks: Sequence[ImageTask], settings: StageSettings, batch_size: int) -> Iterator[ImageTask]:
    """
    Screen films on Ray.

    Films are read on CPUs, segmented on GPUs if there are any, and measured, scored and written on CPUs. Ray's object
    store bounds the data between stages by backpressure.

    Parameters
    ----------
    tasks : sequence of ImageTask
        Films to screen.
    settings : StageSettings
        Settings of the workers.
    batch_size : int
        Films per batch of the network; 0 selects 16 with a GPU, and 1 on a CPU, as ``chestxr screen`` does.

    Yields
    ------
    ImageTask
        Each film as soon as it is done. Films that crash their workers come last, as failed.

    Raises
    ------
    ray.exceptions.RayError
        If Ray itself fails.
    """
    _set_up()
    cores, gpus = cores_and_gpus()
    size = batch_size or (16 if gpus else 1)
    together = min(max(_TASKS_PER_BLOCK, size), 1 + len(tasks) // (_BLOCKS_PER_CORE * cores))
    missing = {task.film: task for task in tasks}
    left = list(tasks)
    # Films in progress next to one that crashes its worker are screened again: in blocks of one, then one at a time.
    for many, at_once in ((together, None), (1, None), (1, 1)):
        for task in _screen(left, settings, size, many, at_once) if left else ():
            del missing[task.film]
            yield task
        left = list(missing.values())[: _PROBE if len(missing) == len(tasks) else None]
    for task in missing.values():
        task.fail(process_ended({"film": task.film, "image": task.image}, lasting=True), fault="workers")
        yield task


def _screen(
    tasks: Sequence[ImageTask], settings: StageSettings, batch_size: int, together: int, at_once: int | None
) -> Iterator[ImageTask]:
    """Screen films in blocks of `together`, with at most `at_once` workers per stage; None for no limit."""
    cores, gpus = cores_and_gpus()
    entries = [{"tasks": pack(tasks[start : start + together])} for start in range(0, len(tasks), together)]
    # Unlimited by default: a film that crashes its worker would be retried endlessly.
    again = {"max_retries": _TRIES_AGAIN}
    films = (
        ray.data.from_items(entries, override_num_blocks=len(entries))
        .map(
            read_films,
            fn_kwargs={"settings": settings},
            compute=TaskPoolStrategy(size=at_once or max(1, cores // _READERS_SHARE)),
            # A reserved core would be idle most of the time: readers wait for space in the object store.
            num_cpus=0,
            **again,
        )
        .map(
            SegmentFilms,
            fn_constructor_args=(settings, batch_size),
            compute=ActorPoolStrategy(min_size=1, max_size=at_once or gpus or 1 + cores // _CORES_PER_SEGMENTER),
            num_cpus=0,
            num_gpus=1 if gpus else 0,
            max_task_retries=_TRIES_AGAIN,
        )
        .map(
            finish_films,
            fn_kwargs={"settings": settings},
            compute=TaskPoolStrategy(size=at_once),
            num_cpus=1,
            **again,
        )
    )
    # Prefetched batches are held until the next one arrives: finished films would be screened again after a crash.
    for pieces in films.iter_batches(batch_size=None, batch_format="numpy", prefetch_batches=0):
        for piece in pieces["tasks"]:
            yield from unpack(piece)


def _set_up() -> None:
    # There is no other way yet to set the number of retries.
    warnings.filterwarnings("ignore", "`ray_remote_args` is deprecated")
    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    # Blocks are not merged: a crash of a worker costs its current block only.
    context.target_max_block_size = _BLOCK_BYTES
    context.target_min_block_size = 1
    # Films of crashed workers are missing from the output; `screen_films` retries them.
    context.max_errored_blocks = -1
