"""The engine reproduces the values of pyradiomics, in two dimensions only."""

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
from chestxr.radiomics.binned_region import BinnedRegion
from chestxr.radiomics.fine_structure import FINE_SETTINGS
from chestxr.radiomics.first_order import first_order
from tests.phantom import chest_film


@pytest.fixture(scope="module")
def engine() -> FeatureEngine:
    return FeatureEngine()


@pytest.fixture(scope="module")
def frame():
    return lung_frame(*chest_film((192, 224), seed=1), size=128)


def test_default_settings_give_the_expected_features(engine):
    assert len(engine.feature_names) == 9 + 4 * 93
    assert {name.split(".")[0] for name in engine.feature_names} == {"original", *(f"log-{s}px" for s in (2, 4, 8))}
    assert not any("mm" in name for name in engine.feature_names)


@pytest.fixture(scope="module")
def real_frame():
    """Return the demo film with two ellipses as lungs: unlike a phantom's, its values are on bin edges."""
    film, _ = read_film(get_testdata_file("RG1_UNCR.dcm", download=False))
    x, y = np.mgrid[: film.shape[0], : film.shape[1]] / np.array(film.shape)[:, None, None]
    lungs = [((x - middle) / 0.16) ** 2 + ((y - 0.45) / 0.33) ** 2 < 1 for middle in (0.29, 0.71)]
    return lung_frame(film, (lungs[0] + 2 * lungs[1]).astype(np.uint8), size=128)


@pytest.mark.parametrize(("film", "settings"), product(("frame", "real_frame"), (DEFAULT_SETTINGS, FINE_SETTINGS)))
def test_every_region_equals_a_plain_extraction(film, settings, request):
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


def _odd_regions() -> dict[str, np.ndarray]:
    """Return regions of a film of 24 x 20 px whose matrices differ in levels, directions, runs and zones."""
    columns, rows = np.mgrid[:24, :20]
    return {
        "all": columns >= 0,
        "flat": columns < 6,
        "two levels": (columns >= 4) & (columns < 8),
        "four pixels": (columns < 22) & (columns > 19) & (rows < 2),
        "diagonal": columns == rows,
        "chessboard": (columns + rows) % 2 == 0,
        "two rows": (rows == 3) | (rows == 17),
    }


@pytest.mark.parametrize("one_by_one", [False, True])
def test_stacked_matrices_of_odd_regions_equal_a_plain_extraction(one_by_one, engine):
    """Regions of one grey level, without pairs of pixels in some directions, and of few pixels."""
    film = np.random.default_rng(0).random((24, 20))
    film[:6] = 0.5
    regions = _odd_regions()
    groups = [{name: region} for name, region in regions.items()] if one_by_one else [regions]
    measured = {name: found for group in groups for name, found in engine(film, group).items()}
    stock = RadiomicsFeatureExtractor(str(DEFAULT_SETTINGS), additionalInfo=False)
    image = sitk.GetImageFromArray(film.T)
    for name, region in regions.items():
        expected = [float(v) for v in stock.execute(image, sitk.GetImageFromArray(region.T.astype(np.uint8))).values()]
        np.testing.assert_allclose(list(measured[name].values()), expected, rtol=1e-9, atol=1e-12, err_msg=name)


@pytest.mark.parametrize(
    "values", [np.full(50, 0.3, np.float32), np.arange(60) / 25, np.random.default_rng(0).normal(size=500)]
)
@pytest.mark.parametrize("settings", [{"binWidth": 0.04}, {"binWidth": 0.04, "voxelArrayShift": 3}, {"binCount": 12}])
def test_first_order_equals_pyradiomics(values, settings):
    """A constant region, values on bin edges, and values of both signs."""
    pixels = np.resize(values, (2, len(values) // 2))
    images = (sitk.GetImageFromArray(array) for array in (pixels, np.ones(pixels.shape, np.uint8)))
    expected = RadiomicsFirstOrder(*images, **settings).execute()
    found = first_order(pixels.ravel(), settings)
    assert list(found) == list(expected)
    np.testing.assert_allclose(list(found.values()), [float(v) for v in expected.values()], rtol=1e-9, atol=1e-12)


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.01, 0.02, 0.04]), st.sampled_from([np.float32, np.float64]))
def test_grey_levels_equal_pyradiomics(seed, width, precision):
    """Filtered images are in single precision, where the last digit decides on which side of an edge a value is."""
    pixels = np.random.default_rng(seed).normal(scale=0.1, size=(9, 9)).round(2).astype(precision)
    mask = np.random.default_rng(seed + 1).random((9, 9)) < 0.8
    expected, _ = imageoperations.binImage(pixels, mask, binWidth=width)
    np.testing.assert_array_equal(BinnedRegion(pixels, mask, {"binWidth": width}).levels, expected)


def test_no_feature_class_modifies_the_masks(engine, frame):
    """The C code of pyradiomics marks visited pixels in its mask."""
    regions = lung_regions(frame.labels)
    first, again = engine(frame.film, regions), engine(frame.film, regions)
    assert first == again


@pytest.mark.parametrize("line", ["force2D: true", "normalize: true", "resampledPixelSpacing: [2, 2]"])
def test_silently_wrong_settings_raise(tmp_path, line):
    path = tmp_path / "settings.yaml"
    path.write_text(f"imageType:\n  Original: {{}}\nfeatureClass:\n  firstorder:\nsetting:\n  {line}\n")
    with pytest.raises(ValueError, match=line.split(":")[0]):
        FeatureEngine(path)


def test_invalid_parameter_file_raises(tmp_path):
    path = tmp_path / "settings.yaml"
    path.write_text("kidneys: 2\n")
    with pytest.raises(ValueError, match=r"settings\.yaml: not a parameter file"):
        FeatureEngine(path)


@pytest.mark.parametrize("pixels", [0, 1, 5])
def test_empty_or_one_dimensional_region_raises(engine, frame, pixels):
    line = np.zeros(frame.film.shape, bool)
    line[40, 40 : 40 + pixels] = True
    with pytest.raises(ValueError, match=f"right_upper: {pixels} pixels in a line or none"):
        engine(frame.film, {"right_upper": line})
