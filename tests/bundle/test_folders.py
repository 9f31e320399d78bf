"""Bundles are found from any working directory."""

import subprocess
import sys
from pathlib import Path

import pytest

import chestxr.bundle
from chestxr.bundle import SCREENING_BUNDLE, bundle_folder, shipped_bundles


def test_bundle_is_found_by_name_and_by_folder(tmp_path, monkeypatch):
    found = bundle_folder(SCREENING_BUNDLE)
    monkeypatch.chdir(tmp_path)
    assert bundle_folder(SCREENING_BUNDLE) == bundle_folder(found) == found
    assert found.is_absolute() and (found / "configs" / "inference.json").is_file()


def test_missing_bundle_raises(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no bundle; expected .*or one of .*cxr_lung_segmentation_unet"):
        bundle_folder(tmp_path)


def test_shipped_bundles_are_part_of_the_package():
    """The package contains the bundles; in a clone it has a link to the top-level folder."""
    top = Path(__file__).parents[2] / "bundles"
    part = Path(chestxr.bundle.__file__).parent / "shipped"
    assert shipped_bundles() == {name: top / name for name in sorted(path.name for path in top.glob("cxr_*"))}
    assert len(shipped_bundles()) == 4 and part.samefile(top)


def test_bundle_lookup_imports_no_heavy_library():
    program = "import chestxr.bundle, chestxr.cli, sys; print({'torch', 'monai', 'ignite'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "set()"
