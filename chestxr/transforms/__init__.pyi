from .apply_network import ApplyNetworkd
from .arg_max import ArgMaxd
from .crop_to_lungs import CropToLungsd
from .film_axes import EnsureFilmAxesd, MaskAsSliced
from .film_noise import FilmNoised
from .film_view import ClassifyViewd
from .keep_lung_components import KeepLungComponents, KeepLungComponentsd
from .lesion_evidence import LesionEvidenced
from .lesion_marks import LesionMarksd
from .lesion_mask import LesionMaskd
from .lung_channels import LungChannels, LungChannelsd
from .lung_labels import LungLabels, LungLabelsd
from .lung_quality import LungQuality, LungQualityd
from .rand_film_view import RandNoChestd, RandOrientationd, RandWindowd
from .rand_jpeg import RandJpegd
from .rand_lung_opacity import RandLungOpacityd
from .resize_film import ResizeFilmd
from .save_dicom import SaveDicomPresentationd, SaveDicomSegmentationd
from .save_dicom_report import SaveDicomPictured, SaveDicomReportd
from .save_image_by_name import SaveImageByNamed
from .scale_percentiles import ScalePercentilesd
from .untracked_compose import UntrackedCompose

__all__ = [
    "ApplyNetworkd",
    "ArgMaxd",
    "ClassifyViewd",
    "CropToLungsd",
    "EnsureFilmAxesd",
    "FilmNoised",
    "KeepLungComponents",
    "KeepLungComponentsd",
    "LesionEvidenced",
    "LesionMarksd",
    "LesionMaskd",
    "LungChannels",
    "LungChannelsd",
    "LungLabels",
    "LungLabelsd",
    "LungQuality",
    "LungQualityd",
    "MaskAsSliced",
    "RandJpegd",
    "RandLungOpacityd",
    "RandNoChestd",
    "RandOrientationd",
    "RandWindowd",
    "ResizeFilmd",
    "SaveDicomPictured",
    "SaveDicomPresentationd",
    "SaveDicomReportd",
    "SaveDicomSegmentationd",
    "SaveImageByNamed",
    "ScalePercentilesd",
    "UntrackedCompose",
]
