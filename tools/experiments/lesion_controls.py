"""
Train the lesion network on the boxes of other films, and add the results to docs/controls.json of the lesion bundle.

    python -m tools.experiments.lesion_controls ../shared/data

Boxes are shuffled between the training films, so that they say where lesions are usual, not where they are. What such
a network still finds, it finds by the place in the lungs; it should say nothing about a whole film. Everything
else is as in the bundle's train.json. The training takes half an hour on two cores, and resumes after an interruption.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from chestxr.utils.atomic import write_text
from chestxr.utils.provenance import package_versions
from tools.experiments.bundle_runs import WORK, run_bundle
from tools.experiments.lesions import BUNDLE, LesionRuns

OVERLAY = Path(__file__).with_name("shuffled_boxes.json")
TRAINED = WORK / "lesions" / "shuffled_boxes"
METRICS = ("first mark in a box", "AUC of zones inside films", "auc")


def shuffled_boxes(items: Sequence[dict], seed: int = 0) -> list[dict]:
    """Return the items, each with the boxes of another one."""
    order = np.random.default_rng(seed).permutation(len(items))
    # Each film in a cycle through all of them takes the boxes of the next.
    boxes = {int(here): items[there]["boxes"] for here, there in zip(order, np.roll(order, -1), strict=True)}
    return [item | {"boxes": boxes[number]} for number, item in enumerate(items)]


def main() -> None:
    """Train, evaluate, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of the collections")
    data = parser.parse_args().data.absolute()
    settings = {"dataset_dir": data / "tbx11k", "output_dir": TRAINED, "tensorboard_dir": TRAINED / "tensorboard"}
    run_bundle(BUNDLE, ["train", OVERLAY], **settings)
    write_text(
        BUNDLE / "docs" / "controls.json",
        json.dumps(
            {
                "command": "python -m tools.experiments.lesion_controls DATA",
                "data": "TBX11K, Montgomery + Shenzhen",
                "versions": package_versions(),
                "rows": list(_rows(LesionRuns(data, TRAINED / "model.pt"))),
            },
            indent=1,
        ),
    )


def _rows(control: LesionRuns) -> Iterator[dict]:
    for row in (*control.on_boxes("test"), *control.on_readings()):
        if row["metric"] in METRICS:
            yield {"control": "shuffled boxes"} | row


if __name__ == "__main__":
    main()
