"""Roughness of a film's lungs."""

import numpy as np
import pytest
import torch

from chestxr.handlers import LungRoughness
from tests.metrics.test_roughness import DISC, NOTCHED


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
