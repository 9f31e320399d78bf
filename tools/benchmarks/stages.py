"""
Time the screening bundle from DICOM to results, stage by stage.

    python -m tools.benchmarks.stages ../shared/data/cxr

Real films of the training set, written as DICOM at 512 px and upsampled to 2,000 px, where the codec dominates. The
bundle writes mask, SEG, SR and the table's row; its images are timed separately. The comparison is
the floor: pixels decoded by pydicom or imagecodecs, plain calls of the same network, the feature extractor, and nothing
else. All run on one core, in turn, chunk by chunk; stages are timed inside the bundle's own engine. The result is
tools/benchmarks/stages.json and .png.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import SimpleITK as sitk
import torch
from threadpoolctl import threadpool_limits

from chestxr.bundle import bundle_folder
from chestxr.bundle.entry import bundle_entry
from chestxr.utils.runtime import keep_freed_memory
from tools.benchmarks.baseline import BareScreening
from tools.benchmarks.bundle_loop import BundleLoop
from tools.benchmarks.dicom_films import FILM_KINDS, write_dicom_films
from tools.benchmarks.interleaved import ms_per_film, ratios, spread
from tools.benchmarks.machine import write_result
from tools.benchmarks.masked_films import training_films
from tools.benchmarks.plot import plot_stages
from tools.benchmarks.stage_clock import REST, STAGES, StageClock

SCREENING = "cxr_tuberculosis_screening"
_CHUNK = 4


def main() -> None:
    """Time and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", type=Path, help="folder of the combined collection")
    parser.add_argument("--films", type=int, default=40, help="films of each kind")
    parser.add_argument("--usd-per-core-hour", type=float, default=0.04, help="assumed cost of a core")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"), help="result to write")
    arguments = parser.parse_args()
    items = training_films(arguments.dataset_dir, arguments.films)
    kinds = {}
    with tempfile.TemporaryDirectory() as folder, one_core():
        bench = ScreeningBench(Path(folder) / "results")
        for name, (side, syntax) in FILM_KINDS.items():
            films = write_dicom_films(items, Path(folder) / name, side, syntax)
            kinds[name] = _summary(*bench.ms_per_film(films, _CHUNK), arguments.usd_per_core_hour)
    result = {
        "threads": 1,
        "films": len(items),
        "usd_per_core_hour": arguments.usd_per_core_hour,
        "kinds": kinds,
    }
    write_result(arguments.out, "stages DATASET_DIR", result)
    plot_stages(arguments.out.with_suffix(".png"), kinds)


class ScreeningBench:
    """
    The screening bundle and its floor, loaded once.

    Parameters
    ----------
    out : pathlib.Path
        Output folder of the bundle.
    """

    def __init__(self, out: Path) -> None:
        # The bundle does so at its start; do the same for the floor.
        keep_freed_memory()
        folder = bundle_folder(SCREENING)
        network = bundle_entry(folder, "network_def")
        network.load_state_dict(torch.load(folder / "models" / "model.pt", weights_only=True))
        self._floor = BareScreening(
            network, 256, bundle_entry(folder, "measuring").measure, bundle_entry(folder, "finding_lesions")
        )
        self._bundle, self._pictured = (
            BundleLoop(
                folder / "configs" / "inference.json",
                bundle_root=str(folder),
                output_dir=str(out),
                save_dicom=True,
                save_overlay=pictures,
                save_zone_map=pictures,
                progress=False,
            )
            for pictures in (False, True)
        )
        self._clock = StageClock(self._bundle)

    def ms_per_film(self, films: Sequence[dict], chunk: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """
        Time floor, bundle, and bundle with images in turn.

        Returns
        -------
        dict of str to numpy.ndarray, shape (chunks,)
            Milliseconds per film: ``floor``, ``bundle``, ``pictures``.
        dict of str to numpy.ndarray, shape (chunks,)
            The bundle's by stage, and the remainder.
        """
        clocked_ms = []

        def clocked(some: Sequence[dict]) -> None:
            self._clock.restart()
            self._bundle(some)
            clocked_ms.append([self._clock.seconds[stage] / len(some) * 1000 for stage in STAGES])

        taken = ms_per_film({"floor": self._floor, "bundle": clocked, "pictures": self._pictured}, films, chunk)
        # The first one is the warm-up.
        stages = dict(zip(STAGES, np.array(clocked_ms[1:]).T, strict=True))
        return taken, stages | {REST: taken["bundle"] - sum(stages.values())}


@contextmanager
def one_core() -> Iterator[None]:
    """Limit the libraries to one thread."""
    before, before_itk = torch.get_num_threads(), sitk.ProcessObject.GetGlobalDefaultNumberOfThreads()
    torch.set_num_threads(1)
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(before)
        sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(before_itk)


def _summary(taken: Mapping[str, np.ndarray], stages: Mapping[str, np.ndarray], usd_per_core_hour: float) -> dict:
    """Return speed and cost of a kind of film."""
    core_hours = float(np.median(taken["bundle"])) / 1000 / 3600 * 1e6
    return {
        "ms_per_film": {name: spread(taken[name]) for name in ("floor", "bundle")},
        "stages_ms_per_film": {stage: spread(values) for stage, values in stages.items()},
        "pictures_ms_per_film": spread(taken["pictures"] - taken["bundle"]),
        "over_floor": ratios(taken, "floor")["bundle"],
        "films_per_second_per_core": round(1000 / float(np.median(taken["bundle"])), 2),
        "core_hours_per_million_films": round(core_hours),
        "usd_per_million_films": round(core_hours * usd_per_core_hour, 2),
    }


if __name__ == "__main__":
    sys.exit(main())
