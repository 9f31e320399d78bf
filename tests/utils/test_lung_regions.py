"""Lungs are divided into regions by the documented rules."""

import numpy as np
import pytest

from chestxr.radiomics import REGIONS, ZONES, lung_regions
from chestxr.utils.lung_regions import HALF_ZONES, half_zones
from tests.phantom import chest_film


def test_zones_are_thirds_of_each_lung_from_apex_to_base():
    labels = chest_film((200, 240), seed=2)[1]
    regions = lung_regions(labels)
    assert tuple(regions) == REGIONS
    for value, side in ((1, "right"), (2, "left")):
        zones = [regions[f"{side}_{level}"] for level in ("upper", "middle", "lower")]
        np.testing.assert_array_equal(np.sum(zones, axis=0), labels == value)
        widest = (labels == value).sum(axis=0).max()
        assert all(abs(zone.sum() - (labels == value).sum() / 3) <= widest for zone in zones)
        rows = [np.flatnonzero(zone.any(axis=0)) for zone in zones]
        assert rows[0].max() < rows[1].min() and rows[1].max() < rows[2].min()


@pytest.mark.parametrize("left_share", [0.0, 0.05])
def test_missing_or_tiny_lung_is_left_out_with_its_zones(left_share):
    labels = np.zeros((100, 100), dtype=np.uint8)
    labels[10:40, 10:90] = 1
    labels[60 : 60 + round(30 * left_share), 10:90] = 2
    assert [name for name in lung_regions(labels) if "left" in name] == []
    assert len([name for name in lung_regions(labels) if name in ZONES]) == 3


def test_empty_mask_raises():
    with pytest.raises(ValueError, match="empty mask"):
        lung_regions(np.zeros((10, 10), dtype=np.uint8))


def test_half_zones_have_equal_area_and_the_inner_is_medial():
    regions = lung_regions(chest_film((200, 240), seed=2)[1])
    halves = half_zones(regions)
    assert tuple(halves) == HALF_ZONES
    for zone in ZONES:
        inner, outer = halves[f"{zone}_inner"], halves[f"{zone}_outer"]
        np.testing.assert_array_equal(inner | outer, regions[zone])
        assert not (inner & outer).any()
        assert abs(int(inner.sum()) - int(outer.sum())) <= 2 * regions[zone].sum(axis=1).max()
        middle = [np.argwhere(half)[:, 0].mean() for half in (inner, outer)]
        assert middle[0] > middle[1] if zone.startswith("right") else middle[0] < middle[1]
