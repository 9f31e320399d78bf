"""Saturated or narrowly windowed lungs raise an error, and time and memory per film are bounded."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from typer.testing import CliRunner

from chestxr.cli import app
from chestxr.data import open_collection
from chestxr.io import read_mask
from chestxr.radiomics import DEFAULT_SETTINGS, FeatureEngine, FilmFeatures, lung_frame, read_feature_table
from chestxr.radiomics.first_order import histogram_edges
from chestxr.radiomics.lung_contrast import LungContrast
from tests.phantom import chest_film

FILM, LABELS = chest_film((256, 288), seed=4)
LUNGS = LABELS > 0


def _levels(count):
    """Quantise the lungs to equally frequent levels, like a narrow window or a scanner of low bit depth."""
    steps = np.searchsorted(np.quantile(FILM[LUNGS], np.arange(1, count) / count), FILM) / count
    return np.where(LUNGS, FILM[LUNGS].min() + steps * np.ptp(FILM[LUNGS]), FILM)


def _flat(share):
    """Saturate a fraction of the lungs' pixels."""
    return np.where(LUNGS & (np.quantile(FILM[LUNGS], 1 - share) < FILM), FILM.max(), FILM)


@pytest.mark.parametrize(
    ("film", "said"),
    [
        (np.where(LUNGS, 255.0, FILM), "all of one value"),
        (_flat(0.6), "all of one value, or most of them"),
        (_levels(4), "hardly any contrast: about 4 different values"),
        (_levels(16), "about 16 different values; expected a film on which the lungs have some contrast"),
        (np.where(LUNGS, 0.01 * FILM, FILM), "hardly any contrast: .*% of that of the film around them"),
    ],
)
def test_lungs_without_contrast_raise(film, said):
    with pytest.raises(ValueError, match=said):
        lung_frame(film, LABELS)


def test_single_pixels_do_not_count_as_contrast():
    film = np.where(LUNGS, 7.0, FILM)
    film[np.argwhere(LUNGS)[::40, 0], np.argwhere(LUNGS)[::40, 1]] = np.linspace(0, 4000, len(np.argwhere(LUNGS)[::40]))
    with pytest.raises(ValueError, match="all of one value"):
        lung_frame(film, LABELS)


def test_partly_saturated_lungs_are_accepted():
    assert lung_frame(_flat(0.3), LABELS).contrast.commonest_value < 0.5


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.floats(1, 1e30), st.floats(0, 0.4))
def test_grey_levels_are_bounded_for_any_pixel_values(seed, peak, share):
    random = np.random.default_rng(seed)
    film = np.where(random.random(FILM.shape) < share / 10, peak * random.standard_normal(FILM.shape), FILM)
    try:
        frame = lung_frame(film, LABELS)
    except ValueError:
        return
    assert frame.film.min() >= -3 and frame.film.max() <= 4
    engine = FeatureEngine(DEFAULT_SETTINGS)
    width = engine._extractor.enabledImagetypes["Original"]["binWidth"]
    assert len(histogram_edges(np.sort(frame.film.ravel()), {"binWidth": width})) <= 1000


@pytest.mark.parametrize("setting", [{"binWidth": 1e-4}, {"binCount": 5000}])
def test_settings_with_too_many_grey_levels_raise(setting):
    with pytest.raises(ValueError, match=r"grey levels in one region; expected 1000 at most; set a larger binWidth"):
        histogram_edges(np.linspace(0, 1, 100), setting)


def test_saturated_film_does_not_stop_the_others(collection, tmp_path):
    films = tmp_path / "films"
    (films / "masks").mkdir(parents=True)
    good = open_collection(collection).films[0]
    lungs = read_mask(good.masks)[0].T > 0
    picture = np.array(Image.open(good.image).convert("L"))
    for name, pixels in {"healthy": picture, "burnt_out": np.where(lungs, 255, picture).astype(np.uint8)}.items():
        Image.fromarray(pixels).save(films / f"{name}.png")
        (films / "masks" / f"{name}.png").write_bytes(good.masks[0].read_bytes())
    out = tmp_path / "features.csv"
    result = CliRunner().invoke(app, ["features", str(films), "--out", str(out), "--cache", str(tmp_path / "cache")])
    assert result.exit_code == 1, result.output
    errors = read_feature_table(out).set_index("film")["error"]
    assert errors["healthy"] == "" and "the lungs are all of one value" in errors["burnt_out"]


def test_clipping_does_not_change_ordinary_lungs(monkeypatch):
    measure = FilmFeatures()
    bounded = measure(FILM, LABELS)
    monkeypatch.setattr("chestxr.radiomics.lung_coordinates._RANGE", (-np.inf, np.inf))
    assert measure(FILM, LABELS) == pytest.approx(bounded, nan_ok=True, rel=0)


_MEASURED = """
import resource, sys, time
import numpy as np
from chestxr.radiomics import FilmFeatures
film, labels = np.load(sys.argv[1]).values()
measure = FilmFeatures()
start = time.process_time()
assert np.isfinite(list(measure(film, labels).values())).any()
print(time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def _cost(film, path):
    """Return the CPU seconds and the peak memory in MiB of measuring a film in a separate process."""
    np.savez(path, film=film, labels=LABELS)
    done = subprocess.run([sys.executable, "-c", _MEASURED, str(path)], capture_output=True, text=True, check=True)
    return map(float, done.stdout.split())


def test_outlying_pixels_do_not_raise_time_and_memory(tmp_path):
    """White and black specks far beyond the lungs' intensities, like metal and faulty pixels."""
    random = np.random.default_rng(0)
    specks = np.kron(random.choice([-1, 0, 1], size=(64, 72), p=[0.004, 0.992, 0.004]), np.ones((4, 4)))
    seconds, memory = _cost(FILM, tmp_path / "ordinary.npz")
    most_seconds, most_memory = _cost(FILM + 1e4 * np.ptp(FILM) * specks, tmp_path / "specks.npz")
    assert most_seconds < 20 * seconds
    assert most_memory < memory + 1024


@pytest.mark.parametrize("count", [1, 2, 50, 100, 101, 12345])
def test_percentiles_of_ordered_values_are_numpys(count):
    lungs = np.sort(np.random.default_rng(count).normal(size=count).round(1).astype(np.float32))
    percentiles = np.percentile(lungs, np.arange(1, 100), method="nearest")
    found = LungContrast.of(lungs, np.inf, np.array([0.0, 1.0]))
    _, counts = np.unique(percentiles, return_counts=True)
    assert found.different_values == len(counts) and found.commonest_value == counts.max() / 99
    assert found.relative == pytest.approx((percentiles[89] - percentiles[9]) / 0.9)
