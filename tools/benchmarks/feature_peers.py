"""
Compare other radiomics libraries with pyradiomics: their time, and how far their numbers are from its own.

    pip install --no-deps flash-radiomics==1.0.0 h5py trimesh fastrad==1.0.0
    pip install pictologics==0.9.0          # needs Python 3.12
    python -m tools.benchmarks.feature_peers ../shared/data/cxr

Each measures the nine regions of the lungs' frame of the same films, on its intensities without filters, on one thread,
in turn. What is not installed is left out. The result is added to tools/benchmarks/feature_peers.json.
"""

import argparse
import importlib.util
import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import chdir
from pathlib import Path

import numpy as np
import SimpleITK as sitk
import torch
from radiomics.featureextractor import RadiomicsFeatureExtractor
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from chestxr.radiomics import FeatureEngine, lung_frame, lung_regions
from chestxr.utils.runtime import hide_library_messages
from tools.benchmarks.ibsi_codes import IBSI_CODES
from tools.benchmarks.interleaved import spread
from tools.benchmarks.machine import write_result
from tools.benchmarks.masked_films import film_and_lungs, training_films

FAMILIES = ("firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm")
BIN_WIDTH = 0.04
STOCK, OWN = "pyradiomics", "chestxr"
_SETTINGS = {
    "setting": {"binWidth": BIN_WIDTH},
    "imageType": {"Original": {}},
    "featureClass": {family: [] for family in FAMILIES},
}
# A different definition counts as a difference: some peers subtract 3 from the kurtosis.
_TOLERANCES = (1e-9, 1e-3)

# From pixels and masks, each (W, H), to the features of each region.
Measure = Callable[[np.ndarray, Mapping[str, np.ndarray]], list[Mapping[str, float]]]


def main() -> None:
    """Measure, compare and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", type=Path, help="folder of the combined collection")
    parser.add_argument("--films", type=int, default=12, help="films to measure")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"), help="result to write")
    arguments = parser.parse_args()
    hide_library_messages()
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    torch.set_num_threads(1)
    items = training_films(arguments.dataset_dir, arguments.films)
    out = arguments.out.absolute()
    earlier = json.loads(out.read_text())["peers"] if out.is_file() else {}
    # flash-radiomics writes a file for each region into the working directory.
    with threadpool_limits(1), tempfile.TemporaryDirectory() as folder, chdir(folder):
        peers = {name: make() for name, (package, make) in _PEERS.items() if importlib.util.find_spec(package)}
        found = _compare(peers, [_frame(item) for item in items])
    result = {
        "films": len(items),
        "peers": earlier | found,
    }
    write_result(out, "feature_peers DATASET_DIR", result)


def _compare(peers: Mapping[str, Measure], frames: list[tuple[np.ndarray, dict]]) -> dict[str, dict]:
    """Return the time of each peer relative to pyradiomics, and the largest relative errors of its features."""
    for measure in peers.values():
        measure(*frames[0])
    seconds: dict[str, list[float]] = {name: [] for name in peers}
    errors: dict[str, dict[str, float]] = {name: {} for name in peers}
    for frame in tqdm(frames, "peers", unit="film"):
        expected: list[Mapping[str, float]] = []
        for name, measure in peers.items():
            started = time.perf_counter()
            measured = measure(*frame)
            seconds[name].append(time.perf_counter() - started)
            # The first one is pyradiomics.
            expected = expected or measured
            for own, stock in zip(measured, expected, strict=True):
                for feature, value in _relative_errors(own, stock).items():
                    errors[name][feature] = max(value, errors[name].get(feature, 0.0))
    stock_seconds = np.array(seconds[STOCK])
    return {
        name: {
            "time_relative_to_pyradiomics": spread(np.array(seconds[name]) / stock_seconds, 3),
            "features_in_common": len(errors[name]),
            **{f"off_by_more_than_{limit:g}": sum(e > limit for e in errors[name].values()) for limit in _TOLERANCES},
            "farthest": dict(sorted(errors[name].items(), key=lambda item: -item[1])[:3]),
        }
        for name in peers
    }


def _relative_errors(measured: Mapping[str, float], expected: Mapping[str, float]) -> dict[str, float]:
    """Return the relative errors of the features that both have; names are compared by their letters and digits."""
    own = {_letters(name): float(value) for name, value in measured.items()}
    stock = {_letters(name): float(value) for name, value in expected.items()}
    return {
        name: abs(own[name] - value) / max(abs(value), 1e-9) if np.isfinite(own[name]) else np.inf
        for name, value in stock.items()
        if name in own
    }


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.lower().removeprefix("original")))


def _frame(item: dict) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return the lungs' frame of a film, float64, and its regions, each (W, H)."""
    frame = lung_frame(*film_and_lungs(item))
    return frame.film.astype(np.float64), lung_regions(frame.labels)


def _images(pixels: np.ndarray, regions: Mapping[str, np.ndarray]) -> tuple[sitk.Image, list[sitk.Image]]:
    masks = [sitk.GetImageFromArray(region.T.astype(np.uint32)) for region in regions.values()]
    return sitk.GetImageFromArray(np.ascontiguousarray(pixels.T)), masks


def _stock() -> Measure:
    extractor = RadiomicsFeatureExtractor(_SETTINGS, additionalInfo=False)

    def measure(pixels: np.ndarray, regions: Mapping[str, np.ndarray]) -> list[Mapping[str, float]]:
        image, masks = _images(pixels, regions)
        return [extractor.execute(image, mask) for mask in masks]

    return measure


def _own() -> Measure:
    settings = Path("settings.yaml")
    settings.write_text(json.dumps(_SETTINGS))
    engine = FeatureEngine(settings)
    return lambda pixels, regions: [
        {name.removeprefix("original."): value for name, value in found.items()}
        for found in engine(pixels, regions).values()
    ]


def _flash_radiomics() -> Measure:
    from flash_radiomics import RadiomicsFeatureExtractor as Extractor

    classes = {"scalarFeatureClass": _SETTINGS["featureClass"], "spatialFeatureClass": None}
    settings = {"setting": {"binWidth": BIN_WIDTH, "additionalInfo": False}, "imageType": {"Original": {}}} | classes
    extractor = Extractor(settings, backend="cpu", num_threads=1)
    kept = []

    def measure(pixels: np.ndarray, regions: Mapping[str, np.ndarray]) -> list[Mapping[str, float]]:
        image, masks = _images(pixels, regions)
        # It recognises an image by its address in memory, and returns the features of an earlier one at the same
        # address, without a warning.
        kept.extend([image, *masks])
        return [{k: np.asarray(v).item() for k, v in extractor.execute(image, mask).items()} for mask in masks]

    return measure


def _fastrad() -> Measure:
    from fastrad import FeatureExtractor, FeatureSettings, Mask, MedicalImage

    settings = FeatureSettings(feature_classes=list(FAMILIES), bin_width=BIN_WIDTH, device="cpu", force2D=True)
    extractor = FeatureExtractor(settings)

    def measure(pixels: np.ndarray, regions: Mapping[str, np.ndarray]) -> list[Mapping[str, float]]:
        image = MedicalImage(torch.from_numpy(np.ascontiguousarray(pixels.T))[None])
        masks = [Mask(torch.from_numpy(np.ascontiguousarray(region.T))[None]) for region in regions.values()]
        return [extractor.extract(image, mask) for mask in masks]

    return measure


def _pictologics() -> Measure:
    from pictologics import Image, RadiomicsPipeline, set_num_threads

    set_num_threads(1)
    pipeline = RadiomicsPipeline()

    def image_of(pixels: np.ndarray) -> Image:
        return Image(np.ascontiguousarray(pixels)[..., None], (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))

    def measure_one(pixels: np.ndarray, region: np.ndarray) -> Mapping[str, float]:
        # Bins of pyradiomics start at a multiple of their width.
        start = float(np.floor(pixels[region].min() / BIN_WIDTH) * BIN_WIDTH)
        bins = {"method": "FBS", "bin_width": BIN_WIDTH, "min_val": start}
        families = {"families": ["intensity", "texture"]}
        steps = [{"step": "discretise", "params": bins}, {"step": "extract_features", "params": families}]
        pipeline.add_config("as pyradiomics", steps)
        images = {"image": image_of(pixels), "mask": image_of(region.astype(np.uint8))}
        found = pipeline.run(**images, config_names=["as pyradiomics"])["as pyradiomics"]
        by_code = {name.rpartition("_")[2]: value for name, value in found.items()}
        return {IBSI_CODES[code]: value for code, value in by_code.items() if code in IBSI_CODES}

    return lambda pixels, regions: [measure_one(pixels, region) for region in regions.values()]


# By name: its package, and a function that returns how it measures. pyradiomics comes first: the others are compared.
_PEERS: dict[str, tuple[str, Callable[[], Measure]]] = {
    STOCK: ("radiomics", _stock),
    OWN: ("chestxr", _own),
    "flash-radiomics": ("flash_radiomics", _flash_radiomics),
    "fastrad": ("fastrad", _fastrad),
    "pictologics": ("pictologics", _pictologics),
}


if __name__ == "__main__":
    sys.exit(main())
