"""Evaluation of a classifier on labelled films, run by a bundle's evaluate.json."""

import json
from os import PathLike
from pathlib import Path

import pandas as pd
from torch.utils.tensorboard import SummaryWriter

from chestxr.metrics.classification import score_rows
from chestxr.utils.atomic import write_text
from chestxr.utils.csv import write_csv
from chestxr.utils.provenance import package_versions, sha256
from chestxr.visualize.score_plots import plot_scores

from .classifier import TuberculosisClassifier
from .log_evaluation import log_evaluation
from .site_scaler import SiteScaler
from .site_threshold import SiteThreshold
from .trainer import ScreeningFilms

__all__ = ["TuberculosisTester"]


class TuberculosisTester:
    """
    Score films, and write scores, metrics and plots.

    Parameters
    ----------
    films : ScreeningFilms
        Films to score; none may be a training film of the classifier.
    classifier : str or os.PathLike
        File of the classifier.
    output_dir : str or os.PathLike
        Folder for ``scores.csv``, ``summary.json`` and ``scores.png``.
    summary_writer : torch.utils.tensorboard.SummaryWriter
        TensorBoard writer.
    site_scale : str or os.PathLike or None, optional
        File written by ``chestxr tb adapt`` for the site of the films.
    site_threshold : str or os.PathLike or None, optional
        File written by ``chestxr tb calibrate`` for the site; its threshold replaces the classifier's.
    name : str, optional
        Title of the plots.
    """

    def __init__(
        self,
        films: ScreeningFilms,
        classifier: str | PathLike,
        output_dir: str | PathLike,
        summary_writer: SummaryWriter,
        site_scale: str | PathLike | None = None,
        site_threshold: str | PathLike | None = None,
        name: str = "test",
    ) -> None:
        self.films = films
        self.path = Path(classifier)
        self.output_dir = Path(output_dir)
        self.summary_writer = summary_writer
        self.site_scale = site_scale
        self.site_threshold = site_threshold
        self.name = name

    def run(self) -> list[dict]:
        """
        Compute features and scores, and write the results; return the rows of the summary.

        Raises
        ------
        ValueError
            If the classifier was trained on one of the films, or a file does not match the features' settings.
        """
        # Before the films are measured, which takes seconds for each.
        seen = sorted(set(self.films.items) & set(TuberculosisClassifier.load(self.path).about["films"]))
        if seen:
            raise ValueError(
                f"{self.path} was trained on {len(seen)} of these films, {seen[0]} among them; give films it never saw"
            )
        films, settings_hash = self.films.measure()
        classifier = TuberculosisClassifier.load(self.path, settings_hash)
        site = SiteScaler.load(self.site_scale, settings_hash) if self.site_scale else None
        table = pd.DataFrame(
            {"site": films.sites, "tuberculosis": films.labels.astype(int)}, index=films.features.index
        )
        table["probability"] = classifier.probability(films.features, site)
        threshold = classifier.threshold
        if self.site_threshold:
            threshold = SiteThreshold.load(self.site_threshold, self.path, self.site_scale).threshold
        table["called"] = table["probability"] >= threshold
        rows = self._rows(table, threshold)
        self._write(table, rows, threshold)
        return rows

    def _rows(self, table: pd.DataFrame, threshold: float) -> list[dict]:
        parts = [("all", table), *table.groupby("site")]
        return [
            {"site": site} | row
            for site, part in parts
            if part["tuberculosis"].nunique() == 2
            for row in score_rows(part["tuberculosis"].to_numpy(), part["probability"].to_numpy(), threshold)
        ]

    def _write(self, table: pd.DataFrame, rows: list[dict], threshold: float) -> None:
        write_csv(self.output_dir / "scores.csv", table.rename_axis("film").reset_index(), "%.6g")
        about = {"classifier_sha256": sha256(self.path), "threshold": threshold, "failures": self.films.failures}
        about |= {"versions": package_versions(), "rows": rows}
        write_text(self.output_dir / "summary.json", json.dumps(about, indent=1))
        figure = plot_scores(table["tuberculosis"].to_numpy(), table["probability"].to_numpy(), threshold, self.name)
        log_evaluation(figure, rows, self.output_dir / "scores.png", self.summary_writer)
