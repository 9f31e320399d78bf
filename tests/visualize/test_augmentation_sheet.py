"""The augmentation sheet uses the transforms of the bundle."""

import json

import numpy as np
import pytest

from chestxr.data import load_split
from chestxr.visualize.augmentation_sheet import augmentation_sheet

DETERMINISTIC = [
    {
        "_target_": "LoadImaged",
        "keys": "image",
        "reader": {"_target_": "chestxr.io.FilmReader"},
        "ensure_channel_first": True,
    },
    {
        "_target_": "LoadImaged",
        "keys": "label",
        "reader": {"_target_": "chestxr.io.MaskReader"},
        "ensure_channel_first": True,
    },
    {"_target_": "chestxr.transforms.LungLabelsd", "keys": "label"},
    {"_target_": "AsDiscreted", "keys": "label", "to_onehot": 3},
    {"_target_": "ScaleIntensityd", "keys": "image"},
]


@pytest.fixture
def items(collection):
    return load_split(collection / "datalist.json", collection)["training"][:2]


def test_one_picture_per_transform_of_the_bundle(items, tmp_path):
    never = {"_target_": "RandAffined", "keys": ["image", "label"], "prob": 0.0, "rotate_range": 3.0}
    train = {"deterministic_transforms": DETERMINISTIC, "random_transforms": [never, never]}
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "train.json").write_text(json.dumps({"train": train}))
    sheet = np.asarray(augmentation_sheet(items, tmp_path, side=96))
    assert sheet.shape == (2 * (96 + 36), 4 * 96, 3)
    unchanged, turned, _, as_in_training = (sheet[18:114, column * 96 : (column + 1) * 96] for column in range(4))
    assert np.array_equal(unchanged, as_in_training) and not np.array_equal(unchanged, turned)


def test_folder_without_a_bundle_raises(items, tmp_path):
    with pytest.raises(FileNotFoundError, match="expected the folder of a bundle"):
        augmentation_sheet(items, tmp_path)
