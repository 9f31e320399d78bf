"""Train and evaluate bundles with ``python -m monai.bundle run``."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from chestxr.metrics.bootstrap import summarise
from tools.experiments.augmentations.painted_tissue import SHAPES

__all__ = ["WORK", "bundle_of", "evaluate", "pool", "predict", "run_bundle", "train", "training_folder"]

REPOSITORY = Path(__file__).parents[2]
WORK = REPOSITORY / "output" / "results"
OVERLAYS = Path(__file__).parent / "variants"
BUNDLES = {"unet": "cxr_lung_segmentation_unet", "resunet": "cxr_lung_segmentation_resunet"}
# Films with soft tissue painted into a part of one lung.
PAINTED = {f"painted, {shape}": shape for shape in SHAPES}
DATA = "Montgomery + Shenzhen, 8-bit, 512 x 512 px, aspect squashed upstream"


def bundle_of(model: str) -> Path:
    """Return the folder of a model's bundle."""
    return REPOSITORY / "bundles" / BUNDLES[model]


def train(model: str, dataset_dir: Path, split: str, training: str = "as shipped", **settings) -> Path:
    """
    Train on a split, or resume an interrupted training.

    Parameters
    ----------
    model : str
        Key of ``BUNDLES``.
    dataset_dir : pathlib.Path
        The collection's folder.
    split : str
        Shipped split, or path of a datalist.
    training : str
        Name of this training in the results.
    **settings
        Overrides of train.json; ``overlays`` is a list of further config files.

    Returns
    -------
    pathlib.Path
        The weights of the best epoch.
    """
    output = training_folder(model, split, training)
    settings = {"split": split, "output_dir": output, "run_name": output.name} | settings
    _run(model, ["train"], dataset_dir, settings)
    return output / "model.pt"


def training_folder(model: str, split: str, training: str = "as shipped") -> Path:
    """Return the folder that `train` writes to."""
    return _folder(model, "train", split, training)


def evaluate(
    model: str,
    dataset_dir: Path,
    split: str,
    section: str = "test",
    variant: str = "original",
    training: str = "as shipped",
    **settings,
) -> list[dict]:
    """
    Evaluate one section of a split.

    Parameters
    ----------
    model, dataset_dir, split, training, **settings
        As for `train`; ``checkpoint`` sets weights other than the shipped ones.
    section : str
        "training", "validation" or "test".
    variant : str
        "original", a key of `PAINTED`, or the name of another overlay in variants/ that changes the films.

    Returns
    -------
    list of dict
        One row per site, structure and metric.
    """
    output = _folder(model, section, split, variant, training)
    settings = {"split": split, "section": section, "output_dir": output, "run_name": output.name} | settings
    if variant in PAINTED:
        settings["painted_shape"] = PAINTED[variant]
    if variant != "original":
        overlay = "painted" if variant in PAINTED else variant
        settings["overlays"] = [*settings.get("overlays", []), OVERLAYS / f"{overlay}.json"]
    _run(model, ["train", "evaluate"], dataset_dir, settings)
    summary = json.loads((output / "summary.json").read_text())
    return [_origin(model, split, section, variant, training) | row for row in summary["rows"]]


def pool(model: str, splits: list[str], name: str) -> list[dict]:
    """
    Summarise the test films of several splits as one, after `evaluate` has been run on each.

    Parameters
    ----------
    model : str
        Key of ``BUNDLES``.
    splits : list of str
        Shipped splits whose test films do not overlap.
    name : str
        Name of the pooled test set.

    Returns
    -------
    list of dict
        Rows as returned by `evaluate`.
    """
    tables = [_folder(model, "test", split, "original", "as shipped") / "films.csv" for split in splits]
    films = pd.concat([pd.read_csv(table) for table in tables], ignore_index=True)
    return [_origin(model, name, "test", "original", "as shipped") | row for row in summarise(films)]


def predict(bundle: Path, films: list[str], output: Path) -> Path:
    """Segment films with a bundle's shipped weights; return the folder of masks and films.csv."""
    run_bundle(bundle, ["inference"], films=films, output_dir=output, save_overlay=False)
    return output


def run_bundle(bundle: Path, configs: Sequence[str | Path], **settings: object) -> None:
    """
    Run a bundle from the command line.

    Parameters
    ----------
    bundle : pathlib.Path
        The bundle's folder.
    configs : sequence of str or pathlib.Path
        Names in its configs folder, without ".json", or paths of further config files; later ones take precedence.
    **settings
        Overrides.

    Raises
    ------
    subprocess.CalledProcessError
        If the run fails.
    """
    files = [str(config if isinstance(config, Path) else bundle / "configs" / f"{config}.json") for config in configs]
    command = [sys.executable, "-m", "monai.bundle", "run", "--config_file", str(files), "--bundle_root", str(bundle)]
    subprocess.run([*command, *(f"--{name}={value}" for name, value in settings.items())], check=True)


def _origin(model: str, split: str, section: str, variant: str, training: str) -> dict:
    origin = {"model": model, "data": DATA, "split": Path(split).stem, "section": section, "variant": variant}
    return origin | {"training": training}


def _folder(model: str, kind: str, split: str, *parts: str) -> Path:
    named = (kind, Path(split).stem, *parts)
    return WORK / model / "-".join(part.replace(" ", "_").replace(",", "") for part in named)


def _run(model: str, configs: list[str], dataset_dir: Path, settings: dict) -> None:
    overlays = settings.pop("overlays", [])
    run_bundle(bundle_of(model), [*configs, *overlays], dataset_dir=dataset_dir, **settings)
