"""The stages, joined by Ray Data."""

import logging
import warnings
from collections.abc import Iterator, Sequence

import ray
from ray.data import ActorPoolStrategy, DataContext, TaskPoolStrategy

from chestxr.screening.results.failures import process_ended

from .stages import OutlineFilms, StageSettings, finish_films, read_films
from .task import ImageTask, pack, unpack

__all__ = ["cores_and_gpus", "screen_films"]

_BLOCK_BYTES = 1 << 14
# A block costs the driver as much with one film as with a few.
_TASKS_PER_BLOCK = 4
# With fewer, one last large block keeps the other workers waiting.
_BLOCKS_PER_CORE = 4
_TRIES_AGAIN = 1
_READERS_SHARE = 4
_CORES_PER_SEGMENTER = 32
# If workers end on every film, these tell as much as all.
_PROBE = 10


def cores_and_gpus() -> tuple[int, int]:
    """Return how many cores and GPUs the Ray has that this process runs."""
    have = ray.cluster_resources()
    return max(1, int(have.get("CPU", 1))), int(have.get("GPU", 0))


def screen_films(tasks: Sequence[ImageTask], settings: StageSettings, batch_size: int) -> Iterator[ImageTask]:
    """
    Screen films in the workers of Ray.

    Films are read on CPUs, outlined on GPUs where there are any, measured, scored and written on CPUs. What waits
    between the stages is bounded by Ray's object store: stages wait for each other.

    Parameters
    ----------
    tasks : sequence of ImageTask
        The films.
    settings : StageSettings
        What the workers need to know.
    batch_size : int
        Films that go through the network at once; 0 chooses: one by one on a CPU, as chestxr screen does.

    Yields
    ------
    ImageTask
        What became of a film, as soon as it is known. Films on which their workers died come last, as failed.

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
    # Films that were in hand beside one that ends its workers are screened again, by themselves, then each alone.
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
    """Screen films, so many handed out together, and by so many workers of each kind, None for as many as there are."""
    cores, gpus = cores_and_gpus()
    entries = [{"tasks": pack(tasks[start : start + together])} for start in range(0, len(tasks), together)]
    # Without end by default: a film that ends its worker would be tried for ever.
    again = {"max_retries": _TRIES_AGAIN}
    films = (
        ray.data.from_items(entries, override_num_blocks=len(entries))
        .map(
            read_films,
            fn_kwargs={"settings": settings},
            compute=TaskPoolStrategy(size=at_once or max(1, cores // _READERS_SHARE)),
            # A core of its own would stand still most of the time: reading waits for room.
            num_cpus=0,
            **again,
        )
        .map(
            OutlineFilms,
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
    # What is fetched ahead is not given before the next piece is there: films that are done would be done again.
    for pieces in films.iter_batches(batch_size=None, batch_format="numpy", prefetch_batches=0):
        for piece in pieces["tasks"]:
            yield from unpack(piece)


def _set_up() -> None:
    # There is no other word yet for how often to try again.
    warnings.filterwarnings("ignore", "`ray_remote_args` is deprecated")
    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    # Each piece stays a block of its own: a worker that dies costs what is in its hands, and no more.
    context.target_max_block_size = _BLOCK_BYTES
    context.target_min_block_size = 1
    # Films whose workers died are missed by who asked for them, and tried again.
    context.max_errored_blocks = -1
