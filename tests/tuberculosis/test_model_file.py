"""Validation of untrusted classifier files, some of which crash XGBoost."""

import json
from pathlib import Path
from random import Random

import pytest

from chestxr.tuberculosis import TuberculosisClassifier
from chestxr.tuberculosis.model_file import check_learner, read_learner
from tools.fuzzing.byte_mutations import BYTE_MUTATIONS

SHIPPED = Path(__file__).parents[2] / "bundles" / "cxr_tuberculosis_screening" / "models" / "tuberculosis.json"
MUTANTS = 150


def _set(*path, value):
    def change(model: dict) -> None:
        for name in path[:-1]:
            model = model[name]
        model[path[-1]] = value

    return change


_BOOSTER = ("learner", "gradient_booster")
_WEIGHTS = (*_BOOSTER, "model", "weights")
CONTRADICTIONS = {
    "fewer coefficients than features": _set(*_WEIGHTS, value=[0.5, 0.5]),
    "a coefficient that is no number": _set(*_WEIGHTS, 0, value=None),
    "an infinite coefficient": _set(*_WEIGHTS, 0, value=float("inf")),
    "coefficients in a table": _set(*_WEIGHTS, 0, value=[1.0]),
    "fewer features": _set("learner", "learner_model_param", "num_feature", value="3"),
    "more classes": _set("learner", "learner_model_param", "num_class", value="3"),
    "a name twice": _set("learner", "feature_names", 0, value="lungs.lesion.log_odds"),
    "types of features": _set("learner", "feature_types", value=["c"]),
    "another kind of booster": _set(*_BOOSTER, "name", value="gbtree"),
}


@pytest.fixture(scope="module")
def model() -> str:
    return SHIPPED.read_text()


def test_shipped_classifier_is_valid(model):
    check_learner(read_learner(model.encode()))


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
        check_learner(read_learner(content))


def test_duplicate_name_raises(model):
    """XGBoost might read the value that was not checked."""
    twice = model.replace('"weights":', '"weights":[],"weights":', 1)
    assert twice != model
    with pytest.raises(ValueError, match="a name twice"):
        read_learner(twice.encode())


def test_too_large_file_raises(model):
    with pytest.raises(ValueError, match="more than 67108864 bytes"):
        read_learner(model.encode() + b" " * 2**26)
