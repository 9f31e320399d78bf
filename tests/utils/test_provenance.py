"""The algorithm version in results."""

import shutil

import pytest

from chestxr.bundle import SCREENING_BUNDLE, bundle_folder
from chestxr.utils.provenance import Algorithm


def test_version_changes_with_configuration_and_model(tmp_path):
    root, model = tmp_path / "bundle", tmp_path / "model.pt"
    shutil.copytree(bundle_folder(SCREENING_BUNDLE) / "configs", root / "configs")
    model.write_bytes(b"weights")
    versions = [Algorithm.of_bundle(root, [model]).version]
    config = root / "configs" / "inference.json"
    config.write_text(config.read_text().replace("256", "320"))
    versions.append(Algorithm.of_bundle(root, [model]).version)
    model.write_bytes(b"other weights")
    versions.append(Algorithm.of_bundle(root, [model]).version)
    assert len(set(versions)) == 3
    assert versions[0].startswith("0.")
    assert Algorithm.of_bundle(root, [model, None]).version == versions[-1]


def test_version_fits_into_dicom(tmp_path):
    """Network, view check and classifier have twelve digits each; with a site scale, all have fewer."""
    root, model = bundle_folder(SCREENING_BUNDLE), tmp_path / "model.pt"
    model.write_bytes(b"weights")
    for models, digits in (([model] * 3, 12), ([model] * 4, 10)):
        version = Algorithm.of_bundle(root, models).version
        assert len(version) <= 64
        assert [len(part) for part in version.split()[1:]] == [digits] * (len(models) + 1)


def test_no_file_is_opened_before_the_version_is_read(tmp_path):
    algorithm = Algorithm.of_bundle(tmp_path / "nowhere", [tmp_path / "model.pt"])
    assert algorithm.name == "nowhere"
    with pytest.raises(FileNotFoundError):
        _ = algorithm.version


def test_version_is_computed_once():
    asked = []
    algorithm = Algorithm("model", lambda: asked.append(1) or "1.0")
    assert algorithm.version == algorithm.version == "1.0" and len(asked) == 1
