"""Counts, tables and plots of the effects of degraded films."""

import json
from pathlib import Path

import pandas as pd
import pytest

from tools.experiments.robustness_films import PERTURBATIONS
from tools.experiments.robustness_plots import draw_robustness
from tools.experiments.robustness_rows import lung_rows, score_rows_of
from tools.experiments.robustness_tables import outlying_features, robustness_scores, robustness_segmentation

LIMIT = 0.2
WARNING = "unlike the films that the classifier was trained on"
ROBUSTNESS = Path(__file__).parents[2] / "bundles" / "cxr_tuberculosis_screening" / "docs" / "robustness.json"


def _values(rows, site="all") -> dict[str, float]:
    return {row["metric"]: row["value"] for row in rows if row["site"] == site}


def _scored(*films: tuple) -> pd.DataFrame:
    table = pd.DataFrame(films, columns=["tuberculosis", "probability", "outlying_features", "reason"])
    called = (table["probability"] >= 0.3).map({True: "suspicious", False: "not suspicious"})
    return table.assign(decision=called.where(table["probability"].notna(), ""), threshold=0.3)


def test_flags_and_poor_segmentations_are_counted_by_site():
    films = pd.DataFrame(
        [("ok", 0.95, "a"), ("ok", 0.85, "a"), ("warning", 0.8, "b"), ("failed", 0.0, "b")],
        columns=["status", "dice", "site"],
    )
    rows = list(lung_rows(films))
    everywhere = {"dice": 0.65, "flagged": 0.5, "poor outlines": 0.75, "unflagged poor outlines": 0.25}
    assert _values(rows) == everywhere
    assert _values(rows, "b") == {"dice": 0.4, "flagged": 1, "poor outlines": 1, "unflagged poor outlines": 0}
    assert all(row["low"] <= row["value"] <= row["high"] for row in rows if row["metric"] != "dice")


def test_wrong_scores_without_a_warning_are_counted():
    films = _scored(
        (1, 0.9, 0.0, ""),
        (0, 0.1, 0.1, ""),
        (0, 0.8, 0.2, ""),
        (1, 0.1, 0.3, WARNING),
        (0, 0.2, 0.9, f"lungs in pieces; {WARNING}"),
        (1, 0.3, 0.0, "the network is unsure"),
        (0, None, None, "left lung missing or tiny"),
        (1, None, None, "left lung missing or tiny"),
    )
    found = _values(score_rows_of(films, LIMIT))
    shares = {"refused": 2, "warned of": 3, "warned of features only": 1, "wrong": 2, "wrong in silence": 1}
    assert {metric: found[metric] * 8 for metric in shares} == shares
    # Of six films with a score: TB-positive .9, .1, .3 and TB-negative .1, .8, .2.
    assert found["auc"] == pytest.approx((3 + 0.5 + 2) / 9, abs=1e-4)
    assert found["sensitivity at threshold"] == pytest.approx(2 / 3, abs=1e-4) == found["specificity at threshold"]


def test_films_of_one_label_have_no_auc():
    assert "auc" not in _values(score_rows_of(_scored((1, 0.9, 0.0, ""), (0, None, None, "")), LIMIT))


def test_tables_show_measured_rows_only():
    rows = [
        {"perturbation": "blur", "strength": 0.02, "unit": "sigma", "site": "all"} | row
        for row in score_rows_of(_scored((1, 0.9, 0.0, ""), (0, 0.1, 0.3, WARNING)), LIMIT)
    ]
    assert len(robustness_segmentation(rows).splitlines()) == 2
    head, _, line = robustness_scores(rows).splitlines()
    cells = dict(zip(head.split(" | "), line.split(" | "), strict=True))
    assert cells["| films"] == "| blur, 0.02 (sigma)" and cells["AUC"].startswith("1.000 [")
    assert cells["with a warning"].startswith("0.500 [")


def test_outlying_features_are_shown_by_group():
    quantiles = {"median": 0.01, "95%": 0.04, "99%": 0.1, "largest": 0.3}
    rows = [{"group": "ill", "metric": metric, "value": value, "n": 9} for metric, value in quantiles.items()]
    rows += [{"group": "ill", "metric": "warned of", "value": 0.1, "low": 0.02, "high": 0.4, "n": 9}]
    assert outlying_features(rows).splitlines()[2:] == [
        "| TB-positive | 9 | 0.010 | 0.040 | 0.100 | 0.300 | 0.100 [0.020, 0.400] |"
    ]


def test_every_perturbation_is_drawn():
    figure = draw_robustness(json.loads(ROBUSTNESS.read_text())["rows"])
    titles = [axes.get_title() for axes in figure.axes if axes.has_data()]
    assert titles == list(PERTURBATIONS)
    lines = figure.axes[0].get_legend_handles_labels()[1]
    assert {"Dice", "AUC", "wrong without a warning"} <= set(lines)
