"""From films and their lungs to a classifier's file: what a bundle's train.json runs."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from chestxr.data import find_masks
from chestxr.io.result_files import LUNGS, result_file
from chestxr.metrics.classification import score_rows
from chestxr.radiomics import FilmToMeasure, measure_films
from chestxr.visualize.score_plots import plot_scores

from .classifier import TuberculosisClassifier
from .fit import FitSettings, TrainingFilms, fit_classifier
from .log_evaluation import log_evaluation

__all__ = ["ScreeningFilms", "TuberculosisTrainer", "without_lungs"]


def without_lungs(items: Sequence[dict], lungs_dir: str | PathLike) -> list[dict]:
    """Return the datalist items of films whose lungs are not in a folder yet, as ``<film>_lungs.png``."""
    return [item for item in items if not result_file(lungs_dir, item["film"], LUNGS).is_file()]


class ScreeningFilms:
    """
    Labelled films with their features, measured when they are asked for.

    Parameters
    ----------
    items : sequence of dict
        Datalist items: ``film``, ``image``, ``site``, ``patient``, ``tuberculosis``.
    lungs_dir : str or os.PathLike
        Folder with the lungs that a network outlined, ``<film>_lungs.png``.
    cache : str or os.PathLike
        Folder that keeps what was measured.
    processes : int, optional
        Films measured at once.
    **features
        As for :py:class:`chestxr.radiomics.FilmFeatures`.
    """

    def __init__(
        self,
        items: Sequence[dict],
        lungs_dir: str | PathLike,
        cache: str | PathLike,
        processes: int = 1,
        **features: Any,
    ) -> None:
        self.items = {item["film"]: item for item in items}
        self.lungs_dir = lungs_dir
        self.cache = Path(cache).expanduser()
        self.processes = processes
        self.features = features
        self.failures: dict[str, str] = {}

    def measure(self) -> tuple[TrainingFilms, str]:
        """
        Measure the films; those that cannot be measured are left out, and kept in ``failures`` with the reason.

        Returns
        -------
        films : TrainingFilms
            Features, labels, patients and sites.
        settings_hash : str
            The settings that the features come from.

        Raises
        ------
        ValueError
            If no film could be measured, or a film has no label.
        """
        masks = find_masks(self.items, self.lungs_dir)
        wanted = [
            FilmToMeasure(name, Path(item["image"]), (masks[name],) if name in masks else ())
            for name, item in self.items.items()
        ]
        steps = measure_films(wanted, self.cache, self.processes, **self.features)
        rows = pd.DataFrame(tqdm(steps, "measuring lungs", len(wanted), unit="film")).set_index("film")
        self.failures = {str(name): error for name, error in rows["error"].items() if error != ""}
        rows = rows.loc[[name for name in self.items if name not in self.failures]]
        if rows.empty:
            raise ValueError(
                f"none of {len(wanted)} films could be measured; the first: {next(iter(self.failures.values()))}"
            )
        chosen = [self.items[name] for name in rows.index]
        labels, patients, sites = (
            np.array([item.get(key) for item in chosen]) for key in ("tuberculosis", "patient", "site")
        )
        settings_hash = rows["settings_hash"].iloc[0]
        return TrainingFilms(
            rows.drop(columns=["image", "settings_hash", "error"]), labels, patients, sites
        ), settings_hash


class TuberculosisTrainer:
    """
    Fit a classifier on films, and write it with plots of how it did in cross-validation.

    Parameters
    ----------
    films : ScreeningFilms
        What to learn from.
    path : str or os.PathLike
        The classifier's file to write.
    summary_writer : torch.utils.tensorboard.SummaryWriter
        Where scalars and plots go.
    max_epochs : int, optional
        Most boosting rounds, ``trees`` of :py:class:`FitSettings`: MONAI's name for how long a trainer runs.
    **settings
        As for :py:class:`FitSettings`.
    """

    def __init__(
        self,
        films: ScreeningFilms,
        path: str | PathLike,
        summary_writer: SummaryWriter,
        max_epochs: int = 1000,
        **settings: Any,
    ) -> None:
        self.films = films
        self.path = Path(path)
        self.summary_writer = summary_writer
        self.settings = FitSettings(trees=max_epochs, **settings)

    def run(self) -> TuberculosisClassifier:
        """Measure, fit and write; return the classifier."""
        films, settings_hash = self.films.measure()
        classifier = fit_classifier(films, settings_hash, self.settings)
        classifier.save(self.path)
        self._show(films.labels.astype(int), classifier)
        return classifier

    def _show(self, labels: np.ndarray, classifier: TuberculosisClassifier) -> None:
        """Write how well films were scored by trees that had not seen them."""
        probabilities = np.array(list(classifier.about["films"].values()))
        figure = plot_scores(labels, probabilities, classifier.threshold, "cross-validation")
        rows = score_rows(labels, probabilities, classifier.threshold)
        crossed = [{"site": "cross-validation"} | row for row in rows]
        log_evaluation(figure, crossed, self.path.with_name("cross_validation.png"), self.summary_writer)
