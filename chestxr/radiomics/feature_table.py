"""Feature tables: extraction in several processes with a cache, and Parquet or CSV files."""

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
from chestxr.io.lung_sides import label_lungs
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
    A film with its lung mask.

    Attributes
    ----------
    film : str
        Name of the film in the table.
    image : pathlib.Path
        Image file.
    masks : tuple of pathlib.Path
        A label map or binary mask of both lungs, or the masks of the right and the left lung; empty if there is none.
    perturbation : str
        Key of `chestxr.radiomics.perturbations.PERTURBATIONS` to apply first; "" for none.
    """

    film: str
    image: Path
    masks: tuple[Path, ...]
    perturbation: str = ""


def measure_films(
    films: Sequence[FilmToMeasure], cache: str | PathLike, processes: int = 1, **settings
) -> Iterator[dict[str, Any]]:
    """
    Extract the features of films, in order of completion.

    Results are cached by the content of film and mask and by the settings: a second run is quick, and a killed run
    can be resumed.

    Parameters
    ----------
    films : sequence of FilmToMeasure
        Films and masks.
    cache : str or os.PathLike
        Folder of the cache.
    processes : int, optional
        Number of processes; each uses one core.
    **settings
        As for :py:class:`FilmFeatures`.

    Yields
    ------
    dict
        ``film``, ``image``, ``settings_hash``, ``error`` ("" for none) and the features, which a failed film lacks.

    Raises
    ------
    OSError
        If the cache cannot be written.
    ValueError
        If the settings are invalid.
    """
    # Processes, since pyradiomics holds the GIL; spawned, since torch's threads do not survive a fork.
    with ProcessPoolExecutor(processes, get_context("spawn"), _start, (Path(cache), settings)) as pool:
        jobs = [pool.submit(_measure, film) for film in films]
        try:
            for job in as_completed(jobs):
                yield job.result()
        finally:
            pool.shutdown(cancel_futures=True)


def write_feature_table(path: str | PathLike, rows: Iterable[dict[str, Any]], order: Sequence[str]) -> None:
    """
    Write rows as Parquet or CSV, atomically; the file name extension selects the format.

    Parameters
    ----------
    path : str or os.PathLike
        File to write, ``.parquet`` or ``.csv``.
    rows : iterable of dict
        Rows as yielded by :py:func:`measure_films`.
    order : sequence of str
        Names of the films, in the order of the rows to write.

    Raises
    ------
    ValueError
        If the extension is neither of these.
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
    Read a feature table, and check that all its features come from the same settings.

    Parameters
    ----------
    path : str or os.PathLike
        Parquet or CSV file, as written by :py:func:`write_feature_table`.
    settings_hash : str, optional
        Hash of the settings to expect.

    Returns
    -------
    pandas.DataFrame
        One row per film: ``film``, ``image``, ``settings_hash``, ``error`` and the features.

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


_worker: _Worker | ValueError


def _start(cache: Path, settings: dict) -> None:
    """Initialise a worker process with one thread and one extractor."""
    global _worker
    set_up_worker()
    try:
        _worker = _Worker(cache, FilmFeatures(**settings))
    except ValueError as error:
        # An error in the initialiser would only end the process; `_measure` raises it.
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
        message = str(error) if isinstance(error, FilmError) else f"{escape_path(film.image)}: {error}"
        return about | {"error": message}
    except MemoryError:
        found = "a film that takes more memory than there is to measure"
        return about | {"error": str(FilmError(film.image, found, "a smaller film", "call again with fewer processes"))}
    if is_new:
        with atomic_write(stored) as partial:
            np.save(partial, values)
    return about | {"error": ""} | dict(zip(_worker.features.names, values.tolist(), strict=True))


def _place_of(film: FilmToMeasure, worker: _Worker) -> Path:
    """Return the cache file of a film, named by the content of film and mask and by the settings."""
    if not film.masks:
        raise FilmError(film.image, "no mask", "a lung mask", "segment the lungs with a segmentation bundle")
    parts = [worker.features.settings_hash, film.perturbation, *(sha256(path) for path in (film.image, *film.masks))]
    key = hash_of(" ".join(parts).encode()).hexdigest()
    return worker.cache / key[:2] / f"{key}.npy"


def _values_of(film: FilmToMeasure, worker: _Worker) -> np.ndarray:
    pixels, _ = read_film(film.image)
    labels = label_lungs(read_mask(film.masks)[0])
    if film.perturbation:
        pixels, labels = PERTURBATIONS[film.perturbation](pixels, labels)
    found = worker.features(pixels, labels)
    return np.array([found[name] for name in worker.features.names])
