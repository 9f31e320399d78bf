"""A run whose films are unlike those of its site gives a warning; one that is like them does not."""

import numpy as np
import pytest

from chestxr.bundle import SCREENING_BUNDLE, bundle_folder
from chestxr.bundle.entry import bundle_entry
from chestxr.screening.drift import DriftWatch
from chestxr.tuberculosis.site_threshold import SiteThreshold
from chestxr.utils.provenance import sha256

BUNDLE = bundle_folder(SCREENING_BUNDLE)
LIMIT = bundle_entry(BUNDLE, "most_outlying_features")


def _watched(unlike: int, like: int, **settings) -> DriftWatch:
    watch = DriftWatch(BUNDLE, **settings)
    for value in np.repeat([LIMIT + 0.01, LIMIT], [unlike, like]):
        watch.add(value)
    return watch


def test_warning_states_numbers_and_what_to_do():
    assert _watched(15, 35).warning() == (
        "15 of 50 films are unlike those that the classifier was trained on (usual: 5%): scores and threshold may not "
        "hold; for films of this site, run chestxr tb adapt and chestxr tb calibrate"
    )


@pytest.mark.parametrize(("unlike", "like"), [(0, 0), (19, 0), (2, 48), (6, 94)])
def test_few_films_and_usual_shares_give_none(unlike, like):
    assert _watched(unlike, like).warning() == ""


def test_usual_share_of_the_site_counts(tmp_path):
    path = tmp_path / "threshold.json"
    classifier = sha256(bundle_entry(BUNDLE, "classifier"))
    SiteThreshold(0.5, "sensitivity 0.9 or more", 30, 40, 0.3, classifier).save(path)
    assert _watched(15, 35, site_threshold=str(path)).warning() == ""
    assert "the site's threshold was set on (usual: 30%)" in _watched(30, 20, site_threshold=str(path)).warning()


def test_only_the_latest_films_count_in_a_window():
    watch = DriftWatch(BUNDLE, window=40)
    for value in [*[LIMIT + 0.01] * 40, *[LIMIT] * 40]:
        watch.add(value)
    assert (watch.films, watch.unlike) == (40, 0)


def test_film_without_a_score_does_not_count():
    watch = DriftWatch(BUNDLE)
    watch.add(None)
    watch.add(float("nan"))
    assert watch.films == 0 and watch.share == 0
