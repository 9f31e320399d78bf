"""Whether an XGBoost model file is sound: the library follows what it says of sizes and places wherever it leads."""

import json

import numpy as np

__all__ = ["check_model"]

# Universal Binary JSON, draft 12: what marks a number, as XGBoost writes them, the most significant byte first.
_NUMBERS = {b"i": ">i1", b"U": ">u1", b"I": ">i2", b"l": ">i4", b"L": ">i8", b"d": ">f4", b"D": ">f8"}
_WORDS = {b"T": True, b"F": False, b"Z": None, b"N": None}
_DEEPEST = 16
_JSON = b'{"'
_BY_NODE = (
    *("left_children", "right_children", "parents", "split_indices", "split_conditions", "split_type"),
    *("base_weights", "default_left", "loss_changes", "sum_hessian"),
)
_CATEGORIES = ("categories", "categories_nodes", "categories_segments", "categories_sizes")


def check_model(content: bytes) -> None:
    """
    Check a model file before XGBoost reads it.

    Parameters
    ----------
    content : bytes
        A classifier of trees in JSON or Universal Binary JSON, as XGBoost 3 writes it.

    Raises
    ------
    ValueError
        If the file is cut off or no such model, or a tree has nodes that lead nowhere, back, or to features that the
        model does not have.
    """
    try:
        learner = (json.loads(content) if content.startswith(_JSON) else _read(content))["learner"]
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


def _are_ranges(starts: np.ndarray, count: int) -> bool:
    """Say whether the trees of the rounds follow each other from the first to the last."""
    return starts[0] == 0 and starts[-1] == count and bool((np.diff(starts) >= 0).all())


def _is_sound(tree: dict, place: int, features: int) -> bool:
    """Say whether a tree's nodes lead forward, to nodes that it has."""
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


def _read(content: bytes) -> dict:
    """Read a whole file."""
    value, end = _value(content, 0, 0)
    if end != len(content):
        raise ValueError("more than a model")
    return value


def _value(content: bytes, place: int, depth: int) -> tuple:
    """Return the value at a place, and where it ends."""
    mark, place = content[place : place + 1], place + 1
    if depth > _DEEPEST:
        raise ValueError("values in values without end")
    if mark in _NUMBERS:
        kind = np.dtype(_NUMBERS[mark])
        return np.frombuffer(content, kind, 1, place)[0].item(), place + kind.itemsize
    if mark == b"S":
        return _text(content, place)
    if mark == b"{":
        return _object(content, place, depth + 1)
    if mark == b"[":
        return _array(content, place, depth + 1)
    return _WORDS[mark], place


def _text(content: bytes, place: int) -> tuple[str, int]:
    length, place = _length(content, place)
    return content[place : place + length].decode(), place + length


def _length(content: bytes, place: int) -> tuple[int, int]:
    """Read a length, which nothing that follows can belie."""
    length, place = _value(content, place, 0) if content[place : place + 1] in b"iUIlL" else (-1, place)
    if not 0 <= length <= len(content) - place:
        raise ValueError("cut off")
    return length, place


def _object(content: bytes, place: int, depth: int) -> tuple[dict, int]:
    found = {}
    while content[place : place + 1] != b"}":
        name, place = _text(content, place)
        if name in found:
            raise ValueError("a name twice")
        found[name], place = _value(content, place, depth)
    return found, place + 1


def _array(content: bytes, place: int, depth: int) -> tuple:
    """Read an array: of numbers of one kind, of a length said before, or up to its end."""
    kind = None
    if content[place : place + 1] == b"$":
        kind, place = np.dtype(_NUMBERS[content[place + 1 : place + 2]]), place + 2
    if content[place : place + 1] != b"#":
        return _open_array(content, place, depth)
    length, place = _length(content, place + 1)
    if kind is not None:
        return np.frombuffer(content, kind, length, place), place + length * kind.itemsize
    values = []
    for _ in range(length):
        value, place = _value(content, place, depth)
        values.append(value)
    return values, place


def _open_array(content: bytes, place: int, depth: int) -> tuple[list, int]:
    values = []
    while content[place : place + 1] != b"]":
        value, place = _value(content, place, depth)
        values.append(value)
    return values, place + 1
