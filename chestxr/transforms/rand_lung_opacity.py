"""Random opacities painted into the lungs: consolidation, effusion, a white lung."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import torch
from monai.config import KeysCollection, NdarrayOrTensor
from monai.networks.layers import GaussianFilter
from monai.transforms import MapTransform, RandomizableTransform
from monai.utils import TransformBackends, convert_to_dst_type, convert_to_tensor

__all__ = ["RandLungOpacityd"]

_SHAPES = ("consolidation", "effusion", "white lung")
_CHANCES = (0.5, 0.35, 0.15)
_BOTH_LUNGS = 0.25
# Smaller lungs are cropped away, or a mistake.
_LEAST_PIXELS = 64


class RandLungOpacityd(RandomizableTransform, MapTransform):
    """
    Dictionary-based random opacities in the lungs, under an unchanged label.

    On most films lungs are dark, and a network learns that what is white is no lung. Here one lung or both become as
    white as the tissue around them, in patches, from the base up to a meniscus, or all over, so that the network has to
    find the lung's outline from the rest of the chest.

    Parameters
    ----------
    keys : str or sequence of str
        Images (1, W, H), bone white. All get the same opacities.
    label_key : str, optional
        Label (3, W, H), 0 to 1: background, right lung, left lung; the film is upright.
    prob : float, optional
        Probability of opacities.
    """

    backend = [TransformBackends.TORCH]

    def __init__(self, keys: KeysCollection, label_key: str = "label", prob: float = 0.1) -> None:
        MapTransform.__init__(self, keys)
        RandomizableTransform.__init__(self, prob)
        self.label_key = label_key

    def __call__(self, data: Mapping[Hashable, NdarrayOrTensor]) -> dict[Hashable, Any]:
        """Return the item, unchanged or with opacities."""
        self.randomize(None)
        item = dict(data)
        if not self._do_transform:
            return item
        label = convert_to_tensor(item[self.label_key], dtype=torch.float32, track_meta=False)
        sides = range(2) if self.R.random() < _BOTH_LUNGS else [int(self.R.randint(2))]
        for side in sides:
            if (label[1 + side] > 0.5).sum() < _LEAST_PIXELS:
                continue
            density, texture = self._density(label[1 + side], side), self._noise(label.shape[1:], 4, 24)
            quantile, grain = self.R.uniform(0.3, 0.95), self.R.uniform(0, 0.12)
            for key in self.key_iterator(item):
                image = convert_to_tensor(item[key], dtype=torch.float32, track_meta=False)
                white = torch.quantile(_around(image[0], label), float(quantile)) * (1 + grain * texture)
                painted = image + density * (white - image).clamp_min(0)
                item[key] = convert_to_dst_type(painted, item[key])[0]
        return item

    def _density(self, lung: torch.Tensor, side: int) -> torch.Tensor:
        """Return how much of a lung's image is replaced: (W, H), 0 to 1."""
        shape = self.R.choice(_SHAPES, p=_CHANCES)
        if shape == "consolidation":
            density = torch.stack([self._patch(lung) for _ in range(self.R.randint(1, 4))]).amax(0)
        elif shape == "effusion":
            density = self._fluid(lung, side)
        else:
            density = (1 - 0.2 * self._noise(lung.shape, 3, 10).abs()).clamp(0, 1)
        strength, blur = self.R.uniform(0.5, 1.0), self.R.uniform(0.004, 0.02) * lung.shape[-1]
        return strength * GaussianFilter(2, blur)((density * lung)[None, None])[0, 0]

    def _patch(self, lung: torch.Tensor) -> torch.Tensor:
        """Return an ellipse with a ragged edge, somewhere in the lung."""
        inside = (lung > 0.5).nonzero()
        centre = inside[self.R.randint(len(inside))]
        extent = (inside.amax(0) - inside.amin(0) + 1).amax()
        angle, (across, along) = self.R.uniform(0, np.pi), self.R.uniform(0.1, 0.5, 2)
        x, y = _grid(lung.shape, centre)
        u, v = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
        distance = torch.sqrt((u / (across * extent)) ** 2 + (v / (along * extent)) ** 2)
        edge = 1 - distance + self.R.uniform(0, 0.4) * self._noise(lung.shape, 4, 16)
        return torch.sigmoid(edge / self.R.uniform(0.02, 0.2))

    def _fluid(self, lung: torch.Tensor, side: int) -> torch.Tensor:
        """Return the lung's base up to a level that rises towards the chest wall."""
        inside = (lung > 0.5).nonzero()
        first, last = inside.amin(0), inside.amax(0)
        width, height = (last - first + 1).tolist()
        x, y = _grid(lung.shape, torch.stack([first[0], last[1]]))
        lateral = (1 - x / width if side == 0 else x / width).clamp(0, 1)
        level = self.R.uniform(0.1, 0.7) + self.R.uniform(0, 0.4) * lateral**2
        return torch.sigmoid((y / height + level) / self.R.uniform(0.01, 0.08))

    def _noise(self, shape: torch.Size | tuple[int, int], coarsest: int, finest: int) -> torch.Tensor:
        """Return smooth noise of mean 0 and standard deviation of about 1, with a random number of cells."""
        cells = int(self.R.randint(coarsest, finest + 1))
        noise = torch.from_numpy(self.R.normal(size=(1, 1, cells, cells)).astype(np.float32))
        return torch.nn.functional.interpolate(noise, tuple(shape), mode="bicubic", align_corners=False)[0, 0]


def _grid(shape: torch.Size, origin: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the distance of each pixel from the origin to the right, and downwards, in pixels."""
    x, y = (torch.arange(size, dtype=torch.float32) - start for size, start in zip(shape, origin, strict=True))
    return x[:, None], y[None]


def _around(image: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
    """Return the pixels between and around the lungs: mediastinum, chest wall, diaphragm."""
    lungs = label[1:].amax(0) > 0.5
    inside = lungs.nonzero()
    (left, top), (right, bottom) = inside.amin(0).tolist(), inside.amax(0).tolist()
    box = slice(left, right + 1), slice(top, bottom + 1)
    outside = image[box][~lungs[box]]
    return outside if len(outside) else image.flatten()
