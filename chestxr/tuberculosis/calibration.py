"""Calibration of scores: Platt scaling, with the difference between sites in its interval."""

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

__all__ = ["Calibration", "fit_calibration"]

_NORMAL_95 = 1.959964
# Half of the last digit: probabilities of the training films are stored with four digits.
_LEAST = 5e-5


def _logistic(log_odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-log_odds))


@dataclass(frozen=True)
class Calibration:
    """
    Platt scaling: the logistic function of ``intercept + slope * margin``.

    Attributes
    ----------
    slope, intercept : float
        Coefficients for the margin, the booster's log odds.
    spread : float
        Standard deviation of the log odds between sites, from the calibrations of sites left out; 0 if there was only
        one site.
    """

    slope: float
    intercept: float
    spread: float = 0.0

    def __call__(self, margin: np.ndarray) -> np.ndarray:
        """Return the calibrated probabilities of margins."""
        return _logistic(self.intercept + self.slope * np.asarray(margin, dtype=np.float64))

    def interval(self, margin: np.ndarray, fitted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """
        Return the 95% confidence interval of the calibrated probability.

        The Wald interval of the log odds, from the Fisher information of a logistic regression (Hosmer and Lemeshow
        2013, 2.5, doi 10.1002/9781118548387), and the variance between sites. It covers what the probability of such a
        score would be at another site, as far as the training sites show it. It is not valid for films outside the
        distribution of the training films.

        Parameters
        ----------
        margin : numpy.ndarray, shape (films,)
            The booster's log odds.
        fitted : numpy.ndarray, shape (training films,)
            Calibrated probabilities of the films that the calibration was fitted on.

        Returns
        -------
        low, high : numpy.ndarray, shape (films,)
            Limits of the probability, 0 to 1.
        """
        fitted = np.clip(fitted, _LEAST, 1 - _LEAST)
        margins = (np.log(fitted / (1 - fitted)) - self.intercept) / self.slope
        design = np.stack([np.ones_like(margins), margins])
        covariance = np.linalg.inv((design * fitted * (1 - fitted)) @ design.T)
        asked = np.stack([np.ones_like(margin, dtype=np.float64), np.asarray(margin, dtype=np.float64)])
        variance = np.einsum("if,ij,jf->f", asked, covariance, asked) + self.spread**2
        half_width = _NORMAL_95 * np.sqrt(variance)
        log_odds = self.intercept + self.slope * asked[1]
        return _logistic(log_odds - half_width), _logistic(log_odds + half_width)


def fit_calibration(labels: np.ndarray, margins: np.ndarray, groups: np.ndarray) -> Calibration:
    """
    Fit Platt scaling with smoothed labels (Platt 1999) on held-out margins.

    Parameters
    ----------
    labels : numpy.ndarray, shape (films,)
        1 TB-positive, 0 TB-negative.
    margins : numpy.ndarray, shape (films,)
        The booster's log odds of films that it was not fitted on.
    groups : numpy.ndarray, shape (films,)
        Site of each film. Every site has the same weight.

    Returns
    -------
    Calibration
        ``spread`` is the root mean square distance of the sites' own calibrations from the common one.
    """
    sites = np.unique(groups)
    weights = np.zeros(len(labels))
    for site in sites:
        weights[groups == site] = len(labels) / len(sites) / (groups == site).sum()
    slope, intercept = _platt(labels, margins, weights)
    distances = []
    for site in sites:
        of_site = margins[groups == site]
        own_slope, own_intercept = _platt(labels[groups == site], of_site, np.ones(len(of_site)))
        distances.append(np.mean(((own_slope - slope) * of_site + own_intercept - intercept) ** 2))
    spread = float(np.sqrt(np.mean(distances))) if len(sites) > 1 else 0.0
    return Calibration(slope, intercept, spread)


def _platt(labels: np.ndarray, margins: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """Return slope and intercept."""
    line = LogisticRegression(C=np.inf, max_iter=1000)
    positives, negatives = (labels == 1).sum(), (labels == 0).sum()
    towards = np.where(labels == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    doubled = np.concatenate([margins, margins])[:, None]
    both = np.concatenate([weights * towards, weights * (1 - towards)])
    line.fit(doubled, np.repeat([1, 0], len(labels)), sample_weight=both)
    return float(line.coef_[0, 0]), float(line.intercept_[0])
