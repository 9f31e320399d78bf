"""Noise augmentation of the public recipe on which this project is based."""

from collections.abc import Hashable, Mapping

import torch
from monai.config import KeysCollection, NdarrayOrTensor
from monai.transforms import MapTransform, RandomizableTransform
from monai.utils import TransformBackends, convert_to_tensor

__all__ = [
    "RandUniformNoise",
    "RandUniformNoised",
    "UniformNoise",
    "UniformNoised",
]


class RandUniformNoise(RandomizableTransform):
    """
    With a probability, add uniform noise: a tenth of a random integer from 0 to 254 per pixel, on 8-bit scale.

    Values are not clipped, and the mean brightness rises by 12.7, as in the recipe.

    Parameters
    ----------
    prob : float, optional
        Probability of adding noise.
    white : float, optional
        The film's white: 1 for films scaled to [0, 1], 255 for 8-bit values.
    """

    backend = [TransformBackends.TORCH]

    def __init__(self, prob: float = 0.1, white: float = 1.0) -> None:
        RandomizableTransform.__init__(self, prob)
        self.white = white

    def __call__(self, img: NdarrayOrTensor, randomize: bool = True) -> NdarrayOrTensor:
        """Return the film (any shape) with noise if the random draw says so, float32, on its own scale."""
        if randomize:
            self.randomize(None)
        if not self._do_transform:
            return img
        noise = 0.1 * self.R.randint(0, 255, size=tuple(img.shape)) * (self.white / 255)
        return convert_to_tensor(img, dtype=torch.float32, track_meta=True) + torch.as_tensor(
            noise, dtype=torch.float32, device=getattr(img, "device", None)
        )


class UniformNoise(RandUniformNoise):
    """
    :py:class:`RandUniformNoise` with probability 1.

    Parameters
    ----------
    white : float, optional
        The film's white.
    """

    def __init__(self, white: float = 1.0) -> None:
        super().__init__(prob=1.0, white=white)


class RandUniformNoised(RandomizableTransform, MapTransform):
    """
    Dictionary-based version of :py:class:`RandUniformNoise`.

    Parameters
    ----------
    keys : str or sequence of str
        Films to add noise to, independently.
    prob : float, optional
        Probability of adding noise.
    white : float, optional
        The films' white.
    allow_missing_keys : bool, optional
        Skip items that a film does not have.
    """

    backend = RandUniformNoise.backend

    def __init__(
        self, keys: KeysCollection, prob: float = 0.1, white: float = 1.0, allow_missing_keys: bool = False
    ) -> None:
        MapTransform.__init__(self, keys, allow_missing_keys)
        RandomizableTransform.__init__(self, prob)
        self.noise = UniformNoise(white)

    def set_random_state(self, seed=None, state=None) -> "RandUniformNoised":
        """Seed both the random decision and the noise."""
        super().set_random_state(seed, state)
        self.noise.set_random_state(seed, state)
        return self

    def __call__(self, data: Mapping[Hashable, NdarrayOrTensor]) -> dict[Hashable, NdarrayOrTensor]:
        """Return the items with noise if the random draw says so."""
        self.randomize(None)
        noisy = dict(data)
        if self._do_transform:
            for key in self.key_iterator(noisy):
                noisy[key] = self.noise(noisy[key])
        return noisy


class UniformNoised(RandUniformNoised):
    """
    Dictionary-based version of :py:class:`UniformNoise`.

    Parameters
    ----------
    keys : str or sequence of str
        Films to add noise to, independently.
    white : float, optional
        The films' white.
    allow_missing_keys : bool, optional
        Skip items that a film does not have.
    """

    def __init__(self, keys: KeysCollection, white: float = 1.0, allow_missing_keys: bool = False) -> None:
        super().__init__(keys, prob=1.0, white=white, allow_missing_keys=allow_missing_keys)
