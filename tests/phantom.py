"""Synthetic chest films, realistic enough to train a network on."""

import json
from os import PathLike
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

__all__ = ["WHITE", "chest_film", "write_collection"]

WHITE = 255
_SITES = {"MCUCXR": ("montgomery", ""), "CHNCXR": ("shenzhen", "_mask")}


def chest_film(
    size: tuple[int, int] = (96, 112), seed: int = 0, inverted: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """
    Draw an upright frontal chest: dark lungs, spine, a heart that bulges to the patient's left, diaphragm, ribs.

    Parameters
    ----------
    size : tuple of int, optional
        Width and height in pixels.
    seed : int, optional
        Seed of the anatomy and of the noise.
    inverted : bool, optional
        Draw bone black, as in MONOCHROME1.

    Returns
    -------
    film : numpy.ndarray, shape (W, H), float32
        Whole numbers from 0 to 255, bone white unless inverted.
    labels : numpy.ndarray, shape (W, H), uint8
        0 background, 1 right lung (small x), 2 left lung.
    """
    rng = np.random.default_rng(seed)
    width, height = size
    x, y = np.meshgrid((np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height, indexing="ij")
    middle = 0.5 + rng.uniform(-0.02, 0.02)
    spread, length = rng.uniform(0.9, 1.1, size=2)

    heart = _ellipse(x, y, (middle + 0.07, 0.66), (0.15 * spread, 0.15))
    mediastinum = np.abs(x - middle) < 0.06 * spread
    dome = 0.80 * length + 0.25 * np.abs(np.abs(x - middle) - 0.18) + rng.uniform(0.0, 0.04) * (x > middle)
    labels = np.zeros(size, dtype=np.uint8)
    for label, side in ((1, -1), (2, 1)):
        centre = (middle + side * 0.20 * spread, 0.52)
        lung = _ellipse(x, y, centre, (0.15 * spread, 0.38 * length)) & (y < dome)
        labels[lung & ~heart & ~mediastinum] = label

    body = _ellipse(x, y, (middle, 0.58), (0.47 * spread, 0.60))
    film = np.where(body, 0.62, 0.05)
    film[mediastinum & body] = 0.85
    film[heart] = 0.78
    film[labels > 0] = 0.28
    ribs = np.sin(2 * np.pi * (9 * y + 2 * (x - middle) ** 2 + rng.uniform())) > 0.6
    film += 0.08 * (ribs & body)
    film = gaussian_filter(film, 0.008 * np.mean(size)) * rng.uniform(0.8, 1.1)
    film = np.rint(WHITE * np.clip(film + rng.normal(0, 0.03, size), 0, 1)).astype(np.float32)
    return WHITE - film if inverted else film, labels


def _ellipse(x: np.ndarray, y: np.ndarray, centre: tuple, radii: tuple) -> np.ndarray:
    return ((x - centre[0]) / radii[0]) ** 2 + ((y - centre[1]) / radii[1]) ** 2 < 1


def write_collection(directory: str | PathLike, n: int, size: tuple[int, int] = (96, 112), seed: int = 0) -> Path:
    """
    Write a collection in the combined Montgomery + Shenzhen layout: PNG films, merged masks, a split.

    Sites alternate from film to film, and tuberculosis from pair to pair.

    Parameters
    ----------
    directory : str or os.PathLike
        Folder to write to; created if it does not exist.
    n : int
        Number of films, at least 3.
    size : tuple of int, optional
        Width and height in pixels.
    seed : int, optional
        Films are drawn with the seeds `seed` to `seed + n - 1`.

    Returns
    -------
    pathlib.Path
        The split, ``datalist.json``: the last fifth of the films is for test, the fifth before it for validation.
    """
    root = Path(directory)
    for folder in ("CXR_png", "masks"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    items = [_write_film(root, number, size, seed + number) for number in range(n)]
    fifth = max(1, n // 5)
    sections = {
        "training": items[: -2 * fifth],
        "validation": items[-2 * fifth : -fifth],
        "test": items[-fifth:],
    }
    datalist = root / "datalist.json"
    datalist.write_text(json.dumps(sections), encoding="utf-8")
    return datalist


def _write_film(root: Path, number: int, size: tuple[int, int], seed: int) -> dict:
    prefix = list(_SITES)[number % 2]
    site, mask_ending = _SITES[prefix]
    tuberculosis = number // 2 % 2
    name = f"{prefix}_{number + 1:04d}_{tuberculosis}"
    film, labels = chest_film(size, seed)
    image, mask = f"CXR_png/{name}.png", f"masks/{name}{mask_ending}.png"
    Image.fromarray(film.T.astype(np.uint8)).save(root / image)
    Image.fromarray(np.where(labels.T > 0, WHITE, 0).astype(np.uint8)).save(root / mask)
    return {
        "film": name,
        "image": image,
        "label": mask,
        "site": site,
        "tuberculosis": tuberculosis,
        "patient": name,
    }
