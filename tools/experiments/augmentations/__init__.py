"""What the public recipe does to films, as transforms: experiments train with it, and test what has seen none of it."""

from .recipe_contrast import (
    ContrastV1,
    ContrastV1d,
    ContrastV2,
    ContrastV2d,
    RandContrastV1,
    RandContrastV1d,
    RandContrastV2,
    RandContrastV2d,
)
from .stretch_film import StretchFilmd
from .uniform_noise import RandUniformNoise, RandUniformNoised, UniformNoise, UniformNoised

__all__ = [
    "ContrastV1",
    "ContrastV1d",
    "ContrastV2",
    "ContrastV2d",
    "RandContrastV1",
    "RandContrastV1d",
    "RandContrastV2",
    "RandContrastV2d",
    "RandUniformNoise",
    "RandUniformNoised",
    "StretchFilmd",
    "UniformNoise",
    "UniformNoised",
]
