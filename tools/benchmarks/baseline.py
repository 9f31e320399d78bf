"""Lower bounds on run time ("floor"): plain calls without MONAI, metadata, post-processing or checks."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import imagecodecs
import numpy as np
import pydicom
import torch
from monai.data import MetaTensor
from PIL import Image
from pydicom.encaps import generate_frames
from torch.nn.functional import interpolate

from chestxr.radiomics import FilmFeatures

__all__ = ["BareOutline", "BareScreening"]

# Pillow's default level takes several times as long; the bundle does not use it either.
_COMPRESSION = 1


class BareOutline:
    """
    Decode, downsample, run the network, upsample, write: the minimum for segmenting lungs on a PNG film.

    Parameters
    ----------
    network : torch.nn.Module
        Maps (B, 1, size, size) to classes.
    size : int
        The network's input size in pixels.
    out : pathlib.Path
        Output folder for masks.
    """

    def __init__(self, network: torch.nn.Module, size: int, out: Path) -> None:
        self.network, self.size, self.out = network.eval(), size, out

    def __call__(self, films: Sequence[dict]) -> None:
        """Segment films one by one."""
        with torch.inference_mode():
            for film in films:
                mask = Image.fromarray(self.outline(film["image"]))
                mask.save(self.out / f"{film['film']}.png", compress_level=_COMPRESSION)

    def outline(self, path: str) -> np.ndarray:
        """Return the label map of a film, (rows, columns)."""
        return outline(np.asarray(Image.open(path).convert("L"), np.float32), self.network, self.size)


class BareScreening:
    """
    Decode DICOM films, segment and measure them, without post-processing, classification or output.

    Parameters
    ----------
    network : torch.nn.Module
        Maps (B, 1, size, size) to classes.
    size : int
        The network's input size in pixels.
    measure : chestxr.radiomics.FilmFeatures
        The feature extractor.
    find_lesions : callable
        The transforms that look for lesions, and measure them.
    """

    def __init__(
        self, network: torch.nn.Module, size: int, measure: FilmFeatures, find_lesions: Callable[[dict], Mapping]
    ) -> None:
        self.network, self.size, self.measure = network.eval(), size, measure
        self.find_lesions = find_lesions

    def __call__(self, films: Sequence[dict]) -> None:
        """Screen films one by one."""
        with torch.inference_mode():
            for film in films:
                pixels = _stored(film["image"]).astype(np.float32)
                lungs = outline(pixels, self.network, self.size)
                self.measure(pixels.T, lungs.T)
                self.find_lesions({"film_image": MetaTensor(pixels.T[None]), "lungs": MetaTensor(lungs.T[None])})


def _stored(path: str) -> np.ndarray:
    """Decode a DICOM film, uncompressed or in JPEG 2000."""
    film = pydicom.dcmread(path)
    if not film.file_meta.TransferSyntaxUID.is_compressed:
        return film.pixel_array
    return imagecodecs.jpeg2k_decode(b"".join(generate_frames(film.PixelData, number_of_frames=1)))


def outline(film: np.ndarray, network: torch.nn.Module, size: int) -> np.ndarray:
    """Return the label map of a film, (rows, columns): downsample, scale, run the network, upsample."""
    pixels = torch.from_numpy(film)[None, None]
    small = interpolate(pixels, (size, size), mode="area")
    low, high = np.percentile(small.numpy(), (0.5, 99.5))
    classes = network(((small - low) / (high - low)).clip(0, 1))
    restored = interpolate(classes.softmax(1), pixels.shape[2:], mode="bilinear")
    return restored[0].max(0).indices.byte().numpy()
