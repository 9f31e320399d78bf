"""Pixels outside the lungs contribute nothing to the loss."""

import pytest
import torch
from monai.losses import DiceCELoss

from chestxr.losses import InsideLungs

LOSS = InsideLungs(DiceCELoss(sigmoid=True))


@pytest.fixture
def films() -> tuple[torch.Tensor, torch.Tensor]:
    """Logits that need a gradient, and label: target and lungs, the left half of each film."""
    logits = torch.randn(2, 1, 16, 16, generator=torch.Generator().manual_seed(0)).requires_grad_()
    target = (torch.arange(16) % 3 == 0).float().expand(2, 1, 16, 16)
    lungs = (torch.arange(16) < 8).float()[:, None].expand(2, 1, 16, 16)
    return logits, torch.cat([target, lungs], dim=1)


def test_loss_and_gradient_do_not_depend_on_pixels_outside(films):
    logits, label = films
    loss = LOSS(logits, label)
    loss.backward()
    assert (logits.grad[:, :, 8:] == 0).all() and (logits.grad[:, :, :8] != 0).any()
    changed = logits.detach().clone()
    changed[:, :, 8:] = 50
    label[:, 0, 8:] = 1
    assert LOSS(changed, label).item() == pytest.approx(loss.item())


def test_perfect_prediction_inside_has_no_loss(films):
    _, label = films
    assert LOSS((label[:, :1] - 0.5) * 60, label).item() == pytest.approx(0, abs=1e-4)
