"""Features of one film: names, values, missing lungs and the settings hash."""

import numpy as np
import pytest

from chestxr.radiomics import FilmFeatures, LungFeaturesd
from chestxr.radiomics.size_normalisation import normalise_size
from chestxr.utils.lung_regions import HALF_ZONES, REGIONS
from tests.phantom import chest_film

FAST = "imageType:\n  Original:\n    binWidth: 0.04\nfeatureClass:\n  shape2D:\n  firstorder:\n  glcm:\n"


@pytest.fixture(scope="module")
def fast_settings(tmp_path_factory):
    path = tmp_path_factory.mktemp("settings") / "fast.yaml"
    path.write_text(FAST)
    return path


@pytest.fixture(scope="module")
def measure(fast_settings) -> FilmFeatures:
    return FilmFeatures(fast_settings, frame_size=128)


def test_values_follow_the_names(measure):
    found = measure(*chest_film((160, 180), seed=0))
    assert tuple(found) == measure.names and all(np.isfinite(list(found.values())))
    assert found["right_lung.original.shape2D.AreaShare"] + found["left_lung.original.shape2D.AreaShare"] == 1.0


def test_opacity_in_one_zone_changes_features_of_that_zone(measure):
    film, labels = chest_film((160, 180), seed=0)
    shadowed = film.copy()
    right = np.argwhere(labels == 1)
    top = right[:, 1].min()
    shadowed[(labels == 1) & (np.arange(180) < top + 30)[None]] += 120
    mean = "original.firstorder.Mean"
    before, after = measure(film, labels), measure(shadowed, labels)
    assert after[f"right_upper.{mean}"] > before[f"right_upper.{mean}"] + 0.1
    assert after[f"upper_difference.{mean}"] > 3 * before[f"upper_difference.{mean}"]
    assert after[f"zone_highest.{mean}"] == after[f"right_upper.{mean}"]


def test_only_features_of_a_missing_lung_are_nan(measure):
    film, labels = chest_film((160, 180), seed=0)
    found = measure(film, np.where(labels == 2, 0, labels))
    lost = {name.split(".")[0] for name, value in found.items() if np.isnan(value)}
    kept = {name.split(".")[0] for name, value in found.items() if np.isfinite(value)}
    assert kept == {"lungs", *(place for place in (*REGIONS, *HALF_ZONES) if place.startswith("right"))}
    assert lost == {place.split(".")[0] for place in measure.names} - kept


def test_every_setting_changes_the_hash(fast_settings, tmp_path, measure):
    other = tmp_path / "other.yaml"
    other.write_text(FAST.replace("0.04", "0.05"))
    hashes = {
        measure.settings_hash,
        FilmFeatures(other, frame_size=128).settings_hash,
        FilmFeatures(fast_settings, frame_size=96).settings_hash,
        FilmFeatures(fast_settings, frame_size=128, margin=0.1).settings_hash,
        FilmFeatures(fast_settings, frame_size=128, percentiles=(5, 95)).settings_hash,
    }
    assert len(hashes) == 5
    assert FilmFeatures(fast_settings, frame_size=128).settings_hash == measure.settings_hash


def test_chosen_regions_and_images_have_the_same_values(measure, fast_settings):
    film, labels = chest_film((160, 180), seed=0)
    everything = measure(film, labels)
    for chosen in ({"regions": ["left_upper"]}, {"images": ["rank"]}, {"regions": REGIONS, "images": ["original"]}):
        part = FilmFeatures(fast_settings, frame_size=128, **chosen)
        assert part(film, labels) == {name: everything[name] for name in part.names}
        assert 0 < len(part.names) < len(measure.names) and part.settings_hash != measure.settings_hash
        assert {name.split(".")[0] for name in part.names} >= set(chosen.get("regions", REGIONS))


@pytest.mark.parametrize("chosen", [{"regions": ["heart"]}, {"images": ["ranks"]}])
def test_unknown_region_or_image_raises(chosen):
    with pytest.raises(ValueError, match="expected some of"):
        FilmFeatures(**chosen)


def test_normalised_sums_do_not_grow_with_the_region():
    from scipy.ndimage import gaussian_filter

    from chestxr.radiomics import FeatureEngine

    engine = FeatureEngine()
    # Both regions have the same number of grey levels, so that only the size differs.
    noise = np.clip(gaussian_filter(np.random.default_rng(0).normal(size=(200, 200)), 1.5) * 8 + 0.5, 0, 1)
    found = []
    for side in (80, 160):
        regions = {"lungs": np.pad(np.ones((side, side), bool), (10, 190 - side))}
        found.append({name: value for _, name, value in normalise_size(engine(noise, regions), regions)})
    for name in (
        "firstorder.Energy",
        "glrlm.RunLengthNonUniformity",
        "glrlm.GrayLevelNonUniformity",
        "glszm.SizeZoneNonUniformity",
        "gldm.DependenceNonUniformity",
        "ngtdm.Coarseness",
        "ngtdm.Busyness",
        "ngtdm.Strength",
    ):
        assert found[1][f"original.{name}"] == pytest.approx(found[0][f"original.{name}"], rel=0.25), name


def test_transform_adds_features_or_the_error(fast_settings, measure):
    film, labels = chest_film((160, 180), seed=0)
    transform = LungFeaturesd("film", lungs_key="lungs", settings=fast_settings, frame_size=128)
    item = transform({"film": film[None], "lungs": labels[None], "kept": 1})
    assert item["features"] == measure(film, labels) and item["features_error"] is None and item["kept"] == 1
    item = transform({"film": film[None], "lungs": 0 * labels[None]})
    assert item["features"] == {} and "empty mask" in str(item["features_error"])
