"""
Regenerate the results printed in the bundles' READMEs: docs/results.json and docs/films.png of each bundle.

    python -m tools.experiments.segmentation ../shared/data/cxr
    python -m tools.experiments.segmentation ../shared/data/cxr --bundle unet --experiments default variants

Everything runs with ``python -m monai.bundle run``. The split "default", which is fold-0, is evaluated with the
shipped weights; the other experiments first train a network in output/results/, and resume if interrupted.
Earlier results are kept unless their experiment is named again.
"""

import argparse
import json
import os
from collections.abc import Iterator
from pathlib import Path

from chestxr.utils.atomic import write_text
from chestxr.utils.provenance import package_versions
from tools.experiments.bundle_runs import BUNDLES, PAINTED, REPOSITORY, WORK, bundle_of, evaluate, pool, train
from tools.experiments.film_pictures import draw_best_median_worst
from tools.experiments.model_selection import choice_rows
from tools.experiments.network_cost import network_cost

FOLDS = [f"fold-{fold}" for fold in range(5)]
SITES = ["montgomery-to-shenzhen", "shenzhen-to-montgomery"]
VARIANTS = ["contrast_v1", "contrast_v2", "noise", "landscape", "portrait"]
RECIPE = Path(__file__).parent / "recipe_augmentation.json"
# Montgomery alone has a quarter of the films: an equal number of steps takes more epochs.
TRAINING = {
    "montgomery-to-shenzhen": {"epochs": 180, "val_interval": 12, "patience": 72, "warmup_epochs": 8},
}
EXPERIMENTS = ("choices", "default", "variants", "painted", "recipe", "folds", "sites", "cost", "pictures")


def main() -> None:
    """Run the requested experiments."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", type=Path, help="folder of the combined collection")
    parser.add_argument("--bundle", nargs="+", choices=BUNDLES, default=list(BUNDLES))
    parser.add_argument("--experiments", nargs="+", choices=EXPERIMENTS, default=list(EXPERIMENTS))
    arguments = parser.parse_args()
    for model in arguments.bundle:
        for experiment in arguments.experiments:
            print(f"== {model}: {experiment}", flush=True)
            for rows in run_experiment(model, experiment, arguments.dataset_dir.absolute()):
                merge(model, experiment, rows)


def run_experiment(model: str, experiment: str, dataset_dir: Path) -> Iterator[list[dict]]:
    """Run one experiment; yield its rows, split by split."""
    if experiment == "choices":
        yield choice_rows(model, dataset_dir)
    elif experiment == "default":
        yield evaluate(model, dataset_dir, "default") + evaluate(model, dataset_dir, "default", "validation")
    elif experiment == "variants":
        yield [row for variant in VARIANTS for row in evaluate(model, dataset_dir, "default", variant=variant)]
    elif experiment == "painted":
        yield [row for variant in PAINTED for row in evaluate(model, dataset_dir, "default", variant=variant)]
    elif experiment == "recipe":
        training = "recipe augmentation"
        checkpoint = train(model, dataset_dir, "default", training, overlays=[RECIPE])
        yield evaluate(model, dataset_dir, "default", training=training, checkpoint=checkpoint)
    elif experiment == "cost":
        yield [{"model": model} | row for row in network_cost(bundle_of(model) / "configs" / "inference.json")]
    elif experiment == "pictures":
        draw_best_median_worst(bundle_of(model), dataset_dir, WORK / model)
    elif experiment == "folds":
        yield evaluate(model, dataset_dir, FOLDS[0])
        for split in FOLDS[1:]:
            yield evaluate(model, dataset_dir, split, checkpoint=train(model, dataset_dir, split))
        yield pool(model, FOLDS, "five folds")
    else:
        for split in SITES:
            checkpoint = train(model, dataset_dir, split, **TRAINING.get(split, {}))
            yield evaluate(model, dataset_dir, split, checkpoint=checkpoint)


def merge(model: str, experiment: str, rows: list[dict]) -> None:
    """Replace the rows of the same splits in docs/results.json."""
    path = bundle_of(model) / "docs" / "results.json"
    results = json.loads(path.read_text()) if path.is_file() else {"rows": []}
    rows = [{"experiment": experiment} | row for row in rows]
    measured = {(row["experiment"], row.get("split")) for row in rows}
    kept = [row for row in results["rows"] if (row["experiment"], row.get("split")) not in measured]
    ordered = sorted(kept + rows, key=lambda row: EXPERIMENTS.index(row["experiment"]))
    lines = ",\n".join("  " + json.dumps(row) for row in ordered)
    head = {"command": "python -m tools.experiments.segmentation DATASET_DIR", "versions": package_versions()}
    write_text(path, json.dumps(head, indent=1)[:-2] + f',\n "rows": [\n{lines}\n ]\n}}\n')


if __name__ == "__main__":
    os.chdir(REPOSITORY)
    main()
