"""Read films and masks; DICOM segmentations and structured reports."""

from chestxr.utils.deprecated import old_names
from chestxr.utils.errors import FilmError

from .film_reader import FilmReader, read_film
from .mask_reader import MaskReader, read_mask

__all__ = ["FilmError", "FilmReader", "MaskReader", "read_film", "read_mask"]

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
)
