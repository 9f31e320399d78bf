"""Body part, view and presentation intent from DICOM headers, in the terms that modalities write."""

import pytest
from pydicom.dataset import Dataset

from chestxr.io import read_film
from chestxr.io.dicom.image_kind import is_for_processing, is_other_part, other_view
from chestxr.utils.errors import FilmError
from tests.io.dicom.test_polarity import STORED
from tests.io.film_files import save_dicom

LATERALS = [
    "LL",
    "RL",
    "LLD",
    "lateral",
    "LAT",
    "Lateral",
    "LLAT",
    "LEFT LATERAL",
    "LAT L",
    "L-LAT",
    "seitlich",
    "PROFIL",
]
OBLIQUES = ["RLO", "LLO", "RAO", "OBLIQUE", "left oblique"]
FRONTALS = ["", "PA", "AP", "AP SUPINE", "PA ERECT", "frontal", "AP LAT DECUBITUS", "UNKNOWN", "BILATERAL"]
LATERAL_CODES = {
    ("399173006", "left lateral"): "SCT",
    ("399198007", ""): "SCT",
    ("399067008", "lateral"): "SCT",
    ("R-10236", "left lateral"): "SNM3",
    ("R-10232", ""): "SRT",
    ("LOCAL-7", "Thorax lateral"): "99HOSPITAL",
}


@pytest.mark.parametrize("position", LATERALS)
def test_lateral_view_positions(position):
    assert other_view(position) == "lateral"


@pytest.mark.parametrize("position", OBLIQUES)
def test_oblique_view_positions(position):
    assert other_view(position) == "oblique"


@pytest.mark.parametrize("position", FRONTALS)
def test_frontal_and_unknown_view_positions(position):
    assert other_view(position) == ""


@pytest.mark.parametrize("code", LATERAL_CODES)
def test_lateral_view_codes(code):
    assert other_view("", [code]) == "lateral"


@pytest.mark.parametrize("code", [("399348003", "antero-posterior"), ("272479007", "postero-anterior"), ("", "")])
def test_frontal_view_codes(code):
    assert other_view("", [code]) == other_view("PA", [code]) == ""


@pytest.mark.parametrize(
    ("sop_class", "intent", "raw"),
    [
        ("1.2.840.10008.5.1.4.1.1.1.1.1", "", True),
        ("1.2.840.10008.5.1.4.1.1.1.1", "FOR PROCESSING", True),
        ("1.2.840.10008.5.1.4.1.1.1.1", "For Processing ", True),
        ("1.2.840.10008.5.1.4.1.1.1.1", "FOR PRESENTATION", False),
        ("1.2.840.10008.5.1.4.1.1.1", "", False),
    ],
)
def test_for_processing_images_are_detected(sop_class, intent, raw):
    assert is_for_processing(sop_class, intent) == raw


@pytest.mark.parametrize(
    "name",
    [
        "HAND",
        "Knee",
        "EXTREMITY",
        "LOWER LEG",
        "l-spine",
        "TSPINE",
        "THORACIC SPINE",
        "Sch\u00e4del",
        "Fu\u00df",
        "genou",
        "ABDOMEN",
    ],
)
def test_other_body_parts(name):
    assert is_other_part([name])


@pytest.mark.parametrize(
    "name",
    [
        "",
        "CHEST",
        "chest 2 views",
        "THORAX",
        "Torax",
        "CHEST ABDOMEN",
        "LUNGE",
        "RIB",
        "HEART",
        "TRUNK",
        "UNKNOWN",
        "X",
    ],
)
def test_chest_and_unknown_body_parts(name):
    assert not is_other_part([name])


def test_anatomic_region_counts_as_body_part():
    assert is_other_part(["", "Hand"]) and not is_other_part(["", "Thorax"])


def test_reader_rejects_other_views_and_body_parts(tmp_path):
    region = Dataset()
    region.CodeValue, region.CodingSchemeDesignator, region.CodeMeaning = "85562004", "SCT", "Hand"
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "399173006", "SCT", "left lateral"
    for tags, words in (
        ({"ViewPosition": "LEFT LATERAL"}, "a lateral view in the header"),
        ({"ViewCodeSequence": [code]}, "a lateral view in the header"),
        ({"PresentationIntentType": "FOR PROCESSING"}, "FOR PROCESSING"),
        ({"BodyPartExamined": "EXTREMITY"}, "another part of the body"),
        ({"AnatomicRegionSequence": [region]}, "another part of the body"),
    ):
        with pytest.raises(FilmError, match=words):
            read_film(save_dicom(tmp_path / "film.dcm", STORED, 12, **tags))
