import chestxr.utils.lung_regions

from .engine import DEFAULT_SETTINGS, SCREENING_SETTINGS, FeatureEngine
from .feature_table import FilmToMeasure, measure_films, read_feature_table, write_feature_table
from .film_features import FilmFeatures
from .lung_contrast import LungContrastError
from .lung_coordinates import LungFrame, lung_frame
from .lung_features import LungFeaturesd
from .stability import LEAST_STABLE, agreement, stability_films, stability_table

REGIONS = chestxr.utils.lung_regions.REGIONS
ZONES = chestxr.utils.lung_regions.ZONES
lung_regions = chestxr.utils.lung_regions.lung_regions

__all__ = [
    "DEFAULT_SETTINGS",
    "LEAST_STABLE",
    "REGIONS",
    "SCREENING_SETTINGS",
    "ZONES",
    "FeatureEngine",
    "FilmFeatures",
    "FilmToMeasure",
    "LungContrastError",
    "LungFeaturesd",
    "LungFrame",
    "agreement",
    "lung_frame",
    "lung_regions",
    "measure_films",
    "read_feature_table",
    "stability_films",
    "stability_table",
    "write_feature_table",
]
