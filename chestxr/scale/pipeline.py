"""The stages, joined by Ray Data."""

import logging
import warnings
from collections.abc import Iterator, Sequence

import ray
from ray.data import ActorPoolStrategy, DataContext, TaskPoolStrategy

from .film_travel import FilmTravel
from .stages import OutlineFilms, StageSettings, finish_film, read_film

__all__ = ["screen_films"]

# Each film is a block of its own for Ray: a worker that dies costs the films in its hands, and no more.
_BLOCK_BYTES = 1 << 14
_TRIES_AGAIN = 1
_READERS_SHARE = 4
_CORES_AN_OUTLINER = 32


def screen_films(
    travels: Sequence[FilmTravel], settings: StageSettings, batch_size: int
) -> Iterator[tuple[int, FilmTravel]]:
    """
    Screen films in the workers of Ray.

    Films are read on CPUs, outlined on GPUs where there are any, measured, scored and written on CPUs. What waits
    between the stages is bounded by Ray's object store: stages wait for each other.

    Parameters
    ----------
    travels : sequence of FilmTravel
        The films.
    settings : StageSettings
        What the workers need to know.
    batch_size : int
        Films that go through the network at once; 0 chooses: one by one on a CPU, where batches win nothing.

    Yields
    ------
    int
        The film's place in `travels`.
    FilmTravel
        What became of it. A film on which its workers died, one after the other, is not given.

    Raises
    ------
    ray.exceptions.RayError
        If Ray itself fails.
    """
    _set_up()
    have = ray.cluster_resources()
    cores, gpus = max(1, int(have.get("CPU", 1))), int(have.get("GPU", 0))
    size = batch_size or (16 if gpus else 1)
    entries = [{"place": place, "travel": travel.packed()} for place, travel in enumerate(travels)]
    # Without end by default: a film that ends its worker would be tried for ever.
    again = {"max_retries": _TRIES_AGAIN}
    outliners = gpus or 1 + cores // _CORES_AN_OUTLINER
    films = (
        ray.data.from_items(entries, override_num_blocks=len(entries))
        .map(
            read_film,
            fn_kwargs={"settings": settings},
            compute=TaskPoolStrategy(size=max(1, cores // _READERS_SHARE)),
            num_cpus=1,
            **again,
        )
        .map_batches(
            OutlineFilms,
            fn_constructor_args=(settings, size),
            batch_size=size,
            batch_format="numpy",
            compute=ActorPoolStrategy(min_size=1, max_size=outliners),
            num_cpus=0,
            num_gpus=1 if gpus else 0,
            max_task_retries=_TRIES_AGAIN,
        )
        .map(finish_film, fn_kwargs={"settings": settings}, num_cpus=1, **again)
    )
    for entry in films.iter_rows():
        yield int(entry["place"]), FilmTravel.unpacked(entry["travel"])


def _set_up() -> None:
    # There is no other word yet for how often to try again.
    warnings.filterwarnings("ignore", "`ray_remote_args` is deprecated")
    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    context.target_max_block_size = _BLOCK_BYTES
    context.target_min_block_size = 1
    # Films whose workers died are missed by who asked for them, and tried again.
    context.max_errored_blocks = -1
