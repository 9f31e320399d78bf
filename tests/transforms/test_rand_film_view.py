"""Training data of the view classifier."""

from collections import Counter

import pytest
import torch

from chestxr.transforms import RandNoChestd, RandOrientationd, RandWindowd
from chestxr.transforms.film_view import LATERAL, NO_CHEST, in_orientation
from tests.phantom import chest_film

FILM = torch.as_tensor(chest_film((96, 96), seed=1)[0], dtype=torch.float32)[None]
FILM = FILM / FILM.max()


def _drawn(transform, kind, times=60):
    transform.set_random_state(seed=0)
    return [transform({"image": FILM, "kind": kind}) for _ in range(times)]


def test_label_of_a_frontal_film_is_its_orientation():
    drawn = _drawn(RandOrientationd("image"), "frontal")
    assert {item["label"] for item in drawn} == set(range(8))
    assert all(torch.equal(item["image"], in_orientation(FILM, item["label"])) for item in drawn)


@pytest.mark.parametrize(("kind", "label"), [("lateral", LATERAL), ("no chest", NO_CHEST)])
def test_label_of_other_images_is_their_kind(kind, label):
    assert {item["label"] for item in _drawn(RandOrientationd("image"), kind)} == {label}


def test_replaced_film_becomes_no_chest():
    drawn = _drawn(RandNoChestd("image", prob=0.5), "frontal")
    kinds = Counter(item["kind"] for item in drawn)
    assert 15 < kinds["no chest"] < 45
    for item in drawn:
        assert item["image"].shape == FILM.shape
        assert torch.equal(item["image"], FILM) == (item["kind"] == "frontal")


def test_narrow_window_keeps_the_order_of_intensities():
    for item in _drawn(RandWindowd("image", prob=1.0), "frontal"):
        windowed = item["image"]
        assert windowed.min() == 0 and windowed.max() == 1 and windowed.dtype == FILM.dtype
        assert (windowed.flatten()[FILM.flatten().argsort()].diff() >= 0).all()
