"""Write the evaluation of lesion marks against a radiologist's boxes."""

import json
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd
from ignite.distributed import get_rank
from ignite.engine import Engine, Events

from chestxr.metrics.lesions import detection_rows, match_marks, zone_row
from chestxr.utils.atomic import write_text
from chestxr.utils.csv import write_csv
from chestxr.utils.errors import FilmError
from chestxr.utils.lesion_mark import LesionMark
from chestxr.utils.lung_regions import ZONES, lung_regions
from chestxr.utils.provenance import package_versions

from .across_processes import gather_lists
from .lesion_table import marks_table

__all__ = ["LesionEvaluation"]


class LesionEvaluation:
    """
    Write ``marks.csv``, one row per mark, ``zones.csv``, one row per zone, and ``summary.json`` with intervals.

    Parameters
    ----------
    output_dir : str or os.PathLike
        Folder to write to.
    films : sequence of dict
        The evaluated datalist, with ``film``, ``boxes`` and ``box_kinds``.
    description : mapping
        What was evaluated (model, data, split ...), copied into the summary.
    unreadable : sequence of FilmError, optional
        Films skipped while loading; read when the evaluation ends.
    """

    def __init__(
        self,
        output_dir: str | PathLike,
        films: Sequence[dict],
        description: Mapping[str, Any],
        unreadable: Sequence[FilmError] = (),
    ) -> None:
        self.output_dir = Path(output_dir)
        self.films = films
        self.description = dict(description)
        self.unreadable = unreadable
        self._marks: list[tuple[str, list[LesionMark]]] = []
        self._zones: list[dict[str, Any]] = []

    def attach(self, evaluator: Engine) -> None:
        """Attach to an evaluator whose items contain ``film``, ``lungs``, ``label``, ``marks`` and the evidence."""
        evaluator.add_event_handler(Events.STARTED, self._start)
        evaluator.add_event_handler(Events.ITERATION_COMPLETED, self._record_films)
        evaluator.add_event_handler(Events.COMPLETED, self._write)

    def _start(self, evaluator: Engine) -> None:
        self._marks, self._zones = [], []

    def _record_films(self, evaluator: Engine) -> None:
        for source, result in zip(evaluator.state.batch, evaluator.state.output, strict=True):
            self._marks.append((source["film"], result["marks"]))
            regions = lung_regions(source["lungs"][0].cpu().numpy()) if result["lesion_evidence"] else {}
            boxes = result["label"][0].cpu().numpy()
            for zone in (name for name in ZONES if name in regions):
                row = {"film": source["film"], "zone": zone, "covered": float(boxes[regions[zone]].mean())}
                self._zones.append(row | {"evidence": result["lesion_evidence"][f"{zone}.lesion.top2"]})

    def _write(self, evaluator: Engine) -> None:
        marks = dict(gather_lists(self._marks))
        zones = pd.DataFrame(gather_lists(self._zones), columns=["film", "zone", "covered", "evidence"])
        failures = dict(gather_lists([(error.film, str(error)) for error in self.unreadable]))
        if get_rank() > 0:
            return
        films = [item for item in self.films if item["film"] in marks]
        detections = [match_marks(marks[item["film"]], item.get("boxes", ())) for item in films]
        summary = self.description | {
            "films": len(films),
            "rows": [
                *detection_rows(detections, [item.get("box_kinds", ()) for item in films]),
                zone_row(zones),
            ],
            "failures": [{"film": film, "reason": reason} for film, reason in failures.items()],
            "versions": package_versions(),
        }
        write_csv(self.output_dir / "marks.csv", marks_table(marks.items()), "%.6g")
        write_csv(self.output_dir / "zones.csv", zones, "%.6g")
        write_text(self.output_dir / "summary.json", json.dumps(summary, indent=2) + "\n")
