"""The MONAI Label app on a real archive: masks from DICOM films, segmentations back to it, and read again."""

import io

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.uid import generate_uid

from chestxr.io import read_film
from tests.io.dicom_validator import errors_of, needs_dciodvfy
from tests.io.film_files import save_dicom
from tests.monailabel.label_server import LabelServer
from tests.pacs.orthanc import Orthanc, needs_orthanc

pytestmark = needs_orthanc
KINDS = {
    "plain": {},
    "monochrome1": {"PhotometricInterpretation": "MONOCHROME1"},
    "dx": {"Modality": "DX", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.1.1"},
    "mirrored": {"PatientOrientation": ["R", "F"]},
}


@pytest.fixture(scope="module")
def film() -> np.ndarray:
    """A real film of 12 bits, bone white, (rows, columns)."""
    pixels = read_film(get_testdata_file("RG1_UNCR.dcm", download=False))[0].T
    return ((pixels - pixels.min()) / np.ptp(pixels) * 4095).astype(np.uint16)


@pytest.fixture(scope="module")
def archive(film, tmp_path_factory):
    """An archive with the film as CR, MONOCHROME1, DX and stored mirrored; the series by kind."""
    folder = tmp_path_factory.mktemp("archive")
    orthanc = Orthanc(folder / "orthanc").start()
    series = {}
    for kind, tags in KINDS.items():
        pixels = {"monochrome1": 4095 - film, "mirrored": film[:, ::-1]}.get(kind, film)
        series[kind] = generate_uid()
        identity = {
            "StudyInstanceUID": generate_uid(),
            "SeriesInstanceUID": series[kind],
            "PatientName": "Geheim^Gustav",
        }
        orthanc.send(save_dicom(folder / f"{kind}.dcm", pixels, bits=12, **identity | tags))
    yield orthanc, series
    orthanc.kill()


@pytest.fixture
def server(archive, tmp_path):
    started = LabelServer(archive[0].url, tmp_path / "weights", MONAI_LABEL_DICOMWEB_CACHE_PATH=str(tmp_path / "cache"))
    yield started
    started.stop()


@needs_dciodvfy
def test_films_are_outlined_corrected_stored_and_read_again(archive, server, film, tmp_path):
    orthanc, series = archive
    masks = {kind: server.mask("unet", uid) for kind, uid in series.items()}
    for kind, mask in masks.items():
        assert mask.shape == film.T.shape and set(np.unique(mask)) == {0, 1, 2}
        assert (mask == masks["plain"]).mean() > 0.999, f"{kind}: upright and bone white whatever the file says"

    for kind, uid in series.items():
        answer = server.infer("unet", uid, "dicom_seg", label_info=[{"name": "right lung"}, {"name": "left lung"}])
        assert answer.status_code == 200, answer.text
        segmentation = pydicom.dcmread(io.BytesIO(answer.content))
        assert errors_of(segmentation, tmp_path) == []
        assert (_upright(segmentation, kind) == masks[kind]).all()

    for kind, uid in series.items():
        corrected = np.where(np.arange(masks[kind].shape[1]) < 1200, masks[kind], 0).astype(np.uint8)
        masks[kind] = corrected
        server.save(uid, _written(corrected, tmp_path / f"{kind}.nii.gz"))
    stored = [pydicom.dcmread(io.BytesIO(content)) for content in orthanc.objects("SEG")]
    assert len(stored) == len(KINDS)
    for segmentation in stored:
        assert errors_of(segmentation, tmp_path) == []
        assert segmentation.SegmentSequence[0].SegmentAlgorithmType == "MANUAL"
        assert str(segmentation.PatientName) == "Geheim^Gustav"

    again = LabelServer(orthanc.url, tmp_path / "others", MONAI_LABEL_DICOMWEB_CACHE_PATH=str(tmp_path / "empty"))
    try:
        trained = again.post("/train/unet?run_sync=true", max_epochs=1, val_split=0.25)
        assert trained.json()["films"] == {"training": 3, "validation": 1}, trained.text
        read = list((tmp_path / "empty").rglob("labels/final/*.nii.gz"))
        assert len(read) == len(KINDS)
        assert "Geheim" not in again.log.read_text()
    finally:
        again.stop()
    assert "Geheim" not in server.log.read_text()


def _upright(segmentation: pydicom.Dataset, kind: str) -> np.ndarray:
    """Put a segmentation's frames together, and turn what was stored mirrored."""
    frames = segmentation.pixel_array
    rows = frames[0] + 2 * frames[1]
    return (rows[:, ::-1] if kind == "mirrored" else rows).T


def _written(mask: np.ndarray, path):
    import nibabel as nib

    nib.save(nib.Nifti1Image(mask, np.diag([-1, -1, 1, 1])), path)
    return path
