"""Messages of libraries that say nothing to a user of a bundle."""

import logging
import warnings

__all__ = ["hide_library_messages"]

# MONAI warns that its reader for GPUs is missing, also where no configuration asks for it; pyradiomics' validator logs
# that a file of settings is valid.
_LOGGERS = {"monai.data.nvimgcodec_pydicom_plugin": logging.ERROR, "pykwalify": logging.WARNING}


def hide_library_messages() -> None:
    """Hide what MONAI and pyradiomics say about parts that are not in use, for the rest of this process."""
    for name, level in _LOGGERS.items():
        logging.getLogger(name).setLevel(level)
    warnings.filterwarnings("ignore", message="NvImgCodecPydicomReader")
