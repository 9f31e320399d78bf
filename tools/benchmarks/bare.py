"""The floor: a film outlined by plain calls of Pillow and torch, without MONAI, metadata, clean-up or checks."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn.functional import interpolate

__all__ = ["BareOutline"]


class BareOutline:
    """
    Decode, shrink, run the network, restore, write: what any program must do that outlines lungs on a film in PNG.

    Parameters
    ----------
    network : torch.nn.Module
        From (B, 1, size, size) to classes.
    size : int
        The network's size in pixels.
    out : pathlib.Path
        Folder of the masks.
    """

    def __init__(self, network: torch.nn.Module, size: int, out: Path) -> None:
        self.network, self.size, self.out = network.eval(), size, out

    def __call__(self, films: Sequence[dict]) -> None:
        """Outline films, one after the other."""
        with torch.inference_mode():
            for film in films:
                Image.fromarray(self.outline(film["image"])).save(self.out / f"{film['film']}.png")

    def outline(self, path: str) -> np.ndarray:
        """Return the label map of a film, (rows, columns)."""
        pixels = torch.from_numpy(np.asarray(Image.open(path).convert("L"), np.float32))[None, None]
        small = interpolate(pixels, (self.size, self.size), mode="area")
        low, high = np.percentile(small.numpy(), (0.5, 99.5))
        classes = self.network(((small - low) / (high - low)).clip(0, 1))
        restored = interpolate(classes.softmax(1), pixels.shape[2:], mode="bilinear")
        return restored[0].max(0).indices.byte().numpy()
