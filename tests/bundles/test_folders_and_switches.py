"""Bundles are found, and their switches read, from wherever they are asked for."""

import pytest

from chestxr.bundles import SCREENING_BUNDLE, bundle_folder, switch


def test_a_bundle_is_found_by_name_and_by_folder(tmp_path, monkeypatch):
    found = bundle_folder(SCREENING_BUNDLE)
    monkeypatch.chdir(tmp_path)
    assert bundle_folder(SCREENING_BUNDLE) == bundle_folder(found) == found
    assert found.is_absolute() and (found / "configs" / "inference.json").is_file()


def test_a_missing_bundle_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no bundle; expected"):
        bundle_folder(tmp_path)


@pytest.mark.parametrize(
    ("value", "on"), [(True, True), (False, False), ("true", True), ("False", False), ("TRUE", True)]
)
def test_switches(value, on):
    assert switch(value) is on


@pytest.mark.parametrize("value", ["no", "", None, 2])
def test_what_is_no_switch_is_refused(value):
    with pytest.raises(ValueError, match="expected true or false"):
        switch(value)
