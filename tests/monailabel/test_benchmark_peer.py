"""The benchmark's peer: MONAI Label's stock task in a separate process."""

import sys
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image

from chestxr.bundle import bundle_folder
from tests.phantom import chest_film
from tools.benchmarks.label_peer import LabelPeer


def test_stock_task_segments_films_in_a_separate_process(tmp_path):
    film, _ = chest_film((192, 256), 0)
    Image.fromarray(film.T.astype(np.uint8)).save(tmp_path / "film.png")
    peer = LabelPeer(Path(sys.executable), bundle_folder("cxr_lung_segmentation_unet"), tmp_path / "label")
    try:
        peer([{"image": str(tmp_path / "film.png")}] * 2)
        # An extra axis, as documented in the README.
        assert sitk.ReadImage(peer.last_mask).GetSize() == (1, 192, 256)
        with pytest.raises(ChildProcessError, match="recreate its environment"):
            peer([{"image": str(tmp_path / "no_film.png")}])
    finally:
        peer.close()
