"""Presentation states draw the lungs where they are, and show bone white."""

import shutil
import subprocess

import numpy as np
import pydicom
import pytest
from PIL import Image, ImageDraw
from pydicom.uid import generate_uid

from chestxr.io import read_film
from chestxr.io.dicom.header import read_header
from chestxr.io.dicom.presentation_state import lung_presentation
from chestxr.io.dicom.segmentation import stored_labels
from chestxr.utils.provenance import Algorithm
from tests.io.dicom_validator import errors_of, needs_dciodvfy
from tests.io.film_files import save_dicom
from tests.phantom import chest_film

ALGORITHM = Algorithm("cxr_lung_segmentation_unet", "0.1.0 0123456789ab")
FILMS = {
    "plain": {},
    "MONOCHROME1": {"PhotometricInterpretation": "MONOCHROME1"},
    "mirrored": {"PatientOrientation": ["R", "F"]},
    "upside down": {"PatientOrientation": ["L", "H"]},
    "transposed": {"PatientOrientation": ["F", "L"]},
    "window": {"WindowCenter": 2000, "WindowWidth": 3000},
}
needs_dcmtk = pytest.mark.skipif(not shutil.which("dcmp2pgm"), reason="needs dcmtk: apt-get install dcmtk")


@pytest.fixture(params=FILMS)
def film(request, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 4096, (97, 73))
    identity = {"StudyInstanceUID": generate_uid(), "SeriesInstanceUID": generate_uid()}
    return save_dicom(tmp_path / "film.dcm", pixels, **identity | FILMS[request.param])


def _labels(film):
    array, meta = read_film(film)
    labels = np.zeros(array.shape, np.uint8)
    labels[4:30, 10:60], labels[40:66, 12:64] = 1, 2
    labels[10:14, 20:24] = 0
    return labels, ALGORITHM, meta["reoriented"]


def _drawn(state: pydicom.Dataset, shape: tuple[int, int]) -> np.ndarray:
    """Fill the polygons of each lung; holes come after the border around them."""
    rows = np.zeros(shape, np.uint8)
    for label, layer in enumerate(("RIGHT_LUNG", "LEFT_LUNG"), start=1):
        inside = np.zeros(shape, bool)
        for annotation in state.GraphicAnnotationSequence:
            for graphic in annotation.get("GraphicObjectSequence", []) if annotation.GraphicLayer == layer else []:
                assert graphic.GraphicAnnotationUnits == "PIXEL" and graphic.GraphicType == "POLYLINE"
                points = np.reshape(graphic.GraphicData, (-1, 2))
                assert (points[0] == points[-1]).all()
                canvas = Image.new("L", (shape[1] * 8, shape[0] * 8))
                ImageDraw.Draw(canvas).polygon([tuple(point * 8) for point in points], fill=1)
                inside ^= np.asarray(canvas)[4::8, 4::8].astype(bool)
        rows[inside] = label
    return rows


def test_contours_are_on_the_stored_pixels(film):
    header = read_header(film)
    labels, algorithm, reoriented = _labels(film)
    expected = stored_labels(header, labels, reoriented)
    drawn = _drawn(lung_presentation(header, labels, algorithm, reoriented), expected.shape)
    for label in (1, 2):
        both, either = (drawn == label) & (expected == label), (drawn == label) | (expected == label)
        assert both.sum() > 0.98 * either.sum()


@needs_dcmtk
def test_film_is_displayed_bone_white(tmp_path):
    bone_white = (chest_film((96, 72))[0].T * 257).astype(np.uint16)
    identity = {"StudyInstanceUID": generate_uid(), "SeriesInstanceUID": generate_uid()}
    for inverted in (False, True):
        stored = 65535 - bone_white if inverted else bone_white
        kind = {"PhotometricInterpretation": "MONOCHROME1" if inverted else "MONOCHROME2"}
        film = save_dicom(tmp_path / "film.dcm", stored, **kind, **identity)
        labels = np.zeros(bone_white.T.shape, np.uint8)
        labels[10:20, 10:20] = 1
        lung_presentation(read_header(film), labels, ALGORITHM).save_as(tmp_path / "pr.dcm")
        command = ["dcmp2pgm", "-p", str(tmp_path / "pr.dcm"), str(film), str(tmp_path / "shown.pgm")]
        subprocess.run(command, check=True, capture_output=True)
        with Image.open(tmp_path / "shown.pgm") as shown:
            correlation = np.corrcoef(np.asarray(shown).ravel(), bone_white.ravel())[0, 1]
        assert correlation > 0.9


@needs_dciodvfy
@needs_dcmtk
def test_presentation_state_is_valid_dicom(film, tmp_path):
    state = lung_presentation(read_header(film), *_labels(film))
    assert errors_of(state, tmp_path) == []
    checked = subprocess.run(["dcmpschk", str(tmp_path / "judged.dcm")], capture_output=True, text=True, check=False)
    assert "Test passed" in checked.stdout + checked.stderr


def test_only_lungs_that_were_found_are_drawn(film):
    labels, algorithm, reoriented = _labels(film)
    state = lung_presentation(read_header(film), np.where(labels == 2, labels, 0), algorithm, reoriented)
    assert [layer.GraphicLayer for layer in state.GraphicLayerSequence] == ["LEFT_LUNG", "NOTE"]


def test_research_use_is_displayed(film):
    state = lung_presentation(read_header(film), *_labels(film))
    notes = [note for item in state.GraphicAnnotationSequence for note in item.get("TextObjectSequence", [])]
    assert [note.UnformattedTextValue for note in notes] == [
        "Lungs by cxr_lung_segmentation_unet. Research use only. Not a medical device."
    ]
