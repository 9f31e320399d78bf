"""What MONAI lacks for chest films, as transforms with MONAI's names and conventions."""

from .clean_lungs import CleanLungs, CleanLungsD, CleanLungsd, CleanLungsDict
from .film_axes import EnsureFilmAxesd, MaskAsSliced
from .film_view import ClassifyViewD, ClassifyViewd, ClassifyViewDict
from .lung_channels import LungChannels, LungChannelsD, LungChannelsd, LungChannelsDict
from .lung_labels import LungLabels, LungLabelsD, LungLabelsd, LungLabelsDict
from .lung_quality import LungQuality, LungQualityD, LungQualityd, LungQualityDict
from .most_probable import MostProbableD, MostProbabled, MostProbableDict
from .plain_compose import PlainCompose
from .rand_film_view import RandNoChestd, RandOrientationd, RandWindowd
from .recipe_contrast import (
    ContrastV1,
    ContrastV1D,
    ContrastV1d,
    ContrastV1Dict,
    ContrastV2,
    ContrastV2D,
    ContrastV2d,
    ContrastV2Dict,
    RandContrastV1,
    RandContrastV1D,
    RandContrastV1d,
    RandContrastV1Dict,
    RandContrastV2,
    RandContrastV2D,
    RandContrastV2d,
    RandContrastV2Dict,
)
from .resize_film import ResizeFilmD, ResizeFilmd, ResizeFilmDict
from .save_dicom import (
    SaveDicomReportD,
    SaveDicomReportd,
    SaveDicomReportDict,
    SaveDicomSegmentationD,
    SaveDicomSegmentationd,
    SaveDicomSegmentationDict,
)
from .save_image_by_name import SaveImageByNamed
from .scale_percentiles import ScalePercentilesD, ScalePercentilesd, ScalePercentilesDict
from .stretch_film import StretchFilmD, StretchFilmd, StretchFilmDict
from .uniform_noise import (
    RandUniformNoise,
    RandUniformNoiseD,
    RandUniformNoised,
    RandUniformNoiseDict,
    UniformNoise,
    UniformNoiseD,
    UniformNoised,
    UniformNoiseDict,
)

__all__ = [
    "ClassifyViewD",
    "ClassifyViewDict",
    "ClassifyViewd",
    "CleanLungs",
    "CleanLungsD",
    "CleanLungsDict",
    "CleanLungsd",
    "ContrastV1",
    "ContrastV1D",
    "ContrastV1Dict",
    "ContrastV1d",
    "ContrastV2",
    "ContrastV2D",
    "ContrastV2Dict",
    "ContrastV2d",
    "EnsureFilmAxesd",
    "LungChannels",
    "LungChannelsD",
    "LungChannelsDict",
    "LungChannelsd",
    "LungLabels",
    "LungLabelsD",
    "LungLabelsDict",
    "LungLabelsd",
    "LungQuality",
    "LungQualityD",
    "LungQualityDict",
    "LungQualityd",
    "MaskAsSliced",
    "MostProbableD",
    "MostProbableDict",
    "MostProbabled",
    "PlainCompose",
    "RandContrastV1",
    "RandContrastV1D",
    "RandContrastV1Dict",
    "RandContrastV1d",
    "RandContrastV2",
    "RandContrastV2D",
    "RandContrastV2Dict",
    "RandContrastV2d",
    "RandNoChestd",
    "RandOrientationd",
    "RandUniformNoise",
    "RandUniformNoiseD",
    "RandUniformNoiseDict",
    "RandUniformNoised",
    "RandWindowd",
    "ResizeFilmD",
    "ResizeFilmDict",
    "ResizeFilmd",
    "SaveDicomReportD",
    "SaveDicomReportDict",
    "SaveDicomReportd",
    "SaveDicomSegmentationD",
    "SaveDicomSegmentationDict",
    "SaveDicomSegmentationd",
    "SaveImageByNamed",
    "ScalePercentilesD",
    "ScalePercentilesDict",
    "ScalePercentilesd",
    "StretchFilmD",
    "StretchFilmDict",
    "StretchFilmd",
    "UniformNoise",
    "UniformNoiseD",
    "UniformNoiseDict",
    "UniformNoised",
]
