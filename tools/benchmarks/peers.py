"""Alternatives to the bundle, for comparison."""

import importlib.util
import sys
from pathlib import Path

import torch

from tools.benchmarks.bundle_loop import BundleLoop

__all__ = ["psp_net", "zoo_loop"]


def zoo_loop(checkpoint: Path, out: Path) -> BundleLoop:
    """Return a model-zoo-style bundle with this project's network and weights."""
    config = Path(__file__).with_name("zoo_inference.json")
    return BundleLoop(config, checkpoint=str(checkpoint), output_dir=str(out))


def psp_net() -> torch.nn.Module:
    """
    Return the architecture of torchxrayvision's lung segmentation with random weights: its own cannot be redistributed.

    Raises
    ------
    ModuleNotFoundError
        If torchxrayvision is not installed. Its dependencies are not needed: it is not imported as a whole.
    """
    package = importlib.util.find_spec("torchxrayvision")
    if package is None:
        raise ModuleNotFoundError("torchxrayvision is not installed: pip install --no-deps torchxrayvision==1.5.7")
    folder = Path(package.origin).parent / "baseline_models" / "chestx_det" / "ptsemseg"
    spec = importlib.util.spec_from_file_location(
        "ptsemseg", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    sys.modules["ptsemseg"] = importlib.util.module_from_spec(spec)
    return importlib.import_module("ptsemseg.pspnet").pspnet(14).eval()
