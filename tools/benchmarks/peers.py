"""What a user would take instead of the bundle."""

import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from monai.bundle import ConfigParser

__all__ = ["ZooLoop", "psp_net"]


class ZooLoop:
    """
    A bundle as the MONAI model zoo writes them, its evaluator made once.

    Parameters
    ----------
    checkpoint : pathlib.Path
        Weights of the U-Net.
    out : pathlib.Path
        Folder of the masks.
    """

    def __init__(self, checkpoint: Path, out: Path) -> None:
        parser = ConfigParser()
        parser.read_config(str(Path(__file__).with_name("zoo_inference.json")))
        parser.update({"checkpoint": str(checkpoint), "output_dir": str(out)})
        self.dataset = parser.get_parsed_content("dataset")
        self.evaluator = parser.get_parsed_content("evaluator")

    def __call__(self, films: Sequence[dict]) -> None:
        """Outline films."""
        self.dataset.data = [{"image": film["image"]} for film in films]
        self.evaluator.state.epoch_length = None
        self.evaluator.run()


def psp_net() -> torch.nn.Module:
    """
    Return the architecture of torchxrayvision's lung segmentation, with random weights: its own cannot be shipped.

    Raises
    ------
    ModuleNotFoundError
        If torchxrayvision is not installed. The package alone is enough: it is not imported as a whole.
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
