"""Tuberculosis classifier: XGBoost booster, feature names, calibration and threshold in one file."""

import json
from dataclasses import asdict, dataclass, field
from functools import cached_property
from os import PathLike
from pathlib import Path

import numpy as np
import pandas as pd
import xgboost

from chestxr.utils.atomic import atomic_write

from .calibration import Calibration
from .model_file import check_learner, read_learner
from .site_scaler import SiteScaler

__all__ = ["TuberculosisClassifier"]

_FORMAT = "chestxr tuberculosis classifier 2"
_UNKNOWN = "an XGBoost model without calibration"
# First bytes of a model in Universal Binary JSON. XGBoost terminates the process on corrupted ones.
_UBJSON = b"{L"


@dataclass(frozen=True)
class TuberculosisClassifier:
    """
    A fitted classifier.

    Attributes
    ----------
    booster : xgboost.Booster
        The linear booster; its feature names are those of the coefficients.
    calibration : Calibration
        Calibration from margins to probabilities, fitted on held-out films of the cross-validation.
    threshold : float
        Probability at and above which a film is suspicious.
    scale : SiteScaler
        Scale of the training films, the default for standardisation if no scale of a site is given.
    about : dict
        Provenance: ``films``, the probability of each training film by a booster that was fitted without its site (or
        its fold, with one site), ``sites``, ``prevalence``, ``chosen``, ``held_out``, ``threshold_rule``,
        ``versions``.
    """

    booster: xgboost.Booster
    calibration: Calibration
    threshold: float
    scale: SiteScaler
    about: dict = field(default_factory=dict)

    @cached_property
    def feature_names(self) -> list[str]:
        """Names of the features."""
        return list(self.booster.feature_names or ())

    @property
    def settings_hash(self) -> str:
        """Hash of the settings of the features."""
        return self.scale.settings_hash

    def margin(self, features: pd.DataFrame, site: SiteScaler | None = None) -> np.ndarray:
        """
        Return the booster's log odds.

        Parameters
        ----------
        features : pandas.DataFrame, shape (films, features)
            Features by name, with at least the columns `feature_names`.
        site : SiteScaler, optional
            Scale of the site of the films; by default, that of the training films.

        Returns
        -------
        numpy.ndarray, shape (films,), float64

        Raises
        ------
        ValueError
            If a feature is missing, a film has no values, or the site's scale has other settings.
        """
        return self._margin(self._matrix(self.standardised(features, site)))

    def probability(self, features: pd.DataFrame, site: SiteScaler | None = None) -> np.ndarray:
        """Return the calibrated probability of tuberculosis, shape (films,); parameters and errors as for `margin`."""
        return self.calibration(self.margin(features, site))

    def interval(self, margin: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the 95% confidence interval of the probabilities; see :py:meth:`Calibration.interval`."""
        return self.calibration.interval(margin, np.array(list(self.about["films"].values())))

    def contributions(self, features: pd.DataFrame, site: SiteScaler | None = None) -> pd.DataFrame:
        """
        Return the SHAP values of the features, in log odds; parameters and errors as for `margin`.

        Returns
        -------
        pandas.DataFrame, shape (films, features + 1)
            One column per feature, and ``bias``; a row sums to the margin.
        """
        return self._contributions(self._matrix(self.standardised(features, site)), features.index)

    def explained_margin(
        self, features: pd.DataFrame, site: SiteScaler | None = None
    ) -> tuple[np.ndarray, pd.DataFrame, pd.DataFrame]:
        """Return `margin`, `contributions` and `standardised` of the films; parameters and errors as for `margin`."""
        standardised = self.standardised(features, site)
        matrix = self._matrix(standardised)
        return self._margin(matrix), self._contributions(matrix, features.index), standardised

    def save(self, path: str | PathLike) -> None:
        """
        Write the classifier to one file in XGBoost's JSON format, atomically.

        Parameters
        ----------
        path : str or os.PathLike
            File to write. The format does not depend on its extension.
        """
        attributes = {"format": _FORMAT, "calibration": asdict(self.calibration), "threshold": self.threshold}
        attributes |= {"scale": self.scale.as_dict(), "about": self.about}
        booster = self.booster.copy()
        booster.set_attr(chestxr=json.dumps(attributes))
        with atomic_write(path) as partial:
            Path(partial).write_bytes(booster.save_raw("json"))

    @classmethod
    def load(cls, path: str | PathLike, settings_hash: str | None = None) -> "TuberculosisClassifier":
        """
        Read a classifier, without executing code from the file.

        Parameters
        ----------
        path : str or os.PathLike
            File written by `save`.
        settings_hash : str, optional
            Hash of the feature settings to expect.

        Raises
        ------
        FileNotFoundError
            If the file does not exist.
        ValueError
            If the file is truncated, has another format or version, or was fitted on features with other settings.
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
            learner = read_learner(content)
            attributes = dict(json.loads(learner["attributes"].get("chestxr") or "{}"))
            if (found := attributes.get("format", _UNKNOWN)) == _FORMAT:
                check_learner(learner)
                booster = xgboost.Booster(model_file=bytearray(content))
        except (KeyError, TypeError, AttributeError, xgboost.core.XGBoostError, ValueError) as error:
            raise ValueError(f"{path}: cut off or no XGBoost model; expected a classifier; copy it again") from error
        if found != _FORMAT:
            raise ValueError(f"{path}: found {found}; expected {_FORMAT}; fit it with this version of chestxr")
        try:
            scale, about = SiteScaler.from_dict(attributes["scale"]), attributes["about"]
            calibration = Calibration(**{name: float(value) for name, value in attributes["calibration"].items()})
            threshold = float(attributes["threshold"])
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
        Return the features, standardised; parameters and errors as for `margin`.

        Returns
        -------
        pandas.DataFrame, shape (films, features), float64
            In interquartile ranges from the median.
        """
        missing = [name for name in self.feature_names if name not in features.columns]
        if missing:
            raise ValueError(f"{len(missing)} features are missing, {missing[0]} among them; measure the films again")
        used = features[self.feature_names].astype(np.float64)
        empty = used.index[np.isnan(used.to_numpy()).all(axis=1)]
        if len(empty):
            raise ValueError(f"{empty[0]}: no feature has a value; expected a film that was measured")
        scale = site or self.scale
        if scale.settings_hash != self.settings_hash:
            found, expected = scale.settings_hash[:12], self.settings_hash[:12]
            raise ValueError(
                f"a site's scale of the settings {found}; expected {expected}; run `chestxr tb adapt` again"
            )
        return scale(used)

    def _margin(self, matrix: xgboost.DMatrix) -> np.ndarray:
        return self.booster.predict(matrix, validate_features=False, output_margin=True).astype(np.float64)

    def _contributions(self, matrix: xgboost.DMatrix, films: pd.Index) -> pd.DataFrame:
        values = self.booster.predict(matrix, validate_features=False, pred_contribs=True)
        return pd.DataFrame(values, columns=[*self.feature_names, "bias"], index=films)

    @staticmethod
    def _matrix(standardised: pd.DataFrame) -> xgboost.DMatrix:
        # An array with columns in the booster's order: with thousands of columns, XGBoost takes 20 times as long for a
        # DataFrame, and as long again to compare the names.
        return xgboost.DMatrix(standardised.to_numpy(np.float32))
