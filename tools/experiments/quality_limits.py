"""
Measure the data behind the limits of LungQuality and FilmNoised.

Prints the quality check's measurements on the lung masks of a split's training and validation films, the number of
films flagged, and the number of mirror images recognised as mirrored. Test films are not used.

    python -m tools.experiments.quality_limits ../shared/data/cxr

Masks have no confidence and are complete by nature. Those two limits, and the detection of mirrored and cropped films,
are measured on predictions of the shipped U-Net: on validation films, on their mirror images, and on films cropped
at each side.
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
from chestxr.transforms import FilmNoised, LungLabelsd, LungQuality
from tools.experiments.bundle_runs import bundle_of, predict
from tools.experiments.robustness_films import UNTOUCHED, perturbed
from tools.experiments.screening_films import BUNDLE

SECTIONS = ("training", "validation")
QUANTILES = (0.0, 0.01, 0.05, 0.5, 0.95, 0.99, 1.0)
# Named and measured as in robustness_films.py.
CHANGES = ((UNTOUCHED, 0), ("mirrored", 1), ("crop", 0.05), ("crop", 0.10), ("crop", 0.20))
NOISE = ((UNTOUCHED, 0), ("noise", 0.02), ("noise", 0.05), ("JPEG", 50), ("JPEG", 20), ("blur", 0.005))
SWAPPED = np.array([0, 2, 1])


def measure_masks(items: list[dict], section: str) -> pd.DataFrame:
    """Return one row per film: measurements and flags of its mask, and of the mirror image."""
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
    """Return the table that inference writes for films changed by `perturbed`."""
    with TemporaryDirectory() as folder:
        films = []
        for item in items:
            films.append(str(Path(folder) / f"{item['film']}.png"))
            perturbed(Image.open(item["image"]).convert("L"), *change, item["film"]).save(films[-1])
        return pd.read_csv(predict(bundle_of("unet"), films, Path(folder) / "out") / "films.csv", keep_default_na=False)


def measure_noise(items: list[dict], change: tuple[str, float]) -> pd.DataFrame:
    """Return the noise and its flag of films changed by `perturbed`."""
    prepare, check = bundle_entry(BUNDLE, "preprocessing"), FilmNoised("image")
    rows = []
    with TemporaryDirectory() as folder:
        for item in track(items, "noise"):
            path = Path(folder) / f"{item['film']}.png"
            perturbed(Image.open(item["image"]).convert("L"), *change, item["film"]).save(path)
            film = prepare({"image": str(path)}) | {"quality": {}, "quality_flags": "", "is_chest": True}
            found = check(film)
            rows.append({"film": item["film"], **found["quality"], "flags": found["quality_flags"]})
    return pd.DataFrame(rows)


def describe(table: pd.DataFrame, title: str) -> None:
    """Print the quantiles of a table's measurements."""
    print(f"\n{title}: {len(table)} films")
    print(table.select_dtypes("number").quantile(list(QUANTILES)).T.to_string(float_format="{:.3f}".format))


def count_flags(flags: pd.Series) -> str:
    """Return the share of films with a flag, and counts per flag."""
    counts = flags[flags != ""].value_counts()
    each = "".join(f"\n    {number}: {flag}" for flag, number in counts.items())
    return f"{counts.sum()} of {len(flags)} ({counts.sum() / len(flags):.1%}){each}"


def main() -> None:
    """Parse the command line, and print the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", type=Path, help="folder of the collection")
    parser.add_argument("--split", default="default", help="shipped split, or path of a datalist")
    arguments = parser.parse_args()
    split = load_split(arguments.split, arguments.dataset_dir, masked=True)
    for section in SECTIONS:
        masks = measure_masks(split[section], section)
        describe(masks, f"{section}, masks")
        print("flagged:", count_flags(masks["flags"]))
        print("flagged among mirror images:", count_flags(masks["mirrored_flags"]))
    for change in NOISE:
        noise = measure_noise(split["training"] + split["validation"], change)
        describe(noise, "training and validation, noise, " + " ".join(map(str, change)))
        print("flagged:", count_flags(noise["flags"]))
    for change in CHANGES:
        found = measure_predictions(split["validation"], change)
        describe(found, "validation, predicted lungs, " + " ".join(map(str, change)))
        print("flagged:", count_flags(found["reason"]))


if __name__ == "__main__":
    main()
