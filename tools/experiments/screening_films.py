"""Features of all films of the collection."""

import sys
from pathlib import Path

import numpy as np
from monai.bundle import ConfigParser
from PIL import Image
from rich.progress import track
from skimage.morphology import dilation, disk

from chestxr.data import find_masks, load_split
from chestxr.io import read_mask
from chestxr.io.result_files import LUNGS, result_file
from chestxr.tuberculosis import TrainingFilms
from chestxr.utils.atomic import atomic_write
from tools.experiments.bundle_runs import REPOSITORY, WORK, bundle_of, run_bundle

__all__ = ["BUNDLE", "CACHE", "all_items", "measured_films", "predicted_lungs"]

BUNDLE = REPOSITORY / "bundles" / "cxr_tuberculosis_screening"
CACHE = WORK / "screening" / "features"


def all_items(dataset_dir: Path) -> list[dict]:
    """Return the collection's films, with or without mask, by name."""
    sections = load_split("default", dataset_dir).values()
    return sorted((item for section in sections for item in section), key=lambda item: item["film"])


def measured_films(
    dataset_dir: Path, masks: str = "predicted", processes: int = 2, **settings: object
) -> TrainingFilms:
    """
    Measure all films with one kind of mask, by the bundle's train.json.

    Parameters
    ----------
    dataset_dir : pathlib.Path
        The collection's folder.
    masks : str, optional
        "predicted": the lungs by the shipped U-Net; "background": everything but the lungs and a margin, as a control.
    processes : int, optional
        Number of parallel processes.
    **settings
        Overrides of train.json.

    Returns
    -------
    TrainingFilms
        The films that could be measured.
    """
    folder = {"predicted": predicted_lungs, "background": background_masks}[masks](dataset_dir)
    items = all_items(dataset_dir)
    masked = find_masks([item["film"] for item in items], folder)
    settings |= {"items": [item for item in items if item["film"] in masked], "lungs_dir": str(folder)}
    config = ConfigParser()
    config.read_config(BUNDLE / "configs" / "train.json")
    config.update(settings | {"bundle_root": str(BUNDLE), "cache": str(CACHE), "processes": processes})
    wanted = config.get_parsed_content("train#films")
    films, _ = wanted.measure()
    for name, error in wanted.failures.items():
        print(f"left out: {name}: {error}", file=sys.stderr)
    return films


def predicted_lungs(dataset_dir: Path) -> Path:
    """Segment every film's lungs with the shipped U-Net; return the folder."""
    folder = WORK / "screening" / "lungs"
    waiting = [
        item["image"] for item in all_items(dataset_dir) if not result_file(folder, item["film"], LUNGS).is_file()
    ]
    if waiting:
        listed = WORK / "screening" / "films.txt"
        with atomic_write(listed) as partial:
            partial.write_text("\n".join(waiting))
        run_bundle(bundle_of("unet"), ["inference"], films=listed, output_dir=folder, save_overlay=False)
    return folder


def background_masks(dataset_dir: Path) -> Path:
    """Write masks of everything but the lungs and a margin of 16 pixels, divided at the midline between the lungs."""
    lungs, folder = predicted_lungs(dataset_dir), WORK / "screening" / "background"
    for path in track(sorted(lungs.glob("*_lungs.png")), "background masks"):
        if (folder / path.name).is_file():
            continue
        labels = read_mask([path])[0]
        near = dilation(labels > 0, disk(16))
        middle = np.argwhere(labels > 0)[:, 0].mean()
        sides = np.where(np.arange(labels.shape[0])[:, None] < middle, 1, 2)
        _save(np.where(near, 0, sides).astype(np.uint8), folder / path.name)
    return folder


def _save(labels: np.ndarray, path: Path) -> None:
    with atomic_write(path) as partial:
        Image.fromarray(labels.astype(np.uint8).T).save(partial)
