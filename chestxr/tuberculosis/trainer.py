"""Training of a classifier from films and their lung masks, run by a bundle's train.json."""

from collections.abc import Callable, Mapping, Sequence
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
from .fit import FitSettings, TrainingFilms, check_labels, check_lesions, check_sites, fit_classifier
from .lesion_feature import LESION_FEATURE, settings_hash
from .lesion_films import LesionCache
from .log_evaluation import log_evaluation

__all__ = ["ScreeningFilms", "TuberculosisTrainer", "without_lungs"]


def without_lungs(items: Sequence[dict], lungs_dir: str | PathLike) -> list[dict]:
    """Return the datalist items of films without a mask ``<film>_lungs.png`` in a folder."""
    return [item for item in items if not result_file(lungs_dir, item["film"], LUNGS).is_file()]


class ScreeningFilms:
    """
    Labelled films, whose features are computed on request.

    Parameters
    ----------
    items : sequence of dict
        Datalist items: ``film``, ``image``, ``site``, ``patient``, ``tuberculosis``.
    lungs_dir : str or os.PathLike
        Folder of predicted lung masks, ``<film>_lungs.png``.
    cache : str or os.PathLike
        Folder of the feature cache.
    lesions : callable
        Transform chain that measures the lesion evidence; see :py:class:`.lesion_films.LesionCache`.
    lesion_checkpoint : str or os.PathLike
        Weights of the lesion network in that chain.
    lesion_settings : sequence, optional
        Further settings of that chain that the evidence depends on.
    processes : int, optional
        Number of processes for the radiomic features.
    **features
        As for :py:class:`chestxr.radiomics.FilmFeatures`.
    """

    def __init__(
        self,
        items: Sequence[dict],
        lungs_dir: str | PathLike,
        cache: str | PathLike,
        lesions: Callable[[Mapping[str, Any]], Mapping[str, Any]],
        lesion_checkpoint: str | PathLike,
        lesion_settings: Sequence[object] = (),
        processes: int = 1,
        **features: Any,
    ) -> None:
        self.items = {item["film"]: item for item in items}
        self.lungs_dir = lungs_dir
        self.cache = Path(cache).expanduser()
        self.lesions = lesions
        self.lesion_checkpoint = lesion_checkpoint
        self.lesion_settings = lesion_settings
        self.processes = processes
        self.features = features
        self.failures: dict[str, str] = {}

    def measure(self) -> tuple[TrainingFilms, str]:
        """
        Compute the features; films that fail are left out and listed in ``failures`` with the error.

        Returns
        -------
        films : TrainingFilms
            Features, labels, patients and sites.
        settings_hash : str
            Hash of the settings of the features.

        Raises
        ------
        ValueError
            If all films fail, or a film has no label.
        """
        check_labels({name: item.get("tuberculosis") for name, item in self.items.items()})
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
        found_hash = settings_hash(rows["settings_hash"].iloc[0], self.lesion_checkpoint, *self.lesion_settings)
        evidence = self._lesion_evidence([film for film in wanted if film.film in rows.index], found_hash)
        features = rows.drop(columns=["image", "settings_hash", "error"]).join(evidence[LESION_FEATURE])
        return TrainingFilms(features, labels, patients, sites), found_hash

    def _lesion_evidence(self, films: Sequence[FilmToMeasure], settings_hash: str) -> pd.DataFrame:
        measure = LesionCache(self.lesions, self.cache, settings_hash)
        steps = tqdm(films, "looking for lesions", unit="film")
        return pd.DataFrame({film.film: measure(film.image, film.masks[0]) for film in steps}).T


class TuberculosisTrainer:
    """
    Fit a classifier on films, and write it with plots of its held-out scores.

    Parameters
    ----------
    films : ScreeningFilms
        Training films.
    path : str or os.PathLike
        File of the classifier to write.
    summary_writer : torch.utils.tensorboard.SummaryWriter
        TensorBoard writer.
    max_epochs : int, optional
        Boosting rounds, ``rounds`` of :py:class:`FitSettings`; named as in MONAI's trainers.
    **settings
        As for :py:class:`FitSettings`.
    """

    def __init__(
        self,
        films: ScreeningFilms,
        path: str | PathLike,
        summary_writer: SummaryWriter,
        max_epochs: int = 60,
        **settings: Any,
    ) -> None:
        self.films = films
        self.path = Path(path)
        self.summary_writer = summary_writer
        self.settings = FitSettings(rounds=max_epochs, **settings)

    def run(self) -> TuberculosisClassifier:
        """Compute the features, fit the classifier and write it; return the classifier."""
        # Before the films are measured, which takes seconds for each.
        check_sites(item.get("site") for item in self.films.items.values())
        films, settings_hash = self.films.measure()
        classifier = fit_classifier(films, settings_hash, self.settings)
        check_lesions(classifier)
        classifier.save(self.path)
        self._show(films.labels.astype(int), classifier)
        return classifier

    def _show(self, labels: np.ndarray, classifier: TuberculosisClassifier) -> None:
        """Write plots and metrics of the held-out scores."""
        probabilities = np.array(list(classifier.about["films"].values()))
        figure = plot_scores(labels, probabilities, classifier.threshold, classifier.about["held_out"])
        rows = score_rows(labels, probabilities, classifier.threshold)
        crossed = [{"site": classifier.about["held_out"]} | row for row in rows]
        log_evaluation(figure, crossed, self.path.with_name("held_out.png"), self.summary_writer)
