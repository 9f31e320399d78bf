"""
Measure what LungQuality's limits come from.

Prints what the quality check measures on the lung masks of a split's training and validation films, how many films it
flags, and how many of their mirror images it takes for mirrored. Test films are left out.

    python -m tools.experiments.quality_limits ../shared/data/cxr

A mask has no confidence and is whole by nature. Those two, and how many mirrored and cropped films are noticed on what
the network outlines, are measured on predictions: the shipped U-Net's, of the validation films as they are, of their
mirror images, and of what is left when a part of each side is cut off.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from monai.transforms import AsDiscrete, Compose, LoadImaged
from PIL import Image
from rich.progress import track

from chestxr.bundle.entry import bundle_entry
from chestxr.data import load_split
from chestxr.io import MaskReader
from chestxr.transforms import LungLabelsd, LungQuality
from tools.experiments.bundle_runs import bundle_of, predict
from tools.experiments.robustness_films import UNTOUCHED, perturbed

SECTIONS = ("training", "validation")
QUANTILES = (0.0, 0.01, 0.05, 0.5, 0.95, 0.99, 1.0)
# As robustness_films.py names and measures them.
CHANGES = ((UNTOUCHED, 0), ("mirrored", 1), ("crop", 0.05), ("crop", 0.10), ("crop", 0.20))
SWAPPED = np.array([0, 2, 1])


def measure_masks(items: list[dict], section: str) -> pd.DataFrame:
    """Return one row per film: the measurements of its mask, its flags, and those of its mirror image."""
    load = Compose([LoadImaged("label", reader=MaskReader(), ensure_channel_first=True), LungLabelsd("label")])
    prepare = bundle_entry(bundle_of("unet"), "preprocessing")
    one_hot, check = AsDiscrete(to_onehot=3), LungQuality()
    rows = []
    for item in track(items, f"{section} masks"):
        labels = load(item)["label"].numpy().astype(np.uint8)
        film = prepare(item)["image"].numpy()
        mirrored = SWAPPED[labels[:, ::-1]].astype(np.uint8)
        measurements, flags = check(labels, labels, one_hot(labels), film)
        _, mirrored_flags = check(mirrored, mirrored, one_hot(mirrored), film[:, ::-1])
        rows.append({"film": item["film"], **measurements, "flags": flags, "mirrored_flags": mirrored_flags})
    return pd.DataFrame(rows).drop(columns=["wholeness", "confidence"])


def measure_predictions(items: list[dict], change: tuple[str, float]) -> pd.DataFrame:
    """Return the table that inference writes for some films that were changed, as `perturbed` changes them."""
    with TemporaryDirectory() as folder:
        films = []
        for item in items:
            films.append(str(Path(folder) / f"{item['film']}.png"))
            perturbed(Image.open(item["image"]).convert("L"), *change, item["film"]).save(films[-1])
        return pd.read_csv(predict(bundle_of("unet"), films, Path(folder) / "out") / "films.csv", keep_default_na=False)


def describe(table: pd.DataFrame, title: str) -> None:
    """Print the quantiles of a table's measurements."""
    print(f"\n{title}: {len(table)} films")
    print(table.select_dtypes("number").quantile(list(QUANTILES)).T.to_string(float_format="{:.3f}".format))


def count_flags(flags: pd.Series) -> str:
    """Say how many films have a flag, and which."""
    counts = flags[flags != ""].value_counts()
    each = "".join(f"\n    {number}: {flag}" for flag, number in counts.items())
    return f"{counts.sum()} of {len(flags)} ({counts.sum() / len(flags):.1%}){each}"


def main() -> None:
    """Read the command line, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", type=Path, help="the collection's folder")
    parser.add_argument("--split", default="default", help="shipped split, or a datalist's file")
    arguments = parser.parse_args()
    split = load_split(arguments.split, arguments.dataset_dir, masked=True)
    for section in SECTIONS:
        masks = measure_masks(split[section], section)
        describe(masks, f"{section}, masks")
        print("flagged:", count_flags(masks["flags"]))
        print("flagged among mirror images:", count_flags(masks["mirrored_flags"]))
    for change in CHANGES:
        found = measure_predictions(split["validation"], change)
        describe(found, "validation, predicted lungs, " + " ".join(map(str, change)))
        print("flagged:", count_flags(found["reason"]))


if __name__ == "__main__":
    main()
