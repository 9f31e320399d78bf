"""
Compare candidates for the network, its training and its preprocessing.

Each candidate is one change of the same configuration, candidates/base.json. It is trained for a few epochs on the
training films of the split "default", and evaluated on the validation films, as they are and with half a lung painted
white. Some are also trained on the films of Shenzhen alone, and evaluated on those of Montgomery. Test films of
"default" are not used.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chestxr.data import open_collection
from chestxr.data.film import Film
from chestxr.data.splits import film_names, split_text
from chestxr.utils.atomic import write_text
from tools.experiments.bundle_runs import WORK, bundle_of, evaluate, train
from tools.experiments.network_cost import network_cost
from tools.experiments.pseudo_labels import pseudo_labelled

__all__ = ["CANDIDATES", "Candidate", "candidate_rows", "choice_rows"]

_FOLDER = Path(__file__).parent / "candidates"
_BASE = _FOLDER / "base.json"
_EPOCHS = 15
_METRICS = ("dice", "hd95", "roughness", "missed_painted")
_VARIANTS = ("original", "painted, lower half")
_EQUALISED = {"_target_": "HistogramNormalized", "keys": "image", "num_bins": 256, "min": 0.0, "max": 1.0}


@dataclass(frozen=True)
class Candidate:
    """
    A change of candidates/base.json.

    Attributes
    ----------
    overlays : tuple of str
        Further files in candidates/, without ".json".
    settings : mapping
        Overrides of train.json, also used in the evaluation.
    training : tuple of str
        Files in candidates/ that change only the training.
    """

    overlays: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    training: tuple[str, ...] = ()

    @property
    def overrides(self) -> dict[str, Any]:
        """Arguments for `evaluate`."""
        return {"overlays": [_BASE, *map(_file, self.overlays)], **self.settings}

    @property
    def training_overrides(self) -> dict[str, Any]:
        """Arguments for `train`."""
        return {"overlays": [_BASE, *map(_file, self.overlays + self.training)], **self.settings}


def _file(name: str) -> Path:
    return _FOLDER / f"{name}.json"


CANDIDATES = {
    "unet": {
        "as before": Candidate(),
        "averaged weights": Candidate(training=("averaged_weights",)),
        "three times as long": Candidate(settings={"epochs": 3 * _EPOCHS, "patience": 3 * _EPOCHS}),
        "320 x 320 px": Candidate(settings={"image_size": [320, 320]}),
        "384 x 384 px": Candidate(settings={"image_size": [384, 384]}),
        "512 x 512 px": Candidate(settings={"image_size": [512, 512]}),
        "widths 8-16-32-64-128": Candidate(settings={"network_def#channels": [8, 16, 32, 64, 128]}),
        "widths 32-64-128-256-512": Candidate(settings={"network_def#channels": [32, 64, 128, 256, 512]}),
        "one level more": Candidate(
            settings={"network_def#channels": [16, 32, 64, 128, 256, 256], "network_def#strides": [2, 2, 2, 2, 2]}
        ),
        "encoder of ImageNet": Candidate(("imagenet",)),
        "DynUNet": Candidate(("dynunet",)),
        "DynUNet, deep supervision": Candidate(("dynunet", "deep_supervision")),
        "boundary loss": Candidate(("boundary_loss",)),
        "mirrored in training and testing": Candidate(("mirrored",)),
        "painted opacities": Candidate(("painted_opacities",)),
        "stronger augmentation": Candidate(("strong_augmentation",)),
        "pseudo-labels": Candidate(("pseudo_labels",)),
        "histogram equalisation": Candidate(settings={"resize_transforms#1": _EQUALISED}),
    },
    "resunet": {},
}


# Candidates that may help at sites that a network has not seen.
ACROSS_SITES = ("as before", "encoder of ImageNet", "painted opacities", "stronger augmentation", "pseudo-labels")


def choice_rows(model: str, dataset_dir: Path) -> list[dict]:
    """
    Evaluate a model's candidates.

    Returns
    -------
    list of dict
        Validation metrics, network size and network time of each candidate; all times are measured in one run.
    """
    rows = [row for name in CANDIDATES[model] for row in candidate_rows(model, name, dataset_dir)]
    config = bundle_of(model) / "configs" / "train.json"
    for name, candidate in CANDIDATES[model].items():
        origin = {"model": model, "split": "default", "training": name}
        rows += [origin | row for row in network_cost(config, **candidate.overrides)]
    return rows


def candidate_rows(model: str, name: str, dataset_dir: Path) -> list[dict]:
    """Train a candidate, or resume its training; return its metrics on the validation films."""
    candidate = CANDIDATES[model][name]
    extra = {"pseudo_labelled": pseudo_labelled(dataset_dir.parent)} if "pseudo_labels" in candidate.overlays else {}
    checkpoint = train(model, dataset_dir, "default", name, **candidate.training_overrides, **extra)
    settings = candidate.overrides | extra | {"training": name}
    rows = [
        row
        for variant in _VARIANTS
        for row in evaluate(model, dataset_dir, "default", "validation", variant, checkpoint=checkpoint, **settings)
    ]
    if name in ACROSS_SITES:
        split = str(_to_montgomery(dataset_dir))
        checkpoint = train(model, dataset_dir, split, name, **candidate.training_overrides, **extra)
        rows += evaluate(model, dataset_dir, split, "test", checkpoint=checkpoint, **settings)
    return [row for row in rows if row["structure"] == "both lungs" and row["metric"] in _METRICS]


def _to_montgomery(dataset_dir: Path) -> Path:
    """Write the split that trains on Shenzhen and tests on Montgomery, without test films of the default split."""
    films = {film.name: film for film in open_collection(dataset_dir).films}
    names = film_names("default")

    def of_site(site: str, *parts: str) -> list[Film]:
        return [films[name] for part in parts for name in names[part] if films[name].site == site]

    sections = {
        "training": of_site("shenzhen", "training"),
        "validation": of_site("shenzhen", "validation"),
        "test": of_site("montgomery", "training", "validation"),
    }
    path = WORK / "unet" / "shenzhen-to-montgomery-without-test-films.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, split_text(sections, path.stem.replace("-", " "), dataset_dir))
    return path
