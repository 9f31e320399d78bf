"""The transform gives the score that the classifier gives to a table."""

import numpy as np
import pandas as pd
import pytest

from chestxr.bundle import bundle_folder
from chestxr.radiomics import LungContrastError
from chestxr.tuberculosis import ScreenTuberculosisd
from chestxr.tuberculosis.site_threshold import SiteThreshold
from chestxr.utils.lesion_mark import LesionMark
from chestxr.utils.provenance import sha256

SHIPPED = bundle_folder("cxr_tuberculosis_screening") / "models" / "tuberculosis.json"


@pytest.fixture(scope="module")
def screen():
    return ScreenTuberculosisd(classifier=SHIPPED)


@pytest.fixture(scope="module")
def features(screen) -> dict[str, float]:
    """Return shuffled features with values like the training films', some missing, and one that is not selected."""
    random = np.random.default_rng(0)
    names = random.permutation([*screen.classifier.feature_names, "lungs.original.unused"])
    values = dict(zip(names, random.normal(size=len(names)), strict=True))
    return {name: float("nan") if number % 50 == 0 else values[name] for number, name in enumerate(names)}


def _item(features, marks=()):
    return {
        "film": "film",
        "is_chest": True,
        "quality_flags": "",
        "features": features,
        "lesion_evidence": {},
        "marks": list(marks),
        "features_error": None,
    }


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (None, "a lateral film"),
        (ValueError("an empty mask"), "a lateral film"),
        (LungContrastError("the lungs are all of one value"), "the lungs are all of one value; a lateral film"),
    ],
)
def test_lungs_without_contrast_come_first_in_the_reason(screen, error, reason):
    item = _item({}) | {"is_chest": False, "quality_flags": "a lateral film", "features_error": error}
    assert screen(item)["screening"]["no_score"] == reason


def test_score_equals_that_of_a_table(screen, features):
    found = screen(_item(features))["screening"]
    table = pd.DataFrame([dict(sorted(features.items()))] * 3, index=["a", "b", "c"])
    assert found["score"] == screen.classifier.margin(table)[1]
    assert found["probability"] == screen.classifier.probability(table)[1]
    contributions = screen.classifier.contributions(table).iloc[1]
    assert sum(found["zones"].values()) == pytest.approx(contributions.drop("bias").sum(), abs=1e-4)
    assert contributions.sum() == pytest.approx(found["score"], abs=1e-4)


def test_evidence_has_the_strongest_for_and_against(screen, features):
    found = screen(_item(features))["screening"]
    for side, sign in (("for", 1), ("against", -1)):
        values = [float(reason.rpartition("(")[2].rstrip(")")) for reason in found["evidence"][side]]
        assert values and values == sorted(values, key=abs, reverse=True)
        assert all(value * sign >= 0 for value in values)


def test_only_likely_marks_are_reasons(screen, features):
    marks = [LesionMark(40, 50, 0.83, "right_upper"), LesionMark(90, 50, 0.4, "left_upper")]
    found = screen(_item(features, marks))["screening"]
    assert found["marks"] == marks[:1]
    assert found["evidence"]["marks"] == ["opacity, right upper zone, 0.83"] and not found["evidence"]["no_marks"]
    assert screen(_item(features))["screening"]["evidence"]["no_marks"] == ["no opacity of 0.50 or more"]


def test_threshold_of_the_site_decides(features, tmp_path):
    probability = ScreenTuberculosisd(classifier=SHIPPED)(_item(features))["screening"]["probability"]
    for threshold, decision in ((probability - 0.01, "suspicious"), (probability + 0.01, "not suspicious")):
        SiteThreshold(threshold, "sensitivity", 9, 9, 0, sha256(SHIPPED)).save(tmp_path / "site.json")
        screen = ScreenTuberculosisd(classifier=SHIPPED, site_threshold=tmp_path / "site.json")
        found = screen(_item(features))["screening"]
        assert (found["threshold"], found["decision"]) == (threshold, decision)
        assert found["probability"] == probability


def test_missing_feature_raises_with_its_name(screen, features):
    name = screen.classifier.feature_names[7]
    with pytest.raises(ValueError, match=f"1 features are missing, {name}"):
        screen(_item({key: value for key, value in features.items() if key != name}))
