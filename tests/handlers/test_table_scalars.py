"""TensorBoard metrics of an evaluation: few scalars, and the full table."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
from ignite.engine import Engine

from chestxr.handlers.tensorboard_metrics import TensorBoardMetrics

SITES = {"a": 1, "b": 5, "c": 4, "d": 3, "e|f": 2, "g": 1}


def _written(sites):
    """Evaluate a number of films per site, all without a left lung."""
    rows = []
    for site, count in sites.items():
        for number in range(count):
            for structure, dice, hd95 in (("both lungs", 0.5, 3.0), ("left lung", 0.0, np.nan)):
                film = {"film": f"{site}{number}", "site": site, "structure": structure}
                rows.append(film | {"metric": "dice", "value": dice, "unit": "1"})
                rows.append(film | {"metric": "hd95", "value": hd95, "unit": "px"})
                rows.append(film | {"metric": "hd95", "value": 0.1 * hd95, "unit": "mm"})
    scalars, texts = {}, {}
    writer = SimpleNamespace(
        add_scalar=lambda tag, value, step: scalars.update({tag: value}),
        add_text=lambda tag, text, step: texts.update({tag: text}),
        flush=lambda: None,
    )
    engine = Engine(lambda engine, batch: None)
    engine.state.key_metric_name, engine.state.metrics = "dice", {"dice": 0.25, "loss": 0.4}
    engine.state.film_table = pd.DataFrame(rows)
    TensorBoardMetrics(writer, "test")(engine)
    return scalars, [line.split(" | ") for line in texts["test/table"].splitlines()]


def test_at_most_four_sites_have_a_scalar():
    scalars, _ = _written(SITES)
    assert {tag for tag in scalars if "sites" in tag} == {f"sites/test dice, {site}" for site in ("b", "c", "d", "e|f")}
    assert scalars["sites/test dice, b"] == 0.5 and scalars["loss/test"] == 0.4


def test_table_has_all_sites_and_structures():
    _, (head, _, *rows) = _written(SITES)
    assert head[3] == "all, n = 16" and len(head) == 3 + 1 + len(SITES) and "e&#124;f, n = 2" in head
    assert [row[:3] for row in rows] == [
        ["| dice", "1", "both lungs"],
        ["| hd95", "px", "both lungs"],
        ["| hd95", "mm", "both lungs"],
        ["| dice", "1", "left lung"],
        ["| hd95", "px", "left lung"],
        ["| hd95", "mm", "left lung"],
    ]
    assert rows[1][3:5] == ["3", "3"] and rows[4][3:5] == ["nan", "nan"]
