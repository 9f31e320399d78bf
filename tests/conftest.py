"""Shared fixtures: synthetic films, and real films from the folder in CHESTXR_DATA."""

import os
from importlib.util import find_spec
from pathlib import Path

import pydicom
import pytest
from pydicom.data import get_testdata_file

from tests.phantom import write_collection
from tests.screening.ray.ray_settings import set_up_ray

set_up_ray()

if find_spec("hypothesis"):  # not in MONAI Label's environment
    from hypothesis import settings

    # A slow machine must not fail the tests.
    settings.register_profile("patient", deadline=None)
    settings.load_profile("patient")


@pytest.fixture(scope="session")
def real_films() -> Path:
    """The folder of the Montgomery and Shenzhen films."""
    folder = os.environ.get("CHESTXR_DATA")
    if not folder:
        pytest.skip("CHESTXR_DATA is not set: real films are not available")
    return Path(folder)


@pytest.fixture(scope="session")
def collection(tmp_path_factory) -> Path:
    """A folder of 20 synthetic films with masks and a datalist."""
    root = tmp_path_factory.mktemp("collection")
    write_collection(root, 20)
    return root


@pytest.fixture(scope="session")
def chest_dicom() -> Path:
    """A real computed radiograph of the chest: PA, MONOCHROME1, 15 bits, pixel spacing of zero."""
    return Path(get_testdata_file("RG1_UNCR.dcm", download=False))


@pytest.fixture(scope="session")
def leg_dicom(tmp_path_factory) -> Path:
    """A real computed radiograph of a leg, stored mirrored; its body part is removed from the header."""
    leg = pydicom.dcmread(get_testdata_file("RG3_UNCR.dcm", download=False))
    del leg.BodyPartExamined
    path = tmp_path_factory.mktemp("leg") / "RG3_UNCR.dcm"
    leg.save_as(path)
    return path
