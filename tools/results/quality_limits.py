"""
Measure what LungQuality's limits come from.

Prints what the quality check measures on the lung masks of a split's training and validation films, how many films it
flags, and how many of their mirror images it takes for mirrored. Test films are left out.

    python tools/results/quality_limits.py ../shared/data/cxr

A mask has no confidence and is whole by nature. Those two are printed as well when `--predicted` names the films.csv
that inference wrote for the same folder:

    python -m monai.bundle run --bundle_root bundles/cxr_lung_segmentation_unet \\
        --config_file bundles/cxr_lung_segmentation_unet/configs/inference.json \\
        --dataset_dir ../shared/data/cxr/CXR_png --output_dir OUT --save_overlay false
    python tools/results/quality_limits.py ../shared/data/cxr --predicted OUT/films.csv
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from monai.transforms import AsDiscrete, Compose, LoadImaged
from rich.progress import track

from chestxr.data import load_split
from chestxr.io import MaskReader
from chestxr.transforms import LungLabelsd, LungQuality

SECTIONS = ("training", "validation")
QUANTILES = (0.0, 0.01, 0.05, 0.5, 0.95, 0.99, 1.0)
SWAPPED = np.array([0, 2, 1])


def measure_masks(items: list[dict], section: str) -> pd.DataFrame:
    """Return one row per film: the measurements of its mask, its flags, and those of its mirror image."""
    load = Compose([LoadImaged("label", reader=MaskReader(), ensure_channel_first=True), LungLabelsd("label")])
    one_hot, check = AsDiscrete(to_onehot=3), LungQuality()
    rows = []
    for item in track(items, f"{section} masks"):
        labels = load(item)["label"].numpy().astype(np.uint8)
        mirrored = SWAPPED[labels[:, ::-1]].astype(np.uint8)
        measurements, flags = check(labels, labels, one_hot(labels))
        _, mirrored_flags = check(mirrored, mirrored, one_hot(mirrored))
        rows.append({"film": item["film"], **measurements, "flags": flags, "mirrored_flags": mirrored_flags})
    return pd.DataFrame(rows).drop(columns=["wholeness", "confidence"])


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
    parser.add_argument("--predicted", type=Path, help="films.csv of an inference over the folder")
    arguments = parser.parse_args()
    split = load_split(arguments.split, arguments.dataset_dir, masked=True)
    predicted = pd.read_csv(arguments.predicted, keep_default_na=False) if arguments.predicted else None
    for section in SECTIONS:
        masks = measure_masks(split[section], section)
        describe(masks, f"{section}, masks")
        print("flagged:", count_flags(masks["flags"]))
        print("flagged among mirror images:", count_flags(masks["mirrored_flags"]))
        if predicted is not None:
            found = predicted[predicted["film"].isin(masks["film"])]
            describe(found, f"{section}, predicted lungs")
            print("flagged:", count_flags(found["reason"]))


if __name__ == "__main__":
    main()
