"""Validation of untrusted classifier files, some of which crash XGBoost."""

import json
from pathlib import Path
from random import Random

import pytest

from chestxr.tuberculosis import TuberculosisClassifier
from chestxr.tuberculosis.model_file import check_model
from tools.fuzzing.byte_mutations import BYTE_MUTATIONS

SHIPPED = Path(__file__).parents[2] / "bundles" / "cxr_tuberculosis_screening" / "models" / "tuberculosis.json"
MUTANTS = 150


def _set(*path, value):
    def change(model: dict) -> None:
        for name in path[:-1]:
            model = model[name]
        model[path[-1]] = value

    return change


_TREE = ("learner", "gradient_booster", "model", "trees", 0)
CONTRADICTIONS = {
    "a node that leads out of the tree": _set(*_TREE, "left_children", 0, value=10_000_000),
    "a node that leads back": _set(*_TREE, "right_children", 0, value=0),
    "a feature that is not there": _set(*_TREE, "split_indices", 0, value=2**30),
    "fewer values than nodes": _set(*_TREE, "split_conditions", value=[]),
    "more nodes than values": _set(*_TREE, "tree_param", "num_nodes", value="1000000"),
    "more trees than given": _set("learner", "gradient_booster", "model", "gbtree_model_param", "num_trees", value="9"),
    "fewer features": _set("learner", "learner_model_param", "num_feature", value="3"),
    "another kind of booster": _set("learner", "gradient_booster", "name", value="dart"),
}


@pytest.fixture(scope="module")
def model() -> str:
    return SHIPPED.read_text()


def test_shipped_classifier_is_valid(model):
    check_model(model.encode())


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_inconsistent_model_raises(case, model, tmp_path):
    changed = json.loads(model)
    CONTRADICTIONS[case](changed)
    path = tmp_path / "tuberculosis.json"
    path.write_text(json.dumps(changed, separators=(",", ":")))
    with pytest.raises(ValueError, match=r"tuberculosis\.json: cut off or no XGBoost model"):
        TuberculosisClassifier.load(path)


def test_mutated_files_raise_or_load_without_a_crash(tmp_path):
    content, path, refused = SHIPPED.read_bytes(), tmp_path / "tuberculosis.json", 0
    for number in range(MUTANTS):
        rng = Random(number)
        path.write_bytes(rng.choice(BYTE_MUTATIONS)(content, rng))
        try:
            TuberculosisClassifier.load(path)
        except ValueError as error:
            assert str(error).startswith(str(path)) and "\n" not in str(error)
            refused += 1
    assert refused > MUTANTS / 2


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"[" * 100_000, b'{"a":' * 100_000, b'{"' * 9, b"\xff", b"null"])
def test_other_content_raises(content):
    with pytest.raises(ValueError):
        check_model(content)


def test_duplicate_name_raises(model):
    """XGBoost might read the value that was not checked."""
    twice = model.replace('"iteration_indptr":', '"trees":[],"iteration_indptr":', 1)
    assert twice != model
    with pytest.raises(ValueError, match="a name twice"):
        check_model(twice.encode())


def test_too_large_file_raises(model):
    with pytest.raises(ValueError, match="more than 67108864 bytes"):
        check_model(model.encode() + b" " * 2**26)
