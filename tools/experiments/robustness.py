"""
Measure the effect of degraded films on masks, scores and warnings; regenerate docs/robustness.json and .png.

    python -m tools.experiments.robustness ../shared/data/cxr
    python -m tools.experiments.robustness ../shared/data/cxr --summarise   # from the measurements so far

Uses the test films of the split "default" that have a mask, for measurement only. Each is rotated,
cropped, darkened, ... (robustness_films.py), written as PNG, and run through the shipped bundles: through the
U-Net's for Dice and the quality check's warnings, at every strength; through the screening bundle for scores, 10 times
as slow, on a fixed subset (as many TB-positive as TB-negative films per site) at the strongest, then at a
middle strength. Measurements are kept in output/results/robustness/, keyed by models and inference.json, and the
same command resumes an interrupted run. Then run tools/experiments/write_tables.py.
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
from chestxr.io.lung_sides import label_lungs
from chestxr.utils.atomic import atomic_write, write_text
from chestxr.utils.provenance import package_versions, sha256
from chestxr.utils.runtime import hide_engine_messages
from tools.experiments.bundle_runs import REPOSITORY, WORK, bundle_of
from tools.experiments.robustness_films import PERTURBATIONS, UNTOUCHED, Painting, perturbed
from tools.experiments.robustness_plots import draw_robustness
from tools.experiments.robustness_rows import lung_rows, score_rows_of
from tools.experiments.screening_films import BUNDLE

KEPT = WORK / "robustness"
# Scored films per site and label; Montgomery has no more TB-positive test films.
SCORED = {"montgomery": 12, "shenzhen": 38}
DATA = "test films of the split default that have a mask, Montgomery + Shenzhen, 8-bit, 512 x 512 px"
PLAIN = {"save_overlay": False}
BUNDLES = {
    "lungs": (bundle_of("unet"), "films.csv", PLAIN),
    **dict.fromkeys(("scores", "training films"), (BUNDLE, "screening.csv", PLAIN | {"save_zone_map": False})),
}
PAINTED = [name for name, kind in PERTURBATIONS.items() if isinstance(kind, Painting)]
Step = tuple[str, float]


def main() -> None:
    """Run missing measurements, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", type=Path, help="folder of the combined collection")
    parser.add_argument("--summarise", action="store_true", help="write results without further measurements")
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
        raise SystemExit(f"{KEPT}: found no measurements of these models; run without --summarise first")
    write_rows("robustness", DATA, rows)
    with atomic_write(BUNDLE / "docs" / "robustness.png") as path:
        draw_robustness(rows).savefig(path, dpi=90)


def lung_steps() -> list[Step]:
    """Return every perturbation at every strength, unchanged films first."""
    return [(UNTOUCHED, 0), *((name, strength) for name, p in PERTURBATIONS.items() for strength in p.strengths)]


def score_steps() -> list[Step]:
    """Return the unchanged films, every perturbation at its strongest, then at a middle strength."""
    # An opacity is a finding: a film with one has no label.
    scored = {name: kind.strengths for name, kind in PERTURBATIONS.items() if not isinstance(kind, Painting)}
    strongest = [(name, strengths[-1]) for name, strengths in scored.items()]
    middle = [(name, strengths[(len(strengths) - 1) // 2]) for name, strengths in scored.items()]
    return list(dict.fromkeys([(UNTOUCHED, 0), *strongest, *middle]))


def balanced(films: list[dict], seed: int = 0) -> list[dict]:
    """Draw equal numbers of TB-positive and TB-negative films per site, reproducibly."""
    random = np.random.default_rng(seed)
    kinds = [(site, label, number) for site, number in SCORED.items() for label in (0, 1)]
    drawn = []
    for site, label, number in kinds:
        of_kind = [item for item in films if (item["site"], item["tuberculosis"]) == (site, label)]
        drawn += [of_kind[index] for index in sorted(random.choice(len(of_kind), number, replace=False))]
    return drawn


def measure(part: str, items: list[dict], steps: list[Step]) -> None:
    """Run the bundle of a part on the films of every step that has no table yet."""
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
    """Write the films of one step as PNG; return the items for the bundle."""
    folder.mkdir(exist_ok=True)
    for item in items:
        with Image.open(item["image"]) as film:
            lungs = _lungs_of(item) if step[0] in PAINTED else None
            perturbed(film.convert("L"), *step, item["film"], lungs).save(folder / f"{item['film']}.png")
    return [{"film": item["film"], "image": str(folder / f"{item['film']}.png")} for item in items]


def dice_of(item: dict, step: Step, predicted: Path) -> float:
    """Return the Dice of both lungs against the mask, transformed like the film; 0 if no lung was found."""
    mask = perturbed(Image.fromarray(_lungs_of(item).T > 0), *step, item["film"])
    if not predicted.is_file():
        return 0.0
    both = (np.asarray(picture) > 0 for picture in (Image.open(predicted), mask))
    return compute_dice(*(torch.from_numpy(lungs)[None, None] for lungs in both)).item()


def _lungs_of(item: dict) -> np.ndarray:
    """Return the label map of a film's mask."""
    return label_lungs(read_mask(item["label"] if isinstance(item["label"], list) else [item["label"]])[0])


def write_rows(
    name: str,
    data: str,
    rows: list[dict],
    models: tuple[str, ...] = ("model.pt", "lesions.pt", "view.pt", "tuberculosis.json"),
) -> None:
    """Write docs/NAME.json of the screening bundle with measurements of its models."""
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
    """Return a description of a step."""
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
    """Return the path of the measurements of one step."""
    return KEPT / _models_of(part) / part / f"{step[0].replace(' ', '_')}-{step[1]:g}.csv"


@cache
def _models_of(part: str) -> str:
    """Return a key of a part's models and settings, so that measurements of other models are not reused."""
    return bundle_entry(BUNDLES[part][0], "algorithm").version.replace(" ", "-")


def read_table(path: Path) -> pd.DataFrame:
    """Read a bundle's table, indexed by film; missing text becomes ""."""
    no_number = {"probability": [""], "outlying_features": [""]}
    return pd.read_csv(path, keep_default_na=False, na_values=no_number).set_index("film")


if __name__ == "__main__":
    os.chdir(REPOSITORY)
    torch.set_num_threads(1)
    main()
