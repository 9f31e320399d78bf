"""Features agree with mirp, an independent implementation of the same definitions."""

import numpy as np
import pytest
from mirp import extract_features

from chestxr.radiomics import FeatureEngine, lung_frame, lung_regions
from tests.phantom import chest_film

pytestmark = pytest.mark.slow

LEVELS = 16
STATISTICS = {
    "firstorder.Mean": "stat_mean",
    "firstorder.Variance": "stat_var",
    "firstorder.Skewness": "stat_skew",
    "firstorder.Median": "stat_median",
    "firstorder.Minimum": "stat_min",
    "firstorder.10Percentile": "stat_p10",
    "firstorder.90Percentile": "stat_p90",
    "firstorder.Maximum": "stat_max",
    "firstorder.InterquartileRange": "stat_iqr",
    "firstorder.Range": "stat_range",
    "firstorder.MeanAbsoluteDeviation": "stat_mad",
    "firstorder.RobustMeanAbsoluteDeviation": "stat_rmad",
    "firstorder.Energy": "stat_energy",
    "firstorder.RootMeanSquared": "stat_rms",
}
GLCM = {
    "MaximumProbability": "joint_max",
    "JointAverage": "joint_avg",
    "SumSquares": "joint_var",
    "JointEntropy": "joint_entr",
    "DifferenceAverage": "diff_avg",
    "DifferenceVariance": "diff_var",
    "DifferenceEntropy": "diff_entr",
    "SumAverage": "sum_avg",
    "SumEntropy": "sum_entr",
    "JointEnergy": "energy",
    "Contrast": "contrast",
    "Id": "inv_diff",
    "Idn": "inv_diff_norm",
    "Idm": "inv_diff_mom",
    "Idmn": "inv_diff_mom_norm",
    "InverseVariance": "inv_var",
    "Correlation": "corr",
    "Autocorrelation": "auto_corr",
    "ClusterTendency": "clust_tend",
    "ClusterShade": "clust_shade",
    "ClusterProminence": "clust_prom",
    "Imc1": "info_corr1",
    "Imc2": "info_corr2",
}
RUNS_AND_ZONES = {
    ("ShortRunEmphasis", "SmallAreaEmphasis"): ("sre", "sze"),
    ("LongRunEmphasis", "LargeAreaEmphasis"): ("lre", "lze"),
    ("LowGrayLevelRunEmphasis", "LowGrayLevelZoneEmphasis"): ("lgre", "lgze"),
    ("HighGrayLevelRunEmphasis", "HighGrayLevelZoneEmphasis"): ("hgre", "hgze"),
    ("GrayLevelNonUniformity", "GrayLevelNonUniformity"): ("glnu", "glnu"),
    ("GrayLevelNonUniformityNormalized", "GrayLevelNonUniformityNormalized"): ("glnu_norm", "glnu_norm"),
    ("RunLengthNonUniformity", "SizeZoneNonUniformity"): ("rlnu", "zsnu"),
    ("RunPercentage", "ZonePercentage"): ("r_perc", "z_perc"),
    ("GrayLevelVariance", "GrayLevelVariance"): ("gl_var", "gl_var"),
    ("RunVariance", "ZoneVariance"): ("rl_var", "zs_var"),
    ("RunEntropy", "ZoneEntropy"): ("rl_entr", "zs_entr"),
}
NGTDM = ("Coarseness", "Contrast", "Busyness", "Complexity", "Strength")
GLDM = {
    "SmallDependenceEmphasis": "lde",
    "LargeDependenceEmphasis": "hde",
    "LowGrayLevelEmphasis": "lgce",
    "HighGrayLevelEmphasis": "hgce",
    "GrayLevelNonUniformity": "glnu",
    "DependenceNonUniformity": "dcnu",
    "GrayLevelVariance": "gl_var",
    "DependenceVariance": "dc_var",
    "DependenceEntropy": "dc_entr",
}


def _pairs() -> dict[str, str]:
    """Map names in pyradiomics to names in mirp, for features with the same definition."""
    pairs = dict(STATISTICS)
    pairs |= {f"glcm.{ours}": f"cm_{theirs}_d1_2d_avg_fbn_n{LEVELS}" for ours, theirs in GLCM.items()}
    for (run, zone), (their_run, their_zone) in RUNS_AND_ZONES.items():
        pairs[f"glrlm.{run}"] = f"rlm_{their_run}_2d_avg_fbn_n{LEVELS}"
        pairs[f"glszm.{zone}"] = f"szm_{their_zone}_2d_fbn_n{LEVELS}"
    pairs |= {f"ngtdm.{name}": f"ngt_{name.lower()}_2d_fbn_n{LEVELS}" for name in NGTDM}
    return pairs | {f"gldm.{ours}": f"ngl_{theirs}_d1_a0.0_2d_fbn_n{LEVELS}" for ours, theirs in GLDM.items()}


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    settings = tmp_path_factory.mktemp("settings") / "levels.yaml"
    families = "\n".join(f"  {name}:" for name in ("firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm"))
    settings.write_text(
        f"imageType:\n  Original: {{}}\nfeatureClass:\n{families}\nsetting:\n  binCount: {LEVELS}\n  distances: [1]\n"
    )
    frame = lung_frame(*chest_film((192, 224), seed=1), size=96)
    region = lung_regions(frame.labels)["right_lung"]
    ours = FeatureEngine(settings)(frame.film, {"right_lung": region})["right_lung"]
    theirs = extract_features(
        image=frame.film.T[None].astype(float),
        mask=region.T[None].astype(int),
        by_slice=True,
        base_discretisation_method="fixed_bin_number",
        base_discretisation_n_bins=LEVELS,
        base_feature_families=["statistics", "glcm", "glrlm", "glszm", "ngldm", "ngtdm"],
        glcm_spatial_method="2d_average",
        glrlm_spatial_method="2d_average",
    )[0]
    return ours, theirs.iloc[0]


@pytest.mark.parametrize(("name", "mirp_name"), _pairs().items())
def test_feature_equals_mirp(measured, name, mirp_name):
    ours, theirs = measured
    np.testing.assert_allclose(ours[f"original.{name}"], float(theirs[mirp_name]), rtol=1e-5)
