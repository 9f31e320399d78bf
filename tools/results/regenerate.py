"""
Regenerate the results that the bundles' READMEs print: docs/results.json and docs/films.png of each bundle.

    python tools/results/regenerate.py ../shared/data/cxr
    python tools/results/regenerate.py ../shared/data/cxr --bundle unet --experiments default variants

Everything runs through ``python -m monai.bundle run``. The split "default" is evaluated with the shipped weights; the
other experiments train a network first, in output/results/, and go on where they were stopped. What an earlier call
measured is kept unless its experiment is named again.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

from film_pictures import draw_best_median_worst
from network_cost import parameter_count, time_per_film

from chestxr.evaluation.versions import package_versions
from chestxr.io import write_text

REPOSITORY = Path(__file__).parents[2]
OVERLAYS = Path(__file__).parent / "variants"
WORK = REPOSITORY / "output" / "results"
BUNDLES = {"unet": "cxr_lung_segmentation_unet", "resunet": "cxr_lung_segmentation_resunet"}
DATA = "Montgomery + Shenzhen, 8-bit, 512 x 512 px, aspect squashed upstream"
SPLITS = {
    "folds": [f"fold-{fold}" for fold in range(1, 5)],
    "sites": ["montgomery-to-shenzhen", "shenzhen-to-montgomery"],
}
VARIANTS = ["contrast_v1", "contrast_v2", "noise", "landscape", "portrait"]
# Montgomery alone has a quarter of the films: as many steps take more epochs.
TRAINING = {
    "montgomery-to-shenzhen": {"epochs": 180, "val_interval": 12, "patience": 72, "warmup_epochs": 8},
}
EXPERIMENTS = ("default", "variants", "recipe", "folds", "sites", "cost", "pictures")


def main() -> None:
    """Run the experiments that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", type=Path, help="folder of the combined collection")
    parser.add_argument("--bundle", nargs="+", choices=BUNDLES, default=list(BUNDLES))
    parser.add_argument("--experiments", nargs="+", choices=EXPERIMENTS, default=list(EXPERIMENTS))
    arguments = parser.parse_args()
    for model in arguments.bundle:
        for experiment in arguments.experiments:
            print(f"== {model}: {experiment}", flush=True)
            run_experiment(model, experiment, arguments.dataset_dir.absolute())


def run_experiment(model: str, experiment: str, dataset_dir: Path) -> None:
    """Run one experiment and put its rows into the bundle's results."""
    if experiment == "default":
        rows = evaluate(model, dataset_dir, "default") + evaluate(model, dataset_dir, "default", section="validation")
    elif experiment == "variants":
        rows = [row for variant in VARIANTS for row in evaluate(model, dataset_dir, "default", variant=variant)]
    elif experiment == "recipe":
        checkpoint = train(model, dataset_dir, "default", "recipe_augmentation")
        rows = evaluate(model, dataset_dir, "default", checkpoint=checkpoint, training="recipe augmentation")
    elif experiment == "cost":
        rows = cost_rows(model)
    elif experiment == "pictures":
        draw_best_median_worst(bundle(model), dataset_dir, WORK / model)
        return
    else:
        for split in SPLITS[experiment]:
            checkpoint = train(model, dataset_dir, split)
            merge(model, experiment, evaluate(model, dataset_dir, split, checkpoint=checkpoint))
        return
    merge(model, experiment, rows)


def bundle(model: str) -> Path:
    """Return a model's bundle."""
    return REPOSITORY / "bundles" / BUNDLES[model]


def train(model: str, dataset_dir: Path, split: str, overlay: str = "") -> Path:
    """Train on a split, or go on with it, and return the weights."""
    output = WORK / model / "-".join(filter(None, ("train", split, overlay)))
    settings = {"split": split, "output_dir": output, "run_name": output.name, "compile": model == "unet"}
    settings |= TRAINING.get(split, {})
    run_bundle(model, ["train"], dataset_dir, settings, [Path(__file__).parent / f"{overlay}.json"] if overlay else [])
    return output / "model.pt"


def evaluate(
    model: str,
    dataset_dir: Path,
    split: str,
    section: str = "test",
    variant: str = "original",
    checkpoint: Path | None = None,
    training: str = "as shipped",
) -> list[dict]:
    """Evaluate one section of a split, and return its rows."""
    output = WORK / model / "-".join(filter(None, (section, split, variant, training.replace(" ", "_"))))
    settings = {"split": split, "section": section, "output_dir": output, "run_name": output.name}
    if checkpoint is not None:
        settings["checkpoint"] = checkpoint
    overlays = [] if variant == "original" else [OVERLAYS / f"{variant}.json"]
    run_bundle(model, ["train", "evaluate"], dataset_dir, settings, overlays)
    summary = json.loads((output / "summary.json").read_text())
    origin = {"model": model, "data": DATA, "split": split, "section": section, "variant": variant}
    return [origin | {"training": training} | row for row in summary["rows"]]


def run_bundle(model: str, configs: list[str], dataset_dir: Path, settings: dict, overlays: list[Path]) -> None:
    """Run a bundle's configs from the command line, as a user does."""
    files = [str(bundle(model) / "configs" / f"{name}.json") for name in configs] + [str(path) for path in overlays]
    settings = {"bundle_root": bundle(model), "dataset_dir": dataset_dir} | settings
    command = [sys.executable, "-m", "monai.bundle", "run", "--config_file", str(files)]
    subprocess.run([*command, *(f"--{name}={value}" for name, value in settings.items())], check=True)


def cost_rows(model: str) -> list[dict]:
    """Return the network's size and its time for a film on one core."""
    config = bundle(model) / "configs" / "inference.json"
    median, low, high, n = time_per_film(config)
    row = {"model": model, "data": f"256 x 256 px, one core, {platform.processor() or platform.machine()}"}
    return [
        row | {"metric": "network time per film", "value": median, "low": low, "high": high, "n": n, "unit": "ms"},
        row | {"metric": "parameters", "value": parameter_count(config), "unit": "1"},
    ]


def merge(model: str, experiment: str, rows: list[dict]) -> None:
    """Put an experiment's rows into docs/results.json, in place of those of the same splits."""
    path = bundle(model) / "docs" / "results.json"
    results = json.loads(path.read_text()) if path.is_file() else {"rows": []}
    rows = [{"experiment": experiment} | row for row in rows]
    measured = {(row["experiment"], row.get("split")) for row in rows}
    kept = [row for row in results["rows"] if (row["experiment"], row.get("split")) not in measured]
    ordered = sorted(kept + rows, key=lambda row: EXPERIMENTS.index(row["experiment"]))
    lines = ",\n".join("  " + json.dumps(row) for row in ordered)
    head = {"command": "python tools/results/regenerate.py DATASET_DIR", "versions": package_versions()}
    write_text(path, json.dumps(head, indent=1)[:-2] + f',\n "rows": [\n{lines}\n ]\n}}\n')


if __name__ == "__main__":
    os.chdir(REPOSITORY)
    main()
