"""Open a collection, whichever layout it has."""

from os import PathLike
from pathlib import Path

from .catalogue import Catalogue
from .combined import is_combined, open_combined
from .folder import open_folder
from .montgomery import is_montgomery, open_montgomery
from .shenzhen import is_shenzhen, open_shenzhen

__all__ = ["open_catalogue"]

_LAYOUTS = ((is_montgomery, open_montgomery), (is_combined, open_combined), (is_shenzhen, open_shenzhen))


def open_catalogue(directory: str | PathLike) -> Catalogue:
    """
    List the films of a folder: Montgomery's, Shenzhen's or the combined layout, else any folder of films.

    Parameters
    ----------
    directory : str or os.PathLike
        The collection's folder.

    Returns
    -------
    Catalogue
        The films with their masks and labels.

    Raises
    ------
    FileNotFoundError
        If there is no such folder, or no film in it.
    """
    root = Path(directory).expanduser()
    if not root.is_dir():
        raise FileNotFoundError(f"{root}: no such folder; give the folder of a film collection")
    catalogue = next((open_layout for recognised, open_layout in _LAYOUTS if recognised(root)), open_folder)(root)
    if not catalogue.films:
        raise FileNotFoundError(
            f"{root}: no films found; expected CXR_png/ or a folder of DICOM, PNG, JPEG, TIFF, NIfTI"
        )
    return catalogue
