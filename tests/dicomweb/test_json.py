"""Whatever an archive says in JSON, a text or nothing is read of it."""

import pytest

from chestxr.dicomweb.json import text_of, values_of

TAG = "00080018"


def test_the_first_value_is_read():
    assert text_of({TAG: {"vr": "UI", "Value": ["1.2.3", "1.2.4"]}}, TAG) == "1.2.3"
    assert values_of({TAG: {"vr": "US", "Value": [1, 2]}}, TAG) == [1, 2]


@pytest.mark.parametrize("attribute", [None, 5, "1.2.3", [], {}, {"vr": "UI"}, {"Value": None}])
def test_what_is_no_attribute_has_no_values(attribute):
    assert values_of({TAG: attribute}, TAG) == []


@pytest.mark.parametrize("values", [5, "1.2.3", {"0": "1.2.3"}, [], [None], [5], [["1.2.3"]]])
def test_what_is_no_text_is_none(values):
    assert text_of({TAG: {"vr": "UI", "Value": values}}, TAG) == ""


@pytest.mark.parametrize("entry", [None, "1.2.3", 5, [], [{TAG: {"Value": ["1.2.3"]}}]])
def test_what_is_no_entry_has_no_values(entry):
    assert text_of(entry, TAG) == "" and values_of(entry, TAG) == []
