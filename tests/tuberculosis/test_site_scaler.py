"""Site scaling removes shifts between sites, without labels."""

import numpy as np
import pandas as pd
import pytest

from chestxr.tuberculosis.site_scaler import SiteScaler


@pytest.fixture
def films() -> pd.DataFrame:
    values = np.random.default_rng(0).normal(size=(40, 3))
    return pd.DataFrame(values, columns=["a", "b", "constant"]).assign(constant=2.0)


def test_shift_and_scale_of_a_site_are_removed(films):
    elsewhere = 3 * films + 7
    here = SiteScaler.fit(films, "hash")(films)
    there = SiteScaler.fit(elsewhere, "hash")(elsewhere)
    pd.testing.assert_frame_equal(here[["a", "b"]], there[["a", "b"]])
    assert here["a"].median() == pytest.approx(0) and (here["constant"] == 0).all()


def test_saved_scaler_reads_back(films, tmp_path):
    scale = SiteScaler.fit(films, "hash")
    scale.save(tmp_path / "site.json")
    loaded = SiteScaler.load(tmp_path / "site.json", "hash")
    assert loaded.films == 40
    pd.testing.assert_frame_equal(loaded(films), scale(films))


def test_other_settings_broken_files_few_films_and_unknown_features_raise(films, tmp_path):
    SiteScaler.fit(films, "hash").save(tmp_path / "site.json")
    with pytest.raises(ValueError, match="scale of features from the settings hash; expected other"):
        SiteScaler.load(tmp_path / "site.json", "other")
    (tmp_path / "cut.json").write_text((tmp_path / "site.json").read_text()[:-30])
    with pytest.raises(ValueError, match="not a site's scale"):
        SiteScaler.load(tmp_path / "cut.json")
    with pytest.raises(ValueError, match="expected 10 or more"):
        SiteScaler.fit(films[:9], "hash")
    with pytest.raises(ValueError, match="1 features, b among them, are not in the site's scale"):
        SiteScaler.fit(films.drop(columns="b"), "hash")(films)


def test_outlier_with_a_tiny_spread_stays_finite():
    films = pd.DataFrame({"a": [*(1 + 1e-300 * np.arange(19)), 1e200]}, index=[f"film{i}" for i in range(20)])
    films["b"] = [*(1e-300 * np.arange(19)), 1.0]
    standardised = SiteScaler.fit(films, "hash")(films).to_numpy(np.float32)
    assert np.isfinite(standardised).all() and standardised[-1].tolist() == [5.0, 1.0]


def test_missing_values_are_left_out_and_a_feature_that_no_film_has_stays_missing(films):
    some = films.assign(empty=np.nan)
    some.loc[::3, "a"] = np.nan
    scale = SiteScaler.fit(some, "hash").scale
    known = some["a"].dropna()
    assert scale.loc["median", "a"] == known.median()
    assert scale.loc["spread", "a"] == pytest.approx(known.quantile(0.75) - known.quantile(0.25), abs=0)
    assert scale["empty"].tolist() == [0, 1]
    assert SiteScaler.fit(some, "hash")(some)["empty"].isna().all()
