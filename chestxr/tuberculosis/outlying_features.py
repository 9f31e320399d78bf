"""Out-of-distribution detection by outlying features."""

import pandas as pd

__all__ = ["outlying_features"]

# Limit in interquartile ranges from the median: five standard deviations of a normal distribution.
_OUTLYING = 4.0
# With fewer features in a region, their fraction is too noisy.
_LEAST_FEATURES = 20


def outlying_features(standardised: pd.Series) -> float:
    """
    Return the fraction of outlying features in the region where it is largest.

    Noise, blur, strong compression and burnt-in annotations do not change the lung segmentation, but they silently
    change the features, and so the score. They make many features of one region outlying, which disease seldom does.

    Parameters
    ----------
    standardised : pandas.Series, shape (features,)
        Features of a film, standardised by :py:class:`SiteScaler`: interquartile ranges from the median.

    Returns
    -------
    float
        Largest fraction, over regions and differences with at least 20 features, of features that are more than four
        interquartile ranges from the median, 0 to 1; 0 if there is no such region.
    """
    outlying = (standardised.abs() > _OUTLYING).groupby([name.partition(".")[0] for name in standardised.index])
    shares = outlying.mean()[outlying.size() >= _LEAST_FEATURES]
    return float(shares.max()) if len(shares) else 0.0
