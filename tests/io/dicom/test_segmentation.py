"""DICOM segmentations match the masks pixel by pixel and carry the film's identity."""

import logging
import warnings

import highdicom as hd
import numpy as np
import pydicom
import pytest
from PIL import Image, ImageCms
from pydicom.data import get_testdata_file
from pydicom.uid import generate_uid

from chestxr.io import read_film
from chestxr.io.dicom.header import read_header
from chestxr.io.dicom.segmentation import lung_segmentation
from chestxr.utils.errors import FilmError
from chestxr.utils.provenance import Algorithm
from chestxr.visualize.overlay import LEFT_LUNG_COLOUR, RIGHT_LUNG_COLOUR
from tests.io.dicom_validator import errors_of, needs_dciodvfy
from tests.io.film_files import save_dicom

ALGORITHM = Algorithm("cxr_lung_segmentation_unet", "0.1.0 0123456789ab")
DX = "1.2.840.10008.5.1.4.1.1.1.1"
FILMS = {
    "plain CR": {},
    "MONOCHROME1": {"PhotometricInterpretation": "MONOCHROME1"},
    "DX with frame of reference": {"SOPClassUID": DX, "Modality": "DX", "FrameOfReferenceUID": generate_uid()},
    "spacing": {"PixelSpacing": [0.2, 0.2]},
    "spacing at the detector": {"ImagerPixelSpacing": [0.14, 0.14]},
    "spacing of zero": {"PixelSpacing": [0, 0]},
    "mirrored": {"PatientOrientation": ["R", "F"]},
    "upside down": {"PatientOrientation": ["L", "H"]},
    "both": {"PatientOrientation": ["R", "H"]},
    "transposed": {"PatientOrientation": ["F", "L"]},
    "transposed and flipped": {"PatientOrientation": ["H", "R"]},
}

needs_labelmap = pytest.mark.skipif(
    not hasattr(hd.seg.SegmentationTypeValues, "LABELMAP"), reason="needs highdicom 0.25 or later"
)


@pytest.fixture(params=FILMS)
def film(request, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 4096, (96, 72))
    identity = {"StudyInstanceUID": generate_uid(), "SeriesInstanceUID": generate_uid(), "StudyID": "7"}
    return save_dicom(tmp_path / "film.dcm", pixels, **identity | FILMS[request.param])


def _labels(film):
    array, meta = read_film(film)
    labels = np.zeros(array.shape, np.uint8)
    labels[4:30, 10:60], labels[40:66, 12:64] = 1, 2
    labels[0, 0], labels[-1, -1] = 1, 2
    return labels, meta["reoriented"]


def _read_back(path, header):
    segmentation = hd.seg.segread(path)
    pixels = segmentation.get_pixels_by_source_instance(
        [header.SOPInstanceUID], combine_segments=True, ignore_spatial_locations=True
    )
    return pixels[0]


def test_segmentation_is_aligned_with_stored_pixels(film, tmp_path):
    labels, reoriented = _labels(film)
    header = read_header(film)
    lung_segmentation(header, labels, ALGORITHM, reoriented).save_as(tmp_path / "seg.dcm")
    stored = pydicom.dcmread(film).pixel_array
    upright, _ = read_film(film)
    rows = _read_back(tmp_path / "seg.dcm", header)
    assert rows.shape == stored.shape
    inverted = pydicom.dcmread(film).PhotometricInterpretation == "MONOCHROME1"
    bone_white = 4095 - stored.astype(int) if inverted else stored.astype(int)
    for label in (1, 2):
        under_mask = np.sort(bone_white[rows == label]) - np.sort(upright[labels == label])
        assert np.ptp(under_mask) == 0, "the mask covers other pixels than those it was made on"


def test_segmentation_has_no_geometry(film):
    segmentation = lung_segmentation(read_header(film), *_given(film))
    for keyword in ("FrameOfReferenceUID", "ImagePositionPatient", "PixelSpacing", "ImageOrientationPatient"):
        assert not list(_everywhere(segmentation, keyword))


def _given(film):
    labels, reoriented = _labels(film)
    return labels, ALGORITHM, reoriented


def _everywhere(dataset, keyword):
    return [element for element in dataset.iterall() if element.keyword == keyword]


@needs_labelmap
def test_label_map_has_the_pixels_and_segments_of_the_binary_segmentation(film, tmp_path):
    labels, reoriented = _labels(film)
    header = read_header(film)
    forms = {
        form: lung_segmentation(header, labels, ALGORITHM, reoriented, segmentation_type=form)
        for form in ("BINARY", "LABELMAP")
    }
    for form, made in forms.items():
        made.save_as(tmp_path / f"{form}.dcm")
    rows = pydicom.dcmread(tmp_path / "LABELMAP.dcm").pixel_array
    assert (rows == _read_back(tmp_path / "BINARY.dcm", header)).all()
    label_map, binary = forms["LABELMAP"], forms["BINARY"]
    assert label_map.SOPClassUID == "1.2.840.10008.5.1.4.1.1.66.7"
    assert [segment.SegmentNumber for segment in label_map.SegmentSequence] == [0, 1, 2]
    assert label_map.SegmentSequence[1:] == binary.SegmentSequence
    assert {label_map.SOPInstanceUID, label_map.SeriesInstanceUID}.isdisjoint(
        {binary.SOPInstanceUID, binary.SeriesInstanceUID}
    )
    for keyword in ("FrameOfReferenceUID", "ImagePositionPatient", "PixelSpacing", "ImageOrientationPatient"):
        assert not list(_everywhere(label_map, keyword))


def test_segments_have_the_colours_of_the_overlays(film):
    lab = ImageCms.buildTransform(ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB")
    for segment, colour in zip(
        lung_segmentation(read_header(film), *_given(film)).SegmentSequence,
        (RIGHT_LUNG_COLOUR, LEFT_LUNG_COLOUR),
        strict=True,
    ):
        lightness, a, b = (value / 65535 * 255 for value in segment.RecommendedDisplayCIELabValue)
        point = Image.frombytes("LAB", (1, 1), bytes([round(lightness), round(a) ^ 128, round(b) ^ 128]))
        shown = ImageCms.applyTransform(point, lab).getpixel((0, 0))
        assert np.abs(np.subtract(shown, colour)).max() <= 12


def test_unknown_segmentation_type_raises(film):
    with pytest.raises(ValueError, match="expected BINARY or LABELMAP"):
        lung_segmentation(read_header(film), *_given(film), segmentation_type="FRACTIONAL")


@needs_dciodvfy
def test_segmentation_is_valid_dicom(film, tmp_path):
    assert errors_of(lung_segmentation(read_header(film), *_given(film)), tmp_path) == []


@needs_dciodvfy
def test_segmentation_of_a_real_film(tmp_path):
    film = get_testdata_file("RG1_UNCR.dcm", download=False)
    labels, reoriented = _labels(film)
    header = read_header(film)
    segmentation = lung_segmentation(header, labels, ALGORITHM, reoriented)
    assert errors_of(segmentation, tmp_path) == []
    assert (labels == _read_back(tmp_path / "judged.dcm", header).T).all()


@pytest.mark.parametrize("only", [1, 2])
def test_single_lung_keeps_its_segment_number(film, tmp_path, only):
    labels, reoriented = _labels(film)
    header = read_header(film)
    lung_segmentation(header, np.where(labels == only, labels, 0), ALGORITHM, reoriented).save_as(tmp_path / "seg.dcm")
    assert set(np.unique(_read_back(tmp_path / "seg.dcm", header))) == {0, only}


def test_segments_have_codes_and_algorithm_identification(film):
    right, left = lung_segmentation(read_header(film), *_given(film)).SegmentSequence
    assert [segment.SegmentedPropertyTypeCodeSequence[0].CodeValue for segment in (right, left)] == [
        "3341006",
        "44029006",
    ]
    identification = left.SegmentationAlgorithmIdentificationSequence[0]
    assert (identification.AlgorithmName, identification.AlgorithmVersion) == (ALGORITHM.name, ALGORITHM.version)


def test_uid_is_reproducible_and_differs_by_model(film):
    labels, reoriented = _labels(film)
    header = read_header(film)
    first, again = (lung_segmentation(header, labels, ALGORITHM, reoriented) for _ in range(2))
    other = lung_segmentation(header, labels, Algorithm(ALGORITHM.name, "0.1.0 ffff"), reoriented)
    by_hand = lung_segmentation(header, labels, None, reoriented)
    corrected = lung_segmentation(header, np.roll(labels, 1, axis=0), None, reoriented)
    assert first.SOPInstanceUID == again.SOPInstanceUID
    assert len({made.SOPInstanceUID for made in (first, other, by_hand, corrected)}) == 4


def test_new_uids_are_under_the_given_root(film):
    segmentation = lung_segmentation(read_header(film), *_given(film), uid_root="1.2.276.0.99999")
    source = pydicom.dcmread(film)
    known = {source.SOPInstanceUID, source.StudyInstanceUID, source.SeriesInstanceUID, source.SOPClassUID}
    found = {e.value for e in segmentation.iterall() if e.VR == "UI" and e.value not in known}
    assert found - {segmentation.SOPClassUID} and all(
        uid.startswith("1.2.276.0.99999.") for uid in found - {segmentation.SOPClassUID}
    )


def test_empty_mask_and_mask_of_another_size_raise(film):
    labels, reoriented = _labels(film)
    header = read_header(film)
    with pytest.raises(ValueError, match="empty mask"):
        lung_segmentation(header, np.zeros_like(labels), ALGORITHM, reoriented)
    with pytest.raises(ValueError, match="as the film has"):
        lung_segmentation(header, labels[:-1], ALGORITHM, reoriented)


@pytest.mark.parametrize(
    ("character_set", "name"),
    [
        ("ISO_IR 192", "Müller^Jürgen=山田^太郎"),
        ("ISO_IR 100", "Äneas^Rüdiger"),
        (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        ("ISO_IR 144", "ЖЮЛЯ^ЦЩЫ"),
    ],
)
def test_patient_and_study_are_copied_with_their_character_set(tmp_path, character_set, name):
    film = save_dicom(
        tmp_path / "film.dcm",
        np.random.default_rng(0).integers(0, 4096, (96, 72)),
        SpecificCharacterSet=character_set,
        PatientName=name,
        PatientID="ID-4711",
        PatientBirthDate="19610203",
        PatientSex="F",
        StudyInstanceUID="1.2.3",
        SeriesInstanceUID="1.2.4",
        AccessionNumber="A-1",
        StudyDate="20200102",
        StudyDescription="Thorax",
    )
    dataset = pydicom.dcmread(film)
    dataset.private_block(0x11, "SECRET", create=True).add_new(1, "LO", "private")
    dataset.save_as(film)
    lung_segmentation(read_header(film), *_given(film)).save_as(tmp_path / "seg.dcm")
    written = pydicom.dcmread(tmp_path / "seg.dcm")
    assert str(written.PatientName) == name
    for keyword in ("SpecificCharacterSet", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID"):
        assert written[keyword].value == dataset[keyword].value
    for keyword in ("AccessionNumber", "StudyDate", "StudyDescription"):
        assert written[keyword].value == dataset[keyword].value
    assert not any(element.tag.is_private for element in written.iterall())
    assert written.SeriesInstanceUID != dataset.SeriesInstanceUID


def test_non_conformant_names_and_identifiers_are_not_logged(tmp_path, caplog):
    too_long = "Geheim Gustav " * 12
    film = save_dicom(
        tmp_path / "film.dcm",
        np.random.default_rng(0).integers(0, 4096, (96, 72)),
        StudyInstanceUID="1.2.3",
        SeriesInstanceUID="1.2.4",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = pydicom.dcmread(film)
        dataset.PatientName, dataset.PatientID, dataset.StudyID = too_long, too_long, too_long
        dataset.PatientBirthDate = "Geheim"
        dataset.save_as(film)
    caplog.clear()
    caplog.set_level(logging.DEBUG)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        labels, reoriented = _labels(film)
        lung_segmentation(read_header(film), labels, ALGORITHM, reoriented)
    logged = caplog.text + " ".join(str(warning.message) for warning in warned)
    assert "Geheim" not in logged


def test_film_without_uids_raises(tmp_path):
    film = save_dicom(tmp_path / "film.dcm", np.random.default_rng(0).integers(0, 4096, (96, 72)))
    with pytest.raises(FilmError, match="without StudyInstanceUID, SeriesInstanceUID"):
        read_header(film)


@pytest.mark.parametrize("identity", ["StudyInstanceUID", "SOPInstanceUID"])
def test_film_with_several_uids_raises(tmp_path, identity):
    """No object can refer to such a film, and no archive can be queried for it."""
    pixels = np.random.default_rng(0).integers(0, 4096, (96, 72))
    uids = {"StudyInstanceUID": "1.2.3", "SeriesInstanceUID": "1.2.4"} | {identity: ["1.2.5", "1.2.6"]}
    film = save_dicom(tmp_path / "film.dcm", pixels, **uids)
    with pytest.raises(FilmError, match=f"without {identity}") as error:
        read_header(film)
    assert "1.2.5" not in str(error.value)
