"""Contributions are summed by region and family, and by zone."""

import pandas as pd
import pytest

from chestxr.tuberculosis.explanation import explain, zone_contributions

CONTRIBUTIONS = pd.Series(
    {
        "right_upper.original.glcm.Contrast": 0.6,
        "right_upper.log-2px.gldm.SmallDependenceEmphasis": 0.3,
        "left_lung.original.firstorder.Mean": -0.6,
        "upper_difference.original.firstorder.Mean": 0.2,
        "zone_spread.original.glszm.ZoneEntropy": 0.12,
        "lungs.original.shape2D.Elongation": 0.0,
        "bias": 0.4,
    }
)


def test_reasons_are_sorted_by_absolute_value():
    reasons = explain(CONTRIBUTIONS)
    assert [words for words, _ in reasons] == [
        "right upper zone, texture",
        "left lung, brightness",
        "right against left upper zone, brightness",
    ]
    assert reasons[0][1] == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("name", "words", "zones"),
    [
        ("left_lower_outer.rank-hessian-1px-low.firstorder.Mean", "left lower zone, outer half, fine structure", 1),
        ("middle_inner_difference.hessian-2px-high.firstorder.Mean", "right against left middle zone, inner half", 2),
        ("half_zone_highest.hessian-2px-high.firstorder.Mean", "most striking of the half zones, fine structure", 6),
        ("lung_difference.rank.glcm.Contrast", "right against left lung, texture", 6),
        ("lungs.original.shape2D.Sphericity", "both lungs, shape", 6),
    ],
)
def test_every_region_has_a_text_and_zones(name, words, zones):
    contributions = pd.Series({name: 0.6, "bias": 0.0})
    assert explain(contributions)[0][0].startswith(words)
    shares = zone_contributions(contributions, {})
    assert sorted(shares.values())[-zones:] == pytest.approx([0.6 / zones] * zones)


def test_zones_sum_to_all_contributions():
    zones = zone_contributions(CONTRIBUTIONS, {})
    assert sum(zones.values()) == pytest.approx(CONTRIBUTIONS.drop("bias").sum())
    assert zones["right_upper"] == pytest.approx(0.9 + 0.2 / 2 + 0.12 / 6)
    assert zones["left_upper"] == pytest.approx(-0.2 + 0.2 / 2 + 0.12 / 6)
    assert zones["left_middle"] == zones["left_lower"] == pytest.approx(-0.2 + 0.12 / 6)


def test_lesions_count_for_the_zones_that_have_them():
    contributions = pd.Series({"lungs.lesion.log_odds": 1.2, "bias": 0.4})
    assert explain(contributions) == [("lesions", pytest.approx(1.2))]
    evidence = {"right_upper.lesion.top5": 0.6, "left_lower.lesion.top5": 0.2}
    zones = zone_contributions(contributions, evidence)
    assert zones["right_upper"] == pytest.approx(0.9) and zones["left_lower"] == pytest.approx(0.3)
    assert sum(zones.values()) == pytest.approx(1.2)
    assert list(zone_contributions(contributions, {}).values()) == pytest.approx([0.2] * 6)
    assert list(zone_contributions(-contributions, evidence).values()) == pytest.approx([-0.2] * 6)
