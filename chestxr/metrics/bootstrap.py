"""Bootstrap over films: confidence intervals of means, stratified resampling, summaries by site and structure."""

import numpy as np
import pandas as pd

__all__ = ["bootstrap_interval", "stratified_draws", "summarise"]


def bootstrap_interval(
    values: np.ndarray, confidence: float = 0.95, resamples: int = 10_000, seed: int = 0
) -> tuple[float, float]:
    """
    Compute the percentile bootstrap interval of a mean over films.

    Parameters
    ----------
    values : numpy.ndarray, shape (n,)
        One finite value per film.
    confidence : float, optional
        Coverage of the interval.
    resamples : int, optional
        Number of bootstrap samples.
    seed : int, optional
        Seed of the resampling.

    Returns
    -------
    tuple of float
        Lower and upper end, in the unit of `values`; both NaN for fewer than two films.

    Examples
    --------
    >>> low, high = bootstrap_interval(np.array([0.95, 0.97, 0.96, 0.91]))
    >>> print(f"{low:.3f} to {high:.3f}")
    0.923 to 0.965
    """
    if len(values) < 2:
        return np.nan, np.nan
    draws = np.random.default_rng(seed).integers(len(values), size=(resamples, len(values)))
    low, high = np.quantile(np.asarray(values)[draws].mean(axis=1), [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def stratified_draws(labels: np.ndarray, resamples: int, seed: int) -> list[np.ndarray]:
    """
    Draw bootstrap samples of films, stratified by class.

    Parameters
    ----------
    labels : numpy.ndarray, shape (n,)
        0 or 1 for each film.
    resamples : int
        Number of bootstrap samples.
    seed : int
        Seed of the resampling.

    Returns
    -------
    list of numpy.ndarray, shape (n,)
        Indices of the films in each sample.
    """
    random = np.random.default_rng(seed)
    classes = [np.flatnonzero(labels == value) for value in (0, 1)]
    return [np.concatenate([random.choice(films, len(films)) for films in classes]) for _ in range(resamples)]


def summarise(table: pd.DataFrame) -> list[dict]:
    """
    Compute mean and 95% interval of every metric and structure, for each site and for all films.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns film, site, structure, metric, value, unit, as in :py:class:`chestxr.handlers.PerImageMetrics`. Films
        without a value (a distance to a lung that was not found) are left out of the mean; ``n`` counts the others.

    Returns
    -------
    list of dict
        Rows with the keys site ("all" for every film), structure, metric, value (the mean), low, high, median, n,
        unit.
    """
    by_site = [("all", table), *table.groupby("site")]
    rows = []
    for site, films in by_site:
        for (structure, metric, unit), group in films.groupby(["structure", "metric", "unit"], sort=False):
            values = group["value"].dropna().to_numpy()
            low, high = bootstrap_interval(values)
            mean, median = (values.mean(), np.median(values)) if len(values) else (np.nan, np.nan)
            numbers = {"value": mean, "low": low, "high": high, "median": median}
            row = {"site": site, "structure": structure, "metric": metric}
            row |= {name: round(float(number), 5) for name, number in numbers.items()}
            rows.append(row | {"n": len(values), "unit": unit})
    return rows
