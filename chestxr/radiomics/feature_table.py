"""Features of many films: in several processes, cached, with a row for each film that fails."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from hashlib import sha256 as hash_of
from multiprocessing import get_context
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from chestxr.io import read_film, read_mask
from chestxr.transforms import LungLabels
from chestxr.utils.atomic import atomic_write
from chestxr.utils.csv import read_csv, write_csv
from chestxr.utils.errors import FilmError
from chestxr.utils.provenance import sha256
from chestxr.utils.runtime import set_up_worker
from chestxr.utils.text import escape_path

from .film_features import FilmFeatures
from .perturbations import PERTURBATIONS

__all__ = ["FilmToMeasure", "measure_films", "read_feature_table", "write_feature_table"]

ABOUT = ("film", "image", "settings_hash", "error")


@dataclass(frozen=True)
class FilmToMeasure:
    """
    A film and its mask.

    Attributes
    ----------
    film : str
        The film's name in the table.
    image : pathlib.Path
        Its file.
    masks : tuple of pathlib.Path
        A label map or merged mask, or the right lung's and the left lung's; empty if the film has none.
    perturbation : str
        Which of `chestxr.radiomics.perturbations.PERTURBATIONS` to apply first; "" for none.
    """

    film: str
    image: Path
    masks: tuple[Path, ...]
    perturbation: str = ""


def measure_films(
    films: Sequence[FilmToMeasure], cache: str | PathLike, processes: int = 1, **settings
) -> Iterator[dict[str, Any]]:
    """
    Measure films, in the order in which they are finished.

    What was measured before is taken from the cache, by the content of film and mask and by the settings: a second
    run is quick, and a run that was killed goes on.

    Parameters
    ----------
    films : sequence of FilmToMeasure
        What to measure.
    cache : str or os.PathLike
        Folder to keep results in.
    processes : int, optional
        How many films are measured at once; each process uses one core.
    **settings
        As for :py:class:`FilmFeatures`.

    Yields
    ------
    dict
        ``film``, ``image``, ``settings_hash``, ``error`` ("" for none) and the features; a film that fails has none.

    Raises
    ------
    OSError
        If the cache cannot be written.
    ValueError
        If the settings are none to measure by.
    """
    # Processes, since pyradiomics holds the interpreter's lock; spawned, since torch's threads do not survive a fork.
    with ProcessPoolExecutor(processes, get_context("spawn"), _start, (Path(cache), settings)) as pool:
        jobs = [pool.submit(_measure, film) for film in films]
        try:
            for job in as_completed(jobs):
                yield job.result()
        finally:
            pool.shutdown(cancel_futures=True)


def write_feature_table(path: str | PathLike, rows: Iterable[dict[str, Any]], order: Sequence[str]) -> None:
    """
    Write rows as Parquet or CSV, by the file's ending, in the order of their films' names.

    Raises
    ------
    ValueError
        If the ending is neither.
    """
    table = pd.DataFrame(rows).set_index("film").loc[list(order)].reset_index()
    path = Path(path)
    if path.suffix == ".csv":
        write_csv(path, table)
    elif path.suffix == ".parquet":
        with atomic_write(path) as partial:
            table.to_parquet(partial, index=False)
    else:
        raise ValueError(f"{path}: expected .parquet or .csv")


def read_feature_table(path: str | PathLike, settings_hash: str | None = None) -> pd.DataFrame:
    """
    Read a feature table, and make sure that all its films were measured alike.

    Parameters
    ----------
    path : str or os.PathLike
        Parquet or CSV, as :py:func:`write_feature_table` wrote it.
    settings_hash : str, optional
        The settings that the features must come from.

    Raises
    ------
    ValueError
        If the file is no feature table, or its features come from other settings or from several.
    """
    path = Path(path)
    try:
        table = pd.read_parquet(path) if path.suffix == ".parquet" else read_csv(path)
        found = set(table["settings_hash"])
        table["error"] = table["error"].astype("string").fillna("")
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{path}: not a feature table; expected what `chestxr features` writes") from error
    expected = {settings_hash} if settings_hash else found
    if found != expected or len(found) != 1:
        raise ValueError(
            f"{path}: features from the settings {_short(found)}; expected {_short(expected)}; measure the films again"
        )
    return table


def _short(hashes: set) -> str:
    return " and ".join(sorted(str(each)[:12] for each in hashes))


class _Worker(NamedTuple):
    cache: Path
    features: FilmFeatures
    labels: LungLabels


_worker: _Worker | ValueError


def _start(cache: Path, settings: dict) -> None:
    """Prepare a process: one thread each, one engine."""
    global _worker
    set_up_worker()
    try:
        _worker = _Worker(cache, FilmFeatures(**settings), LungLabels())
    except ValueError as error:
        # Raised here it would only end the process: it is raised when a film is to be measured.
        _worker = error


def _measure(film: FilmToMeasure) -> dict[str, Any]:
    if isinstance(_worker, ValueError):
        raise _worker
    about = {"film": film.film, "image": escape_path(film.image), "settings_hash": _worker.features.settings_hash}
    try:
        stored = _place_of(film, _worker)
        is_new = not stored.is_file()
        values = _values_of(film, _worker) if is_new else np.load(stored, allow_pickle=False)
    except (OSError, ValueError) as error:
        told = str(error) if isinstance(error, FilmError) else f"{escape_path(film.image)}: {error}"
        return about | {"error": told}
    except MemoryError:
        found = "a film that takes more memory than there is to measure"
        return about | {"error": str(FilmError(film.image, found, "a smaller film", "call again with fewer processes"))}
    if is_new:
        with atomic_write(stored) as partial:
            np.save(partial, values)
    return about | {"error": ""} | dict(zip(_worker.features.names, values.tolist(), strict=True))


def _place_of(film: FilmToMeasure, worker: _Worker) -> Path:
    """Return where a film's values are kept, by the content of film, mask and settings."""
    if not film.masks:
        raise FilmError(film.image, "no mask", "the lungs outlined", "outline them with a segmentation bundle")
    parts = [worker.features.settings_hash, film.perturbation, *(sha256(path) for path in (film.image, *film.masks))]
    key = hash_of(" ".join(parts).encode()).hexdigest()
    return worker.cache / key[:2] / f"{key}.npy"


def _values_of(film: FilmToMeasure, worker: _Worker) -> np.ndarray:
    pixels, _ = read_film(film.image)
    labels = worker.labels(read_mask(film.masks)[0][None])[0]
    if film.perturbation:
        pixels, labels = PERTURBATIONS[film.perturbation](pixels, labels)
    found = worker.features(pixels, labels)
    return np.array([found[name] for name in worker.features.names])
