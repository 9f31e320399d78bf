"""Calibration of a site: screen its labelled films, choose the threshold, write page, table and threshold."""

import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from os.path import realpath
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from chestxr.bundle import SCREENING_BUNDLE, bundle_folder
from chestxr.bundle.entry import bundle_entry
from chestxr.data.collection_table import read_collection_table
from chestxr.screening.results.record import FilmRecord
from chestxr.tuberculosis import TuberculosisClassifier
from chestxr.tuberculosis.site_calibration import SiteCalibration, Target, check_classes
from chestxr.tuberculosis.site_threshold import SiteThreshold
from chestxr.utils.csv import write_csv
from chestxr.utils.provenance import sha256

from .html.calibration_page import write_calibration_page
from .html.page import write_page
from .local.run import ScreeningRun

__all__ = ["CalibrationRun"]

_KINDS = {1: "with tuberculosis", 0: "without tuberculosis"}


class CalibrationRun:
    """
    Screen the films of a site, then choose its threshold.

    Parameters
    ----------
    items : sequence of dict
        Films, as returned by :py:func:`chestxr.data.find_films`.
    labels : pathlib.Path
        Table of labels, as :py:func:`chestxr.data.collection_table.read_collection_table` reads it.
    out : pathlib.Path
        Folder of the results.
    bundle : pathlib.Path
        Folder of the screening bundle.
    processes : int, optional
        Number of worker processes.
    **overrides
        Entries of the bundle's inference.json that differ.

    Raises
    ------
    FileNotFoundError
        If there is no such table.
    ValueError
        If the table is invalid or has too few labels, or as :py:class:`.local.run.ScreeningRun` does.
    """

    def __init__(
        self, items: Sequence[dict], labels: Path, out: Path, bundle: Path, processes: int = 1, **overrides: Any
    ) -> None:
        if not labels.is_file():
            raise FileNotFoundError(f"{labels}: no such table of labels; check the path")
        located = {item["film"]: _located(Path(item["image"])) for item in items}
        known = read_collection_table(labels.absolute(), set(located.values()), ("tuberculosis",), _located)
        self.facts = {film: known.get(image, {}) for film, image in located.items()}
        # Before the films are screened, which takes a second for each.
        check_classes(np.array([facts.get("tuberculosis") for facts in self.facts.values()], dtype=object))
        self.screening = ScreeningRun(items, out, bundle, processes, **overrides)

    def finish(self, target: Target, prevalence: float | None, precision: float) -> SiteCalibration:
        """
        Write results, page, table and threshold.

        Parameters
        ----------
        target : Target
            What the threshold must reach.
        prevalence : float or None
            Share of films with tuberculosis where the score will be used; None for that of the labelled films.
        precision : float
            Half of the width of the intervals that sensitivity and specificity should have.

        Returns
        -------
        SiteCalibration

        Raises
        ------
        ValueError
            If too few labelled films have a score, or no threshold reaches the target.
        """
        run = self.screening
        manifest, records = run.finish(), run.records()
        write_page(run.out / "report.html", run.items, records, run.failures, manifest)
        films, left_out = self._scored(records)
        try:
            stated = prevalence or float(films["tuberculosis"].mean())
            found = SiteCalibration(films, target, stated, precision)
        except ValueError as error:
            counts = ", ".join(f"{number} {why}" for why, number in left_out.items())
            raise ValueError(f"{error}; left out: {counts}" if counts else str(error)) from error
        self._write(found, left_out, prevalence is not None)
        return found

    def warnings(self) -> list[str]:
        """Return what a reader of the calibration must know about its films."""
        labelled = {film: facts for film, facts in self.facts.items() if facts.get("tuberculosis") is not None}
        trained_on = len(labelled.keys() & self._classifier.about["films"].keys())
        patients = Counter(facts["patient"] for facts in labelled.values() if "patient" in facts)
        repeated = sum(number > 1 for number in patients.values())
        found = {
            f"films with the names of films that the classifier was trained on: {trained_on}; if they are the same, "
            "leave them out, since the figures would be better than those of other films": trained_on,
            f"patients with several films: {repeated}; keep one film of each, since the intervals take each film for "
            "another patient": repeated,
        }
        return [warning for warning, number in found.items() if number]

    def _scored(self, records: Mapping[str, FilmRecord]) -> tuple[pd.DataFrame, Counter[str]]:
        """Return the labelled films with a score, and the numbers of the others by reason."""
        rows, left_out = [], Counter[str]()
        for film, facts in self.facts.items():
            label, row = facts.get("tuberculosis"), records[film].row if film in records else None
            if label is None:
                left_out["without a label"] += 1
            elif row is None or row["probability"] is None:
                left_out[f"{_KINDS[label]}, {'not read' if row is None else 'without a score'}"] += 1
            else:
                of_film = {name: row[name] for name in ("probability", "outlying_features")}
                person = {"sex": facts.get("sex", ""), "age_years": facts.get("age_years", np.nan)}
                rows.append({"film": film, "tuberculosis": label} | of_film | person)
        columns = ["film", "tuberculosis", "probability", "outlying_features", "sex", "age_years"]
        return pd.DataFrame(rows, columns=columns), left_out

    @cached_property
    def _classifier(self) -> TuberculosisClassifier:
        return TuberculosisClassifier.load(self._classifier_file)

    @property
    def _classifier_file(self) -> Path:
        return Path(bundle_entry(self.screening.bundle, "classifier", **self.screening.overrides))

    def _write(self, found: SiteCalibration, left_out: Counter[str], prevalence_given: bool) -> None:
        run = self.screening
        scale = run.overrides.get("site_scale")
        path = run.out / "threshold.json"
        write_csv(run.out / "thresholds.csv", found.table, "%.6g")
        options = {"--site-threshold": str(path), "--site-scale": scale, "--bundle": self._other_bundle()}
        given = " ".join(f"{option} {shlex.quote(value)}" for option, value in options.items() if value)
        write_calibration_page(
            run.out / "calibration.html",
            found,
            self._classifier.threshold,
            left_out,
            self.warnings(),
            f"chestxr screen FILMS --out RESULTS {given}",
            f"{run.about['bundle']} {run.about['version']}; chestxr {run.about['chestxr']}",
            prevalence_given,
        )
        # Last: the threshold is used only if its page can be read.
        SiteThreshold(
            threshold=found.threshold,
            rule=str(found.target),
            positives=int(found.labels.sum()),
            negatives=int((found.labels == 0).sum()),
            unlike=sum(map(run.drift.is_unlike, found.films["outlying_features"])),
            classifier_sha256=sha256(self._classifier_file),
            site_scale_sha256=sha256(scale) if scale else "",
        ).save(path)

    def _other_bundle(self) -> str:
        """Return the folder of the bundle unless it is the shipped one."""
        bundle = self.screening.bundle
        return "" if bundle == bundle_folder(SCREENING_BUNDLE) else str(bundle)


def _located(path: Path) -> Path:
    """Return the path without links and "..": a table may name a film by another way than the command."""
    return Path(realpath(path))
