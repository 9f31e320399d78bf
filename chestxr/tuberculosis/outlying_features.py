"""Is a film like those that a classifier learnt from?"""

import pandas as pd

__all__ = ["outlying_features"]

# Interquartile ranges from the median beyond which a feature is outlying: five standard deviations of a normal one.
_OUTLYING = 4.0
# A share of fewer features than these says little.
_LEAST_FEATURES = 20


def outlying_features(standardised: pd.Series) -> float:
    """
    Measure how far a film is out of the distribution of those that a classifier learnt from.

    Noise, blur, strong compression and writing burnt into a film leave the lungs' outlines as they are, and change the
    features, and so the score, in silence. They push many features of one region far out, which disease seldom does.

    Parameters
    ----------
    standardised : pandas.Series, shape (features,)
        A film's features as :py:class:`SiteScaler` gives them: interquartile ranges from the median.

    Returns
    -------
    float
        The share of features that are more than four interquartile ranges from the median, 0 to 1, in the region or
        difference where it is greatest; 0 if none has 20 features.
    """
    outlying = (standardised.abs() > _OUTLYING).groupby(standardised.index.str.split(".").str[0])
    shares = outlying.mean()[outlying.size() >= _LEAST_FEATURES]
    return float(shares.max()) if len(shares) else 0.0
