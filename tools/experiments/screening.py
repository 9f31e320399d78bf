"""
Evaluate tuberculosis screening, and regenerate docs/results.json, docs/roc.png and docs/films.png of its bundle.

    python -m tools.experiments.screening ../shared/data/cxr
    python -m tools.experiments.screening ../shared/data/cxr --experiments "in site" "across sites"

The shipped U-Net outlines the lungs. It was trained on the masks of the
split "default", which say nothing of disease. The lesion network was trained on TBX11K. Penalty, calibration and
threshold are selected inside the training films of each fit. "shipped" trains the bundle's classifier on the training
and validation films of the split "default" and evaluates it on the test films, with ``python -m monai.bundle run``.
Earlier results are kept unless their experiment is named again.
"""

import argparse
import json
import os
from pathlib import Path

from chestxr.utils.atomic import write_text
from chestxr.utils.provenance import package_versions
from tools.experiments.screening_ablations import ablations
from tools.experiments.screening_bench import Bench
from tools.experiments.screening_controls import controls
from tools.experiments.screening_evaluation import across_sites, in_site, shipped
from tools.experiments.screening_films import BUNDLE
from tools.experiments.screening_pictures import draw_pictures

# Each yields rows in parts, so that finished parts are kept if a later one is interrupted.
EXPERIMENTS = {
    "in site": in_site,
    "across sites": across_sites,
    "shipped": shipped,
    "controls": controls,
    "ablations": ablations,
}


def main() -> None:
    """Run the requested experiments."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", type=Path, help="folder of the combined collection")
    parser.add_argument("--experiments", nargs="+", choices=EXPERIMENTS, default=list(EXPERIMENTS))
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="processes for features and fits")
    arguments = parser.parse_args()
    bench = Bench(arguments.dataset_dir.absolute(), arguments.processes)
    for experiment in arguments.experiments:
        print(f"== {experiment}", flush=True)
        rows = []
        for part in EXPERIMENTS[experiment](bench):
            rows += part
            merge(experiment, rows)
    draw_pictures(bench.dataset_dir)


def merge(experiment: str, rows: list[dict]) -> None:
    """Replace an experiment's rows in docs/results.json."""
    path = BUNDLE / "docs" / "results.json"
    results = json.loads(path.read_text()) if path.is_file() else {"rows": []}
    kept = [row for row in results["rows"] if row["experiment"] != experiment]
    new = [{"experiment": experiment, "model": "xgboost"} | _rounded(row) for row in rows]
    ordered = sorted(kept + new, key=lambda row: list(EXPERIMENTS).index(row["experiment"]))
    lines = ",\n".join("  " + json.dumps(row) for row in ordered)
    head = {"command": "python -m tools.experiments.screening DATASET_DIR", "versions": package_versions()}
    write_text(path, json.dumps(head, indent=1)[:-2] + f',\n "rows": [\n{lines}\n ]\n}}\n')


def _rounded(row: dict) -> dict:
    return {key: round(value, 4) if isinstance(value, float) else value for key, value in row.items()}


if __name__ == "__main__":
    os.environ["OMP_NUM_THREADS"] = "1"
    main()
