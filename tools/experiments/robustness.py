"""
Measure what spoilt films do to masks, scores and alarms, and regenerate docs/robustness.json and .png of the bundle.

    python -m tools.experiments.robustness ../shared/data/cxr
    python -m tools.experiments.robustness ../shared/data/cxr --summarise   # from what earlier, stopped calls measured

Test films of the split "default" that have a mask, and only to measure: nothing is chosen by them. Each is rotated,
cropped, darkened, ... (robustness_films.py), written as PNG, and given to the shipped bundles as any film is: to the
U-Net's for Dice and the quality check's alarms, at every strength; to the screening bundle for its scores, which takes
ten times as long, on a fixed part of the films (as many ill as well within each site) at the strongest and then at a
middle strength. What is measured is kept in output/results/robustness/, by the models and their inference.json, and the
same command goes on where it was stopped. Then run tools/experiments/write_tables.py.
"""

import argparse
import json
import os
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import torch
from monai.metrics import compute_dice
from PIL import Image
from rich.progress import track

from chestxr.bundle.entry import bundle_entry
from chestxr.bundle.open import OpenBundle
from chestxr.data import load_split
from chestxr.io import read_mask
from chestxr.utils.atomic import atomic_write, write_text
from chestxr.utils.provenance import package_versions, sha256
from chestxr.utils.runtime import hide_engine_messages
from tools.experiments.bundle_runs import REPOSITORY, WORK, bundle_of
from tools.experiments.robustness_films import PERTURBATIONS, UNTOUCHED, perturbed
from tools.experiments.robustness_plots import draw_robustness
from tools.experiments.robustness_rows import lung_rows, score_rows_of
from tools.experiments.screening_films import BUNDLE

KEPT = WORK / "robustness"
# Films of each site and label that are scored; Montgomery has no more test films that are ill.
SCORED = {"montgomery": 12, "shenzhen": 38}
DATA = "test films of the split default that have a mask, Montgomery + Shenzhen, 8-bit, 512 x 512 px"
PLAIN = {"save_overlay": False}
BUNDLES = {
    "lungs": (bundle_of("unet"), "films.csv", PLAIN),
    **dict.fromkeys(("scores", "learnt from"), (BUNDLE, "screening.csv", PLAIN | {"save_zone_map": False})),
}
Step = tuple[str, float]


def main() -> None:
    """Measure what is missing, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", type=Path, help="folder of the combined collection")
    parser.add_argument("--summarise", action="store_true", help="measure nothing more")
    arguments = parser.parse_args()
    hide_engine_messages()
    films = load_split("default", arguments.dataset_dir.absolute(), masked=True)["test"]
    parts = {"lungs": (films, lung_steps()), "scores": (balanced(films), score_steps())}
    for part, (items, steps) in parts.items():
        if not arguments.summarise:
            measure(part, items, steps)
    by_name = {item["film"]: item for item in films}
    rows = [about(step) | row for step in lung_steps() for row in _rows_of(step, by_name)]
    if not rows:
        raise SystemExit(f"{KEPT}: nothing was measured of these models yet; run it without --summarise")
    write_rows("robustness", DATA, rows)
    with atomic_write(BUNDLE / "docs" / "robustness.png") as path:
        draw_robustness(rows).savefig(path, dpi=90)


def lung_steps() -> list[Step]:
    """Return every perturbation at every strength, the untouched films first."""
    return [(UNTOUCHED, 0), *((name, strength) for name, p in PERTURBATIONS.items() for strength in p.strengths)]


def score_steps() -> list[Step]:
    """Return the untouched films, every perturbation at its strongest, then those with several at a middle one."""
    strongest = [(name, p.strengths[-1]) for name, p in PERTURBATIONS.items()]
    middle = [(name, p.strengths[(len(p.strengths) - 1) // 2]) for name, p in PERTURBATIONS.items()]
    return list(dict.fromkeys([(UNTOUCHED, 0), *strongest, *middle]))


def balanced(films: list[dict], seed: int = 0) -> list[dict]:
    """Draw as many ill as well films of each site, always the same."""
    random = np.random.default_rng(seed)
    kinds = [(site, label, number) for site, number in SCORED.items() for label in (0, 1)]
    drawn = []
    for site, label, number in kinds:
        of_kind = [item for item in films if (item["site"], item["tuberculosis"]) == (site, label)]
        drawn += [of_kind[index] for index in sorted(random.choice(len(of_kind), number, replace=False))]
    return drawn


def measure(part: str, items: list[dict], steps: list[Step]) -> None:
    """Run a part's bundle on the films of every step that has no table yet."""
    waiting = [step for step in steps if not table_of(part, step).is_file()]
    if not waiting:
        return
    folder, results, overrides = BUNDLES[part]
    with TemporaryDirectory() as temporary:
        films, out = Path(temporary) / "films", Path(temporary) / "out"
        bundle = OpenBundle(folder, output_dir=str(out), **overrides)
        for step in track(waiting, part):
            bundle.run(write_films(items, step, films))
            found = read_table(out / results).loc[[item["film"] for item in items]]
            if part == "lungs":
                found["dice"] = [dice_of(item, step, out / f"{item['film']}_lungs.png") for item in items]
            with atomic_write(table_of(part, step)) as path:
                found.drop(columns="image").to_csv(path)
            for path in out.iterdir():
                path.unlink()


def write_films(items: list[dict], step: Step, folder: Path) -> list[dict]:
    """Write the films of one step as PNG; return the items that the bundle reads."""
    folder.mkdir(exist_ok=True)
    for item in items:
        with Image.open(item["image"]) as film:
            perturbed(film.convert("L"), *step, item["film"]).save(folder / f"{item['film']}.png")
    return [{"film": item["film"], "image": str(folder / f"{item['film']}.png")} for item in items]


def dice_of(item: dict, step: Step, predicted: Path) -> float:
    """Return the Dice of both lungs against the mask, moved as the film was; 0 where no lung was found."""
    paths = item["label"] if isinstance(item["label"], list) else [item["label"]]
    mask = perturbed(Image.fromarray(read_mask(paths)[0].T > 0), *step, item["film"])
    if not predicted.is_file():
        return 0.0
    both = (np.asarray(picture) > 0 for picture in (Image.open(predicted), mask))
    return compute_dice(*(torch.from_numpy(lungs)[None, None] for lungs in both)).item()


def write_rows(
    name: str, data: str, rows: list[dict], models: tuple[str, ...] = ("model.pt", "view.pt", "tuberculosis.json")
) -> None:
    """Write docs/NAME.json of the screening bundle, measured with some of its models."""
    head = {
        "command": f"python -m tools.experiments.{name} DATASET_DIR",
        "data": data,
        "models": {model: sha256(BUNDLE / "models" / model) for model in models},
        "versions": package_versions(),
    }
    lines = ",\n".join("  " + json.dumps(row) for row in rows)
    text = json.dumps(head, indent=1)[:-2] + f',\n "rows": [\n{lines}\n ]\n}}\n'
    write_text(BUNDLE / "docs" / f"{name}.json", text)


def about(step: Step) -> dict:
    """Say what was done to films."""
    unit = PERTURBATIONS[step[0]].unit if step[0] in PERTURBATIONS else ""
    return {"perturbation": step[0], "strength": step[1], "unit": unit}


def _rows_of(step: Step, films: dict[str, dict]) -> Iterator[dict]:
    limit = bundle_entry(BUNDLE, "most_outlying_features")
    for part, rows_of in (("lungs", lung_rows), ("scores", partial(score_rows_of, limit=limit))):
        if table_of(part, step).is_file():
            table = read_table(table_of(part, step))
            known = {key: [films[name][key] for name in table.index] for key in ("site", "tuberculosis")}
            yield from rows_of(table.assign(**known))


def table_of(part: str, step: Step) -> Path:
    """Return where what was measured of one step is kept."""
    return KEPT / _models_of(part) / part / f"{step[0].replace(' ', '_')}-{step[1]:g}.csv"


@cache
def _models_of(part: str) -> str:
    """Return a name for a part's models and how they run: what others measured is not taken for theirs."""
    return bundle_entry(BUNDLES[part][0], "algorithm").version.replace(" ", "-")


def read_table(path: Path) -> pd.DataFrame:
    """Read what a bundle wrote, by film; words that are not there are ""."""
    no_number = {"probability": [""], "outlying_features": [""]}
    return pd.read_csv(path, keep_default_na=False, na_values=no_number).set_index("film")


if __name__ == "__main__":
    os.chdir(REPOSITORY)
    torch.set_num_threads(1)
    main()
