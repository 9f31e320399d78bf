"""A run whose films are unlike those of its site gives a warning; one that is like them does not."""

import numpy as np
import pytest

from chestxr.bundle import SCREENING_BUNDLE, bundle_folder
from chestxr.bundle.entry import bundle_entry
from chestxr.screening.drift import Drift, DriftWatch
from chestxr.tuberculosis.site_threshold import SiteThreshold
from chestxr.utils.provenance import sha256

BUNDLE = bundle_folder(SCREENING_BUNDLE)
LIMIT = bundle_entry(BUNDLE, "most_outlying_features")


def _drift(unlike: int, like: int, **settings) -> Drift:
    drift = Drift(BUNDLE, **settings)
    for value in np.repeat([LIMIT + 0.01, LIMIT], [unlike, like]):
        drift.add(value)
    return drift


def _threshold(path, unlike: int, films: int) -> str:
    classifier = sha256(bundle_entry(BUNDLE, "classifier"))
    SiteThreshold(0.5, "sensitivity 0.9 or more", films // 2, films - films // 2, unlike, classifier).save(path)
    return str(path)


def test_warning_states_numbers_and_what_to_do():
    assert _drift(15, 35).warning() == (
        "15 of 50 films are unlike those that the classifier was trained on (usual: up to 5%): scores and threshold "
        "may not hold; for films of this site, run chestxr tb adapt and chestxr tb calibrate"
    )


@pytest.mark.parametrize(("unlike", "like"), [(0, 0), (19, 0), (2, 48), (6, 94)])
def test_few_films_and_usual_shares_give_none(unlike, like):
    assert _drift(unlike, like).warning() == ""


def test_usual_share_of_the_site_counts(tmp_path):
    path = _threshold(tmp_path / "threshold.json", 30, 100)
    assert _drift(15, 35, site_threshold=path).warning() == ""
    assert "the site's threshold was set on (usual: up to 40%)" in _drift(40, 10, site_threshold=path).warning()


@pytest.mark.parametrize(("share", "films"), [(0.03, 100), (0.1, 30), (0.3, 30)])
def test_false_alarms_are_rare(tmp_path, share, films):
    """Calibrations of few films, each followed by a run of 500 films of the same site."""
    random, alarms = np.random.default_rng(0), 0
    for number in range(200):
        path = _threshold(tmp_path / f"{number}.json", int(random.binomial(films, share)), films)
        drift = Drift(BUNDLE, site_threshold=path)
        drift.films, drift.unlike = 500, int(random.binomial(500, share))
        alarms += drift.warning() != ""
    assert alarms <= 4


def test_film_without_a_score_does_not_count():
    drift = Drift(BUNDLE)
    drift.add(None)
    drift.add(float("nan"))
    assert drift.films == 0


def test_blocks_are_judged_once_and_continue_after_a_restart(tmp_path):
    path = tmp_path / "drift.json"
    for start in range(0, 100, 25):
        watch = DriftWatch(path, "key", BUNDLE)
        for _ in range(start, start + 25):
            assert watch.take_warning() == ""
            watch.add(LIMIT + 0.01)
    assert watch.take_warning().startswith("100 of 100 films")
    assert watch.take_warning() == ""
    watch.add(LIMIT)
    assert DriftWatch(path, "key", BUNDLE)._drift.films == 1
    assert DriftWatch(path, "other models", BUNDLE)._drift.films == 0
