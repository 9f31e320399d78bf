"""
Measure where the borders of segmented lungs differ from the readers': docs/borders.json and borders.png of the bundle.

    python -m tools.experiments.lung_borders ../shared/data/cxr

Two kinds of networks are compared with the readers: the shipped one on the test films, and those of the experiment
"sites" (tools/experiments/segmentation.py), each of which has learned from one site's readers, on the other site's
films. What the second differs by in the same direction on most films is a convention of the readers, or the look of
the site.
"""

import argparse
import json
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.ndimage import binary_erosion, distance_transform_edt, gaussian_filter

from chestxr.data import load_split
from chestxr.io import read_film, read_mask
from chestxr.io.lung_sides import label_lungs
from chestxr.metrics.bootstrap import bootstrap_interval
from chestxr.metrics.dice import lung_dice
from chestxr.utils.atomic import atomic_write, write_text
from chestxr.utils.provenance import package_versions
from chestxr.visualize.contact_sheet import contact_sheet
from chestxr.visualize.overlay import overlay_lungs, picture_of_film
from tools.experiments.bundle_runs import BUNDLES, REPOSITORY, WORK, bundle_of, run_bundle, training_folder

REGIONS = ("apex", "heart and mediastinum", "chest wall", "diaphragm", "costophrenic angle")
SPLITS = {"default": "shipped", "montgomery-to-shenzhen": "Montgomery", "shenzhen-to-montgomery": "Shenzhen"}
# Shares of the lung's height.
_APEX, _ANGLE = 0.2, 0.12
_SIDE = 300
_PICTURED = 6


def border_distances(predicted: np.ndarray, reference: np.ndarray) -> pd.DataFrame:
    """
    Measure at every pixel of the reference's borders how far away the predicted border is.

    Parameters
    ----------
    predicted, reference : numpy.ndarray, shape (W, H)
        Label maps of an upright film: 0 background, 1 right lung, 2 left lung.

    Returns
    -------
    pandas.DataFrame
        Columns region (one of `REGIONS`) and distance in pixels, positive where the predicted lung is larger. Lungs
        that were not found are left out.
    """
    parts = [
        _of_lung(predicted == side, reference == side, lateral)
        for side, lateral in ((1, -1), (2, 1))
        if (predicted == side).any()
    ]
    return pd.concat(parts) if parts else pd.DataFrame(columns=["region", "distance"])


def _of_lung(predicted: np.ndarray, reference: np.ndarray, lateral: int) -> pd.DataFrame:
    x, y = np.nonzero(reference & ~binary_erosion(reference))
    inside, outside = distance_transform_edt(predicted), distance_transform_edt(~predicted)
    distance = inside[x, y] - outside[x, y]
    slope = np.gradient(gaussian_filter(reference.astype(float), 3))
    norm = np.hypot(slope[0][x, y], slope[1][x, y]) + 1e-9
    sideways, downwards = -lateral * slope[0][x, y] / norm, -slope[1][x, y] / norm
    height = y.max() - y.min() + 1
    corner = np.argmax(lateral * x + y)
    near_corner = np.hypot(x - x[corner], y - y[corner]) < _ANGLE * height
    apex = y < y.min() + _APEX * height
    region = np.select(
        [near_corner, apex, downwards > 0.6, sideways < 0],
        ["costophrenic angle", "apex", "diaphragm", "heart and mediastinum"],
        "chest wall",
    )
    return pd.DataFrame({"region": region, "distance": distance})


def main() -> None:
    """Segment, measure, write and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", type=Path, help="folder of the combined collection")
    parser.add_argument("--bundle", choices=BUNDLES, default="unet")
    arguments = parser.parse_args()
    dataset_dir, docs = arguments.dataset_dir.absolute(), bundle_of(arguments.bundle) / "docs"
    rows, films = [], {}
    for split, trained in SPLITS.items():
        films[split] = list(_films(arguments.bundle, split, dataset_dir))
        rows += [{"trained on": trained} | row for row in _summary(films[split])]
    head = {"command": "python -m tools.experiments.lung_borders DATASET_DIR", "versions": package_versions()}
    write_text(docs / "borders.json", json.dumps(head | {"rows": rows}, indent=1))
    _draw_worst([film for film in films["default"] if film["site"] == "montgomery"], docs / "borders.png")


def _films(model: str, split: str, dataset_dir: Path) -> Iterator[dict]:
    """Segment a split's test films; yield each with its label maps, Dice and distances."""
    items = load_split(split, dataset_dir, masked=True)["test"]
    output = WORK / model / f"borders-{split}"
    weights = {} if split == "default" else {"checkpoint": training_folder(model, split) / "model.pt"}
    films = [item["image"] for item in items]
    run_bundle(bundle_of(model), ["inference"], films=films, output_dir=output, save_overlay=False, **weights)
    for item in items:
        predicted = read_mask([output / f"{item['film']}_lungs.png"])[0]
        reference = label_lungs(read_mask([item["label"]])[0])
        yield item | {
            "predicted": predicted,
            "reference": reference,
            "dice": lung_dice(predicted, reference)["both lungs"],
            "distances": border_distances(predicted, reference),
        }


def _summary(films: list[dict]) -> Iterator[dict]:
    """Yield the mean distance of each site and region, over the means of films."""
    for site in sorted({film["site"] for film in films}):
        of_films = [film["distances"].groupby("region")["distance"] for film in films if film["site"] == site]
        for region in REGIONS:
            for metric, measure in (("distance", "mean"), ("absolute distance", _absolute)):
                values = np.array([found.agg(measure).get(region, np.nan) for found in of_films])
                values = values[np.isfinite(values)]
                low, high = bootstrap_interval(values)
                row = {"test": site, "region": region, "metric": metric, "value": round(float(values.mean()), 3)}
                yield row | {"low": round(low, 3), "high": round(high, 3), "n": len(values), "unit": "px of 512"}


def _absolute(distances: pd.Series) -> float:
    return float(distances.abs().mean())


def _draw_worst(films: list[dict], path: Path) -> None:
    """Draw the worst films, the reader's lungs above the network's."""
    worst = sorted(films, key=lambda film: film["dice"])[:_PICTURED]
    rows = []
    for source, title in (("reference", "reader"), ("predicted", "network")):
        pictures = [
            (f"{film['film']}, Dice {film['dice']:.3f}", overlay_lungs(_picture(film), film[source])) for film in worst
        ]
        rows.append((title, pictures))
    with atomic_write(path) as partial:
        contact_sheet(rows, _SIDE).quantize(128).save(partial, optimize=True)


def _picture(film: dict):
    return picture_of_film(read_film(film["image"])[0], _SIDE)


if __name__ == "__main__":
    os.chdir(REPOSITORY)
    main()
