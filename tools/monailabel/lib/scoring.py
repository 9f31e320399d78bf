"""Score predicted lungs against corrected ones, and films by the network's uncertainty."""

import tempfile
from pathlib import Path

import numpy as np
from fastapi import HTTPException
from monailabel.interfaces.datastore import Datastore, DefaultLabelTag
from monailabel.interfaces.tasks.scoring import ScoringMethod

from chestxr.io import read_mask
from chestxr.metrics.dice import lung_dice
from chestxr.utils.errors import FilmError

from .labels import readable
from .outline import OutlineLungs

__all__ = ["LungDice", "Uncertainty"]


class LungDice(ScoringMethod):
    """
    Dice of the predicted ("original") against the corrected ("final") label: of both lungs and of each.

    MONAI Label's own score multiplies label values, and is right for one structure only.
    """

    def __init__(self) -> None:
        super().__init__("Dice of the predicted against the corrected lungs")

    def __call__(self, request: dict, datastore: Datastore) -> dict:
        """Score films with both labels; the values are added to the films' information."""
        truth, predicted = request.get("y", DefaultLabelTag.FINAL), request.get("y_pred", DefaultLabelTag.ORIGINAL)
        scored = {}
        for image in datastore.list_images():
            labels = {tag: datastore.get_label_by_image_id(image, tag) for tag in (truth, predicted)}
            if not all(labels.values()):
                continue
            try:
                dice = lung_dice(*(_lungs(datastore.get_label_uri(labels[tag], tag)) for tag in (predicted, truth)))
                scored[image] = {structure: round(value, 4) for structure, value in dice.items()}
            except (FilmError, HTTPException, ValueError) as error:
                scored[image] = _not_scored(error)
                continue
            datastore.update_image_info(image, {"dice": scored[image]})
        return scored


class Uncertainty(ScoringMethod):
    """
    One minus the network's mean confidence over the lungs, for films without a final label.

    Parameters
    ----------
    outline : OutlineLungs
        The model to run.
    """

    def __init__(self, outline: OutlineLungs) -> None:
        super().__init__("Uncertainty of the network about a film's lungs")
        self.outline = outline

    def __call__(self, request: dict, datastore: Datastore) -> dict:
        """Score films; unreadable films are skipped with a message."""
        scored = {}
        for image in datastore.get_unlabeled_images():
            try:
                _, params = self.outline({"image": datastore.get_image_uri(image)})
            except (FilmError, HTTPException) as error:
                scored[image] = _not_scored(error)
                continue
            scored[image] = round(1 - params["quality"].get("confidence", 0.0), 4)
            datastore.update_image_info(image, {"uncertainty": scored[image]})
        return scored


def _lungs(path: str) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        return read_mask([readable(path, Path(folder))])[0]


def _not_scored(error: Exception) -> str:
    match error:
        case FilmError():
            return f"not scored: {error.found}"
        case HTTPException():
            return f"not scored: {error.detail}"
    return f"not scored: {error}"
