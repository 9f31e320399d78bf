"""
Compare the speed of feature extraction with stock pyradiomics at the same settings, images and regions.

    python -m tools.benchmarks.features ../shared/data/cxr

Both measure the same films on one core, after a warm-up film, alternating in order. Then chestxr alone is timed on one
process and on as many as there are cores, next to a control workload of additions: its speed-up is the most that
processes can gain on this machine. Ratios are computed within this run. Values that differ by more than 1e-9 are an
error. Masks are the collection's manual masks. The result is tools/benchmarks/features.json and .png.
"""

import argparse
import os
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from radiomics.featureextractor import RadiomicsFeatureExtractor
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from chestxr.data import load_split
from chestxr.radiomics import DEFAULT_SETTINGS, FeatureEngine, FilmToMeasure, measure_films
from chestxr.radiomics.fine_structure import FINE_SETTINGS, curvature_images, inner_lungs
from chestxr.radiomics.lung_coordinates import lung_frames
from chestxr.utils.lung_regions import half_zones, lung_regions
from chestxr.utils.runtime import hide_library_messages
from tools.benchmarks.by_processes import control_steps, speed_up_by_processes
from tools.benchmarks.interleaved import spread
from tools.benchmarks.machine import write_result
from tools.benchmarks.masked_films import film_and_lungs, mask_paths
from tools.benchmarks.plot import plot_candidates

_SCALES, _SIZES = (1.0, 2.0), (128, 384)
_TOLERANCE = {"rtol": 1e-9, "atol": 1e-12}
_LABELS = {"bundle": "chestxr", "stock": "pyradiomics, same values"}


def main() -> None:
    """Measure, compare and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", type=Path, help="folder of the combined collection")
    parser.add_argument("--films", type=int, default=12, help="films for the comparison")
    parser.add_argument("--pool-films", type=int, default=48, help="films for the multi-process timing")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"), help="result to write")
    arguments = parser.parse_args()
    hide_library_messages()
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    training = load_split("default", arguments.dataset_dir.absolute(), masked=True)["training"]
    items = training[:: len(training) // arguments.films][: arguments.films]
    with threadpool_limits(1):
        measured_by_both(items[-1])
        films = enumerate(tqdm(items, "pyradiomics and chestxr", unit="film"))
        seconds = [measured_by_both(item, own_first=bool(number % 2)) for number, item in films]
    stock, own = np.array(seconds).T
    with tempfile.TemporaryDirectory() as cache:
        by_processes = _by_processes(training[: arguments.pool_films], Path(cache))
    result = {
        "films": len(items),
        "pyradiomics_s_per_film": spread(stock, 3),
        "chestxr_s_per_film": spread(own, 3),
        "ratio": spread(stock / own, 3),
        **by_processes,
    }
    write_result(arguments.out, "features DATASET_DIR", result)
    in_ms = {"bundle": spread(own * 1000), "stock": spread(stock * 1000)}
    plot_candidates(arguments.out.with_suffix(".png"), in_ms, _LABELS, "features, ms per film on one core (log scale)")


def measured_by_both(item: dict, own_first: bool = False) -> tuple[float, float]:
    """Measure a film with stock pyradiomics and with chestxr; return the seconds of each."""
    coarse, fine = lung_frames(*film_and_lungs(item), _SIZES, margin=0.05, percentiles=(1.0, 99.0))
    inner = lung_regions(inner_lungs(fine.labels))
    work = (
        (DEFAULT_SETTINGS, (coarse.film, coarse.ranks), lung_regions(coarse.labels)),
        (FINE_SETTINGS, tuple(curvature_images(fine.film, _SCALES).values()), inner | half_zones(inner)),
        (FINE_SETTINGS, tuple(curvature_images(fine.ranks, _SCALES).values()), inner | half_zones(inner)),
    )
    seconds = [0.0, 0.0]
    for settings, images, regions in work:
        stock = RadiomicsFeatureExtractor(str(settings), additionalInfo=False)
        engine = FeatureEngine(settings)
        for pixels in images:
            calls = [partial(_stock, stock, pixels, regions), partial(engine, pixels, regions)]
            found = [None, None]
            for which in (1, 0) if own_first else (0, 1):
                found[which], taken = _timed(calls[which])
                seconds[which] += taken
            expected, own = found
            for name in regions:
                np.testing.assert_allclose(list(own[name].values()), expected[name], **_TOLERANCE, err_msg=name)
    return tuple(seconds)


def _stock(extractor: RadiomicsFeatureExtractor, pixels: np.ndarray, regions: dict) -> dict[str, list[float]]:
    image = sitk.GetImageFromArray(np.ascontiguousarray(pixels.T, dtype=np.float64))
    found = {}
    for name, region in regions.items():
        values = extractor.execute(image, sitk.GetImageFromArray(region.T.astype(np.uint32)))
        found[name] = [float(value) for value in values.values()]
    return found


def _by_processes(items: list[dict], cache: Path) -> dict[str, dict[str, float]]:
    """Time whole films, read and measured, each once (repeated films come from the cache), and the control."""
    films = [FilmToMeasure(item["film"], Path(item["image"]), tuple(map(Path, mask_paths(item)))) for item in items]
    work = {
        "speed_up_by_processes": lambda count: measure_films(films, cache / str(count), count),
        "control_speed_up_by_processes": lambda count: control_steps(len(films), count),
    }
    return speed_up_by_processes(work, (1, os.cpu_count()), len(films))


def _timed(call: object) -> tuple[object, float]:
    started = time.perf_counter()
    return call(), time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
