"""The feature that the lesion network gives to the classifier."""

import json
from hashlib import sha256 as hash_of
from os import PathLike

from chestxr.utils.provenance import sha256

__all__ = ["LESION_FEATURE", "LESION_WEIGHT", "settings_hash"]

# Log odds of the most suspicious 5% of the lungs, as LesionEvidenced measures them.
LESION_FEATURE = "lungs.lesion.log_odds"
# The classifier sees it times this factor: a linear booster penalises a feature by the square of its coefficient, and
# one that was trained on hundreds of outlined lesions needs less of a penalty than radiomics.
LESION_WEIGHT = 5.0


def settings_hash(features_hash: str, lesion_checkpoint: str | PathLike, *lesion_settings: object) -> str:
    """
    Return the hash of everything except film and mask that the classifier's features depend on.

    Parameters
    ----------
    features_hash : str
        ``settings_hash`` of the radiomic features.
    lesion_checkpoint : str or os.PathLike
        Weights of the lesion network.
    *lesion_settings : object
        Settings of its transforms, such as the size of its input.
    """
    described = [features_hash, sha256(lesion_checkpoint), *lesion_settings]
    return hash_of(json.dumps(described).encode()).hexdigest()
