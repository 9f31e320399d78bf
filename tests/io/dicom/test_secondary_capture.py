"""Secondary Captures contain the picture, refer to the film and are valid DICOM."""

import numpy as np
import pydicom
from pydicom.uid import generate_uid

from chestxr.io.dicom.header import read_header
from chestxr.io.dicom.secondary_capture import report_capture
from chestxr.utils.provenance import Algorithm
from tests.io.dicom_validator import errors_of, needs_dciodvfy
from tests.io.film_files import save_dicom

ALGORITHM = Algorithm("cxr_tuberculosis_screening", "0.1.0 0123456789ab 0123456789ab")


@needs_dciodvfy
def test_picture_is_stored_in_the_study_of_the_film(tmp_path):
    random = np.random.default_rng(0)
    film = save_dicom(
        tmp_path / "film.dcm",
        random.integers(0, 4096, (96, 72)),
        StudyInstanceUID=generate_uid(),
        SeriesInstanceUID=generate_uid(),
        PixelSpacing=[0.2, 0.2],
        PatientOrientation=["R", "F"],
    )
    picture = random.integers(0, 256, (41, 33, 3), np.uint8)
    header = read_header(film)
    assert errors_of(report_capture(header, picture, ALGORITHM), tmp_path) == []
    capture = pydicom.dcmread(tmp_path / "judged.dcm")
    assert np.array_equal(capture.pixel_array, picture)
    assert (capture.StudyInstanceUID, capture.PatientID) == (header.StudyInstanceUID, "ID-4711")
    assert capture.SourceImageSequence[0].ReferencedSOPInstanceUID == header.SOPInstanceUID
    assert list(capture.PatientOrientation) == ["L", "F"], "the picture shows the film upright"
    assert "PixelSpacing" not in capture and "Research use only" in capture.SeriesDescription
    assert report_capture(header, picture, ALGORITHM).SOPInstanceUID == capture.SOPInstanceUID
