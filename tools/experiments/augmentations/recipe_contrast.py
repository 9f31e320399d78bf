"""
Contrast augmentations, v1 and v2, of the public recipe on which this project is based.

The recipe processes 8-bit films with OpenCV, which rounds and saturates after every step; so do these transforms, for
films of any scale. Rounding is most of the effect of v1: it leaves eight grey levels.
"""

from collections.abc import Hashable, Mapping

import torch
from monai.config import KeysCollection, NdarrayOrTensor
from monai.transforms import MapTransform, RandomizableTransform, Transform
from monai.utils import TransformBackends, convert_to_tensor

__all__ = [
    "ContrastV1",
    "ContrastV1d",
    "ContrastV2",
    "ContrastV2d",
    "RandContrastV1",
    "RandContrastV1d",
    "RandContrastV2",
    "RandContrastV2d",
]

_BRIGHTNESS, _CONTRAST = -40, -120
_DIMMED = (255 + _BRIGHTNESS) / 255
_FLATTENED = 131 * (_CONTRAST + 127) / (127 * (131 - _CONTRAST))


class ContrastV1(Transform):
    """
    Brightness -40, then contrast -120, as computed by widely copied OpenCV code: a nearly flat film.

    On 8-bit values, x becomes 0.843 x and then 0.0288 x + 123.35, rounded each time.

    Parameters
    ----------
    white : float, optional
        The film's white: 1 for films scaled to [0, 1], 255 for 8-bit values.
    """

    backend = [TransformBackends.TORCH]

    def __init__(self, white: float = 1.0) -> None:
        self.white = white

    def __call__(self, img: NdarrayOrTensor) -> torch.Tensor:
        """Return the film (any shape) with changed contrast, float32, on its own scale."""
        grey = _to_8_bits(img, self.white)
        dimmed = _round(grey * _DIMMED)
        return _round(dimmed * _FLATTENED + 127 * (1 - _FLATTENED)) * (self.white / 255)


class ContrastV2(Transform):
    """
    Contrast 1.5 and brightness 0.7 on 8-bit values: 1.5 x + 0.7, rounded and saturated at 255.

    Parameters
    ----------
    white : float, optional
        The film's white: 1 for films scaled to [0, 1], 255 for 8-bit values.
    """

    backend = [TransformBackends.TORCH]

    def __init__(self, white: float = 1.0) -> None:
        self.white = white

    def __call__(self, img: NdarrayOrTensor) -> torch.Tensor:
        """Return the film (any shape) with changed contrast, float32, on its own scale."""
        return _round(_to_8_bits(img, self.white) * 1.5 + 0.7) * (self.white / 255)


def _to_8_bits(img: NdarrayOrTensor, white: float) -> torch.Tensor:
    """Convert a film to whole values from 0 to 255."""
    return _round(convert_to_tensor(img, dtype=torch.float32, track_meta=True) * (255 / white))


def _round(values: torch.Tensor) -> torch.Tensor:
    """Round half to even and saturate, as OpenCV does for 8 bits."""
    return values.round().clamp(0, 255)


class _Always(MapTransform):
    """Apply an array transform to each key."""

    array_transform: type[Transform]
    backend = [TransformBackends.TORCH]

    def __init__(self, keys: KeysCollection, white: float = 1.0, allow_missing_keys: bool = False) -> None:
        super().__init__(keys, allow_missing_keys)
        self.transform = self.array_transform(white)

    def __call__(self, data: Mapping[Hashable, NdarrayOrTensor]) -> dict[Hashable, NdarrayOrTensor]:
        """Return the items with changed contrast."""
        changed = dict(data)
        for key in self.key_iterator(changed):
            changed[key] = self.transform(changed[key])
        return changed


class _Sometimes(RandomizableTransform):
    """Apply an array transform with a probability."""

    array_transform: type[Transform]
    backend = [TransformBackends.TORCH]

    def __init__(self, prob: float = 0.1, white: float = 1.0) -> None:
        RandomizableTransform.__init__(self, prob)
        self.transform = self.array_transform(white)

    def __call__(self, img: NdarrayOrTensor, randomize: bool = True) -> NdarrayOrTensor:
        """Return the film, with changed contrast if the random draw says so."""
        if randomize:
            self.randomize(None)
        return self.transform(img) if self._do_transform else img


class _SometimesEach(RandomizableTransform, MapTransform):
    """Apply an array transform to all keys, or to none."""

    array_transform: type[Transform]
    backend = [TransformBackends.TORCH]

    def __init__(
        self, keys: KeysCollection, prob: float = 0.1, white: float = 1.0, allow_missing_keys: bool = False
    ) -> None:
        MapTransform.__init__(self, keys, allow_missing_keys)
        RandomizableTransform.__init__(self, prob)
        self.transform = self.array_transform(white)

    def __call__(self, data: Mapping[Hashable, NdarrayOrTensor]) -> dict[Hashable, NdarrayOrTensor]:
        """Return the items, with changed contrast if the random draw says so."""
        self.randomize(None)
        changed = dict(data)
        if self._do_transform:
            for key in self.key_iterator(changed):
                changed[key] = self.transform(changed[key])
        return changed


class ContrastV1d(_Always):
    """Dictionary-based version of :py:class:`ContrastV1`."""

    array_transform = ContrastV1


class ContrastV2d(_Always):
    """Dictionary-based version of :py:class:`ContrastV2`."""

    array_transform = ContrastV2


class RandContrastV1(_Sometimes):
    """:py:class:`ContrastV1` with probability `prob`."""

    array_transform = ContrastV1


class RandContrastV2(_Sometimes):
    """:py:class:`ContrastV2` with probability `prob`."""

    array_transform = ContrastV2


class RandContrastV1d(_SometimesEach):
    """Dictionary-based :py:class:`ContrastV1` with probability `prob`."""

    array_transform = ContrastV1


class RandContrastV2d(_SometimesEach):
    """Dictionary-based :py:class:`ContrastV2` with probability `prob`."""

    array_transform = ContrastV2
