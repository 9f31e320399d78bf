"""Roughness counts notches narrower than its disc, and no smooth curve."""

import numpy as np
import pytest

from chestxr.metrics.roughness import roughness

X, Y = np.meshgrid(np.arange(200), np.arange(200), indexing="ij")
DISC = (X - 100) ** 2 + (Y - 100) ** 2 < 60**2
# A heart's border: a bay much wider than the disc.
BAY = DISC & ((X - 170) ** 2 + (Y - 100) ** 2 > 40**2)
NOTCHED = DISC & ~((abs(Y - 100) < 3) & (X > 100))
SPIKED = DISC | ((abs(Y - 100) < 3) & (X > 100) & (X < 190))


@pytest.mark.parametrize("smooth", [DISC, BAY])
@pytest.mark.parametrize("radius", [2, 4, 8.5])
def test_smooth_borders_have_hardly_any(smooth, radius):
    assert roughness(smooth, radius) < 0.003


def test_notches_narrower_than_the_disc_count_with_their_area():
    share = (DISC ^ NOTCHED).sum() / NOTCHED.sum()
    assert roughness(NOTCHED, 4) == pytest.approx(share, abs=0.005) and roughness(NOTCHED, 2) < 0.003


def test_corners_and_spikes_that_point_outwards_do_not_count():
    assert roughness(SPIKED, 4) < 0.005


def test_an_empty_mask_has_none():
    assert np.isnan(roughness(np.zeros_like(DISC), 4))
