"""Conversion of labels to DICOM segmentations, and its errors."""

import nibabel as nib
import numpy as np
import pytest
from fastapi import HTTPException

from tests.transforms.test_save_dicom import NON_CONFORMANT, film_with
from tools.monailabel.lib import conversion


@pytest.fixture
def label(tmp_path):
    lungs = np.ones((160, 160), np.uint8)
    lungs[80:] = 2
    nib.save(nib.Nifti1Image(lungs, np.diag([-1, -1, 1, 1])), tmp_path / "label.nii.gz")
    return tmp_path / "label.nii.gz"


@pytest.mark.parametrize("element", NON_CONFORMANT.values(), ids=NON_CONFORMANT)
def test_error_over_a_non_conformant_header_omits_its_values(tmp_path, label, monkeypatch, element):
    (tmp_path / "series").mkdir()
    film_with(tmp_path / "series" / "film.dcm", element)
    target = tmp_path / "segmentation.dcm"
    monkeypatch.setattr(conversion, "_temporary", lambda ending: target.touch() or str(target))
    with pytest.raises(HTTPException) as raised:
        conversion.lungs_to_dicom(str(tmp_path / "series"), str(label))
    assert raised.value.status_code == 400
    assert "a header from which no DICOM object can be built;" in raised.value.detail
    assert "1e-400" not in raised.value.detail and not target.exists()
