"""
Time an epoch of training, against its floor and a model-zoo-style bundle.

    python -m tools.benchmarks.training ../shared/data/cxr

The same films of the training set, alternating epoch by epoch, after one that fills the caches: the U-Net bundle's
train.json with its augmentations, logs and checkpoint; the floor, which is the same network, loss and optimizer on
preloaded batches; and zoo_train.json in this folder. Validation is excluded from all. The result is
tools/benchmarks/training.json and .png.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch
from monai.bundle import ConfigParser

from chestxr.bundle import bundle_folder
from chestxr.bundle.entry import bundle_entry
from chestxr.data import load_split
from chestxr.inferers.tensor_inferer import plain
from chestxr.utils.runtime import hide_engine_messages, keep_freed_memory
from tools.benchmarks.interleaved import ms_per_film, ratios, spread
from tools.benchmarks.machine import write_result
from tools.benchmarks.plot import plot_candidates

UNET = "cxr_lung_segmentation_unet"
_BATCH = 8
_LABELS = {
    "floor": "baseline: same network, loss, optimizer",
    "bundle": "bundle, train.json",
    "zoo": "train.json in the style of the model zoo",
}


def main() -> None:
    """Time and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", type=Path, help="folder of the combined collection")
    parser.add_argument("--films", type=int, default=128, help=f"films per epoch, a multiple of {_BATCH}")
    parser.add_argument("--epochs", type=int, default=7, help="epochs per candidate")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"), help="result to write")
    arguments = parser.parse_args()
    hide_engine_messages()
    items = load_split("default", arguments.dataset_dir.absolute(), masked=True)["training"][: arguments.films]
    with tempfile.TemporaryDirectory() as folder:
        zoo = EpochLoop(Path(__file__).with_name("zoo_train.json"), output_dir=f"{folder}/zoo", data=items)
        candidates = bundle_and_floor(items, Path(folder)) | {"zoo": zoo}
        taken = ms_per_film(candidates, items * arguments.epochs, len(items))
    result = {
        "threads": torch.get_num_threads(),
        "films": len(items),
        "epochs": arguments.epochs,
        "ms_per_film": {name: spread(values) for name, values in taken.items()},
        "over_floor": ratios(taken, "floor"),
        "zoo_over_bundle": ratios(taken, "bundle")["zoo"],
    }
    write_result(arguments.out, "training DATASET_DIR", result)
    picture = arguments.out.with_suffix(".png")
    plot_candidates(picture, result["ms_per_film"], _LABELS, "training, ms per film (log scale)")


def bundle_and_floor(items: Sequence[dict], out: Path, **overrides: object) -> dict[str, object]:
    """
    Return the bundle and its floor; each trains for one epoch when called.

    Parameters
    ----------
    items, out, **overrides
        As for `bundle_epoch`.
    """
    # The bundle does so at its start; do the same for the floor and other candidates.
    keep_freed_memory()
    bundle = bundle_epoch(items, out, **overrides)
    return {"floor": BareTraining(bundle.parser), "bundle": bundle}


def bundle_epoch(items: Sequence[dict], out: Path, **overrides: object) -> "EpochLoop":
    """
    Return the bundle's training, without validation.

    Parameters
    ----------
    items : sequence of dict
        ``image`` and ``label`` of an epoch's films, a multiple of the batch size.
    out : pathlib.Path
        Folder for logs and checkpoints.
    **overrides
        Entries of the bundle's train.json to override.
    """
    config = bundle_folder(UNET) / "configs" / "train.json"
    handlers = ConfigParser.load_config_file(str(config))["train"]["handlers"]
    overrides["train#handlers"] = [handler for handler in handlers if "EpochValidation" not in handler["_target_"]]
    return EpochLoop(
        config,
        bundle_root=str(bundle_folder(UNET)),
        output_dir=str(out / "bundle"),
        tensorboard_dir=str(out / "bundle" / "tensorboard"),
        data={"training": items, "validation": items[:1]},
        batch_size=_BATCH,
        resume=False,
        **overrides,
    )


class EpochLoop:
    """
    A train.json whose trainer is built once and run epoch by epoch.

    Parameters
    ----------
    config : pathlib.Path
        The configuration file.
    **overrides
        Entries of the configuration to override.
    """

    def __init__(self, config: Path, **overrides: object) -> None:
        self.parser = ConfigParser()
        self.parser.read_config(str(config))
        self.parser.update(overrides)
        self.trainer = self.parser.get_parsed_content("train#trainer")

    def __call__(self, films: Sequence[dict]) -> None:
        """Train for one epoch on the bundle's own films; `films` is ignored."""
        self.trainer.state.max_epochs = self.trainer.state.epoch + 1
        self.trainer.run()


class BareTraining:
    """
    Forward, loss, backward and optimizer step of a bundle's network, on batches preloaded from its own loader.

    Parameters
    ----------
    parser : monai.bundle.ConfigParser
        The bundle's train.json.
    """

    def __init__(self, parser: ConfigParser) -> None:
        self.device, self.loss = parser.get_parsed_content("device"), parser.get_parsed_content("loss")
        self.network = bundle_entry(bundle_folder(UNET), "network_def").to(self.device)
        loader = parser.get_parsed_content("train#dataloader")
        self.batches = [tuple(plain(batch[key]) for key in ("image", "label")) for batch in loader]
        self.optimizer = torch.optim.AdamW(self.network.parameters(), lr=0.002, weight_decay=0.0001)
        self.amp = parser.get_parsed_content("amp")
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=self.amp)

    def __call__(self, films: Sequence[dict]) -> None:
        """Train for one epoch."""
        self.network.train()
        for image, label in self.batches:
            self.optimizer.zero_grad()
            with torch.autocast(self.device.type, enabled=self.amp):
                loss = self.loss(self.network(image.to(self.device)), label.to(self.device))
            self.scaler.scale(loss).backward()
            self.scaler.step(self.optimizer)
            self.scaler.update()


if __name__ == "__main__":
    sys.exit(main())
