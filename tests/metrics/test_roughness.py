"""Roughness counts notches and spikes narrower than its disc, and no smooth curve."""

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
    assert roughness(smooth, radius) < 0.015


@pytest.mark.parametrize("rough", [NOTCHED, SPIKED])
def test_notches_and_spikes_count_with_their_area(rough):
    share = (rough ^ DISC).sum() / rough.sum()
    assert roughness(rough, 4) == pytest.approx(share, abs=0.01) and roughness(rough, 2) < 0.015
