"""
Compare candidates for network and preprocessing.

Each candidate is trained for a few epochs on the training films and evaluated on the validation films of the split
"default"; test films are not used. The entries are overrides of the bundle's train.json.
"""

from pathlib import Path

from tools.experiments.bundle_runs import bundle_of, evaluate, train
from tools.experiments.network_cost import network_cost

__all__ = ["choice_rows"]

EPOCHS = {"unet": 10, "resunet": 6}
EQUALISED = {"_target_": "HistogramNormalized", "keys": "image", "num_bins": 256, "min": 0.0, "max": 1.0}
CHOICES = {
    "unet": {
        "as shipped": {},
        "widths 8-16-32-64-128": {"network_def#channels": [8, 16, 32, 64, 128]},
        "widths 32-64-128-256-512": {"network_def#channels": [32, 64, 128, 256, 512]},
        "384 x 384 px": {"image_size": [384, 384]},
        "histogram equalisation": {"resize_transforms#1": EQUALISED},
    },
    "resunet": {
        "as shipped": {},
        "widths 8-16-32-64-128": {"network_def#channels": [8, 16, 32, 64, 128]},
    },
}


def choice_rows(model: str, dataset_dir: Path) -> list[dict]:
    """
    Evaluate a model's candidates.

    Returns
    -------
    list of dict
        Validation metrics, network size and network time of each candidate; all times are measured in one run.
    """
    rows, epochs = [], EPOCHS[model]
    for choice, settings in CHOICES[model].items():
        training = f"{epochs} epochs, {choice}"
        checkpoint = train(model, dataset_dir, "default", training, epochs=epochs, **settings)
        rows += evaluate(
            model, dataset_dir, "default", "validation", training=training, checkpoint=checkpoint, **settings
        )
    config = bundle_of(model) / "configs" / "train.json"
    for choice, settings in CHOICES[model].items():
        origin = {"model": model, "split": "default", "training": f"{epochs} epochs, {choice}"}
        rows += [origin | row for row in network_cost(config, settings)]
    return rows
