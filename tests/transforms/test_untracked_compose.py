"""Augmentation without metadata gives the same pixels, and restores the tracking setting."""

import pytest
import torch
from monai.data import MetaTensor, get_track_meta, set_track_meta
from monai.transforms import Compose, Lambdad, RandAffined, RandGaussianNoised

from chestxr.transforms.untracked_compose import UntrackedCompose

FILM = {"image": torch.rand(1, 24, 32), "label": torch.rand(3, 24, 32).round()}


def _augmentation():
    return [
        RandAffined(["image", "label"], prob=1.0, rotate_range=0.5, padding_mode="border"),
        RandGaussianNoised("image", prob=1.0),
    ]


def test_same_pixels_as_with_metadata():
    tracked = Compose(_augmentation()).set_random_state(3)(FILM)
    plain = UntrackedCompose(_augmentation()).set_random_state(3)(FILM)
    assert isinstance(tracked["image"], MetaTensor)
    for key, before in FILM.items():
        assert type(plain[key]) is torch.Tensor
        assert torch.equal(plain[key], tracked[key].as_tensor()) and not torch.equal(plain[key], before)


@pytest.mark.parametrize("tracked", [True, False])
def test_tracking_is_restored_also_after_an_error(tracked):
    set_track_meta(tracked)
    try:
        UntrackedCompose(_augmentation())(FILM)
        assert get_track_meta() is tracked
        with pytest.raises(RuntimeError):
            UntrackedCompose([Lambdad("image", lambda film: film @ torch.ones(1))])(FILM)
        assert get_track_meta() is tracked
    finally:
        set_track_meta(True)


def test_inner_random_transforms_are_seeded_by_the_outer_chain():
    chain = Compose([UntrackedCompose(_augmentation())])
    first, second, again = (chain.set_random_state(seed)(FILM)["image"] for seed in (1, 2, 1))
    assert torch.equal(first, again) and not torch.equal(first, second)
