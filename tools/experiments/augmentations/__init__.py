"""Augmentations of the public recipe as transforms, for training experiments and for robustness tests."""

from .painted_tissue import PaintTissued
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
    "PaintTissued",
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
