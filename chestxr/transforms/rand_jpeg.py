"""Random JPEG compression."""

from collections.abc import Hashable, Mapping
from io import BytesIO
from typing import Any

import numpy as np
from monai.config import KeysCollection, NdarrayOrTensor
from monai.transforms import MapTransform, RandomizableTransform
from monai.utils import TransformBackends, convert_to_dst_type, convert_to_numpy
from PIL import Image

__all__ = ["RandJpegd"]


class RandJpegd(RandomizableTransform, MapTransform):
    """
    Dictionary-based random compression by JPEG, in the eight bits between the image's least and largest value.

    Films that reach a program have often been compressed; the edges of JPEG's blocks look like fine lines.

    Parameters
    ----------
    keys : str or sequence of str
        Images (1, W, H). All get the same quality.
    prob : float, optional
        Probability of a compression.
    quality : tuple of int, optional
        Lowest and highest quality, 1 to 95.
    """

    backend = [TransformBackends.NUMPY]

    def __init__(self, keys: KeysCollection, prob: float = 0.1, quality: tuple[int, int] = (10, 75)) -> None:
        MapTransform.__init__(self, keys)
        RandomizableTransform.__init__(self, prob)
        self.quality = tuple(quality)

    def __call__(self, data: Mapping[Hashable, NdarrayOrTensor]) -> dict[Hashable, Any]:
        """Return the item, unchanged or compressed."""
        self.randomize(None)
        item = dict(data)
        if not self._do_transform:
            return item
        quality = int(self.R.randint(self.quality[0], self.quality[1] + 1))
        for key in self.key_iterator(item):
            compressed = _compressed(convert_to_numpy(item[key])[0], quality)
            item[key] = convert_to_dst_type(compressed[None], item[key])[0]
        return item


def _compressed(image: np.ndarray, quality: int) -> np.ndarray:
    least, largest = float(image.min()), float(image.max())
    if largest == least:
        return image
    file = BytesIO()
    grey = np.rint((image - least) / (largest - least) * 255).astype(np.uint8)
    Image.fromarray(grey).save(file, "jpeg", quality=quality)
    return np.asarray(Image.open(file), np.float32) / 255 * (largest - least) + least
