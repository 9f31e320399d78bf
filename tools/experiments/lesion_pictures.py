"""Figure of test films with lesion marks: the best, median and worst, with the radiologist's boxes."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from ignite.engine import Engine, Events

from chestxr.bundle.open import OpenBundle
from chestxr.handlers.lesion_pictures import lesion_picture
from chestxr.io import read_film
from chestxr.metrics.lesions import match_marks
from chestxr.utils.atomic import atomic_write
from chestxr.visualize.contact_sheet import contact_sheet

__all__ = ["draw_lesion_films"]

_SIDE = 240
_LIKELY = 0.25
_COUNT = 7


def draw_lesion_films(bundle: Path, checkpoint: Path, items: Sequence[dict], marks: pd.DataFrame, path: Path) -> None:
    """
    Write a contact sheet: films ordered by the best mark in a box minus the best mark outside.

    Parameters
    ----------
    bundle : pathlib.Path
        The bundle's folder.
    checkpoint : pathlib.Path
        Weights.
    items : sequence of dict
        Films with ``boxes``.
    marks : pandas.DataFrame
        Their marks, with the columns film, x, y, probability.
    path : pathlib.Path
        PNG to write.
    """
    by_film = dict(list(marks.groupby("film")[["x", "y", "probability"]]))
    margins = {}
    for item in items:
        of_film = by_film[item["film"]].to_numpy().tolist() if item["film"] in by_film else []
        margins[item["film"]] = match_marks(of_film, item["boxes"]).margin
    ordered = sorted(items, key=lambda item: margins[item["film"]], reverse=True)
    middle = len(ordered) // 2 - _COUNT // 2
    rows = {"best": ordered[:_COUNT], "median": ordered[middle : middle + _COUNT], "worst": ordered[: -_COUNT - 1 : -1]}
    pictures = _pictures(bundle, checkpoint, [item for chosen in rows.values() for item in chosen])
    sheet = [
        (title, [(f"{item['film']}, margin {margins[item['film']]:+.2f}", pictures[item["film"]]) for item in chosen])
        for title, chosen in rows.items()
    ]
    with atomic_write(path) as partial:
        contact_sheet(sheet, _SIDE).quantize(192).save(partial, format="png", optimize=True)


def _pictures(bundle: Path, checkpoint: Path, items: Sequence[dict]) -> dict[str, np.ndarray]:
    """Run the bundle, and return each film's picture with map, marks and boxes."""
    boxes = {item["film"]: item["boxes"] for item in items}
    pictures: dict[str, np.ndarray] = {}

    def draw(evaluator: Engine) -> None:
        for source, result in zip(evaluator.state.batch, evaluator.state.output, strict=True):
            film = read_film(source["image"].meta["filename_or_obj"])[0]
            name = source["film"]
            pictures[name] = lesion_picture(film, source, result, _LIKELY, _SIDE, boxes[name])

    opened = OpenBundle(bundle, checkpoint=str(checkpoint), save_overlay=False, handlers=_WEIGHTS)
    opened.evaluator.add_event_handler(Events.ITERATION_COMPLETED, draw)
    opened.run([{"film": item["film"], "image": item["image"]} for item in items])
    return pictures


# Only the weights are loaded; no table is written.
_WEIGHTS = [
    {
        "_target_": "CheckpointLoader",
        "load_path": "@checkpoint",
        "load_dict": {"model": "@network_def"},
        "map_location": "@device",
    }
]
