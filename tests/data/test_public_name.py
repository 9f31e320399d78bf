"""Site and label are only parsed from file names of the public collections."""

import pytest

from chestxr.data.public_name import read_public_name


@pytest.mark.parametrize(
    ("name", "site", "tuberculosis", "patient"),
    [
        ("MCUCXR_0001_0", "montgomery", 0, "MCUCXR_0001_0"),
        ("CHNCXR_0391_1", "shenzhen", 1, "CHNCXR_0391_1"),
        ("MCUCXR_0117_1", "montgomery", 1, "MCUCXR_0113_1"),
        ("MCUCXR_0170_1", "montgomery", 1, "MCUCXR_0162_1"),
        ("film_1", "ours", None, "film_1"),
        ("CHNCXR_0391_1 (2)", "ours", None, "CHNCXR_0391_1 (2)"),
    ],
)
def test_names(name, site, tuberculosis, patient):
    facts = {"site": site, "tuberculosis": tuberculosis, "patient": patient}
    assert read_public_name(name, "ours") == facts
