"""Read films and masks; DICOM segmentations and structured reports."""

import lazy_loader

from chestxr.utils.deprecated import old_names
from chestxr.utils.errors import FilmError

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__all__ += ["FilmError"]

__getattr__ = old_names(
    __name__,
    {
        "Algorithm": "chestxr.utils.provenance:Algorithm",
        "printable": "chestxr.utils.text:escape_path",
        "remove_leftovers": "chestxr.utils.atomic:remove_partial_files",
        "sha256": "chestxr.utils.provenance:sha256",
        "whole_file": "chestxr.utils.atomic:atomic_write",
        "write_text": "chestxr.utils.atomic:write_text",
    },
    __getattr__,
)
