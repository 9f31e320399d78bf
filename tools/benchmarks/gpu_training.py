"""
Time training on a GPU in several ways, and how busy each keeps it, in less than ten minutes.

    python -m tools.benchmarks.gpu_training DATASET_DIR

The U-Net bundle's train.json runs with one override of its JSON after another, epoch by epoch in turn, without
validation. The baseline is the same network, loss and optimizer on preloaded batches, in the precision that the bundle
uses on a GPU. The first epoch of each reads the films, compiles, and is not counted. The share of time in which the GPU
computes is what nvidia-smi reports. The result is gpu_training.json in this folder.

Rehearse it without a GPU: `--device cpu --films 16 --ways "mixed precision"`.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from shutil import which
from subprocess import PIPE, Popen

import numpy as np
import torch

from chestxr.data import load_split
from chestxr.utils.runtime import hide_engine_messages
from tools.benchmarks.interleaved import ms_per_film, ratios, spread
from tools.benchmarks.machine import write_result
from tools.benchmarks.training import BareTraining, bundle_epoch

__all__ = ["WAYS", "time_ways"]

# Overrides of train.json; without any, a GPU trains in mixed precision.
WAYS: dict[str, dict[str, object]] = {
    "float32": {"amp": False},
    "mixed precision": {},
    "channels last": {"network": "$@network_def.to(@device, memory_format=torch.channels_last)"},
    "augmentation on the device": {"train#soft_label_transforms#3#device": "@device"},
    "compiled": {"compile": True},
    "compiled, CUDA graphs": {"compile": True, "train#trainer#compile_kwargs": {"mode": "reduce-overhead"}},
}
WAYS["all of these"] = WAYS["channels last"] | WAYS["augmentation on the device"] | WAYS["compiled, CUDA graphs"]
_BASELINE = "baseline"
_EVERY_MS = 100


def main() -> None:
    """Time the ways and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", type=Path, help="folder of the combined collection")
    parser.add_argument("--device", default="cuda", help="device to train on")
    parser.add_argument("--films", type=int, default=128, help="films per epoch, a multiple of 8")
    parser.add_argument("--epochs", type=int, default=6, help="epochs of each way, with the first")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS), help="ways to time; all by default")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"), help="result to write")
    arguments = parser.parse_args()
    hide_engine_messages()
    items = load_split("default", arguments.dataset_dir.absolute(), masked=True)["training"][: arguments.films]
    with tempfile.TemporaryDirectory() as folder:
        taken, busy = time_ways(items, Path(folder), arguments.device, arguments.epochs, arguments.ways)
    result = {
        "films": len(items),
        "epochs": arguments.epochs,
        "films_per_second": {name: spread(1000 / values, 1) for name, values in taken.items()},
        "over_baseline": ratios(taken, _BASELINE),
        "gpu_busy_percent": busy,
    }
    write_result(arguments.out, "gpu_training DATASET_DIR", result)


def time_ways(
    items: Sequence[dict], out: Path, device: str, epochs: int, ways: Sequence[str]
) -> tuple[dict[str, np.ndarray], dict[str, float | None]]:
    """
    Train the baseline and the bundle in each way, epoch by epoch in turn.

    Parameters
    ----------
    items : sequence of dict
        ``image`` and ``label`` of the films.
    out : pathlib.Path
        Folder for logs and checkpoints.
    device : str
        Device to train on.
    epochs : int
        Epochs of each.
    ways : sequence of str
        Keys of `WAYS`.

    Returns
    -------
    dict of str to numpy.ndarray, shape (epochs,)
        Milliseconds per film.
    dict of str to float or None
        Median share of time in which the GPU computed, in percent; None without a GPU.
    """
    where = {"device": f"$torch.device({device!r})"}
    loops = {name: bundle_epoch(items, out / name, **where, **WAYS[name]) for name in ways}
    baseline = BareTraining(bundle_epoch(items, out / _BASELINE, **where).parser)
    shares: dict[str, list[float]] = {name: [] for name in (_BASELINE, *ways)}
    runs = {
        name: partial(_watched, loop, shares[name], device) for name, loop in ({_BASELINE: baseline} | loops).items()
    }
    taken = ms_per_film(runs, items * epochs, len(items))
    # The first epoch is the warm-up.
    return taken, {name: float(np.median(found[1:])) if found else None for name, found in shares.items()}


def _watched(epoch: Callable[[Sequence], object], shares: list[float], device: str, films: Sequence[dict]) -> None:
    """Train for one epoch, until the device is idle; append how busy it was."""
    with _gpu_use(device) as samples:
        epoch(films)
        if device.startswith("cuda"):
            torch.cuda.synchronize()
    if samples:
        shares.append(float(np.mean(samples)))


@contextmanager
def _gpu_use(device: str) -> Iterator[list[float]]:
    """Context manager that fills a list with samples of the GPU's use, in percent, when it ends."""
    samples: list[float] = []
    if not (device.startswith("cuda") and which("nvidia-smi")):
        yield samples
        return
    query = ["--query-gpu=utilization.gpu", "--format=csv,noheader,nounits", f"--loop-ms={_EVERY_MS}", "--id=0"]
    with Popen(["nvidia-smi", *query], stdout=PIPE, text=True) as watch:
        try:
            yield samples
        finally:
            watch.terminate()
            samples += [float(line) for line in (watch.stdout or ()) if line.strip().isdigit()]


if __name__ == "__main__":
    sys.exit(main())
