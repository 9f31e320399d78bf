"""Zones are tinted by their contribution to the score; the rest of the picture is unchanged."""

import numpy as np

from chestxr.radiomics import ZONES, lung_regions
from chestxr.visualize.zone_map import draw_zone_map
from tests.phantom import chest_film


def test_zones_are_tinted_by_sign_and_size():
    _, labels = chest_film((256, 288), seed=3)
    picture = np.full((288, 256, 3), 90, np.uint8)
    zones = dict.fromkeys(ZONES, 0.0) | {"right_upper": 1.0, "left_lower": -0.5}
    drawn = draw_zone_map(picture, labels, zones).astype(int)
    regions = {name: region.T for name, region in lung_regions(labels).items()}
    towards, away, neutral = (
        np.median(drawn[regions[name]], axis=0) for name in ("right_upper", "left_lower", "left_upper")
    )
    assert towards[0] > 140 and towards[2] < 60
    assert away[2] > away[0] and away[0] < 90
    assert (neutral == 90).all()
    outside = ~(labels.T > 0)
    outside[250:] = False
    assert (drawn[outside] == 90).mean() > 0.99
