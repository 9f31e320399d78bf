"""Readings of Shenzhen, and tables of the lesion bundle."""

import pytest

from tools.experiments.lesion_readings import named_side, named_zone
from tools.experiments.lesion_tables import boxes, sites


@pytest.mark.parametrize(
    ("reading", "side", "zone"),
    [
        ("PTB in the right upper field", "right", "right_upper"),
        ("right lower field PTB", "right", "right_lower"),
        ("Left PTB", "left", ""),
        ("secondary PTB in the bilateral upper field", "", ""),
        ("bilateral PTB, right pleurisy", "", ""),
        ("left PTB, right pleurisy", "", ""),
        ("STB", "", ""),
        ("right upper pneumonia", "", ""),
        ("normal", "", ""),
    ],
)
def test_side_and_zone_of_a_reading(reading, side, zone):
    assert (named_side(reading), named_zone(reading)) == (side, zone)


def test_tables_of_the_card():
    numbers = {"value": 0.9, "low": 0.8, "high": 0.95, "n": 10}
    rows = [
        {"site": "tbx11k", "films": section, "metric": "first mark in a box"} | numbers
        for section in ("validation", "test")
    ]
    rows.append({"site": "montgomery", "films": "normal", "metric": "marks a film"} | numbers)
    assert "| first mark in a box | 0.900 [0.800, 0.950] | 10 | 0.900 [0.800, 0.950] | 10 |" in boxes(rows)
    assert "| Montgomery | normal | marks a film | 0.900 [0.800, 0.950] | 10 |" in sites(rows)
    assert "Montgomery" not in boxes(rows) and "first mark" not in sites(rows)
