"""
Compare inference engines on a CPU: torch as shipped, other memory layouts, precisions and runtimes.

    pip install openvino
    python -m tools.benchmarks.engines ../shared/data/cxr

Each engine runs inside the lung bundles as their ``inferer``, on the same films (PNG, 512 x 512 px, of the training
set), alternating chunk by chunk; nothing else differs. Masks are compared with those of torch as shipped, per film and
lung. An engine is worth adopting if it makes the whole bundle 10% faster with the same masks (minimum Dice .999).
The result is tools/benchmarks/engines.json. Engines that are not installed are skipped.
"""

import argparse
import io
import sys
import tempfile
import warnings
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from monai.inferers import SimpleInferer
from monai.networks.utils import replace_modules
from PIL import Image
from tqdm import tqdm

from chestxr.bundle import bundle_folder
from chestxr.bundle.open import OpenBundle
from chestxr.data import load_split
from chestxr.inferers.tensor_inferer import plain
from chestxr.metrics.dice import lung_dice
from chestxr.utils.runtime import hide_engine_messages
from tools.benchmarks.interleaved import ms_per_film, ratios, spread
from tools.benchmarks.machine import write_result

__all__ = ["EngineInferer"]

Run = Callable[[torch.Tensor], torch.Tensor]
BUNDLES = ("cxr_lung_segmentation_unet", "cxr_lung_segmentation_resunet")
SHIPPED = "torch"
# Batch size of the bundles; a static shape that engines may rely on.
_BATCH = 8
_CHUNK = 16


class EngineInferer(SimpleInferer):
    """
    Run a bundle's network with one of the engines.

    Parameters
    ----------
    engine : str
        Key of `ENGINES`.
    """

    def __init__(self, engine: str) -> None:
        super().__init__()
        self._prepare, self._run = ENGINES[engine], None

    def __call__(self, inputs: torch.Tensor, network: torch.nn.Module, *args: object, **kwargs: object) -> torch.Tensor:
        """Return the network's output for a batch; the first batch prepares the engine."""
        batch = plain(inputs)
        if self._run is None:
            self._run = self._prepare(network, batch)
        return self._run(batch)


def as_shipped(network: torch.nn.Module, batch: torch.Tensor) -> Run:
    """Run the network in single precision."""
    return network


def channels_last(network: torch.nn.Module, batch: torch.Tensor) -> Run:
    """
    Use the channels-last memory format.

    torch's instance normalisation converts back each time; group normalisation with one group per channel is equivalent
    (Wu and He, ECCV 2018; arXiv 1803.08494) and does not.
    """
    for name, part in list(network.named_modules()):
        if isinstance(part, torch.nn.InstanceNorm2d):
            replace_modules(network, name, torch.nn.GroupNorm(part.num_features, part.num_features, part.eps, False))
    return network.to(memory_format=torch.channels_last)


def bfloat16(network: torch.nn.Module, batch: torch.Tensor) -> Run:
    """Run the network in bfloat16 autocast."""

    def run(batch: torch.Tensor) -> torch.Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return network(batch).float()

    return run


def compiled(network: torch.nn.Module, batch: torch.Tensor) -> Run:
    """Compile the network with torch.compile; needs a C++ compiler."""
    return torch.compile(network, dynamic=False)


def onnx_runtime(network: torch.nn.Module, batch: torch.Tensor) -> Run:
    """Export the network and run it with ONNX Runtime."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(_exported(network, batch), options, providers=["CPUExecutionProvider"])
    return lambda batch: torch.from_numpy(session.run(None, {"film": batch.numpy()})[0])


def openvino(network: torch.nn.Module, batch: torch.Tensor) -> Run:
    """Export the network and run it with OpenVINO, in single precision."""
    from openvino import Core

    settings = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": torch.get_num_threads()}
    model = Core().compile_model(Core().read_model(io.BytesIO(_exported(network, batch))), "CPU", settings)
    return lambda batch: torch.from_numpy(model(batch.numpy())[0])


def _exported(network: torch.nn.Module, batch: torch.Tensor) -> bytes:
    exported = io.BytesIO()
    names = {"input_names": ["film"], "output_names": ["classes"]}
    some = {"dynamic_axes": {"film": {0: "films"}, "classes": {0: "films"}}, "opset_version": 17, "dynamo": False}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(network, (batch[:1],), exported, **names, **some)
    return exported.getvalue()


ENGINES: dict[str, Callable[[torch.nn.Module, torch.Tensor], Run]] = {
    SHIPPED: as_shipped,
    "torch, channels last": channels_last,
    "torch, bfloat16": bfloat16,
    "torch, compiled": compiled,
    "ONNX Runtime": onnx_runtime,
    "OpenVINO": openvino,
}
_NEEDS = {"ONNX Runtime": "onnxruntime", "OpenVINO": "openvino"}


def main() -> None:
    """Time each engine in each bundle, compare masks, write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", type=Path, help="folder of the combined collection")
    parser.add_argument("--films", type=int, default=240, help="films per engine")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"), help="result to write")
    arguments = parser.parse_args()
    hide_engine_messages()
    items = load_split("default", arguments.dataset_dir.absolute(), masked=True)["training"]
    items = items[:: len(items) // arguments.films][: arguments.films]
    films = [{"film": item["film"], "image": str(item["image"])} for item in items]
    engines = [name for name in ENGINES if find_spec(_NEEDS.get(name, "torch"))]
    result = {
        "engines": {package: version(package) for name, package in _NEEDS.items() if name in engines},
        "bfloat16_by_the_processor": bool(torch.cpu.get_capabilities().get("avx512_bf16")),
        "films": len(films),
        "bundles": {name: measured(name, engines, films) for name in BUNDLES},
    }
    write_result(arguments.out, "engines DATASET_DIR", result)


def measured(bundle: str, engines: list[str], films: list[dict]) -> dict[str, dict]:
    """Return each engine's time per film in ms, its gain over torch as shipped, and the minimum Dice of a lung."""
    with tempfile.TemporaryDirectory() as out:
        runs = {name: _bundle(bundle, Path(out) / name, name) for name in engines}
        taken = ms_per_film(runs, films, _CHUNK)
        gains = ratios({name: taken[SHIPPED] ** 2 / values for name, values in taken.items()}, SHIPPED)
        least = {
            name: min(
                least_dice(*(Path(out) / one / f"{film['film']}_lungs.png" for one in (name, SHIPPED)))
                for film in films
            )
            for name in tqdm(engines, "comparing masks", unit="engine")
        }
    return {
        name: {
            "ms_per_film": spread(taken[name]),
            "times_as_fast": gains.get(name),
            "least_dice": round(least[name], 5),
        }
        for name in engines
    }


def least_dice(*masks: Path) -> float:
    """Return the smaller Dice of the two lungs between two masks; 1 for a lung missing in both."""
    return min(lung_dice(*map(np.asarray, map(Image.open, masks))).values())


def _bundle(name: str, out: Path, engine: str) -> Callable:
    inferer = {"_target_": "engines.EngineInferer", "engine": engine}
    return OpenBundle(
        bundle_folder(name), output_dir=str(out), save_overlay=False, inferer=inferer, batch_size=_BATCH
    ).run


if __name__ == "__main__":
    sys.exit(main())
