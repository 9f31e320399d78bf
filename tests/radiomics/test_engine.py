"""The engine gives pyradiomics' own values, in two dimensions only."""

import numpy as np
import pytest
import SimpleITK as sitk
from radiomics.featureextractor import RadiomicsFeatureExtractor

from chestxr.radiomics import DEFAULT_SETTINGS, FeatureEngine, lung_frame, lung_regions
from tests.phantom import chest_film


@pytest.fixture(scope="module")
def engine() -> FeatureEngine:
    return FeatureEngine()


@pytest.fixture(scope="module")
def frame():
    return lung_frame(*chest_film((192, 224), seed=1), size=128)


def test_the_expected_features_are_measured(engine):
    assert len(engine.feature_names) == 9 + 4 * 93
    assert {name.split(".")[0] for name in engine.feature_names} == {"original", *(f"log-{s}px" for s in (2, 4, 8))}
    assert not any("mm" in name for name in engine.feature_names)


def test_every_region_has_the_values_of_a_stock_extraction(engine, frame):
    regions = lung_regions(frame.labels)
    measured = engine(frame.film, regions)
    stock = RadiomicsFeatureExtractor(str(DEFAULT_SETTINGS), additionalInfo=False)
    image = sitk.GetImageFromArray(frame.film.T.astype(np.float64))
    for name in ("lungs", "left_lung", "right_upper"):
        mask = sitk.GetImageFromArray(regions[name].T.astype(np.uint8))
        expected = [float(value) for value in stock.execute(image, mask).values()]
        np.testing.assert_allclose(list(measured[name].values()), expected, rtol=1e-9, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("line", ["force2D: true", "normalize: true", "resampledPixelSpacing: [2, 2]"])
def test_settings_that_are_silently_wrong_are_refused(tmp_path, line):
    path = tmp_path / "settings.yaml"
    path.write_text(f"imageType:\n  Original: {{}}\nfeatureClass:\n  firstorder:\nsetting:\n  {line}\n")
    with pytest.raises(ValueError, match=line.split(":")[0]):
        FeatureEngine(path)


def test_a_file_of_another_kind_is_refused(tmp_path):
    path = tmp_path / "settings.yaml"
    path.write_text("kidneys: 2\n")
    with pytest.raises(ValueError, match=r"settings\.yaml: not a parameter file"):
        FeatureEngine(path)


@pytest.mark.parametrize("pixels", [0, 1, 5])
def test_a_region_without_two_dimensions_is_refused(engine, frame, pixels):
    line = np.zeros(frame.film.shape, bool)
    line[40, 40 : 40 + pixels] = True
    with pytest.raises(ValueError, match=f"right_upper: {pixels} pixels in a line or none"):
        engine(frame.film, {"right_upper": line})
