"""What MONAI lacks for chest films, as transforms with MONAI's names and conventions."""

from .lung_channels import LungChannels, LungChannelsD, LungChannelsd, LungChannelsDict
from .lung_labels import LungLabels, LungLabelsD, LungLabelsd, LungLabelsDict
from .lung_quality import LungQuality, LungQualityD, LungQualityd, LungQualityDict
from .resize_film import ResizeFilmD, ResizeFilmd, ResizeFilmDict
from .save_result import SaveResultD, SaveResultd, SaveResultDict
from .stretch_film import StretchFilmD, StretchFilmd, StretchFilmDict

__all__ = [
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
    "ResizeFilmD",
    "ResizeFilmDict",
    "ResizeFilmd",
    "SaveResultD",
    "SaveResultDict",
    "SaveResultd",
    "StretchFilmD",
    "StretchFilmDict",
    "StretchFilmd",
]
