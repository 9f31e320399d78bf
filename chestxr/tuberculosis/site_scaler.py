"""Robust scaling of features per site, from unlabelled films."""

import json
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.preprocessing import RobustScaler

from chestxr.utils.atomic import write_text

from .lesion_feature import LESION_FEATURE, LESION_WEIGHT

__all__ = ["SiteScaler", "check_number_of_films", "site_scale"]

_KIND = "chestxr site scale"
# Quartiles of fewer films are too imprecise.
LEAST_FILMS = 10
# In interquartile ranges from the median. A value farther out says that the film is unusual, hardly how much.
_FARTHEST = 5.0


def site_scale(features: pd.DataFrame) -> pd.DataFrame:
    """
    Compute the median and interquartile range of each feature.

    Parameters
    ----------
    features : pandas.DataFrame, shape (films, features)
        Features of the films of one site.

    Returns
    -------
    pandas.DataFrame, shape (2, features)
        Rows ``median`` and ``spread``: the interquartile range, or 1 where that is zero up to rounding. The scale of
        the lesion feature is fixed: it compares places inside a film, so that no site shifts it.
    """
    scaler = RobustScaler().fit(features.to_numpy(dtype=np.float64))
    # Both are NaN for a feature without values.
    median, spread = np.nan_to_num(scaler.center_), np.nan_to_num(scaler.scale_, nan=1.0)
    scale = pd.DataFrame([median, spread], index=["median", "spread"], columns=features.columns)
    if LESION_FEATURE in scale:
        scale[LESION_FEATURE] = [0.0, 1 / LESION_WEIGHT]
    return scale


def check_number_of_films(films: int) -> None:
    """
    Check that a site has enough films for a scale.

    Raises
    ------
    ValueError
        If there are fewer than ``LEAST_FILMS``.
    """
    if films < LEAST_FILMS:
        raise ValueError(f"{films} films; expected {LEAST_FILMS} or more to fit a site's scale on")


@dataclass(frozen=True)
class SiteScaler:
    """
    Robust scaler of one site: each feature minus its median, divided by its interquartile range.

    Detector, exposure and processing of a site shift nearly every feature, so that all films of a new site are out of
    distribution for a classifier that was trained at another. Standardising each site by its own films removes such
    shifts. It also removes true differences: at a site with a much higher prevalence than the training films, the
    median film is TB-positive.

    Attributes
    ----------
    scale : pandas.DataFrame, shape (2, features)
        Median and interquartile range, as returned by :py:func:`site_scale`.
    films : int
        Number of films that it was fitted on.
    settings_hash : str
        Hash of the settings of their features.
    """

    scale: pd.DataFrame
    films: int
    settings_hash: str

    @classmethod
    def fit(cls, features: pd.DataFrame, settings_hash: str) -> "SiteScaler":
        """
        Fit a scaler on the films of a site.

        Parameters
        ----------
        features : pandas.DataFrame, shape (films, features)
            Features of the films; no labels are needed.
        settings_hash : str
            Hash of the settings of the features.

        Raises
        ------
        ValueError
            If there are fewer than ``LEAST_FILMS`` films.
        """
        check_number_of_films(len(features))
        return cls(site_scale(features), len(features), settings_hash)

    def __call__(self, features: pd.DataFrame) -> pd.DataFrame:
        """
        Standardise the features of films of the site.

        Parameters
        ----------
        features : pandas.DataFrame, shape (films, features)
            Some or all of the features that the scaler was fitted on.

        Returns
        -------
        pandas.DataFrame, shape (films, features)
            Standardised features, clipped to -5 and 5, but for the lesion feature.

        Raises
        ------
        ValueError
            If the scaler was not fitted on one of the features.
        """
        unknown = features.columns.difference(self.scale.columns)
        if len(unknown):
            raise ValueError(
                f"{len(unknown)} features, {unknown[0]} among them, are not in the site's scale; "
                "run `chestxr tb adapt` again"
            )
        median, spread = self.scale[features.columns].to_numpy()
        farthest = np.where(features.columns == LESION_FEATURE, np.inf, _FARTHEST)
        standardised = ((features.to_numpy(np.float64) - median) / spread).clip(-farthest, farthest)
        return pd.DataFrame(standardised, index=features.index, columns=features.columns)

    def as_dict(self) -> dict:
        """Return the scaler as a dictionary that JSON can represent."""
        return {"films": self.films, "settings_hash": self.settings_hash, "scale": self.scale.to_dict("split")}

    @classmethod
    def from_dict(cls, found: dict) -> "SiteScaler":
        """Return the scaler from a dictionary made by `as_dict`."""
        return cls(pd.DataFrame(**found["scale"]), int(found["films"]), found["settings_hash"])

    def save(self, path: str | PathLike) -> None:
        """Write the scaler as JSON, atomically."""
        write_text(path, json.dumps({"kind": _KIND} | self.as_dict()))

    @classmethod
    def load(cls, path: str | PathLike, settings_hash: str | None = None) -> "SiteScaler":
        """
        Read a scaler.

        Parameters
        ----------
        path : str or os.PathLike
            File written by `save`.
        settings_hash : str, optional
            Hash of the feature settings to expect.

        Raises
        ------
        ValueError
            If the file is no scaler, or has other settings.
        """
        try:
            loaded = cls.from_dict(json.loads(Path(path).read_text(encoding="utf-8")))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path}: not a site's scale; expected what `chestxr tb adapt` writes") from error
        if settings_hash is not None and loaded.settings_hash != settings_hash:
            raise ValueError(
                f"{path}: the scale of features from the settings {loaded.settings_hash[:12]}; "
                f"expected {settings_hash[:12]}; run `chestxr tb adapt` again"
            )
        return loaded
