"""Train and evaluate the shipped classifier with ``python -m monai.bundle run``."""

import json
from pathlib import Path

from tools.experiments.bundle_runs import WORK, run_bundle
from tools.experiments.screening_films import BUNDLE, CACHE, predicted_lungs

__all__ = ["TRAINED", "evaluate_shipped"]

TRAINED = WORK / "screening" / "trained"


def evaluate_shipped(dataset_dir: Path, processes: int) -> list[dict]:
    """
    Train on the training and validation films of the split "default", and evaluate on its test films.

    The classifier is written to output/results/screening/trained; copy it into the bundle to ship it.
    """
    lungs = predicted_lungs(dataset_dir)
    settings = {"dataset_dir": dataset_dir, "lungs_dir": lungs, "cache": CACHE, "processes": processes}
    run_bundle(BUNDLE, ["train"], **settings, output_dir=TRAINED, run_name="screening")
    evaluation = WORK / "screening" / "evaluated"
    settings |= {"classifier": TRAINED / "tuberculosis.json", "output_dir": evaluation, "run_name": "evaluate-default"}
    run_bundle(BUNDLE, ["train", "evaluate"], **settings)
    rows = json.loads((evaluation / "summary.json").read_text())["rows"]
    both = {"training": "both", "split": "default", "section": "test"}
    return [both | {"test": row.pop("site"), "group": "all"} | row for row in rows]
