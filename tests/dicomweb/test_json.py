"""Read attributes from well-formed and malformed DICOM JSON."""

import pytest

from chestxr.dicomweb.json import text_of, values_of

TAG = "00080018"


def test_first_value_is_read():
    assert text_of({TAG: {"vr": "UI", "Value": ["1.2.3", "1.2.4"]}}, TAG) == "1.2.3"
    assert values_of({TAG: {"vr": "US", "Value": [1, 2]}}, TAG) == [1, 2]


@pytest.mark.parametrize("attribute", [None, 5, "1.2.3", [], {}, {"vr": "UI"}, {"Value": None}])
def test_malformed_attribute_has_no_values(attribute):
    assert values_of({TAG: attribute}, TAG) == []


@pytest.mark.parametrize("values", [5, "1.2.3", {"0": "1.2.3"}, [], [None], [5], [["1.2.3"]]])
def test_value_that_is_not_text_is_empty(values):
    assert text_of({TAG: {"vr": "UI", "Value": values}}, TAG) == ""


@pytest.mark.parametrize("entry", [None, "1.2.3", 5, [], [{TAG: {"Value": ["1.2.3"]}}]])
def test_malformed_entry_has_no_values(entry):
    assert text_of(entry, TAG) == "" and values_of(entry, TAG) == []
