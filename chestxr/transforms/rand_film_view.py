"""Random transforms for training the view classifier: orientations, windows, and synthetic non-chest images."""

from collections.abc import Hashable, Mapping
from typing import Any

import torch
from monai.transforms import MapTransform, RandomizableTransform
from torch.nn.functional import affine_grid, grid_sample, interpolate

from .film_view import LATERAL, NO_CHEST, in_orientation

__all__ = ["RandNoChestd", "RandOrientationd", "RandWindowd"]


class RandNoChestd(RandomizableTransform, MapTransform):
    """
    Randomly replace a film by a non-chest image: an enlarged part of it, its shuffled quadrants, or noise.

    An enlarged part has the bones, edges and grey levels of a radiograph without the arrangement of a chest, like films
    of other body parts: outlier exposure (Hendrycks et al., 2019, arXiv 1812.04606) without a data set of such films.

    Parameters
    ----------
    keys : str
        The film, shape (1, W, H) with W = H, in the range 0 to 1.
    kind_key : str, optional
        Key of the image type: "frontal", "lateral" or "no chest". A replaced film becomes "no chest".
    prob : float, optional
        Probability of a replacement.
    """

    def __init__(self, keys: str, kind_key: str = "kind", prob: float = 0.2) -> None:
        MapTransform.__init__(self, keys)
        RandomizableTransform.__init__(self, prob)
        self.kind_key = kind_key

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return the item, unchanged or with a non-chest image."""
        self.randomize(None)
        if not self._do_transform:
            return dict(data)
        make = (self._part, self._part, self._shuffled, self._noise)[self.R.randint(4)]
        key = self.first_key(data)
        return dict(data) | {key: make(data[key]), self.kind_key: "no chest"}

    def _part(self, film: torch.Tensor) -> torch.Tensor:
        angle = torch.tensor(self.R.uniform(-torch.pi, torch.pi))
        width, height = self.R.uniform(0.12, 0.4, 2)
        matrix = torch.tensor(
            [
                [angle.cos() * width, -angle.sin() * width, self.R.uniform(-0.75, 0.75)],
                [angle.sin() * height, angle.cos() * height, self.R.uniform(-0.75, 0.75)],
            ],
            dtype=torch.float32,
        )
        return _sampled(film, matrix)

    def _shuffled(self, film: torch.Tensor) -> torch.Tensor:
        columns, rows = (film.shape[axis] // 2 for axis in (1, 2))
        quarters = [film[:, x : x + columns, y : y + rows] for x in (0, columns) for y in (0, rows)]
        # Orders in which no two adjacent quadrants stay adjacent in the same way.
        order = ((3, 1, 2, 0), (3, 2, 1, 0), (2, 3, 0, 1), (1, 0, 3, 2))[self.R.randint(4)]
        left, right = (torch.cat([quarters[order[2 * half]], quarters[order[2 * half + 1]]], dim=2) for half in (0, 1))
        return torch.cat([left, right], dim=1)

    def _noise(self, film: torch.Tensor) -> torch.Tensor:
        side = 2 ** self.R.randint(1, 6)
        coarse = torch.as_tensor(self.R.normal(0.5, 0.25, (1, 1, side, side)), dtype=torch.float32)
        return interpolate(coarse, film.shape[1:], mode="bilinear")[0]


class RandOrientationd(RandomizableTransform, MapTransform):
    """
    Randomly rotate and mirror a film, and add the class label.

    A frontal film gets one of eight orientations, whose index is the label. Lateral films and non-chest images get an
    orientation too; most lateral films are only mirrored or left unchanged, since they are seldom stored rotated.

    Parameters
    ----------
    keys : str
        The film, shape (1, W, H).
    label_key : str, optional
        Key of the label, an int: an orientation of :py:func:`.film_view.in_orientation`, ``LATERAL`` or ``NO_CHEST``.
    kind_key : str, optional
        Key of the image type: "frontal", "lateral" or "no chest".
    upright : float, optional
        Probability of leaving the film upright; otherwise all eight orientations are equally probable.
    """

    _KINDS = {"lateral": LATERAL, "no chest": NO_CHEST}

    def __init__(self, keys: str, label_key: str = "label", kind_key: str = "kind", upright: float = 0.45) -> None:
        MapTransform.__init__(self, keys)
        RandomizableTransform.__init__(self, 1.0)
        self.label_key, self.kind_key, self.upright = label_key, kind_key, upright

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return the item in a random orientation, with its label."""
        self.randomize(None)
        kind = data[self.kind_key]
        orientation = 0 if self.R.random() < self.upright else self.R.randint(8)
        if kind == "lateral" and self.R.random() < 0.7:
            orientation = 4 * self.R.randint(2)
        key = self.first_key(data)
        return dict(data) | {
            key: in_orientation(data[key], orientation),
            self.label_key: self._KINDS.get(kind, orientation),
        }


class RandWindowd(RandomizableTransform, MapTransform):
    """
    Randomly apply a narrow window: values below one percentile become black, values above another white.

    The label does not change: a saturated frontal film is still frontal, and so is a drawing of a chest.

    Parameters
    ----------
    keys : str
        The film, shape (1, W, H).
    prob : float, optional
        Probability of a window.
    """

    def __init__(self, keys: str, prob: float = 0.25) -> None:
        MapTransform.__init__(self, keys)
        RandomizableTransform.__init__(self, prob)

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return the item, unchanged or with a windowed film in the range 0 to 1."""
        self.randomize(None)
        if not self._do_transform:
            return dict(data)
        key = self.first_key(data)
        film = data[key]
        share = self.R.uniform(0.1, 0.6)
        width = self.R.uniform(0.02, 0.8)
        shares = torch.tensor([share, min(share + width, 0.98)], dtype=film.dtype)
        low, high = torch.quantile(film, shares)
        return dict(data) | {key: ((film - low) / (high - low).clamp(min=1e-6)).clamp(0, 1)}


def _sampled(film: torch.Tensor, matrix: torch.Tensor) -> torch.Tensor:
    grid = affine_grid(matrix[None], [1, *film.shape], align_corners=False)
    return grid_sample(film[None].float(), grid, padding_mode="border", align_corners=False)[0]
