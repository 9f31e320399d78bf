"""Bring one site's features to another's scale, from unlabelled films alone."""

import json
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.preprocessing import RobustScaler

from chestxr.utils.atomic import write_text

__all__ = ["SiteScaler", "site_scale"]

_KIND = "chestxr site scale"
# Fewer films give quartiles that are too rough to standardise by.
LEAST_FILMS = 10
# Where nearly all films have one value the interquartile range is very small, and a film that differs would leave the
# range of single precision.
_FARTHEST = 1e9


def site_scale(features: pd.DataFrame) -> pd.DataFrame:
    """
    Describe a site's features.

    Parameters
    ----------
    features : pandas.DataFrame, shape (films, features)
        A site's films; no labels are looked at.

    Returns
    -------
    pandas.DataFrame, shape (2, features)
        Rows ``median`` and ``spread``: the interquartile range, 1 where that is next to zero.
    """
    scaler = RobustScaler().fit(features.to_numpy(dtype=np.float64))
    # Of a feature that no film has both are NaN.
    median, spread = np.nan_to_num(scaler.center_), np.nan_to_num(scaler.scale_, nan=1.0)
    return pd.DataFrame([median, spread], index=["median", "spread"], columns=features.columns)


@dataclass(frozen=True)
class SiteScaler:
    """
    A site's scale, by which its films are standardised: each feature less its median, over its interquartile range.

    Another site's detector, exposure and processing shift nearly every feature; a classifier that learnt on one site
    then sees all films of the other as odd. Standardising both by their own films takes such shifts out. It also takes
    out what truly differs: at a site with much more disease than the training films had, the middle film is ill.

    Attributes
    ----------
    scale : pandas.DataFrame, shape (2, features)
        As :py:func:`site_scale` gives it.
    films : int
        How many films it was measured on.
    settings_hash : str
        The settings of their features.
    """

    scale: pd.DataFrame
    films: int
    settings_hash: str

    @classmethod
    def fit(cls, features: pd.DataFrame, settings_hash: str) -> "SiteScaler":
        """
        Learn a site's scale from its films.

        Raises
        ------
        ValueError
            If there are fewer than ``LEAST_FILMS`` films.
        """
        if len(features) < LEAST_FILMS:
            raise ValueError(f"{len(features)} films; expected {LEAST_FILMS} or more to learn a site's scale from")
        return cls(site_scale(features), len(features), settings_hash)

    def __call__(self, features: pd.DataFrame) -> pd.DataFrame:
        """
        Standardise films of the site.

        Parameters
        ----------
        features : pandas.DataFrame, shape (films, features)
            Some or all of the features that the scale was learnt on.

        Returns
        -------
        pandas.DataFrame, shape (films, features)
            No farther from zero than a thousand million.

        Raises
        ------
        ValueError
            If a feature is none of those.
        """
        unknown = features.columns.difference(self.scale.columns)
        if len(unknown):
            raise ValueError(
                f"{len(unknown)} features, {unknown[0]} among them, are not in the site's scale; adapt anew"
            )
        scale = self.scale[features.columns]
        return ((features - scale.loc["median"]) / scale.loc["spread"]).clip(-_FARTHEST, _FARTHEST)

    def of(self, names: list[str]) -> "SiteScaler":
        """Return the scale of some of its features."""
        return SiteScaler(self.scale[names], self.films, self.settings_hash)

    def as_dict(self) -> dict:
        """Return the scale in values that JSON knows."""
        return {"films": self.films, "settings_hash": self.settings_hash, "scale": self.scale.to_dict("split")}

    @classmethod
    def from_dict(cls, found: dict) -> "SiteScaler":
        """Return the scale that `as_dict` described."""
        return cls(pd.DataFrame(**found["scale"]), int(found["films"]), found["settings_hash"])

    def save(self, path: str | PathLike) -> None:
        """Write the scale as JSON, whole or not at all."""
        write_text(path, json.dumps({"kind": _KIND} | self.as_dict()))

    @classmethod
    def load(cls, path: str | PathLike, settings_hash: str | None = None) -> "SiteScaler":
        """
        Read a scale.

        Raises
        ------
        ValueError
            If the file is none, or belongs to other settings.
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
