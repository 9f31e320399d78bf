"""Per-image metrics as a table, one row per film, structure and metric."""

import math
from collections.abc import Mapping, Sequence

import pandas as pd
import torch
from ignite.engine import Engine, Events

from .across_processes import gather_lists
from .item_names import film_of, site_of

__all__ = ["PerImageMetrics"]


class PerImageMetrics:
    """
    Collect an evaluator's per-film metrics as a tidy table.

    After each evaluation ``engine.state.film_table`` is a :py:class:`pandas.DataFrame` with the columns film, site,
    structure, metric, value, unit. Distances are in pixels of the film ("px"), and also in mm if the film states
    the same spacing in both directions. A distance without a value (structure not found) is NaN.

    Parameters
    ----------
    structures : sequence of str
        Names of the metrics' channels.
    units : mapping of str to str
        Unit of each metric to collect, by the metric's name in the evaluator: "px" for distances, "1" for ratios.
    """

    def __init__(self, structures: Sequence[str], units: Mapping[str, str]) -> None:
        self.structures = list(structures)
        self.units = dict(units)
        self._films: list[tuple[str, str, float]] = []

    def attach(self, evaluator: Engine) -> None:
        """Attach to the evaluator; its metrics must keep their details (``save_details=True``, the default)."""
        evaluator.add_event_handler(Events.EPOCH_STARTED, self._start)
        evaluator.add_event_handler(Events.ITERATION_COMPLETED, self._record_films)
        evaluator.add_event_handler(Events.EPOCH_COMPLETED, self._build)

    def _start(self, evaluator: Engine) -> None:
        self._films = []

    def _record_films(self, evaluator: Engine) -> None:
        for item in evaluator.state.batch:
            self._films.append((film_of(item), site_of(item), _square_spacing(item["image"].meta)))

    def _build(self, evaluator: Engine) -> None:
        films = gather_lists(self._films)
        rows = []
        for metric, unit in self.units.items():
            details = torch.as_tensor(evaluator.state.metric_details[metric]).reshape(len(films), -1).tolist()
            for (film, site, spacing), values in zip(films, details, strict=True):
                for structure, value in zip(self.structures, values, strict=True):
                    value = value if math.isfinite(value) else math.nan
                    rows.append((film, site, structure, metric, value, unit))
                    if unit == "px" and math.isfinite(spacing):
                        rows.append((film, site, structure, metric, value * spacing, "mm"))
        table = pd.DataFrame(rows, columns=["film", "site", "structure", "metric", "value", "unit"])
        evaluator.state.film_table = table.drop_duplicates(["film", "structure", "metric", "unit"])


def _square_spacing(meta: dict) -> float:
    """Return the spacing in mm if it is known and the same in both directions, else NaN."""
    x, y = (float(value) for value in meta["pixel_spacing_mm"])
    return x if math.isclose(x, y) else math.nan
