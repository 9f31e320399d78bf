"""Stability of features: intraclass correlation under perturbations of film and mask."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from .feature_table import ABOUT, FilmToMeasure
from .perturbations import PERTURBATIONS

__all__ = ["LEAST_STABLE", "agreement", "stability_films", "stability_table"]

# Lower limit of good reliability (Koo and Li 2016, doi 10.1016/j.jcm.2016.02.012).
LEAST_STABLE = 0.75
_OTHER_MASK = "other mask"


def agreement(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """
    Compute the intraclass correlation ICC(A,1) of two measurements: two-way, absolute agreement, single measurement.

    Source: McGraw and Wong 1996, doi 10.1037/1082-989X.1.1.30.

    Parameters
    ----------
    first, second : numpy.ndarray, shape (films, features)
        Features of the same films, measured twice. Films with a missing value are left out, feature by feature.

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


def stability_films(films: Sequence[FilmToMeasure], other_masks: Mapping[str, Path] = {}) -> Iterator[FilmToMeasure]:
    """
    Yield each film unchanged, and once for every perturbation.

    Parameters
    ----------
    films : sequence of FilmToMeasure
        Films with their masks.
    other_masks : mapping of str to pathlib.Path, optional
        Mask by another reader or network, by name of the film; measured as the perturbation ``other mask``.

    Yields
    ------
    FilmToMeasure
        Named ``<perturbation>/<film>``; ``/<film>`` for an unchanged film.
    """
    for perturbation in ("", *PERTURBATIONS):
        for film in films:
            yield replace(film, film=f"{perturbation}/{film.film}", perturbation=perturbation)
    for film in films:
        if film.film in other_masks:
            yield replace(film, film=f"{_OTHER_MASK}/{film.film}", masks=(other_masks[film.film],))


def stability_table(rows: Sequence[dict] | pd.DataFrame, among: Collection[str] | None = None) -> pd.DataFrame:
    """
    Rank features by stability.

    Parameters
    ----------
    rows : sequence of dict or pandas.DataFrame
        Rows of :py:func:`measure_films` for the films of :py:func:`stability_films`. Films with an error are left out.
    among : collection of str, optional
        Names of the films to use; by default all.

    Returns
    -------
    pandas.DataFrame, shape (features, perturbations + 1)
        ICC of every feature under every perturbation, and their minimum ``least``; most stable features first.
    """
    table = pd.DataFrame(rows)
    about = table["film"].str.split("/", n=1, expand=True).set_axis(["perturbation", "name"], axis=1)
    fine = ~about["name"].isin(about["name"][table["error"] != ""])
    if among is not None:
        fine &= about["name"].isin(list(among))
    features = table[fine].drop(columns=list(ABOUT)).set_index(pd.MultiIndex.from_frame(about[fine]))
    as_is = features.loc[""]
    found = {}
    for perturbation in (name for name in about["perturbation"].unique() if name):
        perturbed = features.loc[perturbation]
        found[perturbation] = agreement(as_is.loc[perturbed.index].to_numpy(), perturbed.to_numpy())
    ranked = pd.DataFrame(found, index=features.columns)
    return ranked.assign(least=ranked.min(axis=1)).sort_values("least", ascending=False)
