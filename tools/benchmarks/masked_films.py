"""Films with manual lung masks, for benchmarks of features."""

from pathlib import Path

import numpy as np

from chestxr.data import load_split
from chestxr.io import read_film, read_mask
from chestxr.transforms import LungLabels

__all__ = ["film_and_lungs", "mask_paths", "training_films"]


def training_films(dataset_dir: Path, count: int) -> list[dict]:
    """Return items of masked training films of the default split, at equal distances."""
    training = load_split("default", dataset_dir.absolute(), masked=True)["training"]
    return training[:: len(training) // count][:count]


def film_and_lungs(item: dict) -> tuple[np.ndarray, np.ndarray]:
    """Return a film and its label map, each (W, H)."""
    return read_film(item["image"])[0], LungLabels()(read_mask(mask_paths(item))[0][None])[0]


def mask_paths(item: dict) -> list[str]:
    """Return the files of a film's mask: one of both lungs, or one of each."""
    return item["label"] if isinstance(item["label"], list) else [item["label"]]
