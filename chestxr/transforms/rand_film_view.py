"""What a network that recognises frontal films learns from: films turned, and what is no film, made from films."""

from collections.abc import Hashable, Mapping
from typing import Any

import torch
from monai.transforms import MapTransform, RandomizableTransform
from torch.nn.functional import affine_grid, grid_sample, interpolate

from .film_view import LATERAL, NO_CHEST, in_orientation

__all__ = ["RandNoChestd", "RandOrientationd", "RandWindowd"]


class RandNoChestd(RandomizableTransform, MapTransform):
    """
    With a probability, make what is no chest film out of one: an enlarged part of it, its quarters shuffled, or noise.

    An enlarged part holds the bones, edges and tones of films without the chest's order, as films of other parts of
    the body do: outlier exposure (Hendrycks et al., 2019, arXiv 1812.04606) without a collection of those.

    Parameters
    ----------
    keys : str
        The film, (1, W, H) with W = H, from 0 to 1.
    kind_key : str, optional
        What it shows: "frontal", "lateral" or "no chest". Becomes "no chest".
    prob : float, optional
        Probability of a replacement.
    """

    def __init__(self, keys: str, kind_key: str = "kind", prob: float = 0.2) -> None:
        MapTransform.__init__(self, keys)
        RandomizableTransform.__init__(self, prob)
        self.kind_key = kind_key

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return the item, or one that is no chest film."""
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
        # An order in which no two quarters that are neighbours in the film stay so.
        order = ((3, 1, 2, 0), (3, 2, 1, 0), (2, 3, 0, 1), (1, 0, 3, 2))[self.R.randint(4)]
        left, right = (torch.cat([quarters[order[2 * half]], quarters[order[2 * half + 1]]], dim=2) for half in (0, 1))
        return torch.cat([left, right], dim=1)

    def _noise(self, film: torch.Tensor) -> torch.Tensor:
        side = 2 ** self.R.randint(1, 6)
        coarse = torch.as_tensor(self.R.normal(0.5, 0.25, (1, 1, side, side)), dtype=torch.float32)
        return interpolate(coarse, film.shape[1:], mode="bilinear")[0]


class RandOrientationd(RandomizableTransform, MapTransform):
    """
    Turn or mirror a film at random, and note what the network is to answer.

    A frontal film gets one of the eight orientations, and its index as the answer. What is no chest film is turned as
    well; a lateral one is mirrored half of the time, as it is seldom stored turned.

    Parameters
    ----------
    keys : str
        The film, (1, W, H).
    label_key : str, optional
        Key of the answer, an int: as for :py:func:`.film_view.in_orientation`, ``LATERAL`` or ``NO_CHEST``.
    kind_key : str, optional
        What the film shows: "frontal", "lateral" or "no chest".
    upright : float, optional
        Probability with which a frontal film stays as it is; the other orientations share the rest.
    """

    _KINDS = {"lateral": LATERAL, "no chest": NO_CHEST}

    def __init__(self, keys: str, label_key: str = "label", kind_key: str = "kind", upright: float = 0.45) -> None:
        MapTransform.__init__(self, keys)
        RandomizableTransform.__init__(self, 1.0)
        self.label_key, self.kind_key, self.upright = label_key, kind_key, upright

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return the item in some orientation, with the answer."""
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
    With a probability, window a film narrowly: what lies below one percentile becomes black, above another white.

    Burnt-out films stay frontal ones, and so do drawings of a chest, which have shapes and no tones.

    Parameters
    ----------
    keys : str
        The film, (1, W, H).
    prob : float, optional
        Probability of a window.
    """

    def __init__(self, keys: str, prob: float = 0.25) -> None:
        MapTransform.__init__(self, keys)
        RandomizableTransform.__init__(self, prob)

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return the item, windowed or not; the film then reaches from 0 to 1."""
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
