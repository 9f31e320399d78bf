"""What MONAI lacks for chest films, as transforms with MONAI's names and conventions."""

from .clean_lungs import CleanLungs, CleanLungsd
from .film_axes import EnsureFilmAxesd, MaskAsSliced
from .film_view import ClassifyViewd
from .lung_channels import LungChannels, LungChannelsd
from .lung_labels import LungLabels, LungLabelsd
from .lung_quality import LungQuality, LungQualityd
from .most_probable import MostProbabled
from .plain_compose import PlainCompose
from .rand_film_view import RandNoChestd, RandOrientationd, RandWindowd
from .recipe_contrast import (
    ContrastV1,
    ContrastV1d,
    ContrastV2,
    ContrastV2d,
    RandContrastV1,
    RandContrastV1d,
    RandContrastV2,
    RandContrastV2d,
)
from .resize_film import ResizeFilmd
from .save_dicom import (
    SaveDicomReportd,
    SaveDicomSegmentationd,
)
from .save_image_by_name import SaveImageByNamed
from .scale_percentiles import ScalePercentilesd
from .stretch_film import StretchFilmd
from .uniform_noise import (
    RandUniformNoise,
    RandUniformNoised,
    UniformNoise,
    UniformNoised,
)

__all__ = [
    "ClassifyViewd",
    "CleanLungs",
    "CleanLungsd",
    "ContrastV1",
    "ContrastV1d",
    "ContrastV2",
    "ContrastV2d",
    "EnsureFilmAxesd",
    "LungChannels",
    "LungChannelsd",
    "LungLabels",
    "LungLabelsd",
    "LungQuality",
    "LungQualityd",
    "MaskAsSliced",
    "MostProbabled",
    "PlainCompose",
    "RandContrastV1",
    "RandContrastV1d",
    "RandContrastV2",
    "RandContrastV2d",
    "RandNoChestd",
    "RandOrientationd",
    "RandUniformNoise",
    "RandUniformNoised",
    "RandWindowd",
    "ResizeFilmd",
    "SaveDicomReportd",
    "SaveDicomSegmentationd",
    "SaveImageByNamed",
    "ScalePercentilesd",
    "StretchFilmd",
    "UniformNoise",
    "UniformNoised",
]
