"""Figures of the best, median and worst test films."""

from pathlib import Path

import pandas as pd

from chestxr.data import load_split
from chestxr.io import read_film, read_mask
from chestxr.transforms import LungLabels
from chestxr.utils.atomic import atomic_write
from chestxr.visualize.contact_sheet import contact_sheet
from chestxr.visualize.overlay import overlay_lungs, picture_of_film
from tools.experiments.bundle_runs import predict

__all__ = ["draw_best_median_worst"]

_SIDE = 220


def draw_best_median_worst(bundle: Path, dataset_dir: Path, work: Path) -> None:
    """
    Write docs/films.png: three films each, with the reference mask above the prediction.

    Parameters
    ----------
    bundle : pathlib.Path
        The bundle's folder.
    dataset_dir : pathlib.Path
        The collection's folder.
    work : pathlib.Path
        Folder with the evaluation of the test films; predictions are written there.
    """
    table = pd.read_csv(work / "test-default-original-as_shipped" / "films.csv")
    dice = table.query("metric == 'dice' and structure == 'both lungs'").set_index("film")["value"].sort_values()
    middle = len(dice) // 2
    chosen = {"best": dice.index[:-4:-1], "median": dice.index[middle - 1 : middle + 2], "worst": dice.index[:3]}
    items = {item["film"]: item for item in load_split("default", dataset_dir, masked=True)["test"]}
    names = [name for group in chosen.values() for name in group]
    predictions = predict(bundle, [items[name]["image"] for name in names], work / "pictures")
    rows = []
    for source in ("truth", "prediction"):
        pictures = []
        for group, members in chosen.items():
            for name in members:
                picture = picture_of_film(read_film(items[name]["image"])[0], _SIDE)
                mask = items[name]["label"] if source == "truth" else predictions / f"{name}_lungs.png"
                labels = LungLabels()(read_mask([mask])[0][None])[0]
                pictures.append((f"{group}: {name}, Dice {dice[name]:.3f}", overlay_lungs(picture, labels)))
        rows.append((source, pictures))
    with atomic_write(bundle / "docs" / "films.png") as partial:
        contact_sheet(rows, _SIDE).quantize(128).save(partial, optimize=True)
