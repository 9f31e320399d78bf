"""Atomic writing of results named after the film, and reading them back."""

import numpy as np
import pytest
from monai.data import MetaTensor
from monai.transforms import LoadImaged
from PIL import Image

from chestxr.io import FilmReader, MaskReader
from chestxr.transforms import SaveImageByNamed
from tests.phantom import chest_film


@pytest.fixture
def item(collection) -> dict:
    """Return an item as in inference, with a label map and probabilities."""
    path = sorted((collection / "CXR_png").iterdir())[0]
    data = LoadImaged("image", reader=FilmReader(), ensure_channel_first=True)({"image": str(path)})
    labels = chest_film(tuple(data["image"].shape[1:]), seed=0)[1][None]
    probability = np.stack([labels[0] == label for label in range(3)]).astype(np.float32) * 0.5 + 0.25
    return {
        "film": "ward-phantom",
        "pred": MetaTensor(labels, meta=dict(data["image"].meta)),
        "probability": MetaTensor(probability, meta=dict(data["image"].meta)),
    }


@pytest.mark.parametrize("ending", [".png", ".nii.gz", ".nii"])
def test_label_map_reads_back(item, tmp_path, ending):
    saved = SaveImageByNamed("pred", tmp_path, "lungs", ending)(item)
    path = tmp_path / f"ward-phantom_lungs{ending}"
    assert [written.name for written in tmp_path.iterdir()] == [path.name]
    assert saved["pred"].meta["saved_to"] == str(path)
    back = LoadImaged("label", reader=MaskReader(), ensure_channel_first=True, dtype="uint8")({"label": str(path)})
    np.testing.assert_array_equal(back["label"], item["pred"])


def test_probabilities_read_back(item, tmp_path):
    nibabel = pytest.importorskip("nibabel")
    SaveImageByNamed("probability", tmp_path, "probability", ".nii.gz", "float32")(item)
    (path,) = tmp_path.iterdir()
    values = np.moveaxis(np.squeeze(nibabel.load(path).get_fdata()), -1, 0)
    np.testing.assert_allclose(values, item["probability"], atol=1e-6)


def test_other_file_formats_raise(tmp_path):
    with pytest.raises(ValueError, match=r"\.jpg: expected one of \.png"):
        SaveImageByNamed("pred", tmp_path, "lungs", ".jpg")


def test_failed_write_leaves_no_file(item, tmp_path, monkeypatch):
    def fail(self, *arguments, **options):
        raise OSError("disk full")

    monkeypatch.setattr(Image.Image, "save", fail)
    with pytest.raises(OSError, match="disk full"):
        SaveImageByNamed("pred", tmp_path, "lungs")(item)
    assert list(tmp_path.iterdir()) == []
