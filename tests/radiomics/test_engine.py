"""The engine gives pyradiomics' own values, in two dimensions only."""

from itertools import product

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given
from hypothesis import strategies as st
from pydicom.data import get_testdata_file
from radiomics import imageoperations
from radiomics.featureextractor import RadiomicsFeatureExtractor
from radiomics.firstorder import RadiomicsFirstOrder

from chestxr.io import read_film
from chestxr.radiomics import DEFAULT_SETTINGS, FeatureEngine, lung_frame, lung_regions
from chestxr.radiomics.fine_structure import FINE_SETTINGS
from chestxr.radiomics.first_order import first_order
from chestxr.radiomics.texture import BinnedRegion
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


@pytest.fixture(scope="module")
def real_frame():
    """The demo film with two ellipses for lungs: its values lie on the edges of grey levels, as a phantom's do not."""
    film, _ = read_film(get_testdata_file("RG1_UNCR.dcm", download=False))
    x, y = np.mgrid[: film.shape[0], : film.shape[1]] / np.array(film.shape)[:, None, None]
    lungs = [((x - middle) / 0.16) ** 2 + ((y - 0.45) / 0.33) ** 2 < 1 for middle in (0.29, 0.71)]
    return lung_frame(film, (lungs[0] + 2 * lungs[1]).astype(np.uint8), size=128)


@pytest.mark.parametrize(("film", "settings"), product(("frame", "real_frame"), (DEFAULT_SETTINGS, FINE_SETTINGS)))
def test_every_region_has_the_values_of_a_stock_extraction(film, settings, request):
    frame = request.getfixturevalue(film)
    regions = lung_regions(frame.labels)
    before = {name: region.copy() for name, region in regions.items()}
    measured = FeatureEngine(settings)(frame.film, regions)
    stock = RadiomicsFeatureExtractor(str(settings), additionalInfo=False)
    image = sitk.GetImageFromArray(frame.film.T.astype(np.float64))
    assert len(regions) == 9
    for name, region in regions.items():
        assert (region == before[name]).all()
        mask = sitk.GetImageFromArray(region.T.astype(np.uint8))
        expected = [float(value) for value in stock.execute(image, mask).values()]
        np.testing.assert_allclose(list(measured[name].values()), expected, rtol=1e-9, atol=1e-12, err_msg=name)


@pytest.mark.parametrize(
    "values", [np.full(50, 0.3, np.float32), np.arange(60) / 25, np.random.default_rng(0).normal(size=500)]
)
@pytest.mark.parametrize("settings", [{"binWidth": 0.04}, {"binWidth": 0.04, "voxelArrayShift": 3}, {"binCount": 12}])
def test_first_order_is_that_of_pyradiomics(values, settings):
    """A flat region, values on the edges of grey levels, and values of either sign."""
    pixels = np.resize(values, (2, len(values) // 2))
    images = (sitk.GetImageFromArray(array) for array in (pixels, np.ones(pixels.shape, np.uint8)))
    expected = RadiomicsFirstOrder(*images, **settings).execute()
    found = first_order(pixels.ravel(), settings)
    assert list(found) == list(expected)
    np.testing.assert_allclose(list(found.values()), [float(v) for v in expected.values()], rtol=1e-9, atol=1e-12)


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.01, 0.02, 0.04]), st.sampled_from([np.float32, np.float64]))
def test_grey_levels_are_those_of_pyradiomics(seed, width, precision):
    """In single precision, in which filtered images come, too: its last digit tells the sides of an edge apart."""
    pixels = np.random.default_rng(seed).normal(scale=0.1, size=(9, 9)).round(2).astype(precision)
    mask = np.random.default_rng(seed + 1).random((9, 9)) < 0.8
    expected, _ = imageoperations.binImage(pixels, mask, binWidth=width)
    np.testing.assert_array_equal(BinnedRegion(pixels, mask, {"binWidth": width}).levels, expected)


def test_regions_are_left_as_they_were_by_every_family(engine, frame):
    """pyradiomics' C code marks what it has seen in the mask that it is given."""
    regions = lung_regions(frame.labels)
    first, again = engine(frame.film, regions), engine(frame.film, regions)
    assert first == again


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
