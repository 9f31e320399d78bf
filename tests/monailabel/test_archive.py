"""The MONAI Label app on a DICOMweb archive: masks of DICOM films, segmentations stored and read back."""

import io
import json
from pathlib import Path

import nibabel as nib
import numpy as np
import pydicom
import pytest
import requests
import SimpleITK as sitk
from pydicom.data import get_testdata_file
from pydicom.uid import generate_uid

from chestxr.io import read_film, read_mask
from chestxr.io.dicom.header import read_header
from chestxr.io.dicom.segmentation import lung_segmentation
from chestxr.utils.provenance import Algorithm
from tests.dicomweb.orthanc import Orthanc, needs_orthanc
from tests.dicomweb.stub_archive import Answer, as_json, stub_archive
from tests.io.dicom_validator import errors_of, needs_dciodvfy
from tests.io.film_files import save_dicom
from tests.monailabel.label_server import LabelServer, mask_of

pytestmark = needs_orthanc
KINDS = {
    "plain": {},
    "monochrome1": {"PhotometricInterpretation": "MONOCHROME1"},
    "dx": {"Modality": "DX", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.1.1"},
    "mirrored": {"PatientOrientation": ["R", "F"]},
}


@pytest.fixture(scope="module")
def film() -> np.ndarray:
    """A real 12-bit film, bone white, (rows, columns)."""
    pixels = read_film(get_testdata_file("RG1_UNCR.dcm", download=False))[0].T
    return ((pixels - pixels.min()) / np.ptp(pixels) * 4095).astype(np.uint16)


@pytest.fixture(scope="module")
def archive(film, tmp_path_factory):
    """An archive with the film as CR, MONOCHROME1, DX and mirrored; the series by kind."""
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
            "PatientID": "ID-4711",
        }
        stored = save_dicom(folder / f"{kind}.dcm", pixels, bits=12, **identity | tags)
        orthanc.send(stored)
        orthanc.send(_by_a_machine(stored, folder / f"{kind}-seg.dcm", pixels.shape))
    for kind, tags in {"lateral": {"ViewPosition": "LLD"}, "hand": {"BodyPartExamined": "HAND"}}.items():
        identity = {"StudyInstanceUID": generate_uid(), "SeriesInstanceUID": generate_uid()}
        orthanc.send(save_dicom(folder / f"{kind}.dcm", film, bits=12, **identity | tags))
    yield orthanc, series
    orthanc.kill()


def _by_a_machine(film: Path, path: Path, shape: tuple[int, int]) -> Path:
    """Write a segmentation as stored by chestxr pacs screen, not reviewed by a reader."""
    labels = np.zeros(shape[::-1], np.uint8)
    labels[100:200, 100:200], labels[300:400, 100:200] = 1, 2
    lung_segmentation(read_header(film), labels, Algorithm("machine", "1")).save_as(path)
    return path


@pytest.fixture
def server(archive, tmp_path):
    started = LabelServer(archive[0].url, tmp_path / "weights", MONAI_LABEL_DICOMWEB_CACHE_PATH=str(tmp_path / "cache"))
    yield started
    started.stop()


@needs_dciodvfy
def test_films_are_segmented_corrected_stored_and_read_back(archive, server, film, tmp_path):
    orthanc, series = archive
    assert server.post("/train/unet?run_sync=true").status_code == 400, "no reader has drawn anything"
    assert set(server.get("/datastore/?output=all")["objects"]) <= set(series.values())
    assert server.post("/activelearning/random").json()["id"] in series.values(), "neither a lateral nor a hand"
    masks = {kind: server.mask("unet", uid) for kind, uid in series.items()}
    for kind, mask in masks.items():
        assert mask.shape == film.T.shape and set(np.unique(mask)) == {0, 1, 2}
        assert (mask == masks["plain"]).mean() > 0.999, f"{kind}: upright and bone white in every encoding"

    for kind, uid in series.items():
        answer = server.infer("unet", uid, "dicom_seg", label_info=[{"name": "right lung"}, {"name": "left lung"}])
        assert answer.status_code == 200, answer.text
        segmentation = pydicom.dcmread(io.BytesIO(answer.content))
        assert errors_of(segmentation, tmp_path) == []
        assert (_upright(segmentation, kind) == masks[kind]).all()

    for kind, uid in series.items():
        corrected = np.where(np.arange(masks[kind].shape[1]) < 1200, masks[kind], 0).astype(np.uint8)
        masks[kind] = corrected
        server.save(uid, _written(corrected, tmp_path / f"{kind}{'.nrrd' if kind == 'plain' else '.nii.gz'}"))
    objects = [pydicom.dcmread(io.BytesIO(content)) for content in orthanc.objects("SEG")]
    stored = [one for one in objects if one.Manufacturer == "chestxr" and one.SoftwareVersions == "manual"]
    assert len(stored) == len(KINDS) and len(objects) == 2 * len(KINDS)
    for segmentation in stored:
        assert errors_of(segmentation, tmp_path) == []
        assert segmentation.SegmentSequence[0].SegmentAlgorithmType == "MANUAL"
        assert str(segmentation.PatientName) == "Geheim^Gustav"

    again = LabelServer(orthanc.url, tmp_path / "others", MONAI_LABEL_DICOMWEB_CACHE_PATH=str(tmp_path / "empty"))
    try:
        trained = again.background("/train/unet", max_epochs=1, val_split=0.25)
        assert trained["status"] == "DONE", trained["details"]
        note = json.loads((again.weights / "unet" / "v1.json").read_text())
        assert note["films"] == {"training": 3, "validation": 1} and 0 < note["validation_dice"]["before"] < 1
        for kind, uid in series.items():
            (read,) = (tmp_path / "empty").rglob(f"labels/final/{uid}.nii.gz")
            assert (read_mask([read])[0] == masks[kind]).all(), "the reader's, not the machine's"
        assert again.background("/batch/infer/unet?images=all", label_tag="original")["status"] == "DONE"
        for uid in series.values():
            kept = requests.get(f"{again.url}/datastore/label?label={uid}&tag=original", timeout=60)
            assert mask_of(kept.content, ".nii.gz").shape == film.T.shape
            assert (mask_of(kept.content, ".nii.gz") == again.mask("unet", uid)).all(), "by the version just trained"
        assert again.background("/scoring/dice")["status"] == "DONE"
        objects = again.get("/datastore/?output=all")["objects"]
        assert set(objects) >= set(series.values())
        assert all(0 < objects[uid]["image"]["info"]["dice"]["both lungs"] < 1 for uid in series.values())
        first = series["plain"]
        newer = np.where(np.arange(masks["plain"].shape[1]) < 900, masks["plain"], 0).astype(np.uint8)
        server.save(first, _written(newer, tmp_path / "newer.nii.gz"))
        kept = requests.get(f"{again.url}/datastore/label?label={first}&tag=final", timeout=60)
        assert (mask_of(kept.content, ".nii.gz") == newer).all(), "what another server stored since"
    finally:
        again.stop()
    for running in (server, again):
        log = running.log.read_text()
        for secret in ("Geheim", "ID-4711", *series.values()):
            assert secret not in log
    for note in tmp_path.rglob("datastore_v2.json"):
        assert "Geheim" not in note.read_text() and "ID-4711" not in note.read_text()


@pytest.mark.parametrize(
    ("failing", "said"),
    [("its film", Answer(status=500)), ("its segmentation", Answer(status=500)), ("its segmentation", as_json([]))],
)
def test_label_is_kept_while_the_archive_fails_and_removed_with_its_source(archive, server, tmp_path, failing, said):
    orthanc, series = archive
    film = series["dx"]
    for image in (film, series["plain"]):
        server.save(image, _written(server.mask("unet", image), tmp_path / "drawn.nii.gz"))
    drawn = _drawn(orthanc, film)
    broken = {"its film": {film}, "its segmentation": drawn}[failing]
    state = []

    def through(method: str, path: str, body: bytes) -> Answer:
        if state == ["failing"] and any(f"/series/{one}/" in path for one in broken):
            return said
        response = _sent_on(orthanc, path)
        if state == ["gone"] and "Modality=SEG" in path:
            return as_json([one for one in json.loads(response.content) if one["0020000E"]["Value"][0] not in drawn])
        return response

    with stub_archive(through) as url:
        for now in ("well", "failing", "gone"):
            state[:] = [now]
            other = LabelServer(url, tmp_path / now, MONAI_LABEL_DICOMWEB_CACHE_PATH=str(tmp_path / "others"))
            try:
                other.get("/datastore/?output=train")
            finally:
                other.stop()
            assert any((tmp_path / "others").rglob(f"labels/final/{film}.nii.gz")) == (now != "gone"), now


def _drawn(orthanc: Orthanc, film: str) -> set[str]:
    """Return the series of a film's lung segmentations drawn by a person."""
    objects = [pydicom.dcmread(io.BytesIO(content)) for content in orthanc.objects("SEG")]
    ours = [one for one in objects if one.ReferencedSeriesSequence[0].SeriesInstanceUID == film]
    return {str(one.SeriesInstanceUID) for one in ours if one.SoftwareVersions == "manual"}


def _sent_on(orthanc: Orthanc, path: str) -> Answer:
    """Forward a request to the archive."""
    search = "?" in path or path.endswith("/metadata")
    kind = "application/dicom+json" if search else 'multipart/related; type="application/dicom"'
    response = requests.get(f"{orthanc.url}{path}", headers={"Accept": kind}, timeout=60)
    return Answer(response.content, response.status_code, response.headers["Content-Type"])


def _upright(segmentation: pydicom.Dataset, kind: str) -> np.ndarray:
    """Assemble a segmentation's frames, and flip what was stored mirrored."""
    frames = segmentation.pixel_array
    rows = frames[0] + 2 * frames[1]
    return (rows[:, ::-1] if kind == "mirrored" else rows).T


def _written(mask: np.ndarray, path):
    """Write a label as a client sends it; 3D Slicer sends NRRD."""
    if path.suffix == ".nrrd":
        sitk.WriteImage(sitk.GetImageFromArray(mask.T), str(path))
    else:
        nib.save(nib.Nifti1Image(mask, np.diag([-1, -1, 1, 1])), path)
    return path
