"""How much of a feature's variation between films outlives small changes of film and outline."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from .feature_table import ABOUT, FilmToMeasure
from .perturbations import PERTURBATIONS

__all__ = ["agreement", "stability_films", "stability_table"]


def agreement(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """
    Intraclass correlation ICC(A,1): two-way, absolute agreement, single measurement, of two measurements.

    Source: McGraw and Wong 1996, doi 10.1037/1082-989X.1.1.30.

    Parameters
    ----------
    first, second : numpy.ndarray, shape (films, features)
        The same films measured twice. Films with a missing value are left out, feature by feature.

    Returns
    -------
    numpy.ndarray, shape (features,)
        1 for perfect agreement; NaN for a feature without variation, or with fewer than three films.
    """
    both = np.stack([first, second]).astype(np.float64)
    both = np.where(np.isfinite(both).all(axis=0), both, np.nan)
    films = np.isfinite(both[0]).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.nanmean(both, axis=(0, 1))
        rows = 2 * np.nansum((both.mean(axis=0) - mean) ** 2, axis=0) / (films - 1)
        columns = films * ((np.nanmean(both, axis=1) - mean) ** 2).sum(axis=0)
        total = np.nansum((both - mean) ** 2, axis=(0, 1))
        error = (total - rows * (films - 1) - columns) / (films - 1)
        found = (rows - error) / (rows + error + 2 * (columns - error) / films)
    return np.where((films >= 3) & (total > 0), found, np.nan)


def stability_films(films: Sequence[FilmToMeasure]) -> Iterator[FilmToMeasure]:
    """Give each film as it is, and once for every perturbation, named ``<perturbation>/<film>``."""
    for perturbation in ("", *PERTURBATIONS):
        for film in films:
            yield replace(film, film=f"{perturbation}/{film.film}", perturbation=perturbation)


def stability_table(rows: Sequence[dict]) -> pd.DataFrame:
    """
    Rank features by their stability.

    Parameters
    ----------
    rows : sequence of dict
        What :py:func:`measure_films` gives for :py:func:`stability_films`. Films with an error are left out.

    Returns
    -------
    pandas.DataFrame, shape (features, perturbations + 1)
        ICC of every feature under every perturbation, and ``least``, the smallest of them; most stable first.
    """
    table = pd.DataFrame(rows)
    table[["perturbation", "name"]] = table["film"].str.split("/", n=1, expand=True)
    failed = set(table["name"][table["error"] != ""])
    table = table[~table["name"].isin(failed)].set_index(["perturbation", "name"]).sort_index()
    features = table.drop(columns=list(ABOUT))
    as_is = features.loc[""].to_numpy()
    found = {name: agreement(as_is, features.loc[name].to_numpy()) for name in PERTURBATIONS}
    ranked = pd.DataFrame(found, index=features.columns)
    return ranked.assign(least=ranked.min(axis=1)).sort_values("least", ascending=False)
