"""The tuberculosis classifier: XGBoost with its features, calibration and threshold in one file."""

import json
from dataclasses import asdict, dataclass, field
from functools import cached_property
from os import PathLike
from pathlib import Path

import numpy as np
import pandas as pd
import xgboost

from chestxr.utils.atomic import atomic_write

from .model_file import check_model
from .site_scaler import SiteScaler

__all__ = ["Calibration", "TuberculosisClassifier"]

_FORMAT = "chestxr tuberculosis classifier 1"
# How an object begins in Universal Binary JSON, as XGBoost writes it. XGBoost ends the process over broken ones.
_UBJSON = b"{L"
_NORMAL_95 = 1.959964
# Probabilities of the training films are kept with four digits.
_LEAST = 5e-5


def _logistic(log_odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-log_odds))


@dataclass(frozen=True)
class Calibration:
    """Platt's calibration: the logistic function of ``intercept + slope * margin``, the booster's log odds."""

    slope: float
    intercept: float

    def __call__(self, margin: np.ndarray) -> np.ndarray:
        """Turn margins into probabilities."""
        return _logistic(self.intercept + self.slope * np.asarray(margin, dtype=np.float64))

    def interval(self, margin: np.ndarray, fitted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """
        Give the 95% confidence interval of the calibrated probability: how well the films tell the line.

        It is Wald's interval on the log odds, from the Fisher information of a logistic regression (Hosmer and Lemeshow
        2013, 2.5, doi 10.1002/9781118548387). It says nothing of films unlike those that the line was fitted on.

        Parameters
        ----------
        margin : numpy.ndarray, shape (films,)
            The booster's log odds.
        fitted : numpy.ndarray, shape (training films,)
            Probabilities that the line gave to the films it was fitted on.

        Returns
        -------
        low, high : numpy.ndarray, shape (films,)
        """
        fitted = np.clip(fitted, _LEAST, 1 - _LEAST)
        margins = (np.log(fitted / (1 - fitted)) - self.intercept) / self.slope
        design = np.stack([np.ones_like(margins), margins])
        covariance = np.linalg.inv((design * fitted * (1 - fitted)) @ design.T)
        asked = np.stack([np.ones_like(margin, dtype=np.float64), np.asarray(margin, dtype=np.float64)])
        half_width = _NORMAL_95 * np.sqrt(np.einsum("if,ij,jf->f", asked, covariance, asked))
        log_odds = self.intercept + self.slope * asked[1]
        return _logistic(log_odds - half_width), _logistic(log_odds + half_width)


@dataclass(frozen=True)
class TuberculosisClassifier:
    """
    A fitted classifier.

    Attributes
    ----------
    booster : xgboost.Booster
        The trees; its feature names are the features that were selected.
    calibration : Calibration
        From margins to probabilities, fitted on films that the trees had not seen.
    threshold : float
        Probability at and above which a film is called suspicious.
    scale : SiteScaler
        The scale of the films it was fitted on, by which films are standardised unless their own site's is given.
    about : dict
        What it was made from: ``films``, each with its probability in cross-validation, ``sites``, ``prevalence``,
        ``chosen``, ``threshold_rule``, ``versions``.
    """

    booster: xgboost.Booster
    calibration: Calibration
    threshold: float
    scale: SiteScaler
    about: dict = field(default_factory=dict)

    @cached_property
    def feature_names(self) -> list[str]:
        """Names of the features that the trees use."""
        return list(self.booster.feature_names or ())

    @property
    def settings_hash(self) -> str:
        """The settings that the features come from."""
        return self.scale.settings_hash

    def margin(self, features: pd.DataFrame, site: SiteScaler | None = None) -> np.ndarray:
        """
        Give the booster's log odds.

        Parameters
        ----------
        features : pandas.DataFrame, shape (films, features)
            Columns by name, `feature_names` among them.
        site : SiteScaler, optional
            The scale of the site that the films come from.

        Returns
        -------
        numpy.ndarray, shape (films,)

        Raises
        ------
        ValueError
            If a feature is missing, a film has none at all, or the site's scale is one of other settings.
        """
        return self._predict(features, site, output_margin=True).astype(np.float64)

    def probability(self, features: pd.DataFrame, site: SiteScaler | None = None) -> np.ndarray:
        """Give the calibrated probability of tuberculosis of each film, shape (films,); as for `margin`."""
        return self.calibration(self.margin(features, site))

    def interval(self, margin: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give the 95% interval of the probabilities at margins, as :py:meth:`Calibration.interval` does."""
        return self.calibration.interval(margin, np.array(list(self.about["films"].values())))

    def contributions(self, features: pd.DataFrame, site: SiteScaler | None = None) -> pd.DataFrame:
        """
        Give each feature's SHAP value, in log odds; with the column ``bias`` they add up to the margin.

        Returns
        -------
        pandas.DataFrame, shape (films, features + 1)
        """
        values = self._predict(features, site, pred_contribs=True)
        return pd.DataFrame(values, columns=[*self.feature_names, "bias"], index=features.index)

    def save(self, path: str | PathLike) -> None:
        """
        Write one file in XGBoost's own JSON, whole or not at all.

        Parameters
        ----------
        path : str or os.PathLike
            Its ending does not change the format.
        """
        told = {"format": _FORMAT, "calibration": asdict(self.calibration), "threshold": self.threshold}
        told |= {"scale": self.scale.as_dict(), "about": self.about}
        booster = self.booster.copy()
        booster.set_attr(chestxr=json.dumps(told))
        with atomic_write(path) as partial:
            Path(partial).write_bytes(booster.save_raw("json"))

    @classmethod
    def load(cls, path: str | PathLike, settings_hash: str | None = None) -> "TuberculosisClassifier":
        """
        Read a classifier; nothing in the file is executed.

        Parameters
        ----------
        path : str or os.PathLike
            What `save` wrote.
        settings_hash : str, optional
            The settings of the features that it will be given.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If the file is cut off, no classifier of this version or format, or was fitted on features of other
            settings.
        """
        path = Path(path)
        if not path.is_file():
            raise FileNotFoundError(f"{path}: no such classifier")
        content = path.read_bytes()
        if content.startswith(_UBJSON):
            raise ValueError(
                f"{path}: found Universal Binary JSON, as chestxr 0.1 wrote it; expected JSON; if the file is your "
                'own, convert it: python -c "import xgboost; '
                "xgboost.Booster(model_file='old.ubj').save_model('new.json')\""
            )
        try:
            check_model(content)
            booster = xgboost.Booster(model_file=bytearray(content))
            told = dict(json.loads(booster.attr("chestxr") or "{}"))
        except (TypeError, xgboost.core.XGBoostError, ValueError) as error:
            raise ValueError(f"{path}: cut off or no XGBoost model; expected a classifier; copy it again") from error
        if told.get("format") != _FORMAT:
            raise ValueError(
                f"{path}: found {told.get('format', 'an XGBoost model without calibration')}; expected {_FORMAT}; "
                "fit it with this version of chestxr"
            )
        try:
            scale, about = SiteScaler.from_dict(told["scale"]), told["about"]
            calibration = Calibration(**{name: float(value) for name, value in told["calibration"].items()})
            threshold = float(told["threshold"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ValueError(f"{path}: broken scale or calibration; expected a classifier; copy it again") from error
        if settings_hash is not None and scale.settings_hash != settings_hash:
            raise ValueError(
                f"{path}: fitted on features from the settings {scale.settings_hash[:12]}; "
                f"expected {settings_hash[:12]}; measure the films with the settings it was fitted on, or fit it again"
            )
        return cls(booster, calibration, threshold, scale, about)

    def standardised(self, features: pd.DataFrame, site: SiteScaler | None = None) -> pd.DataFrame:
        """
        Give the features that the trees use, on the scale of the films they learnt from; as for `margin`.

        Returns
        -------
        pandas.DataFrame, shape (films, features)
        """
        missing = [name for name in self.feature_names if name not in features.columns]
        if missing:
            raise ValueError(f"{len(missing)} features are missing, {missing[0]} among them; measure the films again")
        used = features[self.feature_names].astype(np.float64)
        empty = used.index[used.isna().all(axis=1)]
        if len(empty):
            raise ValueError(f"{empty[0]}: no feature has a value; expected a film that was measured")
        scale = site or self.scale
        if scale.settings_hash != self.settings_hash:
            found, expected = scale.settings_hash[:12], self.settings_hash[:12]
            raise ValueError(f"a site's scale of the settings {found}; expected {expected}; adapt anew")
        return scale(used)

    def _predict(self, features: pd.DataFrame, site: SiteScaler | None, **wanted: bool) -> np.ndarray:
        # As an array, its columns in the booster's order: XGBoost takes 20 times as long over thousands of columns of a
        # frame, and as long again to compare their names.
        matrix = xgboost.DMatrix(self.standardised(features, site).to_numpy(np.float32))
        return self.booster.predict(matrix, validate_features=False, **wanted)
