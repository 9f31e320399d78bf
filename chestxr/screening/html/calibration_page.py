"""HTML page of a site's calibration: the threshold, decisions at every threshold, groups, and missing films."""

import base64
import math
from collections.abc import Mapping, Sequence
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment

from chestxr.tuberculosis.site_calibration import LEAST_OF_A_CLASS, RESAMPLES, SiteCalibration
from chestxr.utils.atomic import write_text
from chestxr.visualize.threshold_plots import plot_thresholds

__all__ = ["write_calibration_page"]

_STEP = 0.05


def write_calibration_page(
    path: Path,
    calibration: SiteCalibration,
    shipped: float,
    excluded: Mapping[str, int],
    warnings: Sequence[str],
    command: str,
    made_with: str,
    prevalence_given: bool,
) -> None:
    """
    Write the page of a calibration; it needs no network.

    Parameters
    ----------
    path : pathlib.Path
        File to write.
    calibration : SiteCalibration
        The calibration.
    shipped : float
        The classifier's own threshold.
    excluded : mapping of str to int
        Numbers of films that were left out, by reason.
    warnings : sequence of str
        What a reader must know about the films.
    command : str
        Command that uses the threshold.
    made_with : str
        Models and versions.
    prevalence_given : bool
        Whether the user stated the prevalence; otherwise it is that of the films.
    """
    text = (files("chestxr.screening.html") / "calibration.html").read_text()
    template = Environment(autoescape=True, trim_blocks=True).from_string(text)
    template.globals.update(share=_share, number=_number, percent=_percent, count=_count, interval=_interval)
    page = template.render(
        positives=int(calibration.labels.sum()),
        negatives=int((calibration.labels == 0).sum()),
        target=str(calibration.target),
        other="specificity" if calibration.target.measure == "sensitivity" else "sensitivity",
        threshold=calibration.threshold,
        threshold_interval=calibration.threshold_interval,
        resamples=RESAMPLES,
        chosen=calibration.at(calibration.threshold),
        prevalence=calibration.prevalence,
        prevalence_given=prevalence_given,
        precision=calibration.precision,
        missing=calibration.missing,
        metrics=calibration.metrics,
        excluded={words: number for words, number in excluded.items() if number},
        warnings=warnings,
        figure=_figure(calibration),
        rows=_rows(calibration, shipped),
        groups=calibration.groups.to_dict("records"),
        least=LEAST_OF_A_CLASS,
        command=command,
        made_with=made_with,
    )
    write_text(path, page)


def _rows(calibration: SiteCalibration, shipped: float) -> list[tuple[str, dict]]:
    """Return rows of the table in steps, with the chosen and the classifier's own threshold between them."""
    named = [("", float(step)) for step in np.arange(_STEP, 1, _STEP)]
    named += [("chosen", calibration.threshold), ("shipped", shipped)]
    return [(name, calibration.at(threshold)) for name, threshold in sorted(named, key=lambda pair: pair[1])]


def _figure(calibration: SiteCalibration) -> str:
    picture = BytesIO()
    labels, scores = calibration.labels, calibration.scores
    figure = plot_thresholds(calibration.table, labels, scores, calibration.threshold, calibration.threshold_interval)
    figure.savefig(picture, format="png", dpi=110)
    return f"data:image/png;base64,{base64.b64encode(picture.getvalue()).decode()}"


def _number(value: float) -> str:
    return f"{value:.3f}"


def _share(row: Mapping[str, Any], name: str) -> str:
    """Return a proportion with its interval; a dash where there is none, such as a PPV without suspicious films."""
    if not math.isfinite(row[name]):
        return "\u2013"
    return f"{row[name]:.2f} ({row[f'{name}_low']:.2f} to {row[f'{name}_high']:.2f})"


def _interval(metric: Mapping[str, Any]) -> str:
    return f"{metric['value']:.2f} ({metric['low']:.2f} to {metric['high']:.2f})"


def _percent(value: float) -> str:
    return f"{100 * value:.3g}%"


def _count(value: float) -> str:
    return "\u2013" if not math.isfinite(value) else f"{value:.1f}" if value < 100 else f"{value:,.0f}"
