"""Figures of the screening bundle's documentation: ROC curves, and test films with their marks."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from PIL import Image
from sklearn.metrics import RocCurveDisplay

from chestxr.data import load_split
from chestxr.utils.atomic import atomic_write
from chestxr.visualize.contact_sheet import contact_sheet
from tools.experiments.bundle_runs import WORK, run_bundle
from tools.experiments.screening_films import BUNDLE
from tools.experiments.screening_shipped import TRAINED

__all__ = ["draw_pictures", "keep_scores"]

SCORES = WORK / "screening" / "scores"
_SIDE = 300
_FILMS_OF_A_ROW = 5
ROWS = (
    ("Tuberculosis, found", 1, True),
    ("Tuberculosis, missed", 1, False),
    ("Normal, not suspicious", 0, False),
    ("Normal, false positive", 0, True),
)
PANELS = {
    "Inside a site, nested cross-validation": ("shenzhen-shenzhen", "montgomery-montgomery"),
    "Trained on Shenzhen, tested on Montgomery": ("shenzhen-montgomery", "shenzhen-montgomery-adapted"),
    "Trained on Montgomery, tested on Shenzhen": ("montgomery-shenzhen", "montgomery-shenzhen-adapted"),
}


def keep_scores(scored: pd.DataFrame, source: str, target: str, adapted: bool = False) -> None:
    """Save films' scores for the figures."""
    name = "-".join([source, target] + ["adapted"] * adapted)
    with atomic_write(SCORES / f"{name}.csv") as partial:
        scored.to_csv(partial, index_label="film")


def draw_pictures(dataset_dir: Path) -> None:
    """Draw docs/roc.png and docs/films.png from saved results; skip those that are missing."""
    if all((SCORES / f"{name}.csv").is_file() for names in PANELS.values() for name in names):
        with atomic_write(BUNDLE / "docs" / "roc.png") as partial:
            _roc().savefig(partial, dpi=90)
    if (TRAINED / "tuberculosis.json").is_file():
        with atomic_write(BUNDLE / "docs" / "films.png") as partial:
            _films(dataset_dir).quantize(128).save(partial, optimize=True)


def _roc() -> Figure:
    figure = Figure(figsize=(15, 5.2), layout="constrained")
    for axes, (title, names) in zip(figure.subplots(1, 3), PANELS.items(), strict=True):
        for name in names:
            scored = pd.read_csv(SCORES / f"{name}.csv")
            shown = f"{name.split('-')[1].capitalize()}{', adapted' if name.endswith('adapted') else ''}"
            RocCurveDisplay.from_predictions(scored["label"], scored["probability"], ax=axes, name=shown)
        axes.set(title=title, xlabel="1 - specificity", ylabel="sensitivity")
        axes.legend(loc="lower right")
    figure.suptitle("Tuberculosis scores from predicted lungs, 138 + 662 films. Research use only.")
    return figure


def _films(dataset_dir: Path) -> Image.Image:
    """Return a contact sheet of test films with their marks: right and wrong ones of both labels, over all scores."""
    films = {item["film"]: item["image"] for item in load_split("default", dataset_dir)["test"]}
    scores = pd.read_csv(WORK / "screening" / "evaluated" / "scores.csv", index_col="film")
    chosen = {
        title: _spread(scores[(scores["tuberculosis"] == label) & (scores["called"] == called)])
        for title, label, called in ROWS
    }
    folder = _screen([films[name] for names in chosen.values() for name in names])
    scored = pd.read_csv(folder / "screening.csv").set_index("film")["probability"]
    rows = [
        (title, [(f"{name}, probability {scored[name]:.2f}", _overlay(folder, name)) for name in names])
        for title, names in chosen.items()
    ]
    return contact_sheet(rows, side=_SIDE)


def _spread(films: pd.DataFrame) -> list[str]:
    """Return films spread evenly over the scores, the highest first; all of them if there are few."""
    ordered = films["probability"].sort_values(ascending=False).index
    places = np.linspace(0, len(ordered) - 1, min(_FILMS_OF_A_ROW, len(ordered))).round().astype(int)
    return [str(ordered[place]) for place in places]


def _screen(paths: list[str]) -> Path:
    """Run the bundle on films with the newly trained classifier; return the folder of results."""
    folder = WORK / "screening" / "pictured"
    run_bundle(BUNDLE, ["inference"], films=paths, output_dir=folder, classifier=TRAINED / "tuberculosis.json")
    return folder


def _overlay(folder: Path, film: str) -> np.ndarray:
    picture = Image.open(folder / f"{film}_overlay.png").convert("RGB")
    picture.thumbnail((_SIDE, _SIDE))
    return np.asarray(picture)
