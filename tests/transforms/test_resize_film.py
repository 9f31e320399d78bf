"""Resizing to the network's input size, and its inverse."""

import numpy as np
import torch
from monai.data import MetaTensor
from monai.transforms import Compose, Invertd

from chestxr.transforms import LungChannels, ResizeFilmd
from tests.phantom import chest_film


def test_inverse_is_smooth_and_aligned():
    _, labels = chest_film((300, 260), seed=4)
    chain = Compose([ResizeFilmd("image", (96, 96))])
    item = chain({"image": MetaTensor(torch.as_tensor((labels == 1)[None].astype(np.float32)))})
    item["pred"] = MetaTensor(item["image"].clone())
    restored = Invertd("pred", chain, orig_keys="image", nearest_interp=False)(item)["pred"]
    assert restored.shape == (1, 300, 260)
    overlap = ((restored[0] > 0.5).numpy() & (labels == 1)).sum()
    assert 2 * overlap / ((restored > 0.5).sum() + (labels == 1).sum()) > 0.985
    assert len(np.unique(restored.numpy().round(3))) > 50


def test_area_averaging_keeps_the_mean():
    film = torch.rand(1, 256, 192)
    small = ResizeFilmd("image", (64, 64))({"image": MetaTensor(film)})["image"]
    assert torch.isclose(small.mean(), film.mean(), atol=1e-4)


def test_channels_of_labels_and_probabilities():
    labels = torch.tensor([[[0, 1, 2]]])
    assert LungChannels()(labels).tolist() == [[[0, 1, 1]], [[0, 1, 0]], [[0, 0, 1]]]
    probability = torch.tensor([[[0.2]], [[0.5]], [[0.3]]])
    assert torch.allclose(LungChannels()(probability).flatten(), torch.tensor([0.8, 0.5, 0.3]))
