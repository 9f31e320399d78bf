"""Features of all films of the collection, with lungs segmented by a network that was not trained on them."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image
from rich.progress import track
from skimage.morphology import dilation, disk

from chestxr.data import find_masks, load_split
from chestxr.io import read_mask
from chestxr.radiomics import (
    FilmFeatures,
    FilmToMeasure,
    measure_films,
    read_feature_table,
    stability_films,
    write_feature_table,
)
from chestxr.transforms import LungLabels
from chestxr.tuberculosis import TrainingFilms
from chestxr.utils.atomic import atomic_write
from tools.experiments.bundle_runs import REPOSITORY, WORK, bundle_of, run_bundle, train

__all__ = ["BUNDLE", "CACHE", "all_items", "measured_films", "perturbed_films", "predicted_lungs"]

BUNDLE = REPOSITORY / "bundles" / "cxr_tuberculosis_screening"
CACHE = WORK / "screening" / "features"
# Films per site measured under every perturbation.
_PERTURBED = 40


def all_items(dataset_dir: Path) -> list[dict]:
    """Return the collection's films, with or without mask, by name."""
    sections = load_split("default", dataset_dir).values()
    return sorted((item for section in sections for item in section), key=lambda item: item["film"])


def measured_films(dataset_dir: Path, masks: str = "predicted", processes: int = 2) -> tuple[TrainingFilms, str]:
    """
    Measure all films with one kind of mask.

    Parameters
    ----------
    dataset_dir : pathlib.Path
        The collection's folder.
    masks : str, optional
        "predicted": each film's lungs by the U-Net of the fold that tests on it; "manual": the collection's masks, for
        films that have one; "background": everything but the lungs and a margin, as a control.
    processes : int, optional
        Number of parallel processes.

    Returns
    -------
    films : TrainingFilms
        The films that could be measured.
    settings_hash : str
        Hash of the feature settings.
    """
    items = all_items(dataset_dir)
    folder = {"predicted": predicted_lungs, "manual": manual_lungs, "background": background_masks}[masks](dataset_dir)
    wanted = _with_masks(items, folder)
    steps = measure_films(wanted, CACHE, processes)
    rows = pd.DataFrame(track(steps, f"measuring, {masks} masks", total=len(wanted))).set_index("film").sort_index()
    for name, error in rows["error"][rows["error"] != ""].items():
        print(f"left out: {name}: {error}", file=sys.stderr)
    rows = rows[rows["error"] == ""]
    by_name = {item["film"]: item for item in items}
    labels, patients, sites = (
        np.array([by_name[name][key] for name in rows.index]) for key in ("tuberculosis", "patient", "site")
    )
    settings_hash = rows["settings_hash"].iloc[0]
    return TrainingFilms(rows.drop(columns=["image", "settings_hash", "error"]), labels, patients, sites), settings_hash


def perturbed_films(dataset_dir: Path, processes: int = 2) -> pd.DataFrame:
    """Measure some films of each site under every perturbation, and with the manual instead of the predicted mask."""
    path = WORK / "screening" / "perturbed.parquet"
    if not path.is_file():
        masked = [item for item in all_items(dataset_dir) if "label" in item]
        sites = [[item for item in masked if item["site"] == site] for site in ("montgomery", "shenzhen")]
        chosen = [item for site in sites for item in site[:: len(site) // _PERTURBED][:_PERTURBED]]
        films = _with_masks(chosen, predicted_lungs(dataset_dir))
        manual = find_masks([film.film for film in films], manual_lungs(dataset_dir))
        wanted = list(stability_films(films, manual))
        steps = measure_films(wanted, CACHE, processes)
        rows = list(track(steps, "measuring, perturbed", total=len(wanted)))
        write_feature_table(path, rows, [film.film for film in wanted])
    return read_feature_table(path, FilmFeatures().settings_hash)


def _with_masks(items: list[dict], folder: Path) -> list[FilmToMeasure]:
    found = find_masks([item["film"] for item in items], folder)
    return [FilmToMeasure(i["film"], Path(i["image"]), (found[i["film"]],)) for i in items if i["film"] in found]


def predicted_lungs(dataset_dir: Path) -> Path:
    """Segment every film's lungs with the U-Net of the fold that tests on it; return the folder."""
    folder = WORK / "screening" / "lungs"
    for fold in range(5):
        films = load_split(f"fold-{fold}", dataset_dir)["test"]
        waiting = [item["image"] for item in films if not (folder / f"{item['film']}_lungs.png").is_file()]
        if not waiting:
            continue
        shipped = bundle_of("unet") / "models" / "model.pt"
        checkpoint = shipped if fold == 0 else train("unet", dataset_dir, f"fold-{fold}")
        listed = WORK / "screening" / f"fold-{fold}.txt"
        with atomic_write(listed) as partial:
            partial.write_text("\n".join(waiting))
        settings = {"films": listed, "output_dir": folder, "checkpoint": checkpoint, "save_overlay": False}
        run_bundle(bundle_of("unet"), ["inference"], **settings)
    return folder


def manual_lungs(dataset_dir: Path) -> Path:
    """Write the collection's masks as label maps; return the folder."""
    folder = WORK / "screening" / "manual"
    label = LungLabels()
    for item in track([item for item in all_items(dataset_dir) if "label" in item], "manual masks"):
        path = folder / f"{item['film']}_lungs.png"
        if not path.is_file():
            paths = item["label"] if isinstance(item["label"], list) else [item["label"]]
            _save(label(read_mask(paths)[0][None])[0], path)
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
