"""
Measure speed and memory when freed memory is kept for the next film, as the bundles do.

    python -m tools.benchmarks.memory ../shared/data/cxr

Each job runs in two processes that alternate chunk by chunk: one keeps freed memory, the other returns it to the
system, glibc's default. Peaks are those of whole processes, libraries included. The result is
tools/benchmarks/memory.json.
"""

import argparse
import resource
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path

import torch
from pydicom.uid import ExplicitVRLittleEndian

from chestxr.bundle import SCREENING_BUNDLE, bundle_folder
from chestxr.bundle.open import OpenBundle
from chestxr.data import load_split
from chestxr.utils.runtime import hide_engine_messages, keep_freed_memory
from tools.benchmarks.dicom_films import write_dicom_films
from tools.benchmarks.interleaved import ms_per_film, ratios, spread
from tools.benchmarks.machine import write_result
from tools.benchmarks.training import bundle_epoch

KEPT, GIVEN_BACK = "kept", "given back"
_SIDE = 2000
_LUNGS = ("cxr_lung_segmentation_unet", "cxr_lung_segmentation_resunet")
# By name: the bundle, None to train the U-Net; kind of films; number of films; films per call.
JOBS = {
    "U-Net's inference.json, 512 px": (_LUNGS[0], "png", 128, 16),
    "ResUNet's inference.json, 512 px": (_LUNGS[1], "png", 128, 16),
    "U-Net's inference.json, 2,000 px": (_LUNGS[0], "dicom", 24, 4),
    "U-Net's train.json, an epoch": (None, "png", 6 * 128, 128),
    "screening on one core, 2,000 px": (SCREENING_BUNDLE, "dicom", 24, 4),
}

_run: Callable[[Sequence[dict]], object] | None = None


def main() -> None:
    """Time each job in both modes, write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", type=Path, help="folder of the combined collection")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"), help="result to write")
    arguments = parser.parse_args()
    items = load_split("default", arguments.dataset_dir.absolute(), masked=True)["training"][:128]
    jobs = {}
    with tempfile.TemporaryDirectory() as folder:
        dicom = write_dicom_films(items[:24], Path(folder) / "dicom", _SIDE, ExplicitVRLittleEndian)
        films = {"png": items, "dicom": dicom}
        for name, (bundle, kind, count, chunk) in JOBS.items():
            some = (films[kind] * -(-count // len(films[kind])))[:count]
            jobs[name] = _measured(bundle, some, chunk, Path(folder) / "out")
    write_result(arguments.out, "memory DATASET_DIR", {"jobs": jobs})


def _measured(bundle: str | None, films: Sequence[dict], chunk: int, out: Path) -> dict[str, object]:
    """Run a job in both modes."""
    with ExitStack() as stack:
        pools = {
            how: stack.enter_context(
                ProcessPoolExecutor(1, get_context("spawn"), _open, (bundle, films[:chunk], how, out / how))
            )
            for how in (GIVEN_BACK, KEPT)
        }
        runs = {how: lambda some, pool=pool: pool.submit(_run_in_process, some).result() for how, pool in pools.items()}
        taken = ms_per_film(runs, films, chunk)
        peaks = {how: round(pool.submit(_peak_mb).result()) for how, pool in pools.items()}
    return {
        "films": len(films),
        "ms_per_film": {how: spread(values) for how, values in taken.items()},
        "times_as_fast": ratios(taken, KEPT)[GIVEN_BACK],
        "peak_memory_mb": peaks,
    }


def _open(bundle: str | None, films: Sequence[dict], how: str, out: Path) -> None:
    """Prepare a process for its job; `how` replaces the bundle's memory setting."""
    global _run
    if how == KEPT:
        keep_freed_memory()
    if bundle is None:
        hide_engine_messages()
        _run = bundle_epoch(films, out)
        return
    overrides = {"output_dir": str(out), "save_overlay": False, "initialize": ["$None"]}
    if bundle == SCREENING_BUNDLE:
        torch.set_num_threads(1)
        overrides |= {"save_zone_map": False, "save_dicom": True}
    _run = OpenBundle(bundle_folder(bundle), **overrides).run


def _run_in_process(films: Sequence[dict]) -> None:
    _run(films)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
