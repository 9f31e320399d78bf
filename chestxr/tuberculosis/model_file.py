"""Validation of XGBoost model files: XGBoost itself does not check indices and sizes."""

import json
from typing import Any

import numpy as np

__all__ = ["check_model"]

# The shipped classifier is 1 MB.
_MAX_BYTES = 64 * 2**20
_BY_NODE = (
    *("left_children", "right_children", "parents", "split_indices", "split_conditions", "split_type"),
    *("base_weights", "default_left", "loss_changes", "sum_hessian"),
)
_CATEGORIES = ("categories", "categories_nodes", "categories_segments", "categories_sizes")


def check_model(content: bytes) -> None:
    """
    Check the content of a model file before XGBoost reads it.

    Parameters
    ----------
    content : bytes
        A tree classifier in JSON, as written by XGBoost 3.

    Raises
    ------
    ValueError
        If the content is truncated, larger than 64 MiB or no such model, or a tree has invalid child or feature
        indices.
    """
    if len(content) > _MAX_BYTES:
        raise ValueError(f"more than {_MAX_BYTES} bytes")
    try:
        # Python's recursion limit bounds the nesting.
        learner = json.loads(content.decode(), object_pairs_hook=_unique_names)["learner"]
        about = learner["learner_model_param"]
        features = int(about["num_feature"])
        booster = learner["gradient_booster"]
        model = booster["model"]
        sound = (
            booster["name"] == "gbtree"
            and learner["objective"]["name"] == "binary:logistic"
            and (int(about["num_class"]), int(about["num_target"])) == (0, 1)
            and len(learner["feature_names"]) == features
            and len(model["trees"]) == len(model["tree_info"]) == int(model["gbtree_model_param"]["num_trees"])
            and not np.any(model["tree_info"])
            and not any(len(category) for category in model.get("cats", {}).values())
            and _are_ranges(model["iteration_indptr"], len(model["trees"]))
            and all(_is_sound(tree, place, features) for place, tree in enumerate(model["trees"]))
        )
    except (KeyError, TypeError, IndexError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError("no XGBoost model") from error
    if not sound:
        raise ValueError("an XGBoost model that contradicts itself")


def _unique_names(pairs: list[tuple[str, Any]]) -> dict:
    """Return a JSON object; reject duplicate names, of which XGBoost might read the value that is not checked."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def _are_ranges(starts: np.ndarray, count: int) -> bool:
    """Return whether the rounds cover all trees in order."""
    return starts[0] == 0 and starts[-1] == count and bool((np.diff(starts) >= 0).all())


def _is_sound(tree: dict, place: int, features: int) -> bool:
    """Return whether all children of a tree's nodes exist and come after their parent, and its values are valid."""
    nodes = int(tree["tree_param"]["num_nodes"])
    left, right, parents, splits = (np.asarray(tree[name]) for name in _BY_NODE[:4])
    if nodes < 1 or any(len(tree[name]) != nodes for name in _BY_NODE) or any(len(tree[name]) for name in _CATEGORIES):
        return False
    places, inner = np.arange(nodes), left != -1
    forward = (left > places) & (left < nodes) & (right > places) & (right < nodes)
    children = np.concatenate([left[inner], right[inner]])
    return bool(
        tree["id"] == place
        and int(tree["tree_param"]["num_feature"]) == features
        and int(tree["tree_param"]["num_deleted"]) == 0
        and int(tree["tree_param"]["size_leaf_vector"]) <= 1
        and (forward[inner]).all()
        and (right[~inner] == -1).all()
        and len(np.unique(children)) == len(children) == nodes - 1
        and (parents[left[inner]] == places[inner]).all()
        and (parents[right[inner]] == places[inner]).all()
        and ((splits >= 0) & (splits < features)).all()
        and not np.any(tree["split_type"])
        and np.isfinite(tree["split_conditions"]).all()
    )
