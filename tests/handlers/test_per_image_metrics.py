"""The per-film table: units, and films without a value."""

import numpy as np
import pytest
import torch
from ignite.engine import Engine
from monai.data import MetaTensor

from chestxr.handlers.per_image_metrics import PerImageMetrics

STRUCTURES = ("both lungs", "right lung", "left lung")


def _evaluate(spacings, distances):
    """Run an engine with the given distances on films with the given spacings."""
    engine = Engine(lambda engine, batch: batch)
    PerImageMetrics(STRUCTURES, {"hd95": "px"}).attach(engine)

    engine.state.metric_details = {"hd95": torch.tensor(distances)}
    films = []
    for number, spacing in enumerate(spacings):
        image = MetaTensor(torch.zeros(1, 4, 4), meta={"pixel_spacing_mm": np.array(spacing)})
        films.append([{"film": f"film{number}", "site": "here", "image": image}])
    return engine.run(films).film_table


def test_millimetres_only_for_films_with_square_pixels():
    distances = [[10.0, 8.0, 6.0]] * 3
    table = _evaluate([(0.2, 0.2), (np.nan, np.nan), (0.2, 0.1)], distances)
    in_mm = table[table["unit"] == "mm"]
    assert set(in_mm["film"]) == {"film0"}
    assert in_mm["value"].tolist() == pytest.approx([2.0, 1.6, 1.2])
    assert (table["unit"] == "px").sum() == 9


def test_missing_lung_has_no_distance():
    table = _evaluate([(np.nan, np.nan)], [[5.0, float("inf"), float("nan")]])
    assert table.set_index("structure")["value"].isna().tolist() == [False, True, True]
