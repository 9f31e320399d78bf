"""Roughness counts notches and spikes narrower than its disc, and no smooth curve."""

import numpy as np
import pytest
import torch

from chestxr.metrics.roughness import LungRoughness, roughness

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


def test_lungs_together_are_weighted_by_area_and_a_missing_lung_is_nan():
    small = np.zeros_like(DISC)
    small[:40, :40] = True
    film = np.stack([NOTCHED | small, NOTCHED, small])
    both, right, left = LungRoughness(0.02)(torch.from_numpy(film[None].astype(np.float32)))[0].tolist()
    assert right > left and both == pytest.approx((right * NOTCHED.sum() + left * 1600) / (NOTCHED.sum() + 1600))
    film[2] = False
    both, right, left = LungRoughness(0.02)(torch.from_numpy(film[None].astype(np.float32)))[0].tolist()
    assert both == pytest.approx(right) and np.isnan(left)
    assert torch.isnan(LungRoughness()(torch.zeros(2, 3, 8, 8))).all()
