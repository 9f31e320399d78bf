"""
Compare the speed of lung segmentation with alternatives.

    pip install --no-deps torchxrayvision==1.5.7
    bash -c 'source tools/monailabel/environment.sh'      # for MONAI Label; optional
    python -m tools.benchmarks.segmentation ../shared/data/cxr

The same films (PNG, 512 x 512 px) go through each candidate in turn, chunk by chunk; ratios are computed per chunk. The
bundle writes masks at the films' original size, post-processes and checks them; the floor is plain calls of the same
network. PSPNet runs alone, on the first films, preloaded, without output; its weights are random. MONAI Label's task
runs in its own environment in a process that replies over a pipe; the size of its mask is recorded, since it is not the
film's. All others keep freed memory for the next film, as the bundle does (tools/benchmarks/memory.py). The
result is tools/benchmarks/segmentation.json and .png.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import SimpleITK as sitk
import torch

from chestxr.bundle import bundle_folder
from chestxr.bundle.entry import bundle_entry
from chestxr.bundle.open import OpenBundle
from chestxr.data import load_split
from chestxr.io import read_film
from chestxr.utils.runtime import hide_engine_messages
from tools.benchmarks.baseline import BareOutline
from tools.benchmarks.interleaved import ms_per_film, ratios, spread
from tools.benchmarks.label_peer import LabelPeer, label_python
from tools.benchmarks.machine import write_result
from tools.benchmarks.peers import psp_net, zoo_loop
from tools.benchmarks.plot import plot_candidates
from tools.benchmarks.reference_unet import ReferenceUNet

UNET = "cxr_lung_segmentation_unet"
_CHUNK, _PSP_CHUNK = 20, 10
_LABELS = {
    "floor": "baseline: same network, direct calls",
    "bundle": "bundle, inference.json",
    "zoo": "bundle in the style of the model zoo",
    "label": "MONAI Label's stock inference task",
    "reference": "reference U-Net (7.76 M), direct calls",
    "psp_net": "PSPNet of torchxrayvision, network only",
}


def main() -> None:
    """Time, compare masks and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", type=Path, help="folder of the combined collection")
    parser.add_argument("--films", type=int, default=200, help="films per candidate")
    parser.add_argument("--psp-films", type=int, default=20, help="films for PSPNet, which takes seconds per film")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"), help="result to write")
    arguments = parser.parse_args()
    hide_engine_messages()
    items = load_split("default", arguments.dataset_dir.absolute(), masked=True)["training"][: arguments.films]
    films = [{"film": item["film"], "image": str(item["image"])} for item in items]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        candidates = _candidates(out)
        with _label(out / "label") as label:
            taken = ms_per_film(candidates | label, films, _CHUNK)
            label_shapes = {name: sitk.ReadImage(peer.last_mask).GetSize() for name, peer in label.items()}
        few = films[: arguments.psp_films]
        psp = ms_per_film({"psp_net": _psp_alone(few), "bundle": candidates["bundle"]}, few, _PSP_CHUNK)
    result = {
        "films": len(films),
        "psp_net_films": len(few),
        "ms_per_film": {name: spread(values) for name, values in (taken | {"psp_net": psp["psp_net"]}).items()},
        "over_floor": ratios(taken, "floor"),
        "over_bundle": ratios(taken, "bundle") | ratios(psp, "bundle"),
        "mask_size": {"film": read_film(films[-1]["image"])[0].shape} | label_shapes,
    }
    write_result(arguments.out, "segmentation DATASET_DIR", result)
    plot_candidates(arguments.out.with_suffix(".png"), result["ms_per_film"], _LABELS, "ms per film (log scale)")


def _candidates(out: Path) -> dict[str, object]:
    checkpoint = bundle_folder(UNET) / "models" / "model.pt"
    network = bundle_entry(bundle_folder(UNET), "network_def")
    network.load_state_dict(torch.load(checkpoint, weights_only=True))
    for name in ("floor", "reference"):
        (out / name).mkdir()
    return {
        "floor": BareOutline(network, 256, out / "floor"),
        "bundle": OpenBundle(bundle_folder(UNET), output_dir=str(out / "bundle"), save_overlay=False).run,
        "zoo": zoo_loop(checkpoint, out / "zoo"),
        "reference": BareOutline(ReferenceUNet(2, 1, 3), 256, out / "reference"),
    }


@contextmanager
def _label(out: Path) -> Iterator[dict[str, LabelPeer]]:
    """Start MONAI Label's task if its environment exists."""
    python = label_python()
    if python is None:
        print("MONAI Label is skipped: found no environment for it; create it as described in --help", file=sys.stderr)
        yield {}
        return
    peer = LabelPeer(python, bundle_folder(UNET), out)
    try:
        yield {"label": peer}
    finally:
        peer.close()


def _psp_alone(films: list[dict]) -> Callable:
    network = psp_net()
    read = {film["film"]: torch.from_numpy(read_film(film["image"])[0]) for film in films}

    def run(films: list[dict]) -> None:
        with torch.inference_mode():
            for film in films:
                network(read[film["film"]].expand(1, 3, -1, -1))

    return run


if __name__ == "__main__":
    sys.exit(main())
