"""Merged masks, masks of each lung, label maps, and masks written by inference."""

import nibabel as nib
import numpy as np
import pytest
from monai.data import MetaTensor
from PIL import Image

from chestxr.io import read_mask
from chestxr.transforms import SaveImageByNamed
from chestxr.utils.errors import FilmError
from tests.phantom import chest_film

LABELS = chest_film((96, 112), seed=1)[1]


def _save(path, pixels):
    Image.fromarray(pixels.T.astype(np.uint8)).save(path)
    return path


def test_merged_mask_is_thresholded_at_half(tmp_path):
    soft = np.where(LABELS > 0, 255, 0).astype(np.uint8)
    soft[0, :3] = (127, 128, 1)
    mask, meta = read_mask([_save(tmp_path / "mask.png", soft)])
    expected = (LABELS > 0).astype(np.uint8)
    expected[0, :3] = (0, 1, 0)
    np.testing.assert_array_equal(mask, expected)
    assert not meta["sides_known"]


def test_binary_mask_and_label_map_are_unchanged(tmp_path):
    np.testing.assert_array_equal(read_mask([_save(tmp_path / "a.png", LABELS > 0)])[0], LABELS > 0)
    labels, meta = read_mask([_save(tmp_path / "b.png", LABELS)])
    np.testing.assert_array_equal(labels, LABELS)
    assert meta["sides_known"]


def test_right_and_left_mask_make_a_label_map(tmp_path):
    right = _save(tmp_path / "right.png", 255 * (LABELS == 1))
    left = _save(tmp_path / "left.png", 255 * (LABELS == 2))
    labels, meta = read_mask([right, left])
    np.testing.assert_array_equal(labels, LABELS)
    assert meta["sides_known"]


def test_mismatched_and_empty_masks_are_rejected(tmp_path):
    right = _save(tmp_path / "right.png", 255 * (LABELS == 1))
    small = _save(tmp_path / "small.png", 255 * (LABELS == 2)[:-1])
    with pytest.raises(FilmError, match="one size"):
        read_mask([right, small])
    with pytest.raises(FilmError, match="overlap"):
        read_mask([right, right])
    with pytest.raises(FilmError, match="marks nothing"):
        read_mask([_save(tmp_path / "empty.png", 0 * LABELS)])


@pytest.mark.parametrize("ending", [".png", ".nii.gz"])
def test_written_label_map_reads_back(tmp_path, ending):
    pred = MetaTensor(LABELS[None], affine=np.diag([-1.0, -1, 1, 1]))
    SaveImageByNamed("pred", tmp_path, "lungs", ending)({"film": "folder/film", "pred": pred})
    labels, _ = read_mask([tmp_path / f"folder/film_lungs{ending}"])
    np.testing.assert_array_equal(labels, LABELS)
    assert not list(tmp_path.rglob(".part*"))


@pytest.mark.parametrize("stored", [np.where(LABELS == 2, 3, LABELS), -1.0 * (LABELS == 0)])
def test_labels_of_other_organs_and_negative_labels_are_rejected(tmp_path, stored):
    """In NIfTI; thresholded at half the highest label, the right lung would become background and the heart lung."""
    nib.save(nib.Nifti1Image(stored.astype(np.float32), np.eye(4)), tmp_path / "mask.nii.gz")
    with pytest.raises(FilmError, match=r"labels from -?\d to \d"):
        read_mask([tmp_path / "mask.nii.gz"])
