"""Validation of XGBoost model files: XGBoost itself does not check sizes."""

import json
from typing import Any

import numpy as np

__all__ = ["check_learner", "read_learner"]

# The shipped classifier is less than 1 MB.
_MAX_BYTES = 64 * 2**20


def read_learner(content: bytes) -> dict[str, Any]:
    """
    Parse the content of a model file.

    Parameters
    ----------
    content : bytes
        A model in JSON, as written by XGBoost 3.

    Returns
    -------
    dict
        The learner, as XGBoost names it.

    Raises
    ------
    ValueError
        If the content is truncated, larger than 64 MiB or no such model.
    """
    if len(content) > _MAX_BYTES:
        raise ValueError(f"more than {_MAX_BYTES} bytes")
    try:
        # Python's recursion limit bounds the nesting.
        return dict(json.loads(content.decode(), object_pairs_hook=_unique_names)["learner"])
    except (KeyError, TypeError, IndexError, RecursionError) as error:
        raise ValueError("no XGBoost model") from error


def check_learner(learner: dict[str, Any]) -> None:
    """
    Check a learner before XGBoost reads it.

    Parameters
    ----------
    learner : dict
        As returned by `read_learner`.

    Raises
    ------
    ValueError
        If it is no linear binary classifier, or has other coefficients than features.
    """
    try:
        about = learner["learner_model_param"]
        features = int(about["num_feature"])
        booster = learner["gradient_booster"]
        weights = np.asarray(booster["model"]["weights"], dtype=np.float64)
        names = learner["feature_names"]
        sound = (
            booster["name"] == "gblinear"
            and learner["objective"]["name"] == "binary:logistic"
            and (int(about["num_class"]), int(about["num_target"])) == (0, 1)
            and len(names) == len(set(names)) == features
            and all(isinstance(name, str) for name in names)
            and set(learner["feature_types"]) <= {"float"}
            and weights.shape == (features + 1,)
            and bool(np.isfinite(weights).all())
            and int(booster["model"]["boosted_rounds"]) >= 0
        )
    except (KeyError, TypeError, IndexError, AttributeError, OverflowError) as error:
        raise ValueError("no XGBoost model") from error
    if not sound:
        raise ValueError("an XGBoost model that contradicts itself")


def _unique_names(pairs: list[tuple[str, Any]]) -> dict:
    """Return a JSON object; reject duplicate names, of which XGBoost might read the value that is not checked."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found
