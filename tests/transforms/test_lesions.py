"""Lesion mask, crop to the lungs, network and marks: places on the film stay right through the chain."""

import numpy as np
import pytest
import torch
from monai.data import MetaTensor
from monai.transforms import Compose, Resized

from chestxr.transforms import ApplyNetworkd, CropToLungsd, LesionEvidenced, LesionMarksd, LesionMaskd, ResizeFilmd
from chestxr.utils.lesion_mark import LesionMark

SIZE = (200, 120)


@pytest.fixture
def film() -> MetaTensor:
    affine = torch.diag(torch.tensor([-0.5, -0.5, 1.0, 1.0], dtype=torch.float64))
    return MetaTensor(torch.rand(1, *SIZE), affine=affine, meta={"original_affine": affine.numpy()})


@pytest.fixture
def lungs(film) -> MetaTensor:
    labels = torch.zeros(1, *SIZE)
    labels[:, 20:80, 10:100], labels[:, 110:180, 12:96] = 1, 2
    return MetaTensor(labels, affine=film.affine, meta=film.meta)


def test_mask_of_the_boxes(film):
    item = {"boxes": [[10.2, 20, 30, 40.5], [100, 0, 200, 120]], "image": film}
    found = LesionMaskd("boxes", "image", "lesions")(item)
    expected = torch.zeros(1, *SIZE)
    expected[:, 10:30, 20:41] = expected[:, 100:, :] = 1
    assert torch.equal(found["lesions"].as_tensor(), expected)
    assert found["boxes"].shape == (2, 4) and torch.equal(found["lesions"].affine, film.affine)


def test_ellipse_fits_into_its_box(film):
    found = LesionMaskd("boxes", "image", "lesions", ellipse=True)({"boxes": [[10, 20, 70, 60]], "image": film})
    mask = found["lesions"][0].numpy() > 0
    assert mask[:, 40].nonzero()[0].tolist() == list(range(10, 70))
    assert mask.sum() == pytest.approx(np.pi / 4 * 60 * 40, rel=0.03) and not mask[11, 21]


def test_film_without_boxes_has_an_empty_mask(film):
    found = LesionMaskd("boxes", "image", "lesions")({"image": film})
    assert found["boxes"].shape == (0, 4) and not found["lesions"].any()


@pytest.mark.parametrize("box", [[-1, 0, 5, 5], [190, 0, 201, 5], [5, 5, 5, 9]])
def test_box_outside_the_film_raises(film, box):
    with pytest.raises(ValueError, match="found a box outside a film of 200 x 120 pixels"):
        LesionMaskd("boxes", "image", "lesions")({"boxes": [box], "image": film})


def test_crop_keeps_a_margin_as_far_as_the_film_has_one(film, lungs):
    found = CropToLungsd(["image", "lungs"], "lungs", margin=15)({"image": film, "lungs": lungs})
    assert found["image"].shape == (1, 195 - 5, 115) and torch.equal(found["image"], film[:, 5:195, :115])


def test_film_without_lungs_is_not_cropped(film, lungs):
    found = CropToLungsd(["image", "lungs"], "lungs", margin=5)({"image": film, "lungs": lungs * 0})
    assert found["image"].shape == film.shape


def test_marks_are_in_pixels_of_the_film(film, lungs):
    lesion = torch.zeros(1, *SIZE)
    lesion[:, 60:64, 30:34], lesion[:, 153:157, 73:77], lesion[:, 90:94, 50:60] = 0.5, 1.0, 1.0
    chain = Compose(
        [
            CropToLungsd(["lesion", "lungs"], "lungs", margin=3),
            ResizeFilmd("lesion", (320, 240)),
            Resized("lungs", (320, 240), mode="nearest"),
            LesionMarksd("lesion", "lungs", smoothing=2, distance=10, least=0.1),
        ]
    )
    marks = chain({"lesion": MetaTensor(lesion, affine=film.affine, meta=film.meta), "lungs": lungs})["marks"]
    # The third place lies between the lungs.
    assert [mark[:2] for mark in marks] == [pytest.approx((155, 75), abs=0.8), pytest.approx((62, 32), abs=0.8)]
    assert [mark.zone for mark in marks] == ["left_lower", "right_upper"]
    assert marks[0].probability > 0.6 and marks[0].probability > marks[1].probability > 0.1


def test_film_without_lungs_has_no_marks(film, lungs):
    found = LesionMarksd("lesion", "lungs", smoothing=2, distance=10, least=0.1)({"lesion": film, "lungs": lungs * 0})
    assert found["marks"] == []


def test_border_of_the_lungs_does_not_dilute_a_mark(lungs):
    everywhere = MetaTensor(torch.ones(1, *SIZE), affine=lungs.affine, meta=lungs.meta)
    found = LesionMarksd("lesion", "lungs", smoothing=8, distance=10, least=0.1)({"lesion": everywhere, "lungs": lungs})
    assert found["marks"] and all(mark.probability == pytest.approx(1) for mark in found["marks"])


def test_evidence_by_region(lungs):
    probability = torch.zeros(1, *SIZE)
    probability[:, 20:80, 10:12] = 0.8  # the first two of the 90 rows of the right lung
    item = {"lesion": probability, "lungs": lungs}
    item["marks"] = [LesionMark(50, 11, 0.7, "right_upper"), LesionMark(150, 50, 0.4, "left_middle")]
    found = LesionEvidenced("lesion", "lungs")(item)["lesion_evidence"]
    assert found["right_lung.lesion.top1"] == found["right_upper.lesion.top5"] == pytest.approx(0.8)
    assert found["right_lung.lesion.top5"] == pytest.approx(0.8 * 120 / 270)
    assert found["right_lung.lesion.area"] == pytest.approx(2 / 90)
    assert found["right_lung.lesion.mean"] == pytest.approx(0.8 * 2 / 90)
    assert found["left_lung.lesion.top1"] == found["right_lower.lesion.area"] == 0
    marks = {name: found[f"{name}.lesion.marks"] for name in ("lungs", "right_lung", "right_upper", "left_lung")}
    assert marks == {"lungs": 1, "right_lung": 1, "right_upper": 1, "left_lung": 0}


def test_film_without_lungs_has_no_evidence(film, lungs):
    found = LesionEvidenced("lesion", "lungs")({"lesion": film, "lungs": lungs * 0, "marks": []})
    assert found["lesion_evidence"] == {}


def test_network_keeps_metadata(film, tmp_path):
    network = torch.nn.Conv2d(1, 3, 1)
    torch.save(network.state_dict(), tmp_path / "model.pt")
    apply = ApplyNetworkd("image", torch.nn.Conv2d(1, 3, 1), tmp_path / "model.pt")
    found = apply({"image": film})["image"]
    assert torch.equal(found.as_tensor(), network(film.as_tensor()[None])[0].detach())
    assert torch.equal(found.affine, film.affine)


def test_weights_of_another_network_raise(tmp_path):
    torch.save(torch.nn.Conv2d(1, 2, 1).state_dict(), tmp_path / "model.pt")
    with pytest.raises(ValueError, match="found weights of another network; expected those of this Conv2d"):
        ApplyNetworkd("image", torch.nn.Conv2d(1, 3, 1), tmp_path / "model.pt")
