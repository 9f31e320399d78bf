"""The ways to train on a GPU can be rehearsed on a CPU."""

import numpy as np
import pytest
from monai.bundle import ConfigParser
from PIL import Image

from chestxr.bundle import bundle_folder
from tests.phantom import chest_film
from tools.benchmarks.gpu_training import WAYS, time_ways

CONFIG = bundle_folder("cxr_lung_segmentation_unet") / "configs" / "train.json"


@pytest.mark.slow
def test_each_way_trains(tmp_path):
    items = []
    for number in range(8):
        film, lungs = (array.T.astype(np.uint8) for array in chest_film((64, 64), number))
        paths = {key: tmp_path / f"{number}-{key}.png" for key in ("image", "label")}
        Image.fromarray(film).save(paths["image"])
        Image.fromarray(lungs).save(paths["label"])
        items.append({"film": str(number)} | {key: str(path) for key, path in paths.items()})
    ways = ["float32", "channels last", "augmentation on the device"]
    taken, busy = time_ways(items, tmp_path / "out", "cpu", 2, ways)
    assert taken.keys() == busy.keys() == {"baseline", *ways}
    assert all((values > 0).all() and len(values) == 2 for values in taken.values())
    assert set(busy.values()) == {None}


@pytest.mark.parametrize("way", WAYS)
def test_overrides_change_entries_that_exist(way):
    config = ConfigParser.load_config_file(str(CONFIG))
    for name in WAYS[way]:
        *parents, last = name.split("#")
        entry = config
        for parent in parents:
            entry = entry[int(parent)] if isinstance(entry, list) else entry[parent]
        assert last in entry or entry["_target_"] in ("EnsureTyped", "SupervisedTrainer")
